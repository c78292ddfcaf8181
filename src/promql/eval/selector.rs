//! Instant vector selectors: the latest sample of each series at each step.
//!
//! A sample counts for the lookback time, which is open on the left; a staleness marker
//! ends a series at once (`vectorSelectorSingle` in Prometheus `promql/engine.go`).

use std::sync::Arc;

use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::chain::Sink;
use crate::promql::eval::frames::Latests;
use crate::promql::eval::plan::Facts;
use crate::promql::eval::totals::totals;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;
use crate::promql::series::{Points, SeriesRef};
use crate::promql::syntax::ast::{Expr, Selector};
use crate::promql::value::{Column, Grid, has_stale_nan, is_stale_nan};

/// The times at which a selector looks at its series.
#[derive(Clone, Copy)]
pub(super) struct Looks {
    grid: Grid,
    fixed: Option<i64>,
    offset: i64,
}

impl Looks {
    /// As `offset` and `@` say.
    pub(super) fn new(grid: Grid, facts: &Facts) -> Looks {
        Looks { grid, fixed: facts.at, offset: facts.offset }
    }

    /// As a time and an offset say.
    pub(super) fn fixed(grid: Grid, at: Option<i64>, offset: i64) -> Looks {
        Looks { grid, fixed: at, offset }
    }

    /// Where it looks at a step.
    pub(super) fn at(&self, step: usize) -> i64 {
        self.fixed.unwrap_or_else(|| self.grid.time(step)) - self.offset
    }

    /// From where on to where each look reaches.
    pub(super) fn windows(
        self,
        lookback: i64,
    ) -> impl Iterator<Item = (i64, i64)> + Clone {
        let at = move |step| self.at(step);
        (0..self.grid.n_steps()).map(at).map(move |it| (it - lookback, it))
    }

    /// The first and the last look.
    pub(super) fn bounds(&self) -> (i64, i64) {
        (self.at(0), self.at(self.grid.n_steps().saturating_sub(1)))
    }
}

/// The sample that an instant selector finds.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    /// Its time.
    pub time: i64,
    /// Its start timestamp.
    pub start: i64,
    /// The float, unless it is a histogram.
    pub float: f64,
    /// The histogram.
    pub histogram: Option<&'a Arc<Histogram>>,
}

/// Finds the latest sample at times that do not go back.
pub(super) struct Latest<'a> {
    series: SeriesRef<'a>,
    lookback: i64,
    /// Number of floats and histograms that are not after the last look.
    n_floats: usize,
    n_histograms: usize,
}

impl<'a> Latest<'a> {
    /// Begins before all samples.
    pub(super) fn new(series: SeriesRef<'a>, lookback: i64) -> Latest<'a> {
        Latest { series, lookback, n_floats: 0, n_histograms: 0 }
    }

    /// The sample that counts at a time.
    pub(super) fn at(&mut self, time: i64) -> Option<Found<'a>> {
        let float = latest(&self.series.floats, &mut self.n_floats, time);
        let histogram = latest(&self.series.histograms, &mut self.n_histograms, time);
        let found = match (float, histogram) {
            (None, None) => return None,
            (Some((at, start, value)), None) => {
                Found { time: at, start, float: *value, histogram: None }
            }
            (Some((at, start, value)), Some((other, ..))) if other < at => {
                Found { time: at, start, float: *value, histogram: None }
            }
            (_, Some((at, start, value))) => {
                Found { time: at, start, float: value.sum, histogram: Some(value) }
            }
        };
        match found.time <= time - self.lookback || is_stale_nan(found.float) {
            true => None,
            false => Some(found),
        }
    }
}

/// Moves a cursor to the samples up to `time`; the last one of them.
fn latest<'a, T>(
    points: &Points<'a, T>,
    upto: &mut usize,
    time: i64,
) -> Option<(i64, i64, &'a T)> {
    if *upto == 0 {
        *upto = points.times.partition_point(|it| *it <= time);
    }
    while points.times.get(*upto).is_some_and(|it| *it <= time) {
        *upto += 1;
    }
    let idx = upto.checked_sub(1)?;
    let start = points.starts.get(idx).copied().unwrap_or(0);
    Some((points.times[idx], start, &points.values[idx]))
}

