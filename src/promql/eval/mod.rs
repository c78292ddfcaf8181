//! Evaluation: an expression over a grid of steps.
//!
//! Every node is evaluated once, over all steps; label sets, groupings and match keys
//! are resolved once per series. The rules are those of Prometheus `promql/engine.go`.
//! Functions are called by the kind that their row names; nothing here knows one by
//! name. Evaluation knows no clock and no storage but the one that it is given.

mod aggregate;
mod binary;
mod budget;
mod call;
mod chain;
mod count_values;
mod duration;
mod element;
mod fold;
mod frames;
mod info;
mod last_notes;
mod limit;
mod matching;
mod merge;
mod pairs;
mod plan;
mod resample;
mod selector;
mod set;
mod smooth;
mod top;
mod totals;
mod unary;
mod window;
mod window_call;

use crate::promql::annotation::Annotations;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::budget::Budget;
use crate::promql::eval::limit::Limit;
use crate::promql::eval::plan::{Plan, type_of, unwrap};
use crate::promql::limits::Limits;
use crate::promql::series::Storage;
use crate::promql::syntax::ast::{Expr, ExprKind, Parsed};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Grid, Value};

/// What an evaluation needs to know beside the language.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The step of subqueries that name none, in milliseconds: the server's evaluation
    /// interval.
    pub subquery_step: i64,
    /// Functions look at start timestamps.
    pub start_times: bool,
    /// What an evaluation may ask for.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        Options { subquery_step: 60_000, start_times: false, limits: Limits::DEFAULT }
    }
}

/// What an evaluation gives.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The value over the steps. The columns of a range query are sorted by labels.
    pub value: Value,
    /// Warnings and infos.
    pub annotations: Annotations,
}

/// Evaluates an expression that has passed the check.
pub fn evaluate(
    storage: &dyn Storage,
    parsed: &Parsed,
    grid: Grid,
    dialect: &Dialect,
    options: &Options,
) -> Result<Outcome, EvalError> {
    let expr = &parsed.expr;
    let value_type = type_of(expr);
    if !grid.is_instant() && !matches!(value_type, ValueType::Vector | ValueType::Scalar)
    {
        let text = format!(
            "invalid expression type \"{value_type}\" for range query, must be Scalar \
             or instant Vector"
        );
        return Err(EvalError::new(expr.span, ErrorKind::Other(text)));
    }
    let plan = plan::plan(parsed, grid, dialect.version)?;
    let limit = Limit::new(dialect.max_samples);
    let budget = Budget::new(options.limits);
    let notes = Annotations::new(dialect.version);
    let plan = &plan;
    let query = grid;
    let mut evaluator =
        Evaluator { storage, dialect, options, plan, query, limit, budget, notes };
    let value = evaluator.eval(expr, grid)?;
    let value = evaluator.finish(value, expr)?;
    Ok(Outcome { value, annotations: evaluator.notes })
}

/// An evaluation under way.
pub(super) struct Evaluator<'s> {
    storage: &'s dyn Storage,
    dialect: &'s Dialect,
    options: &'s Options,
    plan: &'s Plan,
    /// The steps of the whole query.
    query: Grid,
    limit: Limit,
    budget: Budget,
    notes: Annotations,
}

