//! Decodes TOML scalars and keeps the map from what they say to how it was written.

use std::borrow::Cow;
use std::sync::Arc;

use toml_parser::decoder::{Encoding, ScalarKind, StringBuilder};
use toml_parser::{ErrorSink, ParseError, Raw};

use crate::diag::source::{FileId, Span};
use crate::diag::text::{Text, TextBuilder};
use crate::doc::node::{Kind, Node, Style};

/// Receives the parts of a string from the decoder: slices of the source, and characters
/// that escapes stand for, each followed by a (possibly empty) slice behind it.
struct Pieces<'s> {
    file: FileId,
    source: &'s str,
    text: TextBuilder,
    /// End of what was taken from the source so far.
    at: usize,
    /// Characters of escapes whose end is not known yet.
    escape: String,
}

impl Pieces<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    fn close_escape(&mut self, end: usize) {
        if !self.escape.is_empty() {
            let span = self.span(self.at, end);
            self.text.escape(&self.escape, span);
            self.escape.clear();
        }
    }
}

impl<'s> StringBuilder<'s> for Pieces<'s> {
    fn clear(&mut self) {}

    fn push_str(&mut self, append: &'s str) -> bool {
        let start = append.as_ptr() as usize - self.source.as_ptr() as usize;
        self.close_escape(start);
        let mut at = start;
        for (idx, line) in append.split("\r\n").enumerate() {
            if idx > 0 {
                self.text.escape("\n", self.span(at, at + 2));
                at += 2;
            }
            self.text.verbatim(line, self.span(at, at + line.len()));
            at += line.len();
        }
        self.at = at;
        true
    }

    fn push_char(&mut self, append: char) -> bool {
        self.escape.push(append);
        true
    }
}

/// What a quoted string says, if it says it as it is written.
fn plain(raw: Raw<'_>, key: bool) -> Option<&str> {
    let (mut decoded, mut n_errors) = (Cow::Borrowed(""), 0);
    let mut errors = |_: ParseError| n_errors += 1;
    match key {
        true => raw.decode_key(&mut decoded, &mut errors),
        false => {
            let _ = raw.decode_scalar(&mut decoded, &mut errors);
        }
    }
    match decoded {
        // Line ends of a checkout with CRLF are no part of what was written.
        Cow::Borrowed(it) if n_errors == 0 && !it.is_empty() => {
            (!it.contains('\r')).then_some(it)
        }
        _ => None,
    }
}

/// The text of a quoted string at `raw`, which begins at `start`.
fn string<'s>(
    file: FileId,
    source: &'s Arc<str>,
    start: usize,
    raw: Raw<'s>,
    key: bool,
    errors: &mut dyn ErrorSink,
) -> Text {
    let end = start + raw.as_str().len();
    let whole = Span { file, start: start as u32, end: end as u32 };
    if let Some(inner) = plain(raw, key) {
        let at = start + (inner.as_ptr() as usize - raw.as_str().as_ptr() as usize);
        return Text::slice(source, at..at + inner.len(), whole);
    }
    let text = TextBuilder::new(whole);
    let mut pieces = Pieces { file, source, text, at: start, escape: String::new() };
    match key {
        true => raw.decode_key(&mut pieces, errors),
        false => {
            let _ = raw.decode_scalar(&mut pieces, errors);
        }
    }
    pieces.close_escape(whole.end as usize);
    pieces.text.finish()
}

/// The text of a key.
pub(super) fn key<'s>(
    file: FileId,
    source: &'s Arc<str>,
    start: usize,
    raw: Raw<'s>,
    encoding: Option<Encoding>,
    errors: &mut dyn ErrorSink,
) -> Text {
    if encoding.is_some() {
        return string(file, source, start, raw, true, errors);
    }
    let written = raw.as_str();
    raw.decode_key(&mut (), errors);
    let end = (start + written.len()) as u32;
    Text::slice(source, start..end as usize, Span { file, start: start as u32, end })
}

/// The value of a scalar.
pub(super) fn value<'s>(
    file: FileId,
    source: &'s Arc<str>,
    start: usize,
    raw: Raw<'s>,
    encoding: Option<Encoding>,
    errors: &mut dyn ErrorSink,
) -> Node {
    let written = raw.as_str();
    let end = (start + written.len()) as u32;
    let span = Span { file, start: start as u32, end };
    let style = match encoding {
        None => Style::Bare,
        Some(Encoding::LiteralString | Encoding::BasicString) => Style::Quoted,
        Some(Encoding::MlLiteralString | Encoding::MlBasicString) => Style::Block,
    };
    if encoding.is_some() {
        let text = string(file, source, start, raw, false, errors);
        return Node { span, style, kind: Kind::String(text) };
    }
    let mut decoded = Cow::Borrowed("");
    let mut count = 0;
    let kind = raw.decode_scalar(&mut decoded, &mut |it: ParseError| {
        count += 1;
        errors.report_error(it);
    });
    let text = Text::slice(source, start..end as usize, span);
    let fault = |errors: &mut dyn ErrorSink, what: &'static str| {
        if count == 0 {
            let at = toml_parser::Span::new_unchecked(start, end as usize);
            errors.report_error(ParseError::new(what).with_unexpected(at));
        }
    };
    let kind = match kind {
        ScalarKind::String => Kind::String(text),
        ScalarKind::Boolean(value) => Kind::Boolean(value, text),
        ScalarKind::DateTime => {
            if decoded.parse::<toml::value::Datetime>().is_err() {
                fault(errors, "no such date or time");
            }
            Kind::Datetime(text)
        }
        ScalarKind::Float => {
            let value = decoded.parse::<f64>().unwrap_or(f64::NAN);
            if value.is_infinite() && !decoded.contains("inf") {
                fault(errors, "number is too large");
            }
            Kind::Float(value, text)
        }
        ScalarKind::Integer(radix) => {
            let value = i64::from_str_radix(&decoded, radix.value());
            if value.is_err() {
                let digits = !decoded.trim_start_matches(['+', '-']).is_empty();
                fault(
                    errors,
                    match digits {
                        true => "integer does not fit 64 bits",
                        false => "integer without digits",
                    },
                );
            }
            Kind::Integer(value.unwrap_or_default(), text)
        }
    };
    Node { span, style, kind }
}
