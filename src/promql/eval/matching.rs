//! Which series of two vectors belong together, and what their results are called.

use std::collections::HashMap;

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::element::changes_metric;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::syntax::ast::{BinaryOp, Cardinality, Matching, TextRange};
use crate::promql::value::Column;

/// The match keys of both sides, as numbers: equal keys have equal numbers.
pub(super) struct Signatures {
    /// Of the left columns.
    pub lhs: Vec<u32>,
    /// Of the right columns.
    pub rhs: Vec<u32>,
    /// How many different ones there are.
    pub n_distinct: usize,
}

impl Signatures {
    /// Numbers the match keys.
    pub(super) fn new(
        matching: Option<&Matching>,
        lhs: &[Column],
        rhs: &[Column],
    ) -> Signatures {
        let mut numbers: HashMap<Labels, u32> = HashMap::new();
        let mut number = |column: &Column| {
            let next = numbers.len() as u32;
            *numbers.entry(match_group(matching, &column.labels)).or_insert(next)
        };
        let lhs = lhs.iter().map(&mut number).collect();
        let rhs = rhs.iter().map(&mut number).collect();
        Signatures { lhs, rhs, n_distinct: numbers.len() }
    }
}

/// The labels by which a series is matched.
pub(super) fn match_group(matching: Option<&Matching>, labels: &Labels) -> Labels {
    let is_named = |name: &str| {
        matching.is_some_and(|it| it.labels.iter().any(|label| &*label.text == name))
    };
    match matching.is_some_and(|it| it.on) {
        true => labels.filter(is_named),
        false => labels.filter(|it| it != METRIC_NAME && !is_named(it)),
    }
}

/// The labels of a result (`resultMetric` in Prometheus `promql/engine.go`); `many` is
/// the side that may have several series, the left one if neither does.
pub(super) fn result_labels(
    many: &Labels,
    one: &Labels,
    op: BinaryOp,
    matching: &Matching,
    drop_name: bool,
) -> Labels {
    let mut labels = match drop_name || changes_metric(op) {
        true => many.without_metadata(),
        false => many.clone(),
    };
    if matching.cardinality == Cardinality::OneToOne {
        let is_named =
            |name: &str| matching.labels.iter().any(|label| &*label.text == name);
        labels = labels.filter(|it| is_named(it) == matching.on);
    }
    for label in &matching.include {
        let value = one.get(&label.text);
        if labels.get(&label.text) != value {
            labels = labels.with(&label.text, value);
        }
    }
    labels
}

/// Two series on the side that must have one: the later one, and the one before it; from
/// version 3.14 on in the order of their texts.
pub(super) fn duplicate(
    matching: &Matching,
    one: &Labels,
    two: &Labels,
    is_sorted: bool,
    at: TextRange,
    time: i64,
) -> EvalError {
    let side = match matching.cardinality {
        Cardinality::OneToMany => "left",
        _ => "right",
    };
    let mut series = [one.to_string(), two.to_string()];
    if is_sorted {
        series.sort();
    }
    let group = match_group(Some(matching), one).to_string();
    let kind = ErrorKind::DuplicateMatch { group, side, series };
    EvalError::at_step(at, time, kind)
}
