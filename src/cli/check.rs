//! `check`: everything is read, resolved and type-checked; nothing is written.

use serde_json::json;

use crate::cli::args::{Check, Global};
use crate::cli::exit::Exit;
use crate::cli::session::Session;

/// Runs the command.
pub fn run(global: &Global, _args: &Check) -> Exit {
    let mut session = Session::new(global);
    session.read_project();
    session.finish(Exit::Clean, "", json!({}))
}
