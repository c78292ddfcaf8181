//! A text with the parameters of another filled in.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::text::{Form, Piece, Text, TextBuilder, Via};

/// A part of a text in whose place something else stands.
pub(super) struct Change {
    /// Offset at which that begins.
    at: u32,
    /// The part: for a value the bytes of `${name}`.
    start: u32,
    end: u32,
    /// The value; `None` where the part was left out.
    value: Option<Text>,
}

impl Change {
    fn part(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The value of a parameter in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used<'a> {
    /// The parameter's name, a form of it included.
    pub name: &'a str,
    /// The value's bytes in the text.
    pub range: Range<usize>,
    /// Where it was used: the bytes of `${name}` in the text before.
    pub part: Range<usize>,
    /// The value.
    pub value: &'a Text,
}

/// Fills in the parameters of a text, from its beginning to its end.
pub struct Filler<'a> {
    host: &'a Text,
    text: String,
    changes: Vec<Change>,
}

impl<'a> Filler<'a> {
    /// Begins with nothing of `host`.
    pub fn new(host: &'a Text) -> Filler<'a> {
        // Values are mostly not much longer than what uses them.
        let text = String::with_capacity(host.as_str().len() + 64);
        Filler { host, text, changes: Vec::new() }
    }

    /// Adds the part that follows as it is.
    pub fn keep(&mut self, part: Range<usize>) {
        self.text.push_str(&self.host.as_str()[part]);
    }

    /// Adds a value in place of the part that follows, which is `${name}`, or nothing in
    /// place of any part.
    pub fn replace(&mut self, part: Range<usize>, value: Option<Text>) {
        let (at, start, end) =
            (self.text.len() as u32, part.start as u32, part.end as u32);
        if let Some(value) = &value {
            self.text.push_str(value.as_str());
        }
        self.changes.push(Change { at, start, end, value });
    }

    /// The finished text.
    pub fn finish(self) -> Text {
        let Filler { host, text, changes } = self;
        match text.is_empty() {
            true => Text::fixed("", host.span()),
            false => {
                let (text, changes, host) = (text.into(), changes.into(), host.clone());
                Text::of(host.span(), Form::Filled { text, host, changes })
            }
        }
    }
}

impl Text {
    /// The values of parameters in it, in order; not those in the values.
    pub fn used(&self) -> impl Iterator<Item = Used<'_>> {
        let parts = match &self.0.form {
            Form::Filled { host, changes, .. } => Some((host, changes)),
            _ => None,
        };
        parts.into_iter().flat_map(|(host, changes)| {
            changes.iter().filter_map(|it| {
                let value = it.value.as_ref()?;
                let at = it.at as usize;
                let range = at..at + value.as_str().len();
                Some(Used { name: name(host, it), range, part: it.part(), value })
            })
        })
    }

    /// The same text with other values for some parameters.
    pub fn with_values(&self, mut other: impl FnMut(&Used<'_>) -> Option<Text>) -> Text {
        let Form::Filled { host, changes, .. } = &self.0.form else {
            return self.clone();
        };
        let mut out = Filler::new(host);
        let mut used = self.used();
        let mut done = 0;
        for it in changes {
            out.keep(done..it.part().start);
            let value = it.value.as_ref().map(|value| {
                let used = used.next();
                used.and_then(|it| other(&it)).unwrap_or_else(|| value.clone())
            });
            out.replace(it.part(), value);
            done = it.part().end;
        }
        out.keep(done..host.as_str().len());
        out.finish()
    }
}

/// The name in `${name}`.
fn name<'a>(host: &'a Text, change: &Change) -> &'a str {
    let part = change.part();
    &host.as_str()[part.start + 2..part.end - 1]
}

/// The pieces of a text with these changes.
pub(super) fn pieces(host: &Text, changes: &[Change]) -> Vec<Piece> {
    let mut out = TextBuilder::new(host.span());
    let mut done = 0;
    for it in changes {
        out.part(host, done..it.part().start);
        if let Some(value) = &it.value {
            let span = host.place(it.part().start, it.part().end).span;
            let via = Via { span, name: name(host, it).into(), outer: None };
            out.parameter(value, &Arc::new(via));
        }
        done = it.part().end;
    }
    out.part(host, done..host.as_str().len());
    out.pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};

    fn span(start: u32, end: u32) -> Span {
        Span { file: FileId(0), start, end }
    }

    fn filled(host: &Text, parts: &[(Range<usize>, Option<Text>)]) -> Text {
        let mut out = Filler::new(host);
        let mut done = 0;
        for (part, value) in parts {
            out.keep(done..part.start);
            out.replace(part.clone(), value.clone());
            done = part.end;
        }
        out.keep(done..host.as_str().len());
        out.finish()
    }

    #[test]
    fn values_in_values_know_both_uses() {
        let inner = Text::verbatim("5m", span(90, 92));
        let value = Text::verbatim("${w} offset", span(60, 71));
        let value = filled(&value, &[(0..4, Some(inner))]);
        let host = Text::verbatim("$${x} ${v}!", span(10, 21));
        let text = filled(&host, &[(0..1, None), (6..10, Some(value))]);
        assert_eq!(text.as_str(), "${x} 5m offset!");
        let place = |start, end| text.place(start, end);
        assert_eq!(place(0, 1).span, span(11, 12));
        assert_eq!(place(5, 7).span, span(90, 92));
        let via = [(span(60, 64), "w".into()), (span(16, 20), "v".into())];
        assert_eq!(place(5, 7).via, via);
        assert_eq!(place(8, 14).via, via[1..]);
        assert_eq!(place(14, 15).span, span(20, 21));
        // From before the value to behind it.
        assert_eq!(place(3, 15).span, span(14, 21));
        let used: Vec<_> = text.used().map(|it| (it.name, it.range)).collect();
        assert_eq!(used, [("v", 5..14)]);
    }

    #[test]
    fn values_can_be_others() {
        let host = Text::verbatim("$${a} ${b} ${c}", span(0, 15));
        let value = |it: &str| Some(Text::verbatim(it, span(20, 21)));
        let text =
            filled(&host, &[(0..1, None), (6..10, value("1")), (11..15, value("2"))]);
        let other = text.with_values(|it| (it.name == "c").then(|| it.value.clone()));
        assert_eq!(other, text);
        let other =
            text.with_values(|it| (it.name == "b").then(|| value("long")).flatten());
        assert_eq!(other.as_str(), "${a} long 2");
        assert_eq!(other.used().map(|it| it.range).collect::<Vec<_>>(), [5..9, 10..11]);
        let empty = filled(&Text::verbatim("${b}", span(0, 4)), &[(0..4, value(""))]);
        assert_eq!((empty.span(), empty.as_str()), (span(0, 4), ""));
        assert_eq!(empty.pieces().len(), 1);
    }
}
