//! Rule files: promtool's verdict on real ones, and Prometheus's own test files.

use std::fs;
use std::path::Path;

use aqua_alerts::diag::diagnostic::{Diagnostic, Level};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::diag::text::Text;
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rules::group::Group;
use aqua_alerts::template;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("rulefile::promtool_verdicts", verdicts),
        Trial::test("rulefile::rulefmt_testdata", testdata),
    ]
}

fn judge(path: &Path, dialect: &Dialect, legacy: bool) -> (Vec<Group>, Vec<Diagnostic>) {
    let text = fs::read_to_string(path).unwrap();
    let mut sink = Sink::new();
    let template = |text: &Text, sink: &mut Sink| {
        if let Err(error) = template::parse("x", text.as_str()) {
            let (start, end) = (error.at.start as usize, error.at.end as usize);
            let it = Diagnostic::error("template", error.reason);
            sink.push(it.within(text, start, end, ""));
        }
    };
    let config = Config {
        dialect,
        legacy_names: legacy,
        ignore_unknown: false,
        template: &template,
    };
    let name = path.display().to_string();
    let groups = read(FileId(0), &name, &text, &config, &mut sink);
    (groups, sink.into_sorted())
}

fn verdicts() -> Result<(), Failed> {
    let root = Path::new(SHARED).join("corpus");
    let Ok(lines) = fs::read_to_string(root.join("VERDICTS.jsonl")) else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let dialect = Dialect::new(Version::new(3, 5));
    let mut faults = Vec::new();
    let (mut n_files, mut n_rules, mut n_said) = (0, 0, 0);
    for line in lines.lines() {
        let verdict: Json = serde_json::from_str(line)?;
        if verdict["cmd"] != "check" {
            continue;
        }
        let run = verdict["run"].as_str().unwrap();
        let (groups, said) = judge(&root.join(run), &dialect, false);
        let errors: Vec<_> = said.iter().filter(|it| it.level == Level::Error).collect();
        let stdout = verdict["stdout"].as_str().unwrap();
        let stderr = verdict["stderr"].as_str().unwrap();
        n_files += 1;
        let n: usize = groups.iter().map(|it| it.rules.len()).sum();
        if errors.is_empty() != (verdict["rc"] == 0) {
            faults.push(format!("{run}: {errors:?}\npromtool: {stderr}"));
            continue;
        }
        n_said += usize::from(!errors.is_empty());
        if errors.is_empty() {
            n_rules += n;
            let found = format!("SUCCESS: {n} rules found");
            if !stdout.contains(&found) && !stderr.contains("duplicate rule") {
                faults.push(format!("{run}: {n} rules\npromtool: {stdout}{stderr}"));
            }
        }
    }
    println!("{n_files} files, {n_said} refused, {n_rules} rules");
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
        let (_, said) = judge(&path, &dialect, legacy);
        let refused = said.iter().any(|it| it.level == Level::Error);
        assert_eq!(refused, name.contains(".bad."), "{name}: {said:?}");
        n_files += 1;
    }
    println!("{n_files} files");
    Ok(())
}
