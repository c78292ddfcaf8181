//! promtool's test files, all of them together.
//!
//! A rule file is read and parsed once, however many test files name it; test files that
//! name the same rules share what follows from them; and the tests of all files run on
//! all cores.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::case::promtool::{self, TestFile};
use crate::cli::session::Session;
use crate::cli::test::Plan;
use crate::cli::test::rule_files::{Parsed, RuleFiles};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap, Span};
use crate::doc::yaml;
use crate::harness::plan;
use crate::harness::promtool as runner;
use crate::harness::result::FileResult;
use crate::harness::silence;
use crate::promql::dialect::{Dialect, Version};
use crate::rules::group::Group;

/// A test file and the rules that it names.
struct Suite<'a> {
    file: FileId,
    path: &'a str,
    test: TestFile,
    /// Places among the rule files, in the order in which they are named.
    rule_files: Vec<usize>,
    /// What is wrong with the rules; every test fails of it.
    faults: Vec<String>,
}

/// Runs test files, given with their paths as the user knows them.
pub fn run(
    files: &[(FileId, String)],
    start: &Path,
    plan: &Plan,
    session: &mut Session,
) -> Vec<FileResult> {
    let dialect = Dialect { features: plan.features, ..Dialect::new(Version::LATEST) };
    let sources = &session.sources;
    let read: Vec<_> = files.par_iter().map(|it| read(it.0, sources)).collect();
    let mut results = Vec::new();
    let mut suites = Vec::new();
    let mut rule_files = RuleFiles::new(start);
    for ((file, path), (mut test, sink)) in files.iter().zip(read) {
        if sink.has_errors() {
            let all = sink.into_sorted();
            let messages = all.iter().map(|it| it.title.clone()).collect();
            results.push(FileResult::of_error(path, messages));
            session.sink.extend(all);
            continue;
        }
        // As promtool does: a nameless group is matched as an empty name.
        test.tests.retain(|it| plan.wants(it.name.as_ref().map_or("", |it| it.as_str())));
        let (rule_files, faults) = rule_files.named_by(&test, path, session);
        suites.push(Suite { file: *file, path, test, rule_files, faults });
    }
    let parsed = rule_files.parse(&dialect, session);
    for suite in &mut suites {
        let faults = suite.rule_files.iter().flat_map(|it| &parsed[*it].faults);
        suite.faults.extend(faults.cloned());
        let whole = Span { file: suite.file, start: 0, end: 0 };
        let groups = groups(suite, &parsed);
        session.sink.extend(silence::warnings(&suite.test, &groups, whole));
    }
    results.extend(run_all(&suites, &parsed, dialect));
    results
}

fn read(file: FileId, sources: &SourceMap) -> (TestFile, Sink) {
    let mut sink = Sink::new();
    let documents = yaml::read(file, &sources.file(file).text, &mut sink);
    let test = match documents.first() {
        Some(node) => promtool::read(node, &mut sink),
        None => TestFile::default(),
    };
    (test, sink)
}

fn groups<'p>(suite: &Suite<'_>, parsed: &'p [Parsed]) -> Vec<&'p Group> {
    suite.rule_files.iter().flat_map(|it| &parsed[*it].groups).collect()
}

fn run_all(suites: &[Suite<'_>], parsed: &[Parsed], dialect: Dialect) -> Vec<FileResult> {
    // What decides on a plan, and the first test file that needs it.
    let mut needed: HashMap<(&[usize], Vec<&str>), usize> = HashMap::new();
    let mut first: Vec<&Suite<'_>> = Vec::new();
    let plan_of: Vec<usize> = suites
        .iter()
        .map(|it| {
            let order = it.test.group_order.iter().map(|it| it.as_str()).collect();
            *needed.entry((&it.rule_files, order)).or_insert_with(|| {
                first.push(it);
                first.len() - 1
            })
        })
        .collect();
    let plan = |it: &&Suite<'_>| {
        plan::Plan::new(&runner::ordered(&groups(it, parsed), &it.test))
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
        runner::run_group(&suite.test, group, plan, &suite.faults, dialect)
    });
    let mut ran = ran.collect::<Vec<_>>().into_iter();
    suites
        .iter()
        .map(|it| {
            let tests = ran.by_ref().take(it.test.tests.len()).collect();
            FileResult::of_tests(it.path, tests)
        })
        .collect()
}
