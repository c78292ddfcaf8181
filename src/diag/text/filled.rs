//! A text with the parameters of another filled in.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::diag::text::{Form, Piece, Text, TextBuilder, Via};

/// What was filled in where.
pub(super) struct Filled {
    host: Text,
    changes: Box<[Change]>,
    /// Put together where somebody asks for places, which few do.
    pieces: OnceLock<Box<[Piece]>>,
}

/// A part of a text in whose place something else stands.
struct Change {
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

impl Filled {
    /// The pieces of the text: those of what was filled in, and of the values.
    pub(super) fn pieces(&self) -> &[Piece] {
        let Filled { host, changes, pieces } = self;
        pieces.get_or_init(|| {
            let mut out = TextBuilder::new(host.span());
            let mut done = 0;
            for it in changes {
                let part = it.part();
                out.part(host, done..part.start);
                if let Some(Used { name, value, .. }) = used(host, it) {
                    let span = host.place(part.start, part.end).span;
                    let via = Via { span, name: name.into(), outer: None };
                    out.parameter(value, &Arc::new(via));
                }
                done = part.end;
            }
            out.part(host, done..host.as_str().len());
            out.pieces.into()
        })
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
    /// End of what was taken from it.
    done: usize,
    text: String,
    changes: Vec<Change>,
}

impl<'a> Filler<'a> {
    /// Begins with nothing of `host`.
    pub fn new(host: &'a Text) -> Filler<'a> {
        Filler { host, done: 0, text: String::new(), changes: Vec::new() }
    }

    /// Puts a value in place of a part, which is `${name}` and stands behind those before.
    pub fn value(&mut self, part: Range<usize>, value: Text) {
        self.change(part, Some(value));
    }

    /// Leaves out a part, which stands behind those before.
    pub fn leave_out(&mut self, part: Range<usize>) {
        self.change(part, None);
    }

    fn change(&mut self, part: Range<usize>, value: Option<Text>) {
        let host = self.host.as_str();
        if self.changes.is_empty() {
            // Values are mostly not much longer than what uses them.
            self.text.reserve(host.len() + 64);
        }
        self.text.push_str(&host[self.done..part.start]);
        self.done = part.end;
        let (at, start, end) =
            (self.text.len() as u32, part.start as u32, part.end as u32);
        if let Some(value) = &value {
            self.text.push_str(value.as_str());
        }
        self.changes.push(Change { at, start, end, value });
    }

    /// The finished text, with the rest of what was filled in.
    pub fn finish(self) -> Text {
        let Filler { host, done, mut text, changes } = self;
        if changes.is_empty() {
            return host.clone();
        }
        text.push_str(&host.as_str()[done..]);
        if text.is_empty() {
            return Text::fixed("", host.span());
        }
        let (host, span) = (host.clone(), host.span());
        let filled = Filled { host, changes: changes.into(), pieces: OnceLock::new() };
        Text::of(span, Form::Filled(text.into(), Box::new(filled)))
    }
}

impl Text {
    /// The values of parameters in it, in order; not those in the values.
    pub fn used(&self) -> impl Iterator<Item = Used<'_>> {
        let filled = match &self.0.form {
            Form::Filled(_, filled) => Some(&**filled),
            _ => None,
        };
        filled.into_iter().flat_map(|Filled { host, changes, .. }| {
            changes.iter().filter_map(move |it| used(host, it))
        })
    }

    /// The same text with other values for some parameters.
    pub fn with_values(&self, other: impl Fn(&Used<'_>) -> Option<Text>) -> Text {
        let Form::Filled(_, filled) = &self.0.form else { return self.clone() };
        let mut out = Filler::new(&filled.host);
        for it in &filled.changes {
            match used(&filled.host, it) {
                Some(used) => {
                    let value = other(&used).unwrap_or_else(|| used.value.clone());
                    out.value(it.part(), value);
                }
                None => out.leave_out(it.part()),
            }
        }
        out.finish()
    }
}

/// The use of a value, where a change is one.
fn used<'a>(host: &'a Text, change: &'a Change) -> Option<Used<'a>> {
    let (value, part) = (change.value.as_ref()?, change.part());
    let name = &host.as_str()[part.start + 2..part.end - 1];
    let at = change.at as usize;
    Some(Used { name, range: at..at + value.as_str().len(), part, value })
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
        for (part, value) in parts {
            match value {
                Some(it) => out.value(part.clone(), it.clone()),
                None => out.leave_out(part.clone()),
            }
        }
        out.finish()
    }

