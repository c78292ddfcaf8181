//! The engine's limit of samples that are held at once.
//!
//! Counts as `currentSamples` of Prometheus `promql/engine.go` does, so that a query
//! which fails there of too many samples fails here. Nothing is counted where a dialect
//! sets no limit.

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::Column;

/// The samples that are held, and how many may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    held: u64,
    max: Option<u64>,
}

impl Limit {
    /// A limit; none where there is no number.
    pub(super) fn new(max: Option<u64>) -> Limit {
        Limit { held: 0, max }
    }

    /// Whether anything is counted.
    pub(super) fn is_set(&self) -> bool {
        self.max.is_some()
    }

    /// The samples held now, to return to later.
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Holds `n` samples, whatever was held before.
    pub(super) fn set(&mut self, n: u64) {
        self.held = n;
    }

    /// Holds `n` more samples.
    pub(super) fn add(&mut self, n: u64, at: TextRange) -> Result<(), EvalError> {
        let Some(max) = self.max else { return Ok(()) };
        self.held += n;
        match self.held <= max {
            true => Ok(()),
            false => Err(EvalError::new(at, ErrorKind::TooManySamples)),
        }
    }

    /// Checks that `n` samples could be held.
    pub(super) fn check(&self, n: u64, at: TextRange) -> Result<(), EvalError> {
        match self.max.is_none_or(|max| n <= max) {
            true => Ok(()),
            false => Err(EvalError::new(at, ErrorKind::TooManySamples)),
        }
    }

    /// Counts a node that gathers its operands step by step: at a step the operands'
    /// samples of that step are held beside all samples, and results so far.
    pub(super) fn step_by_step(
        &mut self,
        before: u64,
        gathered: &[u64],
        results: &[Column],
        at: TextRange,
    ) -> Result<(), EvalError> {
        if !self.is_set() {
            return Ok(());
        }
        let mut held = self.held;
        for (step, gathered) in gathered.iter().enumerate() {
            let results = weight_at(results, step);
            self.check(held + gathered, at)?;
            self.check(held + gathered + results, at)?;
            held += results;
        }
        self.held = before + weight(results);
        Ok(())
    }
}

/// What columns weigh.
pub(super) fn weight(columns: &[Column]) -> u64 {
    columns.iter().map(Column::weight).sum()
}

/// How many samples columns have at each step.
pub(super) fn gathered(columns: &[&[Column]], n_steps: usize) -> Vec<u64> {
    let mut counts = vec![0; n_steps];
    for column in columns.iter().copied().flatten() {
        for step in column.has.iter() {
            counts[step] += 1;
        }
    }
    counts
}

fn weight_at(columns: &[Column], step: usize) -> u64 {
    let weights = columns.iter().map(|it| match it.histogram(step) {
        Some(histogram) => histogram.weight() + 1,
        None => u64::from(it.has.get(step)),
    });
    weights.sum()
}
