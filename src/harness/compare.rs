//! What promtool compares, and how it prints it.

use crate::promql::histogram::{Histogram, ResetHint, Side};
use crate::promql::labels::Labels;
use crate::promql::number::{self, Layout};
use crate::promql::value::Sample;

/// The key of the hint about resets.
pub const RESET_HINT: &str = "counter_reset_hint";

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
        Sample::Histogram(it) => format!("{labels} {}", histogram(it)),
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
        (Sample::Histogram(a), Sample::Histogram(b)) => histogram(a) == histogram(b),
        (Sample::Float(_), Sample::Histogram(_))
        | (Sample::Histogram(_), Sample::Float(_)) => false,
    }
}

/// A histogram as promtool writes and compares it (`FloatHistogram.TestExpression` in
/// `model/histogram/float_histogram.go`): the hint about resets shows.
pub fn histogram(it: &Histogram) -> String {
    let all: Vec<String> =
        parts(it).into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
    format!("{{{{{}}}}}", all.join(" "))
}

/// What [`histogram`] writes: keys and their values.
pub fn parts(it: &Histogram) -> Vec<(&'static str, String)> {
    let it = it.clone().compacted();
    let mut out: Vec<(&'static str, String)> = Vec::new();
    if it.schema != 0 {
        out.push(("schema", it.schema.to_string()));
    }
    let numbers = [
        ("count", it.count),
        ("sum", it.sum),
        ("z_bucket", it.zero_count),
        ("z_bucket_w", it.zero_threshold),
    ];
    // Custom bounds leave no room for a zero bucket.
    let n = if it.has_custom_buckets() { 2 } else { numbers.len() };
    let written = numbers[..n].iter().filter(|it| it.1 != 0.0);
    out.extend(written.map(|(key, value)| (*key, number::general(*value))));
    if it.has_custom_buckets() {
        out.push(("custom_values", list_of(&it.custom_values)));
    }
    let hint = match it.reset_hint {
        ResetHint::Unknown => None,
        ResetHint::Reset => Some("reset"),
        ResetHint::NotReset => Some("not_reset"),
        ResetHint::Gauge => Some("gauge"),
    };
    out.extend(hint.map(|it| (RESET_HINT, it.to_string())));
    let sides = [
        (Side::Positive, "offset", "buckets"),
        (Side::Negative, "n_offset", "n_buckets"),
    ];
    for (side, offset_key, buckets_key) in sides {
        let (offset, buckets) = it.dense(side);
        if !buckets.is_empty() && offset != 0 {
            out.push((offset_key, offset.to_string()));
        }
        if !buckets.is_empty() {
            out.push((buckets_key, list_of(&buckets)));
        }
    }
    out
}

fn list_of(values: &[f64]) -> String {
    let all: Vec<String> = values.iter().map(|it| number::general(*it)).collect();
    format!("[{}]", all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::notation::{Notation, Sample as Written, values};

    #[test]
    fn histograms_print_as_they_are_written() {
        for text in [
            "{{}}",
            "{{schema:1 count:4 sum:2.5 z_bucket:1 z_bucket_w:0.001 offset:-2 buckets:[1 0 2]}}",
            "{{count:1 counter_reset_hint:gauge n_offset:1 n_buckets:[1]}}",
            "{{schema:-53 count:3 custom_values:[1 5] buckets:[1 2]}}",
        ] {
            let items = values(text, Notation::Prometheus).unwrap();
            let grid = crate::case::notation::Grid { spacing: 1, end: None };
            let samples = crate::case::notation::expand(&items, grid).unwrap();
            let [Written::Histogram(it)] = &samples[..] else { panic!("{samples:?}") };
            assert_eq!(histogram(&it.histogram()), text);
        }
    }
}
