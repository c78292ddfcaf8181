//! What is said of assertions that do not hold, by every report.
//!
//! `tests/fixtures/harness/failures` holds promtool test files none of whose tests passes.
//! Beside each stands what people see (`*.human`), and the report as JUnit (`*.xml`) and as
//! JSON (`*.json`).

use std::fs;
use std::path::Path;

use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::harness::promtool::{Rules, run_file};
use aqua_alerts::harness::report::{failure, json, junit};
use aqua_alerts::harness::result::Outcome;
use aqua_alerts::promql::dialect::{Dialect, Version};
use libtest_mimic::{Failed, Trial};

use crate::golden;
use crate::harness::{files, load};

const FIXTURES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/harness/failures");

fn fixture(path: &Path) -> Result<(), Failed> {
    let dialect = Dialect::new(Version::LATEST);
    let it = load(path, dialect).unwrap();
    let groups: Vec<_> = it.groups.iter().collect();
    let rules = Rules { groups: &groups, faults: &it.faults };
    let name = path.file_name().unwrap().to_string_lossy();
    let result = run_file(&name, &it.file, rules, dialect);
    let passed = result.tests.iter().find(|it| it.outcome == Outcome::Passed);
    if let Some(test) = passed {
        return Err(format!("`{}` passes", test.name).into());
    }
    let mut human = String::new();
    for test in &result.tests {
        human.push_str(&format!("## {}\n\n", test.name));
        human.push_str(&render(&failure::of_test(test), &it.sources, Config::PLAIN));
    }
    golden::check(&path.with_extension("human"), &human)?;
    let files = [result];
    let xml = junit::report(&files, &it.sources);
    let json = format!("{:#}\n", json::report(&files, &it.sources));
    for (extension, text) in [("xml", xml), ("json", json)] {
        let path = path.with_extension(extension);
        if path.exists() {
            golden::check(&path, &text)?;
        }
    }
    Ok(())
}

/// The fixtures as tests.
pub fn trials() -> Vec<Trial> {
    assert!(fs::exists(FIXTURES).unwrap());
    let trial = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(format!("harness::failures::{name}"), move || fixture(&path))
    };
    files(FIXTURES).into_iter().map(trial).collect()
}
