//! What is said of tiers that do not hide each other.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::resolve::inhibit::carried::Alerting;
use crate::resolve::known::Known;

/// The title, by a source and a target.
fn title(alerts: &[Alerting<'_>], pair: [usize; 2]) -> String {
    let [high, low] = pair.map(|it| alerts[it].severity().unwrap_or_default());
    let [source, target] = pair.map(|it| alerts[it].name);
    match source == target {
        true => format!("`{high}` of `{source}` does not inhibit its `{low}`"),
        false => format!("`{source}` does not inhibit `{target}`"),
    }
}

/// The places of a pair, and what is said of it there.
fn at(
    alerts: &[Alerting<'_>],
    [source, target]: [usize; 2],
    it: Diagnostic,
    what: &str,
) -> Diagnostic {
    let [source, target] = [source, target].map(|it| alerts[it].alert.span);
    let it = it.at(source, what);
    match source == target {
        true => it,
        false => it.context(target, "the other"),
    }
}

pub(super) fn unknown_labels(
    alerts: &[Alerting<'_>],
    pair: [usize; 2],
    known: &Known<'_>,
) -> Diagnostic {
    let metrics = alerts[pair[0]].unknown_metrics(known);
    let series = match metrics.is_empty() {
        true => "the series".to_owned(),
        false => {
            format!("series of {}", suggest::list(metrics.iter().map(|it| &**it), 3))
        }
    };
    let it = Diagnostic::warning("inhibit-labels", title(alerts, pair));
    at(alerts, pair, it, "which labels its results have is not known")
        .note("an inhibition without them would hide what else is wrong elsewhere")
        .help(format!(
            "name the labels that tell what it is about, {}, or write a test with {series}",
            per(&alerts[pair[0]], "\"instance\"")
        ))
}

/// How `per` is written for an alert.
fn per(it: &Alerting<'_>, labels: &str) -> String {
    match it.is_of_others() {
        false => format!("`per = [{labels}]`"),
        true => format!("`{}.per = [{labels}]` where the file is used", it.name),
    }
}

pub(super) fn nothing_shared(alerts: &[Alerting<'_>], pair: [usize; 2]) -> Diagnostic {
    let [a, b] = pair.map(|it| &alerts[it]);
    let name = &a.alert.name;
    let listed = |it: &Alerting<'_>| {
        let names: Vec<&str> = it.names().filter(|name| !it.sets(name)).collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => suggest::list(names, 5),
        }
    };
    let title = format!("the tiers of `{name}` have no label in common");
    let it = Diagnostic::warning("inhibit-labels", title);
    at(alerts, pair, it, "no inhibition between them")
        .note(format!(
            "`{}` has {}, `{}` has {}",
            a.severity().unwrap_or_default(),
            listed(a),
            b.severity().unwrap_or_default(),
            listed(b),
        ))
        .help(format!(
            "name labels that both are to have with {}, `[]` for none",
            per(a, "\"…\"")
        ))
}

/// Of tiers that differ in a label by which others with their names are told apart.
pub(super) fn told_apart(
    alerts: &[Alerting<'_>],
    pair: [usize; 2],
    label: &str,
) -> Diagnostic {
    let name = &alerts[pair[0]].alert.name;
    let it = Diagnostic::warning("inhibit-labels", title(alerts, pair));
    at(alerts, pair, it, &format!("its tiers differ in `{label}`"))
        .note(format!("other alerts named `{name}` are told apart by `{label}`"))
        .help(match alerts[pair[0]].is_of_others() {
            false => "give it a name that no other alert has: `name = \"…\"`",
            true => "allow it where the file is used",
        })
}
