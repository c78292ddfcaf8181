//! What `build` writes, given to the programs that it is written for.
//!
//! `AQUA_PEERS` names the folder with promtool, `AQUA_ALERTMANAGER` that of an Alertmanager
//! and amtool, `AQUA_KUBE_API` that of a built API server, `AQUA_GRAFANA` that of Grafana's
//! packages; a test whose part is absent passes with a word. Servers listen on 127.0.0.1
//! and end with the test that started them.

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

mod alertmanager;
mod daemon;
mod deployment;
#[path = "../shared/directory.rs"]
mod directory;
mod frames;
mod grafana;
mod kubernetes;
mod object;
mod parts;
mod prometheus;
mod server;
mod shim;
mod targets;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    // Those that wait for a server's clock go beside all others.
    trials.extend(prometheus::trials());
    trials.extend(alertmanager::trials());
    trials.extend(deployment::trials());
    trials.extend(grafana::trials());
    trials.extend(kubernetes::trials());
    trials.extend(targets::trials());
    libtest_mimic::run(&args, trials).exit();
}
