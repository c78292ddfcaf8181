//! What Go writes into a text where a verb of `printf` and its argument do not fit.

use super::print::sprint;
use super::value::Value;
use crate::promql::syntax::ast::TextRange;

/// A call of `printf` that wrote such a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misprint {
    /// Its place in the author's text.
    pub at: TextRange,
    /// The mark.
    pub mark: String,
}

/// The mark that `printf` wrote itself: one that may come from the format or a label is none.
pub(super) fn printed(args: &[Value], result: &str) -> Option<String> {
    mark(result).filter(|_| !sprint(args).contains("%!"))
}

/// Whether a mark is in a text, with whatever it holds.
pub(super) fn holds(text: &str, mark: &str) -> bool {
    text.contains(mark.split([' ', '…']).next().unwrap_or(mark))
}

/// The first of it in a text, without what it holds: `%!d(MISSING)`, `%!d(float64=…)`,
/// `%!(EXTRA …)`.
fn mark(text: &str) -> Option<String> {
    text.match_indices("%!").find_map(|(at, _)| {
        let rest = &text[at + 2..];
        let verb = rest.chars().next().filter(char::is_ascii_alphabetic);
        let inside = rest[usize::from(verb.is_some())..].strip_prefix('(')?;
        let length = inside.find(|it: char| !it.is_ascii_alphanumeric())?;
        let end = match inside[length..].chars().next()? {
            _ if length == 0 => return None,
            '=' => "=…)",
            ')' => ")",
            _ => " …)",
        };
        let verb = verb.map_or(String::new(), String::from);
        Some(format!("%!{verb}({}{end}", &inside[..length]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_looked_up() {
        for (text, mark) in [
            ("a %!d(MISSING)", "%!d(MISSING)"),
            ("a %!d(string=b)", "%!d(string=…)"),
            ("%!(EXTRA string=b)", "%!(EXTRA …)"),
        ] {
            assert!(holds(text, mark) && !holds("%!s(MISSING) %!s(string=", mark));
        }
    }

    #[test]
    fn misprints_are_found() {
        let mark = |text| mark(text).unwrap_or_default();
        assert_eq!(mark("1.50 %!d(MISSING)"), "%!d(MISSING)");
        assert_eq!(mark("%!d(float64=1.5) ok"), "%!d(float64=…)");
        assert_eq!(mark("a%!(EXTRA string=b)"), "%!(EXTRA …)");
        assert_eq!(mark("%!(NOVERB)"), "%!(NOVERB)");
        for text in ["5%! (really)", "100%!", "%!d", "%!(", "50%!!(x)", "%!d()"] {
            assert_eq!(mark(text), "", "{text}");
        }
    }
}
