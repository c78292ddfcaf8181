//! The order of the elements of an instant vector.
//!
//! Where several count as equal, theirs is the one in which Go's sorting leaves them.

use std::cmp::Ordering;

use crate::promql::error::EvalError;
use crate::promql::functions::kind::{self, Kind, Notes};
use crate::promql::functions::{Arity, Function};
use crate::promql::gosort::sort;
use crate::promql::syntax::types::ValueType::{String, Vector};
use crate::promql::value::Column;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("sort", &[Vector], Vector)
        .sorts()
        .kind(Kind::Columns(|vector, _| Ok(by_value(vector, |a, b| a < b)))),
    Function::new("sort_desc", &[Vector], Vector)
        .sorts()
        .kind(Kind::Columns(|vector, _| Ok(by_value(vector, |a, b| a > b)))),
    Function::new("sort_by_label", &[Vector, String], Vector)
        .arity(Arity::Any)
        .experimental(2, 49)
        .sorts()
        .kind(Kind::Columns(by_label)),
    Function::new("sort_by_label_desc", &[Vector, String], Vector)
        .arity(Arity::Any)
        .experimental(2, 49)
        .sorts()
        .kind(Kind::Columns(by_label_descending)),
];

/// Floats in order of their values, NaN last; histograms have no order and are left out.
fn by_value(vector: kind::Vector<'_>, before: fn(f64, f64) -> bool) -> Vec<Column> {
    let mut columns = vector.columns;
    columns.iter_mut().for_each(Column::drop_histograms);
    columns.retain(|it| it.has.any());
    // Only an instant query has an order.
    if vector.grid.is_instant() {
        sort(&mut columns, |a, b| {
            let (a, b) = (a.floats[0], b.floats[0]);
            b.is_nan() || before(a, b)
        });
    }
    columns
}

fn by_label(
    vector: kind::Vector<'_>,
    _: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let mut columns = vector.columns;
    sort(&mut columns, |a, b| compare_labels(a, b, vector.texts).is_lt());
    Ok(columns)
}

fn by_label_descending(
    vector: kind::Vector<'_>,
    _: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let mut columns = vector.columns;
    // Not `compare_labels(b, a)`: of two values that count as equal neither is first.
    sort(&mut columns, |a, b| compare_labels(a, b, vector.texts).is_gt());
    Ok(columns)
}

/// By the first of the labels that differs, then by all labels.
fn compare_labels(a: &Column, b: &Column, names: &[impl AsRef<str>]) -> Ordering {
    for name in names {
        let (a, b) = (a.labels.get(name.as_ref()), b.labels.get(name.as_ref()));
        if a != b {
            return match precedes(a, b) {
                true => Ordering::Less,
                false => Ordering::Greater,
            };
        }
    }
    a.labels.cmp(&b.labels)
}

/// Whether a text comes before another one when digits in them count as numbers: the
/// order of Prometheus's `facette/natsort`, in which `1` and `01` both precede the other.
fn precedes(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (Chunks(a).peekable(), Chunks(b).peekable());
    loop {
        let Some(here) = a.next() else { return false };
        let Some(there) = b.next() else { return false };
        let equal = match (number(here), number(there)) {
            (Some(here), Some(there)) if here != there => return here < there,
            (Some(_), Some(_)) => true,
            (_, _) => here == there,
        };
        if !equal {
            return here < there;
        }
        if a.peek().is_none() {
            return true;
        }
        if b.peek().is_none() {
            return false;
        }
    }
}

fn number(chunk: &str) -> Option<i64> {
    chunk.starts_with(|it: char| it.is_ascii_digit()).then(|| chunk.parse().ok())?
}

/// A text in runs of digits and of others.
struct Chunks<'t>(&'t str);

impl<'t> Iterator for Chunks<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let digits = self.0.chars().next()?.is_ascii_digit();
        let end = self.0.find(|it: char| it.is_ascii_digit() != digits);
        let (chunk, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;
    use crate::promql::functions::testing::check_columns;

    #[test]
    fn numbers_in_texts_count_as_numbers() {
        let cases = [
            ("a2", "a10", true, false),
            ("a10", "a9b", false, true),
            ("1", "01", true, true),
            ("", "a", false, false),
            ("a", "a1", true, false),
            ("a1", "a1b", true, false),
            ("x9223372036854775808", "x9", false, true),
            ("b", "a", false, true),
        ];
        for (a, b, forward, backward) in cases {
            assert_eq!((precedes(a, b), precedes(b, a)), (forward, backward), "{a} {b}");
        }
    }

    #[test]
    fn vectors_are_sorted() {
        let series = r#"
            {a="1", b="10"} 3
            {a="2", b="9"} 1
            {a="3", b="9"} NaN
            {a="4"} 2
        "#;
        for (name, texts, want) in [
            ("sort", &[][..], "2 4 1 3"),
            ("sort_desc", &[], "1 4 2 3"),
            ("sort_by_label", &["b"], "2 3 1 4"),
            ("sort_by_label_desc", &["b"], "4 1 3 2"),
            ("sort_by_label", &["c", "b"], "2 3 1 4"),
        ] {
            let Kind::Columns(body) = lookup(name).unwrap().kind else { panic!() };
            let (columns, _) = check_columns(body, series, &[], texts).unwrap();
            let order: Vec<_> = columns.iter().map(|it| it.labels.get("a")).collect();
            assert_eq!(order.join(" "), want, "{name}");
        }
    }
}
