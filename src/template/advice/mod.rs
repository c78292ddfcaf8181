//! What to write instead of a template that does not parse: advice beside Go's own words,
//! from the text, the place and these words alone.

mod blocks;
mod literals;
mod operators;
#[cfg(test)]
mod tests;
mod words;

use super::lexer::{Keyword, Token, TokenKind, tokens};
use crate::promql::syntax::ast::TextRange;

/// What is said about a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// The place, which may be a better one than Go's.
    pub(super) at: TextRange,
    /// What is there.
    pub(super) label: String,
    /// What to write.
    pub(super) help: Option<String>,
}

/// What to say about the fault of a text at a place, which Go refuses with these words.
pub(super) fn advice(text: &str, at: TextRange, reason: &str) -> Advice {
    let view = View::new(text, at);
    words::function(&view, reason)
        .or_else(|| words::variable(&view, reason))
        .or_else(|| blocks::block(&view, reason))
        .or_else(|| literals::literal(&view, reason))
        .or_else(|| operators::operator(&view, reason))
        .unwrap_or_else(|| view.plain(None))
}

/// A text and the place of its fault.
struct View<'a> {
    text: &'a str,
    at: TextRange,
    /// All tokens up to one that is none.
    tokens: Vec<Token>,
    /// How many of them, blanks left out, end before the place.
    n_before: usize,
}

impl<'a> View<'a> {
    fn new(text: &'a str, at: TextRange) -> View<'a> {
        let mut tokens = tokens(text, 0).all;
        tokens.retain(|it| it.kind != TokenKind::Space);
        let n_before = tokens.partition_point(|it| it.end <= at.start as usize);
        View { text, at, tokens, n_before }
    }

    /// Where the fault begins.
    fn start(&self) -> usize {
        self.at.start as usize
    }

    fn slice(&self, token: &Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn before(&self) -> &[Token] {
        &self.tokens[..self.n_before]
    }

    /// The last token before the place.
    fn last(&self) -> Option<&Token> {
        self.before().last()
    }

    /// The token at the place.
    fn token(&self) -> Option<&Token> {
        self.tokens.get(self.n_before)
    }

    /// The token behind the one at the place.
    fn next(&self) -> Option<&Token> {
        self.tokens.get(self.n_before + 1)
    }

    /// Where the action around the place begins.
    fn action(&self) -> Option<&Token> {
        self.before().iter().rfind(|it| it.kind == TokenKind::LeftDelim)
    }

    /// Where the command around the place begins, and whether a pipe hands over to it.
    fn command(&self, end: usize) -> (usize, bool) {
        let begins = |it: &&Token| {
            matches!(
                it.kind,
                TokenKind::LeftDelim
                    | TokenKind::LeftParen
                    | TokenKind::Pipe
                    | TokenKind::Declare
                    | TokenKind::Assign
                    | TokenKind::Keyword(
                        Keyword::If | Keyword::With | Keyword::Range | Keyword::Else
                    )
            )
        };
        let before = self.tokens.iter().take_while(|it| it.end <= end);
        let token = before.filter(begins).last();
        token.map_or((end, false), |it| (it.end, it.kind == TokenKind::Pipe))
    }

    /// The word that begins at an offset: a string, or up to where something else begins.
    fn word(&self, from: usize) -> &'a str {
        let rest = &self.text[from..];
        let end = match rest.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => {
                rest[1..].find(quote).map_or(rest.len(), |it| it + 2)
            }
            _ => rest
                .find(|it: char| it.is_whitespace() || "|(),}".contains(it))
                .unwrap_or(rest.len()),
        };
        &rest[..end]
    }

    /// Whether another action or the end comes before this one is closed.
    fn is_open(&self) -> bool {
        let rest = &self.text[self.start()..];
        match (rest.find("}}"), rest.find("{{")) {
            (Some(end), Some(next)) => next < end,
            (end, _) => end.is_none(),
        }
    }

    fn plain(&self, help: Option<String>) -> Advice {
        let label = "the template does not parse here".to_owned();
        Advice { at: self.at, label, help }
    }

    fn help(&self, help: impl Into<String>) -> Option<Advice> {
        Some(self.plain(Some(help.into())))
    }

    fn said(&self, label: impl Into<String>, help: impl Into<String>) -> Option<Advice> {
        let (label, help) = (label.into(), Some(help.into()));
        Some(Advice { at: self.at, label, help })
    }

    fn near(&self, near: &str) -> Option<Advice> {
        let label = format!("did you mean `{near}`?");
        Some(Advice { at: self.at, label, help: None })
    }
}

/// Whether a text is a name that may stand behind a dot.
fn is_name(text: &str) -> bool {
    let is_word = |it: char| it == '_' || it.is_alphanumeric();
    !text.is_empty()
        && text.chars().all(is_word)
        && !text.starts_with(|it: char| it.is_ascii_digit())
}
