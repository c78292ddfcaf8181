//! Calls of functions over windows.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::call::Calling;
use crate::promql::eval::chain::Sink;
use crate::promql::eval::frames::Frames;
use crate::promql::eval::plan::type_of;
use crate::promql::eval::window::{Clean, Ranges};
use crate::promql::eval::{Evaluator, merge};
use crate::promql::functions::kind::{Extension, Notes, Span, Sweep, Window, metric_of};
use crate::promql::functions::{self, Function, absent};
use crate::promql::labels::{Labels, Symbol};
use crate::promql::series::SeriesRef;
use crate::promql::syntax::ast::{Expr, TextRange};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Sample};

/// A body of a function over windows.
type Body = fn(&Window<'_>, &mut Notes<'_>) -> Option<Sample>;

/// Endings of the names of counters.
const COUNTER_ENDINGS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];

/// A call of a function over windows, ready to run.
pub(super) struct Windows<'e, 's> {
    calling: Calling<'e>,
    body: Body,
    ranges: Ranges<'s>,
    /// The scalar arguments, a value per step each.
    scalars: Vec<Vec<f64>>,
}

impl<'e, 's> Evaluator<'s> {
    /// `rate(x[5m])`
    pub(super) fn call_windows(
        &mut self,
        calling: Calling<'e>,
        body: Body,
    ) -> Result<Vec<Column>, EvalError> {
        let at = calling.expr.span;
        let windows = self.windows(calling, body)?;
        let columns = self.slide(&windows)?;
        if !self.delayed() && merge::has_same_labels(&columns) {
            return Err(EvalError::new(at, ErrorKind::SameLabelset));
        }
        Ok(columns)
    }

    /// A call with its arguments.
    pub(super) fn windows(
        &mut self,
        calling: Calling<'e>,
        body: Body,
    ) -> Result<Windows<'e, 's>, EvalError> {
        let (ranges, scalars) = self.window_args(&calling)?;
        check_extension(calling.function, &ranges, calling.expr.span)?;
        Ok(Windows { calling, body, ranges, scalars })
    }

    /// A call of a function over windows of a subquery whose series are not at hand.
    pub(super) fn windows_of_subquery(
        &mut self,
        calling: Calling<'e>,
        body: Body,
        subquery: &Expr,
    ) -> Result<Windows<'e, 's>, EvalError> {
        let ranges = self.ranges_of_subquery(subquery, calling.grid);
        let scalars = self.scalar_args(&calling)?;
        Ok(Windows { calling, body, ranges, scalars })
    }

    /// The results for all series.
    fn slide(&mut self, windows: &Windows<'_, 's>) -> Result<Vec<Column>, EvalError> {
        let mut columns = Vec::new();
        let at = windows.calling.expr.span;
        self.each_window(windows, &mut |evaluator, column| {
            evaluator.budget.fits(columns.len() + 1, column.n_steps(), at)?;
            columns.push(column.take());
            Ok(())
        })?;
        Ok(columns)
    }

    /// Calls a body for each window of each series and passes on the results of each
    /// series that has any.
    pub(super) fn each_window(
        &mut self,
        windows: &Windows<'_, 's>,
        sink: &mut Sink<'_, 's>,
    ) -> Result<(), EvalError> {
        let n_steps = windows.calling.grid.n_steps();
        let lookback = self.dialect.lookback;
        let mut column = Column::empty(Labels::empty(), 0);
        let mut frames = Frames::new(n_steps);
        let mut frames_of_histograms = Frames::new(n_steps);
        for series in windows.series() {
            let has_any = match Clean::new(&series) {
                None => {
                    frames.look(series.floats.times, windows.reach(lookback));
                    let times = series.histograms.times;
                    frames_of_histograms.look(times, windows.reach(lookback));
                    let of = (&*frames.windows, &*frames_of_histograms.windows);
                    self.window_column(windows, series, of, &mut column)?
                }
                Some(clean) => self.windows_of(windows, &clean.as_ref(), &mut column)?,
            };
            if has_any {
                sink(self, &mut column)?;
            }
        }
        let weight = windows.ranges.weight;
        self.limit.set(self.limit.held().saturating_sub(weight));
        Ok(())
    }

    /// The results of a series without staleness markers whose times nobody shares;
    /// whether there are any.
    pub(super) fn windows_of(
        &mut self,
        windows: &Windows<'_, 's>,
        series: &SeriesRef<'_>,
        column: &mut Column,
    ) -> Result<bool, EvalError> {
        let n_steps = windows.calling.grid.n_steps();
        let reach = windows.reach(self.dialect.lookback);
        let mut of_floats = Frames::new(n_steps);
        let mut of_histograms = Frames::new(n_steps);
        of_floats.compute(series.floats.times, &reach);
        of_histograms.compute(series.histograms.times, &reach);
        let of = (&*of_floats.windows, &*of_histograms.windows);
        self.window_column(windows, *series, of, column)
    }

    /// The results of a series without staleness markers, whose samples lie in the
    /// windows in that way; whether there are any.
    pub(super) fn window_column(
        &mut self,
        windows: &Windows<'_, 's>,
        series: SeriesRef<'_>,
        of: (&[Span], &[Span]),
        column: &mut Column,
    ) -> Result<bool, EvalError> {
        let calling = &windows.calling;
        // Versions before 3.12 forget here which names are to go.
        let drop_name =
            !calling.function.keeps_name || series.drop_name && self.dialect.has(3, 12);
        let labels = match drop_name && !self.delayed() {
            true => series.labels.without_metadata(),
            false => series.labels.clone(),
        };
        column.reset(labels, calling.grid.n_steps());
        column.drop_name = drop_name;
        let held = self.windows_of_series(windows, series, of, column)?;
        if !column.has.any() {
            return Ok(false);
        }
        if calling.function.counter {
            self.note_non_counter(series.labels, column, calling);
        }
        if self.limit.is_set() {
            let at = calling.expr.span;
            let weight = column.weight();
            self.limit.check(self.limit.held() + held + weight, at)?;
            self.limit.add(weight, at)?;
        }
        Ok(true)
    }

    /// Calls a body for each window of a series without staleness markers; the samples
    /// that the last window holds.
    fn windows_of_series(
        &mut self,
        windows: &Windows<'_, 's>,
        series: SeriesRef<'_>,
        (of_floats, of_histograms): (&[Span], &[Span]),
        column: &mut Column,
    ) -> Result<u64, EvalError> {
        let Windows { calling, ranges, scalars, body } = windows;
        let at = calling.expr.span;
        if let Some(sweep) = calling.function.sweep
            && series.histograms.is_empty()
            && series.floats.starts.is_empty()
            && ranges.extension == Extension::None
            && !self.limit.is_set()
        {
            let ends = |step: usize| ranges.looks.at(step);
            let floats = series.floats;
            let (grid, range) = (calling.grid, ranges.range);
            let windows = of_floats;
            let sweeping = Sweep { floats, windows, ends: &ends, range, grid, scalars };
            self.budget.work((floats.len() + of_floats.len()) as u64, at)?;
            sweep(&sweeping, column);
            return Ok(0);
        }
        let mut now = vec![0.0; scalars.len()];
        let mut held = 0;
        for step in 0..calling.grid.n_steps() {
            let (from, to) = of_floats[step];
            let (from_histogram, to_histogram) = of_histograms[step];
            if from == to && from_histogram == to_histogram {
                continue;
            }
            for (slot, values) in now.iter_mut().zip(scalars) {
                *slot = values[step];
            }
            let end = ranges.looks.at(step);
            let part = from_histogram as usize..to_histogram as usize;
            let window = Window {
                labels: series.labels,
                floats: series.floats.part(from as usize, to as usize),
                histograms: series.histograms.part(part.start, part.end),
                time: calling.grid.time(step),
                start: end - ranges.range,
                end,
                extension: ranges.extension,
                scalars: &now,
            };
            let n_samples = window.floats.len() + window.histograms.len();
            self.budget.work(n_samples as u64, at)?;
            if self.limit.is_set() {
                let weights = window.histograms.values.iter().map(|it| it.weight());
                held = window.floats.len() as u64 + weights.sum::<u64>();
                self.limit.check(self.limit.held() + held, at)?;
            }
            let mut notes = self.notes_of(calling);
            let sample = body(&window, &mut notes);
            if let Some(kind) = notes.failure {
                return Err(EvalError::at_step(at, window.time, kind));
            }
            if let Some(sample) = sample {
                column.set(step, sample);
            }
        }
        Ok(held)
    }

    /// The range vector argument and the scalar ones.
    fn window_args(
        &mut self,
        calling: &Calling<'_>,
    ) -> Result<(Ranges<'s>, Vec<Vec<f64>>), EvalError> {
        let mut ranges = None;
        let is_range = |it: &&Expr| type_of(it) == ValueType::Matrix;
        if let Some(arg) = calling.args.iter().copied().find(is_range) {
            ranges = Some(self.ranges(arg, calling.grid)?);
        }
        let scalars = self.scalar_args(calling)?;
        match ranges {
            Some(it) => Ok((it, scalars)),
            None => {
                let kind = ErrorKind::Other("not a range vector".into());
                Err(EvalError::new(calling.expr.span, kind))
            }
        }
    }

    /// Says when `rate` and the like get what may be no counter.
    fn note_non_counter(
        &mut self,
        labels: &Labels,
        column: &Column,
        calling: &Calling<'_>,
    ) {
        let metric = metric_of(labels);
        let any_float = || (0..column.n_steps()).any(|it| column.float(it).is_some());
        if metric.is_empty() || !any_float() {
            return;
        }
        let at = calling.spans.first().copied().unwrap_or(calling.expr.span);
        if self.dialect.features.type_and_unit_labels {
            let label = labels.symbol("__type__").cloned();
            let label = label.unwrap_or_else(|| Symbol::from(""));
            if !matches!(&*label, "counter" | "histogram") {
                let kind = AnnotationKind::PossibleNonCounterLabel { metric, label };
                self.notes.add(kind, at);
            }
        } else if !COUNTER_ENDINGS.iter().any(|it| metric.ends_with(it)) {
            self.notes.add(AnnotationKind::PossibleNonCounter { metric }, at);
        }
    }

    /// `absent_over_time(x[5m])`
    pub(super) fn absent_over_time(
        &mut self,
        calling: Calling<'e>,
    ) -> Result<Vec<Column>, EvalError> {
        let grid = calling.grid;
        let windows = self.windows(calling, |_, _| Some(Sample::Float(1.0)))?;
        let columns = self.slide(&windows)?;
        let labels =
            windows.calling.args.first().map_or(Labels::empty(), |it| absent::labels(it));
        let mut result = Column::empty(labels, grid.n_steps());
        result.drop_name = true;
        for step in 0..grid.n_steps() {
            if !columns.iter().any(|it| it.has.get(step)) {
                result.set_float(step, 1.0);
            }
        }
        match result.has.any() {
            true => Ok(vec![result]),
            false => Ok(Vec::new()),
        }
    }
}

impl Windows<'_, '_> {
    /// The borders of the window of a step, with what its extension adds.
    pub(super) fn reach(&self, lookback: i64) -> impl Fn(usize) -> (i64, i64) {
        let Ranges { looks, range, extension, .. } = self.ranges;
        move |step| {
            let end = looks.at(step);
            extension.reach(end - range, end, lookback)
        }
    }

    /// The series.
    pub(super) fn series(&self) -> Vec<SeriesRef<'_>> {
        self.ranges.series()
    }
}

fn check_extension(
    function: &Function,
    ranges: &Ranges<'_>,
    at: TextRange,
) -> Result<(), EvalError> {
    let modifier = ranges.extension.modifier();
    let knows: fn(&Function) -> bool = match ranges.extension {
        Extension::None => return Ok(()),
        Extension::Anchored => |it| it.anchored,
        Extension::Smoothed => |it| it.smoothed,
    };
    if knows(function) {
        return Ok(());
    }
    let all = functions::all().iter().filter(|it| knows(it)).map(|it| it.name);
    let text = format!(
        "{modifier} modifier can only be used with: {} - not with {}",
        all.collect::<Vec<_>>().join(", "),
        function.name
    );
    Err(EvalError::new(at, ErrorKind::Other(text)))
}
