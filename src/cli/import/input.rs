//! The files that are imported: those that were named, and the rule files that their
//! tests name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::fs;
use crate::cli::session::Session;
use crate::cli::test::rule_files::{cleaned, matching};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::{Kind, Node};
use crate::doc::yaml;
use crate::import::write::{RuleFile, Tests};
use crate::promql::dialect::{Dialect, Version};
use crate::rulefile::read::Config;
use crate::template::check::check;

/// What was read.
#[derive(Debug, Default)]
pub struct Input {
    /// Rule files.
    pub rules: Vec<RuleFile>,
    /// Files of tests.
    pub tests: Vec<Tests>,
    /// So many of the rule files were named themselves, the first ones.
    pub n_named: usize,
}

/// Reads the files that were named; what is wrong with them is in the sink.
pub fn read(start: &Path, paths: &[PathBuf], session: &mut Session) -> Input {
    let mut input = Input::default();
    let mut seen: Vec<String> = Vec::new();
    for path in paths {
        let shown = cleaned(&fs::shown(start, path));
        if seen.contains(&shown) {
            continue;
        }
        seen.push(shown.clone());
        let Some((file, text)) = source(start, &shown, session) else { continue };
        if shown.ends_with(".toml") {
            session.sink.push(
                Diagnostic::error("wrong-file", format!("`{shown}` is TOML"))
                    .help("`import` reads rule files and tests of promtool's, in YAML")
                    .help("what is in TOML already is a file of a project: see `check`"),
            );
            continue;
        }
        let documents = yaml::read(file, &text, &mut Sink::new());
        match (documents.iter().any(is_tests), documents.iter().any(is_rules)) {
            (true, false) => {
                let tests = Tests::read(file, &shown, text, &mut session.sink);
                input.tests.extend(tests);
            }
            (_, true) => {
                documents.iter().for_each(|it| other_kinds(it, session));
                rule_file(file, &shown, &text, &mut input, session);
            }
            (false, false) => neither(file, &shown, &text, &documents, session),
        }
    }
    input.n_named = input.rules.len();
    for idx in 0..input.tests.len() {
        let named = named(start, &input.tests[idx], session);
        for shown in named {
            let known = input.rules.iter().position(|it| it.path == shown);
            let place = match known {
                Some(place) => Some(place),
                None => source(start, &shown, session).map(|(file, text)| {
                    rule_file(file, &shown, &text, &mut input, session)
                }),
            };
            let rules = &mut input.tests[idx].rules;
            rules.extend(place.filter(|it| !rules.contains(it)));
        }
    }
    input
}

fn source(
    start: &Path,
    shown: &str,
    session: &mut Session,
) -> Option<(FileId, Arc<str>)> {
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let text = fs::read_file(start, shown, sources, sink)?;
    Some((sources.add(shown, text.clone()), text))
}

fn rule_file(
    file: FileId,
    shown: &str,
    text: &str,
    input: &mut Input,
    session: &mut Session,
) -> usize {
    // Whatever some server takes; the new manifest names the flags.
    let dialect = Dialect::everything();
    let template = |text: &Text, sink: &mut Sink| {
        check(text, Version::LATEST, sink);
    };
    let config = Config {
        dialect: &dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &template,
    };
    let mut said = Sink::new();
    let rules = RuleFile::read(file, shown, text.into(), &config, &mut said);
    // By name and labels alone two rules are the same; `check` of the project knows more.
    let said = said.into_sorted().into_iter().filter(|it| it.code != "duplicate-rule");
    session.sink.extend(said);
    input.rules.push(rules);
    input.rules.len() - 1
}

fn has(node: &Node, key: &str) -> bool {
    node.get(key).is_some()
}

fn is_tests(node: &Node) -> bool {
    (has(node, "tests") || has(node, "rule_files")) && !has(node, "groups")
}

fn is_rules(node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::as_str);
    has(node, "groups")
        || matches!(kind, Some("PrometheusRule" | "PrometheusRuleList" | "List"))
}

/// Says which objects beside the rules are not imported.
fn other_kinds(node: &Node, session: &mut Session) {
    let items = node.get("items").and_then(Node::as_array).unwrap_or_default();
    for object in [node].into_iter().chain(items) {
        let Some(kind) = object.get("kind").and_then(Node::as_text) else { continue };
        if matches!(kind.as_str(), "PrometheusRule" | "PrometheusRuleList" | "List") {
            continue;
        }
        session.sink.push(
            Diagnostic::warning("left-out", format!("a `{kind}` is left out"))
                .at(kind.span(), "only rules and tests are imported"),
        );
    }
}

/// Says what a file is that is neither rules nor tests.
fn neither(
    file: FileId,
    shown: &str,
    text: &str,
    documents: &[Node],
    session: &mut Session,
) {
    // What its syntax lacks says more.
    let n_errors = session.sink.n_errors();
    yaml::read(file, text, &mut session.sink);
    if n_errors < session.sink.n_errors() {
        return;
    }
    let title = format!("`{shown}` holds neither rules nor tests");
    let at = documents.iter().find(|it| !matches!(it.kind, Kind::Null(_)));
    let span = at.map_or(Span { file, start: 0, end: 0 }, |it| it.span.head());
    session.sink.push(
        Diagnostic::error("nothing-to-import", title)
            .at(span, "no `groups`, no `tests`, no PrometheusRule")
            .help("name rule files, PrometheusRule manifests or promtool's test files"),
    );
}

/// The rule files that a test file names, as promtool finds them.
fn named(start: &Path, tests: &Tests, session: &mut Session) -> Vec<String> {
    let mut names = |it: &str| fs::names(start, it).into();
    let mut out = Vec::new();
    for pattern in &tests.file.rule_files {
        let Some(found) = matching(pattern.as_str(), &tests.path, &mut names) else {
            let title = format!("`{pattern}` is not a pattern of paths");
            session.sink.push(
                Diagnostic::error("bad-pattern", title).at(pattern.span(), "malformed"),
            );
            continue;
        };
        if found.is_empty() {
            let title = "no rule file matches this pattern";
            session.sink.push(
                Diagnostic::warning("no-rule-file", title)
                    .at(pattern.span(), "the tests are imported without it"),
            );
        }
        out.extend(found);
    }
    out
}
