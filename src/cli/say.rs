//! What is said: results on standard output, messages on standard error.
//!
//! A reader that goes away (a closed pipe) is no fault and ends the output quietly.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::args::{Color, Format, Global};
use crate::cli::fs::reason;
use crate::diag::render::Config;

/// Whether text for this stream is coloured.
pub fn coloured(global: &Global, stream: &impl IsTerminal) -> bool {
    match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            global.format == Format::Human && stream.is_terminal() && wants_colour()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here only")]
fn wants_colour() -> bool {
    let set = |name| std::env::var(name).is_ok_and(|it: String| !it.is_empty());
    !set("NO_COLOR") && std::env::var("TERM").as_deref() != Ok("dumb")
}

/// Whether a result could not be written.
static IS_LOST: AtomicBool = AtomicBool::new(false);

/// Writes a result to standard output.
pub fn result(text: &str) {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written {
        lost(&error);
    }
}

/// Says that a result could not be written; a reader that went away wants none.
pub fn lost(error: &io::Error) {
    let is_first = || !IS_LOST.swap(true, Ordering::Relaxed);
    if error.kind() != io::ErrorKind::BrokenPipe && is_first() {
        message(&format!("error: cannot write the result: {}\n", reason(error)));
    }
}

/// Whether a result could not be written, which was said.
pub fn is_lost() -> bool {
    IS_LOST.load(Ordering::Relaxed)
}

/// Writes a message to standard error.
pub fn message(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// How messages are drawn on standard error.
pub fn config(global: &Global) -> Config {
    Config { colour: coloured(global, &io::stderr()), ..Config::PLAIN }
}

/// A text in a colour of the terminal (an SGR code), where colour is wanted.
pub fn painted(text: &str, code: &str, colour: bool) -> String {
    match colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    }
}
