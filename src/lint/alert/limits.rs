//! Conditions that differ in their limits only, and which of them is easier to reach.

use std::cmp::Ordering;

use crate::promql::syntax::ast::{Binary, BinaryOp, Expr, ExprKind, TextRange};
use crate::rules::comparison::{flipped, number};

/// A condition: what is compared, as text without limits, and the limits.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// Two conditions are alike if this is the same.
    pub(super) shape: String,
    /// The limits, in order.
    pub(super) limits: Vec<Limit>,
}

/// A number with which something is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// The number.
    pub(super) value: f64,
    /// Where it stands.
    pub(super) at: TextRange,
    /// Whether the condition is harder to reach with a greater one.
    up: bool,
}

impl Condition {
    /// That of an expression: comparisons with numbers, joined by `and`, `or` and `unless`.
    pub(super) fn of(expr: &Expr) -> Condition {
        let mut out = Condition { shape: String::new(), limits: Vec::new() };
        collect(expr, true, &mut out);
        out
    }

    /// How hard this condition is to reach beside one of the same shape: `Less` is easier
    /// for sure. Nothing where one limit is easier and another one harder.
    pub(super) fn difficulty(&self, other: &Condition) -> Option<Ordering> {
        let mut out = Ordering::Equal;
        for (a, b) in self.limits.iter().zip(&other.limits) {
            let own = a.value.partial_cmp(&b.value)?;
            let own = if a.up { own } else { own.reverse() };
            out = match (out, own) {
                (Ordering::Equal, it) | (it, Ordering::Equal) => it,
                (a, b) if a == b => a,
                _ => return None,
            };
        }
        Some(out)
    }

    /// The first limit that differs from another condition's, with that one.
    pub(super) fn differing(&self, other: &Condition) -> Option<(Limit, Limit)> {
        let mut pairs = self.limits.iter().zip(&other.limits);
        pairs.find(|(a, b)| a.value != b.value).map(|(a, b)| (*a, *b))
    }
}

/// `wanted` is whether the alert is to have results of this part.
fn collect(expr: &Expr, wanted: bool, out: &mut Condition) {
    let expr = expr.without_parens();
    let ExprKind::Binary(it) = &expr.kind else {
        out.shape += &expr.to_string();
        return;
    };
    if it.op.is_set() {
        out.shape.push('(');
        collect(&it.lhs, wanted, out);
        out.shape += &format!(" {}{} ", it.op.as_str(), matching(it));
        collect(&it.rhs, wanted != (it.op == BinaryOp::Unless), out);
        out.shape.push(')');
        return;
    }
    let compared = match (number(&it.lhs), number(&it.rhs)) {
        (None, Some(value)) => Some((&it.lhs, it.op, value, it.rhs.span)),
        (Some(value), None) => Some((&it.rhs, flipped(it.op), value, it.lhs.span)),
        _ => None,
    };
    match compared {
        Some((side, op, value, at)) if is_ordered(op) && !it.return_bool => {
            let up = matches!(op, BinaryOp::Gtr | BinaryOp::Gte) == wanted;
            out.shape += &format!("{} {} #", side.without_parens(), op.as_str());
            out.limits.push(Limit { value, at, up });
        }
        _ => out.shape += &expr.to_string(),
    }
}

fn matching(it: &Binary) -> String {
    let Some(it) = &it.matching else { return String::new() };
    let names: Vec<&str> = it.labels.iter().map(|it| &*it.text).collect();
    match it.on || !names.is_empty() {
        true => {
            format!(" {} ({})", if it.on { "on" } else { "ignoring" }, names.join(", "))
        }
        false => String::new(),
    }
}

fn is_ordered(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Gtr | BinaryOp::Gte | BinaryOp::Lss | BinaryOp::Lte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::{Dialect, Version};

    fn condition(text: &str) -> Condition {
        let dialect = Dialect::new(Version::LATEST);
        Condition::of(&crate::promql::check::parse(text, &dialect).unwrap().expr)
    }

    #[track_caller]
    fn check(a: &str, b: &str, wanted: Option<Ordering>) {
        let (a, b) = (condition(a), condition(b));
        assert_eq!(a.shape, b.shape);
        assert_eq!(a.difficulty(&b), wanted);
    }

    #[test]
    fn limits_are_compared_in_the_direction_of_their_operator() {
        check("x > 1", "(x) > 2", Some(Ordering::Less));
        check("1 < x", "x > 2", Some(Ordering::Less));
        check("x < 1", "x < 2", Some(Ordering::Greater));
        check("x > 2 * 0.5", "x > 1", Some(Ordering::Equal));
        check("x > 1 and y < 5", "x > 2 and y < 4", Some(Ordering::Less));
        check("x > 1 and y < 5", "x > 2 and y < 6", None);
        check("x > 1 unless y > 5", "x > 1 unless y > 4", Some(Ordering::Less));
    }

    #[test]
    fn other_conditions_have_another_shape() {
        let differ =
            |a: &str, b: &str| assert_ne!(condition(a).shape, condition(b).shape);
        differ("x > 1", "x >= 1");
        differ("x == 1", "x == 2");
        differ("x > bool 1", "x > bool 2");
        differ("x > 1 and on (a) y", "x > 1 and y");
        differ("rate(x[5m]) > 1", "rate(x[1h]) > 1");
        differ("x > 1 and (y or z)", "(x > 1 and y) or z");
    }
}
