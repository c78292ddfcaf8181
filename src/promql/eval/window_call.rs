//! Calls of functions over windows.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::call::{Calling, absent_labels};
use crate::promql::eval::plan::type_of;
use crate::promql::eval::window::{Clean, Ranges, Slider};
use crate::promql::eval::{Evaluator, merge};
use crate::promql::functions::kind::{Extension, Notes, Window, metric_of};
use crate::promql::functions::{self, Function};
use crate::promql::labels::{Labels, Symbol};
use crate::promql::syntax::ast::{Expr, TextRange};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Sample};

/// A body of a function over windows.
type Body = fn(&Window<'_>, &mut Notes<'_>) -> Option<Sample>;

/// Endings of the names of counters.
const COUNTER_ENDINGS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];

impl<'s> Evaluator<'s> {
    /// `rate(x[5m])`
    pub(super) fn call_windows(
        &mut self,
        calling: &Calling<'_>,
        body: Body,
    ) -> Result<Vec<Column>, EvalError> {
        let at = calling.expr.span;
        let (ranges, scalars) = self.window_args(calling)?;
        check_extension(calling.function, &ranges, at)?;
        let columns = self.slide(calling, &ranges, &scalars, body)?;
        if !self.delayed() && merge::has_same_labels(&columns) {
            return Err(EvalError::new(at, ErrorKind::SameLabelset));
        }
        Ok(columns)
    }

    /// Calls a body for each window of each series.
    fn slide(
        &mut self,
        calling: &Calling<'_>,
        ranges: &Ranges<'_>,
        scalars: &[Vec<f64>],
        body: Body,
    ) -> Result<Vec<Column>, EvalError> {
        let grid = calling.grid;
        let at = calling.expr.span;
        let mut now = vec![0.0; scalars.len()];
        let mut columns = Vec::new();
        let lookback = self.dialect.lookback;
        for series in ranges.series() {
            let clean = Clean::new(series);
            let mut floats = Slider::new(clean.floats());
            let mut histograms = Slider::new(clean.histograms());
            // Versions before 3.12 forget here which names are to go.
            let drop_name = !calling.function.keeps_name
                || series.drop_name && self.dialect.has(3, 12);
            let labels = match drop_name && !self.delayed() {
                true => series.labels.without_metadata(),
                false => series.labels.clone(),
            };
            let mut column = Column::empty(labels, grid.n_steps());
            column.drop_name = drop_name;
            let mut held = 0;
            for step in 0..grid.n_steps() {
                let end = ranges.looks.at(step);
                let start = end - ranges.range;
                let (from, to) = ranges.extension.reach(start, end, lookback);
                for (slot, values) in now.iter_mut().zip(scalars) {
                    *slot = values[step];
                }
                let window = Window {
                    labels: series.labels,
                    floats: floats.slide(from, to),
                    histograms: histograms.slide(from, to),
                    time: grid.time(step),
                    start,
                    end,
                    extension: ranges.extension,
                    scalars: &now,
                };
                if window.floats.is_empty() && window.histograms.is_empty() {
                    continue;
                }
                if self.limit.is_set() {
                    let weights = window.histograms.values.iter().map(|it| it.weight());
                    held = window.floats.len() as u64 + weights.sum::<u64>();
                    self.limit.check(self.limit.held() + held, at)?;
                }
                let mut notes = Notes {
                    annotations: &mut self.notes,
                    call: at,
                    args: &calling.spans,
                    dialect: self.dialect,
                    failure: None,
                };
                let sample = body(&window, &mut notes);
                if let Some(kind) = notes.failure {
                    return Err(EvalError::at_step(at, window.time, kind));
                }
                if let Some(sample) = sample {
                    column.set(step, sample);
                }
            }
            if !column.has.any() {
                continue;
            }
            if calling.function.counter {
                self.note_non_counter(series.labels, &column, calling);
            }
            let weight = column.weight();
            self.limit.check(self.limit.held() + held + weight, at)?;
            self.limit.add(weight, at)?;
            columns.push(column);
        }
        self.limit.set(self.limit.held().saturating_sub(ranges.weight));
        Ok(columns)
    }

    /// The range vector argument and the scalar ones.
    fn window_args(
        &mut self,
        calling: &Calling<'_>,
    ) -> Result<(Ranges<'s>, Vec<Vec<f64>>), EvalError> {
        let mut ranges = None;
        let mut scalars = Vec::new();
        let is_range = |it: &&Expr| type_of(it) == ValueType::Matrix;
        if let Some(arg) = calling.args.iter().copied().find(is_range) {
            ranges = Some(self.ranges(arg, calling.grid)?);
        }
        for arg in calling.args.iter().copied().filter(|it| !is_range(it)) {
            scalars.push(self.eval_scalar(arg, calling.grid)?);
        }
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
        calling: &Calling<'_>,
    ) -> Result<Vec<Column>, EvalError> {
        let grid = calling.grid;
        let (ranges, scalars) = self.window_args(calling)?;
        check_extension(calling.function, &ranges, calling.expr.span)?;
        let present: Body = |_, _| Some(Sample::Float(1.0));
        let columns = self.slide(calling, &ranges, &scalars, present)?;
        let labels = calling.args.first().map_or(Labels::empty(), |it| absent_labels(it));
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
