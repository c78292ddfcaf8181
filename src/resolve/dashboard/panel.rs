//! A panel: what its author wrote over what its alert gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::alerts::Alerts;
use super::labels::Carried;
use super::limits::limits;
use super::link::{self, On};
use super::unit;
use super::{Context, alert, bounds, heatmap, look, variable};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::syntax::ast::Parsed;
use crate::promql::syntax::parse;
use crate::promql::unit::{Unit, of_histogram};
use crate::resolve::allow;
use crate::rules::allow::Allow;
use crate::rules::dashboard::{Panel, PanelKind, Query, Shown, Variable};
use crate::rules::group::Alert;
use crate::spec::panel as spec;

/// The tiers of the alert that a panel shows in this environment, without companions.
pub(super) fn tiers<'a>(panel: &spec::Panel, alerts: &Alerts<'a>) -> Vec<&'a Alert> {
    let job = panel.job.as_ref().map(Text::as_str);
    panel.alert.as_ref().map(|it| alerts.tiers(it.as_str(), job)).unwrap_or_default()
}

/// A panel; `None` where its alert does not exist in this environment.
pub(super) fn panel(
    it: &spec::Panel,
    variables: &[Variable],
    context: Context<'_>,
    sink: &mut Sink,
) -> Option<Panel> {
    let tiers = tiers(it, context.alerts);
    if let Some(name) = &it.alert
        && tiers.is_empty()
    {
        if let Some(known) = context.known
            && !known.contains(name.as_str())
        {
            sink.push(unknown_alert(name, known, context.alerts));
        }
        if let Some(job) = it.job.as_ref().filter(|_| context.known.is_some())
            && let Some(said) = unknown_service(name, job, context)
        {
            sink.push_once(said);
        }
        return None;
    }
    let view = (!tiers.is_empty())
        .then(|| alert::view(&tiers, it.unit.as_ref().map(Text::as_str), context));
    look::misplaced(&it.keys, it.kind(), sink);
    lacking(it, sink);
    bounds::check(it, sink);
    let legend = it.legend.as_ref().map(Text::to_string);
    let own = it.queries.iter().map(|query| Query {
        expr: query.expr.clone(),
        legend: query.legend.as_ref().map(Text::to_string).or(legend.clone()),
        unit: query.unit.as_ref().map(Text::to_string),
        limit: None,
    });
    let mut queries: Vec<Query> = own.collect();
    let thresholds = it.thresholds.as_ref().map(|it| limits(it, context.book, sink));
    let mut thresholds = thresholds.unwrap_or_default();
    let mut links = link::links(&it.links, On::Panel, context, sink);
    let mut unit = it.unit.as_ref().map(Text::to_string);
    let mut decimals = it.decimals;
    let mut description = it.description.as_ref().map(Text::to_string);
    let mut allowed: Vec<Allow> = allow(&it.allow);
    if let Some(view) = view {
        if queries.is_empty() {
            let legend = |it: &Query| it.legend.clone().or(legend.clone());
            let named = |it: Query| Query { legend: legend(&it), ..it };
            queries = view.queries.into_iter().map(named).collect();
            if let Some(name) = it.alert.as_ref().filter(|_| it.kind() == "heatmap") {
                heatmap::check_alert(name, &queries, context, sink);
            }
            allowed.extend(of_alerts(it));
        }
        if it.thresholds.is_none() {
            thresholds = view.thresholds;
        }
        // A mean of what is there or not has decimals.
        decimals = decimals.or((view.is_flag && it.queries.is_empty()).then_some(0));
        links.extend(view.links);
        unit = unit.or(view.unit.filter(|_| !it.queries.is_empty()).map(str::to_owned));
        description = description.or(Some(view.description));
    }
    let kind = kind(it.kind());
    let parsed: Vec<Option<Parsed>> =
        queries.iter().map(|it| parsed(it, variables, context)).collect();
    let selectors = parsed.iter().flatten().flat_map(|it| it.expr.selectors());
    let mut metrics: Vec<Arc<str>> =
        selectors.filter_map(|it| it.1.name.clone()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    if unit.is_none() && (it.alert.is_none() || !it.queries.is_empty()) {
        for (query, parsed) in queries.iter_mut().zip(&parsed) {
            let inferred = parsed.as_ref().map_or(Unit::Unknown, |it| match kind {
                PanelKind::Heatmap => of_histogram(&it.expr),
                _ => context.units.of(&it.expr),
            });
            query.unit = query.unit.take().or_else(|| unit::beside_others(&inferred));
        }
    }
    let unit = unit::of_panel(unit, &mut queries);
    let carried = Carried::of(&queries, &parsed, context.sent);
    carried.check_legends(it, sink);
    if kind == PanelKind::Table {
        carried.check_columns(it, &queries, sink);
    }
    Some(Panel {
        id: 0,
        shows: it.alert.as_ref().map(|alert| Shown {
            alert: alert.shared(),
            job: it.job.as_ref().map(Text::shared),
        }),
        derived: it.keys.is_empty(),
        metrics,
        title: match (&it.title, &it.alert) {
            (Some(title), _) | (None, Some(title)) => title.to_string(),
            (None, None) if kind == PanelKind::Alerts => "Alerts".to_owned(),
            (None, None) => String::new(),
        },
        description: description.filter(|it| !it.is_empty()),
        kind,
        unit,
        decimals,
        min: it.min,
        max: it.max,
        width: it.width,
        height: it.height,
        queries,
        thresholds,
        look: look::look(&it.look, context.book, sink),
        links,
        allow: allowed,
        span: it.span,
    })
}

fn kind(word: &str) -> PanelKind {
    match word {
        "stat" => PanelKind::Stat,
        "gauge" => PanelKind::Gauge,
        "bargauge" => PanelKind::BarGauge,
        "table" => PanelKind::Table,
        "heatmap" => PanelKind::Heatmap,
        "state-timeline" => PanelKind::StateTimeline,
        "text" => PanelKind::Text,
        "alerts" => PanelKind::Alerts,
        _ => PanelKind::Timeseries,
    }
}

/// Says what a panel cannot do without.
fn lacking(it: &spec::Panel, sink: &mut Sink) {
    let missing = |key: &str, label: &str, help: &str| {
        let title = format!("missing key `{key}` in a panel");
        Diagnostic::error("missing-key", title).at(it.span, label).help(help)
    };
    let kind = it.kind();
    let quiet = matches!(kind, "text" | "alerts");
    // Of what was refused it has been said why.
    let refused = |keys: &[&str]| keys.iter().any(|key| it.refused.contains(key));
    if !refused(&["title", "alert"]) && it.title.is_none() && it.alert.is_none() && !quiet
    {
        let label = "has neither `title` nor `alert`";
        sink.push(missing("title", label, "add `title = \"…\"`"));
    }
    if !refused(&["query", "alert"])
        && it.queries.is_empty()
        && it.alert.is_none()
        && !quiet
    {
        let help = "add `query = '…'`, or `alert = \"…\"`";
        sink.push(missing("query", "has neither `query` nor `alert`", help));
    }
    if !refused(&["content"]) && kind == "text" && it.look.content.is_none() {
        let help = "add `content = \"…\"`";
        sink.push(missing("content", "would be empty", help));
    }
}

/// What is meant wherever a panel asks for what an alert looks at: its query is the
/// alert's own, with the alert's services and windows.
fn of_alerts(it: &spec::Panel) -> Vec<Allow> {
    let lints = [
        "target-job-rule",
        "target-instance-rule",
        "target-rate-interval-rule",
        "target-counter-agg-rule",
    ];
    let allow = |lint: &str| Allow {
        lint: lint.into(),
        why: "the query is the alert's own".into(),
        span: it.span,
    };
    lints.into_iter().map(allow).collect()
}

/// A query with something in place of its variables; nothing where it cannot be parsed,
/// which is said elsewhere.
fn parsed(query: &Query, variables: &[Variable], context: Context<'_>) -> Option<Parsed> {
    let uses = variable::uses(query.expr.as_str());
    let replaced = variable::replaced(&query.expr, &uses, variables);
    parse(replaced.as_str(), &context.book.dialect).ok()
}

fn unknown_alert(
    name: &Text,
    known: &BTreeSet<String>,
    alerts: &Alerts<'_>,
) -> Diagnostic {
    let title = |it: String| Diagnostic::error("unknown-alert", it);
    if let Some(key) = alerts.sent_as(name.as_str()) {
        return title(format!("no alert is defined as `{name}`"))
            .at(name.span(), format!("the name under which `{key}` is sent"))
            .help(format!("write `{key}`, the key of `[alert.{key}]`"));
    }
    let diagnostic = title(format!("no alert is named `{name}`"));
    match suggest::nearest(name.as_str(), known.iter().map(String::as_str)) {
        Some(near) => diagnostic.at(name.span(), format!("did you mean `{near}`?")),
        None => diagnostic.at(name.span(), "not an alert of this project"),
    }
}

/// Said where an alert is there, but of no such service in any environment.
fn unknown_service(alert: &Text, job: &Text, context: Context<'_>) -> Option<Diagnostic> {
    let jobs = context.alerts.jobs(alert.as_str());
    // Where `job` is given otherwise than by services, others may be given elsewhere.
    let is_known = context.services.contains(job.as_str());
    if is_known || jobs.is_empty() || !jobs.is_subset(context.services) {
        return None;
    }
    let title = format!("no service `{job}` has the alert `{alert}`");
    let out = Diagnostic::error("unknown-name", title);
    Some(match suggest::nearest(job.as_str(), jobs.iter().copied()) {
        Some(near) => out.at(job.span(), format!("did you mean `{near}`?")),
        None => out
            .at(job.span(), "not a service of this project")
            .help(format!("its services are {}", suggest::list(jobs, 20))),
    })
}
