//! What a panel shows of an alert: the sides that are compared, the limits of all tiers,
//! and what the alert says of itself.

use crate::diag::text::{Text, TextBuilder};
use crate::promql::syntax::ast::{BinaryOp, TextRange};
use crate::resolve::dashboard::unit;
use crate::rules::comparison::{Limit, comparisons, relation};
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
        "- **{}**: {} {}{hold}",
        alert.severity().unwrap_or_default(),
        relation(op),
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
