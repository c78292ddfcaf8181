//! A panel: what its author wrote over what its alert gives.

use std::collections::BTreeSet;

use super::{Context, alert, allow, link, unit, variable};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::syntax::parse;
use crate::rules::book::Book;
use crate::rules::dashboard::{Link, Panel, PanelKind, Query, Thresholds, Variable};
use crate::rules::group::{Alert, Rule};
use crate::spec::dashboard as spec;

/// The tiers of an alert in this environment, without companions.
pub(super) fn tiers<'a>(panel: &spec::Panel, book: &'a Book) -> Vec<&'a Alert> {
    let Some(name) = &panel.alert else { return Vec::new() };
    let rules = book.groups.iter().flat_map(|it| &it.rules);
    rules
        .filter_map(|it| match it {
            Rule::Alert(it) => Some(it),
            Rule::Record(_) => None,
        })
        .filter(|it| match &it.about {
            Some(about) if about.companion_of.is_none() => {
                let job = panel.job.as_ref().map(Text::as_str);
                *about.definition == *name.as_str()
                    && (job.is_none() || about.job.as_deref() == job)
            }
            _ => it.name == *name,
        })
        .collect()
}

/// A panel; `None` where its alert does not exist in this environment.
pub(super) fn panel(
    it: &spec::Panel,
    variables: &[Variable],
    context: Context<'_>,
    sink: &mut Sink,
) -> Option<Panel> {
    let tiers = tiers(it, context.book);
    if let Some(name) = &it.alert
        && tiers.is_empty()
    {
        if let Some(known) = context.known
            && !known.contains(name.as_str())
        {
            sink.push(unknown_alert(name, known));
        }
        return None;
    }
    let view = (!tiers.is_empty()).then(|| alert::view(&tiers));
    if it.title.is_none() && it.alert.is_none() {
        sink.push(
            Diagnostic::error("missing-key", "missing key `title` in a panel")
                .at(it.span, "has neither `title` nor `alert`")
                .help("add `title = \"…\"`"),
        );
    }
    if it.queries.is_empty() && it.alert.is_none() {
        sink.push(
            Diagnostic::error("missing-key", "missing key `query` in a panel")
                .at(it.span, "has neither `query` nor `alert`")
                .help("add `query = '…'`, or `alert = \"…\"`"),
        );
    }
    let legend = it.legend.as_ref().map(Text::to_string);
    let own = it.queries.iter().map(|query| Query {
        expr: query.expr.clone(),
        legend: query.legend.as_ref().map(Text::to_string).or(legend.clone()),
    });
    let mut queries: Vec<Query> = own.collect();
    let mut thresholds = it.thresholds.as_ref().map(limits).unwrap_or_default();
    let mut links: Vec<Link> = it.links.iter().map(link).collect();
    let mut unit = it.unit.as_ref().map(Text::to_string);
    let mut description = it.description.as_ref().map(Text::to_string);
    if let Some(view) = view {
        if queries.is_empty() {
            let legend = |it: &Query| legend.clone().or(it.legend.clone());
            let named = |it: Query| Query { legend: legend(&it), ..it };
            queries = view.queries.into_iter().map(named).collect();
        }
        if it.thresholds.is_none() {
            thresholds = view.thresholds;
        }
        links.extend(view.links);
        unit = unit.or(view.unit.map(str::to_owned));
        description = description.or(Some(view.description));
    }
    Some(Panel {
        title: match (&it.title, &it.alert) {
            (Some(title), _) | (None, Some(title)) => title.to_string(),
            (None, None) => String::new(),
        },
        description: description.filter(|it| !it.is_empty()),
        kind: match it.kind.as_ref().map(Text::as_str) {
            Some("stat") => PanelKind::Stat,
            Some("table") => PanelKind::Table,
            _ => PanelKind::Timeseries,
        },
        unit: unit
            .or_else(|| inferred(&queries, variables, context).map(str::to_owned))
            .unwrap_or_else(|| "short".to_owned()),
        decimals: it.decimals,
        min: it.min,
        max: it.max,
        width: it.width,
        height: it.height,
        queries,
        thresholds,
        links,
        allow: it.allow.iter().map(allow).collect(),
        span: it.span,
    })
}

/// The unit that the names of the metrics tell.
fn inferred(
    queries: &[Query],
    variables: &[Variable],
    context: Context<'_>,
) -> Option<&'static str> {
    let query = &queries.first()?.expr;
    let uses = variable::uses(query.as_str());
    let replaced = variable::replaced(query, &uses, variables);
    let parsed = parse(replaced.as_str(), &context.book.dialect).ok()?;
    unit::of_expression(&parsed.expr)
}

fn unknown_alert(name: &Text, known: &BTreeSet<String>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("unknown-alert", format!("no alert is named `{name}`"));
    match suggest::nearest(name.as_str(), known.iter().map(String::as_str)) {
        Some(near) => diagnostic.at(name.span(), format!("did you mean `{near}`?")),
        None => diagnostic.at(name.span(), "not an alert of this project"),
    }
}

/// Limits as written; which side is bad follows from their order.
fn limits(it: &spec::Thresholds) -> Thresholds {
    let of = |severity: &str| it.limits.iter().find(|it| it.0 == severity).map(|it| it.1);
    let lower = match (of("critical"), of("warning")) {
        (Some(critical), Some(warning)) => critical < warning,
        _ => false,
    };
    Thresholds {
        below: it.below.unwrap_or(lower),
        limits: it.limits.iter().map(|it| (it.1, it.0.clone())).collect(),
    }
}
