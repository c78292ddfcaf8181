//! Files in which something is odd, and promtool's verdict on them.
//!
//! A fixture holds many small files, `-- NAME: VERDICT --` before each.

use std::fs;
use std::process::Command;

use aqua_alerts::diag::diagnostic::Level;
use aqua_alerts::promql::dialect::Dialect;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::cli::folder;
use crate::rulefile::judge;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rulefile::oddities", rule_files),
        Trial::test("harness::promtool::oddities", test_files),
    ]
}

/// What stands in a fixture: heads and texts.
fn cases(path: &str) -> Vec<(String, String)> {
    let all = fs::read_to_string(format!("{FIXTURES}/{path}")).unwrap();
    let case = |it: &str| {
        let (head, text) = it.split_once(" --\n").unwrap();
        (head.to_string(), format!("{text}\n"))
    };
    all.split("\n-- ").skip(1).map(case).collect()
}

fn outcome(faults: &[String]) -> Result<(), Failed> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

/// Rule files are refused, or have as many rules.
fn rule_files() -> Result<(), Failed> {
    let mut faults = Vec::new();
    for (head, text) in cases("rulefile/oddities.txt") {
        let (groups, said) = judge(&text, &Dialect::everything(), false);
        let n_rules: usize = groups.iter().map(|it| it.rules.len()).sum();
        let found = match said.iter().any(|it| it.level == Level::Error) {
            true => "refused".to_string(),
            false => format!("ok {n_rules}"),
        };
        let (name, wanted) = head.split_once(": ").unwrap();
        if found != wanted {
            faults.push(format!("{name}: wanted {wanted}, found {found}\n{text}"));
        }
    }
    outcome(&faults)
}

/// Test files pass or fail, all in one run.
fn test_files() -> Result<(), Failed> {
    let dir = folder("oddities");
    fs::create_dir(dir.join("d.yaml"))?;
    let mut wanted = Vec::new();
    for (head, text) in cases("harness/oddities.txt") {
        let (name, verdict) = match head.split_once(": ") {
            Some((name, verdict)) => (format!("case_{name}.yaml"), verdict),
            None => (head, ""),
        };
        fs::write(dir.join(&name), text)?;
        if !verdict.is_empty() {
            wanted.push((name, verdict == "passes"));
        }
    }
    wanted.sort();
    let output = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .args(["test", "--format", "json"])
        .args(wanted.iter().map(|it| &it.0))
        .current_dir(&dir)
        .output()?;
    let found: Json = serde_json::from_slice(&output.stdout)?;
    fs::remove_dir_all(&dir)?;
    let files = found["files"].as_array().unwrap();
    assert_eq!(files.len(), wanted.len());
    let mut faults = Vec::new();
    for ((name, passes), file) in wanted.iter().zip(files) {
        assert_eq!(file["path"], **name);
        if (file["outcome"] == "passed") != *passes {
            faults.push(format!("{name}: promtool passes it: {passes}\n{file}"));
        }
    }
    outcome(&faults)
}
