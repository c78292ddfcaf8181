//! Which rules a selector of a test means.
//!
//! A selector names an alert and matches its labels. Labels that a rule sets itself, and
//! labels that its expression fixes, decide which rules are meant; the others decide
//! among the alerts of a rule.

use crate::case::native::ready::AlertSelector;
use crate::harness::plan::{Plan, RuleIdx};
use crate::promql::infer;
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::{MatchOp, Matcher};
use crate::rules::group::{Alert, Group};

/// The alerting rules of a plan, in order.
pub fn alerts<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = (RuleIdx, &'p Alert)> {
    let slots = plan.slots.iter().enumerate();
    slots.filter_map(|(idx, slot)| Some((idx, slot.rule.as_alert()?)))
}

/// The rules that a selector means, ascending.
pub fn rules(plan: &Plan<'_>, selector: &AlertSelector) -> Vec<RuleIdx> {
    alerts(plan)
        .filter(|(idx, alert)| {
            alert.name.as_str() == selector.name
                && selector
                    .matchers
                    .iter()
                    .all(|it| may_match(alert, plan.slots[*idx].group, it) == Match::May)
        })
        .map(|it| it.0)
        .collect()
}

/// Whether an alert of a rule can satisfy a matcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It can.
    May,
    /// It carries the label, with another value.
    OtherValue,
    /// It cannot carry the label.
    NoLabel,
}

/// Whether an alert of a rule can satisfy a matcher.
pub fn may_match(alert: &Alert, group: &Group, matcher: &Matcher) -> Match {
    let own = own_label(alert, group, &matcher.name);
    if own.is_some_and(|it| it.contains("{{")) {
        return Match::May;
    }
    let facts = infer::labels(&alert.expr.parsed.expr);
    if let Some(value) = own.or_else(|| facts.value(&matcher.name)) {
        return match holds(matcher, value) {
            true => Match::May,
            false => Match::OtherValue,
        };
    }
    let needs_label = !holds(matcher, "");
    match needs_label && !facts.can_carry(&matcher.name) {
        true => Match::NoLabel,
        false => Match::May,
    }
}

/// The value that a rule gives to a label of its alerts, a template too.
fn own_label<'a>(alert: &'a Alert, group: &'a Group, name: &str) -> Option<&'a str> {
    let mut own = alert.labels.iter().chain(&group.labels);
    own.find(|it| it.name.as_str() == name).map(|it| it.value.as_str())
}

/// The only value that a label of the alerts of a rule can have, where there is one.
pub fn value(alert: &Alert, group: &Group, name: &str) -> Option<String> {
    match own_label(alert, group, name) {
        Some(it) => (!it.contains("{{")).then(|| it.to_owned()),
        None => infer::labels(&alert.expr.parsed.expr).value(name).map(str::to_string),
    }
}

fn holds(matcher: &Matcher, value: &str) -> bool {
    let labels = crate::promql::labels::Labels::from_strs(&[(&matcher.name, value)]);
    Matchers::new(std::slice::from_ref(matcher)).holds(&labels)
}

/// The matchers of a selector, compiled.
pub fn matchers(selector: &AlertSelector) -> Matchers {
    Matchers::new(&selector.matchers)
}

/// Whether a matcher is an equality with a value.
pub fn is_equality(matcher: &Matcher) -> bool {
    matcher.op == MatchOp::Equal && !matcher.value.is_empty()
}
