//! What the series of an alert's panel are called: by the labels that tell them apart.

use crate::promql::infer::{self, LabelFacts, Presence};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::Expr;
use crate::resolve::known::Known;
use crate::rules::group::Alert;
use crate::rules::prose;

/// The labels in which the series of an expression differ, as a legend writes them: all
/// that they can have, where that is certain, else those that the alert's summary names.
/// Where they are the whole name, there is one for a single series too.
pub(super) fn labels(
    expr: &Expr,
    alert: &Alert,
    whole: bool,
    records: &Known<'_>,
) -> Option<String> {
    let facts = infer::labels_with(expr, &|name| whatever_values(records.metric(name)?));
    let summary = alert.annotation("summary").unwrap_or_default();
    let told = prose::labels(summary);
    let carries = |it: &&str| facts.can_carry(it);
    let varies = |it: &&str| *it != METRIC_NAME && facts.value(it).is_none();
    let mut names: Vec<&str> =
        told.iter().copied().filter(carries).filter(varies).collect();
    if facts.closed {
        let all = facts.known.keys().map(|it| &**it).filter(carries).filter(varies);
        let others: Vec<&str> = all.filter(|it| !names.contains(it)).collect();
        names.extend(others);
    }
    if names.is_empty() && whole {
        names.extend(told.iter().copied().filter(carries));
    }
    if names.is_empty() && whole && facts.closed {
        names.extend(Some("job").filter(carries));
    }
    let parts: Vec<String> = names.iter().map(|it| format!("{{{{{it}}}}}")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The labels of a recorded metric, whatever their values.
fn whatever_values(facts: &LabelFacts) -> Option<LabelFacts> {
    let mut facts = facts.clone();
    for fact in facts.known.values_mut() {
        if fact.presence != Presence::Never {
            fact.values = None;
        }
    }
    Some(facts)
}
