//! Decoded text that knows where each of its pieces was written.
//!
//! Text reaches PromQL and templates through TOML escapes, YAML styles and `${name}`
//! parameters. A [`Text`] carries the map back, so that every later stage can underline
//! the author's own characters without knowing any of these.

mod filled;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::source::Span;
use crate::diag::text::filled::Filled;

pub use filled::{Filler, Used};

/// How a piece of text relates to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Byte for byte as written.
    Verbatim,
    /// Written differently (an escape, a folded line, a number printed again): the
    /// whole source span stands for the whole piece.
    Escape,
}

/// A use of a parameter through which a piece came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Where `${name}` stands.
    pub span: Span,
    /// The parameter's name.
    pub name: Arc<str>,
    /// The use around this one, when the value itself was used in another value.
    pub outer: Option<Arc<Via>>,
}

/// A run of decoded bytes from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Offset in the decoded text at which the piece begins.
    pub at: u32,
    /// Where it was written.
    pub source: Span,
    /// How it was written.
    pub kind: PieceKind,
    /// The parameter use that brought it here, if one did.
    pub via: Option<Arc<Via>>,
}

/// Where a part of a text was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place.
    pub span: Span,
    /// Uses of parameters through which it came, innermost first: place and name.
    pub via: Vec<(Span, Arc<str>)>,
}

/// Decoded text with the map of its pieces. Cheap to clone and to move: a project has
/// hundreds of thousands, and structures with a dozen of them each.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

struct Inner {
    whole: Span,
    form: Form,
}

/// Most texts stand in a file as they are, and need no copy.
enum Form {
    /// The bytes `start..end` of the file of `whole`, whose text this is.
    Slice { source: Arc<str>, start: u32, end: u32 },
    /// A word of ours that stands for the whole.
    Fixed(&'static str),
    /// What the whole was decoded to, or a copy of it.
    Single(Arc<str>, PieceKind),
    /// Another text with its parameters filled in.
    Filled(Arc<str>, Box<Filled>),
    /// Anything else.
    #[expect(clippy::box_collection, reason = "few have it, and all forms are as large")]
    Pieces(Arc<str>, Box<Vec<Piece>>),
}

impl Text {
    /// Text that stands in the source byte for byte at `span`.
    pub fn verbatim(text: &str, span: Span) -> Text {
        Text::of(span, Form::Single(text.into(), PieceKind::Verbatim))
    }

    /// Text that was made from the source at `span` as a whole.
    pub fn opaque(text: &str, span: Span) -> Text {
        Text::of(span, Form::Single(text.into(), PieceKind::Escape))
    }

    /// A word that the source at `span` stands for.
    pub fn fixed(text: &'static str, span: Span) -> Text {
        Text::of(span, Form::Fixed(text))
    }

    /// The part `range` of a file's text, as what the scalar at `whole` says.
    ///
    /// # Panics
    /// Panics, when it is looked at, if the range is none of the text.
    pub fn slice(source: &Arc<str>, range: Range<usize>, whole: Span) -> Text {
        let (start, end) = (range.start as u32, range.end as u32);
        Text::of(whole, Form::Slice { source: source.clone(), start, end })
    }

    fn of(whole: Span, form: Form) -> Text {
        Text(Arc::new(Inner { whole, form }))
    }

    /// The decoded text.
    pub fn as_str(&self) -> &str {
        match &self.0.form {
            Form::Slice { source, start, end } => &source[*start as usize..*end as usize],
            Form::Fixed(text) => text,
            Form::Single(text, _) | Form::Filled(text, _) | Form::Pieces(text, _) => text,
        }
    }

    /// The decoded text, shared.
    pub fn shared(&self) -> Arc<str> {
        match &self.0.form {
            Form::Single(text, _) | Form::Filled(text, _) | Form::Pieces(text, _) => {
                text.clone()
            }
            Form::Slice { .. } | Form::Fixed(_) => self.as_str().into(),
        }
    }

