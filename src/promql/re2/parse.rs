//! Text to automaton's input, by the rules of Go's `regexp/syntax/parse.go`.
//!
//! A stack of parts takes the place of recursion, so that no nesting can exhaust ours.

use std::sync::Arc;

use regex_syntax::hir::{Dot, Hir, Look};

use crate::promql::limits::{
    PATTERN_COUNT, PATTERN_HEIGHT, PATTERN_RANGES, PATTERN_SIZE,
};
use crate::promql::raw;
use crate::promql::re2::error::{Code, Error};
use crate::promql::re2::node::Node;

/// What has been read.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// The names of the groups; the whole match is the first.
    pub(super) names: Vec<Option<Arc<str>>>,
    /// The automaton might be too big.
    pub(super) is_big: bool,
}

/// What can be switched by `(?flags)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// `i`: letters stand for both cases.
    pub(super) fold_case: bool,
    /// `m`: `^` and `$` match at lines.
    multi_line: bool,
    /// `s`: `.` matches line ends.
    dot_newline: bool,
    /// `U`: repetitions take as little as possible.
    non_greedy: bool,
}

/// As patterns of label matchers are read.
pub(super) const MATCHER: Flags =
    Flags { dot_newline: true, fold_case: false, multi_line: false, non_greedy: false };

/// As Go's `regexp.Compile` reads a pattern.
pub(super) const PLAIN: Flags = Flags { dot_newline: false, ..MATCHER };

/// Instructions times ranges of characters that an automaton surely has room for.
const SURELY_SMALL: u64 = 200_000;

/// Parses a pattern.
pub(super) fn parse(pattern: &str, flags: Flags) -> Result<Parsed, Error> {
    let mut parser = Parser {
        pattern,
        pos: 0,
        flags,
        stack: Vec::new(),
        names: vec![None],
        n_ranges: 0,
    };
    parser.run()?;
    let Parser { mut stack, names, n_ranges, .. } = parser;
    match (stack.pop(), stack.is_empty()) {
        (Some(Item::Node(node)), true) => {
            // Each instruction may have every range of characters.
            let size = node.size.saturating_mul(n_ranges as u64 + 1);
            let is_big = SURELY_SMALL < size;
            Ok(Parsed { hir: node.into_hir(), names, is_big })
        }
        _ => Err(fault(Code::MissingParen, pattern, 0, pattern.len())),
    }
}

pub(super) struct Parser<'a> {
    pub(super) pattern: &'a str,
    pub(super) pos: usize,
    pub(super) flags: Flags,
    stack: Vec<Item>,
    names: Vec<Option<Arc<str>>>,
    n_ranges: usize,
}

