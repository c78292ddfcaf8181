//! Function calls, by the kind of their body.

use std::sync::Arc;

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::plan::{type_of, unwrap};
use crate::promql::eval::selector::{Latest, Looks};
use crate::promql::eval::{Evaluator, limit, merge};
use crate::promql::functions::kind::{Kind, Notes, Vector};
use crate::promql::functions::{self, Function, absent};
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{Call, Expr, ExprKind, TextRange};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Grid, Value};

/// A call under evaluation.
pub(super) struct Calling<'a> {
    /// The call itself.
    pub expr: &'a Expr,
    /// The function's row.
    pub function: &'static Function,
    /// The arguments without their parentheses.
    pub args: Vec<&'a Expr>,
    /// Where they stand.
    pub spans: Vec<TextRange>,
    /// The steps.
    pub grid: Grid,
}

impl<'a> Calling<'a> {
    /// A call, if there is such a function.
    pub(super) fn new(expr: &'a Expr, call: &'a Call, grid: Grid) -> Option<Calling<'a>> {
        let function = functions::lookup(call.name)?;
        let args: Vec<&Expr> = call.args.iter().map(unwrap).collect();
        let spans = args.iter().map(|it| place(it)).collect();
        Some(Calling { expr, function, args, spans, grid })
    }

    fn missing(&self) -> EvalError {
        let kind = ErrorKind::Unsupported(self.function.name);
        EvalError::new(self.expr.span, kind)
    }

    /// An argument that the check has made sure of.
    pub(super) fn arg(&self, idx: usize) -> Result<&Expr, EvalError> {
        let arg = self.args.get(idx).copied();
        arg.ok_or_else(|| {
            let text = format!("missing argument in call to {}", self.function.name);
            EvalError::new(self.expr.span, ErrorKind::Other(text))
        })
    }
}