    /// The whole scalar in the source, quotes included.
    pub fn span(&self) -> Span {
        self.0.whole
    }

    /// The pieces in order; never none.
    pub fn pieces(&self) -> Cow<'_, [Piece]> {
        let whole = self.0.whole;
        let (source, kind) = match &self.0.form {
            Form::Slice { start, end, .. } => {
                let source = Span { file: whole.file, start: *start, end: *end };
                (source, PieceKind::Verbatim)
            }
            Form::Fixed(_) => (whole, PieceKind::Escape),
            Form::Single(_, kind) => (whole, *kind),
            Form::Filled(_, filled) => return Cow::Borrowed(filled.pieces()),
            Form::Pieces(_, pieces) => return Cow::Borrowed(pieces),
        };
        Cow::Owned(vec![Piece { at: 0, source, kind, via: None }])
    }

    /// Where the decoded bytes `start..end` were written.
    ///
    /// An empty range is an empty span. A range over pieces from several files or
    /// parameters is cut to what shares the place of its first byte.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let start = start.min(self.as_str().len());
        let end = end.clamp(start, self.as_str().len());
        let pieces = self.pieces();
        let start_of = |idx: usize| pieces[idx].at as usize;
        let end_of = |idx: usize| {
            pieces.get(idx + 1).map_or(self.as_str().len(), |it| it.at as usize)
        };
        let idx = pieces.partition_point(|it| it.at as usize <= start).saturating_sub(1);
        let first = &pieces[idx];
        let from = first.source_offset(start, end_of(idx), false);
        let mut span = Span { start: from, end: from, ..first.source };
        let mut last = idx;
        while last + 1 < pieces.len() && start_of(last + 1) < end {
            last += 1;
        }
        // Back from the end to a piece that was written in the same place as the first.
        while last > idx {
            let piece = &pieces[last];
            if piece.via == first.via
                && piece.source.file == first.source.file
                && from <= piece.source.start
            {
                break;
            }
            last -= 1;
        }
        if start < end {
            let upto = end.min(end_of(last));
            span.end = pieces[last].source_offset(upto, end_of(last), true).max(from);
        }
        let mut via = Vec::new();
        let mut next = first.via.as_ref();
        while let Some(it) = next {
            via.push((it.span, it.name.clone()));
            next = it.outer.as_ref();
        }
        Place { span, via }
    }
}

