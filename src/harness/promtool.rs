//! Runs promtool's unit tests with promtool's verdicts (`cmd/promtool/unittest.go`).
//!
//! Where promtool's behaviour is an accident of its making (a line break in `values`
//! drops the later series) it is reproduced: a file that passes there passes here.

use rayon::prelude::*;

use crate::case::notation::{
    self, Grid as SampleGrid, Notation, Room, Sample as Written,
};
use crate::case::promtool::{
    AlertTest, ExpectedSample, ExprTest, InputSeries, TestFile, TestGroup,
};
use crate::diag::source::Span;
use crate::harness::compare::{self, Found};
use crate::harness::plan::Plan;
use crate::harness::reads::Reads;
use crate::harness::result::{
    AlertResult, AssertionResult, FileResult, Outcome, TestResult,
};
use crate::harness::run::{Pace, Run, Setup, run};
use crate::harness::wake::Needs;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::duration::format_duration;
use crate::promql::labels::{Labels, Symbol};
use crate::promql::syntax::ast::{Parsed, SyntaxError, TextRange};
use crate::promql::value::{Sample, Value};
use crate::rules::group::Group;

/// promtool's limit of samples, fixed.
pub const MAX_SAMPLES: u64 = 10_000;

/// Rules for tests: the groups of all rule files, or why they cannot be loaded.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The groups of all files, in the order of files.
    pub groups: &'a [&'a Group],
    /// What is wrong with the files; every test fails of it.
    pub faults: &'a [String],
}

/// Runs all tests of a file.
pub fn run_file(
    path: &str,
    file: &TestFile,
    rules: Rules<'_>,
    dialect: Dialect,
) -> FileResult {
    let groups = ordered(rules.groups, file);
    let plan = Plan::new(&groups);
    let test = |it| run_group(file, it, &plan, rules.faults, dialect);
    let tests: Vec<TestResult> = file.tests.par_iter().map(test).collect();
    FileResult::of_tests(path, tests)
}

/// The groups in the order of their evaluation: by their place in `group_eval_order`,
/// where those that it does not name count as the first. promtool leaves the order of
/// equals to chance; here it is that of the files.
pub fn ordered<'a>(groups: &[&'a Group], file: &TestFile) -> Vec<&'a Group> {
    let mut out = groups.to_vec();
    let order = |group: &Group| {
        file.group_order.iter().position(|it| it.as_str() == group.name).unwrap_or(0)
    };
    out.sort_by_key(|it| order(it));
    out
}

