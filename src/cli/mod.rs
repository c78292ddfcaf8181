//! The command line: arguments, files, exit codes, and nothing else.

use std::process::ExitCode;

use clap::Parser;

use crate::cli::args::{Args, Command};

pub mod args;
pub mod build;
pub mod check;
pub mod exit;
pub mod fs;
pub mod load;
pub mod output;
pub mod say;
pub mod schema;
pub mod session;
pub mod test;
pub mod unified;

/// Runs the program.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(it) => it,
        Err(error) => {
            // Help and version are errors to clap, with exit code 0.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    let exit = match &args.command {
        Command::Build(it) => build::run(&args.global, it),
        Command::Check(it) => check::run(&args.global, it),
        Command::Test(it) => test::run(&args.global, it),
        Command::Schema(it) => schema::run(&args.global, it),
    };
    exit.into()
}
