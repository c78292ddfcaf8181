//! Whether an alert had anything to compare: its silence proves something only then.

use crate::harness::explain::wanted::{self, Wanted};
use crate::harness::native::compared::{Asked, is_filter};
use crate::harness::plan::RuleIdx;
use crate::harness::reads::Reads;
use crate::promql::check::value_type;
use crate::promql::labels::Symbol;
use crate::promql::syntax::ast::{Aggregate, AggregateOp, BinaryOp, Expr, ExprKind};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::Column;

/// Rules that are followed, one in the other.
const DEEPEST: usize = 4;

/// The first part of an expression that never had a sample from which a result with the
/// wanted labels could come, if there is one; what comparisons and other operations left
/// out, here or in the rules that it reads, counts as there.
pub fn lacking<'e>(
    asked: Asked<'_>,
    expr: &'e Expr,
    wanted: &[(Symbol, Symbol)],
) -> Option<&'e Expr> {
    below(asked, expr, wanted, 0)
}

fn below<'e>(
    asked: Asked<'_>,
    expr: &'e Expr,
    wanted: &[(Symbol, Symbol)],
    depth: usize,
) -> Option<&'e Expr> {
    let lacking = |expr, wanted: &[(Symbol, Symbol)]| below(asked, expr, wanted, depth);
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => {
            lacking(inner, wanted)
        }
        ExprKind::Binary(it) if is_filter(it) || it.op.is_set() || leaves_out(expr) => {
            let [left, right] = wanted::of_sides(wanted, it);
            let left = lacking(&it.lhs, &left);
            match it.op {
                BinaryOp::Unless => left,
                BinaryOp::Or => left.filter(|_| lacking(&it.rhs, &right).is_some()),
                _ => left.or_else(|| lacking(&it.rhs, &right)),
            }
        }
        ExprKind::Aggregate(it) if leaves_out(&it.expr) => {
            lacking(&it.expr, &of_aggregate(it, wanted))
        }
        // `absent` is silent because its argument has data.
        ExprKind::Call(it) if it.name.starts_with("absent") => {
            it.args.iter().find(|it| !selects_data(asked, it))
        }
        ExprKind::Call(it) if it.args.iter().any(leaves_out) => {
            let wanted = wanted::of_call(wanted, it);
            let mut args = it.args.iter().filter(|it| leaves_out(it));
            args.find_map(|it| lacking(it, &wanted))
        }
        ExprKind::Number { .. } | ExprKind::String(_) => None,
        ExprKind::Selector(_)
        | ExprKind::Matrix(_)
        | ExprKind::Subquery(_)
        | ExprKind::Call(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Binary(_) => {
            let is_there = any(asked, expr, wanted) || is_left_out(asked, expr, depth);
            (!is_there).then_some(expr)
        }
    }
}

/// Whether rules that an expression reads had data, and left it out.
fn is_left_out(asked: Asked<'_>, expr: &Expr, depth: usize) -> bool {
    let plan = asked.run.plan();
    let had_data = |it: &RuleIdx| {
        let slot = &plan.slots[*it];
        let (whole, ticks) = (slot.expr(), asked.run.setup().ticks(slot.group));
        let inner = Asked { run: asked.run, whole, ticks };
        let gives_none = || !any(inner, &whole.expr, &[]);
        below(inner, &whole.expr, &[], depth + 1).is_none()
            && (leaves_out(&whole.expr) || gives_none())
    };
    depth < DEEPEST && plan.writers_for(&Reads::of(expr).selectors).iter().any(had_data)
}

/// Whether an expression may give nothing although all series are there: it compares, takes
/// away, or asks for absence.
fn leaves_out(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        found |= match &it.kind {
            ExprKind::Binary(it) => {
                is_filter(it) || matches!(it.op, BinaryOp::And | BinaryOp::Unless)
            }
            ExprKind::Call(it) => it.name.starts_with("absent"),
            _ => false,
        };
    });
    found
}

fn of_aggregate(it: &Aggregate, wanted: &[(Symbol, Symbol)]) -> Wanted {
    let wanted = wanted::of_aggregate(wanted, it);
    match (it.op, it.param.as_deref().map(|it| &it.without_parens().kind)) {
        (AggregateOp::CountValues, Some(ExprKind::String(name))) => {
            wanted::without(&wanted, &[name])
        }
        (_, _) => wanted,
    }
}

/// Whether an expression ever gave a sample with the wanted labels.
fn any(asked: Asked<'_>, expr: &Expr, wanted: &[(Symbol, Symbol)]) -> bool {
    let is_scalar = value_type(expr) == ValueType::Scalar;
    let has = |it: &Column| {
        let mut wanted = wanted.iter();
        it.has.any()
            && (is_scalar || wanted.all(|(name, value)| it.labels.get(name) == &**value))
    };
    match asked.columns(expr) {
        Some(columns) => columns.iter().any(has),
        // Not one that Prometheus evaluates to a vector or scalar.
        None => selects_data(asked, expr),
    }
}

/// Whether some selector in an expression finds samples.
fn selects_data(asked: Asked<'_>, expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        if !found && matches!(it.kind, ExprKind::Selector(_)) {
            found = asked
                .columns(it)
                .is_some_and(|columns| columns.iter().any(|it| it.has.any()));
        }
    });
    found
}
