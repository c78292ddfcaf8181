//! Tests in the dialects of promtool and of Prometheus's own scripts.

use std::path::{Path, PathBuf};

use crate::case::{promtool, script};
use crate::cli::clock::clock;
use crate::cli::fs;
use crate::cli::session::Session;
use crate::cli::test::Plan;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::suggest::{list, nearest};
use crate::doc::yaml;
use crate::harness::result::{AssertionResult, FileResult, Outcome, TestResult};
use crate::harness::script as runner;
use crate::promql::dialect::{Dialect, Features, Version};

const EXTENSIONS: &[&str] = &["toml", "yaml", "yml", "test"];

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

/// The test files that were named, read; `None` where none was.
pub fn find(
    start: &Path,
    paths: &[PathBuf],
    session: &mut Session,
) -> Option<Vec<(FileId, String)>> {
    if paths.is_empty() {
        return None;
    }
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let mut files: Vec<fs::File> = Vec::new();
    for path in paths {
        let shown = fs::shown(start, path);
        if fs::is_folder(start, &shown) {
            let all = fs::read_tree(start, &shown, EXTENSIONS, sources, sink);
            // Rule files lie beside the tests of them.
            files.extend(all.into_iter().filter(|it| !is_other_yaml(&it.0, &it.1)));
            continue;
        }
        let known = EXTENSIONS.iter().any(|it| shown.ends_with(&format!(".{it}")));
        if !known {
            sink.push(
                Diagnostic::error("no-test", format!("`{shown}` is no test file")).help(
                    "tests are `.toml`, promtool's `.yaml`, or Prometheus's `.test`",
                ),
            );
            continue;
        }
        files.extend(fs::read_file(start, &shown, sources, sink).map(|it| (shown, it)));
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    let add = |(path, text): fs::File| (sources.add(path.as_str(), text), path);
    Some(files.into_iter().map(add).collect())
}

/// Whether a file is YAML, but not a file of tests.
fn is_other_yaml(path: &str, text: &str) -> bool {
    let yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let keys = ["tests", "rule_files"];
    if !yaml || !keys.iter().any(|it| text.contains(it)) {
        return yaml;
    }
    let mut sink = Sink::new();
    let root = yaml::read(FileId(0), text, &mut sink).into_iter().next();
    // One that is broken is meant to be tests where a line begins with such a key.
    let begins = |it: &str| keys.iter().any(|key| it.starts_with(&format!("{key}:")));
    let meant = sink.has_errors() && text.lines().any(begins);
    !meant && !root.is_some_and(|it| promtool::is_tests(&it))
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
            assertion.said.push(script_failure(failure, span));
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
