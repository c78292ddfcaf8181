//! What others run in their pipelines: hooks, the action, the template.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aqua_alerts::cli::args::Args;
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::doc::node::{Kind, Node};
use aqua_alerts::doc::yaml;
use clap::Parser;
use libtest_mimic::{Failed, Trial};

use crate::cli::folder;

const FILES: &[&str] = &[".pre-commit-hooks.yaml", "action.yml", "ci/gitlab.yml"];

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("ci::every_command_is_one", commands),
        Trial::test("ci::inputs_do_not_reach_a_shell_as_code", inputs),
        Trial::test("ci::the_action_passes_on_the_platform", action),
    ]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents(file: &str) -> Vec<Node> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let mut sink = Sink::new();
    let documents = yaml::read(FileId(0), &text, &mut sink);
    assert!(!sink.has_errors() && !documents.is_empty(), "{file} is no YAML");
    documents
}

/// The texts under these keys, those of lists too.
fn texts(node: &Node, keys: &[&str], out: &mut Vec<String>) {
    match &node.kind {
        Kind::Table(table) => {
            for entry in table {
                if keys.contains(&entry.key.as_str()) {
                    let items = entry
                        .value
                        .as_array()
                        .unwrap_or(std::slice::from_ref(&entry.value));
                    out.extend(items.iter().filter_map(Node::as_str).map(str::to_owned));
                }
                texts(&entry.value, keys, out);
            }
        }
        Kind::Array(items) => items.iter().for_each(|it| texts(it, keys, out)),
        _ => {}
    }
}

fn scripts(file: &str) -> Vec<String> {
    let mut out = Vec::new();
    let keys = ["run", "script", "before_script", "entry"];
    documents(file).iter().for_each(|it| texts(it, &keys, &mut out));
    assert!(!out.is_empty(), "{file} runs nothing");
    out
}

/// Every command and option in them is there.
fn commands() -> Result<(), Failed> {
    let mut n_commands = 0;
    for file in FILES {
        for script in scripts(file) {
            let lines = script.lines().map(str::trim);
            for line in lines.filter(|it| it.starts_with("aqua-alerts ")) {
                let end = line.find(" ${deny").or(line.find(" >")).unwrap_or(line.len());
                let words = line[..end].split(' ').map(|it| it.trim_matches('"'));
                Args::try_parse_from(words)
                    .map_err(|it| format!("{file}: {line}: {it}"))?;
                n_commands += 1;
            }
        }
    }
    assert!(9 < n_commands, "{n_commands} commands");
    Ok(())
}

/// They are variables of the environment; written into a script they would be run.
fn inputs() -> Result<(), Failed> {
    for file in FILES {
        for script in scripts(file) {
            for it in ["${{", "$[["] {
                assert!(!script.contains(it), "{file}: {script}");
            }
        }
    }
    let documents = documents("action.yml");
    let inputs = documents[0].get("inputs").and_then(Node::as_table).unwrap();
    for input in inputs {
        let described = input.value.get("description").is_some();
        assert!(described && input.value.get("default").is_some(), "{}", input.key);
    }
    Ok(())
}

/// Runs its steps as a runner does, with everything turned on.
fn action() -> Result<(), Failed> {
    if Command::new("bash").arg("--version").output().is_err() {
        println!("skipped: no bash");
        return Ok(());
    }
    let temp = folder("action");
    let documents = documents("action.yml");
    let steps = documents[0].at(&["runs", "steps"]).and_then(Node::as_array).unwrap();
    let mut bin = PathBuf::new();
    for step in steps {
        let Some(run) = step.get("run").and_then(Node::as_str) else { continue };
        assert_eq!(step.get("shell").and_then(Node::as_str), Some("bash"));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", run]);
        command.current_dir(&temp).env("GITHUB_PATH", temp.join("path"));
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", bin.display()));
        for entry in step.get("env").and_then(Node::as_table).unwrap() {
            command.env(entry.key.as_str(), value(entry.value.as_str().unwrap(), &temp));
        }
        let ran = command.output()?;
        // What is built is not kept beside the project: whoever keeps it asks.
        let stale = String::from_utf8_lossy(&ran.stdout).contains("title=stale-build");
        let may_fail = run.contains("build -C") && stale;
        if !ran.status.success() && !may_fail {
            let said = [&ran.stdout[..], &ran.stderr].concat();
            return Err(format!("{run}\n{}", String::from_utf8_lossy(&said)).into());
        }
        if let Ok(path) = fs::read_to_string(temp.join("path")) {
            bin = path.trim_end().into();
        }
    }
    let log = fs::read_to_string(temp.join("aqua-alerts.sarif"))?;
    let log: serde_json::Value = serde_json::from_str(&log)?;
    assert_eq!(log["version"], "2.1.0");
    fs::remove_dir_all(temp)?;
    Ok(())
}

/// What the runner puts in the place of an expression.
fn value(text: &str, temp: &Path) -> String {
    let project = root().display().to_string();
    [
        ("${{ inputs.project }}", project.as_str()),
        ("${{ inputs.binary }}", env!("CARGO_BIN_EXE_aqua-alerts")),
        ("${{ inputs.deny-warnings }}", "true"),
        ("${{ github.action_path }}", ""),
        ("${{ runner.temp }}", &temp.display().to_string()),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
