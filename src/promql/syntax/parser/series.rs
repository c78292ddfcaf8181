//! Series as tests and scripts name them: `metric{a="b"}`.

use std::sync::Arc;

use crate::promql::dialect::Dialect;
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::syntax::ast::SyntaxError;
use crate::promql::syntax::lexer::Lexer;
use crate::promql::syntax::parser::{Fault, Parse, Parser, help};
use crate::promql::syntax::token::TokenKind;

const LABEL_SET: &str = "label set";

/// The labels of a series description and where its values begin.
#[derive(Clone, Debug)]
pub struct SeriesHead {
    /// The labels, metric name included.
    pub labels: Labels,
    /// Offset of the first byte after them.
    pub values_at: usize,
}

/// The name before the braces, and the labels inside.
type Written = (Option<Symbol>, Vec<(Symbol, Symbol)>);

/// Parses `metric{a="b"}` and nothing else (Prometheus's `ParseMetric`).
pub fn parse_metric(text: &str) -> Result<Labels, Vec<SyntaxError>> {
    let dialect = Dialect::everything();
    let mut parser = Parser::new(Lexer::new(text), text, &dialect);
    match parser.whole(Parser::metric) {
        Some(labels) if parser.errors.is_empty() => Ok(labels),
        _ => Err(parser.errors),
    }
}

/// Parses what is expected of a result. Without a metric's name before the braces these are
/// the labels as they are written, also those that no result has: with empty values, or a
/// name twice (`labels.New` in Prometheus's grammar).
pub fn parse_expected(text: &str) -> Result<Labels, Vec<SyntaxError>> {
    let dialect = Dialect::everything();
    let mut parser = Parser::new(Lexer::new(text), text, &dialect);
    match parser.whole(Parser::written) {
        Some((None, mut pairs)) if parser.errors.is_empty() => {
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(Labels::from_sorted(pairs))
        }
        Some((name, pairs)) if parser.errors.is_empty() => Ok(labels(name, pairs)),
        _ => Err(parser.errors),
    }
}

/// Parses the labels at the beginning of a series description such as
/// `metric{a="b"} 1 2 3`; what follows them is the caller's.
pub fn parse_series_head(text: &str) -> Result<SeriesHead, Vec<SyntaxError>> {
    let dialect = Dialect::everything();
    let mut parser = Parser::new(Lexer::series(text), text, &dialect);
    match parser.whole(Parser::metric) {
        Some(labels) if parser.errors.is_empty() => {
            Ok(SeriesHead { labels, values_at: parser.lexer.offset() })
        }
        _ => Err(parser.errors),
    }
}

fn labels(name: Option<Symbol>, mut pairs: Vec<(Symbol, Symbol)>) -> Labels {
    pairs.extend(name.map(|it| (METRIC_NAME.into(), it)));
    Labels::from_pairs(pairs)
}

impl Parser<'_> {
    fn metric(&mut self) -> Parse<Labels> {
        self.written().map(|(name, pairs)| labels(name, pairs))
    }

    fn written(&mut self) -> Parse<Written> {
        let token = self.peek();
        let name = match token.kind.is_metric_name() {
            true => {
                self.next();
                Some(Symbol::from(self.slice(token.span)))
            }
            false => None,
        };
        let pairs = match self.kind() {
            TokenKind::LeftBrace => self.label_set()?,
            _ => Vec::new(),
        };
        Ok((name, pairs))
    }

    fn label_set(&mut self) -> Parse<Vec<(Symbol, Symbol)>> {
        self.expect(TokenKind::LeftBrace)?;
        let mut pairs: Vec<(Symbol, Symbol)> = Vec::new();
        while self.eat(TokenKind::RightBrace).is_none() {
            if !pairs.is_empty() {
                let comma = self.expect(TokenKind::Comma);
                self.within(comma, LABEL_SET, "\",\" or \"}\"")?;
                if self.eat(TokenKind::RightBrace).is_some() {
                    break;
                }
            }
            let at = self.peek().span;
            let pair = self.label();
            let pair = self.within(pair, LABEL_SET, "identifier or \"}\"")?;
            // Prometheus's database says it, when the first sample comes.
            if *pair.0 != *METRIC_NAME && pairs.iter().any(|it| it.0 == pair.0) {
                self.error(at, format!("label name \"{}\" is not unique", pair.0));
            }
            pairs.push(pair);
        }
        Ok(pairs)
    }

    fn label(&mut self) -> Parse<(Symbol, Symbol)> {
        let token = self.peek();
        let name: Symbol = match token.kind {
            TokenKind::Identifier => self.slice(token.span).into(),
            TokenKind::String => self.string(token),
            _ => return Err(Fault::Unexpected),
        };
        self.next();
        if self.eat(TokenKind::Assign).is_none() {
            return match token.kind {
                TokenKind::String => Ok((Arc::from(METRIC_NAME), name)),
                _ => self.within(Err(Fault::Unexpected), LABEL_SET, "\"=\""),
            };
        }
        let value = self.expect(TokenKind::String);
        let rest = &self.text[self.peek().span.bytes().start..];
        let value = self.within(value, LABEL_SET, "string");
        if value.is_err()
            && rest.starts_with(help::is_bare)
            && let Some(error) = self.errors.last_mut()
        {
            error.help.get_or_insert_with(|| help::quoted(rest));
        }
        let value = value?;
        Ok((name, self.string(value)))
    }
}
