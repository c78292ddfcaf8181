//! What a panel shows of an alert: the side that is compared, the limits of all tiers, and
//! what the alert says of itself.

use crate::diag::text::{Text, TextBuilder};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind, TextRange};
use crate::resolve::dashboard::unit;
use crate::rules::dashboard::{Link, Query, Thresholds};
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

/// A comparison of a vector with a number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Comparison {
    left: TextRange,
    op: BinaryOp,
    limit: f64,
}

/// The panel of an alert's tiers; there is at least one.
pub(super) fn view(tiers: &[&Alert]) -> View {
    let mut queries: Vec<(Query, &Alert)> = Vec::new();
    let mut thresholds = Thresholds::default();
    let mut unit = None;
    let mut lines = Vec::new();
    for alert in tiers {
        let expr = &alert.expr.parsed.expr;
        let comparison = comparison(expr);
        let shown = match &comparison {
            Some(it) => part(&alert.expr, it.left),
            None => alert.expr.text.clone(),
        };
        if queries.iter().all(|it| it.0.expr.as_str().trim() != shown.as_str().trim()) {
            queries.push((Query { expr: shown, legend: None }, alert));
        }
        let of_alert = of_summary(alert).or_else(|| unit::of_expression(expr));
        unit = unit.or(of_alert);
        if let Some(it) = comparison
            && it.op != BinaryOp::Neq
        {
            let limit = (it.limit, alert.severity().unwrap_or_default().to_owned());
            if !thresholds.limits.contains(&limit) {
                thresholds.limits.push(limit);
            }
            thresholds.below |= matches!(it.op, BinaryOp::Lss | BinaryOp::Lte);
        }
        if let Some(it) = comparison {
            let line = in_words(alert, it, unit);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    View {
        queries: told_apart(queries),
        thresholds,
        unit,
        description: description(tiers[0], &lines),
        links: runbook(tiers[0]),
    }
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

/// The comparison that decides, if the expression is one: its left side is what a person
/// wants to see. `a > 1 and b` compares `a`.
fn comparison(expr: &Expr) -> Option<Comparison> {
    match &expr.kind {
        ExprKind::Paren(it) => comparison(it),
        ExprKind::Binary(it) => {
            let flipped = match it.op {
                BinaryOp::And | BinaryOp::Unless => return comparison(&it.lhs),
                BinaryOp::Gtr => BinaryOp::Lss,
                BinaryOp::Gte => BinaryOp::Lte,
                BinaryOp::Lss => BinaryOp::Gtr,
                BinaryOp::Lte => BinaryOp::Gte,
                BinaryOp::Eql | BinaryOp::Neq => it.op,
                _ => return None,
            };
            match (number(&it.lhs), number(&it.rhs)) {
                (None, Some(limit)) => {
                    Some(Comparison { left: it.lhs.span, op: it.op, limit })
                }
                (Some(limit), None) => {
                    Some(Comparison { left: it.rhs.span, op: flipped, limit })
                }
                (_, _) => None,
            }
        }
        _ => None,
    }
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
fn in_words(alert: &Alert, it: Comparison, unit: Option<&str>) -> String {
    let relation = match it.op {
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
        number(it.limit)
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
    let link = |url: &str| Link { title: "Runbook".to_owned(), url: url.to_owned() };
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
            ("a > 0.05", Some(("a", BinaryOp::Gtr, 0.05))),
            ("(a / b) < 2 * 3", Some(("(a / b)", BinaryOp::Lss, 6.0))),
            ("5m <= time() - a", Some(("time() - a", BinaryOp::Gte, 300.0))),
            ("(a > -1 and b > 2)", Some(("a", BinaryOp::Gtr, -1.0))),
            ("a == 0 unless b", Some(("a", BinaryOp::Eql, 0.0))),
            ("a > b", None),
            ("a > 1 or b > 1", None),
            ("absent(a)", None),
            ("a > 1 / 0", None),
        ];
        for (text, expect) in cases {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            let got = comparison(&parsed.expr);
            let got = got.map(|it| (&text[it.left.bytes()], it.op, it.limit));
            assert_eq!(got, expect, "{text}");
        }
    }
}
