//! promtool's test files, all of them together.
//!
//! A rule file is read and parsed once, however many test files name it; test files that
//! name the same rules share what follows from them; and the tests of all files run on
//! all cores.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::case::promtool::{self, TestFile};
use crate::cli::clock::clock;
use crate::cli::mistaken;
use crate::cli::session::Session;
use crate::cli::test::rule_files::{Parsed, RuleFiles};
use crate::cli::test::strict::spoil;
use crate::cli::test::{Own, Plan, faults};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap, Span};
use crate::doc::yaml;
use crate::harness::plan;
use crate::harness::promtool::{self as runner, Ask};
use crate::harness::result::{FileResult, TestResult};
use crate::harness::{silence, strict};
use crate::promql::dialect::{Dialect, Version};
use crate::rulefile::read::has_rules;
use crate::rules::group::Group;

/// A test file and the rules that it names, in one environment where they are those of a
/// project.
struct Suite<'a> {
    path: &'a str,
    test: Arc<TestFile>,
    /// The environment, and the PromQL of its server.
    env: Option<(Arc<str>, Dialect)>,
    /// Places among what the rule files hold, in the order in which they are named.
    rules: Vec<usize>,
    /// What is wrong with the rules; every test fails of it.
    faults: Vec<String>,
}

/// Runs test files, given with their paths as the user knows them.
pub fn run(
    files: &[(FileId, String)],
    start: &Path,
    plan: &Plan,
    own: &Own,
    session: &mut Session,
) -> Vec<FileResult> {
    let dialect = Dialect { features: plan.features, ..Dialect::new(Version::LATEST) };
    let sources = &session.sources;
    let read: Vec<_> = files.par_iter().map(|it| read(it.0, sources)).collect();
    let mut results = Vec::new();
    let mut sound = Vec::new();
    let mut rule_files = RuleFiles::new(start);
    for ((file, path), (mut test, sink)) in files.iter().zip(read) {
        if sink.has_errors() {
            results.push(faults::of_file(path, sink, session));
            continue;
        }
        session.sink.extend(sink.into_sorted());
        // As promtool does: a nameless group is matched as an empty name.
        test.tests.retain(|it| plan.wants(it.name.as_ref().map_or("", |it| it.as_str())));
        if plan.filter.is_some() && test.tests.is_empty() {
            continue;
        }
        let (places, faults) = rule_files.named_by(&test, path, session);
        sound.push((*file, path, Arc::new(test), places, faults));
    }
    let parsed = rule_files.parse(&dialect, plan, own, session);
    let mut by_place: HashMap<usize, Vec<usize>> = HashMap::new();
    for (idx, it) in parsed.iter().enumerate() {
        by_place.entry(it.place).or_default().push(idx);
    }
    let mut suites = Vec::new();
    let mut silent = HashMap::new();
    for (file, path, test, places, faults) in sound {
        let of_place = |it: &usize| by_place.get(it).into_iter().flatten().copied();
        let all: Vec<usize> = places.iter().flat_map(of_place).collect();
        // An alert that one of the environments has is not unknown; and nothing is known
        // of rules that cannot be loaded.
        let whole = Span { file, start: 0, end: 0 };
        let mut said = silence::warnings(&test, &groups(&all, &parsed), whole);
        let known = all.iter().all(|it| parsed[*it].faults.is_empty());
        said.retain(|it| known || !silence::OF_RULES.contains(&it.said.code));
        silent.insert(path, (test.tests.len(), said));
        for env in environments(&all, &parsed) {
            let here = |it: &usize| {
                let of = parsed[*it].env.as_ref().map(|it| &it.0);
                of.is_none() || of == env.as_ref().map(|it| &it.0)
            };
            let rules: Vec<usize> = all.iter().copied().filter(here).collect();
            let mut faults = faults.clone();
            faults.extend(rules.iter().flat_map(|it| parsed[*it].faults.iter().cloned()));
            suites.push(Suite { path, test: test.clone(), env, rules, faults });
        }
    }
    let ask: Ask = match plan.strict {
        true => strict::ask,
        false => |_, _, _| Vec::new(),
    };
    for (mut result, said) in run_all(&suites, &parsed, dialect, ask) {
        for (idx, mut it) in said {
            spoil(&mut result, [idx], &mut it);
            // What a rule does in many tests is told of once.
            session.sink.push_once(it);
        }
        let (n_tests, said) = silent.remove(&result.path).unwrap_or_default();
        for silence::Warning { test, mut said } in said {
            if let (Some(test), true) = (test, plan.strict) {
                // A test is there once for each environment.
                let same = (test..result.tests.len()).step_by(n_tests);
                spoil(&mut result, same, &mut said);
            }
            session.sink.push(said);
        }
        results.push(result);
    }
    results
}

