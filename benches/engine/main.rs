//! The engine against a Prometheus server that holds the same data.
//!
//! `cargo bench --bench engine -- [OPTIONS]` prints one table: time of this engine on one
//! thread, time inside the server's engine, their ratio, and whether the results are
//! equal. `--help` lists the options. Nothing outside 127.0.0.1 is talked to.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark reads the clock, prints, and fails by panicking"
)]

mod compare;
mod data;
mod growth;
mod http;
mod machine;
mod options;
mod ours;
mod push;
mod queries;
#[allow(dead_code, reason = "it is shared with tests")]
#[path = "../../tests/shared/random.rs"]
mod random;
mod server;
mod table;

use std::process::ExitCode;

use data::Shape;
use options::Options;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(it) => it,
        Err(text) => {
            eprintln!("{text}");
            let is_asked = std::env::args().any(|it| it == "--help" || it == "-h");
            return ExitCode::from(if is_asked { 0 } else { 2 });
        }
    };
    let queries: Vec<_> = queries::QUERIES
        .iter()
        .filter(|it| options.only.is_empty() || options.only.iter().any(|o| o == it.0))
        .collect();
    if queries.is_empty() {
        eprintln!("no such query; there are:");
        queries::QUERIES.iter().for_each(|(name, _)| eprintln!("  {name}"));
        return ExitCode::from(2);
    }
    if options.growth {
        growth::run(&options);
        return ExitCode::SUCCESS;
    }
    match table::run(&options, &queries) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
