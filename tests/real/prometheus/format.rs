//! The layout of expressions, beside that of `promtool promql format`.

use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::syntax::{parse, pretty};
use libtest_mimic::Failed;
use rayon::prelude::*;

use crate::parts;

#[path = "../../shared/expressions.rs"]
mod expressions;

/// Of some thousands.
const N_EXPRESSIONS: usize = 150;

pub fn agrees() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let all = expressions::expressions();
    if all.is_empty() {
        return Ok(());
    }
    let wanted = env::var("AQUA_QUERIES").ok().and_then(|it| it.parse().ok());
    let step = all.len().div_ceil(wanted.unwrap_or(N_EXPRESSIONS)).max(1);
    let some: Vec<&String> = all.iter().step_by(step).collect();
    let n_refused = AtomicUsize::new(0);
    let differing: Vec<String> = some
        .par_iter()
        .filter_map(|text| {
            let ours =
                parse(text, &Dialect::everything()).ok().map(|it| pretty(&it.expr));
            let mut command = Command::new(peers.join("promtool"));
            command.args(["--experimental", "promql", "format", "--", text]);
            let said = command.output().unwrap();
            // What it refuses has no layout.
            let theirs = String::from_utf8_lossy(&said.stdout);
            let Some(theirs) =
                theirs.strip_suffix('\n').filter(|_| said.status.success())
            else {
                n_refused.fetch_add(1, Ordering::Relaxed);
                return None;
            };
            let agrees = ours.as_deref() == Some(theirs);
            (!agrees).then(|| format!("{text}\npromtool:\n{theirs}\nours:\n{ours:?}\n"))
        })
        .collect();
    let n_refused = n_refused.into_inner();
    println!("{} expressions, {n_refused} of them refused by promtool", some.len());
    assert!(n_refused * 10 <= some.len(), "too few are compared");
    match differing.is_empty() {
        true => Ok(()),
        false => Err(differing.join("\n").into()),
    }
}
