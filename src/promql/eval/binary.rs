//! Binary operations, by the types of their operands.

use crate::promql::error::EvalError;
use crate::promql::eval::element::{Element, changes_metric, element};
use crate::promql::eval::plan::type_of;
use crate::promql::eval::{Evaluator, limit, merge};
use crate::promql::syntax::ast::{Binary, BinaryOp, Expr};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Column, Grid, Sample, Value};

/// On which side the scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ScalarSide {
    Left,
    Right,
}

impl Evaluator<'_> {
    /// `a + b`
    pub(super) fn eval_binary(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        grid: Grid,
    ) -> Result<Value, EvalError> {
        let before = self.limit.held();
        match (type_of(&binary.lhs), type_of(&binary.rhs)) {
            (ValueType::Scalar, ValueType::Scalar) => {
                let lhs = self.eval_scalar(&binary.lhs, grid)?;
                let rhs = self.eval_scalar(&binary.rhs, grid)?;
                self.limit.check(self.limit.held() + 2, expr.span)?;
                self.limit.set(before + lhs.len() as u64);
                Ok(Value::Scalar(scalars(binary.op, lhs, &rhs)))
            }
            (ValueType::Vector, ValueType::Scalar) => {
                let columns = self.eval_vector(&binary.lhs, grid)?;
                let scalar = self.eval_scalar(&binary.rhs, grid)?;
                let side = ScalarSide::Right;
                self.with_scalar(expr, binary, grid, columns, &scalar, side, before)
            }
            (ValueType::Scalar, ValueType::Vector) => {
                let scalar = self.eval_scalar(&binary.lhs, grid)?;
                let columns = self.eval_vector(&binary.rhs, grid)?;
                let side = ScalarSide::Left;
                self.with_scalar(expr, binary, grid, columns, &scalar, side, before)
            }
            (_, _) => {
                let lhs = self.eval_vector(&binary.lhs, grid)?;
                let rhs = self.eval_vector(&binary.rhs, grid)?;
                let gathered = match self.limit.is_set() {
                    true => limit::gathered(&[&lhs, &rhs], grid.n_steps()),
                    false => Vec::new(),
                };
                let columns = match binary.op.is_set() {
                    true => self.set_operation(expr, binary, lhs, rhs, grid)?,
                    false => self.match_vectors(expr, binary, &lhs, &rhs, grid)?,
                };
                self.limit.step_by_step(before, &gathered, &columns, expr.span)?;
                Ok(Value::Vector(columns))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both operands and their sides")]
    fn with_scalar(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        grid: Grid,
        mut columns: Vec<Column>,
        scalar: &[f64],
        side: ScalarSide,
        before: u64,
    ) -> Result<Value, EvalError> {
        let mut gathered = Vec::new();
        if self.limit.is_set() {
            gathered = limit::gathered(&[&columns], grid.n_steps());
            gathered.iter_mut().for_each(|it| *it += 1);
        }
        let renames = changes_metric(binary.op) || binary.return_bool;
        for column in &mut columns {
            column.drop_name |= renames;
            match element(binary.op) {
                Element::Value(f) if column.histograms.is_none() => {
                    compute(column, scalar, side, f);
                }
                Element::Filter(f) if column.histograms.is_none() => {
                    filter(column, scalar, side, f, binary.return_bool);
                }
                _ => self.mixed_with_scalar(expr, binary, column, scalar, side),
            }
        }
        let columns = merge::finish(columns, grid, self.delayed(), expr.span)?;
        self.limit.step_by_step(before, &gathered, &columns, expr.span)?;
        Ok(Value::Vector(columns))
    }
}

impl Evaluator<'_> {
    /// A column that has histograms, or an operator that is about them.
    fn mixed_with_scalar(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        column: &mut Column,
        scalar: &[f64],
        side: ScalarSide,
    ) {
        for (step, scalar) in scalar.iter().enumerate() {
            let Some(sample) = column.sample(step) else { continue };
            let scalar = Sample::Float(*scalar);
            let combined = match side {
                ScalarSide::Left => self.combine(expr, binary.op, &scalar, &sample),
                ScalarSide::Right => self.combine(expr, binary.op, &sample, &scalar),
            };
            let is_filter = matches!(element(binary.op), Element::Filter(_));
            match combined {
                None => column.clear(step),
                Some(it) if binary.return_bool => {
                    column.set_float(step, f64::from(u8::from(it.keep)));
                }
                Some(it) if !it.keep => column.clear(step),
                // A comparison keeps the vector's value, on whichever side it stands.
                Some(_) if is_filter => {}
                Some(it) => column.set(step, it.sample),
            }
        }
    }
}

fn compute(
    column: &mut Column,
    scalar: &[f64],
    side: ScalarSide,
    f: fn(f64, f64) -> f64,
) {
    for (value, scalar) in column.floats.iter_mut().zip(scalar) {
        *value = match side {
            ScalarSide::Left => f(*scalar, *value),
            ScalarSide::Right => f(*value, *scalar),
        };
    }
}

/// Keeps the vector's value, on whichever side it stands.
fn filter(
    column: &mut Column,
    scalar: &[f64],
    side: ScalarSide,
    f: fn(f64, f64) -> bool,
    return_bool: bool,
) {
    for (step, scalar) in scalar.iter().enumerate() {
        let value = column.floats[step];
        let keep = match side {
            ScalarSide::Left => f(*scalar, value),
            ScalarSide::Right => f(value, *scalar),
        };
        match (return_bool, keep) {
            (true, keep) => column.floats[step] = f64::from(u8::from(keep)),
            (false, true) => {}
            (false, false) => column.has.unset(step),
        }
    }
}

fn scalars(op: BinaryOp, mut lhs: Vec<f64>, rhs: &[f64]) -> Vec<f64> {
    for (a, b) in lhs.iter_mut().zip(rhs) {
        *a = match element(op) {
            Element::Value(f) => f(*a, *b),
            Element::Filter(f) => f64::from(u8::from(f(*a, *b))),
            // The check lets no set operator through between scalars.
            Element::None => f64::NAN,
        };
    }
    lhs
}
