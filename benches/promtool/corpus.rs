//! Test files that others wrote: promtool file by file, this program all at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::run::{Cost, Program};
use crate::{Bench, Measured, report};

/// Measures the files below `src` of a folder.
pub fn run(bench: &Bench, dir: Option<&Path>) {
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let dir = dir.unwrap_or(&known);
    let src = dir.join("src");
    let mut files = Vec::new();
    find(&src, &mut files);
    if files.is_empty() {
        println!("corpus: skipped, no test files below {}", src.display());
        return;
    }
    files.sort();
    let names: Vec<String> = files
        .iter()
        .filter_map(|it| Some(it.strip_prefix(&src).ok()?.display().to_string()))
        .collect();
    let mut ours = Program::ours().run(&src, &["test"], &names, bench.runs);
    let promtool = bench.promtool.as_ref().map(|promtool| {
        let all: Vec<Cost> = names
            .iter()
            .map(|name| {
                let oracle = dir.join("oracle").join(name);
                let path = if oracle.is_file() { oracle } else { src.join(name) };
                let file = path.file_name().unwrap().to_str().unwrap().to_owned();
                promtool.run(path.parent().unwrap(), &["test", "rules"], &[file], 1)
            })
            .collect();
        let memory = all.iter().map(|it| it.memory).max().unwrap_or_default();
        Cost {
            wall: all.iter().map(|it| it.wall).sum::<Duration>(),
            memory,
            passed: true,
            runs: 1,
        }
    });
    // Many of these files fail; their verdicts are compared one by one in the tests.
    ours.passed = true;
    let name = format!("{} files of others", names.len());
    report(Measured { name, ours, promtool });
}

/// YAML files that name rule files.
fn find(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, out);
            continue;
        }
        let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        let names_rules =
            |text: String| text.lines().any(|it| it.starts_with("rule_files:"));
        if is_yaml && fs::read_to_string(&path).is_ok_and(names_rules) {
            out.push(path);
        }
    }
}
