//! What promtool compares, and how it prints it.

use crate::promql::labels::Labels;
use crate::promql::number::{self, Layout};
use crate::promql::value::Sample;

/// An alert as promtool compares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
}

/// A list of alerts as promtool prints it.
pub fn list(alerts: &[Found]) -> String {
    if alerts.is_empty() {
        return "[]".to_string();
    }
    let one = |(idx, it): (usize, &Found)| {
        format!("{idx}:\n  Labels:{}\n  Annotations:{}", it.labels, it.annotations)
    };
    let all: Vec<String> = alerts.iter().enumerate().map(one).collect();
    format!("[\n{}\n]", all.join(",\n"))
}

/// Samples as promtool prints them.
pub fn samples(samples: &[(Labels, Sample)]) -> String {
    if samples.is_empty() {
        return "nil".to_string();
    }
    let one = |(labels, sample): &(Labels, Sample)| match sample {
        Sample::Float(value) => format!("{labels} {}", scientific(*value)),
        Sample::Histogram(it) => format!("{labels} {it:?}"),
    };
    samples.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn scientific(value: f64) -> String {
    number::format_float(value, Layout::UpperExponent, None)
}

/// Whether two values are equal: exactly, or within one ulp. NaN equals nothing.
pub fn equal(found: &Sample, expected: &Sample, fuzzy: bool) -> bool {
    match (found, expected) {
        (Sample::Float(a), Sample::Float(b)) => {
            a == b || (fuzzy && (a.next_up() == *b || a.next_down() == *b))
        }
        (Sample::Histogram(a), Sample::Histogram(b)) => a == b,
        (Sample::Float(_), Sample::Histogram(_))
        | (Sample::Histogram(_), Sample::Float(_)) => false,
    }
}
