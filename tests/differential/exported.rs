//! Native tests as promtool's: promtool passes all of them.
//!
//! The fixture with every kind of assertion; and of the bundled platform, on which promtool
//! takes minutes, the smallest file, or all where `AQUA_QUERIES` asks for a longer run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use libtest_mimic::{Failed, Trial};

use crate::directory::Directory;
use crate::peers;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Test files that promtool runs at a time.
const N_THREADS: usize = 2;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("exported::fixture", || {
            let fixture = Path::new(ROOT).join("tests/fixtures/build/promtool-tests");
            // The other environment's begin at another time, which needs promtool 3.14.
            passes(&fixture, &["production"], true)
        }),
        Trial::test("exported::platform", || {
            let all = 2000 < peers::number("AQUA_QUERIES", 2000);
            passes(Path::new(ROOT), &["production", "staging"], all)
        }),
    ]
}

fn passes(project: &Path, envs: &[&str], all: bool) -> Result<(), Failed> {
    let Some(promtool) = peers::find("promtool") else {
        println!("skipped: no promtool");
        return Ok(());
    };
    let out = Directory::new();
    let built = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .arg("-C")
        .arg(project)
        .args(["build", "--target", "promtool-tests", "--out"])
        .arg(out.path())
        .output()?;
    if !built.status.success() {
        return Err(text(&built).into());
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for env in envs {
        for entry in fs::read_dir(out.path().join(env).join("tests"))? {
            files.push(entry?.path());
        }
    }
    files.sort_by_key(|it| (fs::metadata(it).map_or(0, |it| it.len()), it.clone()));
    files.truncate(if all { files.len() } else { 1 });
    let n_files = files.len();
    assert_ne!(n_files, 0, "no promtool tests were written");
    let (files, faults) = (Mutex::new(files), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..N_THREADS {
            scope.spawn(|| {
                while let Some(file) = { files.lock().unwrap().pop() } {
                    let mut command = Command::new(&promtool);
                    let output = command.args(["test", "rules"]).arg(&file).output();
                    let output = output.unwrap();
                    if !output.status.success() {
                        let fault = format!("{}\n{}", file.display(), text(&output));
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    println!("{n_files} files of promtool's tests");
    let faults = faults.into_inner().unwrap();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

fn text(output: &Output) -> String {
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
