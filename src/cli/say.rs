//! What is said: results on standard output, messages on standard error.
//!
//! A reader that goes away (a closed pipe) is no fault and ends the output quietly.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value as Json, json};

use crate::cli::args::{Color, Format, Global};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::{Position, SourceMap};

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

/// Writes a result to standard output.
pub fn result(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// Writes a message to standard error.
pub fn message(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Messages as a person reads them.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    _coloured: bool,
) -> String {
    let mut out = String::new();
    for it in diagnostics {
        let level = match it.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        out.push_str(&format!("{level}[{}]: {}\n", it.code, it.title));
        if let Some(span) = it.place() {
            let Position { line, column } = sources.position(span);
            let path = &sources.file(span.file).path;
            out.push_str(&format!("  --> {path}:{line}:{column}\n"));
        }
        for help in &it.help {
            out.push_str(&format!("  = help: {help}\n"));
        }
    }
    out
}

/// Messages as a program reads them.
pub fn json(diagnostics: &[Diagnostic], _sources: &SourceMap) -> Json {
    let one = |it: &Diagnostic| json!({ "code": it.code, "title": it.title });
    Json::Array(diagnostics.iter().map(one).collect())
}
