//! The `aqua-alerts` binary: hands over to the library at once.

use std::process::ExitCode;

/// A project becomes hundreds of small texts and trees for each alert: with the system's
/// allocator, a third of a build went into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    aqua_alerts::cli::main()
}
