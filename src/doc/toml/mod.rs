//! Reads TOML (1.1) into the tree.
//!
//! `toml_parser` splits the text; merging headers and dotted keys is done here, because
//! its own tree forgets which of the two made a table and where a key stood first. All
//! faults of a file are reported at once, sorted, without what merely follows from them.

mod build;
mod fault;
mod scalar;

use std::sync::Arc;

use toml_parser::Source;
use toml_parser::parser::{Event, RecursionGuard, ValidateWhitespace};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::doc::MAX_BYTES;
use crate::doc::node::Node;

/// Arrays, inline tables and the parts of a key nest at most this deep.
const MAX_DEPTH: u32 = 64;

/// Reads a document; `None` where its syntax is broken, so that nothing is derived from
/// half of it. Keys that are there twice are errors, but leave the rest usable.
pub fn read(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Option<Node> {
    if text.len() > MAX_BYTES {
        let at = Span { file, start: 0, end: 0 };
        let title = format!("file is larger than {} MiB", MAX_BYTES >> 20);
        sink.push(Diagnostic::error("file-too-large", title).at(at, ""));
        return None;
    }
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut errors = Vec::new();
    {
        let mut receiver = ValidateWhitespace::new(&mut events, source);
        let mut receiver = RecursionGuard::new(&mut receiver, MAX_DEPTH);
        toml_parser::parser::parse_document(&tokens, &mut receiver, &mut errors);
    }
    let mut builder = build::Builder::new(file, text, source, &events, errors);
    let root = builder.document();
    let build::Builder { errors, clashes, .. } = builder;
    let sound = errors.is_empty();
    fault::report(file, text, &tokens, errors, clashes, sink);
    sound.then_some(root)
}

#[cfg(test)]
mod tests;
