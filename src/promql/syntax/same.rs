//! Whether two trees mean the same, wherever their parts were written.

use crate::promql::syntax::ast::{
    Duration, DurationKind, Expr, ExprKind, Matching, Name, Selector,
};

/// Whether two expressions are the same but for places, numbers of nodes, the order of
/// label matchers, and an offset of nothing.
pub fn same(a: &Expr, b: &Expr) -> bool {
    let heads_agree = match (&a.kind, &b.kind) {
        (
            ExprKind::Number { value: a, duration: is_duration },
            ExprKind::Number { value: b, duration },
        ) => same_float(*a, *b) && is_duration == duration,
        (ExprKind::String(a), ExprKind::String(b)) => a == b,
        (ExprKind::Selector(a), ExprKind::Selector(b)) => same_selector(a, b),
        (ExprKind::Matrix(a), ExprKind::Matrix(b)) => {
            same_duration(Some(&a.range), Some(&b.range))
        }
        (ExprKind::Subquery(a), ExprKind::Subquery(b)) => {
            a.at == b.at
                && same_duration(Some(&a.range), Some(&b.range))
                && same_duration(a.step.as_deref(), b.step.as_deref())
                && same_offset(a.offset.as_deref(), b.offset.as_deref())
        }
        (ExprKind::Call(a), ExprKind::Call(b)) => a.name == b.name,
        (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => {
            a.op == b.op
                && a.without == b.without
                && a.param.is_some() == b.param.is_some()
                && same_names(&a.grouping, &b.grouping)
        }
        (ExprKind::Binary(a), ExprKind::Binary(b)) => {
            a.op == b.op
                && a.return_bool == b.return_bool
                && same_matching(a.matching.as_deref(), b.matching.as_deref())
        }
        (ExprKind::Unary { op: a, .. }, ExprKind::Unary { op: b, .. }) => a == b,
        (ExprKind::Paren(_), ExprKind::Paren(_)) => true,
        _ => false,
    };
    heads_agree
        && a.children().count() == b.children().count()
        && a.children().zip(b.children()).all(|(a, b)| same(a, b))
}

fn same_float(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn same_selector(a: &Selector, b: &Selector) -> bool {
    fn sorted(it: &Selector) -> Vec<(&str, &'static str, &str)> {
        let mut keys: Vec<_> = it
            .matchers
            .iter()
            .map(|it| (&*it.name, it.op.as_str(), &*it.value))
            .collect();
        keys.sort_unstable();
        keys
    }
    a.name == b.name
        && a.at == b.at
        && (a.anchored, a.smoothed) == (b.anchored, b.smoothed)
        && a.bypass_empty_check == b.bypass_empty_check
        && same_offset(a.offset.as_deref(), b.offset.as_deref())
        && sorted(a) == sorted(b)
}

fn same_names(a: &[Name], b: &[Name]) -> bool {
    a.iter().map(|it| &it.text).eq(b.iter().map(|it| &it.text))
}

fn same_matching(a: Option<&Matching>, b: Option<&Matching>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    a.cardinality == b.cardinality
        && a.on == b.on
        && same_names(&a.labels, &b.labels)
        && same_names(&a.include, &b.include)
        && a.fill_lhs.map(f64::to_bits) == b.fill_lhs.map(f64::to_bits)
        && a.fill_rhs.map(f64::to_bits) == b.fill_rhs.map(f64::to_bits)
}

fn same_offset(a: Option<&Duration>, b: Option<&Duration>) -> bool {
    let is_set = |it: &&Duration| it.literal_nanos() != Some(0);
    same_duration(a.filter(is_set), b.filter(is_set))
}

/// Alone, a literal counts by its length, however it was written.
fn same_duration(a: Option<&Duration>, b: Option<&Duration>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() && b.is_none() };
    match (a.literal_nanos(), b.literal_nanos()) {
        (None, None) => same_inner(a, b),
        (a, b) => a == b,
    }
}

fn same_inner(a: &Duration, b: &Duration) -> bool {
    match (&a.kind, &b.kind) {
        (
            DurationKind::Literal { seconds: a, number: is_number },
            DurationKind::Literal { seconds: b, number },
        ) => same_float(*a, *b) && is_number == number,
        (DurationKind::Step, DurationKind::Step)
        | (DurationKind::Range, DurationKind::Range) => true,
        (DurationKind::Unary(op, a), DurationKind::Unary(other, b)) => {
            op == other && same_inner(a, b)
        }
        (DurationKind::Paren(a), DurationKind::Paren(b)) => same_inner(a, b),
        (DurationKind::Binary(op, a, c), DurationKind::Binary(other, b, d)) => {
            op == other && same_inner(a, b) && same_inner(c, d)
        }
        (DurationKind::MinOf(a, c), DurationKind::MinOf(b, d))
        | (DurationKind::MaxOf(a, c), DurationKind::MaxOf(b, d)) => {
            same_inner(a, b) && same_inner(c, d)
        }
        _ => false,
    }
}
