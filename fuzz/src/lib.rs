//! What each fuzz target does with its input, as functions that panic where something is
//! wrong. The targets themselves are in `fuzz_targets`.

pub mod bytes;
pub mod documents;
pub mod engine;
pub mod notation;
pub mod promql;
pub mod query;
pub mod re2;
pub mod series;
pub mod template;

use aqua_alerts::promql::syntax::ast::{SyntaxError, TextRange};

/// A place must lie in its text, between characters.
pub fn check_place(text: &str, at: TextRange) {
    let sliced = text.get(at.start as usize..at.end as usize);
    assert!(sliced.is_some(), "{at:?} is no place of {text:?}");
}

/// A message must say something, at a place.
pub fn check_error(text: &str, error: &SyntaxError) {
    check_place(text, error.at);
    assert!(!error.message.is_empty(), "an error without words in {text:?}");
}
