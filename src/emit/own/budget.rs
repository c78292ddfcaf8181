//! Bounds of the work of a template: rounds of loops, bytes written, sizes of variables.
//!
//! Tera bounds recursion and `range` by itself, but neither loops in loops nor variables
//! that double. So a call that counts is put behind the tag of each loop, component and
//! assignment; places in the text that is rendered are those of the author's after
//! [`Instrumented::original`]. Work is counted, never timed.

use std::cell::Cell;
use std::io;

/// A file may have so many bytes.
pub const MAX_FILE: usize = 16 << 20;
/// The loops of a template may have so many rounds for one file.
const MAX_ROUNDS: u64 = 2_000_000;
/// A template may write so many bytes for one file, into variables too.
const MAX_WRITTEN: u64 = 256 << 20;
/// A variable may have so many bytes, or items.
const MAX_VARIABLE: usize = 4 << 20;
/// Tags may nest so deeply.
const MAX_DEPTH: usize = 100;
/// A tag may have so many brackets open.
const MAX_BRACKETS: usize = 50;

/// The function that counts a round.
pub(super) const ROUND: &str = "aqua_alerts_round";
/// The function that looks at a variable.
pub(super) const SIZE: &str = "aqua_alerts_size";

thread_local! {
    static ROUNDS: Cell<u64> = const { Cell::new(0) };
    static WRITTEN: Cell<u64> = const { Cell::new(0) };
}

/// Begins to count for a file.
pub(super) fn renew() {
    ROUNDS.set(0);
    WRITTEN.set(0);
}

/// Counts a round whose own text has so many bytes.
pub(super) fn round(text: u64) -> Result<(), String> {
    ROUNDS.set(ROUNDS.get() + 1);
    WRITTEN.set(WRITTEN.get().saturating_add(text));
    if MAX_ROUNDS < ROUNDS.get() {
        return Err(format!("more than {MAX_ROUNDS} rounds for one file"));
    }
    write(0).map_err(|it| it.to_string())
}

/// Counts bytes that are written.
pub(super) fn write(n_bytes: usize) -> io::Result<()> {
    WRITTEN.set(WRITTEN.get().saturating_add(n_bytes as u64));
    match WRITTEN.get() <= MAX_WRITTEN {
        true => Ok(()),
        false => {
            let why = format!("writes more than {} MiB", MAX_WRITTEN >> 20);
            Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
        }
    }
}

/// Looks at the size of a variable.
pub(super) fn size(n: usize) -> Result<(), String> {
    match n <= MAX_VARIABLE {
        true => Ok(()),
        false => Err(format!("a variable with more than {} MiB", MAX_VARIABLE >> 20)),
    }
}

/// A template with the calls that count in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instrumented {
    /// The text that is rendered.
    pub(super) text: String,
    /// Where calls stand in it: where each begins, and its length.
    calls: Vec<(usize, usize)>,
}

impl Instrumented {
    /// The place in the author's text of a place in the rendered one; a call's is that of
    /// the tag before it.
    pub(super) fn original(&self, at: usize) -> usize {
        let mut gone = 0;
        for (start, length) in self.calls.iter().take_while(|it| it.0 <= at) {
            // Within a call.
            if at < start + length {
                return start - gone;
            }
            gone += length;
        }
        at - gone
    }

    /// Whether a call stands at a place of the rendered text.
    pub(super) fn is_call(&self, at: usize) -> bool {
        self.calls.iter().any(|it| (it.0..it.0 + it.1).contains(&at))
    }
}

/// A tag that nests too deeply: its place and what it has too much of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooDeep {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: &'static str,
}

/// What is to be put behind a tag.
enum Call {
    /// A round of the loop or component whose text is counted at this index.
    Round(usize),
    /// A look at a variable.
    Size(String),
}

/// Puts the calls that count into a template.
pub(super) fn instrument(source: &str) -> Result<Instrumented, TooDeep> {
    let mut calls: Vec<(usize, bool, Call)> = Vec::new();
    // Bytes of text in the loops and components, nested ones not counted.
    let mut texts: Vec<u64> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_tag(source, at) {
        let inner = open.iter().rev().find_map(|it| *it);
        if let Some(idx) = inner {
            texts[idx] += (start - at) as u64;
        }
        let rest = &source[start..];
        if rest.starts_with("<#") {
            at = rest.find("#>").map_or(source.len(), |it| start + it + 2);
            continue;
        }
        let end = if rest.starts_with("<%") { "%>" } else { ">>" };
        let (length, brackets) = tag_length(rest, end);
        at = start + length;
        if MAX_BRACKETS < brackets {
            return Err(TooDeep { start, end: at, what: "brackets" });
        }
        if end == ">>" {
            continue;
        }
        let inside = rest[2..length].trim_end_matches(end);
        let trims = inside.ends_with('-');
        let inside = inside.trim_start_matches('-').trim_end_matches('-').trim();
        let word = inside.split(|it: char| !is_word(it)).next().unwrap_or("");
        match word {
            "raw" => {
                at = end_of_raw(source, at);
                continue;
            }
            "for" | "component" => {
                texts.push(0);
                open.push(Some(texts.len() - 1));
                calls.push((at, trims, Call::Round(texts.len() - 1)));
            }
            "if" | "block" | "filter" => open.push(None),
            "set" | "set_global" => {
                let name = inside[word.len()..].trim_start();
                let length =
                    name.bytes().take_while(|it| is_word(char::from(*it))).count();
                let (name, value) = name.split_at(length);
                match value.trim_start().starts_with('=') && !name.is_empty() {
                    true => calls.push((at, trims, Call::Size(name.to_owned()))),
                    // The text up to `endset` is the value.
                    false => open.push(None),
                }
            }
            _ if word.starts_with("end") => drop(open.pop()),
            _ => {}
        }
        if MAX_DEPTH < open.len() {
            return Err(TooDeep { start, end: at, what: "tags" });
        }
    }
    Ok(put(source, calls, &texts))
}

