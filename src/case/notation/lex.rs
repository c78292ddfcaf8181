//! The tokens of a line of values (`promql/parser/lex.go`, `lexValueSequence`,
//! `lexHistogram`, `lexBuckets`).
//!
//! Numbers, words and spaces are cut exactly where Prometheus cuts them, since `1 -2x4`
//! and `1-2x4` differ and `NaNx3` is one word.

use crate::case::notation::Notation;
use crate::case::notation::histogram::{Hint, Key};
use crate::promql::syntax::ast::{SyntaxError, TextRange};

/// A token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: TextRange,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Space,
    Blank,
    Times,
    Add,
    Sub,
    Number,
    Word,
    Open,
    Close,
    Key(Key),
    Hint(Hint),
    Colon,
    LeftBracket,
    RightBracket,
    /// `..`
    Dots,
    /// The time after `..`.
    Time,
    /// `/s`, `/m`, `/h`, `/d`: the unit's seconds.
    Per(u32),
    End,
}

enum Mode {
    Values,
    Histogram,
    Buckets,
}

/// Cuts the text from `from` on; the last token is [`Kind::End`]. A lexical error ends
/// the list too, and is told only when the parser reaches it.
pub(super) fn tokens(
    text: &str,
    from: usize,
    notation: Notation,
) -> (Vec<Token>, Option<SyntaxError>) {
    let mut lexer =
        Lexer { text, bytes: text.as_bytes(), pos: from, mode: Mode::Values, notation };
    let mut out = Vec::new();
    loop {
        let start = lexer.pos;
        match lexer.next() {
            Ok(kind) => {
                let at = TextRange::new(start, lexer.pos);
                out.push(Token { kind, at });
                if kind == Kind::Space {
                    lexer.skip_spaces();
                }
                if kind == Kind::End {
                    return (out, None);
                }
            }
            Err((message, help)) => {
                let at = TextRange::new(start, lexer.pos.max(start + 1).min(text.len()));
                out.push(Token { kind: Kind::End, at });
                return (out, Some(SyntaxError { at, message, help }));
            }
        }
    }
}

