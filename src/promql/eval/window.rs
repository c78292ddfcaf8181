//! Range selectors and subqueries: windows that slide over the samples of a series.
//!
//! A window is open on the left and holds no staleness markers (`matrixIterSlice` in
//! Prometheus `promql/engine.go`). Its ends are cursors that only move forward.

use std::sync::Arc;

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::Evaluator;
use crate::promql::eval::selector::Looks;
use crate::promql::eval::smooth::extend;
use crate::promql::eval::totals::totals;
use crate::promql::functions::kind::Extension;
use crate::promql::histogram::{Histogram, ResetHint};
use crate::promql::matcher::Matchers;
use crate::promql::series::{Points, Samples, Series, SeriesRef};
use crate::promql::syntax::ast::{Expr, ExprKind, Subquery};
use crate::promql::value::{Column, Grid, Value, has_stale_nan, is_stale_nan};

/// What a range selector or subquery stands for.
pub(super) struct Ranges<'s> {
    /// Where the windows end.
    pub looks: Looks,
    /// How long they are.
    pub range: i64,
    /// How far they reach beyond that.
    pub extension: Extension,
    /// What the samples of a subquery count in the limit.
    pub weight: u64,
    source: Source<'s>,
}

enum Source<'s> {
    Stored(Vec<SeriesRef<'s>>),
    Computed(Vec<Series>),
}

impl Ranges<'_> {
    /// The series.
    pub(super) fn series(&self) -> Vec<SeriesRef<'_>> {
        match &self.source {
            Source::Stored(it) => it.clone(),
            Source::Computed(it) => it.iter().map(Series::as_ref).collect(),
        }
    }
}

/// A copy of a series without staleness markers.
pub(super) struct Clean<'a> {
    series: SeriesRef<'a>,
    floats: Option<Samples<f64>>,
    histograms: Option<Samples<Arc<Histogram>>>,
}

impl<'a> Clean<'a> {
    /// Leaves the markers out; none where there are no markers.
    pub(super) fn new(series: &SeriesRef<'a>) -> Option<Clean<'a>> {
        let floats = match has_stale_nan(series.floats.values) {
            true => without(series.floats, |it| is_stale_nan(*it)),
            false => None,
        };
        let histograms = without(series.histograms, |it| is_stale_nan(it.sum));
        let is_clean = floats.is_none() && histograms.is_none();
        (!is_clean).then_some(Clean { series: *series, floats, histograms })
    }

    /// The series.
    pub(super) fn as_ref(&self) -> SeriesRef<'_> {
        let floats = self.floats.as_ref().map_or(self.series.floats, Samples::points);
        let histograms = self.histograms.as_ref();
        let histograms = histograms.map_or(self.series.histograms, Samples::points);
        SeriesRef { floats, histograms, ..self.series }
    }
}

/// A copy without the values for which `is_out` holds; none if it holds for none.
fn without<T: Clone>(
    points: Points<'_, T>,
    is_out: impl Fn(&T) -> bool,
) -> Option<Samples<T>> {
    if !points.values.iter().any(&is_out) {
        return None;
    }
    let kept = |idx: &usize| !is_out(&points.values[*idx]);
    let kept: Vec<usize> = (0..points.len()).filter(kept).collect();
    Some(Samples {
        times: Arc::new(kept.iter().map(|it| points.times[*it]).collect()),
        values: kept.iter().map(|it| points.values[*it].clone()).collect(),
        starts: match points.starts.is_empty() {
            true => Vec::new(),
            false => kept.iter().map(|it| points.starts[*it]).collect(),
        },
    })
}

/// A window that slides over samples.
pub(super) struct Slider<'a, T> {
    points: Points<'a, T>,
    from: usize,
    to: usize,
}

impl<'a, T> Slider<'a, T> {
    /// Begins before all samples.
    pub(super) fn new(points: Points<'a, T>) -> Slider<'a, T> {
        Slider { points, from: 0, to: 0 }
    }

    /// The samples after `start`, up to `end`; neither may go back.
    pub(super) fn slide(&mut self, start: i64, end: i64) -> Points<'a, T> {
        let times = self.points.times;
        if self.from == 0 {
            self.from = times.partition_point(|it| *it <= start);
            self.to = self.to.max(self.from);
        }
        while times.get(self.from).is_some_and(|it| *it <= start) {
            self.from += 1;
        }
        self.to = self.to.max(self.from);
        while times.get(self.to).is_some_and(|it| *it <= end) {
            self.to += 1;
        }
        self.points.part(self.from, self.to)
    }
}

