//! Rule evaluation on real rules and tests, against promtool's recorded verdicts.

use std::fs;
use std::path::Path;

use aqua_alerts::harness::result::{FileResult, Outcome};
use aqua_alerts::promql::dialect::{Dialect, Version};
use libtest_mimic::{Failed, Trial};
use rayon::prelude::*;
use serde_json::Value as Json;

use crate::harness::{self, messages, run};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");

/// Test groups on whose verdict there was agreement when last counted; never fewer.
const AGREED: usize = 1069;

/// Files on which the verdicts differ, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("govuk-helm-charts/rules/integration/database_backups_and_syncs_integration", NEWER),
    ("govuk-helm-charts/rules/production/database_backups_and_syncs_production", NEWER),
    ("govuk-helm-charts/rules/staging/database_backups_and_syncs_staging", NEWER),
];

/// `testGroup` in `cmd/promtool/unittest.go` of Prometheus 3.14.
const NEWER: &str =
    "`start_timestamp` is a key of 3.14; the recorded verdicts are 3.5.3's";

/// A file for which promtool needs minutes, so that no verdict of it is recorded; and the
/// tests that fail there in the end. All others pass.
const SLOW: (&str, usize, &[&str]) = (
    "postgresql-operator/tests/alerts/test_postgresql_rules.yaml",
    42,
    &[
        "PostgresqlDeadLocks fires if increase>5 in 1m",
        "PostgresqlCommitRateLow fires when commit rate <10",
        "PostgresqlLowXidConsumption fires if <5",
        "PostgresqlHighRateStatementTimeout fires when rate >3",
        "PostgresqlHighRateDeadlock fires when increase >1",
    ],
);

/// Files that fail as a whole or in part, all of whose messages are promtool's; never
/// fewer.
const SAME_MESSAGES: usize = 25;

/// Of promtool's own test files, those with its verdict; never fewer.
const CONFORMING: usize = 15;

/// promtool's verdict on a file: its groups with whether they passed, or none where the
/// file as a whole was refused.
struct Verdict {
    path: String,
    groups: Option<Vec<(String, bool)>>,
    messages: String,
}

fn verdicts() -> Option<Vec<Verdict>> {
    let text = fs::read_to_string(format!("{CORPUS}/VERDICTS.jsonl")).ok()?;
    let lines = text.lines().map(|it| serde_json::from_str::<Json>(it).unwrap());
    let tests = lines.filter(|it| it["cmd"] == "test" && !it["junit"].is_null());
    let verdict = |it: Json| {
        let groups: Vec<(String, bool)> = it["junit"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it[0].as_str().unwrap().to_string(), it[1] == 0))
            .collect();
        let refused = groups.len() == 1 && groups[0].0 == "unknown";
        let path = it["path"].as_str().unwrap().to_string();
        let messages = it["stderr"].as_str().unwrap();
        let messages = messages.strip_prefix("  FAILED:\n").unwrap_or(messages);
        let messages = trimmed(messages);
        Verdict { path, groups: (!refused).then_some(groups), messages }
    };
    Some(tests.map(verdict).collect())
}

/// Lines without blanks at their ends.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(|it| format!("{}\n", it.trim_end())).collect()
}

/// Whether promtool runs the file and a group of it fails.
fn fails(verdict: &Verdict) -> bool {
    verdict.groups.iter().flatten().any(|it| !it.1)
}

/// Agreements and the exceptions.
fn compare(verdict: &Verdict, result: &FileResult) -> (usize, Vec<String>) {
    let path = &verdict.path;
    let Some(groups) = &verdict.groups else {
        return match result.outcome {
            Outcome::Error if result.tests.is_empty() => (1, Vec::new()),
            _ => (0, vec![format!("{path}: promtool refuses the file")]),
        };
    };
    if groups.len() != result.tests.len() {
        let messages = result.messages.join("; ");
        let n = result.tests.len();
        return (0, vec![format!("{path}: {n} of {} groups; {messages}", groups.len())]);
    }
    let (mut n_agreed, mut out) = (0, Vec::new());
    for ((name, passed), test) in groups.iter().zip(&result.tests) {
        let found = test.outcome == Outcome::Passed;
        match found == *passed && *name == test.name {
            true => n_agreed += 1,
            false => {
                let messages = test.messages.join("\n");
                out.push(format!(
                    "{path}: `{name}` promtool {passed}, found {found}\n{messages}"
                ));
            }
        }
    }
    (n_agreed, out)
}

