//! Samples in promtool's notation, as short as it goes: `1x5 0x10`, `0+6x30`.
//!
//! What is written gives the same bits again. promtool's `a+bxN` adds again and again;
//! where that is not what the series holds, its values are written one by one.

use crate::case::notation::{Hint, HistogramText, STALE_NAN, Sample};

/// The values of a series. Missing samples at the end are left out.
pub(super) fn print(samples: &[Sample]) -> String {
    let is_sample = |it: &Sample| !matches!(it, Sample::Gap);
    let end = samples.iter().rposition(is_sample).map_or(0, |it| it + 1);
    let mut rest = &samples[..end];
    let mut out: Vec<String> = Vec::new();
    while let Some(first) = rest.first() {
        let (item, n) = match first {
            Sample::Gap => {
                let n = rest.iter().take_while(|it| !is_sample(it)).count();
                (times("_", n, n), n)
            }
            Sample::Float(it) => floats(*it, rest),
            Sample::Histogram(it) => {
                let same =
                    |other: &&Sample| matches!(other, Sample::Histogram(x) if x == it);
                let n = rest.iter().take_while(same).count().max(1);
                (times(&histogram(it), n, n - 1), n)
            }
        };
        out.push(item);
        rest = &rest[n..];
    }
    out.join(" ")
}

/// An item that stands for `n` samples; `count` says so.
fn times(item: &str, n: usize, count: usize) -> String {
    match n {
        1 => item.to_owned(),
        _ => format!("{item}x{count}"),
    }
}

/// The least number of samples for which a rise is shorter than its values.
const MIN_RISE: usize = 3;

/// The longest item that begins with a number, and how many samples it is.
fn floats(first: f64, rest: &[Sample]) -> (String, usize) {
    let float = |it: &Sample| match it {
        Sample::Float(it) if it.to_bits() != STALE_NAN => Some(*it),
        Sample::Float(_) | Sample::Gap | Sample::Histogram(_) => None,
    };
    // The words cannot be repeated.
    match first {
        _ if first.to_bits() == STALE_NAN => return ("stale".to_owned(), 1),
        _ if !first.is_finite() => return (number(first), 1),
        _ => {}
    }
    let second = rest.get(1).and_then(float).filter(|it| it.is_finite());
    let Some(second) = second else { return (number(first), 1) };
    let same = |it: f64| it.to_bits() == first.to_bits();
    if same(second) {
        let n = rest.iter().take_while(|it| float(it).is_some_and(same)).count();
        return (times(&number(first), n, n - 1), n);
    }
    let step = second - first;
    let mut next = first;
    let n = rest
        .iter()
        .take_while(|it| {
            let is = float(it).is_some_and(|it| it.to_bits() == next.to_bits());
            next += step;
            is
        })
        .count();
    if n < MIN_RISE || !step.is_finite() {
        return (number(first), 1);
    }
    let sign = if step.is_sign_negative() { "-" } else { "+" };
    (format!("{}{sign}{}x{}", number(first), number(step.abs()), n - 1), n)
}

/// A number with the digits that tell it from its neighbours.
fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        _ if value.is_infinite() && value < 0.0 => "-Inf".to_owned(),
        _ if value.is_infinite() => "Inf".to_owned(),
        _ if value != 0.0 && !(1e-5..1e15).contains(&value.abs()) => format!("{value:e}"),
        _ => format!("{value}"),
    }
}

