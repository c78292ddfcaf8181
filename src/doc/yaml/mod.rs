//! Reads YAML into the tree.
//!
//! granit-parser gives events with places; anchors, aliases, merge keys and limits are
//! handled here. A syntax error ends its document, but the next one is still read.

mod build;
mod comment;
mod fault;
mod resolve;
mod scalar;
mod typed;

pub use comment::{Comment, comments};
pub use resolve::{go_bool, go_float, go_int};

use granit_parser::{Event, Options, Parser};

use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::doc::MAX_BYTES;
use crate::doc::node::Node;

/// Collections nest at most this deep.
const MAX_DEPTH: usize = 100;

/// At most this many syntax errors of a file are shown, one a document.
const MAX_SHOWN: usize = 20;

/// Reads all documents of a file; those whose syntax is broken are left out. Keys that
/// are there twice are errors, but leave the rest of their document usable.
pub fn read(file: FileId, text: &str, sink: &mut Sink) -> Vec<Node> {
    if text.len() > MAX_BYTES {
        let at = Span { file, start: 0, end: 0 };
        let title = format!("file is larger than {} MiB", MAX_BYTES >> 20);
        sink.push(Diagnostic::error("file-too-large", title).at(at, ""));
        return Vec::new();
    }
    let mut options = Options::default();
    options.emit_comments = false;
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = build::Builder::new(file, text, sink);
    let mut documents = Vec::new();
    let mut n_shown = 0;
    loop {
        match parser.next() {
            None => break,
            Some(Ok((event @ Event::DocumentStart(..), span))) => {
                builder.start_document();
                builder.event(event, &span);
            }
            Some(Ok((Event::DocumentEnd, _))) => documents.extend(builder.end_document()),
            Some(Ok((event, span))) => builder.event(event, &span),
            Some(Err(error)) => {
                n_shown += 1;
                if n_shown <= MAX_SHOWN {
                    let bracket = builder.bracket();
                    builder.sink.push(fault::syntax(file, text, &error, bracket));
                }
                builder.start_document();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    documents
}

/// As [`read`], for readers that look at the first document only, if it is as `alone`
/// says: what is wrong behind it is a warning.
pub fn read_first(
    file: FileId,
    text: &str,
    alone: impl Fn(&Node) -> bool,
    sink: &mut Sink,
) -> Vec<Node> {
    let mut own = Sink::new();
    let documents = read(file, text, &mut own);
    let first = documents.first().filter(|it| alone(it));
    let end = first.map_or(text.len(), |it| it.span.end as usize);
    for mut it in own.into_sorted() {
        let start = it.place().map_or(0, |it| it.start as usize);
        let between = text.get(end..start).unwrap_or_default();
        let ended = |it: &str| it.starts_with("---") || it.starts_with("...");
        if between.lines().any(ended) {
            it.level = Level::Warning;
            it = it.note("Prometheus reads the first document only");
        }
        sink.push(it);
    }
    documents
}

#[cfg(test)]
mod tests;
