//! Differential tests: random data, queries and rules, answered by Prometheus's own
//! programs and by this crate.
//!
//! `AQUA_PEERS` names the directory with promtool and prometheus; without them the
//! tests pass with a word. `AQUA_SEED` and `AQUA_QUERIES` choose another or a longer
//! run. A difference is shrunk and printed as a promtool test file.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "tests run programs and print what they find"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

mod answer;
mod call;
mod chains;
mod compare;
#[path = "../shared/directory.rs"]
mod directory;
mod exceptions;
mod exported;
mod instant;
mod operator;
mod peers;
mod promtool;
mod query;
#[allow(dead_code, reason = "it is shared with other tests")]
#[path = "../shared/random.rs"]
mod random;
mod range;
mod rules;
mod samples;
mod selector;
mod series;
mod server;
mod shortcuts;
mod shrink;
mod simpler;
mod tally;
mod wire;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(chains::trials());
    trials.extend(exported::trials());
    trials.extend(instant::trials());
    trials.extend(range::trials());
    trials.extend(rules::trials());
    trials.extend(shortcuts::trials());
    libtest_mimic::run(&args, trials).exit();
}
