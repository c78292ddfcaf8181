//! What rules record, from which what is known of records follows in rounds.

use crate::rules::book::Book;
use crate::rules::group::{Group, Record, Rule};

/// Records of records of records: what is not known after so many rounds stays unknown.
const ROUNDS: usize = 8;

/// The recording rules of a book with their groups, in order.
pub(super) fn records(book: &Book) -> Vec<(&Record, &Group)> {
    let rules = book.groups.iter().flat_map(|group| {
        let pair = move |it| (it, group);
        group.rules.iter().map(pair)
    });
    rules
        .filter_map(|(rule, group)| match rule {
            Rule::Record(it) => Some((it, group)),
            Rule::Alert(_) => None,
        })
        .collect()
}

/// Repeats what follows from what is known already, until a round changes nothing.
pub(super) fn until_settled(mut changes: impl FnMut() -> bool) {
    for _ in 0..ROUNDS {
        if !changes() {
            return;
        }
    }
}