/// The environments of the projects among some rules, each once; without a project there
/// is one that is none.
fn environments(rules: &[usize], parsed: &[Parsed]) -> Vec<Option<(Arc<str>, Dialect)>> {
    let mut out: Vec<Option<(Arc<str>, Dialect)>> = Vec::new();
    for env in rules.iter().filter_map(|it| parsed[*it].env.as_ref()) {
        if !out.iter().flatten().any(|it| it.0 == env.0) {
            out.push(Some(env.clone()));
        }
    }
    match out.is_empty() {
        true => vec![None],
        false => out,
    }
}

/// The names of the tests in test files.
pub fn names(files: &[(FileId, String)], sources: &SourceMap) -> Vec<String> {
    let tests = files.iter().flat_map(|it| read(it.0, sources).0.tests);
    let names = tests.filter_map(|it| it.name.map(|it| it.to_string()));
    names.filter(|it| !it.is_empty()).collect()
}

fn read(file: FileId, sources: &SourceMap) -> (TestFile, Sink) {
    let mut sink = Sink::new();
    let text = &sources.file(file).text;
    let documents = yaml::read_first(file, text, |_| true, &mut sink);
    let test = match documents.first() {
        Some(node) if has_rules(&documents) && !promtool::is_tests(node) => {
            // What is wrong with rules is not to be said of tests.
            sink = Sink::new();
            sink.push(mistaken::rules(&sources.file(file).path, node));
            return (TestFile::default(), sink);
        }
        Some(node) => promtool::read(node, &mut sink),
        None => TestFile::default(),
    };
    if let [first, second, ..] = &documents[..] {
        sink.push(
            Diagnostic::warning("document-ignored", "document is passed over")
                .at(second.span, "promtool reads the first document only")
                .context(first.span, "the first is here"),
        );
    }
    (test, sink)
}

fn groups<'p>(rules: &[usize], parsed: &'p [Parsed]) -> Vec<&'p Group> {
    rules.iter().flat_map(|it| &parsed[*it].groups).collect()
}

/// A test that ran, and what there is to say of it beyond its verdict.
type Ran = (TestResult, Vec<Diagnostic>);

/// Results, each with what there is to say of its tests.
fn run_all(
    suites: &[Suite<'_>],
    parsed: &[Parsed],
    dialect: Dialect,
    ask: Ask,
) -> Vec<(FileResult, Vec<(usize, Diagnostic)>)> {
    // What decides on a plan, and the first test file that needs it.
    let mut needed: HashMap<(&[usize], Vec<&str>), usize> = HashMap::new();
    let mut first: Vec<&Suite<'_>> = Vec::new();
    let plan_of: Vec<usize> = suites
        .iter()
        .map(|it| {
            let order = it.test.group_order.iter().map(|it| it.as_str()).collect();
            *needed.entry((&it.rules, order)).or_insert_with(|| {
                first.push(it);
                first.len() - 1
            })
        })
        .collect();
    let plan = |it: &&Suite<'_>| {
        plan::Plan::new(&runner::ordered(&groups(&it.rules, parsed), &it.test))
    };
    let plans: Vec<plan::Plan<'_>> = first.par_iter().map(plan).collect();
    let jobs: Vec<(usize, usize)> = suites
        .iter()
        .enumerate()
        .flat_map(|(idx, it)| (0..it.test.tests.len()).map(move |test| (idx, test)))
        .collect();
    let ran = jobs.par_iter().map(|(idx, test)| {
        let (suite, plan) = (&suites[*idx], &plans[plan_of[*idx]]);
        let group = &suite.test.tests[*test];
        let dialect = suite.env.as_ref().map_or(dialect, |it| it.1);
        let before = clock();
        let faults = &suite.faults;
        let (result, said) =
            runner::run_and_ask(&suite.test, group, plan, faults, dialect, ask);
        let duration = clock().saturating_sub(before);
        let env = suite.env.as_ref().map(|it| it.0.to_string());
        (TestResult { env, duration, ..result }, said)
    });
    let mut ran = ran.collect::<Vec<_>>().into_iter();
    let mut files: Vec<(&str, Vec<Ran>)> = Vec::new();
    for suite in suites {
        let tests = ran.by_ref().take(suite.test.tests.len());
        match files.last_mut() {
            Some((path, before)) if *path == suite.path => before.extend(tests),
            _ => files.push((suite.path, tests.collect())),
        }
    }
    files
        .into_iter()
        .map(|(path, ran)| {
            let (tests, said): (Vec<_>, Vec<_>) = ran.into_iter().unzip();
            let said = said.into_iter().enumerate();
            let said =
                said.flat_map(|(idx, all)| all.into_iter().map(move |it| (idx, it)));
            (FileResult::of_tests(path, tests), said.collect())
        })
        .collect()
}
