//! `and`, `or`, `unless`: which samples stay, by what the other side has at a step.

use crate::promql::error::EvalError;
use crate::promql::eval::matching::Signatures;
use crate::promql::eval::{Evaluator, merge};
use crate::promql::syntax::ast::{Binary, BinaryOp, Expr};
use crate::promql::value::{Bits, Column, Grid};

impl Evaluator<'_> {
    /// `a and b`
    pub(super) fn set_operation(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        lhs: Vec<Column>,
        rhs: Vec<Column>,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let signatures = Signatures::new(binary.matching.as_deref(), &lhs, &rhs);
        let present = |columns: &[Column], of: &[u32]| {
            let mut present = vec![Bits::none(grid.n_steps()); signatures.n_distinct];
            for (column, signature) in columns.iter().zip(of) {
                present[*signature as usize].or(&column.has);
            }
            present
        };
        let mut columns = lhs;
        match binary.op {
            BinaryOp::Or => {
                let present = present(&columns, &signatures.lhs);
                for (mut column, signature) in rhs.into_iter().zip(&signatures.rhs) {
                    column.has.and_not(&present[*signature as usize]);
                    columns.push(column);
                }
            }
            op => {
                let present = present(&rhs, &signatures.rhs);
                for (column, signature) in columns.iter_mut().zip(&signatures.lhs) {
                    match op {
                        BinaryOp::And => column.has.and(&present[*signature as usize]),
                        _ => column.has.and_not(&present[*signature as usize]),
                    }
                }
            }
        }
        columns.retain(|it| it.has.any());
        merge::finish(columns, grid, self.delayed(), expr.span)
    }
}
