//! Durations in tests: milliseconds, as Prometheus writes them.

use crate::promql::duration::{format_duration, parse_duration};

/// Milliseconds of a duration such as `1h30m`, or Prometheus's message.
pub fn parse(text: &str) -> Result<i64, String> {
    match parse_duration(text) {
        Ok(millis) => Ok(millis),
        Err(error) => Err(error.to_string()),
    }
}

/// The text of a duration in milliseconds.
pub fn print(millis: i64) -> String {
    format_duration(millis)
}
