//! What a panel shows of an alert: the sides that are compared, the limits of all tiers,
//! and what the alert says of itself.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::text::{Text, TextBuilder};
use crate::promql::syntax::ast::{BinaryOp, Expr, TextRange};
use crate::promql::syntax::{parse, same};
use crate::resolve::dashboard::amount::amount;
use crate::resolve::dashboard::{Context, legend, unit};
use crate::rules::comparison::{Limit, comparisons, relation};
use crate::rules::dashboard::{Link, Query, Target};
use crate::rules::group::{Alert, Expression};
use crate::rules::limits::{Thresholds, Zone};
use crate::rules::prose::{prose, value_function};

/// What an alert gives to a panel.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Its queries.
    pub(super) queries: Vec<Query>,
    /// Its limits.
    pub(super) thresholds: Thresholds,
    /// Its unit.
    pub(super) unit: Option<&'static str>,
    /// Whether all that it shows is there or not: 1 or 0.
    pub(super) is_flag: bool,
    /// Summary, description and limits in words.
    pub(super) description: String,
    /// Its runbook.
    pub(super) links: Vec<Link>,
}

/// A query of an alert's panel, with what it came from.
struct Asked<'a> {
    query: Query,
    alert: &'a Alert,
    shows: &'a Expr,
}

/// What a series of limits is called.
const LIMIT: &str = "limit";

