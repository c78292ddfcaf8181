//! Two texts line by line, with the words marked in which they differ.
//!
//! Plain data for a message: lines of the first text with `-`, of the second with `+`,
//! what they share without a sign. Long lines are cut around what differs.

use std::ops::Range;

use crate::diag::edits::{Change, changes};

/// Two texts that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contrast {
    /// What the texts are: ``the annotation `summary` ``.
    pub title: String,
    /// Their lines.
    pub lines: Vec<Line>,
}

/// A line of one text or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which text has it.
    pub sign: Sign,
    /// The line, without characters that move the cursor.
    pub text: String,
    /// The parts in which it differs from its counterpart, in characters; none where it
    /// has no counterpart.
    pub marks: Vec<Range<usize>>,
}

/// Which text has a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Both.
    Both,
    /// The first: what is expected.
    Expected,
    /// The second: what is found.
    Found,
}

impl Sign {
    /// What stands before the line.
    pub fn as_str(self) -> &'static str {
        match self {
            Sign::Both => " ",
            Sign::Expected => "-",
            Sign::Found => "+",
        }
    }
}

/// Characters of the longest line.
const WIDTH: usize = 96;

/// Characters before the first mark of a line that is cut.
const BEFORE: usize = 32;

/// Equal lines around a change.
const AROUND: usize = 1;

/// Lines of the longest contrast.
const MAX_LINES: usize = 24;

/// Texts longer than this, in bytes, are not compared word by word.
const MAX_WORDS: usize = 16 << 10;

/// Compares two texts.
pub fn contrast(title: impl Into<String>, expected: &str, found: &str) -> Contrast {
    let split = |text: &str| text.split('\n').map(visible).collect::<Vec<_>>();
    let (expected, found) = (split(expected), split(found));
    let old: Vec<&str> = expected.iter().map(String::as_str).collect();
    let new: Vec<&str> = found.iter().map(String::as_str).collect();
    let all = changes(&old, &new);
    let mut lines = Vec::new();
    let mut at = 0;
    for (idx, it) in all.iter().enumerate() {
        shared(&old[at..it.old.start], idx == 0, false, &mut lines);
        replaced(&old[it.old.clone()], &new[it.new.clone()], &mut lines);
        at = it.old.end;
    }
    // The end of a text with a line break says nothing where both have it.
    let rest = &old[at..];
    let rest = rest.strip_suffix(&[""]).unwrap_or(rest);
    shared(rest, all.is_empty(), true, &mut lines);
    let n_lines = lines.len();
    if MAX_LINES < n_lines {
        lines.truncate(MAX_LINES);
        lines.push(shown(&format!("... and {} more lines", n_lines - MAX_LINES)));
    }
    Contrast { title: title.into(), lines }
}

/// A line without characters that move the cursor, as an author would escape them.
fn visible(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&c.escape_unicode().to_string()),
            c => out.push(c),
        }
    }
    out
}

fn shown(text: &str) -> Line {
    Line { sign: Sign::Both, text: text.to_string(), marks: Vec::new() }
}

/// Lines of both texts: those next to a change.
fn shared(lines: &[&str], first: bool, last: bool, out: &mut Vec<Line>) {
    let n_head = if first { 0 } else { AROUND };
    let n_tail = if last { 0 } else { AROUND };
    for (idx, line) in lines.iter().enumerate() {
        let left_out = n_head <= idx && idx + n_tail < lines.len();
        match left_out {
            false => out.push(shown(&cut(line, 0))),
            true if idx == n_head && (0 < idx || n_tail == 0 && 1 < lines.len()) => {
                out.push(shown("..."));
            }
            true => {}
        }
    }
}

/// Lines that were replaced by others; each beside its counterpart.
fn replaced(old: &[&str], new: &[&str], out: &mut Vec<Line>) {
    for idx in 0..old.len().max(new.len()) {
        match (old.get(idx), new.get(idx)) {
            (Some(old), Some(new)) => pair(old, new, out),
            (Some(old), None) => out.push(alone(Sign::Expected, old)),
            (None, Some(new)) => out.push(alone(Sign::Found, new)),
            (None, None) => {}
        }
    }
}

/// A line without a counterpart. An empty one is the end of a text that ends with a line
/// break.
fn alone(sign: Sign, line: &str) -> Line {
    let text = match line {
        "" => "\\n".to_string(),
        line => cut(line, 0),
    };
    Line { sign, text, marks: Vec::new() }
}

fn pair(old: &str, new: &str, out: &mut Vec<Line>) {
    let (old_marks, new_marks) = match old.len() + new.len() <= MAX_WORDS {
        true => marks(old, new),
        false => (Vec::new(), Vec::new()),
    };
    let starts = old_marks.iter().chain(&new_marks).map(|it| it.start);
    let first = starts.min().unwrap_or(0);
    // Both lines are cut at the same place, which is the same text in both.
    let from = match 2 * BEFORE < first {
        true if WIDTH < old.chars().count().max(new.chars().count()) => first - BEFORE,
        _ => 0,
    };
    for (sign, line, marks) in
        [(Sign::Expected, old, old_marks), (Sign::Found, new, new_marks)]
    {
        let text = cut(line, from);
        let n_chars = text.chars().count();
        let moved = if from == 0 { 0 } else { from - DOTS.len() };
        let marks = marks
            .into_iter()
            .map(|it| it.start - moved..(it.end - moved).min(n_chars))
            .filter(|it| it.start < it.end)
            .collect();
        out.push(Line { sign, text, marks });
    }
}