impl Piece {
    /// Where a byte of it was written, or where that ends; the piece ends at `piece_end`.
    fn source_offset(&self, offset: usize, piece_end: usize, end: bool) -> u32 {
        match self.kind {
            PieceKind::Verbatim => {
                (self.source.start + (offset as u32 - self.at)).min(self.source.end)
            }
            PieceKind::Escape => match end {
                true => self.source.end,
                false if offset != self.at as usize && offset >= piece_end => {
                    self.source.end
                }
                false => self.source.start,
            },
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Two texts are equal when they read the same, wherever they were written.
impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

/// Builds a [`Text`] piece by piece.
#[derive(Debug)]
pub struct TextBuilder {
    text: String,
    pieces: Vec<Piece>,
    whole: Span,
}

impl TextBuilder {
    /// Begins a text that stands for the scalar at `whole`.
    pub fn new(whole: Span) -> TextBuilder {
        TextBuilder { text: String::new(), pieces: Vec::new(), whole }
    }

    /// Adds bytes that stand in the source as they are.
    pub fn verbatim(&mut self, text: &str, source: Span) {
        self.push(text, source, PieceKind::Verbatim, None);
    }

    /// Adds bytes that the source at `source` was decoded to.
    pub fn escape(&mut self, text: &str, source: Span) {
        self.push(text, source, PieceKind::Escape, None);
    }

    /// Adds a part of another text with its places.
    pub fn part(&mut self, other: &Text, range: Range<usize>) {
        self.part_via(other, range, None);
    }

    /// Adds the value of a parameter that is used at `via`.
    fn parameter(&mut self, value: &Text, via: &Arc<Via>) {
        self.part_via(value, 0..value.as_str().len(), Some(via));
    }

    fn part_via(&mut self, other: &Text, range: Range<usize>, via: Option<&Arc<Via>>) {
        let pieces = other.pieces();
        let before = pieces.partition_point(|it| it.at as usize <= range.start);
        for idx in before.saturating_sub(1)..pieces.len() {
            let piece = &pieces[idx];
            let start = (piece.at as usize).max(range.start);
            if range.end <= start {
                break;
            }
            let next = pieces.get(idx + 1).map(|it| it.at as usize);
            let end = next.unwrap_or(other.as_str().len()).min(range.end);
            let source = match piece.kind {
                PieceKind::Verbatim => {
                    piece.source.part(start as u32 - piece.at, end as u32 - piece.at)
                }
                PieceKind::Escape => piece.source,
            };
            let via = wrap(piece.via.as_ref(), via);
            self.push(&other.as_str()[start..end], source, piece.kind, via);
        }
    }

    fn push(&mut self, text: &str, source: Span, kind: PieceKind, via: Option<Arc<Via>>) {
        if text.is_empty() {
            return;
        }
        let at = self.text.len() as u32;
        if let Some(last) = self.pieces.last_mut()
            && last.kind == PieceKind::Verbatim
            && kind == PieceKind::Verbatim
            && last.via == via
            && last.source.file == source.file
            && last.source.end == source.start
        {
            last.source.end = source.end;
        } else {
            self.pieces.push(Piece { at, source, kind, via });
        }
        self.text.push_str(text);
    }

    /// The decoded text so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The finished text.
    pub fn finish(self) -> Text {
        if self.pieces.is_empty() {
            return Text::fixed("", self.whole);
        }
        Text::of(self.whole, Form::Pieces(self.text.into(), Box::new(self.pieces)))
    }
}

/// Puts a use around the uses that a piece already came through.
fn wrap(inner: Option<&Arc<Via>>, outer: Option<&Arc<Via>>) -> Option<Arc<Via>> {
    match (inner, outer) {
        (None, outer) => outer.cloned(),
        (inner, None) => inner.cloned(),
        (Some(inner), Some(outer)) => Some(Arc::new(Via {
            span: inner.span,
            name: inner.name.clone(),
            outer: wrap(inner.outer.as_ref(), Some(outer)),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;

    fn span(start: u32, end: u32) -> Span {
        Span { file: FileId(0), start, end }
    }

    #[test]
    fn escapes_map_to_their_whole_source() {
        let mut b = TextBuilder::new(span(10, 20));
        b.verbatim("ab", span(11, 13));
        b.escape("\n", span(13, 15));
        b.verbatim("cd", span(15, 17));
        let text = b.finish();
        assert_eq!(text.as_str(), "ab\ncd");
        assert_eq!(text.place(1, 2).span, span(12, 13));
        assert_eq!(text.place(2, 3).span, span(13, 15));
        assert_eq!(text.place(1, 4).span, span(12, 16));
        assert_eq!(text.place(5, 5).span, span(17, 17));
    }

    #[test]
    fn a_parameter_names_its_value_and_its_use() {
        let value = Text::verbatim("5mm", span(50, 53));
        let host = Text::verbatim("rate(x[${w}])", span(0, 13));
        let mut filler = Filler::new(&host);
        filler.value(7..11, value);
        let text = filler.finish();
        assert_eq!(text.as_str(), "rate(x[5mm])");
        let place = text.place(9, 10);
        assert_eq!(place.span, span(52, 53));
        assert_eq!(place.via, vec![(span(7, 11), "w".into())]);
        assert_eq!(text.place(10, 12).span, span(11, 13));
    }
}