/// Runs one of the tests of a file. The dialect's limit of samples is promtool's.
pub fn run_group(
    file: &TestFile,
    group: &TestGroup,
    plan: &Plan<'_>,
    faults: &[String],
    dialect: Dialect,
) -> TestResult {
    let dialect = Dialect { max_samples: Some(MAX_SAMPLES), ..dialect };
    let mut result = TestResult {
        name: group.title(),
        env: None,
        span: Some(group.span),
        outcome: Outcome::Passed,
        messages: Vec::new(),
        assertions: Vec::new(),
        errors: Vec::new(),
        alerts: Vec::new(),
    };
    let error = |mut result: TestResult, messages: Vec<String>| {
        result.outcome = Outcome::Error;
        result.messages = messages;
        result
    };
    // As a load command whose interval must be positive.
    let spacing = group.interval.max(1);
    let last_eval = last_eval_time(group);
    let n_ticks = last_eval / file.interval.max(1);
    let end = group.start + n_ticks * file.interval;
    let series = match series(group, spacing, n_ticks * file.interval, &dialect) {
        Ok(series) => series,
        Err((message, span)) => {
            result.assertions.push(AssertionResult {
                title: "input_series".to_string(),
                span: Some(span),
                outcome: Outcome::Error,
                expected: String::new(),
                found: message.trim_start().to_string(),
            });
            return error(result, vec![message]);
        }
    };
    if !faults.is_empty() {
        return error(result, faults.to_vec());
    }
    if let Some(nameless) = group.alerts.iter().find(|it| it.name.is_empty()) {
        let time = format_duration(nameless.eval_time);
        let within = match &group.name {
            Some(name) => format!(" (in TestGroup {name})"),
            None => String::new(),
        };
        return error(
            result,
            vec![format!(
                "an item under alert_rule_test misses required attribute alertname at \
                 eval_time {time}{within}"
            )],
        );
    }
    let exprs: Vec<Result<Parsed, String>> =
        group.exprs.iter().map(|it| parse(it, &dialect)).collect();
    let mut alerts: Vec<String> = group.alerts.iter().map(|it| it.name.clone()).collect();
    alerts.sort();
    alerts.dedup();
    let reads = exprs.iter().flatten().map(|it| Reads::of(&it.expr)).collect();
    let setup = Setup {
        dialect,
        interval: file.interval,
        pace: Pace::Global,
        start: group.start,
        end,
        spacing,
        series: &series,
        external_labels: &group.external_labels,
        external_url: &group.external_url,
        needs: Needs { alerts, reads, all: false },
    };
    let run = run(plan, &setup);
    let failed_at = run.errors.first().map(|it| it.tick);
    let mut messages = Vec::new();
    let mut order: Vec<usize> = (0..group.alerts.len()).collect();
    order.sort_by_key(|it| group.alerts[*it].eval_time);
    let mut assertions: Vec<Option<AssertionResult>> = vec![None; group.alerts.len()];
    for idx in order {
        let test = &group.alerts[idx];
        let tick = group.start + test.eval_time / file.interval * file.interval;
        // A failing rule ends the test before the assertions of its tick.
        if failed_at.is_none_or(|it| tick < it) {
            let assertion = assert_alert(&run, group, test, tick);
            if assertion.outcome != Outcome::Passed {
                messages.push(alert_message(group, test, &assertion));
            }
            assertions[idx] = Some(assertion);
        }
    }
    result.assertions = assertions.into_iter().flatten().collect();
    if let Some(tick) = failed_at {
        result.errors = run.errors.iter().filter(|it| it.tick == tick).cloned().collect();
        messages.extend(result.errors.iter().map(|it| {
            let time = go_duration(it.tick);
            format!("    rule: {}, time: {time}, err: {}", it.rule, it.message)
        }));
        return error(result, messages);
    }
    for (test, expr) in group.exprs.iter().zip(&exprs) {
        let assertion = assert_expr(&run, group, file.fuzzy, test, expr);
        if assertion.outcome != Outcome::Passed {
            messages.push(expr_message(test, &assertion));
        }
        result.assertions.push(assertion);
    }
    let worst = result.assertions.iter().map(|it| it.outcome).max();
    result.outcome = worst.unwrap_or_default();
    result.messages = messages;
    result.alerts = asserted(&run, group);
    result
}

/// What the alerts did that the test names, for reports of failures.
fn asserted(run: &Run<'_>, group: &TestGroup) -> Vec<AlertResult> {
    let named = |it: &&AlertResult| group.alerts.iter().any(|test| test.name == it.name);
    run.alerts.iter().filter(named).cloned().collect()
}

fn last_eval_time(group: &TestGroup) -> i64 {
    let alerts = group.alerts.iter().map(|it| it.eval_time);
    let exprs = group.exprs.iter().map(|it| it.eval_time);
    alerts.chain(exprs).max().unwrap_or(0)
}

/// A line as promtool's loader sees it: a series, a space and its values.
#[derive(Clone, Debug)]
pub struct LoadedLine<'g> {
    /// The text.
    pub text: String,
    /// What it was made of.
    pub input: &'g InputSeries,
    /// Its offset in the two parts and the space between them.
    offset: usize,
}

impl LoadedLine<'_> {
    /// Where a part of the line was written.
    fn place(&self, at: TextRange) -> Span {
        let (start, end) =
            (at.start as usize + self.offset, at.end as usize + self.offset);
        let values_at = self.input.series.as_str().len() + 1;
        match start.checked_sub(values_at) {
            Some(start) => self.input.values.place(start, end - values_at).span,
            None => self.input.series.place(start, end.min(values_at - 1)).span,
        }
    }
}

/// The lines that promtool's loader sees: those after an empty one, or after one that
/// begins with `#`, are lost.
pub fn loaded_lines(group: &TestGroup) -> Vec<LoadedLine<'_>> {
    let mut out = Vec::new();
    for input in &group.series {
        let both = format!("{} {}", input.series, input.values);
        let mut start = 0;
        for raw in both.split('\n') {
            let line = raw.trim();
            if line.is_empty() || line.starts_with('#') {
                return out;
            }
            let offset = start + (raw.len() - raw.trim_start().len());
            out.push(LoadedLine { text: line.to_string(), input, offset });
            start += raw.len() + 1;
        }
    }
    out
}