impl Evaluator<'_> {
    /// Metric names are dropped at the very end only.
    fn delayed(&self) -> bool {
        self.dialect.features.delayed_name_removal
    }

    /// Series whose labels become equal are merged where they share no step; older
    /// versions refuse them even so.
    fn merges(&self) -> bool {
        Version::new(3, 9) <= self.dialect.version
    }

    /// Evaluates a node over the steps of `grid`.
    fn eval(&mut self, expr: &Expr, grid: Grid) -> Result<Value, EvalError> {
        self.budget.begin(grid, expr.span)?;
        let held_before = self.budget.held();
        let is_repeated = self.plan.of(expr).once && grid.start < grid.end;
        let value = match is_repeated {
            false => self.eval_node(expr, grid)?,
            true => {
                let value = self.eval_node(expr, Grid { end: grid.start, ..grid })?;
                self.repeat(value, expr, grid.n_steps())?
            }
        };
        self.budget.end(held_before, &value, expr.span)?;
        Ok(value)
    }

    fn eval_node(&mut self, expr: &Expr, grid: Grid) -> Result<Value, EvalError> {
        if let ExprKind::Call(_) | ExprKind::Binary(_) | ExprKind::Unary { .. } =
            expr.kind
            && let Some(columns) = self.eval_chain(expr, grid)?
        {
            return Ok(Value::Vector(columns));
        }
        match &expr.kind {
            ExprKind::Number { value, .. } => {
                let n_steps = grid.n_steps();
                self.limit.add(n_steps as u64, expr.span)?;
                Ok(Value::Scalar(vec![*value; n_steps]))
            }
            ExprKind::String(text) => Ok(Value::Text(text.clone())),
            ExprKind::Selector(selector) => {
                self.eval_selector(expr, selector, grid).map(Value::Vector)
            }
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => {
                self.eval_range(expr, grid).map(Value::Matrix)
            }
            ExprKind::Call(call) => self.eval_call(expr, call, grid),
            ExprKind::Aggregate(aggregate) => {
                self.eval_aggregate(expr, aggregate, grid).map(Value::Vector)
            }
            ExprKind::Binary(binary) => self.eval_binary(expr, binary, grid),
            ExprKind::Unary { op, expr: operand } => {
                self.eval_unary(expr, *op, operand, grid)
            }
            ExprKind::Paren(inner) => self.eval(inner, grid),
        }
    }

    /// The same value at every step, from that at one.
    fn repeat(
        &mut self,
        value: Value,
        expr: &Expr,
        n_steps: usize,
    ) -> Result<Value, EvalError> {
        match value {
            Value::Scalar(values) => {
                self.limit.add(n_steps.saturating_sub(1) as u64, expr.span)?;
                let value = values.first().copied().unwrap_or(f64::NAN);
                Ok(Value::Scalar(vec![value; n_steps]))
            }
            Value::Vector(columns) => {
                self.budget.fits(columns.len(), n_steps, expr.span)?;
                let mut repeated = Vec::with_capacity(columns.len());
                for column in columns {
                    let Some(sample) = column.sample(0) else { continue };
                    let weight = column.weight() * n_steps.saturating_sub(1) as u64;
                    self.limit.add(weight, expr.span)?;
                    let mut all = Column::empty(column.labels, n_steps);
                    all.drop_name = column.drop_name;
                    for step in 0..n_steps {
                        all.set(step, sample.clone());
                    }
                    repeated.push(all);
                }
                Ok(Value::Vector(repeated))
            }
            value @ (Value::Text(_) | Value::Matrix(_)) => Ok(value),
        }
    }

    /// Evaluates a node that is an instant vector.
    fn eval_vector(&mut self, expr: &Expr, grid: Grid) -> Result<Vec<Column>, EvalError> {
        match self.eval(expr, grid)? {
            Value::Vector(columns) => Ok(columns),
            other => Err(mismatch(expr, &other, ValueType::Vector)),
        }
    }

    /// Evaluates a node that is a scalar.
    fn eval_scalar(&mut self, expr: &Expr, grid: Grid) -> Result<Vec<f64>, EvalError> {
        match self.eval(expr, grid)? {
            Value::Scalar(values) => Ok(values),
            other => Err(mismatch(expr, &other, ValueType::Scalar)),
        }
    }

    /// Drops the names that are still kept, and sorts what has no order.
    fn finish(&self, value: Value, expr: &Expr) -> Result<Value, EvalError> {
        match value {
            Value::Vector(mut columns) => {
                if self.delayed() {
                    merge::drop_names(&mut columns);
                    columns = self.merge_relabelled(columns, expr)?;
                }
                if !self.query.is_instant() {
                    columns.sort_by(|a, b| a.labels.cmp(&b.labels));
                }
                Ok(Value::Vector(columns))
            }
            Value::Matrix(mut all) => {
                if self.delayed() {
                    for series in all.iter_mut().filter(|it| it.drop_name) {
                        series.labels = series.labels.without_metadata();
                    }
                }
                all.sort_by(|a, b| a.labels.cmp(&b.labels));
                let is_twice = all.windows(2).any(|it| it[0].labels == it[1].labels);
                match is_twice {
                    true if !self.merges() => {
                        Err(EvalError::new(expr.span, ErrorKind::SameLabelset))
                    }
                    true => merge::merge_series(all, expr.span).map(Value::Matrix),
                    false => Ok(Value::Matrix(all)),
                }
            }
            value @ (Value::Scalar(_) | Value::Text(_)) => Ok(value),
        }
    }

    /// What has got the same labels becomes one series, or is an error.
    fn merge_relabelled(
        &self,
        columns: Vec<Column>,
        expr: &Expr,
    ) -> Result<Vec<Column>, EvalError> {
        if !self.merges() && merge::has_same_labels(&columns) {
            return Err(EvalError::new(expr.span, ErrorKind::SameLabelset));
        }
        merge::merge(columns, expr.span)
    }
}

/// The check lets no expression of another type through.
fn mismatch(expr: &Expr, value: &Value, wanted: ValueType) -> EvalError {
    let text = format!("expected type {wanted}, got {}", value.value_type());
    EvalError::new(unwrap(expr).span, ErrorKind::Other(text))
}