impl<'s> Evaluator<'s> {
    /// The series of a range selector or subquery, over the steps of `grid`.
    pub(super) fn ranges(
        &mut self,
        expr: &Expr,
        grid: Grid,
    ) -> Result<Ranges<'s>, EvalError> {
        let facts = *self.plan.of(expr);
        let looks = Looks::new(grid, &facts);
        let range = facts.range;
        let (mut first, mut last) = looks.bounds();
        first -= range;
        match &expr.kind {
            ExprKind::Matrix(matrix) => {
                let ExprKind::Selector(selector) = &matrix.selector.kind else {
                    return Err(not_a_range(expr));
                };
                let extension = match (selector.anchored, selector.smoothed) {
                    (true, _) => Extension::Anchored,
                    (_, true) => Extension::Smoothed,
                    (_, _) => Extension::None,
                };
                if extension != Extension::None {
                    first -= self.dialect.lookback;
                }
                if extension == Extension::Smoothed {
                    last += self.dialect.lookback;
                }
                let matchers = Matchers::new(&selector.matchers);
                let series = self.storage.select(&matchers, first + 1, last);
                let source = match self.plan.of(&matrix.selector).totals {
                    true => self.without_buckets(series, looks, range, extension),
                    false => Source::Stored(series),
                };
                Ok(Ranges { looks, range, extension, weight: 0, source })
            }
            ExprKind::Subquery(subquery) => {
                let series = self.subquery(expr, subquery, grid)?;
                let weight = series.iter().map(weight_of).sum();
                let source = Source::Computed(series);
                let extension = Extension::None;
                Ok(Ranges { looks, range, extension, weight, source })
            }
            _ => Err(not_a_range(expr)),
        }
    }

    /// Series whose native histograms have no buckets.
    fn without_buckets(
        &self,
        series: Vec<SeriesRef<'s>>,
        looks: Looks,
        range: i64,
        extension: Extension,
    ) -> Source<'s> {
        let lookback = self.dialect.lookback;
        let windows =
            looks.windows(range).map(|(from, to)| extension.reach(from, to, lookback));
        let owned = |it: SeriesRef<'s>| Series {
            labels: it.labels.clone(),
            drop_name: it.drop_name,
            floats: copy(it.floats),
            histograms: totals(it, windows.clone(), self.dialect).unwrap_or_default(),
        };
        match series.iter().all(|it| it.histograms.is_empty()) {
            true => Source::Stored(series),
            false => Source::Computed(series.into_iter().map(owned).collect()),
        }
    }

    /// The windows of a subquery whose series are not at hand.
    pub(super) fn ranges_of_subquery(&self, expr: &Expr, grid: Grid) -> Ranges<'s> {
        let facts = *self.plan.of(expr);
        Ranges {
            looks: Looks::new(grid, &facts),
            range: facts.range,
            extension: Extension::None,
            weight: 0,
            source: Source::Stored(Vec::new()),
        }
    }

    /// The steps of a subquery: multiples of its step, whatever the steps outside are.
    pub(super) fn subquery_grid(&self, expr: &Expr, grid: Grid) -> Grid {
        let facts = self.plan.of(expr);
        let (first, last) = Looks::new(grid, facts).bounds();
        let step = match facts.step {
            0 => self.options.subquery_step.max(1),
            step => step,
        };
        let from = first - facts.range;
        let mut start = step * (from / step);
        if start <= from {
            start += step;
        }
        Grid { start, end: last, step }
    }

    fn subquery(
        &mut self,
        expr: &Expr,
        subquery: &Subquery,
        grid: Grid,
    ) -> Result<Vec<Series>, EvalError> {
        let inner = self.subquery_grid(expr, grid);
        self.budget.begin(inner, expr.span)?;
        match self.eval(&subquery.expr, inner)? {
            Value::Vector(columns) => Ok(to_series(columns, inner)),
            Value::Scalar(_) | Value::Text(_) | Value::Matrix(_) => {
                Err(not_a_range(expr))
            }
        }
    }

    /// A range selector or subquery that is the whole instant query.
    pub(super) fn eval_range(
        &mut self,
        expr: &Expr,
        grid: Grid,
    ) -> Result<Vec<Series>, EvalError> {
        if let ExprKind::Subquery(subquery) = &expr.kind {
            return self.subquery(expr, subquery, grid);
        }
        let ranges = self.ranges(expr, grid)?;
        let end = ranges.looks.at(0);
        let start = end - ranges.range;
        let (from, to) = ranges.extension.reach(start, end, self.dialect.lookback);
        let mut all = Vec::new();
        for series in ranges.series() {
            let clean = Clean::new(&series);
            let clean = clean.as_ref().map_or(series, Clean::as_ref);
            let floats = Slider::new(clean.floats).slide(from, to);
            let histograms = Slider::new(clean.histograms).slide(from, to);
            if floats.is_empty() && histograms.is_empty() {
                continue;
            }
            let weight: u64 = histograms.values.iter().map(|it| it.weight()).sum();
            self.limit.add(weight + floats.len() as u64, expr.span)?;
            let floats = match ranges.extension {
                Extension::None => copy(floats),
                it if !histograms.is_empty() => {
                    let modifier = it.modifier();
                    let text =
                        format!("{modifier} modifier is not supported with histograms");
                    return Err(EvalError::new(expr.span, ErrorKind::Other(text)));
                }
                it => extend(floats, start, end, it == Extension::Smoothed),
            };
            if floats.is_empty() && histograms.is_empty() {
                continue;
            }
            all.push(Series {
                labels: series.labels.clone(),
                drop_name: series.drop_name,
                floats,
                histograms: copy(histograms),
            });
        }
        Ok(all)
    }
}

