//! What further targets write, and what versions know, given to the programs in question.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::promql::functions::kind::Kind;
use aqua_alerts::promql::functions::{self, Function};
use aqua_alerts::promql::syntax::types::ValueType;
use libtest_mimic::{Failed, Trial};

use crate::directory::Directory;
use crate::object;
use crate::parts;
use crate::server::Server;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("targets::promtool_knows_the_same_functions_and_syntax", same),
        Trial::test("targets::promtool_reads_the_rules_for_mimir_and_thanos", rule_files),
        Trial::test("targets::an_api_server_takes_dashboards_as_objects", dashboards),
        Trial::test("targets::kubectl_takes_the_kustomization", kustomize),
    ]
}

/// The project that has all targets.
const FURTHER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/build/further-targets");

/// Without their own fields, Mimir's and Thanos's rule files are Prometheus's.
fn rule_files() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let out = parts::build(Path::new(FURTHER))?;
    for folder in ["production/mimir", "production/thanos"] {
        let files = parts::files(out.path(), folder)?;
        let said = Command::new(peers.join("promtool"))
            .args(["check", "rules", "--lint=none", "--ignore-unknown-fields"])
            .args(&files)
            .output()?;
        parts::success(&said)?;
        println!("{folder}: {} files accepted", files.len());
    }
    Ok(())
}

/// A strict dry run of each object, by the rules of the operator's definition.
fn dashboards() -> Result<(), Failed> {
    let Some(server) = Server::start(&["crds/grafanadashboards.yaml"], &[])? else {
        return Ok(());
    };
    let out = parts::build(Path::new(FURTHER))?;
    let mut texts = Vec::new();
    for folder in ["production/grafana-dashboards", "staging/grafana-dashboards"] {
        for file in parts::files(out.path(), folder)? {
            texts.push(fs::read_to_string(file)?);
        }
    }
    let offer = |text: &str| server.offer(&object::read(text)[0]);
    for text in &texts {
        let answer = offer(text)?;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    // The server does look: a second folder is one too many, and this field is unknown.
    let good = &texts[1];
    for field in ["folder: Shop", "datasource: prometheus"] {
        let bad = good.replace("spec:\n", &format!("spec:\n  {field}\n"));
        assert_ne!(offer(&bad)?.status, 201, "`{field}` is accepted");
    }
    println!("{} objects accepted", texts.len());
    Ok(())
}

/// The objects are listed, and the dashboards not once more as ConfigMaps.
fn kustomize() -> Result<(), Failed> {
    let Some(kubectl) = parts::program("kubectl") else { return Ok(()) };
    let out = parts::build(Path::new(FURTHER))?;
    for env in ["production", "staging"] {
        let said =
            Command::new(&kubectl).arg("kustomize").arg(out.path().join(env)).output()?;
        let text = parts::success(&said)?;
        assert_eq!(text.matches("kind: GrafanaDashboard").count(), 1, "{env}");
        assert!(!text.contains("kind: ConfigMap"), "{env}");
    }
    Ok(())
}

/// Syntax that came with different releases.
const SYNTAX: &[&str] = &[
    "a atan2 b",
    "a </ b",
    "a >/ b",
    "group(a)",
    "limitk(1, a)",
    "limit_ratio(0.5, a)",
    "a[1h:5m]",
    "a[1h30m]",
    "a[5ms]",
    "a @ 5",
    "a @ end()",
    "a offset -5m",
    "a > 1_000",
    "a > 5m",
    "a[300]",
    "{\"a.b\"}",
    "sum by (\"a.b\") (a)",
    "a[5m + 1m]",
    "a[step()]",
    "a[range()]",
    "rate(a[5m] anchored)",
    "rate(a[5m] smoothed)",
    "a + fill(0) b",
    "a[max_of(1m, 2m)]",
];

/// A call of every function, of every release, and all of the syntax.
fn expressions() -> Vec<String> {
    let argument = |it: &ValueType| match it {
        ValueType::Vector => "x",
        ValueType::Matrix => "x[5m]",
        ValueType::Scalar => "0.5",
        ValueType::String => "\"a\"",
    };
    let call = |it: &&Function| {
        let arguments: Vec<&str> = match it.kind {
            Kind::Info => vec!["x"],
            _ => it.params.iter().map(argument).collect(),
        };
        format!("{}({})", it.name, arguments.join(", "))
    };
    let calls = functions::all().iter().map(call);
    calls.chain(SYNTAX.iter().map(|it| (*it).to_owned())).collect()
}

/// promtool 3.5 accepts exactly what the dialect of 3.5 does, with and without its flags.
fn same() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let all = expressions();
    let out = Directory::new();
    let file = out.path().join("rules.yaml");
    let mut text = "groups:\n- name: all\n  rules:\n".to_owned();
    for (idx, expr) in all.iter().enumerate() {
        let expr = serde_json::to_string(expr)?;
        text.push_str(&format!("  - record: \"r:{idx}:\"\n    expr: {expr}\n"));
    }
    fs::write(&file, text)?;
    for flags in [&[][..], &["promql-experimental-functions"]] {
        let mut dialect = Dialect::new(Version::new(3, 5));
        flags.iter().for_each(|it| assert!(dialect.features.enable(it)));
        let ours = |it: &&String| check::parse(it, &dialect).is_err();
        let ours: BTreeSet<&String> = all.iter().filter(ours).collect();
        let refused = refused(&peers.join("promtool"), &file, flags)?;
        let theirs: BTreeSet<&String> = refused.iter().map(|it| &all[*it]).collect();
        pretty_assertions::assert_eq!(theirs, ours);
        println!("{flags:?}: {} of {} refused by both", ours.len(), all.len());
    }
    Ok(())
}

/// The numbers of the rules that promtool refuses.
fn refused(promtool: &Path, file: &Path, flags: &[&str]) -> Result<Vec<usize>, Failed> {
    let said = Command::new(promtool)
        .args(flags.iter().map(|it| format!("--enable-feature={it}")))
        .args(["check", "rules", "--lint=none"])
        .arg(file)
        .output()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let number = |it: &str| it.split(':').next()?.parse().ok();
    let found: Vec<usize> = said.split("\"r:").skip(1).filter_map(number).collect();
    match found.is_empty() {
        true => Err(format!("promtool refused nothing: {said}").into()),
        false => Ok(found),
    }
}