fn put(source: &str, calls: Vec<(usize, bool, Call)>, texts: &[u64]) -> Instrumented {
    let mut text = String::with_capacity(source.len() + 60 * calls.len());
    let mut places = Vec::with_capacity(calls.len());
    let mut done = 0;
    for (at, trims, call) in calls {
        text.push_str(&source[done..at]);
        done = at;
        let call = match call {
            Call::Round(idx) => format!("{ROUND}(text={})", texts[idx]),
            Call::Size(name) => format!("{SIZE}(of={name})"),
        };
        // What a tag trims behind it, the call has to trim.
        let end = if trims { "->>" } else { ">>" };
        let start = text.len();
        text.push_str(&format!("<<{call} {end}"));
        places.push((start, text.len() - start));
    }
    text.push_str(&source[done..]);
    Instrumented { text, calls: places }
}

fn is_word(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

fn next_tag(source: &str, from: usize) -> Option<usize> {
    let bytes = &source.as_bytes()[from..];
    let found = bytes.windows(2).position(|it| matches!(it, b"<%" | b"<<" | b"<#"));
    found.map(|it| from + it)
}

/// How long a tag is with its end, which may not stand in a string; and how many brackets
/// are open in it at once.
fn tag_length(tag: &str, end: &str) -> (usize, usize) {
    let bytes = tag.as_bytes();
    let (mut at, mut depth, mut most) = (2, 0_usize, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(end.as_bytes()) {
            return (at + end.len(), most);
        }
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    (tag.len(), most)
}

/// Where a raw block that begins at `from` ends.
fn end_of_raw(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(start) = source[at..].find("<%").map(|it| at + it) {
        let (length, _) = tag_length(&source[start..], "%>");
        at = start + length;
        let inside = source[start + 2..at].trim_end_matches("%>");
        if inside.trim_matches(['-', ' ', '\t', '\n', '\r']) == "endraw" {
            return at;
        }
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_stand_behind_loops_and_assignments() {
        let source = "a <% for x in xs -%>\n b<<x>><% if x %>c<% endif %><% endfor %> \
                      <% set y = \"%>\" ~ y %><# <% for #>";
        let it = instrument(source).unwrap();
        assert_eq!(
            it.text,
            "a <% for x in xs -%><<aqua_alerts_round(text=4) ->>\n b<<x>><% if x %>c\
             <% endif %><% endfor %> <% set y = \"%>\" ~ y %><<aqua_alerts_size(of=y) >>\
             <# <% for #>"
        );
        for (idx, _) in source.match_indices(['b', 'c', 'y', '#']) {
            let letter = &source[idx..=idx];
            let moved = (0..it.text.len()).filter(|at| {
                !it.is_call(*at)
                    && it.original(*at) == idx
                    && it.text.is_char_boundary(*at)
            });
            let found: Vec<&str> = moved.map(|at| &it.text[at..=at]).collect();
            assert_eq!(found, [letter], "{idx}");
        }
    }

    #[test]
    fn what_is_raw_or_in_a_string_is_left_alone() {
        for source in [
            "<% raw %><% for x in y %><%- endraw -%>",
            "<< \"<% for x in y %>\" >>",
            "<% include \"a\" %> <% extends 'b' %><% block c %><% endblock %>",
            "<% for x",
            "<<",
        ] {
            let text = instrument(source).unwrap().text;
            match source.starts_with("<% for") {
                true => assert!(text.starts_with(source)),
                false => assert_eq!(text, source),
            }
        }
    }

    #[test]
    fn depth_is_bounded() {
        let many = |it: &str| it.repeat(1000);
        assert_eq!(instrument(&many("<% if x %>")).unwrap_err().what, "tags");
        let deep = format!("<< {}1{} >>", many("("), many(")"));
        assert_eq!(instrument(&deep).unwrap_err().what, "brackets");
        assert!(instrument(&many("<% if x %><% endif %>")).is_ok());
    }

    #[test]
    fn work_is_counted() {
        renew();
        assert!(round(MAX_WRITTEN).is_ok() && round(1).is_err());
        renew();
        assert!(write(1).is_ok() && write(MAX_WRITTEN as usize).is_err());
        assert!(size(MAX_VARIABLE).is_ok() && size(MAX_VARIABLE + 1).is_err());
        renew();
    }
}
