//! What a recording rule writes (`rules/recording.go`, `Eval`).

use std::collections::HashSet;

use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::value::Column;

/// The labels of what is recorded, column by column.
pub(super) fn outputs(
    columns: &[Column],
    name: &str,
    labels: &[(Symbol, Symbol)],
) -> Vec<Labels> {
    let output = |column: &Column| {
        let mut out = column.labels.with(METRIC_NAME, name);
        for (name, value) in labels {
            out = out.with(name, value);
        }
        out
    };
    columns.iter().map(output).collect()
}

/// Checks the results of one tick, given as the places of the columns that have one.
pub(super) fn check(
    given: &[usize],
    outputs: &[Labels],
    limit: u32,
) -> Result<(), String> {
    let mut seen = HashSet::with_capacity(given.len());
    if !given.iter().all(|it| seen.insert(&outputs[*it])) {
        return Err(
            "vector contains metrics with the same labelset after applying rule \
                    labels"
                .to_string(),
        );
    }
    match limit {
        0 => Ok(()),
        limit if given.len() <= limit as usize => Ok(()),
        limit => Err(format!("exceeded limit of {limit} with {} series", given.len())),
    }
}
