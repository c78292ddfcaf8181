//! Whether two answers agree, and by which exception if not exactly.

use crate::answer::Answer;
use crate::exceptions::{self, Difference};

/// How two answers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same, to the last digit.
    Equal,
    /// Not the same, for a reason that has a name.
    Excused(&'static str),
    /// Not the same.
    Different,
}

/// Compares the answers to a query.
pub fn compare(query: &str, ours: &Answer, theirs: &Answer) -> Verdict {
    if ours == theirs {
        return Verdict::Equal;
    }
    match exceptions::find(&Difference { query, ours, theirs }) {
        Some(it) => Verdict::Excused(it.name),
        None => Verdict::Different,
    }
}
