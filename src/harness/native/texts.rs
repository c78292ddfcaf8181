//! Labels and annotations of alerts that fire, which nobody could read.
//!
//! Prometheus sends an alert whose template fails with the error in place of the text, so
//! it shows only to who is called out. A test in which the alert fires knows before.

use crate::case::native::ready::Ready;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::plan::RuleIdx;
use crate::harness::result::{AlertResult, State};
use crate::harness::run::Run;
use crate::harness::template::UNEXPANDED;
use crate::rules::group::{Pair, Rule};
use crate::template::misprint::Misprint;

/// Alerts of a rule that are looked at: what one of them cannot fill in, the others mostly
/// cannot either.
const MOST: usize = 100;

/// A text that is faulty in a test.
pub(super) struct Fault {
    /// The rule.
    pub(super) rule: RuleIdx,
    /// The name of the annotation or label.
    pub(super) name: Text,
    /// What is to be said.
    pub(super) said: Diagnostic,
}

/// The faulty texts of alerts that fire in a test, each once. What the test expects to fail
/// is none.
pub(super) fn faults(run: &Run<'_>, ready: &Ready) -> Vec<Fault> {
    let mut out = Vec::new();
    for alert in &run.alerts {
        let slot = &run.plan().slots[alert.rule_idx];
        let Rule::Alert(rule) = slot.rule else { continue };
        let own = |it: &&Pair| rule.labels.iter().all(|own| own.name != it.name);
        let labels = rule.labels.iter().chain(slot.group.labels.iter().filter(own));
        let labels = labels.map(|it| (it, "label"));
        let annotations = rule.annotations.iter().map(|it| (it, "annotation"));
        let templates = labels.chain(annotations).filter(|it| {
            it.0.value.as_str().contains("{{") && !is_expected(ready, it.0.name.as_str())
        });
        for (pair, what) in templates {
            let what = format!("the {what} `{}` of `{}`", pair.name, alert.name);
            if let Some(said) = fault(run, alert, pair, &what) {
                let name = pair.name.clone();
                out.push(Fault { rule: alert.rule_idx, name, said });
            }
        }
    }
    out
}

/// What is wrong with a text of an alert as it begins to fire.
fn fault(
    run: &Run<'_>,
    alert: &AlertResult,
    pair: &Pair,
    what: &str,
) -> Option<Diagnostic> {
    let text = pair.value.shared();
    alert.timelines.iter().take(MOST).find_map(|timeline| {
        let mut stretches = timeline.stretches.iter();
        let from = stretches.find(|it| it.state == State::Firing)?.from;
        match run.text(alert.rule_idx, timeline, from, &text)? {
            Ok(expanded) => {
                let shows = expanded.contains("%!");
                let misprint = || run.misprint(alert.rule_idx, timeline, from, &text);
                let it = shows.then(misprint).flatten()?;
                Some(misprinted(pair, &it, what))
            }
            Err(error) => {
                // The function is underlined.
                let reason = error.reason.strip_prefix("error calling ");
                let reason = reason.and_then(|it| it.split_once(": ")).map(|it| it.1);
                let reason = reason.unwrap_or(&error.reason);
                let title = format!("{what} cannot be expanded: {reason}");
                let at = error.at.bytes();
                let said = Diagnostic::error("template-fails", title)
                    .within(&pair.value, at.start, at.end, "fails here")
                    .note(format!("in its place Prometheus sends `{UNEXPANDED}…>`"));
                Some(match error.reason.contains(EMPTY) {
                    true => said.help(
                        "give the test the series that the query reads, or write \
                         `{{ with query … }}…{{ end }}`",
                    ),
                    false => said,
                })
            }
        }
    })
}

/// What Go says where a query gave nothing.
const EMPTY: &str = "first() called on vector with no elements";

/// A verb of `printf` and its argument that do not fit.
fn misprinted(pair: &Pair, misprint: &Misprint, what: &str) -> Diagnostic {
    let title = format!("{what} is misprinted: `{}`", misprint.mark);
    let at = misprint.at.bytes();
    Diagnostic::error("template-fails", title)
        .within(&pair.value, at.start, at.end, "gives this")
        .help("give `printf` an argument for each verb, `%d` only whole numbers")
}

/// Whether a test says of an annotation or label that it cannot be expanded.
fn is_expected(ready: &Ready, name: &str) -> bool {
    let expects =
        ready.expects.iter().flat_map(|it| it.annotations.iter().chain(&it.labels));
    let firing = ready.moments.iter().flat_map(|it| it.firing.iter().flatten());
    let firing = firing.flat_map(|it| it.annotations.iter().flatten());
    let fails = |it: &&(Text, Text)| {
        it.0.as_str() == name && it.1.as_str().contains(UNEXPANDED.trim_end())
    };
    expects.chain(firing).any(|it| fails(&it))
}
