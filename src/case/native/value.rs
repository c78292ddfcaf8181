//! Values and samples that a test wants.

use crate::case::native::fill::fault;
use crate::case::native::ready::{SampleMatch, ValueMatch};
use crate::case::notation;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::labels::Labels;
use crate::promql::syntax;

pub(super) fn value_match(text: &Text, sink: &mut Sink) -> Option<(ValueMatch, Text)> {
    match number_or_range(text.as_str().trim()) {
        Some(value) => Some((value, text.clone())),
        None => {
            let title = format!("`{text}` is not a value");
            sink.push(
                Diagnostic::error("bad-value", title)
                    .within(text, 0, text.as_str().len(), "no number")
                    .help(
                        "write a number, `0.05 +- 0.001`, `0.05 +- 1%` or `0.04..0.06`",
                    ),
            );
            None
        }
    }
}

pub(super) fn sample(
    text: &Text,
    sink: &mut Sink,
) -> Option<(Labels, SampleMatch, Text)> {
    let head = match syntax::parse_series_head(text.as_str()) {
        Ok(it) => it,
        Err(errors) => {
            sink.extend(errors.iter().map(|it| fault("bad-sample", text, 0, it)));
            return None;
        }
    };
    let rest = &text.as_str()[head.values_at..];
    let written = rest.trim();
    if written.starts_with("{{") {
        return match notation::histogram(written) {
            Ok(it) => Some((head.labels, SampleMatch::Histogram(it), text.clone())),
            Err(error) => {
                let at = head.values_at + rest.len() - rest.trim_start().len();
                sink.push(fault("bad-sample", text, at, &error));
                None
            }
        };
    }
    match number_or_range(written) {
        Some(value) => Some((head.labels, SampleMatch::Value(value), text.clone())),
        None => {
            sink.push(
                Diagnostic::error("bad-sample", "a sample without a value")
                    .within(text, head.values_at, text.as_str().len(), "no number")
                    .help("write the series and its value: `{job=\"a\"} 5`"),
            );
            None
        }
    }
}

fn number_or_range(text: &str) -> Option<ValueMatch> {
    if let Some((middle, width)) = text.split_once("+-").or(text.split_once('±')) {
        let middle = number(middle)?;
        if width.trim() == "1ulp" {
            let (least, most) = (middle.next_down(), middle.next_up());
            return Some(ValueMatch { least, most });
        }
        let width = match width.trim().strip_suffix('%') {
            Some(percent) => middle.abs() * number(percent)? / 100.0,
            None => number(width)?,
        };
        return Some(ValueMatch { least: middle - width, most: middle + width });
    }
    if let Some((least, most)) = text.split_once("..") {
        let (least, most) = (number(least)?, number(most)?);
        return (least <= most).then_some(ValueMatch { least, most });
    }
    let value = number(text)?;
    Some(ValueMatch { least: value, most: value })
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value = match bare.to_ascii_lowercase().as_str() {
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ if !bare.starts_with(|it: char| it.is_ascii_digit() || it == '.') => {
            return None;
        }
        lower => lower.replace('_', "").parse().ok()?,
    };
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_or_ranges() {
        let range = |least, most| Some(ValueMatch { least, most });
        assert_eq!(number_or_range("0.05"), range(0.05, 0.05));
        assert_eq!(number_or_range("1_000"), range(1000.0, 1000.0));
        assert_eq!(number_or_range("10 +- 1"), range(9.0, 11.0));
        assert_eq!(number_or_range("10 ± 10%"), range(9.0, 11.0));
        let tenth = 0.1f64;
        let ulp = range(tenth.next_down(), tenth.next_up());
        assert_eq!(number_or_range("0.1 +- 1ulp"), ulp);
        assert_eq!(number_or_range("-1..+Inf"), range(-1.0, f64::INFINITY));
        assert!(number_or_range("NaN").is_some_and(|it| it.holds(f64::NAN)));
        for text in ["", "x", "2..1", "1 +-", "infinite", "1x"] {
            assert_eq!(number_or_range(text), None, "{text}");
        }
    }
}
