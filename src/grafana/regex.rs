//! Regular expressions as a browser takes them: what is surely none.

use std::ops::Range;

/// What is wrong with a pattern of JavaScript, and at which bytes. What only some browsers
/// refuse is not said.
pub fn fault(pattern: &str) -> Option<(Range<usize>, &'static str)> {
    let mut open: Vec<usize> = Vec::new();
    // Whether a repetition may stand here.
    let mut repeats = false;
    let mut at = 0;
    while let Some(it) = pattern[at..].chars().next() {
        let (start, rest) = (at, &pattern[at..]);
        at += it.len_utf8();
        let here = start..at;
        match it {
            '\\' => match pattern[at..].chars().next() {
                Some(it) => (at, repeats) = (at + it.len_utf8(), true),
                None => return Some((here, "escapes nothing")),
            },
            '[' => match class(rest) {
                Some(len) => (at, repeats) = (start + len, true),
                None => return Some((here, "is never closed")),
            },
            '(' => {
                open.push(start);
                repeats = false;
                if let Some(group) = rest.strip_prefix("(?") {
                    if !is_group(group) {
                        return Some((start..at + 1, "begins no group of JavaScript"));
                    }
                    at += 1;
                }
            }
            ')' if open.pop().is_none() => return Some((here, "closes no group")),
            ')' => repeats = true,
            '|' | '^' | '$' => repeats = false,
            '*' | '+' | '?' => {
                if !repeats {
                    return Some((here, "repeats nothing"));
                }
                // As few as possible.
                at += usize::from(pattern[at..].starts_with('?'));
                repeats = false;
            }
            '{' => match times(rest) {
                Some(len) if !repeats => {
                    return Some((start..start + len, "repeats nothing"));
                }
                Some(len) => {
                    at = start + len;
                    at += usize::from(pattern[at..].starts_with('?'));
                    repeats = false;
                }
                None => repeats = true,
            },
            _ => repeats = true,
        }
    }
    open.pop().map(|it| (it..it + 1, "is never closed"))
}

/// The bytes of a class of characters at the beginning of a text.
fn class(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, it)) = chars.next() {
        match it {
            '\\' => drop(chars.next()),
            ']' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether a text goes on as a group does after `(?`.
fn is_group(text: &str) -> bool {
    let flags = text.trim_start_matches(['i', 'm', 's', '-']);
    text.starts_with(['=', '!', '<']) || flags.starts_with(':')
}

/// The bytes of `{2}`, `{2,}` or `{2,3}` at the beginning of a text.
fn times(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let (least, most) = match text[1..end].split_once(',') {
        Some((least, most)) => (least, most),
        None => (&text[1..end], ""),
    };
    let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_browser_takes_is_told() {
        for pattern in [
            "",
            "a",
            "5..",
            "[0-9]+",
            "a*?b+?",
            "(a|b)?",
            "^a$",
            "[]]",
            "[^]]",
            "[",
            "a{2}",
            "a{2,}?",
            "{",
            "a{",
            "a{,2}",
            "]",
            "}",
            "(?:a)",
            "(?=a)(?!b)(?<=c)(?<!d)",
            "(?<name>a)",
            "(?i:a)",
            r"\[\(",
            r"[\]]",
            "a|",
            "|a",
            r"\b*",
            "å+",
        ] {
            let got = fault(pattern).map(|it| it.1);
            let expect = (pattern == "[").then_some("is never closed");
            assert_eq!(got, expect, "{pattern}");
        }
        for (pattern, at, what) in [
            ("a[b", 1..2, "is never closed"),
            ("([0-9]+", 0..1, "is never closed"),
            ("a)", 1..2, "closes no group"),
            ("*a", 0..1, "repeats nothing"),
            ("a|+", 2..3, "repeats nothing"),
            ("(?a)", 0..2, "begins no group of JavaScript"),
            ("(?P<x>a)", 0..2, "begins no group of JavaScript"),
            ("(?i)a", 0..2, "begins no group of JavaScript"),
            ("a**", 2..3, "repeats nothing"),
            ("{2}", 0..3, "repeats nothing"),
            (r"a\", 1..2, "escapes nothing"),
            (r"[\]", 0..1, "is never closed"),
        ] {
            assert_eq!(fault(pattern), Some((at, what)), "{pattern}");
        }
    }
}
