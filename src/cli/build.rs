//! `build`: compiles the project and brings the output folder up to date.

use serde_json::json;

use crate::cli::args::{Build, Global};
use crate::cli::exit::Exit;
use crate::cli::session::Session;

/// Runs the command.
pub fn run(global: &Global, _args: &Build) -> Exit {
    let mut session = Session::new(global);
    session.read_project();
    session.finish(Exit::Clean, "", json!({}))
}
