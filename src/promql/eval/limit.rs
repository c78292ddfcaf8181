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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::check;
    use crate::promql::dialect::{Dialect, Version};
    use crate::promql::eval::{Options, evaluate};
    use crate::promql::histogram::{BucketSpan, Histogram};
    use crate::promql::labels::Labels;
    use crate::promql::storage::MemoryStorage;
    use crate::promql::value::{Grid, Sample};

    /// How many series are too many for promtool 3.5 and its limit of 10,000 samples, found
    /// by trying.
    const PROMTOOL: &[(&str, usize)] = &[
        ("a + 1", 3333),
        ("a + on (i) b", 2001),
        ("a and b", 2001),
        ("a unless b", 2501),
        ("exp(abs(a))", 3334),
        ("sum(a + b)", 2001),
        ("count_values(\"v\", a)", 5000),
        ("max_over_time(rate(a[1m])[2m:30s])", 2000),
        ("sum_over_time(sum(a)[2m:30s])", 2501),
        ("a[2m:30s]", 2501),
        ("timestamp(a)", 5001),
        ("vector(scalar(a))", 5000),
        ("absent(a)", 5001),
        ("h", 834),
        ("h * 2", 385),
        ("h + h", 257),
        ("h[2m]", 209),
        ("sum(rate(h[2m]))", 830),
        ("histogram_quantile(0.5, rate(h[2m]))", 715),
        ("1 + histogram_count(h)", 770),
    ];

    /// The series `a`, `b` or `h` up to a number, with samples from 0 to 4m.
    fn storage(text: &str, n: usize) -> MemoryStorage {
        let mut storage = MemoryStorage::new();
        let is_name = |it: &&str| matches!(*it, "a" | "b" | "h");
        let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        for name in words.filter(is_name) {
            for idx in 0..n {
                let labels = [("__name__", name), ("i", &idx.to_string())];
                let id = storage.series_id(&Labels::from_strs(&labels), 0);
                for step in 0..=8 {
                    let value = step as f64 + 1.0;
                    let histogram = Histogram {
                        count: 3.0 * value,
                        positive_spans: vec![BucketSpan { offset: 0, length: 2 }],
                        positive_buckets: vec![value, 2.0 * value],
                        ..Histogram::default()
                    };
                    let sample = match name {
                        "h" => Sample::Histogram(histogram.into()),
                        _ => Sample::Float(value),
                    };
                    storage.append(id, step * 30_000, sample);
                }
            }
        }
        storage
    }

    #[test]
    fn samples_are_counted_as_promtool_does() {
        let version = Version::new(3, 5);
        let dialect = Dialect { max_samples: Some(10_000), ..Dialect::new(version) };
        for (text, n) in PROMTOOL {
            let parsed = check::parse(text, &dialect).unwrap();
            let fails = |n: usize| {
                let storage = storage(text, n);
                let grid = Grid::instant(240_000);
                let found =
                    evaluate(&storage, &parsed, grid, &dialect, &Options::default());
                found.is_err_and(|it| it.kind == ErrorKind::TooManySamples)
            };
            assert!(!fails(n - 1), "{text}: {} are refused", n - 1);
            assert!(fails(*n), "{text}: {n} are not refused");
        }
    }
}