impl Evaluator<'_> {
    /// `f(x)`
    pub(super) fn eval_call(
        &mut self,
        expr: &Expr,
        call: &Call,
        grid: Grid,
    ) -> Result<Value, EvalError> {
        let Some(calling) = Calling::new(expr, call, grid) else {
            let text = format!("unknown function with name \"{}\"", call.name);
            return Err(EvalError::new(expr.span, ErrorKind::Other(text)));
        };
        let function = calling.function;
        if function.sorts && grid.start != grid.end {
            self.notes.add(AnnotationKind::SortInRange, expr.span);
        }
        match function.kind {
            Kind::Missing => Err(calling.missing()),
            Kind::Info => self.info(&calling),
            Kind::PerSample(_) | Kind::PerSampleWith(_) => self.per_sample(&calling),
            Kind::PerHistogram(f) => {
                let columns = self.eval_vector(calling.arg(0)?, grid)?;
                let map =
                    |column: &Column, step: usize| column.histogram(step).map(|it| f(it));
                self.map_columns(&calling, columns, map)
            }
            Kind::Date(f) => {
                if calling.args.is_empty() {
                    let values = grid.times().map(|it| f((it / 1000) as f64)).collect();
                    let column = Column::full(Labels::empty(), values);
                    return Ok(Value::Vector(vec![column]));
                }
                self.per_sample(&calling)
            }
            Kind::Scalars(f) => {
                let before = self.limit.held();
                let scalars = self.scalar_args(&calling)?;
                let mut now = Vec::with_capacity(scalars.len());
                let mut values = Vec::with_capacity(grid.n_steps());
                for (step, time) in grid.times().enumerate() {
                    now.clear();
                    now.extend(scalars.iter().map(|it| it[step]));
                    values.push(f(time, &now));
                }
                self.limit.set(before);
                self.limit.add(values.len() as u64, expr.span)?;
                Ok(Value::Scalar(values))
            }
            Kind::Query(f) => Ok(Value::Scalar(vec![f(&self.query); grid.n_steps()])),
            Kind::Window(f) => self.call_windows(calling, f).map(Value::Vector),
            Kind::AbsentOverTime => self.absent_over_time(calling).map(Value::Vector),
            Kind::Columns(f) => self.call_columns(&calling, f),
            Kind::Absent => self.absent(&calling),
            Kind::ToScalar => {
                let before = self.limit.held();
                let columns = self.eval_vector(calling.arg(0)?, grid)?;
                let values = to_scalar(&columns, grid);
                if self.limit.is_set() {
                    let gathered = self.gathered(&columns, grid);
                    let result = Column::full(Labels::empty(), values.clone());
                    self.limit.step_by_step(before, &gathered, &[result], expr.span)?;
                }
                Ok(Value::Scalar(values))
            }
            Kind::ToVector => {
                let values = self.eval_scalar(calling.arg(0)?, grid)?;
                let columns = match values.is_empty() {
                    true => Vec::new(),
                    false => vec![Column::full(Labels::empty(), values)],
                };
                Ok(Value::Vector(columns))
            }
            Kind::Timestamp => self.timestamps(&calling, false),
            Kind::StartTimestamp => self.timestamps(&calling, true),
        }
    }

    /// Where a body of the function leaves its annotations.
    pub(super) fn notes_of<'n>(&'n mut self, calling: &'n Calling<'_>) -> Notes<'n> {
        Notes {
            annotations: &mut self.notes,
            call: calling.expr.span,
            args: &calling.spans,
            dialect: self.dialect,
            failure: None,
        }
    }

    /// The scalar arguments, a value per step each.
    pub(super) fn scalar_args(
        &mut self,
        calling: &Calling<'_>,
    ) -> Result<Vec<Vec<f64>>, EvalError> {
        let is_scalar = |it: &&&Expr| type_of(it) == ValueType::Scalar;
        let args = calling.args.iter().filter(is_scalar);
        args.map(|it| self.eval_scalar(it, calling.grid)).collect()
    }

    /// A function of each float by itself.
    fn per_sample(&mut self, calling: &Calling<'_>) -> Result<Value, EvalError> {
        let mut columns = Vec::new();
        let is_vector = |it: &&&Expr| type_of(it) != ValueType::Scalar;
        if let Some(operand) = calling.args.iter().find(is_vector) {
            columns = self.eval_vector(operand, calling.grid)?;
        }
        let Some(stage) = self.per_sample_stage(calling)? else {
            return Err(calling.missing());
        };
        let gathered = self.gathered(&columns, calling.grid);
        let before = self.limit.held().saturating_sub(self.weight(&columns));
        columns.iter_mut().for_each(|it| stage.apply(it));
        let at = calling.expr.span;
        let columns = merge::finish(columns, calling.grid, self.delayed(), at)?;
        self.limit.step_by_step(before, &gathered, &columns, at)?;
        Ok(Value::Vector(columns))
    }

    /// What a function of each float does with a column.
    pub(super) fn per_sample_stage(
        &mut self,
        calling: &Calling<'_>,
    ) -> Result<Option<PerSample>, EvalError> {
        let body = match calling.function.kind {
            Kind::PerSample(f) | Kind::Date(f) => SampleBody::Alone(f),
            Kind::PerSampleWith(f) => SampleBody::With(f),
            _ => return Ok(None),
        };
        let scalars = self.scalar_args(calling)?;
        let mut rows = vec![0.0; scalars.len() * calling.grid.n_steps()];
        for (idx, values) in scalars.iter().enumerate() {
            for (step, value) in values.iter().enumerate() {
                rows[step * scalars.len() + idx] = *value;
            }
        }
        Ok(Some(PerSample { body, rows, n_scalars: scalars.len() }))
    }

    /// Computes each sample anew; names go.
    fn map_columns(
        &mut self,
        calling: &Calling<'_>,
        mut columns: Vec<Column>,
        f: impl Fn(&Column, usize) -> Option<f64>,
    ) -> Result<Value, EvalError> {
        let gathered = self.gathered(&columns, calling.grid);
        let before = self.limit.held().saturating_sub(self.weight(&columns));
        for column in &mut columns {
            column.drop_name = true;
            for step in 0..column.n_steps() {
                match f(column, step) {
                    Some(value) => column.set_float(step, value),
                    None => column.clear(step),
                }
            }
            column.histograms = None;
        }
        let at = calling.expr.span;
        let columns = merge::finish(columns, calling.grid, self.delayed(), at)?;
        self.limit.step_by_step(before, &gathered, &columns, at)?;
        Ok(Value::Vector(columns))
    }

    fn gathered(&self, columns: &[Column], grid: Grid) -> Vec<u64> {
        match self.limit.is_set() {
            true => limit::gathered(&[columns], grid.n_steps()),
            false => Vec::new(),
        }
    }

    fn weight(&self, columns: &[Column]) -> u64 {
        match self.limit.is_set() {
            true => limit::weight(columns),
            false => 0,
        }
    }

    fn call_columns(
        &mut self,
        calling: &Calling<'_>,
        f: fn(Vector<'_>, &mut Notes<'_>) -> Result<Vec<Column>, EvalError>,
    ) -> Result<Value, EvalError> {
        let grid = calling.grid;
        let before = self.limit.held();
        let mut columns = Vec::new();
        let mut scalars = Vec::new();
        let mut texts: Vec<Arc<str>> = Vec::new();
        if calling.function.relabels {
            self.check_texts(calling, f)?;
        }
        for arg in &calling.args {
            match self.eval(arg, grid)? {
                Value::Vector(it) => columns = it,
                Value::Scalar(it) => scalars.push(it),
                Value::Text(it) => texts.push(it),
                Value::Matrix(_) => {}
            }
        }
        let gathered = self.gathered(&columns, grid);
        let at = calling.expr.span;
        let mut notes = self.notes_of(calling);
        let vector = Vector { grid, columns, scalars: &scalars, texts: &texts };
        let result = f(vector, &mut notes);
        if let Some(kind) = notes.failure {
            return Err(EvalError::new(at, kind));
        }
        let mut columns = result?;
        if calling.function.relabels {
            if !self.delayed() {
                merge::drop_names(&mut columns);
            }
            return self.merge_relabelled(columns, calling.expr).map(Value::Vector);
        }
        let columns = merge::finish(columns, grid, self.delayed(), at)?;
        self.limit.step_by_step(before, &gathered, &columns, at)?;
        Ok(Value::Vector(columns))
    }

    /// A text that is no label name or no regular expression is told before anything
    /// that the vector may have wrong.
    fn check_texts(
        &mut self,
        calling: &Calling<'_>,
        f: fn(Vector<'_>, &mut Notes<'_>) -> Result<Vec<Column>, EvalError>,
    ) -> Result<(), EvalError> {
        let text = |it: &&Expr| match &it.kind {
            ExprKind::String(text) => Some(text.clone()),
            _ => None,
        };
        let texts: Vec<Arc<str>> = calling.args.iter().filter_map(text).collect();
        let mut notes = self.notes_of(calling);
        let columns = Vec::new();
        let vector = Vector { grid: calling.grid, columns, scalars: &[], texts: &texts };
        f(vector, &mut notes).map(|_| ())
    }

    fn absent(&mut self, calling: &Calling<'_>) -> Result<Value, EvalError> {
        let arg = calling.arg(0)?;
        let before = self.limit.held();
        let columns = self.eval_vector(arg, calling.grid)?;
        let mut result = Column::empty(absent::labels(arg), calling.grid.n_steps());
        for step in 0..calling.grid.n_steps() {
            if !columns.iter().any(|it| it.has.get(step)) {
                result.set_float(step, 1.0);
            }
        }
        let gathered = self.gathered(&columns, calling.grid);
        let mut results = vec![result];
        results.retain(|it| it.has.any());
        self.limit.step_by_step(before, &gathered, &results, calling.expr.span)?;
        Ok(Value::Vector(results))
    }

    /// The times of the samples that a selector finds; of anything else, the steps'.
    fn timestamps(
        &mut self,
        calling: &Calling<'_>,
        starts: bool,
    ) -> Result<Value, EvalError> {
        let arg = calling.arg(0)?;
        let grid = calling.grid;
        let ExprKind::Selector(selector) = &arg.kind else {
            let columns = self.eval_vector(arg, grid)?;
            return self.map_columns(calling, columns, |column, step| {
                let is_there = column.has.get(step) && !starts;
                is_there.then(|| grid.time(step) as f64 / 1000.0)
            });
        };
        let looks = Looks::new(grid, self.plan.of(arg));
        let mut columns = Vec::new();
        for series in self.select(arg, selector, grid) {
            let mut latest = Latest::new(series, self.dialect.lookback);
            let mut column = Column::empty(series.labels.clone(), grid.n_steps());
            column.drop_name = true;
            for step in 0..grid.n_steps() {
                let Some(found) = latest.at(looks.at(step)) else { continue };
                if starts && !self.options.start_times {
                    continue;
                }
                let time = if starts { found.start } else { found.time };
                column.set_float(step, time as f64 / 1000.0);
            }
            self.budget.fits(columns.len() + 1, grid.n_steps(), calling.expr.span)?;
            columns.push(column);
        }
        let at = calling.expr.span;
        let before = self.limit.held();
        let gathered = self.gathered(&columns, grid);
        let columns = merge::finish(columns, grid, self.delayed(), at)?;
        self.limit.step_by_step(before, &gathered, &columns, at)?;
        Ok(Value::Vector(columns))
    }
}

