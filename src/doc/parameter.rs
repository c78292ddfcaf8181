//! Parameters: `${name}` in a text, replaced by a value that keeps its own place.
//!
//! A name starts with a letter, so that `$1` and `${1}` of PromQL's `label_replace` pass;
//! `$${name}` stands for `${name}` itself. `{{ … }}` means nothing here. Who gives the
//! values, and what they may be, is the caller's business.

use std::ops::Range;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::pair;
use crate::diag::text::{Filler, Text};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Literal(Range<usize>),
    /// `${name}`
    Use(Use<'a>),
    /// `$${`, which stands for `${`.
    Escape(Range<usize>),
    /// `${` and a letter, but then no name and `}`; or blanks around the name.
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

/// Whether a parameter may be called so: a letter, then letters, digits, `_`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether a text may use parameters: most do not, and are passed on as they are.
pub fn has_uses(text: &str) -> bool {
    pair::is_in(text, b"${")
}

/// Whether what follows `${` is meant as the name of a parameter: it begins with a letter, or
/// is a name between blanks. Scripts in descriptions have other things there.
pub fn is_meant(rest: &str) -> bool {
    let first = rest.as_bytes().first();
    first.is_some_and(u8::is_ascii_alphabetic)
        || first.is_some_and(|it| matches!(it, b' ' | b'\t'))
            && closed(rest).is_some_and(|it| is_used_name(it.trim()))
}

/// What stands between `${`, behind which `rest` begins, and a `}` that can only belong to
/// it.
fn closed(rest: &str) -> Option<&str> {
    let end = rest.find(['}', '{', '$', '"', '\'', '`', ')', '<', '>', '\n'])?;
    rest[end..].starts_with('}').then_some(&rest[..end])
}

/// Whether a text is the name of a parameter, in a form or not: `alert.kebab`.
fn is_used_name(text: &str) -> bool {
    text.split('.').enumerate().all(|(idx, it)| match idx {
        0 => is_name(it),
        _ => it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_'),
    })
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
        let at = loop {
            let Some(at) = pair::find(&text[from..], b"${").map(|it| it + from) else {
                self.done = text.len();
                return (done < text.len()).then_some(Part::Literal(done..text.len()));
            };
            if is_meant(&text[at + 2..]) {
                break at;
            }
            from = at + 1;
        };
        let rest = &text[at + 2..];
        let escaped = done < at && bytes[at - 1] == b'$';
        let start = at - usize::from(escaped);
        let length = name_length(rest);
        let (end, part) = match (escaped, rest[length..].starts_with('}')) {
            (true, _) => (at + 2, Part::Escape(start..at + 2)),
            (false, true) => {
                let end = at + 2 + length + 1;
                (end, Part::Use(Use { name: &rest[..length], range: at..end }))
            }
            (false, false) => {
                let length = closed(rest).map_or(length, |it| it.len() + 1);
                (at + 2 + length, Part::Broken(at..at + 2 + length))
            }
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

/// The names that a text uses, in order, without their form: `alert` of `alert.kebab`; those
/// of broken uses too, of which something else is said.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).filter_map(|it| match it {
        Part::Use(it) => Some(it.name.split_once('.').map_or(it.name, |it| it.0)),
        Part::Broken(range) => {
            let rest = text[range.start + 2..].trim_start();
            Some(&rest[..word_length(rest)])
        }
        Part::Literal(_) | Part::Escape(_) => None,
    })
}

/// The names that an expression means to use, but in a form of other languages: `$name`,
/// `$(name)`, `{name}`.
pub fn misspelt_names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(['$', '{']).filter_map(|(at, sign)| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
        let name = &rest[..word_length(rest)];
        // Between braces stands the name alone, else they are a selector's.
        let alone = rest[name.len()..].starts_with('}') && !text[..at].ends_with('$');
        ((sign == "$" || alone) && is_name(name)).then_some(name)
    })
}

/// The name behind a `$` that begins a text: `$name`, `$(name)`.
pub fn bare_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let name = &rest[..word_length(rest)];
    is_name(name).then_some(name)
}

fn word_length(text: &str) -> usize {
    text.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count()
}

/// Whether something is wrong with the uses in a text.
pub fn is_broken(text: &str) -> bool {
    !all_closed(text) && parts(text).any(|it| matches!(it, Part::Broken(_)))
}

/// What is wrong with the uses in a text.
pub fn faults(text: &Text) -> Vec<Diagnostic> {
    broken(text).map(|it| fault(text, it)).collect()
}

/// The same in prose, which may have `${ name }` of other languages: see [`spaced`].
pub fn faults_in_prose(text: &Text) -> Vec<Diagnostic> {
    let broken = broken(text).filter(|it| spaced_name(text, it).is_none());
    broken.map(|it| fault(text, it)).collect()
}

/// The uses in a text with blanks around the name, each with its name (without a form) and
/// what is wrong with it.
pub fn spaced(text: &Text) -> impl Iterator<Item = (&str, Diagnostic)> {
    broken(text).filter_map(|it| {
        let name = spaced_name(text, &it)?;
        let name = name.split_once('.').map_or(name, |it| it.0);
        Some((name, fault(text, it)))
    })
}

fn broken(text: &Text) -> impl Iterator<Item = Range<usize>> {
    let all = (!all_closed(text.as_str())).then(|| parts(text.as_str()));
    all.into_iter().flatten().filter_map(|it| match it {
        Part::Broken(range) => Some(range),
        Part::Literal(_) | Part::Escape(_) | Part::Use(_) => None,
    })
}

