//! Labels that a text reads and the results of the expression cannot have.

use std::collections::BTreeMap;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::lint::alert::texts;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::check::value_type;
use crate::promql::infer::LabelFacts;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{Aggregate, BinaryOp, Expr, ExprKind, TextRange};
use crate::promql::syntax::types::ValueType;
use crate::rules::group::Pair;

/// The lint.
pub static LINT: Lint = Lint {
    name: "template-label-missing",
    level: Level::Warn,
    summary: "A text that reads a label which the results of the expression cannot have.",
    why: "It is empty whenever the alert fires: ` is down`. Templates see the labels of the \
          expression's result, after all aggregations and joins, and not those that the \
          alert sets itself.",
    example: "expr    = 'sum by (job) (rate(http_errors_total[5m])) > 1'\n\
              summary = \"errors of {{ $labels.instance }}\"",
    instead: "Keep the label, `sum by (job, instance) (…)`, or name one that is there.",
    peers: &[
        "pint alerts/template",
        "promruval validateLabelTemplates",
        "promruval validateAnnotationTemplates",
    ],
    check: Check::Rule(run),
};

/// How many uses of a label are shown.
const MAX_SHOWN: usize = 5;

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let texts: Vec<_> = texts::all(alert).collect();
    let mut missing: BTreeMap<&str, Vec<(&Pair, TextRange)>> = BTreeMap::new();
    for (pair, usage) in &texts {
        for it in &usage.labels {
            // Where it is asked for first, its absence is no fault.
            if !usage.tested.contains(&it.name) {
                missing.entry(&it.name).or_default().push((pair, it.at));
            }
        }
    }
    if missing.is_empty() {
        return;
    }
    let facts = context.labels(site.tree());
    let is_missing = |name: &str| match name {
        // Whether a name that is to go is still there depends on the server.
        METRIC_NAME | "" => false,
        _ => !facts.can_carry(name),
    };
    missing.retain(|name, _| is_missing(name));
    let mut found: Vec<_> = missing.into_iter().collect();
    found.sort_by_key(|(_, uses)| {
        let at = uses[0].1.bytes();
        let place = uses[0].0.value.place(at.start, at.end).span;
        (place.file, place.start)
    });
    for (name, uses) in found {
        let mut said =
            LINT.finding(format!("results of the expression have no label `{name}`"));
        for (idx, (pair, at)) in uses.into_iter().take(MAX_SHOWN).enumerate() {
            let at = at.bytes();
            let label = if idx == 0 { "always empty" } else { "" };
            said = said.within(&pair.value, at.start, at.end, label);
        }
        if let Some((at, label)) = dropper(context, site.tree(), name) {
            let at = at.bytes();
            let place = site.expr().text.place(at.start, at.end);
            said = said.context(place.span, label);
        }
        out.push(said.help(help(site, &facts, name)));
    }
}

fn help(site: Site<'_>, facts: &LabelFacts, name: &str) -> String {
    if name == "alertname" || site.labels().iter().any(|it| it.name.as_str() == name) {
        let value = match site.labels().iter().find(|it| it.name.as_str() == name) {
            Some(it) if !it.value.as_str().contains("{{") => it.value.as_str(),
            Some(_) => "",
            None => site.name().as_str(),
        };
        return match value {
            "" => "the alert sets it itself, which templates do not see".to_owned(),
            it => format!(
                "the alert sets it itself, which templates do not see: write `{it}`"
            ),
        };
    }
    let there: Vec<&str> =
        facts.known.keys().map(|it| &**it).filter(|it| facts.can_carry(it)).collect();
    let there: Vec<&str> = there.into_iter().filter(|it| *it != METRIC_NAME).collect();
    match facts.closed {
        true if there.is_empty() => "results have no labels: take it out".to_owned(),
        true => {
            let there = suggest::list(there, 8);
            format!("results have {there} only: keep `{name}`, or take it out")
        }
        false => format!("keep `{name}` in the expression, or take it out of the text"),
    }
}

/// The part of an expression that drops a label which a part below it can have.
fn dropper(
    context: &Context<'_>,
    expr: &Expr,
    name: &str,
) -> Option<(TextRange, String)> {
    let mut expr = expr.without_parens();
    loop {
        let mut parts = expr
            .children()
            .filter(|it| matches!(value_type(it), ValueType::Vector | ValueType::Matrix));
        let Some(first) = parts.next() else { return of_record(context, expr, name) };
        let carries = |it: &Expr| context.labels(it).can_carry(name);
        // `and` and `unless` give what is on their left, as it is.
        let left_only = matches!(
            &expr.kind,
            ExprKind::Binary(it) if matches!(it.op, BinaryOp::And | BinaryOp::Unless)
        );
        if carries(first) || !left_only && parts.any(carries) {
            break;
        }
        expr = first.without_parens();
    }
    Some(match &expr.kind {
        ExprKind::Aggregate(it) => of_aggregate(it, name),
        ExprKind::Call(it) if it.name.starts_with("absent") => (
            it.name_span,
            format!("`{}` has the labels of its `=` matchers only", it.name),
        ),
        ExprKind::Call(it) => (it.name_span, format!("`{}` drops `{name}`", it.name)),
        ExprKind::Binary(it) => {
            let matching = it.matching.as_ref();
            let kept = matching.filter(|it| it.on && !it.labels.is_empty());
            let label = match kept {
                Some(on) if on.include.is_empty() => {
                    let names = on.labels.iter().map(|it| &*it.text);
                    format!("keeps {} only", suggest::list(names, 8))
                }
                _ => format!("drops `{name}`"),
            };
            let last = matching.and_then(|it| it.labels.iter().chain(&it.include).last());
            (it.op_span.to(last.map_or(it.op_span, |it| it.span)), label)
        }
        _ => return None,
    })
}

/// The same of a metric that a rule records.
fn of_record(
    context: &Context<'_>,
    expr: &Expr,
    name: &str,
) -> Option<(TextRange, String)> {
    let ExprKind::Selector(it) = &expr.kind else { return None };
    let record = it.name.as_deref().filter(|it| context.records.contains_key(it))?;
    Some((expr.span, format!("`{record}` is recorded without `{name}`")))
}

fn of_aggregate(it: &Aggregate, name: &str) -> (TextRange, String) {
    let op = it.op.as_str();
    let label = match (it.without, it.grouping.as_slice()) {
        (true, _) => format!("`{op}` drops `{name}`"),
        (false, []) => format!("`{op}` keeps no label"),
        (false, names) => {
            let names = names.iter().map(|it| &*it.text);
            format!("keeps {} only", suggest::list(names, 8))
        }
    };
    let listed = it.grouping.last().map(|it| it.span);
    // `by (…)` may stand behind what is aggregated.
    let at = match listed {
        Some(last) if last.end <= it.expr.span.start => it.op_span.to(last),
        Some(last) => it.grouping[0].span.to(last),
        None => it.op_span,
    };
    (at, label)
}
