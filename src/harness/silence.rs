//! What promtool passes over in silence, although hardly anybody means it.
//!
//! None of it changes a verdict; whoever wants strictness makes errors of these.

use std::collections::HashMap;

use crate::case::notation::{self, Notation};
use crate::case::promtool::{TestFile, TestGroup};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::harness::promtool::loaded_lines;
use crate::promql::labels::Labels;
use crate::rules::group::{Group, Rule};

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
        }
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

/// A line break in `series` or `values` ends the list.
fn lost_series(group: &TestGroup) -> Option<Diagnostic> {
    let mut loaded: Vec<Span> =
        loaded_lines(group).iter().map(|it| it.input.series.span()).collect();
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
    for line in loaded_lines(group) {
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
