//! Chains: nodes that turn one series into one series each, down to a selector.
//!
//! `abs(rate(x[5m])) * 2 > 1` is computed series by series: a series passes all nodes
//! while it is in the cache, and what takes it (an aggregation, a list) sees it once.
//! That gives what node by node evaluation gives as long as no two series can get the
//! same labels, and while nobody counts samples; otherwise there is no chain.

use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::binary::WithScalar;
use crate::promql::eval::call::{Calling, PerSample};
use crate::promql::eval::plan::{type_of, unwrap};
use crate::promql::eval::resample::Resampled;
use crate::promql::eval::selector::Instants;
use crate::promql::eval::window_call::Windows;
use crate::promql::functions;
use crate::promql::functions::kind::Kind;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::series::SeriesRef;
use crate::promql::syntax::ast::{
    BinaryOp, Expr, ExprKind, MatchOp, Selector, TextRange,
};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Grid};

/// What takes the columns of a chain, each in turn; it may take a column away.
pub(super) type Sink<'f, 's> =
    dyn FnMut(&mut Evaluator<'s>, &mut Column) -> Result<(), EvalError> + 'f;

/// A chain, ready to run.
struct Chain<'e, 's> {
    source: Source<'e, 's>,
    /// The first one works on what the source gives.
    stages: Vec<Stage<'e>>,
}

enum Source<'e, 's> {
    Instants(Instants<'s>),
    Windows(Windows<'e, 's>),
    Subquery(Box<Inner<'e, 's>>),
}

/// A subquery, and the call that looks at windows of it.
struct Inner<'e, 's> {
    chain: Chain<'e, 's>,
    grid: Grid,
    at: TextRange,
    windows: Windows<'e, 's>,
}

/// What happens to each column.
enum Stage<'e> {
    /// `abs(…)`
    PerSample(PerSample),
    /// `… * 2`
    WithScalar(WithScalar<'e>),
    /// `-…`
    Negate,
}

impl<'s> Evaluator<'s> {
    /// Evaluates an instant vector and passes each series on.
    pub(super) fn each_column(
        &mut self,
        expr: &Expr,
        grid: Grid,
        sink: &mut Sink<'_, 's>,
    ) -> Result<(), EvalError> {
        if let Some(chain) = self.chain_of(expr, grid)? {
            return self.run(&chain, grid, &mut |evaluator, column| {
                evaluator.budget.work(column.n_steps() as u64, expr.span)?;
                sink(evaluator, column)
            });
        }
        for mut column in self.eval_vector(expr, grid)? {
            sink(self, &mut column)?;
        }
        Ok(())
    }

    /// Evaluates a node as a chain, if it is one.
    pub(super) fn eval_chain(
        &mut self,
        expr: &Expr,
        grid: Grid,
    ) -> Result<Option<Vec<Column>>, EvalError> {
        let Some(chain) = self.chain_of(expr, grid)? else { return Ok(None) };
        let mut columns = Vec::new();
        self.run(&chain, grid, &mut |evaluator, column| {
            evaluator.budget.fits(columns.len() + 1, grid.n_steps(), expr.span)?;
            columns.push(column.take());
            Ok(())
        })?;
        Ok(Some(columns))
    }

    fn run(
        &mut self,
        chain: &Chain<'_, 's>,
        grid: Grid,
        sink: &mut Sink<'_, 's>,
    ) -> Result<(), EvalError> {
        let delayed = self.delayed();
        let mut through = |evaluator: &mut Evaluator<'s>, column: &mut Column| {
            for stage in &chain.stages {
                match stage {
                    Stage::PerSample(it) => it.apply(column),
                    Stage::WithScalar(it) => evaluator.with_scalar(it, column),
                    Stage::Negate => evaluator.negate(column),
                }
                if !column.has.any() {
                    return Ok(());
                }
            }
            if column.drop_name && !delayed {
                column.labels = column.labels.without_metadata();
            }
            sink(evaluator, column)
        };
        match &chain.source {
            Source::Instants(it) => self.each_instant(it, grid, &mut through),
            Source::Windows(it) => self.each_window(it, &mut through),
            Source::Subquery(inner) => {
                let mut state = Resampled::new(inner.grid, grid);
                let mut out = Column::empty(Labels::empty(), 0);
                self.run(&inner.chain, inner.grid, &mut |evaluator, column| {
                    evaluator.budget.work(column.n_steps() as u64, inner.at)?;
                    match evaluator.resample(
                        &inner.windows,
                        &mut state,
                        column,
                        &mut out,
                    )? {
                        true => through(evaluator, &mut out),
                        false => Ok(()),
                    }
                })
            }
        }
    }

    /// The chain that a node is the end of.
    fn chain_of<'e>(
        &mut self,
        expr: &'e Expr,
        grid: Grid,
    ) -> Result<Option<Chain<'e, 's>>, EvalError> {
        let is_repeated = self.plan.of(expr).once && grid.start != grid.end;
        // A selector alone drops no names.
        let is_selector =
            matches!(&unwrap(expr).kind, ExprKind::Selector(it) if !it.smoothed);
        let is_chain = is_selector || self.is_chain(expr, grid);
        if self.limit.is_set() || is_repeated || !is_chain {
            return Ok(None);
        }
        let budget = self.budget;
        let chain = self.link(expr, grid)?.filter(Chain::keeps_apart);
        if chain.is_none() {
            // Node by node evaluation begins anew.
            self.budget = budget;
        }
        Ok(chain)
    }

    /// Whether a node can be the end of a chain, from how it is written: one metric
    /// below, and scalars that look at no series.
    fn is_chain(&self, expr: &Expr, grid: Grid) -> bool {
        if self.plan.of(expr).once && grid.start != grid.end {
            return false;
        }
        match &expr.kind {
            ExprKind::Paren(inner) => self.is_chain(inner, grid),
            ExprKind::Selector(it) => !it.smoothed && has_one_name(it),
            ExprKind::Unary { expr, .. } => {
                type_of(expr) == ValueType::Vector && self.is_chain(expr, grid)
            }
            ExprKind::Binary(it) => match (type_of(&it.lhs), type_of(&it.rhs)) {
                (ValueType::Vector, ValueType::Scalar) => {
                    is_free(&it.rhs) && self.is_chain(&it.lhs, grid)
                }
                (ValueType::Scalar, ValueType::Vector) => {
                    is_free(&it.lhs) && self.is_chain(&it.rhs, grid)
                }
                (_, _) => false,
            },
            ExprKind::Call(call) => {
                let Some(function) = functions::lookup(call.name) else { return false };
                let mut args = call.args.iter();
                match function.kind {
                    Kind::PerSample(_) | Kind::PerSampleWith(_) => {
                        args.all(|it| match type_of(it) {
                            ValueType::Scalar => is_free(it),
                            _ => self.is_chain(it, grid),
                        })
                    }
                    Kind::Window(_) => args.all(|it| match &unwrap(it).kind {
                        ExprKind::Matrix(matrix) => match &matrix.selector.kind {
                            ExprKind::Selector(it) => has_one_name(it),
                            _ => false,
                        },
                        ExprKind::Subquery(subquery) => {
                            let inner = self.subquery_grid(unwrap(it), grid);
                            self.is_chain(&subquery.expr, inner)
                        }
                        _ => is_free(it),
                    }),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Makes the chain of a node that can be the end of one.
    fn link<'e>(
        &mut self,
        expr: &'e Expr,
        grid: Grid,
    ) -> Result<Option<Chain<'e, 's>>, EvalError> {
        let (operand, stage) = match &expr.kind {
            ExprKind::Paren(inner) => return self.link(inner, grid),
            ExprKind::Selector(selector) => {
                let source = Source::Instants(self.instants(expr, selector, grid));
                return Ok(Some(Chain { source, stages: Vec::new() }));
            }
            ExprKind::Unary { op: BinaryOp::Sub, expr: operand } => {
                (&**operand, Stage::Negate)
            }
            ExprKind::Unary { expr: operand, .. } => return self.link(operand, grid),
            ExprKind::Binary(binary) => {
                let (operand, with) = self.scalar_operand(expr, binary, grid)?;
                (operand, Stage::WithScalar(with))
            }
            ExprKind::Call(call) => {
                let Some(calling) = Calling::new(expr, call, grid) else {
                    return Ok(None);
                };
                if let Kind::Window(body) = calling.function.kind {
                    let is_subquery = |it: &&&Expr| type_of(it) == ValueType::Matrix;
                    if let Some(arg) = calling.args.iter().find(is_subquery).copied()
                        && let ExprKind::Subquery(subquery) = &arg.kind
                    {
                        let inner = self.subquery_grid(arg, grid);
                        let at = arg.span;
                        self.budget.begin(inner, at)?;
                        let Some(chain) = self.link(&subquery.expr, inner)? else {
                            return Ok(None);
                        };
                        let windows = self.windows_of_subquery(calling, body, arg)?;
                        let inner = Inner { chain, grid: inner, at, windows };
                        let source = Source::Subquery(Box::new(inner));
                        return Ok(Some(Chain { source, stages: Vec::new() }));
                    }
                    let source = Source::Windows(self.windows(calling, body)?);
                    return Ok(Some(Chain { source, stages: Vec::new() }));
                }
                let vector = |it: &&'e Expr| type_of(it) == ValueType::Vector;
                let Some(operand) = calling.args.iter().copied().find(vector) else {
                    return Ok(None);
                };
                match self.per_sample_stage(&calling)? {
                    Some(it) => (operand, Stage::PerSample(it)),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let mut chain = self.link(operand, grid)?;
        if let Some(chain) = &mut chain {
            chain.stages.push(stage);
        }
        Ok(chain)
    }
}

impl Chain<'_, '_> {
    /// Whether the series stay apart: no name goes, or nothing else goes with it.
    fn keeps_apart(&self) -> bool {
        match &self.source {
            Source::Instants(_) if self.stages.is_empty() => true,
            _ => !self.has_metadata(),
        }
    }

    /// Whether more goes with the name of a series, so that others may look like it.
    fn has_metadata(&self) -> bool {
        let has_metadata = |it: &SeriesRef<'_>| it.labels.has_metadata();
        match &self.source {
            Source::Instants(it) => it.series.iter().any(has_metadata),
            Source::Windows(it) => it.series().iter().any(has_metadata),
            Source::Subquery(it) => it.chain.has_metadata(),
        }
    }
}

/// Whether all series of a selector have the same metric name.
fn has_one_name(selector: &Selector) -> bool {
    selector.matchers.iter().any(|it| {
        &*it.name == METRIC_NAME && it.op == MatchOp::Equal && !it.value.is_empty()
    })
}

/// Whether a scalar is computed of numbers and times alone, so that it cannot fail.
fn is_free(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number { .. } => true,
        ExprKind::Paren(inner) => is_free(inner),
        ExprKind::Unary { expr, .. } => is_free(expr),
        ExprKind::Binary(it) => is_free(&it.lhs) && is_free(&it.rhs),
        ExprKind::Call(call) => {
            let kind = functions::lookup(call.name).map(|it| it.kind);
            let is_known = matches!(kind, Some(Kind::Scalars(_) | Kind::Query(_)));
            is_known && call.args.iter().all(is_free)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::promql::dialect::{Dialect, Version};
    use crate::promql::eval::{Options, evaluate};
    use crate::promql::series::{Samples, Series};
    use crate::promql::storage::MemoryStorage;
    use crate::promql::syntax::parse;
    use crate::promql::value::Grid;
    use std::sync::Arc;

    use super::Labels;

    #[test]
    fn series_that_look_alike_without_their_type_are_refused() {
        let mut storage = MemoryStorage::new();
        for kind in ["counter", "gauge"] {
            let times = Arc::new((0..10).map(|it| it * 60_000).collect());
            let values = (0..10).map(f64::from).collect();
            let floats = Samples { times, values, starts: Vec::new() };
            let labels = Labels::from_strs(&[("__name__", "x"), ("__type__", kind)]);
            storage.insert(Series { labels, floats, ..Series::default() });
        }
        let dialect = Dialect::new(Version::LATEST);
        let grid = Grid::range(300_000, 540_000, 60_000);
        for (query, is_refused) in [
            ("x", false),
            ("sum(x)", false),
            ("last_over_time(x[5m])", false),
            ("abs(x)", true),
            ("-x > 1", true),
            ("rate(x[5m])", true),
            ("rate(x[5m:1m])", true),
            ("sum(rate(x[5m:1m]))", true),
            ("abs(max_over_time(x[5m:1m]))", true),
        ] {
            let parsed = parse(query, &dialect).unwrap();
            let options = Options::default();
            let outcome = evaluate(&storage, &parsed, grid, &dialect, &options);
            assert_eq!(outcome.is_err(), is_refused, "{query}");
        }
    }
}
