//! What fails in every alert that comes to it: no data makes it right, so it is known
//! without any.
//!
//! A walk follows the Go types of values through variables, pipes and branches; where one
//! depends on the data nothing is said.

mod call;
mod compare;
mod field;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use super::Template;
use crate::promql::syntax::ast::TextRange;

/// Something that fails in every alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in the author's text.
    pub at: TextRange,
    /// What is wrong.
    pub title: String,
    /// What is there.
    pub label: String,
    /// What to write.
    pub help: String,
}

/// What is known of a template without data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// In order.
    pub(super) faults: Vec<Fault>,
    /// Expressions that every alert asks that comes to them, with the places of the literals.
    pub(super) queries: Vec<(String, TextRange)>,
}

/// Looks for it. The template may be one that was parsed to be checked.
pub(super) fn look(template: &Template) -> Found {
    let mut found = walk::walk(template);
    found.faults.sort_by_key(|it| it.at.start);
    found.faults.dedup();
    found.queries.sort_by_key(|it| it.1.start);
    found.queries.dedup();
    found
}
