//! Rule files: promtool's verdict on real ones, and Prometheus's own test files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aqua_alerts::diag::diagnostic::{Diagnostic, Level};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::diag::text::Text;
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rules::group::Group;
use aqua_alerts::template::check::check;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rulefile::promtool_verdicts", verdicts),
        Trial::test("rulefile::rulefmt_testdata", testdata),
    ]
}

/// Reads the rules in a text.
pub fn judge(
    text: &str,
    dialect: &Dialect,
    legacy: bool,
) -> (Vec<Group>, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let template = |text: &Text, sink: &mut Sink| {
        check(text, Version::LATEST, sink);
    };
    let config = Config {
        dialect,
        legacy_names: legacy,
        ignore_unknown: false,
        template: &template,
    };
    let groups = read(FileId(0), "rules.yaml", text, &config, &mut sink);
    (groups, sink.into_sorted())
}

/// What promtool says of a file.
struct Verdict {
    path: PathBuf,
    refused: bool,
    /// Where it is not refused and its output was kept.
    n_rules: Option<u64>,
    duplicates: Option<bool>,
}

/// The corpus, as promtool was run on it; where PrometheusRules were unwrapped for it,
/// both forms.
fn corpus(root: &Path) -> Option<Vec<Verdict>> {
    let lines = fs::read_to_string(root.join("VERDICTS.jsonl")).ok()?;
    let mut out = Vec::new();
    for line in lines.lines() {
        let it: Json = serde_json::from_str(line).unwrap();
        if it["cmd"] != "check" {
            continue;
        }
        let text = |key: &str| it[key].as_str().unwrap();
        let refused = it["rc"] != 0;
        let found = text("stdout").split_once("SUCCESS: ").map(|it| it.1);
        let n_rules = found.map(|it| it.split(' ').next().unwrap().parse().unwrap());
        let duplicates = text("stderr").contains("duplicate rule(s) found");
        let mut paths = vec![text("run").to_string(), format!("src/{}", text("path"))];
        paths.dedup();
        out.extend(paths.into_iter().map(|it| Verdict {
            path: root.join(it),
            refused,
            n_rules,
            duplicates: (!refused).then_some(duplicates),
        }));
    }
    Some(out)
}

/// Prometheus's own files.
fn conformance(root: &Path) -> Option<Vec<Verdict>> {
    let table = fs::read_to_string(root.join("VERDICTS.tsv")).ok()?;
    let rows = table.lines().skip(1).map(|it| it.split('\t').collect::<Vec<_>>());
    let checks = rows.filter(|it| it[1] == "check");
    let verdict = |it: Vec<&str>| Verdict {
        path: root.join(it[0]),
        refused: it[2] != "0",
        n_rules: None,
        duplicates: None,
    };
    Some(checks.map(verdict).collect())
}

/// The command gives every rule file promtool's verdict, and finds as many rules: that of
/// 3.5.3, from which 3.14 differs on none of them.
fn verdicts() -> Result<(), Failed> {
    let shared = Path::new(SHARED);
    let sets = [
        corpus(&shared.join("corpus")),
        conformance(&shared.join("conformance/prometheus")),
    ];
    let verdicts: Vec<Verdict> = sets.into_iter().flatten().flatten().collect();
    if verdicts.is_empty() {
        println!("skipped: no corpus");
        return Ok(());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .args(["check", "--format", "json", "--lint", "duplicate-rules"])
        .args(verdicts.iter().map(|it| &it.path))
        .output()?;
    let found: Json = serde_json::from_slice(&output.stdout)?;
    let files = found["files"].as_array().unwrap();
    let duplicated: HashSet<&str> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["code"] == "duplicate-rule")
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(files.len(), verdicts.len());
    let (mut n_refused, mut n_rules, mut faults) = (0, 0, Vec::new());
    for (verdict, file) in verdicts.iter().zip(files) {
        let path = verdict.path.to_str().unwrap();
        assert_eq!(file["path"], path);
        let refused = file["outcome"] == "error";
        n_refused += usize::from(refused);
        n_rules += file["rules"].as_u64().unwrap_or(0);
        let duplicates = duplicated.contains(path);
        if refused == verdict.refused
            && verdict.n_rules.is_none_or(|it| file["rules"] == it)
            && verdict.duplicates.is_none_or(|it| duplicates == it)
        {
            continue;
        }
        faults.push(format!("{file}, duplicates: {duplicates}"));
    }
    println!("{} files, {n_refused} refused, {n_rules} rules", files.len());
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{} differ\n{}", faults.len(), faults.join("\n")).into()),
    }
}

/// `*.bad.yaml` are refused, the others are not.
fn testdata() -> Result<(), Failed> {
    let folder = Path::new(SHARED).join("conformance/prometheus/model/rulefmt/testdata");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no {}", folder.display());
        return Ok(());
    };
    let dialect = Dialect::everything();
    let mut n_files = 0;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".yaml") {
            continue;
        }
        let legacy = name.starts_with("legacy_") || name.starts_with("invalid_label");
        let text = fs::read_to_string(&path)?;
        let (_, said) = judge(&text, &dialect, legacy);
        let refused = said.iter().any(|it| it.level == Level::Error);
        assert_eq!(refused, name.contains(".bad."), "{name}: {said:?}");
        n_files += 1;
    }
    println!("{n_files} files");
    Ok(())
}
