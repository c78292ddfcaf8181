//! Regular expressions as Prometheus reads them: RE2 syntax by the rules of Go's
//! `regexp/syntax`, run by `regex-automata`.
//!
//! Rust's own regex syntax judges a quarter of the unusual constructs differently and
//! gives others another meaning, so the text is parsed here, with Go's messages; only
//! the automaton is borrowed. Parsing is cheap and compiling is not: a check compiles
//! only what might be too big, and a run does so at the first use.

mod anchor;
mod class;
mod empty;
mod error;
mod escape;
mod expand;
mod node;
mod parse;
mod pattern;
mod regex;
#[cfg(test)]
mod tests;

pub use anchor::needless_anchors;
pub use empty::matches_nothing;
pub use error::Error;
pub use pattern::Pattern;
pub use regex::Regex;

/// Checks a pattern of a label matcher.
pub fn check(pattern: &str) -> Result<(), Error> {
    match pattern::is_plain(pattern) {
        true => Ok(()),
        // The same few stand in most rules, and are asked for again.
        false => Pattern::new(pattern).map(|_| ()),
    }
}

/// Checks a pattern of `label_replace`, as [`Regex::anchored`] would read it.
pub fn check_anchored(pattern: &str) -> Result<(), Error> {
    match pattern::is_plain(pattern) {
        true => Ok(()),
        false => regex::check(&regex::anchor(pattern)),
    }
}
