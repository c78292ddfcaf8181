//! Whole builds: a fixture is a project with its output beside it, as plain files.
//!
//! For each: the output is as expected, a second build finds nothing to do, and the promtool
//! tests that are part of it pass here. `tests/real` gives the rule files to promtool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

use crate::cli::folder;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/build");

pub fn trials() -> Vec<Trial> {
    let mut dirs: Vec<PathBuf> =
        fs::read_dir(ROOT).unwrap().map(|it| it.unwrap().path()).collect();
    dirs.sort();
    let trial = |dir: PathBuf| {
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        Trial::test(format!("build::{name}"), move || case(&name, &dir))
    };
    dirs.into_iter().map(trial).collect()
}

/// Builds a project, with promtool tests where it has tests.
pub fn build(project: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"));
    command.arg("-C").arg(project).arg("build").arg("--out").arg(out);
    if project.join("testdata").is_dir() {
        command.args(["--target", "promtool-tests"]);
    }
    command.env_clear().output().unwrap()
}

fn case(name: &str, project: &Path) -> Result<(), Failed> {
    let out = folder(&format!("build-{name}"));
    let first = build(project, &out);
    if !first.status.success() {
        return Err(String::from_utf8_lossy(&first.stderr).into_owned().into());
    }
    let got = files(&out);
    let again = build(project, &out);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    if !said.ends_with(": up to date\n") {
        return Err(format!("a second build changed something: {said}").into());
    }
    check_tests(&out)?;
    fs::remove_dir_all(&out).unwrap();
    let expected = project.join("expected");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _ = fs::remove_dir_all(&expected);
        for (path, text) in &got {
            let path = expected.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        return Ok(());
    }
    let wanted = files(&expected);
    let paths = |it: &BTreeMap<String, String>| it.keys().cloned().collect::<Vec<_>>();
    pretty_assertions::assert_eq!(paths(&wanted), paths(&got));
    for (path, text) in &got {
        crate::golden::check(&expected.join(path), text)?;
    }
    Ok(())
}

/// All files below a folder with their texts, but not the list of what was written.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(next) = todo.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.file_name().unwrap() != ".aqua-alerts" {
                let name = path.strip_prefix(dir).unwrap().display().to_string();
                out.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    out
}

/// Runs the promtool tests of a build with this crate; gives their number.
pub fn check_tests(out: &Path) -> Result<usize, Failed> {
    let tests = files(out).into_keys().filter(|it| it.contains("/tests/"));
    let tests: Vec<String> = tests.collect();
    if tests.is_empty() {
        return Ok(0);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"));
    command.arg("-C").arg(out).arg("test").args(&tests).args(["--deny", "warnings"]);
    let output = command.env_clear().output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let passed = said.lines().last().and_then(|it| it.strip_suffix(" passed, 0 failed"));
    match passed.map(str::parse) {
        Some(Ok(n_passed)) if output.status.success() => Ok(n_passed),
        _ => Err((said + &String::from_utf8_lossy(&output.stderr)).into()),
    }
}