const DOTS: &str = "...";

/// The part of a line from a character on that is drawn.
fn cut(line: &str, from: usize) -> String {
    let head = if from == 0 { "" } else { DOTS };
    let n_left = line.chars().count().saturating_sub(from);
    if n_left <= WIDTH {
        return format!("{head}{}", line.chars().skip(from).collect::<String>());
    }
    let part: String = line.chars().skip(from).take(WIDTH).collect();
    format!("{head}{part}{DOTS}")
}

/// The parts in which two lines differ, in characters; none where they have so little in
/// common that everything would be marked.
fn marks(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (old_words, new_words) = (words(old), words(new));
    let changes = joined(changes(&old_words, &new_words), &old_words, &new_words);
    let place = |words: &[&str], range: Range<usize>| {
        let n_chars = |words: &[&str]| words.iter().map(|it| it.chars().count()).sum();
        let start: usize = n_chars(&words[..range.start]);
        let n: usize = n_chars(&words[range]);
        start..start + n
    };
    let (mut olds, mut news) = (Vec::new(), Vec::new());
    for it in &changes {
        olds.extend(Some(place(&old_words, it.old.clone())).filter(|it| !it.is_empty()));
        news.extend(Some(place(&new_words, it.new.clone())).filter(|it| !it.is_empty()));
    }
    let covers = |marks: &[Range<usize>], line: &str| {
        let n: usize = marks.iter().map(|it| it.len()).sum();
        line.chars().count() <= n
    };
    match covers(&olds, old) && covers(&news, new) {
        true => (Vec::new(), Vec::new()),
        false => (olds, news),
    }
}

/// Changes between which there are only a few signs are one.
fn joined(all: Vec<Change>, old: &[&str], new: &[&str]) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    for it in all {
        match out.last_mut() {
            Some(last) if is_gap(&old[last.old.end..it.old.start]) => {
                last.old.end = it.old.end;
                last.new.end = it.new.end;
            }
            _ => out.push(it),
        }
    }
    // What only moved signs at its ends is no larger for it.
    out.iter_mut().for_each(|it| {
        while it.old.end > it.old.start
            && it.new.end > it.new.start
            && old[it.old.end - 1] == new[it.new.end - 1]
        {
            it.old.end -= 1;
            it.new.end -= 1;
        }
    });
    out
}

fn is_gap(words: &[&str]) -> bool {
    let has_word = |it: &&str| it.chars().any(char::is_alphanumeric);
    words.len() <= 2 && !words.iter().any(has_word)
}

/// Words, runs of blanks, and single signs.
fn words(line: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Kind {
        Word,
        Blank,
        Sign,
    }
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => Kind::Word,
        c if c.is_whitespace() => Kind::Blank,
        _ => Kind::Sign,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last: Option<Kind> = None;
    for (at, c) in line.char_indices() {
        let kind = kind(c);
        let goes_on = kind != Kind::Sign && last.as_ref() == Some(&kind);
        if !goes_on && start < at {
            out.push(&line[start..at]);
            start = at;
        }
        last = Some(kind);
    }
    if start < line.len() {
        out.push(&line[start..]);
    }
    out
}

/// The contrast as text: below a line with marks a line of `^`.
pub fn text(contrast: &Contrast) -> String {
    let mut out = String::new();
    for line in &contrast.lines {
        out.push_str(&format!("{} {}\n", line.sign.as_str(), line.text));
        if !line.marks.is_empty() {
            out.push_str(&format!("  {}\n", carets(line)));
        }
    }
    out.lines().map(|it| format!("{}\n", it.trim_end())).collect()
}

/// `^` under the marked parts of a line.
pub fn carets(line: &Line) -> String {
    let mut out = String::new();
    for mark in &line.marks {
        out.extend(std::iter::repeat_n(' ', mark.start.saturating_sub(out.len())));
        out.extend(std::iter::repeat_n('^', mark.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(expected: &str, found: &str, expect: Expect) {
        expect.assert_eq(&text(&contrast("", expected, found)));
    }

    #[test]
    fn words_that_differ_are_marked() {
        check(
            "a-1 of 3 members are down",
            "a-1 of 4 members is down",
            expect![[r#"
                - a-1 of 3 members are down
                         ^         ^^^
                + a-1 of 4 members is down
                         ^         ^^
            "#]],
        );
        check(
            "map[__name__:up alertname:Down severity:critical]",
            "map[__name__:up]",
            expect![[r#"
                - map[__name__:up alertname:Down severity:critical]
                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                + map[__name__:up]
            "#]],
        );
        check(
            "gone",
            "here",
            expect![[r#"
            - gone
            + here
        "#]],
        );
    }

    #[test]
    fn lines_that_are_the_same_are_left_out() {
        check(
            "one\ntwo\nthree\nVALUE = 1\nfive",
            "one\ntwo\nthree\nVALUE = 2\nfive\n",
            expect![[r#"
                  three
                - VALUE = 1
                          ^
                + VALUE = 2
                          ^
                  five
                + \n
            "#]],
        );
    }

    #[test]
    fn long_lines_are_cut_before_what_differs() {
        let long = "word ".repeat(30);
        let old = format!("{long}é old \t{long}");
        check(
            &old,
            &old.replace("old", "new"),
            expect![[r#"
                - ...word word word word word word é old \tword word word word word word word word word word word wor...
                                                     ^^^
                + ...word word word word word word é new \tword word word word word word word word word word word wor...
                                                     ^^^
            "#]],
        );
    }
}
