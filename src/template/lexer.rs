//! Template text to tokens, as Go's `text/template/parse` cuts it.
//!
//! Tokens keep their byte offsets; a fault of the text becomes an error token, at which
//! the parser stops.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A fault; [`Tokens::fault`] says which.
    Error,
    /// `true` or `false`.
    Bool,
    /// A character that stands for itself, such as `,`.
    Char,
    /// `'a'`
    CharConstant,
    /// `1+2i`
    Complex,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// The end of the text.
    Eof,
    /// `.name`
    Field,
    /// `name`
    Identifier,
    /// `{{`
    LeftDelim,
    /// `(`
    LeftParen,
    /// `12`, `1.5e3`, `0x10`, `2i`
    Number,
    /// `|`
    Pipe,
    /// A string in back quotes.
    RawString,
    /// `}}`
    RightDelim,
    /// `)`
    RightParen,
    /// Blanks between arguments.
    Space,
    /// A string in double quotes.
    String,
    /// Text outside of actions.
    Text,
    /// `$` or `$name`
    Variable,
    /// A reserved word.
    Keyword(Keyword),
}

/// The reserved words, and the dot, which is one to Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens {
    /// In order; the last one is the end or an error.
    pub(super) all: Vec<Token>,
    /// The message of the error token, if there is one.
    pub(super) fault: String,
}

const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// Cuts a template into tokens from an offset on, which is not inside an action.
pub(super) fn tokens(text: &str, from: usize) -> Tokens {
    let out = Vec::with_capacity((text.len() - from) / 4 + 4);
    let mut lexer = Lexer { text, pos: from, start: from, n_parens: 0, out };
    let mut is_inside = false;
    loop {
        let step = match is_inside {
            true => lexer.inside(),
            false => lexer.outside(),
        };
        match step {
            Ok(Step::Inside) => is_inside = true,
            Ok(Step::Outside) => is_inside = false,
            Ok(Step::End) => return Tokens { all: lexer.out, fault: String::new() },
            Err(fault) => {
                let (start, end) = (lexer.start, lexer.pos.max(lexer.start));
                lexer.out.push(Token { kind: TokenKind::Error, start, end });
                return Tokens { all: lexer.out, fault };
            }
        }
    }
}

enum Step {
    Inside,
    Outside,
    End,
}

