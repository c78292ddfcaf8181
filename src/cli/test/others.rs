//! Tests in the dialects of promtool and of Prometheus's own scripts.

use std::path::{Path, PathBuf};

use crate::case::{glob, promtool, script};
use crate::cli::fs;
use crate::cli::session::Session;
use crate::cli::test::Plan;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::suggest::{list, nearest};
use crate::doc::yaml;
use crate::harness::promtool::{Rules, run_file};
use crate::harness::result::{FileResult, Outcome, TestResult};
use crate::harness::script as runner;
use crate::harness::silence;
use crate::promql::dialect::{Dialect, Features, Version};
use crate::rulefile::read::{self, Config};

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
    let has = |key: &str| text.lines().any(|it| it.starts_with(key));
    yaml && !(has("tests:") || has("rule_files:"))
}

/// Runs a promtool test file.
pub fn promtool(
    file: FileId,
    path: &str,
    start: &Path,
    plan: &Plan,
    session: &mut Session,
) -> FileResult {
    let text = session.sources.file(file).text.clone();
    let mut sink = Sink::new();
    let documents = yaml::read(file, &text, &mut sink);
    let mut test = match documents.first() {
        Some(node) => promtool::read(node, &mut sink),
        None => promtool::TestFile::default(),
    };
    if sink.has_errors() {
        return refused(path, sink, session);
    }
    let dialect = Dialect { features: plan.features, ..Dialect::new(Version::LATEST) };
    let (groups, faults) = rules(&test, path, start, &dialect, session);
    let whole = Span { file, start: 0, end: 0 };
    session.sink.extend(silence::warnings(&test, &groups, whole));
    // As promtool does: a nameless group is matched as an empty name.
    test.tests.retain(|it| plan.wants(it.name.as_ref().map_or("", |it| it.as_str())));
    run_file(path, &test, Rules { groups: &groups, faults: &faults }, dialect)
}

type RuleFiles = (Vec<crate::rules::group::Group>, Vec<String>);

/// The rule files that a test file names.
fn rules(
    test: &promtool::TestFile,
    path: &str,
    start: &Path,
    dialect: &Dialect,
    session: &mut Session,
) -> RuleFiles {
    let folder = match path.rsplit_once('/') {
        Some(("", _)) => "/".to_string(),
        Some((folder, _)) => folder.to_string(),
        None => ".".to_string(),
    };
    let below = |it: &str| match it.starts_with('/') {
        true => it.to_string(),
        false => format!("{folder}/{it}"),
    };
    let names = |it: &str| fs::names(start, &below(it));
    let config = Config { dialect, legacy_names: false, template: &|_, _| {} };
    let (mut groups, mut faults) = (Vec::new(), Vec::new());
    for pattern in &test.rule_files {
        let found = glob::expand(pattern.as_str(), &names);
        let found = match found {
            Some(found) => found,
            None => {
                faults.push(format!("`{pattern}` is not a pattern of paths"));
                continue;
            }
        };
        if found.is_empty() {
            session.sink.push(
                Diagnostic::warning("no-rule-file", "no rule file matches this pattern")
                    .at(pattern.span(), "promtool would pass in silence"),
            );
        }
        for name in found {
            let shown = below(&name);
            let mut sink = Sink::new();
            let text = fs::read_file(start, &shown, &mut session.sources, &mut sink);
            if let Some(text) = text {
                let file = session.sources.add(shown.as_str(), text.as_str());
                groups.extend(read::read(file, &shown, &text, &config, &mut sink));
            }
            if sink.has_errors() {
                let all = sink.into_sorted();
                faults.extend(all.iter().map(|it| it.title.clone()));
                session.sink.extend(all);
            }
        }
    }
    (groups, faults)
}

fn refused(path: &str, sink: Sink, session: &mut Session) -> FileResult {
    let all = sink.into_sorted();
    let messages = all.iter().map(|it| it.title.clone()).collect();
    session.sink.extend(all);
    FileResult::of_error(path, messages)
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
            true => tests.push(TestResult {
                name: format!("line {}", error.line),
                env: None,
                span: None,
                outcome: Outcome::Error,
                messages: vec![message],
                assertions: Vec::new(),
                errors: Vec::new(),
                alerts: Vec::new(),
            }),
            false => messages.push(message),
        }
    }
    for report in runner::run(&parsed, &runner::dialect()) {
        let name = report.expr.to_string();
        if !plan.wants(&name) {
            continue;
        }
        let outcome = match report.failure {
            None => Outcome::Passed,
            Some(_) => Outcome::Failed,
        };
        tests.push(TestResult {
            name,
            env: None,
            span: Some(Span { file, start: report.at.start, end: report.at.end }),
            outcome,
            messages: report.failure.into_iter().collect(),
            assertions: Vec::new(),
            errors: Vec::new(),
            alerts: Vec::new(),
        });
    }
    let mut result = FileResult::of_tests(path, tests);
    if !messages.is_empty() {
        result.outcome = Outcome::Error;
        result.messages = messages;
    }
    result
}