/// A fault of a series: the message and the place.
type SeriesFault = (String, Span);

fn series(
    group: &TestGroup,
    spacing: i64,
    end: i64,
    dialect: &Dialect,
) -> Result<Vec<(Labels, Vec<Written>)>, SeriesFault> {
    let grid = SampleGrid { spacing, end: Some(end) };
    let mut out = Vec::new();
    let mut room = Room::default();
    let lines = loaded_lines(group);
    for line in &lines {
        let fault = |it: SyntaxError| {
            let column = it.at.start + 1;
            let message =
                format!("    series: {}, column {column}: {}", line.text, it.message);
            (message, line.place(it.at))
        };
        let (labels, items) =
            notation::series(&line.text, Notation::Prometheus).map_err(fault)?;
        let samples = notation::expand_within(&items, grid, &mut room).map_err(fault)?;
        out.push((labels, samples));
    }
    for ((labels, samples), line) in out.iter().zip(&lines).rev() {
        let Some(message) = refusal(samples, dialect) else { continue };
        // Of two series with the same labels the database sees the later one only.
        let seen = out.iter().rfind(|it| it.0 == *labels).map(|it| &it.1);
        if seen.is_some_and(|it| std::ptr::eq(it, samples)) {
            return Err((
                format!("    series: {}: {message}", line.input.series),
                line.input.values.span(),
            ));
        }
    }
    Ok(out)
}

/// Why the database refuses one of the samples, if it does. promtool then evaluates
/// nothing from its tick on, and fails.
pub(super) fn refusal(samples: &[Written], dialect: &Dialect) -> Option<String> {
    samples.iter().find_map(|it| match it {
        Written::Histogram(it) => it.histogram().refusal(dialect),
        Written::Gap | Written::Float(_) => None,
    })
}

fn parse(test: &ExprTest, dialect: &Dialect) -> Result<Parsed, String> {
    let fault = |faults: Vec<SyntaxError>| match faults.first() {
        Some(it) => format!("1:{}: parse error: {}", it.at.start + 1, it.message),
        None => "parse error".to_string(),
    };
    check::parse(test.expr.as_str(), dialect).map_err(fault)
}

fn assert_alert(
    run: &Run<'_>,
    group: &TestGroup,
    test: &AlertTest,
    tick: i64,
) -> AssertionResult {
    let mut found: Vec<Found> = run
        .firing(&test.name, tick)
        .into_iter()
        .map(|it| Found {
            labels: it.timeline.labels.clone(),
            annotations: it.annotations,
        })
        .collect();
    let mut expected: Vec<Found> = test
        .expected
        .iter()
        .map(|it| {
            let mut labels = it.labels.clone();
            labels.retain(|it| it.0 != "alertname");
            labels.push(("alertname".to_string(), test.name.clone()));
            Found { labels: sorted(&labels), annotations: sorted(&it.annotations) }
        })
        .collect();
    found.sort();
    expected.sort();
    let time = format_duration(tick - group.start);
    let same = found == expected;
    AssertionResult {
        title: format!("{} at {time}", test.name),
        span: Some(test.span),
        outcome: if same { Outcome::Passed } else { Outcome::Failed },
        expected: if same { String::new() } else { compare::list(&expected) },
        found: if same { String::new() } else { compare::list(&found) },
    }
}

/// Labels as promtool takes them from YAML: sorted, empty values kept.
fn sorted(pairs: &[(String, String)]) -> Labels {
    let mut pairs: Vec<(Symbol, Symbol)> =
        pairs.iter().map(|it| (it.0.as_str().into(), it.1.as_str().into())).collect();
    pairs.sort();
    Labels::from_sorted(pairs)
}

