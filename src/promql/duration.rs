//! Durations as Prometheus writes them: `1d12h`, `90s`, `500ms`.
//!
//! The behaviour is that of `model.Duration` in prometheus/common (`model/time.go`): a
//! day has 24 hours, a week seven days, a year 365 days.

use std::fmt::{self, Write};

use super::labels::quote;

/// Units from the largest to the smallest, in milliseconds.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Prometheus keeps durations in nanoseconds in 63 bits, about 292 years.
const MAX_MILLIS: u64 = i64::MAX as u64 / 1_000_000;

/// Why a text is no duration. The texts are Prometheus's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// There is no text.
    Empty,
    /// It is not numbers with units, from the largest unit to the smallest.
    Invalid(String),
    /// A unit that does not exist.
    UnknownUnit {
        /// The unit as written.
        unit: String,
        /// The whole text.
        text: String,
    },
    /// More than 292 years.
    OutOfRange,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationError::Empty => f.write_str("empty duration string"),
            DurationError::Invalid(text) => {
                write!(f, "not a valid duration string: {}", quote(text))
            }
            DurationError::UnknownUnit { unit, text } => {
                write!(f, "unknown unit {} in duration {}", quote(unit), quote(text))
            }
            DurationError::OutOfRange => f.write_str("duration out of range"),
        }
    }
}

/// Reads a duration that is not negative, in milliseconds. `0` needs no unit.
pub fn parse_duration(text: &str) -> Result<i64, DurationError> {
    match text {
        "" => return Err(DurationError::Empty),
        "0" => return Ok(0),
        _ => {}
    }
    let invalid = || DurationError::Invalid(text.to_owned());
    let mut rest = text;
    let mut total = 0u64;
    let mut n_passed = 0;
    while !rest.is_empty() {
        let (digits, tail) = split(rest, |it| it.is_ascii_digit());
        let count: u64 = digits.parse().map_err(|_| invalid())?;
        let (unit, tail) = split(tail, |it| !it.is_ascii_digit());
        if unit.is_empty() {
            return Err(invalid());
        }
        rest = tail;
        let Some(idx) = UNITS.iter().position(|it| it.0 == unit) else {
            let (unit, text) = (unit.to_owned(), text.to_owned());
            return Err(DurationError::UnknownUnit { unit, text });
        };
        if idx < n_passed {
            return Err(invalid());
        }
        n_passed = idx + 1;
        total = count
            .checked_mul(UNITS[idx].1.unsigned_abs())
            .and_then(|it| it.checked_add(total))
            .filter(|it| *it <= MAX_MILLIS)
            .ok_or(DurationError::OutOfRange)?;
    }
    Ok(total as i64)
}

/// Reads a duration that may begin with `-`, in milliseconds.
pub fn parse_signed_duration(text: &str) -> Result<i64, DurationError> {
    match text.strip_prefix('-') {
        Some(size) => parse_duration(size).map(|it| -it),
        None => parse_duration(text),
    }
}

/// Prints milliseconds as Prometheus prints durations: years and weeks only where they
/// come out even.
pub fn format_duration(millis: i64) -> String {
    let mut out = String::new();
    // A string takes all that is written to it.
    let _ = write_duration(millis, &mut out);
    out
}

/// The same, into anything that takes text.
pub fn write_duration(millis: i64, out: &mut impl Write) -> fmt::Result {
    if millis == 0 {
        return out.write_str("0s");
    }
    if millis < 0 {
        out.write_char('-')?;
    }
    let mut rest = millis.unsigned_abs();
    for (unit, size) in UNITS {
        let size = size.unsigned_abs();
        if matches!(unit, "y" | "w") && !rest.is_multiple_of(size) {
            continue;
        }
        if rest / size > 0 {
            write!(out, "{}", rest / size)?;
            out.write_str(unit)?;
            rest %= size;
        }
    }
    Ok(())
}

fn split(text: &str, mut belongs: impl FnMut(char) -> bool) -> (&str, &str) {
    let at = text.find(|it: char| !belongs(it)).unwrap_or(text.len());
    text.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_back_as_they_are_written() {
        for (text, millis, printed) in [
            ("0", 0, "0s"),
            ("0s", 0, "0s"),
            ("5m", 300_000, "5m"),
            ("1h30m", 5_400_000, "1h30m"),
            ("90m", 5_400_000, "1h30m"),
            ("1y2w3d4h5m6s7ms", 33_019_506_007, "382d4h5m6s7ms"),
            ("365d", 31_536_000_000, "1y"),
            ("14d", 1_209_600_000, "2w"),
            ("8d", 691_200_000, "8d"),
            ("1500ms", 1500, "1s500ms"),
            ("292y", 9_208_512_000_000, "292y"),
        ] {
            assert_eq!(parse_duration(text), Ok(millis), "{text}");
            assert_eq!(format_duration(millis), printed);
        }
        assert_eq!(parse_signed_duration("-1m"), Ok(-60_000));
        assert_eq!(format_duration(-90_000), "-1m30s");
    }

    #[test]
    fn faults_are_told_in_the_words_of_prometheus() {
        for (text, message) in [
            ("", "empty duration string"),
            ("5", "not a valid duration string: \"5\""),
            ("m", "not a valid duration string: \"m\""),
            ("-1m", "not a valid duration string: \"-1m\""),
            ("1m1d", "not a valid duration string: \"1m1d\""),
            ("1m1m", "not a valid duration string: \"1m1m\""),
            ("1.5h", "unknown unit \".\" in duration \"1.5h\""),
            ("1 h", "unknown unit \" h\" in duration \"1 h\""),
            ("1µs", "unknown unit \"µs\" in duration \"1µs\""),
            ("293y", "duration out of range"),
            (
                "99999999999999999999s",
                "not a valid duration string: \"99999999999999999999s\"",
            ),
        ] {
            assert_eq!(parse_duration(text).unwrap_err().to_string(), message);
        }
    }
}
