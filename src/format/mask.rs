//! Expressions with parameters as expressions without: each `${name}`, and each variable
//! of Grafana, becomes something of its length that may stand there.
//!
//! Equal names become equal texts and other names other ones, wherever the text is moved
//! as a whole. In strings nothing needs to be done.

use std::ops::Range;

/// A text without parameters, as long as the one with them.
#[derive(Debug)]
pub(super) struct Masked {
    /// The text.
    pub(super) text: String,
    /// What was replaced, in order.
    names: Vec<String>,
}

impl Masked {
    /// The text with its parameters replaced; `None` where one does not say what it is.
    pub(super) fn new(text: &str) -> Option<Masked> {
        let mut names = Vec::new();
        for range in uses(text)? {
            names.push((text[range.clone()].to_string(), range));
        }
        let mut known: Vec<&str> = names.iter().map(|it| it.0.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        let mut out = text.to_string();
        for (name, range) in &names {
            let number = known.binary_search(&name.as_str()).ok()?;
            let stand_in = Role::of(text, range)?.stand_in(number, range.len())?;
            out.replace_range(range.clone(), &stand_in);
        }
        Some(Masked { text: out, names: names.into_iter().map(|it| it.0).collect() })
    }

    /// Everything that was replaced, sorted.
    pub(super) fn names_sorted(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}

/// Where parameters and variables stand outside of strings; `None` where a `$` is neither.
fn uses(text: &str) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' && quote != b'`' { 2 } else { 1 };
                }
                at += 1;
            }
            b'#' => {
                at += bytes[at..].iter().take_while(|it| **it != b'\n').count();
            }
            b'$' => {
                let rest = &text[at + 1..];
                let length = match rest.strip_prefix('{') {
                    Some(inner) => inner.find(['}', '{', '"', '\n'])? + 2,
                    None => rest.bytes().take_while(|it| is_word(*it)).count(),
                };
                if length == 0 || rest.starts_with('{') && !rest[..length].ends_with('}')
                {
                    return None;
                }
                out.push(at..at + 1 + length);
                at += 1 + length;
            }
            _ => at += 1,
        }
    }
    Some(out)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a parameter is, by what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A name, or a part of one.
    Name,
    /// Digits of a number or duration.
    Digits,
    /// A list of matchers.
    Matchers,
    /// A number or duration.
    Number,
}

impl Role {
    fn of(text: &str, range: &Range<usize>) -> Option<Role> {
        let (before, after) = (&text[..range.start], &text[range.end..]);
        // `${a}${b}`
        if before.ends_with('}') {
            return None;
        }
        let within = innermost(before);
        let glued = |it: &u8| is_word(*it) || *it == b':' && within != Some('[');
        let n_before = before.bytes().rev().take_while(glued).count();
        let word_before = &before[before.len() - n_before..];
        let word_after = &after[..after.bytes().take_while(glued).count()];
        let last = before.trim_end().chars().next_back();
        let next = after.trim_start().chars().next();
        let units = ["ms", "s", "m", "h", "d", "w", "y"];
        Some(match within {
            _ if word_before.starts_with(|it: char| it.is_ascii_digit()) => Role::Digits,
            _ if !word_before.is_empty() => Role::Name,
            Some('{') => match (last, next) {
                (_, Some('=' | '!')) => Role::Name,
                (Some('{' | ','), Some('}' | ',')) => Role::Matchers,
                _ => return None,
            },
            Some('(') if is_list(before) => Role::Name,
            _ if units.contains(&word_after) => Role::Digits,
            _ if !word_after.is_empty() => Role::Name,
            _ if matches!(next, Some('{' | '[' | '(')) => Role::Name,
            _ => Role::Number,
        })
    }

    /// A text of this role and length, another for each number; `None` where there are
    /// not so many.
    fn stand_in(self, number: usize, length: usize) -> Option<String> {
        let out = match self {
            Role::Name => name(number, length),
            Role::Digits => format!("1{number:0>width$}", width = length - 1),
            Role::Matchers => format!("{}=\"\"", name(number, length.checked_sub(3)?)),
            Role::Number if length < 4 => {
                format!("1{number:0>width$}", width = length - 1)
            }
            Role::Number => format!("{:0<length$}", format!("{}.", number + 1)),
        };
        (out.len() == length).then_some(out)
    }
}

/// A name; empty where there is none of this length.
fn name(number: usize, length: usize) -> String {
    match length {
        1 => "abcdefghijklmnopqrstuvwxyz".chars().skip(number).take(1).collect(),
        _ => format!("p{number:0>width$}", width = length.saturating_sub(1)),
    }
}

/// The bracket that is open at the end of a text.
fn innermost(text: &str) -> Option<char> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match (quote, it) {
            (Some(q), it) if q == it => quote = None,
            (Some('"' | '\''), '\\') => drop(chars.next()),
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(it),
            // `${` is no brace.
            (None, '{') if text[..at].ends_with('$') => {
                chars.by_ref().find(|it| it.1 == '}')?;
            }
            (None, '(' | '[' | '{') => open.push(it),
            (None, ')' | ']' | '}') => drop(open.pop()),
            (None, _) => {}
        }
    }
    open.pop()
}

/// The last word of a text.
fn last_word(text: &str) -> String {
    let text = text.trim_end();
    let n = text.bytes().rev().take_while(|it| is_word(*it)).count();
    text[text.len() - n..].to_ascii_lowercase()
}

/// Whether the parenthesis that is open at the end of a text holds names of labels.
fn is_list(text: &str) -> bool {
    let Some(open) = text.rfind('(') else { return false };
    let words = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    words.contains(&last_word(&text[..open]).as_str())
}
