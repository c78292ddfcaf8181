//! Whether what a page states about alerts is what the alerts say: severities and `for`,
//! where the page states them in a form that can be recognised.
//!
//! A statement counts for the alerts that it names, else for the alert in the nearest
//! heading above it, else for all that lead to the page. It holds where one tier in one
//! environment is so. Words that are no severity of the project are anybody's prose.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::promql::duration::parse_duration;
use crate::rules::group::{Alert, Millis};
use crate::runbook::facts::{Stated, Statement};
use crate::runbook::page::{Page, same_name};

/// Reports statements of a page that are not so. `leading` are the alerts that lead to it,
/// `all` those of the project.
pub(super) fn check(
    page: &Page,
    leading: &[&Alert],
    all: &[&Alert],
    severities: &BTreeSet<&str>,
    sink: &mut Sink,
) {
    for statement in &page.statements {
        let subjects = subjects(statement, leading, all);
        let templated = subjects.iter().any(|it| severity(it).contains("{{"));
        if !subjects.is_empty() && !templated {
            judge(page, statement, &subjects, severities, sink);
        }
    }
    lacking(page, all, sink);
}

/// The alerts that a statement is about.
fn subjects<'a>(
    statement: &Statement,
    leading: &[&'a Alert],
    all: &[&'a Alert],
) -> Vec<&'a Alert> {
    if !statement.alerts.is_empty() {
        let named = |it: &&&Alert| statement.alerts.iter().any(|name| is(it, &name.0));
        return all.iter().filter(named).copied().collect();
    }
    for heading in &statement.within {
        let of: Vec<&Alert> = leading
            .iter()
            .filter(|it| same_name(it.name.as_str(), heading) || is(it, heading))
            .copied()
            .collect();
        if !of.is_empty() {
            return of;
        }
    }
    leading.to_vec()
}

fn is(alert: &Alert, name: &str) -> bool {
    alert.name.as_str() == name
        || alert
            .about
            .as_ref()
            .is_some_and(|it| &*it.definition == name && it.companion_of.is_none())
}

fn severity(alert: &Alert) -> &str {
    alert.severity().unwrap_or_default()
}

fn judge(
    page: &Page,
    statement: &Statement,
    subjects: &[&Alert],
    known: &BTreeSet<&str>,
    sink: &mut Sink,
) {
    let severities = statement
        .severities
        .as_ref()
        .filter(|it| it.values.iter().all(|it| known.contains(it.as_str())));
    let holds = statement.holds.as_ref().and_then(|it| Some((it, durations(it)?)));
    if let Some(stated) = severities {
        let wrong = |it: &&String| subjects.iter().all(|alert| severity(alert) != **it);
        if let Some(wrong) = stated.values.iter().find(wrong) {
            return sink.push(other_severity(page, stated, wrong, subjects));
        }
    }
    let Some((stated, durations)) = holds else { return };
    // Of a row with one severity the tier is known.
    let tier = match severities.map(|it| &it.values[..]) {
        Some([one]) => Some(one.as_str()),
        _ => None,
    };
    let tiers: Vec<&Alert> = subjects
        .iter()
        .filter(|it| tier.is_none_or(|tier| severity(it) == tier))
        .copied()
        .collect();
    let wrong = |it: &&i64| tiers.iter().all(|alert| alert.hold.value.0 != **it);
    if durations.iter().any(|it| wrong(&it)) {
        sink.push(other_hold(page, stated, tier, &tiers));
    }
}

fn other_severity(
    page: &Page,
    stated: &Stated,
    wrong: &str,
    subjects: &[&Alert],
) -> Diagnostic {
    let alert = subjects[0];
    let title =
        format!("runbook page `{}` says that `{}` is `{wrong}`", page.path, alert.name);
    let mut are: Vec<&str> = subjects.iter().map(|it| severity(it)).collect();
    are.sort_unstable();
    are.dedup();
    let label = match &are[..] {
        [""] => "it has no severity".to_owned(),
        _ => format!("it is {}", suggest::list(are.iter().copied(), usize::MAX)),
    };
    let place = alert.about.as_ref().and_then(|it| it.severity.as_ref());
    let place = place.map_or(alert.span, |it| it.span());
    Diagnostic::warning("runbook-facts", title)
        .at(stated.span, label)
        .context(place, "said here")
}

