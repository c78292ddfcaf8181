//! Rule files, given to promtool and to a Prometheus server.

use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::parts::{self, Directory};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("prometheus::promtool_accepts_every_rule_file", rule_files)]
}

fn rule_files() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let out = Directory::new();
    let built = Command::new(parts::aqua())
        .args(["build", "--out"])
        .arg(out.path())
        .current_dir(parts::platform())
        .output()?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into_owned().into());
    }
    let mut n_files = 0;
    for env in ["production", "staging"] {
        let folder = out.path().join(env).join("rules");
        for file in std::fs::read_dir(&folder)? {
            let file = file?.path();
            let said = Command::new(peers.join("promtool"))
                .args(["check", "rules"])
                .arg(&file)
                .output()?;
            if !said.status.success() {
                return Err(String::from_utf8_lossy(&said.stdout).into_owned().into());
            }
            n_files += 1;
        }
    }
    println!("{n_files} rule files accepted");
    Ok(())
}
