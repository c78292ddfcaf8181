//! Changes of an author's own text that mend a finding.

use crate::diag::diagnostic::Fix;
use crate::diag::source::Span;
use crate::diag::text::{PieceKind, Text};
use crate::promql::syntax::ast::TextRange;

/// A replacement of a part of a text in its source; nothing where that part came through
/// a parameter or was written otherwise, or where the replacement might mean something to
/// the language around it.
pub fn edit(text: &Text, at: TextRange, replacement: &str) -> Option<(Span, String)> {
    let special =
        |it: char| matches!(it, '"' | '\'' | '\\' | '#' | '$' | '\n' | '\r' | '`');
    if replacement.contains(special) || replacement.contains(": ") {
        return None;
    }
    let (start, end) = (at.start, at.end);
    let pieces = text.pieces();
    let idx = pieces.partition_point(|it| it.at <= start).checked_sub(1)?;
    let upto = pieces.get(idx + 1).map_or(text.as_str().len(), |it| it.at as usize);
    let piece = &pieces[idx];
    let own = piece.kind == PieceKind::Verbatim && piece.via.is_none();
    if !own || upto < end as usize {
        return None;
    }
    let span = piece.source.part(start - piece.at, end - piece.at);
    Some((span, replacement.to_owned()))
}

/// A fix of edits that are all possible and that keep the meaning.
pub fn safe(
    title: impl Into<String>,
    edits: impl IntoIterator<Item = Option<(Span, String)>>,
) -> Option<Fix> {
    let edits: Vec<(Span, String)> = edits.into_iter().collect::<Option<_>>()?;
    Some(Fix { title: title.into(), edits, safe: true })
}