fn other_hold(
    page: &Page,
    stated: &Stated,
    tier: Option<&str>,
    tiers: &[&Alert],
) -> Diagnostic {
    let alert = tiers[0];
    let wrong = stated.values.join(", ");
    let tier = tier.map_or_else(String::new, |it| format!(" as `{it}`"));
    let title = format!(
        "runbook page `{}` says that `{}` fires{tier} after `{wrong}`",
        page.path, alert.name
    );
    let mut are: Vec<Millis> = tiers.iter().map(|it| it.hold.value).collect();
    are.sort_unstable();
    are.dedup();
    let are: Vec<String> = are.iter().map(Millis::to_string).collect();
    let are = suggest::list(are.iter().map(String::as_str), usize::MAX);
    let place = alert.hold.defined_by.last().copied().unwrap_or(alert.span);
    Diagnostic::warning("runbook-facts", title)
        .at(stated.span, format!("its `for` is {are}"))
        .context(place, "said here")
}

/// Reports tables that list an alert, but not all of its severities.
fn lacking(page: &Page, all: &[&Alert], sink: &mut Sink) {
    let mut rows: BTreeMap<(usize, &str), (Span, Vec<&str>)> = BTreeMap::new();
    for statement in &page.statements {
        let (Some(table), Some(stated)) = (statement.table, &statement.severities) else {
            continue;
        };
        for (name, span) in &statement.alerts {
            let row = rows.entry((table, name)).or_insert((*span, Vec::new()));
            row.1.extend(stated.values.iter().map(String::as_str));
        }
    }
    for ((_, name), (span, listed)) in rows {
        let left = |it: &&&Alert| {
            let severity = severity(it);
            is(it, name) && !listed.contains(&severity) && !severity.contains("{{")
        };
        let Some(alert) = all.iter().find(left) else { continue };
        // A single row that is wrong has been reported as such.
        let of = all.iter().filter(|it| is(it, name)).map(|it| severity(it));
        if listed.len() < of.collect::<BTreeSet<&str>>().len() {
            sink.push(missing_row(page, span, alert));
        }
    }
}

fn missing_row(page: &Page, span: Span, alert: &Alert) -> Diagnostic {
    let (severity, hold) = (severity(alert), alert.hold.value);
    let title =
        format!("runbook page `{}` leaves out a tier of `{}`", page.path, alert.name);
    Diagnostic::warning("runbook-facts", title)
        .at(span, format!("no row says that it is `{severity}`"))
        .context(alert.span, "declared here")
        .help(format!("add a row: severity `{severity}`, for `{hold}`"))
}

/// The durations that are stated, in milliseconds; `None` where one is none.
fn durations(stated: &Stated) -> Option<Vec<i64>> {
    stated.values.iter().map(|it| duration(it)).collect()
}

/// `5m`, and as people write it: `5 min`, `at once`.
fn duration(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    if matches!(&*text, "0" | "at once" | "immediately") {
        return Some(0);
    }
    if let Ok(it) = parse_duration(&text) {
        return Some(it);
    }
    let digits =
        text.len() - text.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "sec" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hour" | "hours" => "h",
        "day" | "days" => "d",
        _ => return None,
    };
    parse_duration(&format!("{number}{unit}")).ok()
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_as_people_write_them() {
        for (text, expect) in [
            ("5m", Some(300_000)),
            ("1h30m", Some(5_400_000)),
            ("5 min", Some(300_000)),
            ("2 Hours", Some(7_200_000)),
            ("at once", Some(0)),
            ("0s", Some(0)),
            ("a while", None),
            ("min", None),
            ("-", None),
            ("99999999999999999999 days", None),
        ] {
            assert_eq!(duration(text), expect, "{text}");
        }
    }
}
