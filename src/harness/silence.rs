//! What promtool passes over in silence, although hardly anybody means it.
//!
//! None of it changes a verdict; whoever wants strictness makes errors of these. What can
//! be seen without running a test is here, the rest in `harness/strict.rs`.

use std::collections::HashMap;

use crate::case::loaded;
use crate::case::notation::{self, Notation};
use crate::case::promtool::{AlertTest, TestFile, TestGroup};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::duration::format_duration;
use crate::promql::labels::Labels;
use crate::rules::group::{Group, Rule};

/// The codes of what promtool passes over in silence: errors for who is strict.
pub const CODES: &[&str] = &[
    "document-ignored",
    "no-rule-file",
    "no-test",
    "no-tests",
    "no-assertions",
    "unknown-alert",
    "unknown-group",
    "dropped-series",
    "repeated-series",
    "repeated-assertion",
    "between-ticks",
    "overwritten-alertname",
    "promql-warning",
];

/// Those that say what rules lack.
pub const OF_RULES: &[&str] = &["unknown-alert", "unknown-group"];

/// Warnings about a file of promtool tests and the rules that it was run with. `span` is
/// the file's beginning.
pub fn warnings(file: &TestFile, groups: &[&Group], span: Span) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if file.tests.is_empty() {
        out.push(
            Diagnostic::warning("no-tests", "a file of tests without a test")
                .at(span, "proves nothing"),
        );
    }
    let rules = || groups.iter().flat_map(|it| &it.rules);
    let names: Vec<&str> = rules()
        .filter_map(|it| match it {
            Rule::Alert(it) => Some(it.name.as_str()),
            Rule::Record(_) => None,
        })
        .collect();
    for group in &file.tests {
        if group.alerts.is_empty() && group.exprs.is_empty() {
            out.push(
                Diagnostic::warning("no-assertions", "a test without an assertion")
                    .at(group.span, "proves nothing")
                    .help("add `alert_rule_test` or `promql_expr_test`"),
            );
        }
        for test in &group.alerts {
            if !test.name.is_empty() && !names.contains(&test.name.as_str()) {
                out.push(unknown_alert(&test.name, &names, test.span));
            }
            out.extend(overwritten(test));
        }
        out.extend(repeated_assertions(group));
        out.extend(between_ticks(group, file.interval));
        out.extend(lost_series(group));
        out.extend(repeated_series(group));
    }
    for name in &file.group_order {
        if !groups.iter().any(|it| it.name == name.as_str()) {
            let title = format!("no rule group is called `{name}`");
            let label = "has no effect on the order";
            out.push(Diagnostic::warning("unknown-group", title).at(name.span(), label));
        }
    }
    out
}

fn unknown_alert(name: &str, names: &[&str], span: Span) -> Diagnostic {
    let title = format!("no rule has the alert name `{name}`");
    let diagnostic = Diagnostic::warning("unknown-alert", title);
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => diagnostic.at(span, format!("did you mean `{near}`?")),
        None => diagnostic
            .at(span, "can never fire")
            .help("an empty `exp_alerts` passes for a name that does not exist"),
    }
}

/// promtool sets the label `alertname` of what is expected, whatever is written.
fn overwritten(test: &AlertTest) -> Option<Diagnostic> {
    let labels = test.expected.iter().flat_map(|it| &it.labels);
    let other =
        |it: &&(Text, Text)| it.0.as_str() == "alertname" && it.1.as_str() != test.name;
    let (_, found) = labels.into_iter().find(other)?;
    let title = format!("the label `alertname` is `{}` here, not `{found}`", test.name);
    Some(
        Diagnostic::warning("overwritten-alertname", title)
            .at(found.span(), "an `alertname` among `exp_labels` has no effect")
            .help("leave it out, or name the alert that is meant in `alertname`"),
    )
}

/// Of one alert at one time each assertion is compared with all alerts that fire.
fn repeated_assertions(group: &TestGroup) -> Vec<Diagnostic> {
    let mut seen: HashMap<(i64, &str), Span> = HashMap::new();
    let mut out = Vec::new();
    for test in &group.alerts {
        let key = (test.eval_time, test.name.as_str());
        let Some(first) = seen.insert(key, test.span) else { continue };
        let time = format_duration(test.eval_time);
        let title = format!("`{}` is asserted twice at {time}", test.name);
        out.push(
            Diagnostic::warning("repeated-assertion", title)
                .at(test.span, "compared with all alerts that fire")
                .context(first, "as is this one")
                .help("put all expected alerts into one `exp_alerts`"),
        );
    }
    out
}

/// Alerts are asserted at the last tick before a time that is none.
fn between_ticks(group: &TestGroup, interval: i64) -> Vec<Diagnostic> {
    let alerts = group.alerts.iter().filter(|it| it.eval_time % interval.max(1) != 0);
    alerts.map(|it| off_tick(it.eval_time, interval, it.span, "asserted")).collect()
}

/// Says that something is `done` at the last tick before a time.
pub(super) fn off_tick(time: i64, interval: i64, span: Span, done: &str) -> Diagnostic {
    let tick = format_duration(time / interval.max(1) * interval);
    let title = format!("no rule is evaluated at {}", format_duration(time));
    let every = format_duration(interval);
    Diagnostic::warning("between-ticks", title)
        .at(span, format!("{done} at {tick}"))
        .help(format!("write a multiple of `evaluation_interval`, {every}"))
}

/// A line break in `series` or `values` ends the list.
fn lost_series(group: &TestGroup) -> Option<Diagnostic> {
    let mut loaded: Vec<Span> =
        loaded::lines(group).iter().map(|it| it.input.series.span()).collect();
    loaded.dedup();
    let first_lost = group.series.get(loaded.len())?;
    let last = group.series.get(loaded.len().checked_sub(1)?)?;
    let title = "series after a line break are dropped";
    Some(
        Diagnostic::warning("dropped-series", title)
            .at(first_lost.series.span(), "this series and all after it are not loaded")
            .context(last.values.span(), "ends with a line break")
            .help("write the values on one line, or with `>-`"),
    )
}

/// Of two series with the same labels the later one counts.
fn repeated_series(group: &TestGroup) -> Vec<Diagnostic> {
    let mut seen: HashMap<Labels, Span> = HashMap::new();
    let mut out = Vec::new();
    for line in loaded::lines(group) {
        let Ok((labels, _)) = notation::series(&line.text, Notation::Prometheus) else {
            continue;
        };
        let span = line.input.series.span();
        if let Some(first) = seen.insert(labels, span) {
            out.push(
                Diagnostic::warning("repeated-series", "the same series twice")
                    .at(span, "this one is loaded")
                    .context(first, "this one is not"),
            );
        }
    }
    out
}
