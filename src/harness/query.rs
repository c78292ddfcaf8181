//! Expressions on the series of a test.

use crate::promql::annotation::Annotation;
use crate::promql::dialect::Dialect;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::{self, Options};
use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;
use crate::promql::series::Storage;
use crate::promql::storage::MemoryStorage;
use crate::promql::syntax::ast::{Expr, ExprKind, Parsed};
use crate::promql::value::{Column, Grid, Value};

/// How expressions are evaluated in a test.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    dialect: Dialect,
    options: Options,
}

impl Engine {
    /// An engine with the step of subqueries that name none, in milliseconds.
    pub fn new(dialect: Dialect, subquery_step: i64) -> Engine {
        let options = Options { subquery_step, ..Options::default() };
        Engine { dialect, options }
    }

    /// The dialect.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The same without a limit of samples: a range over all ticks holds more of them
    /// than the query at one tick that it stands for.
    pub fn unlimited(mut self) -> Engine {
        self.dialect.max_samples = None;
        self
    }

    /// Evaluates an expression of any type.
    pub fn value(
        &self,
        expr: &Parsed,
        storage: &dyn Storage,
        grid: Grid,
    ) -> Result<Value, EvalError> {
        let outcome = eval::evaluate(storage, expr, grid, &self.dialect, &self.options)?;
        Ok(outcome.value)
    }

    /// The warnings and infos of an evaluation, which say what it left out; none where
    /// it fails.
    pub fn remarks(
        &self,
        expr: &Parsed,
        storage: &dyn Storage,
        grid: Grid,
    ) -> Vec<Annotation> {
        eval::evaluate(storage, expr, grid, &self.dialect, &self.options)
            .map(|it| it.annotations.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Evaluates the expression of a rule: a vector, or a scalar as one without labels
    /// (`rules/manager.go`, `EngineQueryFunc`).
    pub fn vector(
        &self,
        expr: &Parsed,
        storage: &dyn Storage,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        match self.value(expr, storage, grid)? {
            Value::Vector(columns) => Ok(columns),
            Value::Scalar(values) => Ok(vec![Column::full(Labels::empty(), values)]),
            Value::Text(_) | Value::Matrix(_) => {
                let text = "rule result is not a vector or scalar".to_string();
                Err(EvalError::new(expr.expr.span, ErrorKind::Other(text)))
            }
        }
    }

    /// Whether the query at some tick might hold more samples than the dialect allows;
    /// a generous estimate.
    pub fn may_exceed_limit(&self, expr: &Parsed, storage: &MemoryStorage) -> bool {
        let Some(limit) = self.dialect.max_samples else { return false };
        let n_nodes = u64::from(expr.n_nodes).max(1);
        let fits = |weight: u64| weight.saturating_mul(n_nodes) <= limit;
        let all = storage.n_samples() as u64;
        let subqueries = has_subquery(&expr.expr);
        !((!subqueries && fits(all)) || fits(self.weight(&expr.expr, storage)))
    }

    /// The most samples that the leaves of an expression hold at one tick.
    fn weight(&self, expr: &Expr, storage: &MemoryStorage) -> u64 {
        let series = |expr: &Expr| match &expr.kind {
            ExprKind::Selector(it) => storage.matching(&Matchers::new(&it.matchers)),
            _ => Vec::new(),
        };
        match &expr.kind {
            ExprKind::Selector(_) => series(expr).len() as u64,
            ExprKind::Matrix(matrix) => {
                let range = matrix.range.literal_millis().unwrap_or(i64::MAX);
                let n_samples = |id: &u32| {
                    let it = &storage.series()[*id as usize];
                    let (n, times) = match it.histograms.is_empty() {
                        true => (it.floats.len() as u64, &it.floats.times),
                        false => return it.histograms.len() as u64 * 20,
                    };
                    match (times.first(), times.last()) {
                        (Some(first), Some(last)) if range < last - first => {
                            let mean = ((last - first) / (n as i64 - 1).max(1)).max(1);
                            // Twice as many as evenly spread ones, for uneven series.
                            n.min((range / mean + 1) as u64 * 2)
                        }
                        _ => n,
                    }
                };
                series(&matrix.selector).iter().map(n_samples).sum()
            }
            ExprKind::Subquery(it) => {
                let range = it.range.literal_millis().unwrap_or(i64::MAX);
                let step = it.step.as_ref().map(|it| it.literal_millis());
                let step = match step {
                    Some(step) => step.unwrap_or(1),
                    None => self.options.subquery_step,
                };
                let n_steps = (range / step.max(1)) as u64 + 1;
                self.weight(&it.expr, storage).saturating_mul(n_steps)
            }
            ExprKind::Number { .. } | ExprKind::String(_) => 1,
            ExprKind::Call(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Binary(_)
            | ExprKind::Unary { .. }
            | ExprKind::Paren(_) => {
                expr.children().map(|it| self.weight(it, storage)).sum()
            }
        }
    }
}

fn has_subquery(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| found |= matches!(it.kind, ExprKind::Subquery(_)));
    found
}

/// A part of an expression as one of its own.
pub fn part(whole: &Parsed, part: &Expr) -> Parsed {
    Parsed { expr: part.clone(), n_nodes: whole.n_nodes, comments: Vec::new() }
}
