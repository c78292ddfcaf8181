//! What a backslash makes of the characters behind it.

use regex_syntax::hir::{ClassUnicode, Hir, Look};

use crate::promql::re2::class::{fold, perl_class};
use crate::promql::re2::error::{Code, Error};
use crate::promql::re2::node::Node;
use crate::promql::re2::parse::Parser;

impl Parser<'_> {
    /// A backslash outside of brackets.
    pub(super) fn backslash(&mut self) -> Result<(), Error> {
        let start = self.pos;
        let look = match self.pattern.as_bytes().get(start + 1) {
            Some(b'A') => Look::Start,
            Some(b'z') => Look::End,
            Some(b'b') => Look::WordAscii,
            Some(b'B') => Look::WordAsciiNegate,
            Some(b'C') => {
                self.pos += 2;
                return Err(self.fault(Code::InvalidEscape, start));
            }
            Some(b'Q') => return self.quoted(),
            _ => return self.class_or_char(),
        };
        self.pos += 2;
        self.look_at(look)
    }

    /// `\Q…\E`: characters that stand for themselves.
    fn quoted(&mut self) -> Result<(), Error> {
        self.pos += 2;
        let end = self.rest().find("\\E").map_or(self.pattern.len(), |it| self.pos + it);
        while self.pos < end {
            let c = self.next_char()?;
            self.literal(c)?;
        }
        self.pos = (end + 2).min(self.pattern.len());
        Ok(())
    }

    fn class_or_char(&mut self) -> Result<(), Error> {
        if let Some(class) = self.escaped_class()? {
            return self.push_class(class);
        }
        match self.escaped_char()? {
            Some(c) => self.literal(c),
            // Half of a surrogate pair: no text has it.
            None => self.push(Node::hir(Hir::fail())),
        }
    }

    /// `\d`, `\pL`, …: a class in brackets or outside.
    pub(super) fn escaped_class(&mut self) -> Result<Option<ClassUnicode>, Error> {
        let Some(letter) = self.pattern.as_bytes().get(self.pos + 1) else {
            return Ok(None);
        };
        if matches!(letter, b'p' | b'P') {
            return self.unicode_class().map(Some);
        }
        let class = perl_class(*letter, self.flags.fold_case);
        if class.is_some() {
            self.pos += 2;
        }
        Ok(class)
    }

    /// A character that stands for itself, or for both its cases.
    pub(super) fn literal(&mut self, c: char) -> Result<(), Error> {
        if self.flags.fold_case {
            let class = fold([(c, c)]);
            if class.ranges().iter().map(|it| it.len()).sum::<usize>() > 1 {
                return self.push(Node::class(class));
            }
        }
        self.push(Node::char(c))
    }

    /// An escaped character; `None` is one that no text has.
    pub(super) fn escaped_char(&mut self) -> Result<Option<char>, Error> {
        let start = self.pos;
        self.pos += 1;
        if self.peek().is_none() {
            return Err(self.fault(Code::TrailingBackslash, self.pos));
        }
        let c = self.next_char()?;
        let plain = match c {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0' => return self.octal(start + 1, 3),
            '1'..='7' if matches!(self.peek(), Some(b'0'..=b'7')) => {
                return self.octal(start + 1, 3);
            }
            'x' => return self.hex(start),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
            _ => return Err(self.fault(Code::InvalidEscape, start)),
        };
        Ok(Some(plain))
    }

    fn octal(&mut self, from: usize, most: usize) -> Result<Option<char>, Error> {
        self.pos = from;
        let mut value = 0;
        while self.pos < from + most
            && let Some(digit @ b'0'..=b'7') = self.peek()
        {
            value = value * 8 + u32::from(digit - b'0');
            self.pos += 1;
        }
        Ok(char::from_u32(value))
    }

    /// `\x41`, `\x{1F600}`
    fn hex(&mut self, start: usize) -> Result<Option<char>, Error> {
        if self.peek().is_none() {
            return Err(self.fault(Code::InvalidEscape, start));
        }
        let first = self.next_char()?;
        if first != '{' {
            if self.peek().is_none() {
                return Err(self.fault(Code::InvalidEscape, start));
            }
            let second = self.next_char()?;
            return match (first.to_digit(16), second.to_digit(16)) {
                (Some(high), Some(low)) => Ok(char::from_u32(high * 16 + low)),
                _ => Err(self.fault(Code::InvalidEscape, start)),
            };
        }
        let mut value: u32 = 0;
        let mut n_digits = 0;
        while self.peek().is_some() {
            let c = self.next_char()?;
            match c.to_digit(16) {
                Some(digit) if value * 16 + digit <= char::MAX as u32 => {
                    value = value * 16 + digit;
                    n_digits += 1;
                }
                None if c == '}' && n_digits > 0 => return Ok(char::from_u32(value)),
                _ => break,
            }
        }
        Err(self.fault(Code::InvalidEscape, start))
    }
}