impl<'s> Evaluator<'s> {
    /// The series of an instant selector.
    pub(super) fn select(
        &self,
        expr: &Expr,
        selector: &Selector,
        grid: Grid,
    ) -> Vec<SeriesRef<'s>> {
        let (first, last) = Looks::new(grid, self.plan.of(expr)).bounds();
        let matchers = Matchers::new(&selector.matchers);
        self.storage.select(&matchers, first - self.dialect.lookback + 1, last)
    }

    /// What an instant selector looks at.
    pub(super) fn instants(
        &self,
        expr: &Expr,
        selector: &Selector,
        grid: Grid,
    ) -> Instants<'s> {
        let looks = Looks::new(grid, self.plan.of(expr));
        let skips_buckets = self.plan.of(expr).totals;
        Instants { series: self.select(expr, selector, grid), looks, skips_buckets }
    }

    /// Passes on the series of an instant selector that have samples.
    pub(super) fn each_instant(
        &mut self,
        instants: &Instants<'s>,
        grid: Grid,
        sink: &mut Sink<'_, 's>,
    ) -> Result<(), EvalError> {
        let Instants { series, looks, skips_buckets } = instants;
        let lookback = self.dialect.lookback;
        let n_steps = grid.n_steps();
        let mut latests = Latests::new(n_steps);
        let mut column = Column::empty(Labels::empty(), 0);
        for series in series {
            column.reset(series.labels.clone(), n_steps);
            if series.histograms.is_empty() && !series.floats.is_empty() {
                latests.look(series.floats.times, looks, lookback);
                gather(&latests, series.floats.values, &mut column);
            } else {
                let without = match skips_buckets {
                    true => totals(*series, looks.windows(lookback), self.dialect),
                    false => None,
                };
                let mut latest = Latest::new(series.with(without.as_ref()), lookback);
                for step in 0..n_steps {
                    let Some(found) = latest.at(looks.at(step)) else { continue };
                    match found.histogram {
                        None => column.set_float(step, found.float),
                        Some(it) => column.set_histogram(step, it.clone()),
                    }
                }
            }
            if column.has.any() {
                sink(self, &mut column)?;
            }
        }
        Ok(())
    }

    /// `metric{…}`
    pub(super) fn eval_selector(
        &mut self,
        expr: &Expr,
        selector: &Selector,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        if selector.smoothed {
            return self.eval_smoothed(expr, selector, grid);
        }
        let instants = self.instants(expr, selector, grid);
        let mut columns = Vec::with_capacity(instants.series.len());
        self.each_instant(&instants, grid, &mut |evaluator, column| {
            if evaluator.limit.is_set() {
                evaluator.limit.add(column.weight(), expr.span)?;
            }
            evaluator.budget.fits(columns.len() + 1, grid.n_steps(), expr.span)?;
            columns.push(column.take());
            Ok(())
        })?;
        Ok(columns)
    }
}

/// What an instant selector looks at.
pub(super) struct Instants<'s> {
    /// The series.
    pub series: Vec<SeriesRef<'s>>,
    /// When.
    looks: Looks,
    /// Native histograms are read without their buckets.
    skips_buckets: bool,
}

/// The values of the latest samples; a staleness marker is none.
fn gather(latests: &Latests<'_>, values: &[f64], column: &mut Column) {
    for (slot, idx) in column.floats.iter_mut().zip(&latests.samples) {
        *slot = values[*idx as usize];
    }
    column.has.copy_from(&latests.has);
    if has_stale_nan(&column.floats) {
        for (step, value) in column.floats.iter().enumerate() {
            if is_stale_nan(*value) {
                column.has.unset(step);
            }
        }
    }
}
