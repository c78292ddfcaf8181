//! What promtool passes over in silence, although hardly anybody means it.
//!
//! None of it changes a verdict; whoever wants strictness makes errors of these. What can
//! be seen without running a test is here, the rest in `harness/strict.rs`.

use std::collections::{HashMap, HashSet};

use crate::case::loaded::{self, Cut};
use crate::case::notation::{self, Notation};
use crate::case::promtool::{AlertTest, InputSeries, TestFile, TestGroup};
use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::duration::format_duration;
use crate::promql::labels::Labels;
use crate::rules::group::Group;

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

/// Pairs of an unknown name and a rule's that are compared for one file of tests.
const COMPARED: usize = 50_000;

/// A silent pass.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The test in which it is, by its place in the file; an aliased text is written in
    /// another one.
    pub test: Option<usize>,
    /// What there is to say.
    pub said: Diagnostic,
}

/// Warnings about a file of promtool tests and the rules that it was run with. `span` is
/// the file's beginning.
pub fn warnings<'a>(
    file: &'a TestFile,
    groups: &[&'a Group],
    span: Span,
) -> Vec<Warning> {
    let rules = groups.iter().flat_map(|it| &it.rules);
    let names: HashSet<&str> =
        rules.filter_map(|it| Some(it.as_alert()?.name.as_str())).collect();
    let mut near = Near::of(&names);
    let mut out = Vec::new();
    for (idx, group) in file.tests.iter().enumerate() {
        let said = of_test(group, file.interval, &names, &mut near);
        out.extend(said.into_iter().map(|said| Warning { test: Some(idx), said }));
    }
    out.extend(of_file(file, groups, span).map(|said| Warning { test: None, said }));
    out
}

fn of_file(
    file: &TestFile,
    groups: &[&Group],
    span: Span,
) -> impl Iterator<Item = Diagnostic> {
    let empty = file.tests.is_empty().then(|| {
        Diagnostic::warning("no-tests", "a file of tests without a test")
            .at(span, "proves nothing")
    });
    let unknown = |name: &&Text| !groups.iter().any(|it| it.name == name.as_str());
    let unknown = file.group_order.iter().filter(unknown).map(|name| {
        let title = format!("no rule group is called `{name}`");
        let label = "has no effect on the order";
        Diagnostic::warning("unknown-group", title).at(name.span(), label)
    });
    empty.into_iter().chain(unknown)
}

fn of_test<'a>(
    group: &'a TestGroup,
    interval: i64,
    names: &HashSet<&str>,
    near: &mut Near<'a>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    if group.alerts.is_empty() && group.exprs.is_empty() {
        out.push(
            Diagnostic::warning("no-assertions", "a test without an assertion")
                .at(group.span, "proves nothing")
                .help("add `alert_rule_test` or `promql_expr_test`"),
        );
    }
    for test in &group.alerts {
        if !test.name.is_empty() && !names.contains(test.name.as_str()) {
            out.push(unknown_alert(test, near));
        }
        out.extend(overwritten(test));
    }
    out.extend(repeated_assertions(group));
    out.extend(between_ticks(group, interval));
    out.extend(lost_series(group));
    out.extend(repeated_series(group));
    out
}

/// Names like those that no rule has.
struct Near<'a> {
    /// The names of all alerts, in order.
    known: Vec<&'a str>,
    /// What was found for unknown ones.
    found: HashMap<&'a str, Option<&'a str>>,
    /// How many pairs may still be compared.
    room: usize,
}

impl<'a> Near<'a> {
    fn of(names: &HashSet<&'a str>) -> Near<'a> {
        let mut known: Vec<&str> = names.iter().copied().collect();
        known.sort_unstable();
        Near { known, found: HashMap::new(), room: COMPARED }
    }

    fn to(&mut self, name: &'a str) -> Option<&'a str> {
        if self.room == 0 || self.found.contains_key(name) {
            return self.found.get(name).copied().flatten();
        }
        self.room = self.room.saturating_sub(self.known.len());
        let near = suggest::nearest(name, self.known.iter().copied());
        self.found.insert(name, near);
        near
    }
}

fn unknown_alert<'a>(test: &'a AlertTest, near: &mut Near<'a>) -> Diagnostic {
    let title = format!("no rule has the alert name `{}`", test.name);
    let diagnostic = Diagnostic::warning("unknown-alert", title);
    match near.to(&test.name) {
        Some(near) => {
            let (title, edits) =
                (format!("write `{near}`"), vec![(test.head, near.to_string())]);
            diagnostic.at(test.head, format!("did you mean `{near}`?")).fix(Fix {
                title,
                edits,
                safe: false,
            })
        }
        None if test.expected.is_empty() => diagnostic
            .at(test.head, "can never fire")
            .help("an empty `exp_alerts` passes for a name that does not exist"),
        None => diagnostic.at(test.head, "can never fire"),
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
        let Some(first) = seen.insert(key, test.head) else { continue };
        let time = format_duration(test.eval_time);
        let title = format!("`{}` is asserted twice at {time}", test.name);
        out.push(
            Diagnostic::warning("repeated-assertion", title)
                .at(test.head, "compared with all alerts that fire")
                .context(first, "as is this one")
                .help("put all expected alerts into one `exp_alerts`"),
        );
    }
    out
}

/// Alerts are asserted at the last tick before a time that is none.
fn between_ticks(group: &TestGroup, interval: i64) -> Vec<Diagnostic> {
    let alerts = group.alerts.iter().filter(|it| it.eval_time % interval.max(1) != 0);
    alerts.map(|it| off_tick(it.eval_time, interval, it.time_span, "asserted")).collect()
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

/// A line break or a `#` in `series` or `values` ends the list.
fn lost_series(group: &TestGroup) -> Option<Diagnostic> {
    let Cut { lost, end, cause } = loaded::cut(group)?;
    let title = format!("series after {} are dropped", cause.noun());
    let diagnostic = Diagnostic::warning("dropped-series", title);
    let diagnostic = match end {
        Some(end) => diagnostic
            .at(lost.series.span(), "this series and all after it are not loaded")
            .context(end, cause.verb()),
        None => diagnostic.at(
            lost.series.span(),
            format!("{}: neither it nor any after it is loaded", cause.verb()),
        ),
    };
    Some(diagnostic.help(cause.help()))
}

/// Of two series with the same labels the later one counts. Where both are one text, by an
/// alias, nothing is lost.
fn repeated_series(group: &TestGroup) -> Vec<Diagnostic> {
    let mut seen: HashMap<Labels, &InputSeries> = HashMap::new();
    let mut out = Vec::new();
    for line in loaded::lines(group) {
        let Ok((labels, _)) = notation::series(&line.text, Notation::Prometheus) else {
            continue;
        };
        let it = line.input;
        let Some(first) = seen.insert(labels, it) else { continue };
        let same_name = first.series.span() == it.series.span();
        if same_name && first.values.span() == it.values.span() {
            continue;
        }
        let place = |it: &InputSeries| match same_name {
            true => it.values.span(),
            false => it.series.span(),
        };
        out.push(
            Diagnostic::warning("repeated-series", "the same series twice")
                .at(place(it), "this one is loaded")
                .context(place(first), "this one is not"),
        );
    }
    out
}
