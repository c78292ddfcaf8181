//! What a panel shows of an alert: the sides that are compared, the limits of all tiers,
//! and what the alert says of itself.

use crate::diag::text::{Text, TextBuilder};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind, TextRange};
use crate::resolve::dashboard::unit;
use crate::rules::dashboard::{Link, Query, Target, Thresholds};
use crate::rules::group::{Alert, Expression};
use crate::rules::prose::{prose, short, value_function};

/// What an alert gives to a panel.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Its queries.
    pub(super) queries: Vec<Query>,
    /// Its limits.
    pub(super) thresholds: Thresholds,
    /// Its unit.
    pub(super) unit: Option<&'static str>,
    /// Summary, description and limits in words.
    pub(super) description: String,
    /// Its runbook.
    pub(super) links: Vec<Link>,
}

/// A comparison of a vector with a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Comparison {
    left: TextRange,
    op: BinaryOp,
    limit: Limit,
}

/// What a vector is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    Number(f64),
    /// A vector, which is a line of its own.
    Vector(TextRange),
}

/// What a series of limits is called.
const LIMIT: &str = "limit";

/// The panel of an alert's tiers; there is at least one.
pub(super) fn view(tiers: &[&Alert]) -> View {
    let mut queries: Vec<(Query, &Alert)> = Vec::new();
    let mut limits: Vec<Query> = Vec::new();
    let mut thresholds = Thresholds::default();
    let mut unit = None;
    let mut lines = Vec::new();
    for alert in tiers {
        let expr = &alert.expr.parsed.expr;
        let compared = comparisons(expr);
        let mut shown: Vec<Text> =
            compared.iter().map(|it| part(&alert.expr, it.left)).collect();
        if shown.is_empty() {
            shown.push(alert.expr.text.clone());
        }
        shown.dedup_by(|b, a| same(a, b));
        // Limits of several quantities say nothing on one axis.
        let one = shown.len() == 1;
        for expr in shown {
            if queries.iter().all(|it| !same(&it.0.expr, &expr)) {
                queries.push((Query { expr, legend: None }, alert));
            }
        }
        let of_alert = of_summary(alert).or_else(|| unit::of_expression(expr));
        unit = unit.or(of_alert);
        for it in compared.into_iter().filter(|_| one) {
            let limit = match it.limit {
                Limit::Number(limit) => limit,
                Limit::Vector(range) => {
                    let expr = part(&alert.expr, range);
                    if limits.iter().all(|it| !same(&it.expr, &expr)) {
                        limits.push(Query { expr, legend: Some(LIMIT.to_owned()) });
                    }
                    continue;
                }
            };
            if it.op != BinaryOp::Neq {
                let limit = (limit, alert.severity().unwrap_or_default().to_owned());
                if !thresholds.limits.contains(&limit) {
                    thresholds.limits.push(limit);
                }
                thresholds.below |= matches!(it.op, BinaryOp::Lss | BinaryOp::Lte);
            }
            let line = in_words(alert, it.op, limit, unit);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let mut queries = told_apart(queries);
    queries.extend(limits);
    View {
        queries,
        thresholds,
        unit,
        description: description(tiers[0], &lines),
        links: runbook(tiers[0]),
    }
}

fn same(a: &Text, b: &Text) -> bool {
    a.as_str().trim() == b.as_str().trim()
}

/// Names the queries of one alert by what differs between them: service, tier.
fn told_apart(queries: Vec<(Query, &Alert)>) -> Vec<Query> {
    let job = |it: &Alert| it.about.as_ref().and_then(|it| it.job.clone());
    let tier = |it: &Alert| it.about.as_ref().and_then(|it| it.tier.clone());
    let n_jobs = {
        let mut jobs: Vec<_> = queries.iter().map(|it| job(it.1)).collect();
        jobs.sort();
        jobs.dedup();
        jobs.len()
    };
    let n_queries = queries.len();
    let legend = |alert: &Alert| {
        let job = job(alert).filter(|_| n_jobs != 1);
        let tier = tier(alert).filter(|_| n_jobs < n_queries);
        let parts: Vec<_> = job.into_iter().chain(tier).collect();
        (n_queries != 1 && !parts.is_empty()).then(|| parts.join(" "))
    };
    queries.into_iter().map(|(it, alert)| Query { legend: legend(alert), ..it }).collect()
}

/// The comparisons that decide, if the expression is made of such: their left sides are
/// what a person wants to see. `a > 1 and b` compares `a`, `a > 1 or b > 2` both.
fn comparisons(expr: &Expr) -> Vec<Comparison> {
    match &expr.kind {
        ExprKind::Paren(it) => comparisons(it),
        ExprKind::Binary(it) => {
            let flipped = match it.op {
                BinaryOp::And | BinaryOp::Unless => return comparisons(&it.lhs),
                BinaryOp::Or => {
                    let (mut both, right) = (comparisons(&it.lhs), comparisons(&it.rhs));
                    if both.is_empty() || right.is_empty() {
                        return Vec::new();
                    }
                    both.extend(right);
                    return both;
                }
                BinaryOp::Gtr => BinaryOp::Lss,
                BinaryOp::Gte => BinaryOp::Lte,
                BinaryOp::Lss => BinaryOp::Gtr,
                BinaryOp::Lte => BinaryOp::Gte,
                BinaryOp::Eql | BinaryOp::Neq => it.op,
                _ => return Vec::new(),
            };
            let (left, op, limit) = match (number(&it.lhs), number(&it.rhs)) {
                (None, Some(limit)) => (it.lhs.span, it.op, Limit::Number(limit)),
                (Some(limit), None) => (it.rhs.span, flipped, Limit::Number(limit)),
                (None, None) if infinite(&it.lhs) || infinite(&it.rhs) => {
                    return Vec::new();
                }
                (None, None) => (it.lhs.span, it.op, Limit::Vector(it.rhs.span)),
                (Some(_), Some(_)) => return Vec::new(),
            };
            vec![Comparison { left, op, limit }]
        }
        _ => Vec::new(),
    }
}

/// Whether it is a constant without a value that an axis could show.
fn infinite(expr: &Expr) -> bool {
    expr.selectors().is_empty() && !matches!(expr.kind, ExprKind::Call(_))
}

/// The value of a constant: a number, or arithmetic over numbers.
fn number(expr: &Expr) -> Option<f64> {
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
                _ => None,
            }
        }
        _ => None,
    }
    .filter(|it: &f64| it.is_finite())
}

