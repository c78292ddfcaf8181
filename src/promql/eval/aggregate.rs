//! Aggregations: series stream into the results of their groups.
//!
//! The group of a series is resolved once, when the series comes (`rangeEvalAgg`,
//! `aggregation` in Prometheus `promql/engine.go`).

use std::collections::HashMap;

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::fold::{Fold, Folded};
use crate::promql::eval::limit;
use crate::promql::eval::plan::unwrap;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::quantile::quantile;
use crate::promql::syntax::ast::{Aggregate, AggregateOp, Expr, TextRange};
use crate::promql::value::{Column, Grid};

/// The groups of series, by number in the order in which they come.
pub(super) struct Groups<'a> {
    aggregate: &'a Aggregate,
    numbers: HashMap<Labels, usize>,
}

impl<'a> Groups<'a> {
    /// No groups yet.
    pub(super) fn new(aggregate: &'a Aggregate) -> Groups<'a> {
        Groups { aggregate, numbers: HashMap::new() }
    }

    /// The number of the group of a series; `new` gets the labels of a new one.
    pub(super) fn of(&mut self, labels: &Labels, new: impl FnOnce(&Labels)) -> usize {
        let group = group_labels(self.aggregate, labels);
        let next = self.numbers.len();
        *self.numbers.entry(group).or_insert_with_key(|it| {
            new(it);
            next
        })
    }
}

/// The labels that are left of a series in its group.
pub(super) fn group_labels(aggregate: &Aggregate, labels: &Labels) -> Labels {
    let is_named = |name: &str| aggregate.grouping.iter().any(|it| &*it.text == name);
    match (aggregate.without, aggregate.grouping.is_empty()) {
        (true, _) => labels.filter(|it| it != METRIC_NAME && !is_named(it)),
        (false, true) => Labels::empty(),
        (false, false) => labels.filter(is_named),
    }
}

/// The parameter of an aggregation, a value per step.
pub(super) struct Param {
    /// The values.
    pub values: Vec<f64>,
    /// The least of them, as Go's `math.Min` has it.
    pub min: f64,
    /// The greatest of them.
    pub max: f64,
    /// Whether any is not a number.
    pub any_nan: bool,
}

impl Param {
    /// The value at a step.
    pub(super) fn at(&self, step: usize) -> f64 {
        self.values.get(step).copied().unwrap_or(0.0)
    }

    fn new(values: Vec<f64>) -> Param {
        use crate::promql::math;
        let any_nan = values.iter().any(|it| it.is_nan());
        let min = values.iter().copied().fold(f64::MAX, math::min);
        let max = values.iter().copied().fold(f64::MIN, math::max);
        // A single infinite value is its own bound.
        let bound = |folded: f64| match values.as_slice() {
            [one] => *one,
            _ => folded,
        };
        Param { min: bound(min), max: bound(max), any_nan, values }
    }
}

impl Evaluator<'_> {
    /// `sum by (job) (x)`
    pub(super) fn eval_aggregate(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let before = self.limit.held();
        let operand = unwrap(&aggregate.expr);
        if aggregate.op == AggregateOp::CountValues {
            return self.count_values(expr, aggregate, grid);
        }
        let param = match &aggregate.param {
            Some(it) => Param::new(self.eval_scalar(unwrap(it), grid)?),
            None => Param::new(Vec::new()),
        };
        let results = match Fold::of(aggregate.op) {
            Some(fold) => self.fold_all(fold, aggregate, operand, grid)?,
            None if aggregate.op == AggregateOp::Quantile => {
                let columns = self.eval_vector(operand, grid)?;
                self.quantiles(aggregate, &param, &columns, grid)
            }
            None => self.top(expr, aggregate, &param, grid)?,
        };
        if self.limit.is_set() {
            self.limit.set(before + limit::weight(&results));
        }
        Ok(results)
    }

    /// Where what is aggregated stands; before 3.7 with the parentheses around it.
    fn operand_place(&self, aggregate: &Aggregate) -> TextRange {
        match self.dialect.has(3, 7) {
            true => unwrap(&aggregate.expr).span,
            false => aggregate.expr.span,
        }
    }

    fn fold_all(
        &mut self,
        fold: Fold,
        aggregate: &Aggregate,
        operand: &Expr,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let aggregation = aggregate.op.as_str();
        let at = self.operand_place(aggregate);
        let mut groups = Groups::new(aggregate);
        let mut all: Vec<Folded> = Vec::new();
        self.each_column(operand, grid, &mut |evaluator, column| {
            evaluator.budget.fits(all.len() + 1, grid.n_steps(), at)?;
            let group = groups.of(&column.labels, |labels| {
                all.push(Folded::new(fold, labels.clone(), grid.n_steps()));
            });
            evaluator.fold(fold, &mut all[group], column, aggregation, at);
            Ok(())
        })?;
        let mut results = Vec::with_capacity(all.len());
        for group in all {
            let column = self.folded(fold, group, at);
            if column.has.any() {
                results.push(column);
            }
        }
        Ok(results)
    }

    fn quantiles(
        &mut self,
        aggregate: &Aggregate,
        param: &Param,
        columns: &[Column],
        grid: Grid,
    ) -> Vec<Column> {
        let at = aggregate.param.as_ref().map_or(aggregate.op_span, |it| unwrap(it).span);
        let mut warn = |value: f64| {
            self.notes.add(AnnotationKind::InvalidQuantile { value }, at);
        };
        if param.any_nan {
            warn(f64::NAN);
        }
        if 1.0 < param.max {
            warn(param.max);
        }
        if param.min < 0.0 {
            warn(param.min);
        }
        if columns.iter().any(Column::has_histograms) {
            let aggregation = aggregate.op.as_str();
            let kind = AnnotationKind::IgnoredInAggregation { aggregation };
            self.notes.add(kind, self.operand_place(aggregate));
        }
        let mut groups = Groups::new(aggregate);
        let mut all: Vec<(Labels, Vec<&Column>)> = Vec::new();
        for column in columns {
            let new = |labels: &Labels| all.push((labels.clone(), Vec::new()));
            let group = groups.of(&column.labels, new);
            all[group].1.push(column);
        }
        let results = all.into_iter().map(|(labels, members)| {
            let mut result = Column::empty(labels, grid.n_steps());
            quantile_of_members(param, &members, &mut result);
            let last = result.has.last();
            let mut nameless = members.iter().filter(|it| it.drop_name);
            result.drop_name =
                last.is_some_and(|last| nameless.any(|it| it.has.get(last)));
            result
        });
        results.filter(|it| it.has.any()).collect()
    }
}

/// How many steps are looked at together: so many values of a column are read at once.
const BLOCK: usize = 64;

fn quantile_of_members(param: &Param, members: &[&Column], result: &mut Column) {
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); BLOCK];
    for first in (0..result.n_steps()).step_by(BLOCK) {
        let block = first..(first + BLOCK).min(result.n_steps());
        for member in members {
            for (step, values) in block.clone().zip(&mut values) {
                values.extend(member.float(step));
            }
        }
        for (step, values) in block.zip(&mut values) {
            if !values.is_empty() {
                let q = param.at(step);
                result.set_float(step, quantile(q, values));
                values.clear();
            }
        }
    }
}
