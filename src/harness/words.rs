//! Times, numbers and alerts as messages about tests write them.

use crate::case::duration;
use crate::harness::result::Timeline;
use crate::promql::labels::{Labels, quote};

/// A time relative to the test's start.
pub fn time(millis: i64) -> String {
    match millis {
        0 => "0".to_string(),
        millis if millis < 0 => format!("-{}", duration::print(-millis)),
        millis => duration::print(millis),
    }
}

/// What an alert did, in the notation of tests.
pub fn did(timeline: &Timeline, start: i64) -> String {
    let stretches: Vec<String> = timeline
        .stretches
        .iter()
        .map(|it| {
            let to = it.to.map(|it| time(it - start)).unwrap_or_default();
            format!("{} {}..{to}", it.state.as_str(), time(it.from - start))
        })
        .collect();
    const MOST: usize = 6;
    match stretches.len() {
        0 => "never active".to_string(),
        n if n <= MOST => stretches.join(", "),
        n => format!("{}, and {} more changes", stretches[..MOST].join(", "), n - MOST),
    }
}

/// An alert as people write it: its name and the labels that tell it from others.
pub fn shown(labels: &Labels) -> String {
    format!("`{}`", key(labels))
}

/// As [`shown`], without backticks.
pub fn key(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .filter(|it| &*it.0 != "alertname")
        .map(|it| format!("{}={}", it.0, quote(&it.1)))
        .collect();
    let name = labels.get("alertname");
    match pairs.is_empty() {
        true => name.to_string(),
        false => format!("{name}{{{}}}", pairs.join(",")),
    }
}

/// A value for people: at most six digits that matter.
pub fn number(value: f64) -> String {
    let exact = format!("{value}");
    if exact.len() <= 8 {
        return exact;
    }
    let rounded = format!("{value:.5e}");
    let exponent = rounded.split_once('e').and_then(|it| it.1.parse::<i32>().ok());
    match exponent {
        Some(exponent) if (-4..9).contains(&exponent) => {
            let n_decimals = (5 - exponent).max(0) as usize;
            let text = format!("{value:.n_decimals$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
                false => text,
            }
        }
        _ => rounded,
    }
}

/// How far a value is from the wanted one, where that is hard to see.
pub fn relative(want: f64, is: f64) -> Option<String> {
    let relative = ((is - want) / want).abs();
    (want != 0.0 && relative.is_finite() && relative < 0.01)
        .then(|| format!("a relative difference of {relative:.1e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_few_digits() {
        let cases = [
            (0.0, "0"),
            (0.05, "0.05"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333"),
            (1234567.891, "1234568"),
            (1e21, "1.00000e21"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }
}
