//! The command line: arguments, files, exit codes, and nothing else.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::cli::args::{Args, Command};
use crate::cli::exit::Exit;

pub mod args;
pub mod build;
pub mod check;
pub mod clock;
pub mod codes;
pub mod exit;
pub mod explain;
pub mod fix;
pub mod fmt;
pub mod fs;
pub mod import;
pub mod inhibit;
pub mod init;
pub mod lints;
pub mod load;
mod memory;
pub mod mistaken;
pub mod mistyped;
pub mod names;
pub mod output;
pub mod runbooks;
pub mod say;
pub mod schema;
pub mod session;
pub mod test;
pub mod unified;

/// Runs the program.
pub fn main() -> ExitCode {
    memory::use_small_pages();
    let args = match Args::try_parse() {
        Ok(it) => it,
        Err(error) => {
            let typed = std::env::args_os().skip(1);
            let typed: Vec<String> =
                typed.map(|it| it.to_string_lossy().into_owned()).collect();
            let error = mistyped::advised(error, Args::command(), &typed);
            // Help and version are errors to clap, with exit code 0.
            if let Err(error) = error.print() {
                say::lost(&error);
            }
            return match say::is_lost() {
                true => Exit::Invalid.into(),
                false => ExitCode::from(error.exit_code() as u8),
            };
        }
    };
    // Expressions are walked by recursion, as deep as the parser allows: more than the
    // default stack of a thread holds where the compiler did not optimise.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let run = std::thread::Builder::new().stack_size(STACK).spawn(move || run(&args));
    match (pool, run.map(std::thread::JoinHandle::join)) {
        (Ok(()), Ok(Ok(exit))) if !say::is_lost() => exit.into(),
        // A panic has said its word; that no thread can be had is rare and says enough.
        (_, _) => Exit::Invalid.into(),
    }
}

/// Bytes of a thread's stack.
const STACK: usize = 64 << 20;

fn run(args: &Args) -> Exit {
    match &args.command {
        Command::Init(it) => init::run(&args.global, it),
        Command::Build(it) => build::run(&args.global, it),
        Command::Check(it) => check::run(&args.global, it),
        Command::Test(it) => test::run(&args.global, it),
        Command::Runbooks(it) => runbooks::run(&args.global, it),
        Command::Import(it) => import::run(&args.global, it),
        Command::Explain(it) => explain::run(&args.global, it),
        Command::Fmt(it) => fmt::run(&args.global, it),
        Command::Schema(it) => schema::run(&args.global, it),
    }
}