fn corpus() -> Result<(), Failed> {
    let Some(verdicts) = verdicts() else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let dialect = Dialect::new(Version::new(3, 5));
    let one = |verdict: &Verdict| {
        let path = format!("{CORPUS}/src/{}", verdict.path);
        let result = run(Path::new(&path), dialect);
        let (n_agreed, faults) = compare(verdict, &result);
        let differs = fails(verdict) && messages(&result) != verdict.messages;
        (n_agreed, faults, differs.then(|| messages(&result)))
    };
    let all: Vec<_> = verdicts.par_iter().map(one).collect();
    let n_agreed: usize = all.iter().map(|it| it.0).sum();
    let n_exceptions: usize = all.iter().map(|it| it.1.len()).sum();
    println!("{n_agreed} verdicts agree, {n_exceptions} do not");
    let n_failing = verdicts.iter().filter(|it| fails(it)).count();
    let n_differ = all.iter().filter(|it| it.2.is_some()).count();
    println!("{n_differ} of {n_failing} failing files have other messages");
    let mut unexplained = 0;
    for (verdict, (_, faults, other)) in verdicts.iter().zip(&all) {
        let reason = EXCEPTIONS.iter().find(|it| verdict.path.starts_with(it.0));
        unexplained += usize::from(reason.is_some() == faults.is_empty());
        faults.iter().for_each(|it| println!("{it}\n{:?}\n", reason.map(|it| it.1)));
        if let Some(other) = other {
            println!("{}\nwant\n{}got\n{other}", verdict.path, verdict.messages);
        }
    }
    let n_same = n_failing.saturating_sub(n_differ);
    match AGREED <= n_agreed && SAME_MESSAGES <= n_same && unexplained == 0 {
        true => Ok(()),
        false => Err(format!(
            "{n_agreed} verdicts agree, were {AGREED}; {n_same} files say the same, were \
             {SAME_MESSAGES}; {unexplained} files are no exceptions, or needlessly"
        )
        .into()),
    }
}

/// The file that has no recorded verdict, since promtool was stopped after a minute.
fn slow() -> Result<(), Failed> {
    let (path, n_tests, failing) = SLOW;
    let path = format!("{CORPUS}/src/{path}");
    if !Path::new(&path).exists() {
        println!("skipped: no corpus");
        return Ok(());
    }
    let result = run(Path::new(&path), Dialect::new(Version::new(3, 5)));
    assert_eq!(result.tests.len(), n_tests);
    let failed = result.tests.iter().filter(|it| it.outcome != Outcome::Passed);
    let failed: Vec<&str> = failed.map(|it| it.name.as_str()).collect();
    pretty_assertions::assert_eq!(failed, failing);
    Ok(())
}

/// The same verdict with and without the shortcuts, on tests of a size that this takes a
/// moment for.
fn shortcuts() -> Result<(), Failed> {
    let Some(verdicts) = verdicts() else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let dialect = Dialect::new(Version::new(3, 5));
    let one = |verdict: &Verdict| {
        let path = format!("{CORPUS}/src/{}", verdict.path);
        harness::shortcuts(Path::new(&path), dialect, 300)
    };
    let all: Vec<_> = verdicts.par_iter().map(one).collect();
    let n_compared: usize = all.iter().map(|it| it.0).sum();
    let differ: Vec<&String> = all.iter().flat_map(|it| &it.1).collect();
    println!("{n_compared} tests, {} differ", differ.len());
    differ.iter().for_each(|it| println!("{it}"));
    match differ.is_empty() && 0 < n_compared {
        true => Ok(()),
        false => Err("verdicts differ".into()),
    }
}

/// promtool's own test files: exit code wanted by Prometheus's Go tests.
fn conformance() -> Result<(), Failed> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/conformance/prometheus");
    let Ok(table) = fs::read_to_string(format!("{root}/VERDICTS.tsv")) else {
        println!("skipped: no conformance data");
        return Ok(());
    };
    let dialect = Dialect::new(Version::LATEST);
    let mut faults = Vec::new();
    let mut n_agreed = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[1] != "test" {
            continue;
        }
        let wanted = if fields[3].is_empty() { fields[2] } else { fields[3] };
        let result = run(&Path::new(root).join(fields[0]), dialect);
        match (result.outcome == Outcome::Passed) == (wanted == "0") {
            true => n_agreed += 1,
            false => {
                faults.push(format!(
                    "{}: wanted {wanted}\n{}",
                    fields[0],
                    messages(&result)
                ));
            }
        }
    }
    println!("{n_agreed} verdicts agree, {} do not", faults.len());
    faults.iter().for_each(|it| println!("{it}"));
    match CONFORMING <= n_agreed {
        true => Ok(()),
        false => Err(format!("{n_agreed} verdicts agree, were {CONFORMING}").into()),
    }
}

/// Both sets as tests.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("harness::corpus", corpus),
        Trial::test("harness::corpus_without_shortcuts", shortcuts),
        Trial::test("harness::corpus_slow", slow),
        Trial::test("harness::conformance", conformance),
    ]
}
