//! Tree to text on several lines, as Prometheus lays it out
//! (`promql/parser/prettier.go`): what is longer than a line is split at its parts.

use crate::promql::syntax::ast::{Expr, ExprKind};
use crate::promql::syntax::print::{aggregate_head, binary_head, subquery_suffix};

const LINE: usize = 100;

/// The expression laid out over lines.
pub fn pretty(expr: &Expr) -> String {
    at_level(expr, 0)
}

fn at_level(expr: &Expr, level: usize) -> String {
    let indent = "  ".repeat(level);
    let line = expr.to_string();
    let splits = line.len() > LINE;
    match &expr.kind {
        ExprKind::Unary { op, expr } => {
            let operand = at_level(expr, level);
            format!("{indent}{}{}", op.as_str(), operand.trim())
        }
        // Prometheus does not indent a short one.
        ExprKind::Subquery(_) if !splits => line,
        ExprKind::Subquery(it) => {
            format!("{}{}", at_level(&it.expr, level), subquery_suffix(it))
        }
        ExprKind::Aggregate(it) if splits => {
            let param = match &it.param {
                Some(param) => format!("{},\n", at_level(param, level + 1)),
                None => String::new(),
            };
            let head = aggregate_head(it);
            let body = at_level(&it.expr, level + 1);
            format!("{indent}{head}(\n{param}{body}\n{indent})")
        }
        ExprKind::Binary(it) if splits => {
            let head = binary_head(it);
            let lhs = at_level(&it.lhs, level + 1);
            let rhs = at_level(&it.rhs, level + 1);
            format!("{lhs}\n{indent}{head}\n{rhs}")
        }
        ExprKind::Call(it) if splits => {
            let args: Vec<_> = it.args.iter().map(|it| at_level(it, level + 1)).collect();
            format!("{indent}{}(\n{}\n{indent})", it.name, args.join(",\n"))
        }
        ExprKind::Paren(expr) if splits => {
            format!("{indent}(\n{}\n{indent})", at_level(expr, level + 1))
        }
        _ => format!("{indent}{line}"),
    }
}
