//! Differences between two texts as a unified diff.
//!
//! Texts that have little in common are shown as one replacement.

use std::ops::Range;

use crate::diag::edits::{Change, changes};

/// Lines around a change.
const CONTEXT: usize = 3;

/// The difference of `old` and `new`, under the names `from` and `to`; empty if there is
/// none.
pub fn diff(from: &str, to: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return String::new();
    }
    let mut out = format!("--- {from}\n+++ {to}\n");
    let mut idx = 0;
    while idx < changes.len() {
        let mut last = idx;
        while last + 1 < changes.len()
            && changes[last + 1].old.start - changes[last].old.end <= 2 * CONTEXT
        {
            last += 1;
        }
        hunk(&changes[idx..=last], &old, &new, &mut out);
        idx = last + 1;
    }
    out
}

/// A diff in the colours of a terminal.
pub fn coloured(diff: &str) -> String {
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'-') => format!("\x1b[31m{line}\x1b[0m\n"),
        Some(b'+') => format!("\x1b[32m{line}\x1b[0m\n"),
        Some(b'@') => format!("\x1b[36m{line}\x1b[0m\n"),
        _ => format!("{line}\n"),
    };
    diff.lines().map(paint).collect()
}

fn hunk(changes: &[Change], old: &[&str], new: &[&str], out: &mut String) {
    let (first, last) = (&changes[0], &changes[changes.len() - 1]);
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let olds = first.old.start - before..last.old.end + after;
    let news = first.new.start - before..last.new.end + after;
    out.push_str(&format!("@@ -{} +{} @@\n", span(&olds), span(&news)));
    let mut at = olds.start;
    for it in changes {
        lines(' ', &old[at..it.old.start], out);
        lines('-', &old[it.old.clone()], out);
        lines('+', &new[it.new.clone()], out);
        at = it.old.end;
    }
    lines(' ', &old[at..olds.end], out);
}

/// `start,count` as diff counts: from 1, and from 0 where nothing is there.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        n => format!("{},{n}", range.start + 1),
    }
}

fn lines(sign: char, lines: &[&str], out: &mut String) {
    for line in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shown_with_their_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let new = "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn";
        let expect = "--- x\n+++ y\n@@ -1,6 +1,6 @@\n a\n b\n-c\n+C\n d\n e\n f\n\
             @@ -11,3 +11,4 @@\n k\n l\n m\n+n\n\\ No newline at end of file\n";
        assert_eq!(diff("x", "y", old, new), expect);
        assert_eq!(diff("x", "y", old, old), "");
    }

    #[test]
    fn empty_sides_count_from_zero() {
        assert_eq!(diff("x", "y", "", "a\n"), "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(diff("x", "y", "a\n", ""), "--- x\n+++ y\n@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn texts_without_anything_in_common_are_replaced() {
        let old: String = (0..3000).map(|it| format!("a{it}\n")).collect();
        let new: String = (0..3000).map(|it| format!("b{it}\n")).collect();
        let got = diff("x", "y", &old, &new);
        assert_eq!(got.lines().filter(|it| it.starts_with("@@")).count(), 1);
    }
}