fn assert_expr(
    run: &Run<'_>,
    group: &TestGroup,
    fuzzy: bool,
    test: &ExprTest,
    expr: &Result<Parsed, String>,
) -> AssertionResult {
    let mut assertion = AssertionResult {
        title: format!("{} at {}", test.expr, format_duration(test.eval_time)),
        span: Some(test.span),
        outcome: Outcome::Passed,
        expected: String::new(),
        found: String::new(),
    };
    let time = group.start + test.eval_time;
    let found = match expr {
        Ok(expr) => samples(run, expr, time),
        Err(message) => Err(message.clone()),
    };
    let expected = test.expected.iter().map(expected_sample).collect();
    let (mut found, mut expected): (Vec<_>, Vec<_>) = match (found, expected) {
        (Ok(found), Ok(expected)) => (found, expected),
        (Err(message), _) | (_, Err(message)) => {
            assertion.outcome = Outcome::Error;
            assertion.found = message;
            return assertion;
        }
    };
    found.sort_by(|a, b| a.0.cmp(&b.0));
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, expected)| {
            found.0 == expected.0 && compare::equal(&found.1, &expected.1, fuzzy)
        });
    if !same {
        assertion.outcome = Outcome::Failed;
        assertion.expected = compare::samples(&expected);
        assertion.found = compare::samples(&found);
    }
    assertion
}

fn samples(
    run: &Run<'_>,
    expr: &Parsed,
    time: i64,
) -> Result<Vec<(Labels, Sample)>, String> {
    match run.instant(expr, time) {
        Ok(Value::Vector(columns)) => Ok(columns
            .iter()
            .filter_map(|it| Some((it.labels.clone(), it.sample(0)?)))
            .collect()),
        Ok(Value::Scalar(values)) => {
            let value = values.first().copied().unwrap_or(f64::NAN);
            Ok(vec![(Labels::empty(), Sample::Float(value))])
        }
        Ok(Value::Text(_) | Value::Matrix(_)) => {
            Err("rule result is not a vector or scalar".to_string())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn expected_sample(it: &ExpectedSample) -> Result<(Labels, Sample), String> {
    let text = it.labels.as_str();
    let fault = |fault: SyntaxError| format!("labels {text:?}: {}", fault.message);
    let labels = notation::metric(text).map_err(fault)?;
    if it.histogram.as_str().is_empty() {
        return Ok((labels, Sample::Float(it.value)));
    }
    let items = notation::values(it.histogram.as_str(), Notation::Prometheus);
    let grid = SampleGrid { spacing: 1, end: None };
    let values = items.and_then(|it| notation::expand(&it, grid)).map_err(fault)?;
    match &values[..] {
        [Written::Histogram(text)] => {
            Ok((labels, Sample::Histogram(text.histogram().into())))
        }
        [_] => Err(format!("labels {text:?}: expected histogram")),
        values => Err(format!("labels {text:?}: expected 1 value, got {}", values.len())),
    }
}

fn alert_message(group: &TestGroup, test: &AlertTest, it: &AssertionResult) -> String {
    let name = match &group.name {
        Some(name) => format!("    name: {name},\n"),
        None => String::new(),
    };
    let time = format_duration(test.eval_time);
    let indent = |text: &str| text.replace('\n', "\n            ");
    format!(
        "{name}    alertname: {}, time: {time}, \n        exp:{}, \n        got:{}",
        test.name,
        indent(&it.expected),
        indent(&it.found)
    )
}

fn expr_message(test: &ExprTest, it: &AssertionResult) -> String {
    let time = format_duration(test.eval_time);
    let expr = crate::promql::labels::quote(test.expr.as_str());
    match it.outcome {
        Outcome::Error => format!("    expr: {expr}, time: {time}, err: {}", it.found),
        Outcome::Passed | Outcome::Failed => format!(
            "    expr: {expr}, time: {time},\n        exp: {}\n        got: {}",
            it.expected, it.found
        ),
    }
}

/// A duration as Go prints it: `1h0m0s`, `1.5s`.
fn go_duration(millis: i64) -> String {
    let (sign, millis) = if millis < 0 { ("-", -millis) } else { ("", millis) };
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let seconds = (millis % 60_000) as f64 / 1000.0;
    match millis {
        0 => "0s".to_string(),
        it if it < 1000 => format!("{sign}{it}ms"),
        _ if hours != 0 => format!("{sign}{hours}h{minutes}m{seconds}s"),
        _ if minutes != 0 => format!("{sign}{minutes}m{seconds}s"),
        _ => format!("{sign}{seconds}s"),
    }
}
