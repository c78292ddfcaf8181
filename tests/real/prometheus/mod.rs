//! Rule files, given to promtool and to a Prometheus server.

mod exporter;
mod faster;
mod feed;
mod format;
mod live;
mod observe;
mod platform;
mod script;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::daemon::{Daemon, until};
use crate::directory::Directory;
use crate::parts;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("prometheus::alerts_of_the_platform_fire_as_ours", platform::agrees),
        Trial::test("prometheus::promtool_accepts_every_rule_file", rule_files),
        Trial::test("prometheus::every_rule_of_the_platform_is_healthy", healthy),
        Trial::test("prometheus::expressions_are_laid_out_as_ours", format::agrees),
        Trial::test("prometheus::alerts_turn_pending_and_firing_as_ours", live::scripted),
    ]
}

/// Lets promtool judge; its objection is the error.
fn promtool(peers: &Path, args: &[&str], files: &[PathBuf]) -> Result<(), Failed> {
    let said = Command::new(peers.join("promtool")).args(args).args(files).output()?;
    let words = [&said.stdout[..], &said.stderr].concat();
    match said.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&words).into_owned().into()),
    }
}

fn rule_files() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let mut projects = vec![parts::platform().to_owned()];
    for project in fs::read_dir(parts::platform().join("tests/fixtures/build"))? {
        projects.push(project?.path());
    }
    let mut n_files = 0;
    for project in projects {
        let out = parts::build(&project)?;
        for env in fs::read_dir(out.path())? {
            let env = env?.path();
            if !env.join("rules").is_dir() {
                continue;
            }
            let files = parts::files(&env, "rules")?;
            promtool(&peers, &["check", "rules"], &files)?;
            n_files += files.len();
        }
    }
    assert_ne!(n_files, 0, "no rule files were written");
    println!("{n_files} rule files accepted");
    Ok(())
}

/// A server with a configuration that promtool accepts.
fn start(peers: &Path, folder: &Path, configuration: &str) -> Result<Daemon, Failed> {
    let file = folder.join("prometheus.yml");
    fs::write(&file, configuration)?;
    promtool(peers, &["check", "config"], &[file])?;
    let args = [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--web.listen-address=127.0.0.1:{port}",
        "--web.external-url=http://prometheus.example.com/",
    ];
    let args = args.map(str::to_owned);
    Daemon::start(&peers.join("prometheus"), &args, folder, "/-/ready")
}

/// All groups that a server has, as its API shows them.
fn groups(server: &Daemon) -> Result<Vec<Json>, Failed> {
    let answer = server.get("/api/v1/rules")?;
    Ok(answer["data"]["groups"].as_array().ok_or("no groups")?.clone())
}

fn rules(group: &Json) -> impl Iterator<Item = &Json> {
    group["rules"].as_array().into_iter().flatten()
}

/// A server evaluates every rule of both environments without a fault. Their intervals are
/// shortened, so that each has its first evaluation soon.
fn healthy() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let out = parts::build(parts::platform())?;
    let folder = Directory::new();
    let mut files = Vec::new();
    let mut expected = BTreeSet::new();
    for env in ["production", "staging"] {
        for file in parts::files(out.path(), &format!("{env}/rules"))? {
            let text = fs::read_to_string(&file)?;
            let names = text.lines().filter_map(|it| it.trim().strip_prefix("- "));
            let is_rule =
                |it: &&str| it.starts_with("alert: ") || it.starts_with("record: ");
            let count = names.filter(is_rule).count();
            let short = text.lines().map(|it| match it.trim_start() {
                own if own.starts_with("interval: ") => "  interval: 1s",
                _ => it,
            });
            let name = file.file_name().unwrap().to_string_lossy();
            let path = folder.path().join(format!("{env}-{name}"));
            fs::write(&path, short.collect::<Vec<_>>().join("\n"))?;
            expected.insert((path.display().to_string(), count));
            files.push(format!("- {}", path.display()));
        }
    }
    let configuration = format!(
        "global:\n  evaluation_interval: 1s\nrule_files:\n{}\n",
        files.join("\n")
    );
    let server = start(&peers, folder.path(), &configuration)?;
    let mut n_rules = 0;
    until(|| {
        n_rules = 0;
        let mut found: BTreeSet<(String, usize)> = BTreeSet::new();
        for group in groups(&server)? {
            let file = group["file"].as_str().unwrap_or_default().to_owned();
            let before = found.iter().find(|it| it.0 == file).cloned();
            let count = rules(&group).count();
            n_rules += count;
            if let Some(it) = &before {
                found.remove(it);
            }
            found.insert((file, count + before.map_or(0, |it| it.1)));
            for rule in rules(&group) {
                let error = rule["lastError"].as_str().unwrap_or_default();
                assert!(error.is_empty(), "{}: {error}", rule["name"]);
                if rule["health"] != "ok" {
                    return Err(format!("{}: {}", rule["name"], rule["health"]).into());
                }
            }
        }
        assert_eq!(found, expected, "rules are missing");
        Ok(())
    })?;
    println!("{n_rules} rules healthy");
    Ok(())
}