type Fault = (String, Option<String>);

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    mode: Mode,
    notation: Notation,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn second(&self) -> Option<u8> {
        self.bytes.get(self.pos + 1).copied()
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let hit = self.peek().is_some_and(|it| set.contains(&it));
        self.pos += usize::from(hit);
        hit
    }

    fn skip_spaces(&mut self) {
        while self.accept(b" \t\r\n") {}
    }

    fn next(&mut self) -> Result<Kind, Fault> {
        match self.mode {
            Mode::Values => self.value(),
            Mode::Histogram => self.histogram(),
            Mode::Buckets => self.bucket(),
        }
    }

    fn one(&mut self, kind: Kind) -> Result<Kind, Fault> {
        self.pos += 1;
        Ok(kind)
    }

    /// The character here, as Go's `%q` prints it; steps over it.
    fn quoted(&mut self) -> String {
        match self.text[self.pos..].chars().next() {
            Some(c) => {
                self.pos += c.len_utf8();
                format!("{c:?}")
            }
            None => "EOF".to_string(),
        }
    }

    fn value(&mut self) -> Result<Kind, Fault> {
        let Some(c) = self.peek() else { return Ok(Kind::End) };
        let native = self.notation == Notation::Native;
        match c {
            b' ' | b'\t' | b'\r' | b'\n' => self.one(Kind::Space),
            b'{' if self.second() == Some(b'{') => {
                self.pos += 2;
                self.mode = Mode::Histogram;
                Ok(Kind::Open)
            }
            b'+' => self.one(Kind::Add),
            b'-' => self.one(Kind::Sub),
            b'x' => self.one(Kind::Times),
            b'_' => self.one(Kind::Blank),
            b'.' if native && self.second() == Some(b'.') => {
                self.pos += 2;
                Ok(Kind::Dots)
            }
            b'/' if native => self.unit(),
            b'0'..=b'9' if native && self.after_dots() => self.time(),
            b'0'..=b'9' => self.number(),
            b'.' if self.second().is_some_and(|it| it.is_ascii_digit()) => self.number(),
            c if c.is_ascii_alphabetic() => {
                let start = self.pos;
                while self
                    .peek()
                    .is_some_and(|it| it.is_ascii_alphanumeric() || b"_:".contains(&it))
                {
                    self.pos += 1;
                }
                Ok(match is_number_word(&self.text[start..self.pos]) {
                    true => Kind::Number,
                    false => Kind::Word,
                })
            }
            b',' => {
                self.pos += 1;
                let help = "separate values by spaces".to_string();
                Err(("unexpected character in series sequence: ','".into(), Some(help)))
            }
            _ => {
                let c = self.quoted();
                Err((format!("unexpected character in series sequence: {c}"), None))
            }
        }
    }

    fn after_dots(&self) -> bool {
        self.text[..self.pos].ends_with("..")
    }

    fn time(&mut self) -> Result<Kind, Fault> {
        while self.peek().is_some_and(|it| it.is_ascii_alphanumeric()) {
            self.pos += 1;
        }
        Ok(Kind::Time)
    }

    fn unit(&mut self) -> Result<Kind, Fault> {
        self.pos += 1;
        let seconds = match self.peek() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 86400,
            _ => 0,
        };
        self.pos += usize::from(seconds != 0);
        let more = self.peek().is_some_and(|it| it.is_ascii_alphanumeric());
        match seconds != 0 && !more {
            true => Ok(Kind::Per(seconds)),
            false => {
                let help =
                    "the units of a rise are `/s`, `/m`, `/h` and `/d`".to_string();
                Err(("unexpected unit in series values".to_string(), Some(help)))
            }
        }
    }

    fn histogram(&mut self) -> Result<Kind, Fault> {
        match self.peek() {
            Some(b' ' | b'\t' | b'\r' | b'\n') => self.one(Kind::Space),
            Some(c) if c.is_ascii_alphabetic() || c == b'_' => self.descriptor(),
            Some(b':') => self.one(Kind::Colon),
            Some(b'-') => self.one(Kind::Sub),
            Some(b'0'..=b'9') => self.number(),
            Some(b'[') => {
                self.mode = Mode::Buckets;
                self.one(Kind::LeftBracket)
            }
            Some(b'}') if self.second() == Some(b'}') => {
                self.pos += 2;
                self.mode = Mode::Values;
                Ok(Kind::Close)
            }
            _ => {
                let c = self.quoted();
                Err((format!("histogram description incomplete unexpected: {c}"), None))
            }
        }
    }

    fn descriptor(&mut self) -> Result<Kind, Fault> {
        let start = self.pos;
        while self.peek().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_') {
            self.pos += 1;
        }
        let word = self.text[start..self.pos].to_ascii_lowercase();
        match Key::from_name(&word) {
            Some(key) if self.peek() == Some(b':') => return Ok(Kind::Key(key)),
            Some(_) => {
                let help = format!("write `{word}:` and its value without a space");
                let message = "missing `:` for histogram descriptor".to_string();
                return Err((message, Some(help)));
            }
            None => {}
        }
        if is_number_word(&word) {
            return Ok(Kind::Number);
        }
        match Hint::from_name(&word) {
            Some(hint) => Ok(Kind::Hint(hint)),
            None => {
                let known = Key::NAMES.map(|it| format!("`{it}`")).join(", ");
                let word = &self.text[start..self.pos];
                let message = format!("bad histogram descriptor found: {word:?}");
                Err((message, Some(format!("the descriptors are {known}"))))
            }
        }
    }

    fn bucket(&mut self) -> Result<Kind, Fault> {
        match self.peek() {
            Some(b' ' | b'\t' | b'\r' | b'\n') => self.one(Kind::Space),
            Some(b'-') => self.one(Kind::Sub),
            Some(b'0'..=b'9') => self.number(),
            Some(b']') => {
                self.mode = Mode::Histogram;
                self.one(Kind::RightBracket)
            }
            Some(c) if c.is_ascii_alphabetic() => {
                let start = self.pos;
                while self.peek().is_some_and(|it| it.is_ascii_alphabetic()) {
                    self.pos += 1;
                }
                let word = &self.text[start..self.pos];
                match is_number_word(word) {
                    true => Ok(Kind::Number),
                    false => Err((
                        format!("invalid word in buckets description: {word:?}"),
                        Some("buckets are numbers separated by spaces".to_string()),
                    )),
                }
            }
            _ => {
                let c = self.quoted();
                Err((format!("invalid character in buckets description: {c}"), None))
            }
        }
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.pos;
        match self.scan_number() {
            true => Ok(Kind::Number),
            false => {
                let text = &self.text[start..self.pos];
                Err((format!("bad number syntax: {text:?}"), None))
            }
        }
    }

    /// `scanNumber` of a series description: no hexadecimal, and `x` may follow.
    fn scan_number(&mut self) -> bool {
        self.accept(b".");
        self.accept(b"0123456789");
        let (mut dot, mut exponent) = (false, false);
        loop {
            match self.peek() {
                Some(b'.') if self.stops_at_dots() => break,
                Some(b'.') => {
                    self.pos += 1;
                    if dot || self.accept(b"_.") {
                        return false;
                    }
                    dot = true;
                }
                Some(b'e' | b'E') => {
                    self.pos += 1;
                    if exponent {
                        return false;
                    }
                    exponent = true;
                    self.accept(b"+-");
                    if self.accept(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                Some(b'_') => {
                    self.pos += 1;
                    if self.accept(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                Some(b'0'..=b'9') => self.pos += 1,
                _ => break,
            }
        }
        match self.peek() {
            Some(b'x') => true,
            Some(c) => !c.is_ascii_alphanumeric(),
            None => true,
        }
    }

    fn stops_at_dots(&self) -> bool {
        self.notation == Notation::Native && self.second() == Some(b'.')
    }
}

fn is_number_word(word: &str) -> bool {
    word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("nan")
}
