//! Rule files, given to promtool.

use std::fs;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::parts;

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("prometheus::promtool_accepts_every_rule_file", rule_files)]
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
            let said = Command::new(peers.join("promtool"))
                .args(["check", "rules"])
                .args(&files)
                .output()?;
            parts::success(&said)?;
            n_files += files.len();
        }
    }
    assert_ne!(n_files, 0, "no rule files were written");
    println!("{n_files} rule files accepted");
    Ok(())
}