/// Whether each `${` is followed by a name and `}`, so that nothing is broken: most texts are
/// so, and need not be cut into their parts.
fn all_closed(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = pair::find(rest, b"${") {
        rest = &rest[at + 2..];
        let n_name = name_length(rest);
        if n_name == 0 || rest.as_bytes().get(n_name) != Some(&b'}') {
            return false;
        }
    }
    true
}

/// Bytes of the name that a text begins with, a form of it included.
fn name_length(text: &str) -> usize {
    let is_of = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.');
    text.bytes().take_while(is_of).count()
}

fn spaced_name<'a>(text: &'a Text, range: &Range<usize>) -> Option<&'a str> {
    let inner = text.as_str()[range.start + 2..range.end].strip_suffix('}')?;
    Some(inner.trim()).filter(|it| is_used_name(it))
}

fn fault(text: &Text, range: Range<usize>) -> Diagnostic {
    let written = &text.as_str()[range.clone()];
    let inner = written[2..].strip_suffix('}');
    let (title, label, help) = match inner.map(str::trim) {
        None => (
            "a parameter is not closed".to_owned(),
            "`}` is missing after the name",
            format!("write `{written}}}`, or `${written}` if no parameter is meant"),
        ),
        Some(name) if is_used_name(name) => (
            "blanks around the name of a parameter".to_owned(),
            "a parameter is written without them",
            format!("write `${{{name}}}`, or `${written}` if no parameter is meant"),
        ),
        Some(name) => (
            format!("`{name}` is no name of a parameter"),
            "names are letters, digits and `_`",
            format!("write `${written}` if no parameter is meant"),
        ),
    };
    Diagnostic::error("bad-parameter", title)
        .within(text, range.start, range.end, label)
        .help(help)
}

/// Fills in the parameters of a text. `value` gives the value of a use, or nothing if it
/// has reported that there is none: the use then stays.
pub fn fill(text: &Text, mut value: impl FnMut(&Use<'_>) -> Option<Text>) -> Text {
    let written = text.as_str();
    if !has_uses(written) {
        return text.clone();
    }
    let mut out = Filler::new(text);
    for part in parts(written) {
        match part {
            Part::Literal(_) | Part::Broken(_) => {}
            Part::Escape(range) => out.leave_out(range.start..range.start + 1),
            Part::Use(it) => {
                if let Some(value) = value(&it) {
                    out.value(it.range, value);
                }
            }
        }
    }
    out.finish()
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
        fill(&text(written), value).to_string()
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
        assert_eq!(filled("${ w } ${a-b}"), "${ w } ${a-b}");
        assert_eq!(faults(&text("a ${w b")).len(), 1);
        assert_eq!(faults(&text("a ${w} ${1} $${w")).len(), 0);
    }

    #[test]
    fn faults_say_what_was_meant() {
        let said = |written: &str| -> Vec<String> {
            faults(&text(written)).into_iter().map(|it| it.title).collect()
        };
        let blanks = "blanks around the name of a parameter";
        assert_eq!(said("> ${ limit }, ${ limit}, ${limit }"), [blanks; 3]);
        assert_eq!(said("${ alert.kebab }"), [blanks]);
        assert_eq!(said("${my-job}"), ["`my-job` is no name of a parameter"]);
        assert_eq!(said("up{job=\"${job\"} > 0"), ["a parameter is not closed"]);
        assert_eq!(said("rate(x[${w]) > ${y}"), ["a parameter is not closed"]);
        // What a shell or a label means passes.
        for passes in ["${ echo x; }", "${ $x }", "${}", "${ }", "${ 1 }", "${\nw }"] {
            assert_eq!(said(passes), [""; 0], "{passes}");
        }
        assert_eq!(said("$${ limit } $${my-job}"), [""; 0]);
        assert_eq!(filled("$${ w }"), "${ w }");
    }

    #[test]
    fn prose_may_have_names_between_blanks() {
        let prose = text("${ limit }, ${ var.region }, ${my-job}, ${HOME }, ${w");
        let said: Vec<_> =
            faults_in_prose(&prose).into_iter().map(|it| it.title).collect();
        assert_eq!(
            said,
            ["`my-job` is no name of a parameter", "a parameter is not closed"]
        );
        let names: Vec<_> = spaced(&prose).map(|it| it.0).collect();
        assert_eq!(names, ["limit", "var", "HOME"]);
    }

    #[test]
    fn names_in_other_forms_are_found() {
        for (text, names) in [
            ("x > $limit and y", &["limit"][..]),
            ("x > $(limit)", &["limit"]),
            ("x > {limit}", &["limit"]),
            ("x > ${a} $${b}", &[]),
            ("x{limit=\"a\"} > $1", &[]),
        ] {
            assert_eq!(misspelt_names(text).collect::<Vec<_>>(), names, "{text}");
        }
        assert_eq!(bare_name("$(limit) > $x"), Some("limit"));
        assert_eq!(bare_name("$1 > $x"), None);
    }

    #[test]
    fn names_are_listed_without_their_form() {
        let text = "${a} $${b} ${c.kebab} ${1} ${ d } ${e-f} ${g";
        assert_eq!(names(text).collect::<Vec<_>>(), ["a", "c", "d", "e", "g"]);
    }

    #[test]
    fn values_know_where_they_stand() {
        let filled = fill(&text("x[${w}] > ${w}"), |_| Some(text("5m")));
        let used: Vec<_> = filled.used().map(|it| (it.name, it.range, it.part)).collect();
        assert_eq!(used, [("w", 2..4, 2..6), ("w", 8..10, 10..14)]);
    }
}
