//! The size of rules as the Prometheus Operator measures them: it prints the `spec` of an
//! object by Go's yaml.v2 (`ValidateRule` in its `pkg/operator/rules.go`), which folds long
//! lines and escapes what it takes for unprintable.

use crate::emit::object::Map;
use crate::emit::yaml;
use crate::rulefile::write;
use crate::rules::group::{Group, Pair, Rule};

/// The column from which on yaml.v2 breaks a line at the next blank.
const WIDTH: usize = 80;
/// The columns of lines that continue a value of a rule or a label of a group.
const OUTER: usize = 6;
/// The columns of lines that continue a label or an annotation of a rule.
const INNER: usize = 8;

/// The number of bytes of a group alone in an object.
pub(super) fn of(group: &Group) -> usize {
    let printed = yaml::print("", &write::groups([group])).len();
    let pair = |it: &Pair, indent| (it.value.shared(), indent, it.name.as_str().len());
    let mut texts: Vec<_> = group.labels.iter().map(|it| pair(it, OUTER)).collect();
    for rule in &group.rules {
        let (expr, labels, annotations): (_, &[Pair], &[Pair]) = match rule {
            Rule::Record(it) => (&it.expr, &it.labels, &[]),
            Rule::Alert(it) => (&it.expr, &it.labels, &it.annotations),
        };
        texts.push((expr.text.shared(), OUTER, "expr".len()));
        texts.extend(labels.iter().chain(annotations).map(|it| pair(it, INNER)));
    }
    let (mut more, mut less) = (0, 0);
    for (text, indent, n_key) in texts {
        if let Some(n_bytes) = written(&text, indent, n_key) {
            more += n_bytes;
            less += printed_here(&text, indent);
        }
    }
    (printed + more).saturating_sub(less)
}

/// What a text needs where it is printed by [`yaml`].
fn printed_here(text: &str, indent: usize) -> usize {
    const AROUND: usize = "k: \n".len();
    let alone = yaml::print("", &Map(vec![("k".to_owned(), text.to_owned())]));
    let n_lines = alone.lines().count() - 1;
    // There the lines of a block stand two columns in.
    alone.len() - AROUND + n_lines * (indent - 2)
}

/// What yaml.v2 makes of a text after a key of so many letters; `None` for a literal block,
/// which is the same here.
fn written(text: &str, indent: usize, n_key: usize) -> Option<usize> {
    match text.chars().all(is_printable) {
        true if text.contains('\n') => None,
        true => Some(folded(text, indent, n_key)),
        false => Some(escaped(text, indent, n_key)),
    }
}

fn is_printable(it: char) -> bool {
    matches!(
        it,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}'
    )
}

/// In plain style or between single quotes.
fn folded(text: &str, indent: usize, n_key: usize) -> usize {
    let quotes = match is_plain(text) {
        true => 0,
        false => 2 + text.matches('\'').count(),
    };
    let (mut n_bytes, mut column) = (quotes + text.len(), indent + n_key + quotes.min(1));
    let mut chars = text.char_indices().peekable();
    let mut after_blank = false;
    while let Some((at, it)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        let breaks = it == ' ' && !after_blank && WIDTH < column && at != 0;
        match breaks && next.is_some_and(|it| it != ' ') {
            // Instead of the blank a line ends, and the next one begins further in.
            true => {
                n_bytes += indent;
                column = indent;
            }
            // Between quotes one is written twice.
            false => column += 1 + usize::from(it == '\'' && quotes != 0),
        }
        after_blank = it == ' ';
    }
    n_bytes
}

fn is_plain(text: &str) -> bool {
    const INDICATORS: &str = "#,[]{}&*!|>'\"%@`";
    let first = |it: char| INDICATORS.contains(it) || it == ' ';
    let marked = ["- ", "? ", ": ", "---"].iter().any(|it| text.starts_with(it));
    !(text.is_empty()
        || text.starts_with(first)
        || marked
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #"))
}

/// Between double quotes.
fn escaped(text: &str, indent: usize, n_key: usize) -> usize {
    let (mut n_bytes, mut column) = (2, indent + n_key + 1);
    let mut chars = text.char_indices().peekable();
    let mut after_blank = false;
    while let Some((at, it)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        if it == ' ' && !after_blank && WIDTH < column && at != 0 && next.is_some() {
            // A blank that would begin the line is escaped.
            n_bytes += 1 + indent + usize::from(next == Some(' '));
            column = indent;
            after_blank = true;
            continue;
        }
        let (width, columns) = match it {
            '"' | '\\' | '\0' | '\u{7}'..='\r' | '\u{1b}' => (2, 2),
            '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' => (2, 2),
            it if is_printable(it) => (it.len_utf8(), 1),
            it if u32::from(it) <= 0xff => (4, 4),
            it if u32::from(it) <= 0xffff => (6, 6),
            _ => (10, 10),
        };
        n_bytes += width;
        column += columns;
        after_blank = it == ' ';
    }
    n_bytes
}