/// A function of each float by itself, with its other arguments.
pub(super) struct PerSample {
    body: SampleBody,
    /// The scalar arguments of each step, side by side.
    rows: Vec<f64>,
    n_scalars: usize,
}

/// A body of a function of each float.
enum SampleBody {
    Alone(fn(f64) -> f64),
    With(fn(f64, &[f64]) -> Option<f64>),
}

impl PerSample {
    /// Computes all floats of a column anew; histograms and the name go.
    pub(super) fn apply(&self, column: &mut Column) {
        column.drop_name = true;
        column.drop_histograms();
        match self.body {
            SampleBody::Alone(f) => {
                for step in column.has.iter() {
                    column.floats[step] = f(column.floats[step]);
                }
            }
            SampleBody::With(f) => {
                let n = self.n_scalars;
                for step in 0..column.n_steps() {
                    if !column.has.get(step) {
                        continue;
                    }
                    match f(column.floats[step], &self.rows[step * n..(step + 1) * n]) {
                        Some(value) => column.floats[step] = value,
                        None => column.has.unset(step),
                    }
                }
            }
        }
    }
}

/// The only float at each step.
fn to_scalar(columns: &[Column], grid: Grid) -> Vec<f64> {
    let mut values = vec![f64::NAN; grid.n_steps()];
    let mut counts = vec![0u32; grid.n_steps()];
    for column in columns {
        for step in column.has.iter() {
            let Some(value) = column.float(step) else { continue };
            counts[step] += 1;
            values[step] = if counts[step] == 1 { value } else { f64::NAN };
        }
    }
    values
}

/// Where annotations say that an argument stands. That of a subquery is the beginning of
/// the query: Prometheus has put its result, which stands nowhere, in its place.
fn place(arg: &Expr) -> TextRange {
    match &arg.kind {
        ExprKind::Subquery(_) => TextRange { start: 0, end: arg.span.end },
        _ => arg.span,
    }
}