fn histogram(it: &HistogramText) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut whole = |key: &str, value: i32| {
        if value != 0 {
            out.push(format!("{key}:{value}"));
        }
    };
    whole("schema", it.schema);
    whole("offset", it.positive_offset);
    whole("n_offset", it.negative_offset);
    let numbers = [
        ("count", it.count),
        ("sum", it.sum),
        ("z_bucket", it.zero_count),
        ("z_bucket_w", it.zero_threshold),
    ];
    for (key, value) in numbers {
        if value.to_bits() != 0 {
            out.push(format!("{key}:{}", number(value)));
        }
    }
    let lists = [
        ("buckets", &it.positive),
        ("n_buckets", &it.negative),
        ("custom_values", &it.custom_values),
    ];
    for (key, values) in lists {
        if !values.is_empty() {
            let all: Vec<String> = values.iter().map(|it| number(*it)).collect();
            out.push(format!("{key}:[{}]", all.join(" ")));
        }
    }
    let hint = it.hint.map(|it| match it {
        Hint::Unknown => "unknown",
        Hint::Reset => "reset",
        Hint::NotReset => "not_reset",
        Hint::Gauge => "gauge",
    });
    out.extend(hint.map(|it| format!("counter_reset_hint:{it}")));
    format!("{{{{{}}}}}", out.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::notation::{Grid, Notation, expand, values};

    fn samples(text: &str, notation: Notation, spacing: i64) -> Vec<Sample> {
        let items = values(text, notation).unwrap();
        expand(&items, Grid { spacing, end: Some(20 * spacing) }).unwrap()
    }

    /// Native notation to promtool's, and that back to the same bits.
    fn check(spacing: i64, native: &str) -> String {
        let before = samples(native, Notation::Native, spacing);
        let text = print(&before);
        let after = samples(&text, Notation::Prometheus, spacing);
        let bits = |all: &[Sample]| -> Vec<String> {
            let mut all: Vec<String> = all
                .iter()
                .map(|it| match it {
                    Sample::Gap => "_".to_owned(),
                    Sample::Float(it) => format!("{:x}", it.to_bits()),
                    Sample::Histogram(it) => format!("{it:?}"),
                })
                .collect();
            while all.last().is_some_and(|it| it == "_") {
                all.pop();
            }
            all
        };
        assert_eq!(bits(&before), bits(&after), "{native} as {text}");
        text
    }

    #[test]
    fn items_are_as_short_as_they_can_be() {
        let cases = [
            ("1..5m 0..", "1x4 0x15"),
            ("+0.1/s..", "0+6x20"),
            ("100-1/m..3m 7..", "100-1x2 7x17"),
            ("1..3m stale..5m 2..6m", "1x2 stale _ 2"),
            ("_..2m 1 _ 2 _x5", "_x2 1 _ 2"),
            ("NaN..3m Inf -Inf 1", "NaN NaN NaN Inf -Inf 1"),
            ("-1 -2 5", "-1 -2 5"),
            ("-5+1x3 -0", "-5+1x3 -0"),
            ("1e21 1e-9 123456789 1.5", "1e21 1e-9 123456789 1.5"),
            ("-3x2", "-3x2"),
            ("_..", ""),
        ];
        for (native, promtool) in cases {
            assert_eq!(check(60_000, native), promtool, "{native}");
        }
    }

    #[test]
    fn a_rise_that_addition_misses_is_written_out() {
        // 0.1 * 6 is not 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1.
        let text = check(1000, "+0.1/s..8s 0..");
        assert_eq!(text, "0+0.1x5 0.6000000000000001 0.7000000000000001 0x12");
        for rate in ["0.7", "1e-3", "33.3", "0.09", "99.91"] {
            check(30_000, &format!("+{rate}/s.."));
            check(15_000, &format!("7-{rate}/m.."));
        }
    }

    #[test]
    fn histograms_are_written_with_all_their_keys() {
        for text in [
            "{{}}",
            "{{schema:1 offset:-2 n_offset:3 count:4 sum:2.5 z_bucket:1 z_bucket_w:0.001 \
             buckets:[1 0 2] n_buckets:[1] counter_reset_hint:gauge}}x3",
            "{{schema:-53 count:3 buckets:[1 2] custom_values:[1 5]}} 1 _ {{count:1}}",
        ] {
            assert_eq!(check(60_000, text), text);
        }
        check(60_000, "{{count:1 buckets:[1]}}+{{count:2 buckets:[1 1]}}x5");
    }
}
