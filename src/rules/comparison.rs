//! What an alert compares with what.

use crate::promql::math;
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind, TextRange};
use crate::promql::syntax::same;

/// A comparison of a vector with a limit.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The side that is compared.
    pub left: &'a Expr,
    /// How, seen from that side.
    pub op: BinaryOp,
    /// With what.
    pub limit: Limit,
    /// What must hold of the same side as well: `x > 1 and x < 2`.
    pub too: Option<(BinaryOp, f64)>,
}

/// What a vector is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A number.
    Number(f64),
    /// A vector, which is a line of its own.
    Vector(TextRange),
}

/// An operator of comparisons in words: `above`.
pub fn relation(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Gtr => "above",
        BinaryOp::Gte => "at least",
        BinaryOp::Lss => "below",
        BinaryOp::Lte => "at most",
        BinaryOp::Eql => "equal to",
        _ => "not",
    }
}

/// The comparisons that decide, if the expression is made of such: their left sides are
/// what a person wants to see. `a > 1 and b` compares `a`, `a > 1 or b > 2` both.
pub fn comparisons(expr: &Expr) -> Vec<Comparison<'_>> {
    match &expr.kind {
        ExprKind::Paren(it) => comparisons(it),
        ExprKind::Binary(it) => {
            match it.op {
                BinaryOp::And => return both(comparisons(&it.lhs), &it.rhs),
                BinaryOp::Unless => return comparisons(&it.lhs),
                BinaryOp::Or => {
                    let (mut both, right) = (comparisons(&it.lhs), comparisons(&it.rhs));
                    if both.is_empty() || right.is_empty() {
                        return Vec::new();
                    }
                    both.extend(right);
                    return both;
                }
                op if op.is_comparison() => {}
                _ => return Vec::new(),
            }
            let (left, op, limit) = match (number(&it.lhs), number(&it.rhs)) {
                (None, Some(limit)) => (&*it.lhs, it.op, Limit::Number(limit)),
                (Some(limit), None) => (&*it.rhs, flipped(it.op), Limit::Number(limit)),
                (None, None) if infinite(&it.lhs) || infinite(&it.rhs) => {
                    return Vec::new();
                }
                (None, None) => (&*it.lhs, it.op, Limit::Vector(it.rhs.span)),
                (Some(_), Some(_)) => return Vec::new(),
            };
            vec![Comparison { left, op, limit, too: None }]
        }
        _ => Vec::new(),
    }
}

/// What is compared, where another condition holds too: that may be about the same side.
fn both<'a>(mut compared: Vec<Comparison<'a>>, rhs: &'a Expr) -> Vec<Comparison<'a>> {
    if let [it] = &mut compared[..]
        && let [other] = comparisons(rhs)[..]
        && let Limit::Number(limit) = other.limit
        && it.too.is_none()
        && other.too.is_none()
        && same(it.left, other.left)
    {
        it.too = Some((other.op, limit));
    }
    compared
}

/// Whether it is a constant without a value that an axis could show.
fn infinite(expr: &Expr) -> bool {
    expr.selectors().is_empty() && !matches!(expr.kind, ExprKind::Call(_))
}

/// An operator of comparisons as its right side sees it.
pub fn flipped(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lss => BinaryOp::Gtr,
        BinaryOp::Gtr => BinaryOp::Lss,
        BinaryOp::Lte => BinaryOp::Gte,
        BinaryOp::Gte => BinaryOp::Lte,
        other => other,
    }
}

/// The value of a constant: a number, or arithmetic over numbers.
pub fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number { value, .. } => Some(*value),
        ExprKind::Paren(it) => number(it),
        ExprKind::Unary { op: BinaryOp::Sub, expr } => number(expr).map(|it| -it),
        ExprKind::Unary { expr, .. } => number(expr),
        ExprKind::Binary(it) => {
            let (lhs, rhs) = (number(&it.lhs)?, number(&it.rhs)?);
            match it.op {
                BinaryOp::Add => Some(lhs + rhs),
                BinaryOp::Sub => Some(lhs - rhs),
                BinaryOp::Mul => Some(lhs * rhs),
                BinaryOp::Div => Some(lhs / rhs),
                BinaryOp::Pow => Some(math::pow(lhs, rhs)),
                BinaryOp::Mod => Some(math::modulo(lhs, rhs)),
                _ => None,
            }
        }
        _ => None,
    }
    .filter(|it: &f64| it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax::parse;

    #[test]
    fn the_compared_side_is_found() {
        let cases = [
            ("a > 0.05", "a > 0.05"),
            ("(a / b) < 2 * 3", "(a / b) < 6"),
            ("5m <= time() - a", "time() - a >= 300"),
            ("(a > -1 and b > 2)", "a > -1"),
            ("a == 0 unless b", "a == 0"),
            ("a > on (x) group_left b", "a > b"),
            ("a < 0.2 * (b offset 1d > 1)", "a < 0.2 * (b offset 1d > 1)"),
            ("a > 1 or b < 2", "a > 1; b < 2"),
            ("(a < 1 and c) or a < 3", "a < 1; a < 3"),
            ("a > 1 or b", ""),
            ("a and b > 1", ""),
            ("absent(a)", ""),
            ("a > 1 / 0", ""),
            ("a > 2 ^ 10", "a > 1024"),
            ("a > -2 ^ 2 % 3", "a > -1"),
            ("time() > bool 3", "time() > 3"),
            ("a > 1 and a < 2", "a > 1 and < 2"),
            ("a > 1 and b < 2", "a > 1"),
            ("a > 1 and a < b", "a > 1"),
        ];
        for (text, expect) in cases {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            let words = |it: Comparison<'_>| {
                let limit = match it.limit {
                    Limit::Number(it) => it.to_string(),
                    Limit::Vector(it) => text[it.bytes()].to_owned(),
                };
                let too = it.too.map(|it| format!(" and {} {}", it.0.as_str(), it.1));
                let left = &text[it.left.span.bytes()];
                format!("{left} {} {limit}{}", it.op.as_str(), too.unwrap_or_default())
            };
            let got: Vec<_> = comparisons(&parsed.expr).into_iter().map(words).collect();
            assert_eq!(got.join("; "), expect, "{text}");
        }
    }
}
