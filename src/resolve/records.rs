//! What rules record.

use crate::rules::book::Book;
use crate::rules::group::{Group, Record, Rule};

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
