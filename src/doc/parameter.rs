//! Parameters: `${name}` in a text, replaced by a value that keeps its own place.
//!
//! A name starts with a letter, so that `$1` and `${1}` of PromQL's `label_replace` pass;
//! `$${name}` stands for `${name}` itself. `{{ … }}` means nothing here. Who gives the
//! values, and what they may be, is the caller's business.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::{Text, TextBuilder, Via};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Literal(Range<usize>),
    /// `${name}`
    Use(Use<'a>),
    /// `$${`, which stands for `${`.
    Escape(Range<usize>),
    /// `${` and a letter, but then no name and `}`.
    Broken(Range<usize>),
}

/// A use of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use<'a> {
    /// The name, a form of it included: `alert.kebab`.
    pub name: &'a str,
    /// Where `${name}` stands.
    pub range: Range<usize>,
}

/// A text with its parameters filled in.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The text.
    pub text: Text,
    /// Where each value stands in it, in order.
    pub values: Vec<Value>,
}

/// A value in a text.
#[derive(Clone, Debug)]
pub struct Value {
    /// The parameter's name.
    pub name: Arc<str>,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Where it was used: the bytes of `${name}` in the text before.
    pub used: Range<usize>,
}

/// Whether a parameter may be called so: a letter, then letters, digits, `_`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether a text may use parameters: most do not, and are passed on as they are.
pub fn has_uses(text: &str) -> bool {
    text.contains("${")
}

/// The parts of a text, in order and without gaps.
pub fn parts(text: &str) -> Parts<'_> {
    Parts { text, done: 0, next: None }
}

/// The parts of a text that are still to come.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    text: &'a str,
    done: usize,
    /// What follows the literal that was given last.
    next: Option<Part<'a>>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if let Some(it) = self.next.take() {
            return Some(it);
        }
        let Parts { text, done, .. } = *self;
        let bytes = text.as_bytes();
        let mut from = done;
        let begins = |at: usize| {
            bytes.get(at + 1) == Some(&b'{')
                && bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
        };
        let at = loop {
            let Some(at) = text[from..].find('$').map(|it| it + from) else {
                self.done = text.len();
                return (done < text.len()).then_some(Part::Literal(done..text.len()));
            };
            if begins(at) {
                break at;
            }
            from = at + 1;
        };
        let rest = &text[at + 2..];
        let escaped = done < at && bytes[at - 1] == b'$';
        let start = at - usize::from(escaped);
        let length = rest
            .bytes()
            .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.'))
            .count();
        let closed = rest[length..].starts_with('}');
        let (end, part) = match (escaped, closed) {
            (true, _) => (at + 2, Part::Escape(start..at + 2)),
            (false, true) => {
                let end = at + 2 + length + 1;
                (end, Part::Use(Use { name: &rest[..length], range: at..end }))
            }
            (false, false) => (at + 2 + length, Part::Broken(at..at + 2 + length)),
        };
        self.done = end;
        match done < start {
            true => {
                self.next = Some(part);
                Some(Part::Literal(done..start))
            }
            false => Some(part),
        }
    }
}

/// The names that a text uses, in order, without their form: `alert` of `alert.kebab`.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).filter_map(|it| match it {
        Part::Use(it) => Some(it.name.split_once('.').map_or(it.name, |it| it.0)),
        Part::Literal(_) | Part::Escape(_) | Part::Broken(_) => None,
    })
}

/// The names behind a `$` without braces, which are no uses: whoever comes from Grafana or a
/// shell writes them so.
pub fn bare_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let name = &rest[..rest.find(|it| !word(it)).unwrap_or(rest.len())];
        is_name(name).then_some(name)
    })
}

/// What is wrong with the uses in a text.
pub fn faults(text: &Text) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for part in parts(text.as_str()) {
        if let Part::Broken(range) = part {
            let written = &text.as_str()[range.clone()];
            let title = "a parameter is not closed";
            out.push(
                Diagnostic::error("bad-parameter", title)
                    .within(text, range.start, range.end, "`}` is missing after the name")
                    .help(format!(
                        "write `{written}}}`, or `${written}` if no parameter is meant"
                    )),
            );
        }
    }
    out
}

/// Fills in the parameters of a text. `value` gives the value of a use, or nothing if it
/// has reported that there is none: the use then stays.
pub fn fill(text: &Text, mut value: impl FnMut(&Use<'_>) -> Option<Text>) -> Filled {
    let written = text.as_str();
    if !has_uses(written) {
        return Filled { text: text.clone(), values: Vec::new() };
    }
    let n_uses = written.bytes().filter(|it| *it == b'$').count();
    let mut out =
        TextBuilder::with_capacity(text.span(), written.len() + 64, 2 * n_uses + 1);
    let mut values: Vec<Value> = Vec::with_capacity(n_uses);
    for part in parts(written) {
        match part {
            Part::Literal(range) | Part::Broken(range) => out.part(text, range),
            Part::Escape(range) => out.part(text, range.start + 1..range.end),
            Part::Use(it) => {
                let Some(value) = value(&it) else {
                    out.part(text, it.range);
                    continue;
                };
                let same = values.iter().find(|value| *value.name == *it.name);
                let name = same.map_or_else(|| it.name.into(), |it| it.name.clone());
                let span = text.place(it.range.start, it.range.end).span;
                let via = Arc::new(Via { span, name: name.clone(), outer: None });
                let start = out.as_str().len();
                out.parameter(&value, &via);
                let range = start..out.as_str().len();
                values.push(Value { name, range, used: it.range });
            }
        }
    }
    Filled { text: out.finish(), values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};

    fn text(text: &str) -> Text {
        let end = text.len() as u32;
        Text::verbatim(text, Span { file: FileId(0), start: 0, end })
    }

    fn filled(written: &str) -> String {
        let value = |it: &Use<'_>| match it.name {
            "w" => Some(text("5m")),
            "alert.kebab" => Some(text("api-down")),
            _ => None,
        };
        fill(&text(written), value).text.to_string()
    }

    #[test]
    fn names_start_with_a_letter() {
        assert_eq!(filled("rate(x[${w}])"), "rate(x[5m])");
        assert_eq!(filled("${w}${w}/${alert.kebab}"), "5m5m/api-down");
        assert_eq!(filled(r#""$1", "${1}", "$", "${}""#), r#""$1", "${1}", "$", "${}""#);
        assert_eq!(filled("{{ $value }} {{ ${w} }}"), "{{ $value }} {{ 5m }}");
    }

    #[test]
    fn a_double_sign_escapes() {
        assert_eq!(filled("$${w} $$ $$1 ${w}"), "${w} $$ $$1 5m");
        assert_eq!(filled("${w}${w}"), "5m5m");
    }

    #[test]
    fn unknown_and_broken_uses_stay() {
        assert_eq!(filled("${x} ${w ${"), "${x} ${w ${");
        assert_eq!(faults(&text("a ${w b")).len(), 1);
        assert_eq!(faults(&text("a ${w} ${1} $${w")).len(), 0);
    }

    #[test]
    fn names_are_listed_without_their_form() {
        let text = "${a} $${b} ${c.kebab} ${1}";
        assert_eq!(names(text).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn values_know_where_they_stand() {
        let filled = fill(&text("x[${w}] > ${w}"), |_| Some(text("5m")));
        let ranges: Vec<_> = filled.values.iter().map(|it| it.range.clone()).collect();
        assert_eq!(ranges, [2..4, 8..10]);
        assert_eq!(filled.values[1].used, 10..14);
    }
}
