//! What rules record.

use crate::rules::book::Book;
use crate::rules::group::{Group, Record};

/// The recording rules of a book with their groups, in order.
pub(super) fn records(book: &Book) -> Vec<(&Record, &Group)> {
    let rules = book.groups.iter().flat_map(|group| {
        let pair = move |it| (it, group);
        group.rules.iter().map(pair)
    });
    rules.filter_map(|(rule, group)| Some((rule.as_record()?, group))).collect()
}
