//! `smoothed` instant selectors, and `anchored` and `smoothed` range selectors that are
//! a whole query.
//!
//! Between two samples there is a straight line (`smoothSeries`, `extendFloats` in
//! Prometheus `promql/engine.go`).

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::selector::Looks;
use crate::promql::eval::totals::totals;
use crate::promql::eval::window::{Clean, Slider};
use crate::promql::functions::kind::metric_of;
use crate::promql::functions::native_rate::interpolate;
use crate::promql::histogram::{Histogram, Incompatible, Remarks, ResetHint};
use crate::promql::matcher::Matchers;
use crate::promql::series::{Points, Samples};
use crate::promql::syntax::ast::{Expr, Selector};
use crate::promql::value::{Column, Grid};

impl Evaluator<'_> {
    /// `metric smoothed`
    pub(super) fn eval_smoothed(
        &mut self,
        expr: &Expr,
        selector: &Selector,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let looks = Looks::new(grid, self.plan.of(expr));
        let (first, last) = looks.bounds();
        let lookback = self.dialect.lookback;
        let matchers = Matchers::new(&selector.matchers);
        let mut columns = Vec::new();
        for series in self.storage.select(&matchers, first - lookback, last + lookback) {
            let without = match self.plan.of(expr).totals {
                true => totals(series, looks.windows(i64::MAX / 2), self.dialect),
                false => None,
            };
            let series = series.with(without.as_ref());
            let clean = Clean::new(&series);
            let clean = clean.as_ref().map_or(series, Clean::as_ref);
            let mut floats = Slider::new(clean.floats);
            let mut histograms = Slider::new(clean.histograms);
            let mut column = Column::empty(series.labels.clone(), grid.n_steps());
            for step in 0..grid.n_steps() {
                let at = looks.at(step);
                let floats = floats.slide(at - lookback, at + lookback);
                let histograms = histograms.slide(at - lookback, at + lookback);
                if !floats.is_empty() && !histograms.is_empty() {
                    let metric = metric_of(series.labels);
                    let kind = AnnotationKind::MixedFloatsHistograms { metric };
                    self.notes.add(kind, expr.span);
                    continue;
                }
                if !histograms.is_empty() {
                    let found = histogram_at(histograms, at);
                    match found {
                        Some(Ok((histogram, reconciled))) => {
                            let op = HistogramOp::Subtraction;
                            let remarks = Remarks { collision: false, reconciled };
                            self.notes.remarks(remarks, op, expr.span);
                            column.set_histogram(step, histogram);
                        }
                        Some(Err(Incompatible)) => {
                            let metric = metric_of(series.labels);
                            let kind = AnnotationKind::MixedExponentialCustom { metric };
                            self.notes.add(kind, expr.span);
                        }
                        None => {}
                    }
                    continue;
                }
                if let Some(value) = value_at(floats, at) {
                    column.set_float(step, value);
                }
            }
            if column.has.any() {
                self.budget.fits(columns.len() + 1, grid.n_steps(), expr.span)?;
                columns.push(column);
            }
        }
        Ok(columns)
    }
}

/// The value at a time; after the last sample that one's.
fn value_at(points: Points<'_, f64>, time: i64) -> Option<f64> {
    let next = points.times.partition_point(|it| *it < time);
    if points.times.get(next) == Some(&time) {
        return Some(points.values[next]);
    }
    let before = next.checked_sub(1)?;
    match next < points.len() {
        true => Some(on_line(points, before, time)),
        false => Some(points.values[before]),
    }
}

/// The histogram at a time; after the last sample that one's, of which nothing is known
/// about resets.
fn histogram_at(
    points: Points<'_, Arc<Histogram>>,
    time: i64,
) -> Option<Result<(Arc<Histogram>, bool), Incompatible>> {
    let next = points.times.partition_point(|it| *it < time);
    if points.times.get(next) == Some(&time) {
        return Some(Ok((points.values[next].clone(), false)));
    }
    let before = next.checked_sub(1)?;
    let from = &points.values[before];
    let Some(to) = points.values.get(next) else {
        let reset_hint = ResetHint::Unknown;
        let histogram = Histogram { reset_hint, ..Histogram::clone(from) };
        return Some(Ok((Arc::new(histogram), false)));
    };
    if from.has_custom_buckets() != to.has_custom_buckets() {
        return Some(Err(Incompatible));
    }
    let is_gauge = |it: &Histogram| it.reset_hint == ResetHint::Gauge;
    let counter = !(is_gauge(from) && is_gauge(to));
    let ends = ((points.times[before], &**from), (points.times[next], &**to));
    let found = interpolate(ends.0, ends.1, time, counter);
    Some(found.map(|(histogram, reconciled)| (Arc::new(histogram), reconciled)))
}

/// The value at a time on the line from a sample to the next one.
fn on_line(points: Points<'_, f64>, from: usize, time: i64) -> f64 {
    let (t1, t2) = (points.times[from], points.times[from + 1]);
    let (v1, v2) = (points.values[from], points.values[from + 1]);
    v1 + (v2 - v1) * (time - t1) as f64 / (t2 - t1) as f64
}

/// The samples of a window with one at each of its ends.
pub(super) fn extend(
    points: Points<'_, f64>,
    start: i64,
    end: i64,
    smoothed: bool,
) -> Samples<f64> {
    let mut out = Samples::default();
    let Some(mut last) = points.len().checked_sub(1) else { return out };
    let first = points.times[..last].partition_point(|it| *it <= start);
    let first = first.saturating_sub(1);
    if smoothed {
        last = points.times[..last].partition_point(|it| *it < end);
    }
    if points.times[last] <= start {
        return out;
    }
    let left = match smoothed && points.times[first] < start {
        true => on_line(points, first, start),
        false => points.values[first],
    };
    let right = match smoothed && 0 < last && end < points.times[last] {
        true => on_line(points, last - 1, end),
        false => points.values[last],
    };
    let inner = points.iter().take(last + 1).skip(first);
    let mut times = vec![start];
    out.values.push(left);
    for (time, value) in inner.filter(|it| start < it.0 && it.0 < end) {
        times.push(time);
        out.values.push(*value);
    }
    times.push(end);
    out.values.push(right);
    out.times = Arc::new(times);
    out
}
