//! Rule files, given to promtool.

use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::parts;

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("prometheus::promtool_accepts_every_rule_file", rule_files)]
}

fn rule_files() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let out = parts::build(parts::platform())?;
    let mut n_files = 0;
    for env in ["production", "staging"] {
        for file in parts::files(&out, &format!("{env}/rules"))? {
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
