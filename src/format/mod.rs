//! The one layout of a project's files: TOML, and the PromQL in it.
//!
//! Order, comments, names and literals are the author's. It knows which values are PromQL
//! from the tables of keys, and nothing of what they mean.

mod entries;
mod expression;
mod mask;
mod same;
mod value;
mod which;

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::doc::toml;

pub use which::Kind;

/// A file in the one layout. `None` where it is no sound TOML, or where the result would
/// not mean the same (a fault of this room), which is said.
pub fn format(
    file: FileId,
    text: &Arc<str>,
    kind: Kind,
    sink: &mut Sink,
) -> Option<String> {
    let mut said = Sink::new();
    let before = toml::read(file, text, &mut said).filter(|_| !said.has_errors());
    sink.extend(said.into_sorted());
    let before = before?;
    let expressions = which::expressions(&before, kind);
    let texts: Vec<_> =
        expressions.iter().filter_map(|it| expression::string(it, text)).collect();
    let out = entries::lay_out(text, &texts);
    let after = toml::read(file, &out.as_str().into(), &mut Sink::new());
    let kept = same::comments(text) == same::comments(&out);
    match after.is_some_and(|it| kept && same::same(&before, &it, &expressions)) {
        true => Some(out),
        false => {
            let at = Span { file, start: 0, end: 0 };
            sink.push(
                Diagnostic::error(
                    "format-fault",
                    "the new layout would not mean the same",
                )
                .at(at, "stays as it is")
                .note("this is a fault of aqua-alerts: please report it with the file"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests;
