//! The `aqua-alerts` binary: hands over to the library at once.

use std::process::ExitCode;

fn main() -> ExitCode {
    aqua_alerts::cli::main()
}
