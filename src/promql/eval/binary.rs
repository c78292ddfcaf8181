//! Binary operations, by the types of their operands.

use crate::promql::error::EvalError;
use crate::promql::eval::element::{Element, changes_metric, compare, compute, element};
use crate::promql::eval::plan::type_of;
use crate::promql::eval::{Evaluator, limit, merge};
use crate::promql::syntax::ast::{Binary, BinaryOp, Expr};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::{Bits, Column, Grid, Sample, Value};

/// On which side the scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ScalarSide {
    Left,
    Right,
}

/// An operation between a vector and a scalar, without the vector.
pub(super) struct WithScalar<'e> {
    expr: &'e Expr,
    binary: &'e Binary,
    /// A value per step.
    scalar: Vec<f64>,
    side: ScalarSide,
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
                let with = WithScalar { expr, binary, scalar, side: ScalarSide::Right };
                self.all_with_scalar(&with, grid, columns, before)
            }
            (ValueType::Scalar, ValueType::Vector) => {
                let scalar = self.eval_scalar(&binary.lhs, grid)?;
                let columns = self.eval_vector(&binary.rhs, grid)?;
                let with = WithScalar { expr, binary, scalar, side: ScalarSide::Left };
                self.all_with_scalar(&with, grid, columns, before)
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

    /// Applies an operation to all columns; they all are in memory.
    fn all_with_scalar(
        &mut self,
        with: &WithScalar<'_>,
        grid: Grid,
        mut columns: Vec<Column>,
        before: u64,
    ) -> Result<Value, EvalError> {
        let mut gathered = Vec::new();
        if self.limit.is_set() {
            gathered = limit::gathered(&[&columns], grid.n_steps());
            gathered.iter_mut().for_each(|it| *it += 1);
        }
        for column in &mut columns {
            self.with_scalar(with, column);
        }
        let at = with.expr.span;
        let columns = merge::finish(columns, grid, self.delayed(), at)?;
        self.limit.step_by_step(before, &gathered, &columns, at)?;
        Ok(Value::Vector(columns))
    }

    /// The vector of an operation between a vector and a scalar, and the rest of it.
    pub(super) fn scalar_operand<'e>(
        &mut self,
        expr: &'e Expr,
        binary: &'e Binary,
        grid: Grid,
    ) -> Result<(&'e Expr, WithScalar<'e>), EvalError> {
        let (operand, scalar, side) = match type_of(&binary.lhs) {
            ValueType::Scalar => (&*binary.rhs, &*binary.lhs, ScalarSide::Left),
            _ => (&*binary.lhs, &*binary.rhs, ScalarSide::Right),
        };
        let scalar = self.eval_scalar(scalar, grid)?;
        Ok((operand, WithScalar { expr, binary, scalar, side }))
    }

    /// Applies an operation to a column.
    pub(super) fn with_scalar(&mut self, with: &WithScalar<'_>, column: &mut Column) {
        let WithScalar { binary, scalar, side, .. } = with;
        column.drop_name |= changes_metric(binary.op) || binary.return_bool;
        match element(binary.op) {
            Element::Value(f) if column.histograms.is_none() => {
                compute_with(binary.op, f, &mut column.floats, scalar, *side);
            }
            Element::Filter(f) if column.histograms.is_none() => {
                filter(binary, f, column, scalar, *side);
            }
            _ => self.mixed_with_scalar(with, column),
        }
    }

    /// A column that has histograms, or an operator that is about them.
    fn mixed_with_scalar(&mut self, with: &WithScalar<'_>, column: &mut Column) {
        let WithScalar { expr, binary, .. } = with;
        for (step, scalar) in with.scalar.iter().enumerate() {
            let Some(sample) = column.sample(step) else { continue };
            let scalar = Sample::Float(*scalar);
            let combined = match with.side {
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

fn compute_with(
    op: BinaryOp,
    f: fn(f64, f64) -> f64,
    values: &mut [f64],
    scalar: &[f64],
    side: ScalarSide,
) {
    let scalar = scalar.iter().copied();
    match side {
        ScalarSide::Left => compute(op, f, values, scalar, |it, scalar| (scalar, it)),
        ScalarSide::Right => compute(op, f, values, scalar, |it, scalar| (it, scalar)),
    }
}

/// Keeps the vector's value, on whichever side it stands.
fn filter(
    binary: &Binary,
    f: fn(f64, f64) -> bool,
    column: &mut Column,
    scalar: &[f64],
    side: ScalarSide,
) {
    let mut holds = Bits::none(column.n_steps());
    match side {
        ScalarSide::Left => compare(binary.op, f, &mut holds, scalar, &column.floats),
        ScalarSide::Right => compare(binary.op, f, &mut holds, &column.floats, scalar),
    }
    match binary.return_bool {
        true => {
            for (step, value) in column.floats.iter_mut().enumerate() {
                *value = f64::from(u8::from(holds.get(step)));
            }
        }
        false => column.has.and(&holds),
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
