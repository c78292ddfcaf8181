//! The layout of a file: headers, keys and values, comments, empty lines.

use std::collections::HashMap;

use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

use crate::format::expression::Written;
use crate::format::value;

/// Keys whose lengths differ more are not set below each other.
const MAX_GAP: usize = 24;

/// Paths of keys that are no longer stand in the column of the other keys.
const SHORT_PATH: usize = 12;

/// One line of a file, or the lines of one value.
struct Item {
    head: Head,
    comment: Option<Comment>,
}

enum Head {
    /// An empty line.
    Gap,
    /// A comment alone.
    Comment,
    /// `[a.b]`
    Header(String),
    /// `key = value`
    Entry { key: String, is_path: bool, value: String },
}

struct Comment {
    text: String,
    /// The column at which the author set it, from 0.
    column: usize,
}

/// A file laid out, with these strings in the places of others. It must be sound.
pub(super) fn lay_out(text: &str, strings: &[Written]) -> String {
    let newline = match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let strings: HashMap<usize, String> =
        strings.iter().map(|it| (it.start, it.text.replace('\n', newline))).collect();
    let items = Reader { text, newline, strings: &strings }.items();
    let mut out = String::new();
    if text.starts_with('\u{feff}') {
        out.push('\u{feff}');
    }
    let mut rest = &items[..];
    while !rest.is_empty() {
        let ends = |it: &Item| matches!(it.head, Head::Gap | Head::Header(_));
        let n = rest[1..].iter().position(ends).map_or(rest.len(), |it| it + 1);
        print(&rest[..n], newline, &mut out);
        rest = &rest[n..];
    }
    out
}

struct Reader<'a> {
    text: &'a str,
    newline: &'a str,
    strings: &'a HashMap<usize, String>,
}

impl Reader<'_> {
    fn items(&self) -> Vec<Item> {
        let tokens = Source::new(self.text).lex().into_vec();
        let mut out: Vec<Item> = Vec::new();
        let mut rest = &tokens[..];
        while let Some(first) = rest.first() {
            let n = line(rest);
            let (item, comment) = self.item(&rest[..n]);
            rest = &rest[(n + 1).min(rest.len())..];
            let gaps = matches!(out.last(), None | Some(Item { head: Head::Gap, .. }));
            match item {
                _ if first.kind() == TokenKind::Eof => {}
                Head::Gap if gaps => {}
                head => out.push(Item { head, comment }),
            }
        }
        while matches!(out.last(), Some(Item { head: Head::Gap, .. })) {
            out.pop();
        }
        out
    }

    /// The tokens of one line, or of one value.
    fn item(&self, tokens: &[Token]) -> (Head, Option<Comment>) {
        let solid =
            |it: &&Token| !matches!(it.kind(), TokenKind::Whitespace | TokenKind::Eof);
        let comment = tokens.iter().rfind(solid);
        let comment = comment.filter(|it| it.kind() == TokenKind::Comment);
        let end = comment.map_or(tokens.len(), |comment| {
            let start = comment.span().start();
            tokens.iter().position(|it| it.span().start() == start).unwrap_or_default()
        });
        let comment = comment.map(|it| self.comment(it));
        let tokens = &tokens[..end];
        let join = |tokens: &[Token]| {
            let own = |it: &Token| &self.text[it.span().start()..it.span().end()];
            tokens.iter().filter(solid).map(own).collect::<String>()
        };
        let head = match tokens.iter().find(solid) {
            None if comment.is_some() => Head::Comment,
            None => Head::Gap,
            Some(it) if it.kind() == TokenKind::LeftSquareBracket => {
                Head::Header(join(tokens))
            }
            Some(_) => {
                let equals = tokens.iter().position(|it| it.kind() == TokenKind::Equals);
                let at = equals.unwrap_or(tokens.len());
                let value = &tokens[(at + 1).min(tokens.len())..];
                let own = |it: &Token| it.kind() == TokenKind::Atom;
                let is_path = tokens[..at].iter().filter(solid).any(|it| !own(it));
                let alone = value.iter().filter(solid).count() == 1;
                let replaced = |it: &Token| {
                    let new = self.strings.get(&it.span().start())?;
                    // Lines in the midst of a table would be hard to read.
                    let old = &self.text[it.span().start()..it.span().end()];
                    let grows = new.contains('\n') && !old.contains('\n');
                    (alone || !grows).then_some(new.as_str())
                };
                let value = value::lay_out(self.text, value, replaced, self.newline);
                Head::Entry { key: join(&tokens[..at]), is_path, value }
            }
        };
        (head, comment)
    }

    fn comment(&self, token: &Token) -> Comment {
        let (start, end) = (token.span().start(), token.span().end());
        let line = self.text[..start].rfind('\n').map_or(0, |it| it + 1);
        let text = self.text[start..end].trim_end().to_string();
        Comment { text, column: self.text[line..start].chars().count() }
    }
}

