//! The layout of one expression, and of the string in which it stands.

use crate::doc::node::Node;
use crate::format::mask::Masked;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::ast::Parsed;
use crate::promql::syntax::{parse, pretty_as_written, same};

/// A string in TOML: where it begins, and what is to stand there. Over several lines it
/// fits only where nothing else of a value stands around it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) start: usize,
    pub(super) text: String,
}

/// The string of an expression in its new layout; `None` where it stays as it is.
pub(super) fn string(node: &Node, source: &str) -> Option<Written> {
    let start = node.span.start as usize;
    let raw = source.get(start..node.span.end as usize)?;
    let text = node.as_str()?;
    let laid = lay_out(text)?;
    let quote = match raw {
        _ if raw.starts_with("'''") => "'''",
        _ if raw.starts_with("\"\"\"") => "\"\"\"",
        _ if raw.starts_with('\'') => "'",
        _ => "\"",
    };
    let was_block = quote.len() == 3;
    let quote = match was_block || laid.contains('\n') {
        // Escapes and all: what stands in quotes is what is meant.
        true if quote.starts_with('"') && was_block && !raw.contains('\\') => quote,
        true => "'''",
        false if quote == "\"" && !raw.contains('\\') => quote,
        false => "'",
    };
    let taken = match quote {
        "\"" | "\"\"\"" => laid.contains('\\') || quote == "\"" && laid.contains('"'),
        _ => false,
    };
    if taken || laid.contains(quote) || laid.ends_with('\'') && quote.len() == 3 {
        return None;
    }
    let text = match quote.len() {
        3 => format!("{quote}\n{laid}\n{quote}"),
        _ => format!("{quote}{laid}{quote}"),
    };
    Some(Written { start, text })
}

/// An expression in its layout; `None` where it stays as it is: with comments, which have
/// no place in the tree, and where parameters leave open what it is.
pub(super) fn lay_out(text: &str) -> Option<String> {
    let text = text.trim();
    // What a terminal or an editor would take for the end of a line.
    if text.contains(['\u{b}', '\u{c}', '\r']) && !text.contains("\r\n") {
        return None;
    }
    let text = &text.replace("\r\n", "\n");
    let (masked, parsed) = read(text)?;
    if !parsed.comments.is_empty() {
        return None;
    }
    let out = pretty_as_written(&parsed.expr, text);
    let (after, again) = read(&out)?;
    let kept = masked.names_sorted() == after.names_sorted()
        && same(&parsed.expr, &again.expr)
        && pretty_as_written(&again.expr, &out) == out;
    kept.then_some(out)
}

/// Whether two texts are the same expression, or the same text.
pub(super) fn equal(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (read(a.trim()), read(b.trim())) else { return false };
    a.0.names_sorted() == b.0.names_sorted() && same(&a.1.expr, &b.1.expr)
}

fn read(text: &str) -> Option<(Masked, Parsed)> {
    let masked = Masked::new(text)?;
    let parsed = parse(&masked.text, &Dialect::everything()).ok()?;
    Some((masked, parsed))
}
