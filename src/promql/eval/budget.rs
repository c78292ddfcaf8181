//! What an evaluation has used of its [`Limits`].
//!
//! Unlike the limit of samples (`limit.rs`), which counts as Prometheus does, this counts
//! what an evaluation here costs: room for series times steps, and samples looked at.

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::limits::Limits;
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::{Grid, Value};

/// What is used, and how much of it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    limits: Limits,
    held: u64,
    work: u64,
}

impl Budget {
    /// Nothing is used yet.
    pub(super) fn new(limits: Limits) -> Budget {
        Budget { limits, held: 0, work: 0 }
    }

    /// The values held now, to return to later.
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Begins a node over the steps of a grid.
    pub(super) fn begin(&mut self, grid: Grid, at: TextRange) -> Result<(), EvalError> {
        let most = self.limits.steps;
        let asked = n_steps(grid);
        if most < asked {
            let help = "write a longer step, or a shorter range";
            return Err(exceeds("too many steps", asked, most, help, at));
        }
        self.work(asked, at)
    }

    /// Checks that `n_series` more series of `n_steps` steps can be held.
    pub(super) fn fits(
        &self,
        n_series: usize,
        n_steps: usize,
        at: TextRange,
    ) -> Result<(), EvalError> {
        self.check((n_series as u64).saturating_mul(n_steps as u64), at)
    }

    /// Ends a node, before which so many values were held, with its value.
    pub(super) fn end(
        &mut self,
        held_before: u64,
        value: &Value,
        at: TextRange,
    ) -> Result<(), EvalError> {
        let size = size(value);
        self.held = held_before;
        self.check(size, at)?;
        self.held = self.held.saturating_add(size);
        self.work(size, at)
    }

    /// Counts samples that are looked at.
    pub(super) fn work(&mut self, n: u64, at: TextRange) -> Result<(), EvalError> {
        self.work = self.work.saturating_add(n);
        let most = self.limits.work;
        if self.work <= most {
            return Ok(());
        }
        let help = "write a shorter range, a longer step, or select fewer series";
        Err(exceeds("too many samples to look at", self.work, most, help, at))
    }

    fn check(&self, n: u64, at: TextRange) -> Result<(), EvalError> {
        let (asked, most) = (self.held.saturating_add(n), self.limits.values);
        if asked <= most {
            return Ok(());
        }
        let help = "select fewer series, write a longer step, or a shorter range";
        Err(exceeds("too many values at once", asked, most, help, at))
    }
}

fn exceeds(
    what: &'static str,
    asked: u64,
    most: u64,
    help: &'static str,
    at: TextRange,
) -> EvalError {
    EvalError::new(at, ErrorKind::Limit { what, asked, most, help })
}

/// Number of steps, however far its ends are apart.
fn n_steps(grid: Grid) -> u64 {
    match grid.start <= grid.end {
        true => grid.end.abs_diff(grid.start) / grid.step.max(1) as u64 + 1,
        false => 0,
    }
}

/// How many values one is.
fn size(value: &Value) -> u64 {
    let size = match value {
        Value::Scalar(values) => values.len(),
        Value::Text(_) => 0,
        Value::Vector(columns) => columns.iter().map(|it| it.n_steps()).sum(),
        Value::Matrix(all) => {
            all.iter().map(|it| it.floats.len() + it.histograms.len()).sum()
        }
    };
    size as u64
}
