//! Strings, numbers and durations as tokens; their values are read elsewhere.

use crate::promql::syntax::lexer::{Lexer, is_alphanumeric};
use crate::promql::syntax::quote::{quote, unicode};
use crate::promql::syntax::token::{Token, TokenKind};

impl Lexer<'_> {
    pub(super) fn string(&mut self, quote: char) -> Token {
        loop {
            match self.bump() {
                Some('\\') => {
                    if let Err(message) = self.escape(quote) {
                        return self.error(message);
                    }
                }
                // Prometheus takes the character for a decoding error.
                Some(char::REPLACEMENT_CHARACTER) => {
                    return self.error("invalid UTF-8 rune".to_string());
                }
                None | Some('\n') => {
                    return self.error("unterminated quoted string".to_string());
                }
                Some(c) if c == quote => return self.token(TokenKind::String),
                Some(_) => {}
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<(), String> {
        let not_terminated = || "escape sequence not terminated".to_string();
        let first = self.bump().ok_or_else(not_terminated)?;
        let (n, radix, max) = match first {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => return Ok(()),
            c if c == quote => return Ok(()),
            '0'..='7' => {
                self.pos -= 1;
                (3, 8, 255)
            }
            'x' => (2, 16, 255),
            'u' => (4, 16, char::MAX as u32),
            'U' => (8, 16, char::MAX as u32),
            c => return Err(format!("unknown escape sequence {}", unicode(c))),
        };
        let mut value: u32 = 0;
        for _ in 0..n {
            let c = self.bump().ok_or_else(not_terminated)?;
            let digit = c.to_digit(radix).ok_or_else(|| {
                format!("illegal character {} in escape sequence", unicode(c))
            })?;
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        match value > max || (0xD800..0xE000).contains(&value) {
            true => Err("escape sequence is an invalid Unicode code point".to_string()),
            false => Ok(()),
        }
    }

    pub(super) fn raw_string(&mut self) -> Token {
        loop {
            match self.bump() {
                Some(char::REPLACEMENT_CHARACTER) => {
                    return self.error("invalid UTF-8 rune".to_string());
                }
                None => return self.error("unterminated raw string".to_string()),
                Some('`') => return self.token(TokenKind::String),
                Some(_) => {}
            }
        }
    }

    pub(super) fn number_or_duration(&mut self) -> Token {
        if self.number() {
            return self.token(TokenKind::Number);
        }
        if self.rest_of_duration() {
            return self.token(TokenKind::Duration);
        }
        let text = quote(self.word());
        self.error(format!("bad number or duration syntax: {text}"))
    }

    /// Takes a number; `false` where something is left that no number has.
    fn number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789";
        const HEX: &[u8] = b"0123456789abcdefABCDEF";
        let mut digits = DECIMAL;
        if self.eat(b"0") && self.eat(b"xX") {
            self.eat(b"_");
            digits = HEX;
        }
        self.eat(b".");
        self.eat(digits);
        let (mut dot, mut exponent) = (false, false);
        while self.pos < self.text.len() {
            // Hexadecimal digits come before the exponent's `e`, but for a second one.
            match self.peek_byte() {
                b'.' => {
                    self.pos += 1;
                    if dot || self.eat(b"_.") || digits == HEX {
                        return false;
                    }
                    dot = true;
                }
                b'e' | b'E' => {
                    self.pos += 1;
                    if exponent {
                        return false;
                    }
                    exponent = true;
                    self.eat(b"+-");
                    if self.eat(b"._eE") || self.pos == self.text.len() {
                        return false;
                    }
                }
                b'_' => {
                    self.pos += 1;
                    if self.eat(b"._eE") || self.pos == self.text.len() {
                        return false;
                    }
                }
                it if digits.contains(&it) => self.skip_while(|it| digits.contains(&it)),
                _ => break,
            }
        }
        !is_alphanumeric(self.peek_byte())
    }

    /// Takes the units of a duration whose first digits were taken.
    fn rest_of_duration(&mut self) -> bool {
        if !self.eat(b"smhdwy") {
            return false;
        }
        self.eat(b"s");
        while self.peek_byte().is_ascii_digit() {
            self.skip_while(|it| it.is_ascii_digit());
            if !self.eat(b"smhdw") {
                return false;
            }
            self.eat(b"s");
        }
        let at_end = !is_alphanumeric(self.peek_byte());
        if !at_end {
            self.bump();
        }
        at_end
    }
}