fn part(expr: &Expression, range: TextRange) -> Text {
    let mut out = TextBuilder::new(expr.text.span());
    out.part(&expr.text, range.bytes());
    out.finish()
}

fn of_summary(alert: &Alert) -> Option<&'static str> {
    let texts = ["summary", "description"].into_iter();
    let mut functions = texts.filter_map(|it| value_function(alert.annotation(it)?));
    functions.find_map(unit::of_function)
}

/// `- **critical**: above 5% for 2m`
fn in_words(alert: &Alert, op: BinaryOp, limit: f64, unit: Option<&str>) -> String {
    let relation = match op {
        BinaryOp::Gtr => "above",
        BinaryOp::Gte => "at least",
        BinaryOp::Lss => "below",
        BinaryOp::Lte => "at most",
        BinaryOp::Eql => "equal to",
        _ => "not",
    };
    let number = |it: f64| match unit {
        Some("percentunit") => format!("{}%", short(it * 100.0)),
        Some("percent") => format!("{}%", short(it)),
        Some("s") => prose(&format!("{{{{ {it} | humanizeDuration }}}}")),
        Some("bytes") => prose(&format!("{{{{ {it} | humanize1024 }}}}B")),
        _ => short(it),
    };
    let hold = match alert.hold.value.0 {
        0 => String::new(),
        _ => format!(" for {}", alert.hold.value),
    };
    format!(
        "- **{}**: {relation} {}{hold}",
        alert.severity().unwrap_or_default(),
        number(limit)
    )
}

fn description(alert: &Alert, lines: &[String]) -> String {
    let texts = ["summary", "description"].into_iter();
    let mut parts: Vec<String> =
        texts.filter_map(|it| alert.annotation(it)).map(prose).collect();
    parts.dedup();
    if !lines.is_empty() {
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n")
}

fn runbook(alert: &Alert) -> Vec<Link> {
    // A URL that a template makes leads nowhere from here.
    let url = alert.annotation("runbook_url").filter(|it| !it.contains("{{"));
    let link =
        |url: &str| Link { title: "Runbook".to_owned(), to: Target::Url(url.to_owned()) };
    url.map(link).into_iter().collect()
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
            ("time() > bool 3", "time() > 3"),
        ];
        for (text, expect) in cases {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            let words = |it: Comparison| {
                let limit = match it.limit {
                    Limit::Number(it) => it.to_string(),
                    Limit::Vector(it) => text[it.bytes()].to_owned(),
                };
                format!("{} {} {limit}", &text[it.left.bytes()], it.op.as_str())
            };
            let got: Vec<_> = comparisons(&parsed.expr).into_iter().map(words).collect();
            assert_eq!(got.join("; "), expect, "{text}");
        }
    }
}
