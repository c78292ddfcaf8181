//! `-x` and `+x`.

use std::sync::Arc;

use crate::promql::error::EvalError;
use crate::promql::eval::{Evaluator, merge};
use crate::promql::syntax::ast::{BinaryOp, Expr};
use crate::promql::value::{Column, Grid, Value};

impl Evaluator<'_> {
    /// `-x` and `+x`; the latter is `x` itself, its name included.
    pub(super) fn eval_unary(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        operand: &Expr,
        grid: Grid,
    ) -> Result<Value, EvalError> {
        let mut value = self.eval(operand, grid)?;
        if op != BinaryOp::Sub {
            return Ok(value);
        }
        match &mut value {
            Value::Scalar(values) => values.iter_mut().for_each(|it| *it = -*it),
            Value::Vector(columns) => {
                columns.iter_mut().for_each(|it| self.negate(it));
                if !self.delayed() {
                    let mut columns = std::mem::take(columns);
                    merge::drop_names(&mut columns);
                    return self.merge_relabelled(columns, expr).map(Value::Vector);
                }
            }
            Value::Text(_) | Value::Matrix(_) => {}
        }
        Ok(value)
    }

    /// Negates all samples.
    pub(super) fn negate(&self, column: &mut Column) {
        column.drop_name = true;
        column.floats.iter_mut().for_each(|it| *it = -*it);
        for it in column.histograms.iter_mut().flatten().flatten() {
            *it = Arc::new(self.scaled(it, it.times(-1.0)));
        }
    }
}
