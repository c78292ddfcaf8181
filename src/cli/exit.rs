//! Exit codes: 0 clean, 1 findings or failed tests, 2 an invalid project or a usage error.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing to complain about.
    Clean,
    /// There are findings, a test failed, or an output is out of date.
    Findings,
    /// The project is invalid, or the command could not be carried out.
    Invalid,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Clean => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            Exit::Invalid => ExitCode::from(2),
        }
    }
}
