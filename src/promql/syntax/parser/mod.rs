//! Tokens to tree, by recursive descent with precedence climbing.
//!
//! The language and its messages are those of Prometheus
//! `promql/parser/{generated_parser.y,parse.go}`. Prometheus goes on after a syntax
//! error and guesses; this parser stops at the first, since only that one is certain.

mod call;
mod duration;
mod expr;
mod finish;
mod help;
mod selector;
mod series;
mod words;

use std::fmt::Display;
use std::sync::Arc;

use crate::promql::dialect::{Dialect, Version};
use crate::promql::limits::{DEPTH, HEIGHT};
use crate::promql::raw;
use crate::promql::syntax::ast::{Matcher, Parsed, SyntaxError, TextRange};
use crate::promql::syntax::lexer::Lexer;
use crate::promql::syntax::parser::words::word;
use crate::promql::syntax::token::{Token, TokenKind};
use crate::promql::syntax::unquote::unquote;

pub use series::{SeriesHead, parse_expected, parse_metric, parse_series_head};

/// Parses an expression; types and arguments are checked elsewhere.
pub fn parse(text: &str, dialect: &Dialect) -> Result<Parsed, Vec<SyntaxError>> {
    let mut parser = Parser::new(Lexer::new(text), text, dialect);
    let expr = parser.whole(Parser::expression);
    let Parser { lexer, mut errors, .. } = parser;
    match expr {
        Some(expr) if errors.is_empty() => Ok(finish::finish(expr, lexer.comments)),
        _ => {
            errors.iter_mut().for_each(|it| help::add_help(text, it));
            Err(errors)
        }
    }
}

/// Parses a metric selector, as in `match[]`.
pub fn parse_selector(
    text: &str,
    dialect: &Dialect,
) -> Result<crate::promql::syntax::ast::Selector, Vec<SyntaxError>> {
    let mut parser = Parser::new(Lexer::new(text), text, dialect);
    let selector = parser.whole(Parser::vector_selector);
    match selector {
        Some((selector, _)) if parser.errors.is_empty() => Ok(selector),
        _ => Err(parser.errors),
    }
}

/// Why a rule of the grammar gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The next token does not fit; no message about it yet.
    Unexpected,
    /// The message has been recorded.
    Reported,
}

type Parse<T> = Result<T, Fault>;

struct Parser<'a> {
    lexer: Lexer<'a>,
    text: &'a str,
    dialect: &'a Dialect,
    ahead: Option<Token>,
    /// Where the last token taken ends.
    last_end: u32,
    errors: Vec<SyntaxError>,
    /// Rules entered and not yet left.
    depth: u32,
    /// Height of the tree that was built last.
    height: Height,
    /// Room for the matchers of a selector.
    matchers: Vec<Matcher>,
}

/// How high a tree is.
#[derive(Clone, Copy)]
struct Height {
    all: u32,
    /// Without the operators of chains.
    nested: u32,
}

impl Height {
    const NONE: Height = Height { all: 0, nested: 0 };
    const LEAF: Height = Height { all: 1, nested: 1 };

    fn max(self, other: Height) -> Height {
        Height { all: self.all.max(other.all), nested: self.nested.max(other.nested) }
    }
}

impl<'a> Parser<'a> {
    fn new(lexer: Lexer<'a>, text: &'a str, dialect: &'a Dialect) -> Parser<'a> {
        Parser {
            lexer,
            text,
            dialect,
            ahead: None,
            last_end: 0,
            errors: Vec::new(),
            depth: 0,
            height: Height::NONE,
            matchers: Vec::new(),
        }
    }

    /// Parses with `rule` up to the end of the text.
    fn whole<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Option<T> {
        let result = rule(self).and_then(|it| match self.peek().kind {
            TokenKind::Eof => Ok(it),
            _ => Err(Fault::Unexpected),
        });
        self.within(result, "", "").ok()
    }

    /// The next token. A message of the lexer is recorded when its place is reached.
    #[inline]
    fn peek(&mut self) -> Token {
        match self.ahead {
            Some(token) => token,
            None => self.read(),
        }
    }

    fn read(&mut self) -> Token {
        let token = self.lexer.next_token();
        self.ahead = Some(token);
        if token.kind == TokenKind::Error
            && let Some((at, message)) = self.lexer.fault.take()
        {
            self.error(at, message);
        }
        token
    }

    fn kind(&mut self) -> TokenKind {
        self.peek().kind
    }

    /// Takes the next token.
    fn next(&mut self) -> Token {
        let token = self.peek();
        self.ahead = None;
        self.last_end = token.span.end;
        token
    }

    /// Takes the next token if it is of this kind.
    fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        match self.kind() == kind {
            true => Some(self.next()),
            false => None,
        }
    }