enum Item {
    Node(Node),
    /// The alternatives of the group so far stand below it.
    Bar(Vec<Node>),
    /// The number of a group that is remembered, and the flags outside.
    Paren(Option<u32>, Flags),
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), Error> {
        // Where the repetition just before this place begins.
        let mut last_repeat = None;
        while let Some(byte) = self.peek() {
            let start = self.pos;
            let mut repeat = None;
            match byte {
                b'(' => self.open()?,
                b'|' => self.bar(),
                b')' => self.close()?,
                b'^' => self.look(Look::Start, Look::StartLF),
                b'$' => self.look(Look::End, Look::EndLF),
                b'.' => {
                    self.pos += 1;
                    let dot = match self.flags.dot_newline {
                        true => Dot::AnyChar,
                        false => Dot::AnyCharExceptLF,
                    };
                    self.push(Node::hir(Hir::dot(dot)))?;
                }
                b'[' => {
                    let class = self.bracket_class()?;
                    self.push_class(class)?;
                }
                b'*' | b'+' | b'?' => {
                    self.pos += 1;
                    let (min, max) = match byte {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(min, max, false, start, last_repeat)?;
                    repeat = Some(start);
                }
                b'{' => match self.counts()? {
                    Some((min, max)) => {
                        self.repeat(min, max, true, start, last_repeat)?;
                        repeat = Some(start);
                    }
                    None => {
                        self.pos += 1;
                        self.literal('{')?;
                    }
                },
                b'\\' => self.backslash()?,
                _ => {
                    let c = self.next_char()?;
                    self.literal(c)?;
                }
            }
            last_repeat = repeat;
        }
        self.reduce()
    }

    pub(super) fn rest(&self) -> &str {
        &self.pattern[self.pos..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.pattern.as_bytes().get(self.pos).copied()
    }

    /// A fault whose part runs from `start` to here.
    pub(super) fn fault(&self, code: Code, start: usize) -> Error {
        fault(code, self.pattern, start, self.pos)
    }

    /// Takes a character; there is one.
    pub(super) fn next_char(&mut self) -> Result<char, Error> {
        let Some(c) = self.rest().chars().next() else {
            return Err(self.fault(Code::InvalidUtf8, self.pos));
        };
        if raw::byte(c).is_some() {
            return Err(fault(
                Code::InvalidUtf8,
                self.pattern,
                self.pos,
                self.pattern.len(),
            ));
        }
        self.pos += c.len_utf8();
        Ok(c)
    }

    pub(super) fn push(&mut self, node: Node) -> Result<(), Error> {
        let code = match (node.height > PATTERN_HEIGHT, node.size > PATTERN_SIZE) {
            (true, _) => Some(Code::NestingDepth),
            (false, true) => Some(Code::Large),
            (false, false) => None,
        };
        match code {
            Some(code) => Err(fault(code, self.pattern, 0, self.pattern.len())),
            None => {
                self.stack.push(Item::Node(node));
                Ok(())
            }
        }
    }

    pub(super) fn push_class(
        &mut self,
        class: regex_syntax::hir::ClassUnicode,
    ) -> Result<(), Error> {
        self.n_ranges += class.ranges().len();
        match self.n_ranges > PATTERN_RANGES {
            true => Err(fault(Code::Large, self.pattern, 0, self.pattern.len())),
            false => self.push(Node::class(class)),
        }
    }

    pub(super) fn look_at(&mut self, look: Look) -> Result<(), Error> {
        self.push(Node::hir(Hir::look(look)))
    }

    fn look(&mut self, text: Look, line: Look) {
        self.pos += 1;
        let look = if self.flags.multi_line { line } else { text };
        self.stack.push(Item::Node(Node::hir(Hir::look(look))));
    }

    /// `(`, and what `?` makes of it.
    fn open(&mut self) -> Result<(), Error> {
        if self.rest().starts_with("(?") {
            return self.perl_group();
        }
        self.pos += 1;
        self.open_capture(None);
        Ok(())
    }

    fn open_capture(&mut self, name: Option<Arc<str>>) {
        let index = self.names.len() as u32;
        self.names.push(name);
        self.stack.push(Item::Paren(Some(index), self.flags));
    }

    /// `(?flags)`, `(?flags:`, `(?P<name>`, `(?<name>`
    fn perl_group(&mut self) -> Result<(), Error> {
        let start = self.pos;
        let rest = self.rest();
        let name_at = match rest.as_bytes() {
            [_, _, b'P', b'<', _, ..] => Some(4),
            [_, _, b'<', _, ..] => Some(3),
            _ => None,
        };
        if let Some(name_at) = name_at {
            return self.named_group(start, name_at);
        }
        self.pos += 2;
        let mut flags = self.flags;
        let mut on = true;
        let mut saw_flag = false;
        while self.pos < self.pattern.len() {
            let c = self.next_char()?;
            let flag = match c {
                'i' => &mut flags.fold_case,
                'm' => &mut flags.multi_line,
                's' => &mut flags.dot_newline,
                'U' => &mut flags.non_greedy,
                '-' if on => {
                    on = false;
                    saw_flag = false;
                    continue;
                }
                ':' | ')' if on || saw_flag => {
                    if c == ':' {
                        self.stack.push(Item::Paren(None, self.flags));
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            };
            *flag = on;
            saw_flag = true;
        }
        Err(self.fault(Code::InvalidPerlOp, start))
    }

    fn named_group(&mut self, start: usize, name_at: usize) -> Result<(), Error> {
        let rest = self.rest();
        let Some(end) = rest.find('>') else {
            self.utf8(start, self.pattern.len())?;
            self.pos = self.pattern.len();
            return Err(self.fault(Code::InvalidNamedCapture, start));
        };
        let name: Arc<str> = rest[name_at..end].into();
        self.utf8(start + name_at, start + end)?;
        self.pos += end + 1;
        let is_valid = !name.is_empty()
            && name.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric());
        if !is_valid {
            return Err(self.fault(Code::InvalidNamedCapture, start));
        }
        self.open_capture(Some(name));
        Ok(())
    }

    /// Refuses bytes that are not UTF-8 between two places.
    pub(super) fn utf8(&self, start: usize, end: usize) -> Result<(), Error> {
        let text = &self.pattern[start..end];
        match text.char_indices().find(|it| raw::byte(it.1).is_some()) {
            Some((at, _)) => Err(fault(Code::InvalidUtf8, self.pattern, start + at, end)),
            None => Ok(()),
        }
    }

    fn bar(&mut self) {
        self.pos += 1;
        let node = self.concat();
        match self.stack.last_mut() {
            Some(Item::Bar(alternatives)) => alternatives.push(node),
            _ => self.stack.push(Item::Bar(vec![node])),
        }
    }

    /// Takes the parts above the last bar or parenthesis and joins them.
    fn concat(&mut self) -> Node {
        let is_node = |it: &Item| matches!(it, Item::Node(_));
        let from = self.stack.iter().rposition(|it| !is_node(it)).map_or(0, |it| it + 1);
        let nodes = self.stack.drain(from..).filter_map(|it| match it {
            Item::Node(node) => Some(node),
            Item::Bar(_) | Item::Paren(..) => None,
        });
        Node::concat(nodes.collect())
    }

    /// Makes one part of all above the last parenthesis.
    fn reduce(&mut self) -> Result<(), Error> {
        let node = self.concat();
        match self.stack.pop() {
            Some(Item::Bar(mut alternatives)) => {
                alternatives.push(node);
                self.push(Node::alternate(alternatives))
            }
            other => {
                self.stack.extend(other);
                self.push(node)
            }
        }
    }

    fn close(&mut self) -> Result<(), Error> {
        self.reduce()?;
        self.pos += 1;
        let node = self.stack.pop();
        match (self.stack.pop(), node) {
            (Some(Item::Paren(index, flags)), Some(Item::Node(node))) => {
                self.flags = flags;
                self.push(match index {
                    Some(index) => node.capture(index),
                    None => node,
                })
            }
            _ => {
                let whole = self.pattern;
                Err(fault(Code::UnexpectedParen, whole, 0, whole.len()))
            }
        }
    }

    /// Repeats the last part; the operator begins at `start` and was taken.
    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        counted: bool,
        start: usize,
        last_repeat: Option<usize>,
    ) -> Result<(), Error> {
        let mut greedy = !self.flags.non_greedy;
        if self.peek() == Some(b'?') {
            self.pos += 1;
            greedy = !greedy;
        }
        if let Some(last) = last_repeat {
            return Err(self.fault(Code::InvalidRepeatOp, last));
        }
        let Some(Item::Node(_)) = self.stack.last() else {
            return Err(self.fault(Code::MissingRepeatArgument, start));
        };
        let Some(Item::Node(node)) = self.stack.pop() else { return Ok(()) };
        let node = node.repeat(min, max, greedy, counted);
        let counts_matter = counted && (min >= 2 || max.is_some_and(|it| it >= 2));
        if counts_matter && node.repeats_too_often() {
            return Err(self.fault(Code::InvalidRepeatSize, start));
        }
        self.push(node)
    }

    /// `{2}`, `{2,}`, `{2,5}`; `None` where the brace is a character like others.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, Error> {
        let start = self.pos;
        let rest = self.rest();
        let Some(end) = rest.find('}') else { return Ok(None) };
        let (low, high) = match rest[1..end].split_once(',') {
            Some((low, "")) => (count(low), Some(None)),
            Some((low, high)) => (count(low), count(high).map(Some)),
            None => (count(&rest[1..end]), count(&rest[1..end]).map(Some)),
        };
        let (Some(min), Some(max)) = (low, high) else { return Ok(None) };
        self.pos += end + 1;
        let is_too_big = min > PATTERN_COUNT || max.is_some_and(|it| it > PATTERN_COUNT);
        if is_too_big || max.is_some_and(|it| it < min) {
            return Err(self.fault(Code::InvalidRepeatSize, start));
        }
        Ok(Some((min, max)))
    }
}

/// Decimal digits without a leading zero; what is too big is the greatest number.
fn count(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match is_number && (text == "0" || !text.starts_with('0')) {
        true => Some(text.parse().unwrap_or(u32::MAX)),
        false => None,
    }
}

fn fault(code: Code, pattern: &str, start: usize, end: usize) -> Error {
    Error { code, part: pattern[start..end].to_string(), at: start }
}