/// The number of tokens before the end of the line on which the first value ends.
fn line(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (idx, it) in tokens.iter().enumerate() {
        match it.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                depth = depth.saturating_sub(1);
            }
            TokenKind::Newline if depth == 0 => return idx,
            _ => {}
        }
    }
    tokens.len()
}

/// Prints a header and the entries below it up to the next gap; `=` stand below each
/// other, and so do comments on neighbouring lines.
fn print(items: &[Item], newline: &str, out: &mut String) {
    let widths = widths(items);
    let heads: Vec<String> = items
        .iter()
        .zip(widths)
        .map(|(item, width)| match &item.head {
            Head::Gap | Head::Comment => String::new(),
            Head::Header(text) => text.clone(),
            Head::Entry { key, value, .. } => format!("{key:width$} = {value}"),
        })
        .collect();
    let columns = columns(items, &heads);
    for ((item, head), column) in items.iter().zip(&heads).zip(columns) {
        out.push_str(head);
        if let Some(comment) = &item.comment {
            if !head.is_empty() {
                out.push_str(&" ".repeat(column - last_width(head)));
            }
            out.push_str(&comment.text);
        }
        out.push_str(newline);
    }
}

/// How wide the key of each entry is printed.
fn widths(items: &[Item]) -> Vec<usize> {
    let width = |it: &Item| match &it.head {
        Head::Entry { key, .. } => key.chars().count(),
        Head::Gap | Head::Comment | Head::Header(_) => 0,
    };
    let is_path = |it: &Item| matches!(it.head, Head::Entry { is_path: true, .. });
    let is_plain = |it: &&Item| !is_path(it) || width(it) <= SHORT_PATH;
    let plain = items.iter().filter(is_plain).map(width).max().unwrap_or(0);
    let mut out: Vec<usize> = items.iter().map(|it| width(it).max(plain)).collect();
    // Paths have their own width where they stand together.
    let mut at = 0;
    while at < items.len() {
        let is_long = |it: &Item| {
            let one_line = match &it.head {
                Head::Entry { value, .. } => !value.contains('\n'),
                Head::Gap | Head::Comment | Head::Header(_) => false,
            };
            is_path(it) && plain < width(it) && one_line
        };
        let n = items[at..].iter().take_while(|it| is_long(it)).count();
        let run = || items[at..at + n].iter().map(width);
        let (least, most) = (run().min().unwrap_or(0), run().max().unwrap_or(0));
        if most - least <= MAX_GAP {
            out[at..at + n].fill(most);
        }
        at += n.max(1);
    }
    out
}

/// The column of the comment of each item that has one.
fn columns(items: &[Item], heads: &[String]) -> Vec<usize> {
    let mut out = vec![0; items.len()];
    let has = |idx: usize| items[idx].comment.is_some() && !heads[idx].is_empty();
    let mut at = 0;
    while at < items.len() {
        let n = (at..items.len()).take_while(|idx| has(*idx)).count();
        let run = at..at + n;
        let needed = run.clone().map(|idx| last_width(&heads[idx]) + 2).max();
        let wanted = run.clone().filter_map(|idx| items[idx].comment.as_ref());
        let column = needed.max(wanted.map(|it| it.column).min());
        out[run].fill(column.unwrap_or(0));
        at += n.max(1);
    }
    out
}

/// How wide the last line of a text is.
fn last_width(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or_default().chars().count()
}