    fn expect(&mut self, kind: TokenKind) -> Parse<Token> {
        self.eat(kind).ok_or(Fault::Unexpected)
    }

    fn slice(&self, span: TextRange) -> &'a str {
        &self.text[span.bytes()]
    }

    /// The value of a string token; [`raw`] keeps bytes that are not UTF-8.
    fn string(&self, token: Token) -> Arc<str> {
        word(&raw::from_bytes(&unquote(self.slice(token.span))))
    }

    fn error(&mut self, at: TextRange, message: impl Into<String>) {
        self.errors.push(SyntaxError { at, message: message.into(), help: None });
    }

    fn error_with_help(
        &mut self,
        at: TextRange,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = Some(help.into());
        self.errors.push(SyntaxError { at, message: message.into(), help });
    }

    /// Whether the server has something that came with version `major.minor`; records
    /// a fault where it does not.
    fn has(&mut self, what: impl Display, major: u16, minor: u16, at: TextRange) -> bool {
        self.needs(what, Version::new(major, minor), at)
    }

    /// The same for what came with the version `since`.
    fn needs(&mut self, what: impl Display, since: Version, at: TextRange) -> bool {
        let version = self.dialect.version;
        let has = since <= version;
        if !has {
            let message = format!("{what} needs Prometheus {since}");
            let help = format!("the expression is for Prometheus {version}");
            self.error_with_help(at, message, help);
        }
        has
    }

    /// Records the message about an unexpected token, unless there is one already.
    fn within<T>(&mut self, result: Parse<T>, context: &str, expected: &str) -> Parse<T> {
        if let Err(Fault::Unexpected) = result {
            self.unexpected(context, expected);
            return Err(Fault::Reported);
        }
        result
    }

    fn unexpected(&mut self, context: &str, expected: &str) {
        let token = self.peek();
        // The lexer has said what is wrong.
        if token.kind == TokenKind::Error {
            return;
        }
        let mut message =
            format!("unexpected {}", token.kind.describe(self.slice(token.span)));
        if !context.is_empty() {
            message.push_str(" in ");
            message.push_str(context);
        }
        if !expected.is_empty() {
            message.push_str(", expected ");
            message.push_str(expected);
        }
        self.error(token.span, message);
    }

    /// Enters a rule that may contain itself.
    fn enter(&mut self) -> Parse<()> {
        self.depth += 1;
        match self.depth > DEPTH {
            true => self.too_deep(),
            false => Ok(()),
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Notes that a node stands on top of a tree of the height `below`.
    fn grow(&mut self, below: Height) -> Parse<()> {
        let Height { all, nested } = below;
        self.bounded(Height { all: all + 1, nested: nested + 1 })
    }

    /// The same of one that makes a chain longer, and not deeper.
    fn lengthen(&mut self, below: Height) -> Parse<()> {
        self.bounded(Height { all: below.all + 1, ..below })
    }

    fn bounded(&mut self, height: Height) -> Parse<()> {
        self.height = height;
        match height {
            Height { nested, .. } if DEPTH < nested => self.too_deep(),
            Height { all, .. } if HEIGHT < all => {
                self.refuse(format!("expression chains more than {HEIGHT} operators"))
            }
            _ => Ok(()),
        }
    }

    fn too_deep(&mut self) -> Parse<()> {
        self.refuse(format!("expression is nested more than {DEPTH} levels deep"))
    }

    fn refuse(&mut self, message: String) -> Parse<()> {
        let at = self.peek().span;
        self.errors.push(SyntaxError {
            at,
            message,
            help: Some("split it with recording rules".to_string()),
        });
        Err(Fault::Reported)
    }
}

#[cfg(test)]
mod tests;
