//! Selectors that mean nothing in any environment.

use std::collections::BTreeSet;

use crate::case::native::ready::{AlertSelector, Ready};
use crate::case::native::timeline::TimeLine;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::harness::native::select::{self, Match};
use crate::harness::plan::Plan;
use crate::promql::labels::Labels;

/// Says which selectors of a test name an alert, a tier or a label that no environment
/// has. `readies` are the same test in each environment that it concerns, with that
/// environment's rules; `plans` are the rules of all in which it may run.
pub fn check(readies: &[(&Ready, &Plan<'_>)], plans: &[&Plan<'_>], sink: &mut Sink) {
    let Some((first, _)) = readies.first() else { return };
    for (idx, expect) in first.expects.iter().enumerate() {
        let means = readies.iter().any(|(ready, plan)| {
            ready.expects.get(idx).is_some_and(|it| {
                let absent = matches!(it.line, Some((TimeLine::Absent, _)));
                absent || !select::rules(plan, &it.selector).is_empty()
            })
        });
        if !means {
            sink.push(unknown(&expect.selector, plans));
        }
    }
    let asserted = first.moments.iter().filter_map(|it| it.alert.as_ref());
    let asserted = asserted.map(|it| (it.as_str(), it));
    // Where `alert` says the name, those that fire have no other.
    let firing = first.moments.iter().filter(|it| it.alert.is_none());
    let firing = firing.flat_map(|it| it.firing.iter().flatten());
    let firing = firing.map(|it| (alert_name(&it.labels), &it.text));
    for (name, text) in asserted.chain(firing) {
        let mut alerts = plans.iter().flat_map(|plan| select::alerts(plan));
        if !name.is_empty() && !alerts.any(|it| it.1.name.as_str() == name) {
            sink.push_once(no_such_alert(name, text, plans));
        }
    }
}

/// The name of an alert that fires: before its labels, or among them.
fn alert_name(labels: &Labels) -> &str {
    match labels.metric_name() {
        "" => labels.get("alertname"),
        name => name,
    }
}

fn no_such_alert(name: &str, text: &Text, plans: &[&Plan<'_>]) -> Diagnostic {
    let mut names: Vec<&str> = plans
        .iter()
        .flat_map(|plan| select::alerts(plan))
        .map(|it| it.1.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let end = text.as_str().len();
    let diagnostic =
        Diagnostic::error("unknown-alert", format!("unknown alert `{name}`"));
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => diagnostic.within(text, 0, end, format!("did you mean `{near}`?")),
        None if names.is_empty() => {
            diagnostic.within(text, 0, end, "the test sees no alerts at all")
        }
        None => diagnostic
            .within(text, 0, end, "no environment has it")
            .help(format!("the alerts are {}", suggest::list(names, 12))),
    }
}

fn unknown(selector: &AlertSelector, plans: &[&Plan<'_>]) -> Diagnostic {
    let text = &selector.text;
    let whole = 0..text.as_str().len();
    let named: Vec<_> = plans
        .iter()
        .flat_map(|plan| select::alerts(plan).map(move |it| (plan, it.0, it.1)))
        .filter(|it| it.2.name.as_str() == selector.name)
        .collect();
    if named.is_empty() {
        return no_such_alert(&selector.name, text, plans);
    }
    // The first matcher that none of the alerts of this name can satisfy.
    for matcher in &selector.matchers {
        let matches: Vec<Match> = named
            .iter()
            .map(|(plan, idx, alert)| {
                select::may_match(alert, plan.slots[*idx].group, matcher)
            })
            .collect();
        if matches.contains(&Match::May) {
            continue;
        }
        let at = matcher.span.bytes();
        let (alert, name) = (named[0].2, &matcher.name);
        let impossible = matches.iter().all(|it| *it == Match::NoLabel);
        let written = text.as_str().get(at.clone()).unwrap_or_default();
        let title = match impossible {
            true => format!("`{}` cannot carry the label `{name}`", selector.name),
            false => format!("`{}` never has `{written}`", selector.name),
        };
        let said = Diagnostic::error("impossible-label", title);
        let within = |label: &str| {
            let said = said.clone().within(text, at.start, at.end, label);
            said.context(alert.span, "the alert")
        };
        if impossible {
            return within("no result of its expression has this label");
        }
        let values = named.iter().filter_map(|(plan, idx, alert)| {
            select::value(alert, plan.slots[*idx].group, name)
        });
        let values: BTreeSet<String> = values.collect();
        let values = || values.iter().map(String::as_str);
        let short = || {
            values()
                .find(|it| 3 <= matcher.value.len() && it.starts_with(&*matcher.value))
        };
        return match suggest::nearest(&matcher.value, values()).or_else(short) {
            Some(near) => within(&format!("did you mean `{near}`?")),
            None => within("its label has another value")
                .help(format!("`{name}` is {}", suggest::list(values(), 12))),
        };
    }
    Diagnostic::error("unknown-alert", "no alert has all of these labels at once")
        .within(text, whole.start, whole.end, "no single rule can satisfy them")
        .context(named[0].2.span, "an alert of this name")
}
