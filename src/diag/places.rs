//! Places in order, of which most lists have one.

use std::ops::Deref;

use crate::diag::source::Span;

/// Some places; a single one needs no memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places(List);

#[derive(Clone, Debug, PartialEq, Eq)]
enum List {
    One(Span),
    Any(Vec<Span>),
}

impl Places {
    /// Adds further ones behind these.
    pub fn extend(&mut self, others: &[Span]) {
        let all = self.iter().chain(others).copied().collect();
        self.0 = List::Any(all);
    }
}

impl Default for Places {
    fn default() -> Places {
        Places(List::Any(Vec::new()))
    }
}

impl From<Span> for Places {
    fn from(at: Span) -> Places {
        Places(List::One(at))
    }
}

impl Deref for Places {
    type Target = [Span];

    fn deref(&self) -> &[Span] {
        match &self.0 {
            List::One(at) => std::slice::from_ref(at),
            List::Any(all) => all,
        }
    }
}