    /// A text with a use between others, in all the ways in which one may be written.
    fn hosts() -> Vec<Text> {
        let written = "a $${x} ${v}${w} z";
        let source: Arc<str> = format!("= '{written}'").into();
        let mut escaped = TextBuilder::new(span(40, 80));
        escaped.escape("a", span(41, 43));
        escaped.verbatim(" $${x} ${v", span(43, 53));
        escaped.escape("}", span(53, 59));
        escaped.verbatim("${w} z", span(59, 65));
        let inner = Text::verbatim("$${x} ${v}${w}", span(70, 84));
        let outer =
            filled(&Text::verbatim("a ${all} z", span(90, 100)), &[(2..8, Some(inner))]);
        let all = [
            Text::slice(&source, 3..3 + written.len(), span(2, 22)),
            Text::opaque(written, span(10, 20)),
            escaped.finish(),
            outer,
        ];
        assert!(all.iter().all(|it| it.as_str() == written));
        all.to_vec()
    }

    #[test]
    fn pieces_are_those_of_texts_that_are_put_together_at_once() {
        let nested = filled(
            &Text::verbatim("<${u}>", span(0, 6)),
            &[(1..5, Some(Text::opaque("5m", span(7, 9))))],
        );
        let values = [
            Text::verbatim("", span(3, 3)),
            Text::verbatim("long value", span(100, 110)),
            Text::fixed("word", span(5, 6)),
            nested,
        ];
        for host in hosts() {
            for (v, w) in values.iter().flat_map(|v| values.iter().map(move |w| (v, w))) {
                let parts = [(2..3, None), (8..12, Some(v)), (12..16, Some(w))];
                let owned =
                    parts.each_ref().map(|(part, it)| (part.clone(), it.cloned()));
                let text = filled(&host, &owned);
                let mut expect = TextBuilder::new(host.span());
                let mut done = 0;
                for (part, value) in parts {
                    expect.part(&host, done..part.start);
                    done = part.end;
                    let Some(value) = value else { continue };
                    let name = host.as_str()[part.start + 2..part.end - 1].into();
                    let span = host.place(part.start, part.end).span;
                    expect.parameter(value, &Arc::new(Via { span, name, outer: None }));
                }
                expect.part(&host, done..host.as_str().len());
                let expect = expect.finish();
                assert_eq!(text.as_str(), expect.as_str());
                assert_eq!(text.pieces(), expect.pieces());
                assert_eq!(text.place(0, 99), expect.place(0, 99));
                let at: Vec<&str> =
                    text.used().map(|it| &text.as_str()[it.range]).collect();
                assert_eq!(at, [v.as_str(), w.as_str()]);
            }
        }
    }

    #[test]
    fn each_of_many_places_is_found() {
        let mut host = TextBuilder::new(span(0, 60_000));
        for idx in 0..6000 {
            host.escape("\"", span(10 * idx, 10 * idx + 2));
            host.verbatim("${v}", span(10 * idx + 2, 10 * idx + 6));
        }
        let host = host.finish();
        let value = Text::verbatim("value", span(70_000, 70_005));
        let part = |idx: usize| (5 * idx + 1..5 * idx + 5, Some(value.clone()));
        let text = filled(&host, &(0..6000).map(part).collect::<Vec<_>>());
        for (idx, it) in text.used().enumerate() {
            let place = text.place(it.range.start, it.range.end);
            let at = 10 * idx as u32 + 2;
            assert_eq!(place.span, span(70_000, 70_005));
            assert_eq!(place.via, [(span(at, at + 4), "v".into())]);
        }
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
