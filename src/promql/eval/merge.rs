//! Series with the same labels, and metric names that are to go.
//!
//! As `mergeSeriesWithSameLabelset`, `cleanupMetricLabels` and the end of `rangeEval`
//! in Prometheus `promql/engine.go`.

use std::collections::HashMap;

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::labels::Labels;
use crate::promql::series::{Samples, Series};
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::{Column, Grid, Sample};

/// Drops the labels that a name brings from the columns that are marked for it.
pub(super) fn drop_names(columns: &mut [Column]) {
    for column in columns.iter_mut().filter(|it| it.drop_name) {
        column.labels = column.labels.without_metadata();
    }
}

/// Whether two columns have the same labels.
pub(super) fn has_same_labels(columns: &[Column]) -> bool {
    match columns {
        [] | [_] => false,
        [one, two] => one.labels == two.labels,
        many => {
            let mut seen = HashMap::with_capacity(many.len());
            many.iter().any(|it| seen.insert(&it.labels, ()).is_some())
        }
    }
}

/// Merges sorted series of the same labels; an error if two have a sample at one time.
pub(super) fn merge_series(
    all: Vec<Series>,
    at: TextRange,
) -> Result<Vec<Series>, EvalError> {
    let mut merged: Vec<Series> = Vec::with_capacity(all.len());
    for series in all {
        let Some(last) = merged.last_mut().filter(|it| it.labels == series.labels) else {
            merged.push(series);
            continue;
        };
        merge_samples(&mut last.floats, series.floats);
        merge_samples(&mut last.histograms, series.histograms);
        let mut times: Vec<i64> =
            last.floats.times.iter().chain(&*last.histograms.times).copied().collect();
        times.sort_unstable();
        if times.windows(2).any(|it| it[0] == it[1]) {
            return Err(EvalError::new(at, ErrorKind::SameLabelset));
        }
    }
    Ok(merged)
}

/// Puts samples among others, by time.
fn merge_samples<T>(into: &mut Samples<T>, from: Samples<T>) {
    let old = std::mem::take(into);
    let mut all: Vec<(i64, T)> = old.times.iter().copied().zip(old.values).collect();
    all.extend(from.times.iter().copied().zip(from.values));
    all.sort_by_key(|it| it.0);
    all.into_iter().for_each(|(time, value)| into.push(time, value));
}

/// Merges columns of the same labels; an error if two have a sample at the same step.
pub(super) fn merge(
    columns: Vec<Column>,
    at: TextRange,
) -> Result<Vec<Column>, EvalError> {
    if !has_same_labels(&columns) {
        return Ok(columns);
    }
    let mut by_labels: HashMap<Labels, usize> = HashMap::with_capacity(columns.len());
    let mut merged: Vec<Column> = Vec::with_capacity(columns.len());
    for column in columns {
        let Some(idx) = by_labels.get(&column.labels) else {
            by_labels.insert(column.labels.clone(), merged.len());
            merged.push(column);
            continue;
        };
        let base = &mut merged[*idx];
        if base.has.intersects(&column.has) {
            return Err(EvalError::new(at, ErrorKind::SameLabelset));
        }
        for step in column.has.iter() {
            if let Some(sample) = column.sample(step) {
                base.set(step, sample);
            }
        }
    }
    Ok(merged)
}

/// The end of a node that computes step by step: names are dropped unless that is
/// delayed, and columns of the same labels become one. At a single step series of the
/// same labels may stand side by side as long as names are only marked.
pub(super) fn finish(
    mut columns: Vec<Column>,
    grid: Grid,
    delayed: bool,
    at: TextRange,
) -> Result<Vec<Column>, EvalError> {
    if !delayed {
        drop_names(&mut columns);
    }
    columns.retain(|it| it.has.any());
    if grid.start == grid.end && delayed {
        return Ok(columns);
    }
    merge(columns, at)
}

/// Result columns that are filled step by step and found by their labels.
pub(super) struct Builder {
    grid: Grid,
    /// Equal labels may stand side by side.
    apart: bool,
    by_labels: HashMap<Labels, usize>,
    columns: Vec<Column>,
}

impl Builder {
    /// No columns yet.
    pub(super) fn new(grid: Grid, delayed: bool) -> Builder {
        let apart = grid.start == grid.end && delayed;
        Builder { grid, apart, by_labels: HashMap::new(), columns: Vec::new() }
    }

    /// The column for labels, which is made if need be.
    pub(super) fn column(&mut self, labels: &Labels, drop_name: bool) -> usize {
        if !self.apart
            && let Some(idx) = self.by_labels.get(labels)
        {
            return *idx;
        }
        let idx = self.columns.len();
        let mut column = Column::empty(labels.clone(), self.grid.n_steps());
        column.drop_name = drop_name;
        self.columns.push(column);
        self.by_labels.insert(labels.clone(), idx);
        idx
    }

    /// Puts a sample; an error where there is one already.
    pub(super) fn put(
        &mut self,
        idx: usize,
        step: usize,
        sample: Sample,
        at: TextRange,
    ) -> Result<(), EvalError> {
        let column = &mut self.columns[idx];
        if column.has.get(step) {
            let time = self.grid.time(step);
            return Err(EvalError::at_step(at, time, ErrorKind::SameLabelset));
        }
        column.set(step, sample);
        Ok(())
    }

    /// The columns that have samples.
    pub(super) fn finish(mut self) -> Vec<Column> {
        self.columns.retain(|it| it.has.any());
        self.columns
    }
}
