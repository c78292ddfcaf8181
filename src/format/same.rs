//! Whether two documents mean the same, whatever their layout.

use std::collections::HashSet;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::doc::node::{Kind, Node};
use crate::format::expression;

/// Whether two trees are equal but for places; at the strings that are `expressions` of
/// the first, expressions must be equal, not texts.
pub(super) fn same(a: &Node, b: &Node, expressions: &[&Node]) -> bool {
    let places = expressions.iter().map(|it| it.span.start).collect();
    equal(a, b, &places)
}

fn equal(a: &Node, b: &Node, places: &HashSet<u32>) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::String(x), Kind::String(y)) if places.contains(&a.span.start) => {
            expression::equal(x.as_str(), y.as_str())
        }
        (Kind::Array(x), Kind::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|it| equal(it.0, it.1, places))
        }
        (Kind::Table(x), Kind::Table(y)) => {
            let pairs = || x.iter().zip(y.iter());
            x.len() == y.len()
                && pairs().all(|it| it.0.key.as_str() == it.1.key.as_str())
                && pairs().all(|it| equal(&it.0.value, &it.1.value, places))
        }
        (x, y) => {
            let raw = |it: &Node| it.raw().map(|it| it.as_str().to_owned());
            std::mem::discriminant(x) == std::mem::discriminant(y) && raw(a) == raw(b)
        }
    }
}

/// The comments of a document, in order.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let tokens = Source::new(text).lex();
    let comments = tokens.filter(|it| it.kind() == TokenKind::Comment);
    comments.map(|it| text[it.span().start()..it.span().end()].trim_end()).collect()
}