type Result<T> = std::result::Result<T, String>;

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    start: usize,
    n_parens: u32,
    out: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn accept(&mut self, chars: &str) -> bool {
        let found = self.peek().is_some_and(|it| chars.contains(it));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, chars: &str) {
        while self.accept(chars) {}
    }

    fn emit(&mut self, kind: TokenKind) -> Result<Step> {
        let (start, end) = (self.start, self.pos);
        self.out.push(Token { kind, start, end });
        self.start = self.pos;
        Ok(Step::Inside)
    }

    fn skip_to(&mut self, pos: usize) {
        self.pos = pos;
        self.start = pos;
    }

    /// Text up to an action, and the action's opening or a whole comment.
    fn outside(&mut self) -> Result<Step> {
        let Some(at) = self.rest().find(LEFT).map(|it| self.pos + it) else {
            self.pos = self.text.len();
            if self.pos > self.start {
                self.emit(TokenKind::Text)?;
            }
            self.emit(TokenKind::Eof)?;
            return Ok(Step::End);
        };
        let inside = at + LEFT.len();
        let trims = trims_left(&self.text[inside..]);
        let before = &self.text[self.pos..at];
        let kept = if trims { before.trim_end_matches(is_space) } else { before };
        self.pos += kept.len();
        if !kept.is_empty() {
            self.emit(TokenKind::Text)?;
        }
        self.skip_to(at);
        let body = inside + if trims { 2 } else { 0 };
        if self.text[body..].starts_with("/*") {
            self.skip_to(body);
            return self.comment();
        }
        self.pos = inside;
        self.emit(TokenKind::LeftDelim)?;
        self.skip_to(body);
        self.n_parens = 0;
        Ok(Step::Inside)
    }

    fn comment(&mut self) -> Result<Step> {
        let Some(length) = self.rest()[2..].find("*/") else {
            return Err("unclosed comment".into());
        };
        self.pos += 2 + length + 2;
        let Some(trims) = self.at_right_delim() else {
            return Err("comment ends before closing delimiter".into());
        };
        self.close(trims);
        Ok(Step::Outside)
    }

    /// Whether the action ends here, and whether it trims the text after it.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if trims_right(rest) && rest[2..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    /// Steps over the closing delimiter and the blanks that it trims; gives the offset
    /// behind the delimiter.
    fn close(&mut self, trims: bool) -> usize {
        let end = self.pos + if trims { 2 } else { 0 } + RIGHT.len();
        self.skip_to(end);
        if trims {
            let rest = self.rest();
            let n_blanks = rest.len() - rest.trim_start_matches(is_space).len();
            self.skip_to(end + n_blanks);
        }
        end
    }

    /// One token of an action.
    fn inside(&mut self) -> Result<Step> {
        if let Some(trims) = self.at_right_delim() {
            if self.n_parens > 0 {
                return Err("unclosed left paren".into());
            }
            let start = self.pos + if trims { 2 } else { 0 };
            let end = self.close(trims);
            let kind = TokenKind::RightDelim;
            self.out.push(Token { kind, start, end });
            return Ok(Step::Outside);
        }
        let Some(c) = self.peek() else { return Err("unclosed action".into()) };
        if is_space(c) {
            return self.space();
        }
        if matches!(c, '+' | '-' | '0'..='9') {
            return self.number();
        }
        if is_alphanumeric(c) {
            return self.word();
        }
        self.next();
        match c {
            '=' => self.emit(TokenKind::Assign),
            ':' if self.next() == Some('=') => self.emit(TokenKind::Declare),
            ':' => Err("expected :=".into()),
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.quoted('"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.quoted(
                '\'',
                TokenKind::CharConstant,
                "unterminated character constant",
            ),
            '`' => match self.rest().find('`') {
                Some(at) => {
                    self.pos += at + 1;
                    self.emit(TokenKind::RawString)
                }
                None => Err("unterminated raw quoted string".into()),
            },
            '$' => self.name(TokenKind::Variable, TokenKind::Variable),
            '.' if self.peek().is_some_and(|it| it.is_ascii_digit()) => {
                self.pos -= 1;
                self.number()
            }
            '.' if self.rest().is_empty() => {
                // Go takes a dot at the very end for the beginning of a number.
                self.pos -= 1;
                self.number()
            }
            '.' => self.name(TokenKind::Field, TokenKind::Keyword(Keyword::Dot)),
            '(' => {
                self.n_parens += 1;
                self.emit(TokenKind::LeftParen)
            }
            ')' if self.n_parens == 0 => Err("unexpected right paren".into()),
            ')' => {
                self.n_parens -= 1;
                self.emit(TokenKind::RightParen)
            }
            ' '..='~' => self.emit(TokenKind::Char),
            c => Err(format!("unrecognized character in action: {}", unicode(c))),
        }
    }

    fn space(&mut self) -> Result<Step> {
        let rest = self.rest();
        let n_blanks = rest.len() - rest.trim_start_matches(is_space).len();
        self.pos += n_blanks;
        // The last blank may belong to a trimming delimiter.
        let last = &self.text[self.pos - 1..];
        if trims_right(last) && last[2..].starts_with(RIGHT) {
            self.pos -= 1;
            if n_blanks == 1 {
                return Ok(Step::Inside);
            }
        }
        self.emit(TokenKind::Space)
    }

    fn word(&mut self) -> Result<Step> {
        while self.peek().is_some_and(is_alphanumeric) {
            self.next();
        }
        if !self.at_terminator() {
            return Err(self.bad_character());
        }
        let kind = match &self.text[self.start..self.pos] {
            "block" => TokenKind::Keyword(Keyword::Block),
            "break" => TokenKind::Keyword(Keyword::Break),
            "continue" => TokenKind::Keyword(Keyword::Continue),
            "define" => TokenKind::Keyword(Keyword::Define),
            "else" => TokenKind::Keyword(Keyword::Else),
            "end" => TokenKind::Keyword(Keyword::End),
            "if" => TokenKind::Keyword(Keyword::If),
            "range" => TokenKind::Keyword(Keyword::Range),
            "nil" => TokenKind::Keyword(Keyword::Nil),
            "template" => TokenKind::Keyword(Keyword::Template),
            "with" => TokenKind::Keyword(Keyword::With),
            "true" | "false" => TokenKind::Bool,
            _ => TokenKind::Identifier,
        };
        self.emit(kind)
    }

    /// A field or a variable; the mark alone is a token of kind `bare`.
    fn name(&mut self, kind: TokenKind, bare: TokenKind) -> Result<Step> {
        if self.at_terminator() {
            return self.emit(bare);
        }
        while self.peek().is_some_and(is_alphanumeric) {
            self.next();
        }
        match self.at_terminator() {
            true => self.emit(kind),
            false => Err(self.bad_character()),
        }
    }

    fn bad_character(&self) -> String {
        let c = self.peek().unwrap_or(char::REPLACEMENT_CHARACTER);
        format!("bad character {}", unicode(c))
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(c) => is_space(c) || self.rest().starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, end: char, kind: TokenKind, fault: &str) -> Result<Step> {
        loop {
            match self.next() {
                Some('\\') if !matches!(self.peek(), None | Some('\n')) => {
                    self.next();
                }
                None | Some('\\' | '\n') => return Err(fault.into()),
                Some(c) if c == end => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    fn number(&mut self) -> Result<Step> {
        let mut kind = TokenKind::Number;
        let mut is_number = self.scan_number();
        if is_number && matches!(self.peek(), Some('+' | '-')) {
            is_number = self.scan_number() && self.text[..self.pos].ends_with('i');
            kind = TokenKind::Complex;
        }
        match is_number {
            true => self.emit(kind),
            false => Err(format!(
                "bad number syntax: {}",
                crate::promql::labels::quote(&self.text[self.start..self.pos])
            )),
        }
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            digits = match self.peek() {
                Some('x' | 'X') => "0123456789abcdefABCDEF_",
                Some('o' | 'O') => "01234567_",
                Some('b' | 'B') => "01_",
                _ => digits,
            };
            if digits != "0123456789_" {
                self.next();
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if !exponent.is_empty() && self.accept(exponent) {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_ascii_digit()
}

/// Whether an action that begins with this trims the text before it: `{{- `.
fn trims_left(inside: &str) -> bool {
    inside.strip_prefix('-').is_some_and(|it| it.starts_with(is_space))
}

/// Whether this is the blank and the minus of ` -}}`.
fn trims_right(rest: &str) -> bool {
    rest.strip_prefix(is_space).is_some_and(|it| it.starts_with('-'))
}

/// Go's `%#U`.
fn unicode(c: char) -> String {
    match super::print::is_print(c) {
        true => format!("U+{:04X} '{c}'", c as u32),
        false => format!("U+{:04X}", c as u32),
    }
}
