//! `count_values`: how often each value occurs.

use std::collections::HashMap;

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::Evaluator;
use crate::promql::eval::aggregate::group_labels;
use crate::promql::eval::limit;
use crate::promql::eval::plan::unwrap;
use crate::promql::labels::{Labels, quote};
use crate::promql::number;
use crate::promql::raw;
use crate::promql::syntax::ast::{Aggregate, Expr};
use crate::promql::value::{Column, Grid, Value};

impl Evaluator<'_> {
    /// `count_values("label", x)`
    pub(super) fn count_values(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let before = self.limit.held();
        let label = match &aggregate.param {
            Some(param) => match self.eval(unwrap(param), grid)? {
                Value::Text(it) => it,
                Value::Scalar(_) | Value::Vector(_) | Value::Matrix(_) => "".into(),
            },
            None => "".into(),
        };
        if label.is_empty() || !raw::is_utf8(&label) {
            let text = format!("invalid label name {}", quote(&label));
            return Err(EvalError::new(expr.span, ErrorKind::Other(text)));
        }
        let columns = self.eval_vector(unwrap(&aggregate.expr), grid)?;
        let gathered = match self.limit.is_set() {
            true => limit::gathered(&[&columns], grid.n_steps()),
            false => Vec::new(),
        };
        let is_named = aggregate.grouping.iter().any(|it| *it.text == *label);
        let keeps_value = !(aggregate.without && is_named);
        let mut counts = Counts::new(grid);
        let budget = self.budget;
        let at = expr.span;
        for column in &columns {
            let group = group_labels(aggregate, &column.labels).with(&label, "");
            let group = counts.group(group);
            for step in column.has.iter() {
                let value_label = keeps_value.then_some(&*label);
                // Each value may be a series of its own.
                budget.fits(counts.columns.len() + 1, grid.n_steps(), at)?;
                match column.histogram(step) {
                    Some(it) => {
                        counts.add_text(group, &it.to_string(), value_label, step)
                    }
                    None => counts.add(group, column.floats[step], value_label, step),
                }
            }
        }
        let results = counts.columns;
        self.limit.step_by_step(before, &gathered, &results, expr.span)?;
        Ok(results)
    }
}

struct Counts {
    grid: Grid,
    groups: Vec<Labels>,
    group_ids: HashMap<Labels, usize>,
    /// Group and bits of the value -> result.
    of_value: HashMap<(usize, u64), usize>,
    of_labels: HashMap<Labels, usize>,
    columns: Vec<Column>,
}

impl Counts {
    fn new(grid: Grid) -> Counts {
        Counts {
            grid,
            groups: Vec::new(),
            group_ids: HashMap::new(),
            of_value: HashMap::new(),
            of_labels: HashMap::new(),
            columns: Vec::new(),
        }
    }

    fn group(&mut self, labels: Labels) -> usize {
        let next = self.groups.len();
        let id = *self.group_ids.entry(labels.clone()).or_insert(next);
        if id == next {
            self.groups.push(labels);
        }
        id
    }

    fn add(&mut self, group: usize, value: f64, label: Option<&str>, step: usize) {
        let key = (group, value.to_bits());
        let idx = match self.of_value.get(&key) {
            Some(idx) => *idx,
            None => {
                let idx = self.column(group, &number::decimal(value), label);
                self.of_value.insert(key, idx);
                idx
            }
        };
        self.count(idx, step);
    }

    fn add_text(&mut self, group: usize, text: &str, label: Option<&str>, step: usize) {
        let idx = self.column(group, text, label);
        self.count(idx, step);
    }

    fn column(&mut self, group: usize, text: &str, label: Option<&str>) -> usize {
        let labels = match label {
            Some(it) => self.groups[group].with(it, text),
            None => self.groups[group].clone(),
        };
        let next = self.columns.len();
        let idx = *self.of_labels.entry(labels.clone()).or_insert(next);
        if idx == next {
            self.columns.push(Column::empty(labels, self.grid.n_steps()));
        }
        idx
    }

    fn count(&mut self, idx: usize, step: usize) {
        let column = &mut self.columns[idx];
        let count = column.float(step).unwrap_or(0.0);
        column.set_float(step, count + 1.0);
    }
}