/// The panel of an alert's tiers; there is at least one. `chosen` is the unit that its author
/// gives the panel.
pub(super) fn view(tiers: &[&Alert], chosen: Option<&str>, context: Context<'_>) -> View {
    let mut queries: Vec<Asked<'_>> = Vec::new();
    let mut limits: Vec<Query> = Vec::new();
    let mut thresholds = Thresholds::default();
    let mut unit = None;
    let mut lines = Vec::new();
    for alert in tiers {
        let expr = &alert.expr.parsed.expr;
        let compared = comparisons(expr);
        let mut shown: Vec<(Text, &Expr)> = compared
            .iter()
            .map(|it| (part(&alert.expr, it.left.span), it.left))
            .collect();
        if shown.is_empty() {
            shown.push((alert.expr.text.clone(), expr));
        }
        shown.dedup_by(|b, a| same(a.1, b.1));
        // Limits of several quantities say nothing on one axis.
        let one = shown.len() == 1;
        let of_alert = unit_of(alert, context);
        let of_alert = of_alert.filter(|_| one);
        unit = unit.or(of_alert);
        for (expr, shows) in shown {
            if queries.iter().all(|it| !same(it.shows, shows)) {
                let inferred = || unit::beside_others(&context.units.of(shows));
                let unit = of_alert.map(str::to_owned).or_else(inferred);
                let query = Query { expr, legend: None, unit, limit: None };
                queries.push(Asked { query, alert, shows });
            }
        }
        for it in compared.into_iter().filter(|_| one) {
            let limit = match it.limit {
                Limit::Number(limit) => limit,
                Limit::Vector(range) => {
                    let expr = part(&alert.expr, range);
                    if limits.iter().all(|it| !is_one(&it.expr, &expr)) {
                        limits.push(self::limit(expr, alert, context));
                    }
                    continue;
                }
            };
            let severity = alert.severity().unwrap_or_default();
            let ops = std::iter::once((it.op, limit)).chain(it.too);
            for (_, limit) in ops.clone().filter(|it| it.0 != BinaryOp::Neq) {
                let limit = (limit, severity.to_owned());
                if !thresholds.limits.contains(&limit) {
                    thresholds.limits.push(limit);
                }
            }
            thresholds.zones.extend(zones((it.op, limit), it.too, severity));
            let line = in_words(alert, ops, chosen.or(of_alert));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    thresholds.settle(|a, b| context.book.is_worse(a, b));
    thresholds.open = thresholds.zones.is_empty();
    let is_flag = queries.iter().all(|it| context.units.of(it.shows).is_flag());
    let mut queries = named(queries, context);
    queries.extend(apart(limits));
    View {
        queries,
        thresholds,
        unit,
        is_flag,
        description: description(tiers[0], &lines),
        links: runbook(tiers[0]),
    }
}

fn is_one(a: &Text, b: &Text) -> bool {
    a.as_str().trim() == b.as_str().trim()
}

/// The series that is the limit of others.
fn limit(expr: Text, alert: &Alert, context: Context<'_>) -> Query {
    let parsed = parse(expr.as_str(), &context.book.dialect);
    let labels = parsed
        .ok()
        .and_then(|it| legend::labels(&it.expr, alert, false, context.records));
    let legend = match labels {
        Some(labels) => format!("{LIMIT} {labels}"),
        None => LIMIT.to_owned(),
    };
    let limit = alert.severity().unwrap_or_default().to_owned();
    Query { expr, legend: Some(legend), unit: None, limit: Some(limit) }
}

/// Limits of several severities, named by them.
fn apart(mut limits: Vec<Query>) -> Vec<Query> {
    let severities: BTreeSet<_> = limits.iter().map(|it| it.limit.clone()).collect();
    if 1 < severities.len() {
        for it in &mut limits {
            let name = it.limit.iter().chain(&it.legend).cloned().collect::<Vec<_>>();
            it.legend = Some(name.join(" "));
        }
    }
    limits
}

/// Names the series: by what differs between the queries of one alert (service, tier,
/// metric), and by the labels that differ within each.
fn named(queries: Vec<Asked<'_>>, context: Context<'_>) -> Vec<Query> {
    let job = |it: &Asked<'_>| it.alert.about.as_ref().and_then(|it| it.job.clone());
    let tier = |it: &Asked<'_>| it.alert.about.as_ref().and_then(|it| it.tier.clone());
    let differ = |of: &dyn Fn(&Asked<'_>) -> Option<Arc<str>>| {
        let values: BTreeSet<_> = queries.iter().map(of).collect();
        1 < values.len()
    };
    let (jobs, tiers) = (differ(&job), differ(&tier));
    let legend = |it: &Asked<'_>| {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(job(it).filter(|_| jobs).map(|it| it.to_string()));
        parts.extend(tier(it).filter(|_| tiers).map(|it| it.to_string()));
        let own = queries.iter().filter(|other| std::ptr::eq(other.alert, it.alert));
        if 1 < own.count() {
            let metric =
                it.shows.selectors().into_iter().find_map(|it| it.1.name.clone());
            parts.extend(metric.map(|it| it.to_string()));
        }
        parts.extend(legend::labels(
            it.shows,
            it.alert,
            parts.is_empty(),
            context.records,
        ));
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let legends: Vec<Option<String>> = queries.iter().map(legend).collect();
    let queries = queries.into_iter().zip(legends);
    queries.map(|(it, legend)| Query { legend, ..it.query }).collect()
}

fn part(expr: &Expression, range: TextRange) -> Text {
    let mut out = TextBuilder::new(expr.text.span());
    out.part(&expr.text, range.bytes());
    out.finish()
}

/// What the expression tells, and where that is no more than a number, how the alert shows
/// it: `humanize1024` may be of bytes a second.
fn unit_of(alert: &Alert, context: Context<'_>) -> Option<&'static str> {
    let inferred = context.units.of(&alert.expr.parsed.expr).id();
    inferred.filter(|it| *it != unit::NO_UNIT).or_else(|| of_summary(alert)).or(inferred)
}

fn of_summary(alert: &Alert) -> Option<&'static str> {
    let texts = ["summary", "description"].into_iter();
    let mut functions = texts.filter_map(|it| value_function(alert.annotation(it)?));
    functions.find_map(unit::of_function)
}

/// Where a comparison holds, and another one `too`.
fn zones(
    (op, limit): (BinaryOp, f64),
    too: Option<(BinaryOp, f64)>,
    severity: &str,
) -> Vec<Zone> {
    let of = |op, limit: f64| match op {
        BinaryOp::Gtr => vec![Zone::beyond(limit, severity)],
        BinaryOp::Gte => vec![Zone::above(limit, severity)],
        BinaryOp::Lss => vec![Zone::below(limit, severity)],
        BinaryOp::Lte => vec![Zone::up_to(limit, severity)],
        BinaryOp::Eql => vec![Zone::at(limit, severity)],
        _ => vec![Zone::below(limit, severity), Zone::beyond(limit, severity)],
    };
    let all = of(op, limit);
    let Some((op, limit)) = too else { return all };
    let others = of(op, limit);
    let common =
        |a: &Zone, b: &Zone| Zone::between(a.from.max(b.from), a.to.min(b.to), severity);
    let pairs = all.iter().flat_map(|a| others.iter().map(|b| common(a, b)));
    pairs.filter(|it| it.from < it.to).collect()
}

/// `- **critical**: above 5% for 2m`
fn in_words(
    alert: &Alert,
    ops: impl Iterator<Item = (BinaryOp, f64)>,
    unit: Option<&str>,
) -> String {
    let hold = match alert.hold.value.0 {
        0 => String::new(),
        _ => format!(" for {}", alert.hold.value),
    };
    let ops = ops.map(|(op, limit)| format!("{} {}", relation(op), amount(limit, unit)));
    let ops: Vec<String> = ops.collect();
    format!("- **{}**: {}{hold}", alert.severity().unwrap_or_default(), ops.join(" and "))
}

fn description(alert: &Alert, lines: &[String]) -> String {
    let texts = ["summary", "description"].into_iter();
    let mut parts: Vec<Cow<'_, str>> =
        texts.filter_map(|it| alert.annotation(it)).map(prose).collect();
    parts.dedup();
    if !lines.is_empty() {
        parts.push(lines.join("\n").into());
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
