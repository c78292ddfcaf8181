//! Runs promtool's unit tests with promtool's verdicts (`cmd/promtool/unittest.go`).
//!
//! Where promtool's behaviour is an accident of its making (a line break in `values`
//! drops the later series) it is reproduced: a file that passes there passes here.

use rayon::prelude::*;

use crate::case::loaded;
use crate::case::notation::{
    self, Grid as SampleGrid, Notation, Room, Sample as Written,
};
use crate::case::promtool::{TestFile, TestGroup};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::failure::WHILE;
use crate::harness::plan::Plan;
use crate::harness::reads::Reads;
use crate::harness::result::{
    AlertResult, AssertionResult, Fault, FileResult, Outcome, RuleError, TestResult,
};
use crate::harness::run::{Pace, Run, Setup, run};
use crate::harness::wake::Needs;
use crate::harness::{assertion, words};
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::duration::format_duration;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{Parsed, SyntaxError};
use crate::rules::group::Group;

/// promtool's limit of samples, fixed.
pub const MAX_SAMPLES: u64 = 10_000;

/// Failures of one test for which reasons are looked for: nobody reads more.
const EXPLAINED: usize = 50;

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

/// What is asked of a test that ran without a failing rule.
pub type Ask = fn(&TestGroup, &Run<'_>, &[Option<&Parsed>]) -> Vec<Diagnostic>;

/// Runs one of the tests of a file. The dialect's limit of samples is promtool's.
pub fn run_group(
    file: &TestFile,
    group: &TestGroup,
    plan: &Plan<'_>,
    faults: &[String],
    dialect: Dialect,
) -> TestResult {
    run_and_ask(file, group, plan, faults, dialect, |_, _, _| Vec::new()).0
}

/// As [`run_group`], with what there is to say of the test beyond its verdict.
pub fn run_and_ask(
    file: &TestFile,
    group: &TestGroup,
    plan: &Plan<'_>,
    faults: &[String],
    dialect: Dialect,
    ask: Ask,
) -> (TestResult, Vec<Diagnostic>) {
    let mut said = Vec::new();
    let result = judge(file, group, plan, faults, dialect, &mut |run, exprs| {
        said = ask(group, run, exprs);
    });
    (result, said)
}

fn judge(
    file: &TestFile,
    group: &TestGroup,
    plan: &Plan<'_>,
    faults: &[String],
    dialect: Dialect,
    ask: &mut dyn FnMut(&Run<'_>, &[Option<&Parsed>]),
) -> TestResult {
    let dialect = Dialect { max_samples: Some(MAX_SAMPLES), ..dialect };
    let mut result = TestResult::new(group.title(), Some(group.span));
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
        Err((message, said)) => {
            let place = said.place();
            let mut it = AssertionResult::new("input_series", place, Outcome::Error);
            it.found = message.trim_start().to_string();
            it.faults.push(Fault::said(said));
            result.assertions.push(it);
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
        let message = format!(
            "an item under alert_rule_test misses required attribute alertname at \
             eval_time {time}{within}"
        );
        let said = Diagnostic::error("missing-key", "an alert test has no `alertname`");
        result.said.push(said.at(nameless.head, "this one"));
        return error(result, vec![message]);
    }
    let exprs: Vec<Result<Parsed, Vec<SyntaxError>>> =
        group.exprs.iter().map(|it| check::parse(it.expr.as_str(), &dialect)).collect();
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
        has_server: false,
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
        if failed_at.is_some_and(|it| it <= tick) {
            let title = assertion::alert_title(test);
            assertions[idx] = Some(not_reached(title, test.head));
            continue;
        }
        let assertion = assertion::alert(&run, test, tick, messages.len() < EXPLAINED);
        if assertion.outcome != Outcome::Passed {
            messages.push(assertion::alert_message(group, test, &assertion));
        }
        assertions[idx] = Some(assertion);
    }
    result.assertions = assertions.into_iter().flatten().collect();
    if let Some(tick) = failed_at {
        result.errors = run.errors.iter().filter(|it| it.tick == tick).cloned().collect();
        messages.extend(result.errors.iter().map(|it| {
            let time = go_duration(it.tick);
            format!("    rule: {}, time: {time}, err: {}", it.rule, it.message)
        }));
        result.said.extend(result.errors.iter().map(|it| {
            let slot = &plan.slots[it.rule_idx];
            rule_fails(it, slot.expr_text(), group.start)
                .context(group.span.head(), WHILE)
        }));
        result.assertions.extend(
            group
                .exprs
                .iter()
                .map(|it| not_reached(assertion::expr_title(it), it.expr.span())),
        );
        return error(result, messages);
    }
    for (test, expr) in group.exprs.iter().zip(&exprs) {
        let assertion =
            assertion::expr(&run, file.fuzzy, messages.len() < EXPLAINED, test, expr);
        if assertion.outcome != Outcome::Passed {
            messages.push(assertion::expr_message(test, &assertion));
        }
        result.assertions.push(assertion);
    }
    let worst = result.assertions.iter().map(|it| it.outcome).max();
    result.outcome = worst.unwrap_or_default();
    result.messages = messages;
    result.alerts = asserted(&run, group);
    ask(&run, &exprs.iter().map(|it| it.as_ref().ok()).collect::<Vec<_>>());
    result
}

/// An assertion that was not made, since a rule failed before.
fn not_reached(title: String, span: Span) -> AssertionResult {
    let mut it = AssertionResult::new(title, Some(span), Outcome::Error);
    it.found = "not reached: a rule fails before".to_string();
    it
}

/// The message about a rule that failed; `text` is its expression, `start` the start of
/// the test.
pub fn rule_fails(error: &RuleError, text: &Text, start: i64) -> Diagnostic {
    let time = words::time(error.tick - start);
    let title = format!("`{}` fails at {time}: {}", error.rule, error.message);
    let diagnostic = Diagnostic::error("rule-fails", title);
    match error.part {
        None => diagnostic.at(error.span, "this rule"),
        Some(part) => diagnostic
            .within(text, part.start as usize, part.end as usize, "this fails")
            .context(error.span, "of this rule"),
    }
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

/// A fault of a series: promtool's message, and ours.
type SeriesFault = (String, Diagnostic);

fn series(
    group: &TestGroup,
    spacing: i64,
    end: i64,
    dialect: &Dialect,
) -> Result<Vec<(Labels, Vec<Written>)>, SeriesFault> {
    let grid = SampleGrid { spacing, end: Some(end) };
    let mut out = Vec::new();
    let mut room = Room::default();
    let lines = loaded::lines(group);
    for line in &lines {
        let fault = |it: SyntaxError| {
            let column = it.at.start + 1;
            let message =
                format!("    series: {}, column {column}: {}", line.text, it.message);
            let said = Diagnostic::error("bad-series", it.message);
            (message, said.at(line.place(it.at), "in this series"))
        };
        let (labels, items) =
            notation::series(&line.text, Notation::Prometheus).map_err(fault)?;
        let samples = notation::expand_within(&items, grid, &mut room).map_err(fault)?;
        out.push((labels, samples));
    }
    for ((labels, samples), line) in out.iter().zip(&lines).rev() {
        let Some(message) = refusal(labels, samples, dialect) else { continue };
        // Of two series with the same labels the database sees the later one only.
        let seen = out.iter().rfind(|it| it.0 == *labels).map(|it| &it.1);
        if seen.is_some_and(|it| std::ptr::eq(it, samples)) {
            let said = Diagnostic::error("bad-series", message.clone());
            return Err((
                format!("    series: {}: {message}", line.input.series),
                said.at(line.input.values.span(), "Prometheus refuses one of these"),
            ));
        }
    }
    Ok(out)
}

/// Why the database refuses one of the samples, if it does. promtool then evaluates
/// nothing from its tick on, and fails.
pub(super) fn refusal(
    labels: &Labels,
    samples: &[Written],
    dialect: &Dialect,
) -> Option<String> {
    if labels.is_empty() && !samples.iter().all(|it| matches!(it, Written::Gap)) {
        return Some("empty labelset: invalid sample".to_string());
    }
    samples.iter().find_map(|it| match it {
        Written::Histogram(it) => it.histogram().refusal(dialect),
        Written::Gap | Written::Float(_) => None,
    })
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
