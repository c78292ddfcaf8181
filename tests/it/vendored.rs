//! Rule files that others wrote, as parts of projects: unchanged where nothing is changed,
//! and a real mixin with changes by environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap};
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::resolve;
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rulefile::write;
use aqua_alerts::rules::group::Group;
use aqua_alerts::spec;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::cli::folder;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");

const MANIFEST: &str = "[project]\nname = \"corpus\"\nedition = 1\n";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("vendored::real_rule_files_stay_as_they_are", corpus),
        Trial::test("vendored::a_real_mixin_with_changes", mixin),
        Trial::test("vendored::a_real_mixin_as_a_project_for_its_tests", project),
    ]
}

/// Groups as text: everything that is written of them.
fn printed(groups: &[Group]) -> Vec<String> {
    let one = |it: &Group| {
        let written = serde_json::to_string_pretty(&write::group(it)).unwrap();
        format!("{} {written}", it.file)
    };
    groups.iter().filter(|it| !it.rules.is_empty()).map(one).collect()
}

fn vendored(text: &str) -> Result<Vec<Group>, Failed> {
    let version = "[prometheus]\nversion = \"3.5\"\n";
    let files = [
        ("aqua-alerts.toml", format!("{MANIFEST}{version}")),
        ("alerts/a.toml", "[use.\"vendor/rules.yaml\"]\n".to_owned()),
        ("vendor/rules.yaml", text.to_owned()),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text));
    let mut sink = Sink::new();
    let project = spec::read::read(&files, &mut SourceMap::new(), &mut sink).unwrap();
    let book = resolve::resolve(&project, "default", &mut sink).unwrap();
    match sink.has_errors() {
        true => Err(format!("{:?}", sink.into_sorted()).into()),
        false => Ok(book.groups),
    }
}

/// What promtool accepts is accepted as a part of a project, and comes out as it is.
fn corpus() -> Result<(), Failed> {
    let Ok(verdicts) = fs::read_to_string(format!("{CORPUS}/VERDICTS.jsonl")) else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let dialect = Dialect::new(Version::new(3, 5));
    let config = Config {
        dialect: &dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &|_, _| {},
    };
    let (mut n_files, mut n_rules) = (0, 0);
    for line in verdicts.lines() {
        let verdict: Json = serde_json::from_str(line)?;
        if verdict["cmd"] != "check" || verdict["rc"] != 0 {
            continue;
        }
        let path = verdict["path"].as_str().unwrap();
        let text = fs::read_to_string(format!("{CORPUS}/src/{path}"))?;
        let file = FileId(0);
        let want = read(file, "vendor/rules.yaml", &text, &config, &mut Sink::new());
        let got = vendored(&text).map_err(|it| format!("{path}: {it:?}"))?;
        pretty_assertions::assert_eq!(printed(&want), printed(&got), "{path}");
        n_files += 1;
        n_rules += got.iter().map(|it| it.rules.len()).sum::<usize>();
    }
    println!("{n_files} files, {n_rules} rules");
    match n_rules {
        0 => Err("no rule was looked at".into()),
        _ => Ok(()),
    }
}

/// Ten lines of changes by environment.
const CHANGES: &str = r#"
let = { slow = 2 }

[use."vendor/k8s/prometheus_rules.yaml"]

[use."vendor/k8s/prometheus_alerts.yaml"]
KubePodCrashLooping      = { for = "30m", labels = { team = "platform" } }
KubeAPIDown.runbook      = "https://runbooks.example.com/api"
KubeAPIErrorBudgetBurn.warning = false
[use."vendor/k8s/prometheus_alerts.yaml".env.production]
owner                    = "platform"
KubePodNotReady.severity = "critical"
KubeletTooManyPods.for   = false
[use."vendor/k8s/prometheus_alerts.yaml".env.staging]
KubeCPUOvercommit        = false
KubeQuotaAlmostFull      = true
KubeHpaMaxedOut.expr     = 'kube_horizontalpodautoscaler_status_desired_replicas > ${slow}'
"#;

