//! Numbers for people: Prometheus's `humanize` functions
//! (`template/template.go`, prometheus/common `helpers/templates/time.go`).

use super::time;
use super::value::{NamedInt, Value};
use crate::promql::labels::quote;
use crate::promql::number::{general, general_digits, parse_float};

const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];
const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

/// The number that a value is or is written as.
pub(super) fn to_float(value: &Value) -> Result<f64, String> {
    match value.concrete() {
        Value::Float(it) => Ok(it),
        Value::Int(it) | Value::Named(NamedInt::Int64(it)) => Ok(it as f64),
        Value::Named(NamedInt::Duration(nanos)) => Ok(seconds(nanos)),
        Value::Text(text) => parse_float(&text)
            .map_err(|it| format!("strconv.ParseFloat: parsing {}: {it}", quote(&text))),
        it => Err(format!("can't convert {} to float", it.type_name())),
    }
}

/// `Duration.Seconds`.
pub(super) fn seconds(nanos: i64) -> f64 {
    (nanos / time::SECOND) as f64 + (nanos % time::SECOND) as f64 / 1e9
}

/// `1.234M`, `12.35m`
pub(super) fn humanize(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return general_digits(value, 4);
    }
    let (value, unit) = match value.abs() >= 1.0 {
        true => enlarge(value, 1000.0, &LARGE),
        false => reduce(value),
    };
    format!("{}{unit}", general_digits(value, 4))
}

/// `1.177Mi`
pub(super) fn humanize_1024(value: f64) -> String {
    if value.abs() <= 1.0 || !value.is_finite() {
        return general_digits(value, 4);
    }
    let (value, unit) = enlarge(value, 1024.0, &BINARY);
    format!("{}{unit}", general_digits(value, 4))
}

/// `12.35%`
pub(super) fn humanize_percentage(value: f64) -> String {
    format!("{}%", general_digits(value * 100.0, 4))
}

/// `1d 2h 3m 4s`, `12.35ms`
pub(super) fn humanize_duration(value: f64) -> String {
    if !value.is_finite() {
        return general_digits(value, 4);
    }
    if value.abs() < 1.0 {
        let (value, unit) = match value == 0.0 {
            true => (value, ""),
            false => reduce(value),
        };
        return format!("{}{unit}s", general_digits(value, 4));
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = to_int(value.abs());
    let (days, hours) = (whole / 60 / 60 / 24, whole / 60 / 60 % 24);
    let (minutes, seconds) = (whole / 60 % 60, whole % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{}s", general_digits(value.abs(), 4)),
        (0, 0, minutes) => format!("{sign}{minutes}m {seconds}s"),
        (0, hours, minutes) => format!("{sign}{hours}h {minutes}m {seconds}s"),
        _ => format!("{sign}{days}d {hours}h {minutes}m {seconds}s"),
    }
}

/// `2015-06-23 13:19:44.128 +0000 UTC`
pub(super) fn humanize_timestamp(value: f64) -> Result<String, String> {
    match value.is_finite() {
        true => to_time(value).map(time::text),
        false => Ok(general_digits(value, 4)),
    }
}

/// Seconds since the epoch as a time in nanoseconds, of which Prometheus keeps whole
/// milliseconds.
pub(super) fn to_time(value: f64) -> Result<i128, String> {
    if !value.is_finite() {
        return Err("value is NaN or Inf".into());
    }
    let nanos = value * 1e9;
    if nanos.abs() > i64::MAX as f64 {
        return Err(format!(
            "{} cannot be represented as a nanoseconds timestamp since it overflows int64",
            general(value)
        ));
    }
    Ok(i128::from(to_int(nanos) / 1_000_000) * 1_000_000)
}

/// A float as an integer; what does not fit is the smallest one, as on amd64.
pub(super) fn to_int(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match (-LIMIT..LIMIT).contains(&value) {
        true => value as i64,
        false => i64::MIN,
    }
}

fn enlarge(mut value: f64, step: f64, units: &[&'static str; 8]) -> (f64, &'static str) {
    let mut found = "";
    for unit in units {
        if value.abs() < step {
            break;
        }
        found = unit;
        value /= step;
    }
    (value, found)
}

fn reduce(mut value: f64) -> (f64, &'static str) {
    let mut found = "";
    for unit in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        found = unit;
        value *= 1000.0;
    }
    (value, found)
}
