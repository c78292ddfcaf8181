//! Tests in the dialects of promtool and of Prometheus's own scripts.

use crate::case::script;
use crate::cli::clock::clock;
use crate::cli::session::Session;
use crate::cli::test::Plan;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::suggest::{list, nearest};
use crate::harness::result::{AssertionResult, Fault, FileResult, Outcome, TestResult};
use crate::harness::script as runner;
use crate::promql::dialect::{Dialect, Features, Version};

/// The flags that `promtool` knows.
const FLAGS: &[&str] = &[
    "promql-experimental-functions",
    "promql-delayed-name-removal",
    "promql-duration-expr",
    "promql-extended-range-selectors",
    "promql-binop-fill-modifiers",
];

/// The features of `--enable-feature`; promtool warns of others, and goes on.
pub fn features(names: &[String], sink: &mut Sink) -> Features {
    let mut features = Dialect::new(Version::LATEST).features;
    for name in names.iter().filter(|it| !it.is_empty()) {
        if FLAGS.contains(&name.as_str()) {
            features.enable(name);
            continue;
        }
        let title = format!("`{name}` is no feature that promtool can enable");
        let warning = Diagnostic::warning("unknown-feature", title);
        sink.push(match nearest(name, FLAGS.iter().copied()) {
            Some(known) => warning.help(format!("did you mean `{known}`?")),
            None => warning.help(format!("those are {}", list(FLAGS.iter().copied(), 9))),
        });
    }
    features
}

/// Runs a script; each `eval` is a test.
pub fn script(file: FileId, path: &str, plan: &Plan, session: &Session) -> FileResult {
    let text = session.sources.file(file).text.clone();
    let (parsed, errors) = script::read(&text);
    let mut tests = Vec::new();
    let mut messages = Vec::new();
    for error in &errors {
        let message = format!("line {}: {}", error.line, error.message);
        match error.is_eval {
            true => {
                let mut test = TestResult::new(format!("line {}", error.line), None);
                (test.outcome, test.messages) = (Outcome::Error, vec![message]);
                tests.push(test);
            }
            false => messages.push(message),
        }
    }
    let before = clock();
    let reports = runner::run(&parsed, &runner::dialect());
    // One after the other, on the same series.
    let share = clock().saturating_sub(before) / reports.len().max(1) as u32;
    for report in reports {
        let name = report.expr.to_string();
        if !plan.wants(&name) {
            continue;
        }
        let outcome = match report.failure {
            None => Outcome::Passed,
            Some(_) => Outcome::Failed,
        };
        let span = Some(Span { file, start: report.at.start, end: report.at.end });
        let mut test = TestResult::new(name, span);
        (test.outcome, test.duration) = (outcome, share);
        let mut assertion = AssertionResult::new(test.name.clone(), span, outcome);
        if let (Some(failure), Some(span)) = (&report.failure, span) {
            assertion.found.clone_from(failure);
            assertion.faults.push(Fault::said(script_failure(failure, span)));
        }
        test.assertions.push(assertion);
        test.messages = report.failure.into_iter().collect();
        tests.push(test);
    }
    let mut result = FileResult::of_tests(path, tests);
    if !messages.is_empty() {
        result.outcome = Outcome::Error;
        result.messages = messages;
    }
    result
}

/// The message about an `eval` of a script: the first line says it, the others show it.
fn script_failure(failure: &str, span: Span) -> Diagnostic {
    let (title, rest) = failure.split_once('\n').unwrap_or((failure, ""));
    let diagnostic = Diagnostic::error("test-failed", title).at(span, "");
    match rest.trim_end() {
        "" => diagnostic,
        rest => diagnostic.note(rest),
    }
}