fn not_a_range(expr: &Expr) -> EvalError {
    EvalError::new(expr.span, ErrorKind::Other("not a range vector".into()))
}

fn copy<T: Clone>(points: Points<'_, T>) -> Samples<T> {
    Samples {
        times: Arc::new(points.times.to_vec()),
        values: points.values.to_vec(),
        starts: points.starts.to_vec(),
    }
}

fn weight_of(series: &Series) -> u64 {
    let histograms: u64 = series.histograms.values.iter().map(|it| it.weight()).sum();
    histograms + series.floats.len() as u64
}

/// The samples of columns, with the times of the grid's steps.
fn to_series(columns: Vec<Column>, grid: Grid) -> Vec<Series> {
    let all_times: Arc<Vec<i64>> = Arc::new(grid.times().collect());
    columns.into_iter().map(|it| column_to_series(it, &all_times)).collect()
}

/// The samples of a column, with the times of its steps.
pub(super) fn column_to_series(column: Column, all_times: &Arc<Vec<i64>>) -> Series {
    let Column { labels, drop_name, floats, has, histograms } = column;
    let mut series = Series { labels, drop_name, ..Series::default() };
    let Some(histograms) = histograms else {
        if has.count() == floats.len() {
            series.floats.times = all_times.clone();
            series.floats.values = floats;
            return series;
        }
        series.floats.times = Arc::new(has.iter().map(|it| all_times[it]).collect());
        series.floats.values = has.iter().map(|it| floats[it]).collect();
        return series;
    };
    for step in has.iter() {
        match &histograms[step] {
            Some(it) => series.histograms.push(all_times[step], without_hint(it)),
            None => series.floats.push(all_times[step], floats[step]),
        }
    }
    series
}

/// What a subquery returns says nothing about resets between its samples.
fn without_hint(histogram: &Arc<Histogram>) -> Arc<Histogram> {
    match histogram.reset_hint {
        ResetHint::Unknown | ResetHint::Gauge => histogram.clone(),
        ResetHint::Reset | ResetHint::NotReset => {
            let reset_hint = ResetHint::Unknown;
            Arc::new(Histogram { reset_hint, ..Histogram::clone(histogram) })
        }
    }
}
