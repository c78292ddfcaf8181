//! The last pass: numbers for the nodes, and what depends on the operands' types.

use crate::promql::functions;
use crate::promql::syntax::ast::{Expr, ExprKind, NodeId, Parsed, TextRange};
use crate::promql::syntax::types::ValueType;

/// Numbers the nodes in pre-order.
///
/// Prometheus drops the matching of operators between anything but vectors when it
/// checks types; here that happens at once, unless it has parts to complain about.
pub(super) fn finish(mut expr: Expr, comments: Vec<TextRange>) -> Parsed {
    let mut n_nodes = 0;
    visit(&mut expr, &mut n_nodes);
    Parsed { expr, n_nodes, comments }
}

/// Gives the node its number; says whether it is a vector.
fn visit(expr: &mut Expr, next: &mut NodeId) -> bool {
    expr.id = *next;
    *next += 1;
    match &mut expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => false,
        ExprKind::Selector(_) => true,
        ExprKind::Matrix(it) => {
            visit(&mut it.selector, next);
            false
        }
        ExprKind::Subquery(it) => {
            visit(&mut it.expr, next);
            false
        }
        ExprKind::Call(it) => {
            for arg in &mut it.args {
                visit(arg, next);
            }
            functions::lookup(it.name).is_none_or(|it| it.returns == ValueType::Vector)
        }
        ExprKind::Aggregate(it) => {
            visit(&mut it.expr, next);
            if let Some(param) = &mut it.param {
                visit(param, next);
            }
            true
        }
        ExprKind::Binary(it) => {
            let lhs = visit(&mut it.lhs, next);
            let rhs = visit(&mut it.rhs, next);
            if !(lhs && rhs)
                && it.matching.as_ref().is_some_and(|it| {
                    it.labels.is_empty() && it.fill_lhs.is_none() && it.fill_rhs.is_none()
                })
            {
                it.matching = None;
            }
            lhs || rhs
        }
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => visit(expr, next),
    }
}
