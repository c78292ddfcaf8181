//! Queries on this engine, on one thread.

use std::time::{Duration, Instant};

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::promql::eval::{Options, evaluate};
use aqua_alerts::promql::limits::Limits;
use aqua_alerts::promql::matcher::Matchers;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::syntax::ast::Parsed;
use aqua_alerts::promql::value::{Grid, Value};

use crate::machine::Process;

/// A query that is ready to be evaluated: only the evaluation is measured.
#[derive(Debug)]
pub struct Prepared {
    parsed: Parsed,
    dialect: Dialect,
}

/// What one evaluation cost.
#[derive(Debug)]
pub struct Cost {
    pub wall: Duration,
    /// On the processor: what counts on a busy machine.
    pub processor: Duration,
}

impl Prepared {
    pub fn new(query: &str) -> Prepared {
        let dialect = Dialect::new(Version::new(3, 5));
        let parsed = check::parse(query, &dialect);
        let parsed = parsed.unwrap_or_else(|it| panic!("{query}: {it:?}"));
        Prepared { parsed, dialect }
    }

    /// Evaluates once.
    pub fn run(&self, storage: &MemoryStorage, grid: Grid) -> (Value, Cost) {
        let this = Process::this();
        let processor = this.time();
        let begin = Instant::now();
        let options = Options { limits: Limits::NONE, ..Options::default() };
        let outcome = evaluate(storage, &self.parsed, grid, &self.dialect, &options);
        let wall = begin.elapsed();
        let processor = this.time().saturating_sub(processor);
        let outcome = outcome.unwrap_or_else(|it| panic!("{it:?}"));
        (outcome.value, Cost { wall, processor })
    }

    /// The series that the selectors find, each as often as it is found.
    pub fn n_series(&self, storage: &MemoryStorage) -> usize {
        let selectors = self.parsed.expr.selectors().into_iter();
        selectors.map(|it| storage.matching(&Matchers::new(&it.1.matchers)).len()).sum()
    }
}

/// The middle one of some costs, each figure by itself.
pub fn median(costs: &[Cost]) -> Cost {
    Cost {
        wall: middle(costs.iter().map(|it| it.wall)),
        processor: middle(costs.iter().map(|it| it.processor)),
    }
}

/// The middle one of some values.
pub fn middle<T: Ord + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}
