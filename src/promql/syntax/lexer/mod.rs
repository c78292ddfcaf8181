//! Text to tokens.
//!
//! The rules and messages are those of Prometheus `promql/parser/lex.go`: what a
//! character means depends on whether a brace or a bracket is open.

mod literal;

use crate::promql::syntax::ast::{BinaryOp, TextRange};
use crate::promql::syntax::quote::quote_char;
use crate::promql::syntax::token::{
    Keyword, Token, TokenKind, duration_keyword, keyword,
};

/// Cuts a text into tokens, one at a time.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    start: usize,
    mode: Mode,
    paren_depth: u32,
    bracket_open: bool,
    got_colon: bool,
    /// A number has stood right after a bracket, in this or an earlier pair.
    got_duration: bool,
    /// Stop where the values of a series description begin.
    series: bool,
    /// Comments met so far.
    pub(crate) comments: Vec<TextRange>,
    /// Why the lexer gave up, and what it cannot read.
    pub(crate) fault: Option<(TextRange, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Anywhere else.
    Statement,
    /// Between braces.
    Braces,
    /// Right after `[` or a word of a duration expression.
    Bracket,
    /// Nothing more.
    End,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of `text`.
    pub(crate) fn new(text: &'a str) -> Lexer<'a> {
        Lexer {
            text,
            pos: 0,
            start: 0,
            mode: Mode::Statement,
            paren_depth: 0,
            bracket_open: false,
            got_colon: false,
            got_duration: false,
            series: false,
            comments: Vec::new(),
            fault: None,
        }
    }

    /// A lexer that ends where the values of a series description begin.
    pub(crate) fn series(text: &'a str) -> Lexer<'a> {
        Lexer { series: true, ..Lexer::new(text) }
    }

    /// Where the next token would begin.
    pub(crate) fn offset(&self) -> usize {
        self.pos
    }

    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.pos) {
            Some(it) if it.is_ascii() => Some(char::from(*it)),
            Some(_) => self.text[self.pos..].chars().next(),
            None => None,
        }
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn peek_byte(&self) -> u8 {
        self.text.as_bytes().get(self.pos).copied().unwrap_or(0)
    }

    fn eat(&mut self, set: &[u8]) -> bool {
        let found = self.pos < self.text.len() && set.contains(&self.peek_byte());
        self.pos += usize::from(found);
        found
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.pos < self.text.len() && keep(self.text.as_bytes()[self.pos]) {
            self.pos += 1;
        }
    }

    fn word(&self) -> &'a str {
        &self.text[self.start..self.pos]
    }

    fn token(&self, kind: TokenKind) -> Token {
        Token { kind, span: TextRange::new(self.start, self.pos) }
    }

    fn error(&mut self, message: String) -> Token {
        let span = TextRange::new(self.start, self.fault_end());
        self.fault = Some((span, message));
        self.mode = Mode::End;
        Token { kind: TokenKind::Error, span }
    }

    /// Where what cannot be read ends: the word or sign at which the lexer stopped, at most
    /// its line.
    fn fault_end(&self) -> usize {
        let rest = &self.text[self.start..];
        let mut length = self.pos.saturating_sub(self.start);
        let read = &rest[..length];
        let more = |keep: &dyn Fn(u8) -> bool| {
            rest.bytes().skip(length).take_while(|it| keep(*it)).count()
        };
        length += match read.bytes().last() {
            _ if read.starts_with(['"', '\'', '`']) => 0,
            Some(sign @ (b'&' | b'|')) => more(&|it| it == sign),
            Some(it) if it == b'$' || is_alphanumeric(it) => more(&is_alphanumeric),
            Some(_) | None => 0,
        };
        let line = rest[..length].find('\n').unwrap_or(length);
        self.start + rest[..line].trim_end().len()
    }

    /// The next token; after the end of the text, or an error, always `Eof`.
    pub(crate) fn next_token(&mut self) -> Token {
        if self.mode == Mode::End {
            self.start = self.pos;
            return self.token(TokenKind::Eof);
        }
        self.skip_blanks_and_comments();
        self.start = self.pos;
        match self.mode {
            Mode::Statement => self.statement(),
            Mode::Braces => self.inside_braces(),
            Mode::Bracket => self.inside_bracket(),
            Mode::End => self.token(TokenKind::Eof),
        }
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            self.skip_while(is_space);
            if self.peek_byte() != b'#' || self.mode == Mode::Bracket {
                return;
            }
            let start = self.pos;
            self.skip_while(|it| it != b'\n' && it != b'\r');
            self.comments.push(TextRange::new(start, self.pos));
        }
    }

    fn statement(&mut self) -> Token {
        let Some(c) = self.bump() else { return self.end() };
        let kind = match c {
            ',' => TokenKind::Comma,
            '*' => TokenKind::Op(BinaryOp::Mul),
            '/' => TokenKind::Op(BinaryOp::Div),
            '%' => TokenKind::Op(BinaryOp::Mod),
            '+' => TokenKind::Op(BinaryOp::Add),
            '-' => TokenKind::Op(BinaryOp::Sub),
            '^' => TokenKind::Op(BinaryOp::Pow),
            '@' => TokenKind::At,
            '=' => match self.peek() {
                Some('=') => self.with_next(TokenKind::Op(BinaryOp::Eql)),
                Some('~') => {
                    return self.error("unexpected character after '=': '~'".to_string());
                }
                _ => TokenKind::Assign,
            },
            '!' => match self.bump() {
                Some('=') => TokenKind::Op(BinaryOp::Neq),
                other => {
                    let other = quote_char(other);
                    return self
                        .error(format!("unexpected character after '!': {other}"));
                }
            },
            '<' => match self.peek() {
                Some('=') => self.with_next(TokenKind::Op(BinaryOp::Lte)),
                Some('/') => self.with_next(TokenKind::Op(BinaryOp::TrimUpper)),
                _ => TokenKind::Op(BinaryOp::Lss),
            },
            '>' => match self.peek() {
                Some('=') => self.with_next(TokenKind::Op(BinaryOp::Gte)),
                Some('/') => self.with_next(TokenKind::Op(BinaryOp::TrimLower)),
                _ => TokenKind::Op(BinaryOp::Gtr),
            },
            '(' => return self.open_paren(),
            ')' => return self.close_paren(),
            '{' => {
                self.mode = Mode::Braces;
                TokenKind::LeftBrace
            }
            '[' => {
                if self.bracket_open {
                    return self.error("unexpected left bracket '['".to_string());
                }
                self.got_colon = false;
                self.bracket_open = true;
                self.mode = Mode::Bracket;
                TokenKind::LeftBracket
            }
            ']' => {
                if !self.bracket_open {
                    return self.error("unexpected right bracket ']'".to_string());
                }
                self.bracket_open = false;
                TokenKind::RightBracket
            }
            '"' | '\'' => return self.string(c),
            '`' => return self.raw_string(),
            c if c.is_ascii_digit()
                || (c == '.' && self.peek_byte().is_ascii_digit()) =>
            {
                self.pos -= 1;
                return self.number_or_duration();
            }
            c if is_alpha(c) || c == ':' => {
                return match self.bracket_open {
                    true => self.word_in_bracket(c),
                    false => self.keyword_or_identifier(),
                };
            }
            c => {
                let c = quote_char(Some(c));
                return self.error(format!("unexpected character: {c}"));
            }
        };
        self.token(kind)
    }

    fn with_next(&mut self, kind: TokenKind) -> TokenKind {
        self.pos += 1;
        kind
    }

    fn end(&mut self) -> Token {
        if self.paren_depth != 0 {
            return self.error("unclosed left parenthesis".to_string());
        }
        if self.bracket_open {
            return self.error("unclosed left bracket".to_string());
        }
        self.mode = Mode::End;
        self.token(TokenKind::Eof)
    }

    fn open_paren(&mut self) -> Token {
        self.paren_depth += 1;
        self.token(TokenKind::LeftParen)
    }

    fn close_paren(&mut self) -> Token {
        match self.paren_depth.checked_sub(1) {
            Some(depth) => {
                self.paren_depth = depth;
                self.token(TokenKind::RightParen)
            }
            None => {
                self.start = self.pos;
                self.error("unexpected right parenthesis ')'".to_string())
            }
        }
    }

    /// A word or colon after the number that follows a bracket.
    fn word_in_bracket(&mut self, c: char) -> Token {
        if c == ':' {
            if self.got_colon {
                return self.error("unexpected colon ':'".to_string());
            }
            self.got_colon = true;
            return self.token(TokenKind::Colon);
        }
        match self.duration_word(c) {
            Some(kind) => self.token(kind),
            None => {
                let c = quote_char(Some(c));
                self.error(format!("unexpected character: {c}, expected ':'"))
            }
        }
    }

    fn duration_word(&mut self, first: char) -> Option<TokenKind> {
        if !matches!(first.to_ascii_lowercase(), 's' | 'r' | 'm') {
            return None;
        }
        self.skip_while(|it| is_alpha(char::from(it)));
        duration_keyword(self.word().to_ascii_lowercase().as_bytes())
    }

    fn inside_bracket(&mut self) -> Token {
        let Some(c) = self.bump() else {
            let message = "unexpected end of input in duration expression";
            return self.error(message.to_string());
        };
        let kind = match c {
            ']' => {
                self.bracket_open = false;
                self.got_colon = false;
                self.mode = Mode::Statement;
                TokenKind::RightBracket
            }
            ':' => {
                let fault = match (self.got_duration, self.got_colon) {
                    (false, _) => Some("colon before duration"),
                    (true, true) => Some("repeated colon"),
                    (true, false) => None,
                };
                if let Some(what) = fault {
                    self.start = self.pos;
                    return self
                        .error(format!("unexpected {what} in duration expression"));
                }
                self.got_colon = true;
                TokenKind::Colon
            }
            '(' => return self.open_paren(),
            ')' => return self.close_paren(),
            '+' => TokenKind::Op(BinaryOp::Add),
            '-' => TokenKind::Op(BinaryOp::Sub),
            '*' => TokenKind::Op(BinaryOp::Mul),
            '/' => TokenKind::Op(BinaryOp::Div),
            '%' => TokenKind::Op(BinaryOp::Mod),
            '^' => TokenKind::Op(BinaryOp::Pow),
            ',' => TokenKind::Comma,
            c if c.is_ascii_digit()
                || (c == '.' && self.peek_byte().is_ascii_digit()) =>
            {
                self.pos -= 1;
                self.got_duration = true;
                self.mode = Mode::Statement;
                return self.number_or_duration();
            }
            c => match self.duration_word(c) {
                Some(kind) => kind,
                None => {
                    let c = quote_char(Some(c));
                    return self.error(format!(
                        "unexpected character in duration expression: {c}"
                    ));
                }
            },
        };
        self.token(kind)
    }

    fn inside_braces(&mut self) -> Token {
        let Some(c) = self.bump() else {
            return self.error("unexpected end of input inside braces".to_string());
        };
        let kind = match c {
            c if is_alpha(c) => {
                self.skip_while(is_alphanumeric);
                TokenKind::Identifier
            }
            ',' => TokenKind::Comma,
            '"' | '\'' => return self.string(c),
            '`' => return self.raw_string(),
            '=' => match self.eat(b"~") {
                true => TokenKind::EqlRegex,
                false => TokenKind::Assign,
            },
            '!' => match self.bump() {
                Some('~') => TokenKind::NeqRegex,
                Some('=') => TokenKind::Op(BinaryOp::Neq),
                other => {
                    let other = quote_char(other);
                    return self.error(format!(
                        "unexpected character after '!' inside braces: {other}"
                    ));
                }
            },
            '{' => return self.error("unexpected left brace '{'".to_string()),
            '}' => {
                self.mode = match self.series {
                    true => Mode::End,
                    false => Mode::Statement,
                };
                let token = self.token(TokenKind::RightBrace);
                return token;
            }
            c => {
                let c = quote_char(Some(c));
                return self.error(format!("unexpected character inside braces: {c}"));
            }
        };
        self.token(kind)
    }

    fn keyword_or_identifier(&mut self) -> Token {
        self.skip_while(|it| is_alphanumeric(it) || it == b':');
        let word = self.word();
        let kind = match keyword(word) {
            // Metrics may be called `fill`; only the modifier takes a parenthesis.
            Some(TokenKind::Keyword(
                Keyword::Fill | Keyword::FillLeft | Keyword::FillRight,
            )) if !self.text[self.pos..]
                .trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8))
                .starts_with('(') =>
            {
                TokenKind::Identifier
            }
            Some(kind) => kind,
            None if word.contains(':') => TokenKind::MetricIdentifier,
            None => TokenKind::Identifier,
        };
        if self.series && self.peek_byte() != b'{' {
            self.mode = Mode::End;
        }
        self.token(kind)
    }
}

fn is_space(it: u8) -> bool {
    matches!(it, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_alpha(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn is_alphanumeric(it: u8) -> bool {
    it == b'_' || it.is_ascii_alphanumeric()
}
