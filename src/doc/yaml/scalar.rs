//! Maps what a YAML scalar says to how it was written, style by style.
//!
//! The parser gives the decoded value and the source range; this walks both side by
//! side. A walk that does not arrive at the value gives a text without inner places, so
//! that a place is never wrong.

use granit_parser::ScalarStyle;

use crate::diag::source::{FileId, Span};
use crate::diag::text::{Text, TextBuilder};

/// The text of a scalar at `start..end` of `source`, which reads `value`.
pub(super) fn text(
    file: FileId,
    source: &str,
    start: usize,
    end: usize,
    style: ScalarStyle,
    value: &str,
) -> Text {
    let span = Span { file, start: start as u32, end: end as u32 };
    if source.get(start..end) == Some(value) {
        return Text::verbatim(value, span);
    }
    let mut walk = Walk { file, source, out: TextBuilder::new(span), n_out: 0 };
    match style {
        ScalarStyle::Plain => walk.flow(start, end, Quote::None),
        ScalarStyle::SingleQuoted if start + 2 <= end => {
            walk.flow(start + 1, end - 1, Quote::Single);
        }
        ScalarStyle::DoubleQuoted if start + 2 <= end => {
            walk.flow(start + 1, end - 1, Quote::Double);
        }
        ScalarStyle::Literal => walk.literal(start, end, value),
        ScalarStyle::Folded => walk.folded(start, end, value),
        _ => {}
    }
    let text = walk.out.finish();
    match text.as_str() == value {
        true => text,
        false => Text::opaque(value, span),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Quote {
    None,
    Single,
    Double,
}

struct Walk<'s> {
    file: FileId,
    source: &'s str,
    out: TextBuilder,
    /// Bytes put out so far.
    n_out: usize,
}

impl Walk<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    fn verbatim(&mut self, start: usize, end: usize) {
        let span = self.span(start, end);
        self.out.verbatim(&self.source[start..end], span);
        self.n_out += end - start;
    }

    fn escape(&mut self, decoded: &str, start: usize, end: usize) {
        let span = self.span(start, end);
        self.out.escape(decoded, span);
        self.n_out += decoded.len();
    }

    /// Plain and quoted scalars: lines fold, quotes have escapes.
    fn flow(&mut self, start: usize, end: usize, quote: Quote) {
        let mut at = start;
        while at < end {
            let rest = &self.source[at..end];
            let special = |it: char| match it {
                ' ' | '\t' | '\n' | '\r' => true,
                '\'' => quote == Quote::Single,
                '\\' => quote == Quote::Double,
                _ => false,
            };
            let run = rest.find(special).unwrap_or(rest.len());
            self.verbatim(at, at + run);
            at += run;
            match self.source.as_bytes()[at..end].first() {
                Some(b'\'') => {
                    let len = 2.min(end - at);
                    self.escape("'", at, at + len);
                    at += len;
                }
                Some(b'\\') => at = self.backslash(at, end),
                Some(_) => at = self.blanks(at, end),
                None => {}
            }
        }
    }

    /// Blanks stay; around a line end they and it fold into a space or line feeds.
    fn blanks(&mut self, at: usize, end: usize) -> usize {
        let rest = &self.source[at..end];
        let len = rest.find(|it| !" \t\r\n".contains(it)).unwrap_or(rest.len());
        match rest[..len].matches('\n').count() {
            0 => self.verbatim(at, at + len),
            1 => self.escape(" ", at, at + len),
            n => self.escape(&"\n".repeat(n - 1), at, at + len),
        }
        at + len
    }

    fn backslash(&mut self, at: usize, end: usize) -> usize {
        let rest = &self.source[at..end];
        let Some(sign) = rest[1..].chars().next() else { return end };
        let n_digits = match sign {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '\n' | '\r' => {
                let blank = |it: char| !" \t\r\n".contains(it);
                let len = 1 + rest[1..].find(blank).unwrap_or(rest.len() - 1);
                let n_empty = rest[..len].matches('\n').count() - 1;
                if n_empty > 0 {
                    self.escape(&"\n".repeat(n_empty), at, at + len);
                }
                return at + len;
            }
            _ => 0,
        };
        let digit = 1 + sign.len_utf8();
        let len = (digit + n_digits).min(rest.len());
        let decoded = match n_digits {
            0 => named_escape(sign),
            _ => {
                match rest.get(digit..len).and_then(|it| u32::from_str_radix(it, 16).ok())
                {
                    Some(high @ 0xD800..=0xDBFF) => {
                        let low = rest.get(len + 2..len + 6);
                        let low = low.and_then(|it| u32::from_str_radix(it, 16).ok());
                        let low = low.unwrap_or(0).wrapping_sub(0xDC00) & 0x3FF;
                        let both = 0x10000 + ((high - 0xD800) << 10) + low;
                        let both = char::from_u32(both).unwrap_or_default();
                        let end = (at + len + 6).min(end);
                        self.escape(both.encode_utf8(&mut [0; 4]), at, end);
                        return end;
                    }
                    code => code.and_then(char::from_u32),
                }
            }
        };
        let decoded = decoded.unwrap_or_default();
        self.escape(decoded.encode_utf8(&mut [0; 4]), at, at + len);
        at + len
    }

    /// The indentation of a block scalar whose first content is at `start`.
    fn indent(&self, start: usize) -> usize {
        let line = self.source[..start].rfind('\n').map_or(0, |it| it + 1);
        start - line
    }

    /// The content of the line at `at`, which may begin inside its indentation.
    fn content(&self, at: usize, end: usize, indent: usize) -> (usize, usize, usize) {
        let line = self.source[..at].rfind('\n').map_or(0, |it| it + 1);
        let stop = self.source[at..end].find('\n').map_or(end, |it| at + it);
        let next = (stop + 1).min(end);
        let body = self.source[line..stop].trim_end_matches('\r');
        let n_blank = body.bytes().take(indent).take_while(|it| *it == b' ').count();
        (line + n_blank, line + body.len(), next)
    }

    /// `|`: each line stands in the source, behind its indentation.
    fn literal(&mut self, start: usize, end: usize, value: &str) {
        let indent = self.indent(start);
        let mut at = start;
        let mut lines = value.split_inclusive('\n').peekable();
        // Empty lines before the first content may lie before the range.
        if !self.source[start..end].starts_with(['\n', '\r']) {
            while lines.next_if(|it| *it == "\n").is_some() {
                self.escape("\n", start, start);
            }
        }
        for line in lines {
            let (from, to, next) = self.content(at, end, indent);
            let body = line.trim_end_matches('\n');
            if self.source.get(from..to) != Some(body) {
                return;
            }
            self.verbatim(from, to);
            if body.len() < line.len() {
                match self.source[to..next].starts_with('\n') {
                    true => self.verbatim(to, to + 1),
                    false => self.escape("\n", to, next),
                }
            }
            at = next;
        }
    }

    /// `>`: lines fold unless they are indented further.
    fn folded(&mut self, start: usize, end: usize, value: &str) {
        let indent = self.indent(start);
        let mut at = start;
        let mut done = start;
        while at < end {
            let (from, to, next) = self.content(at, end, indent);
            at = next;
            if from >= to {
                continue;
            }
            let content = &self.source[from..to];
            let rest = &value[self.n_out..];
            let feeds = rest.len() - rest.trim_start_matches('\n').len();
            let sep = match rest.strip_prefix(' ') {
                Some(it) if self.n_out > 0 && it.starts_with(content) => " ",
                _ => &rest[..feeds],
            };
            if !rest[sep.len()..].starts_with(content) {
                return;
            }
            self.escape(sep, done, from);
            self.verbatim(from, to);
            done = to;
        }
        let rest = &value[self.n_out..];
        if rest.bytes().all(|it| it == b'\n') {
            self.escape(rest, done, end.max(done));
        }
    }
}

/// What one character behind a backslash stands for (YAML 1.2, 5.7).
fn named_escape(sign: char) -> Option<char> {
    Some(match sign {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' | '"' | '/' | '\\' => sign,
        _ => return None,
    })
}