fn run(project: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .arg("-C")
        .arg(project)
        .args(args)
        .env_clear()
        .output()
        .unwrap()
}

/// The output of a run that must end well.
fn ends_well(project: &Path, args: &[&str]) -> Result<String, Failed> {
    let output = run(project, args);
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(format!("{args:?}: {}", text(&output.stderr)).into()),
    }
}

/// A project around a copy of the kubernetes-mixin; `None` without a corpus.
fn around_mixin(name: &str, manifest: &str, alerts: &str) -> Option<PathBuf> {
    let source = PathBuf::from(format!("{CORPUS}/src/kubernetes-mixin"));
    if !source.exists() {
        println!("skipped: no corpus");
        return None;
    }
    let dir = folder(name);
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = fs::read(&path).unwrap();
                fs::write(to.join(path.file_name().unwrap()), text).unwrap();
            }
        }
    };
    copy(&source, &dir.join("vendor/k8s"));
    copy(&source.join("tests"), &dir.join("vendor/k8s/tests"));
    fs::create_dir_all(dir.join("alerts")).unwrap();
    fs::write(dir.join("aqua-alerts.toml"), manifest).unwrap();
    fs::write(dir.join("alerts/k8s.toml"), alerts).unwrap();
    Some(dir)
}

/// A mixin with changes builds; its own tests pass, since they test its own files.
fn mixin() -> Result<(), Failed> {
    let manifest = format!(
        "{MANIFEST}[owner.platform]\nlabels = {{ team = \"platform\" }}\n\
         [env.production]\n[env.staging]\nseverities = [\"critical\"]\n"
    );
    let Some(dir) = around_mixin("mixin", &manifest, CHANGES) else { return Ok(()) };
    let said = ends_well(&dir, &["build"])?;
    println!("{said}");
    let rules = |env: &str| {
        let path = format!("build/{env}/rules/vendor-k8s-prometheus-alerts.yaml");
        fs::read_to_string(dir.join(path)).unwrap()
    };
    let (production, staging) = (rules("production"), rules("staging"));
    let alerts = |text: &str| text.matches("- alert: ").count();
    // 65 in the file; two without the warnings of the budget.
    assert_eq!(alerts(&production), 63);
    assert!(!staging.contains("KubeCPUOvercommit"));
    assert!(staging.contains("KubeQuotaAlmostFull"), "brought back");
    assert_eq!(production.matches("team: platform").count(), 63);
    let tested = ends_well(&dir, &["test", "vendor/k8s/tests"])?;
    println!("{tested}");
    assert!(tested.ends_with(" passed, 0 failed\n"), "{tested}");
    fs::remove_dir_all(&dir).unwrap();
    Ok(())
}

/// Without changes, a project is to a mixin's tests what its own files are.
fn project() -> Result<(), Failed> {
    let alerts = "[use.\"vendor/k8s/prometheus_rules.yaml\"]\n\
                  [use.\"vendor/k8s/prometheus_alerts.yaml\"]\n";
    let Some(dir) = around_mixin("mixin-project", MANIFEST, alerts) else {
        return Ok(());
    };
    let tests = dir.join("vendor/k8s/tests");
    for entry in fs::read_dir(&tests).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("../prometheus_alerts.yaml", "../../../aqua-alerts.toml");
        let text = text.replace("../prometheus_rules.yaml", "../../..");
        fs::write(&path, text).unwrap();
    }
    let tested = ends_well(&dir, &["test", "--verbose", "vendor/k8s/tests"])?;
    assert!(tested.contains("  [default]\n"), "{tested}");
    assert!(tested.ends_with("\n113 passed, 0 failed\n"), "{tested}");
    fs::remove_dir_all(&dir).unwrap();
    Ok(())
}
