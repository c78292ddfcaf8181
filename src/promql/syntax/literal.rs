//! Numbers and durations as Prometheus reads them.
//!
//! Numbers follow Go's `strconv.ParseInt(s, 0, 64)` and, where that fails,
//! `strconv.ParseFloat`; durations follow prometheus/common `model.ParseDuration`.

use crate::promql::syntax::quote::quote;

/// The value of a number token, or Prometheus's message.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    let fault = |what| {
        let text = quote(text);
        Err(format!("error parsing number: strconv.ParseFloat: parsing {text}: {what}"))
    };
    if let Some(value) = integer(text) {
        return Ok(value as f64);
    }
    let is_hex = text.len() > 1 && text.as_bytes()[1].eq_ignore_ascii_case(&b'x');
    if is_hex || !underscores_separate_digits(text) {
        return fault("invalid syntax");
    }
    match text.replace('_', "").parse::<f64>() {
        Ok(value)
            if value.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) =>
        {
            fault("value out of range")
        }
        Ok(value) => Ok(value),
        Err(_) => fault("invalid syntax"),
    }
}

/// A 64-bit integer: decimal, `0x` or octal by a leading zero.
fn integer(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let plain = bytes.iter().all(u8::is_ascii_digit);
    if plain && (bytes.len() < 2 || bytes[0] != b'0') {
        return text.parse().ok();
    }
    if !underscores_separate_digits(text) {
        return None;
    }
    let digits = text.replace('_', "");
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => i64::from_str_radix(&digits[2..], 16).ok(),
        [b'0', _, ..] => i64::from_str_radix(&digits[1..], 8).ok(),
        _ => digits.parse().ok(),
    }
}

/// Whether each underscore stands between digits (the `0x` counts as one).
fn underscores_separate_digits(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let bytes = text.as_bytes();
    let is_hex = bytes.len() > 1 && bytes[0] == b'0' && matches!(bytes[1], b'x' | b'X');
    let is_digit = |it: u8| match is_hex {
        true => it.is_ascii_hexdigit(),
        false => it.is_ascii_digit(),
    };
    bytes.iter().enumerate().filter(|(_, it)| **it == b'_').all(|(idx, _)| {
        let before = idx > 0 && (is_digit(bytes[idx - 1]) || (is_hex && idx == 2));
        before && bytes.get(idx + 1).is_some_and(|it| is_digit(*it))
    })
}

/// Units with their nanoseconds, biggest first: a duration names them in this order.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3_600_000_000_000),
    ("w", 7 * 24 * 3_600_000_000_000),
    ("d", 24 * 3_600_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// Nanoseconds of a duration such as `1h30m`, or Prometheus's message.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    match text {
        "0" => return Ok(0),
        "" => return Err("empty duration string".to_string()),
        _ => {}
    }
    let invalid = || format!("not a valid duration string: {}", quote(text));
    let out_of_range = || "duration out of range".to_string();
    let split = |it: &str, digits: bool| {
        it.bytes().position(|b| b.is_ascii_digit() != digits).unwrap_or(it.len())
    };
    let mut rest = text;
    let mut next_unit = 0;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at(split(rest, true));
        let value: u64 = digits.parse().map_err(|_| invalid())?;
        let (unit, tail) = tail.split_at(split(tail, false));
        if unit.is_empty() {
            return Err(invalid());
        }
        let Some(idx) = UNITS.iter().position(|it| it.0 == unit) else {
            return Err(format!(
                "unknown unit {} in duration {}",
                quote(unit),
                quote(text)
            ));
        };
        if idx < next_unit {
            return Err(invalid());
        }
        next_unit = idx + 1;
        let nanos = UNITS[idx].1;
        if value > (1 << 63) / nanos {
            return Err(out_of_range());
        }
        total = total.wrapping_add(value.wrapping_mul(nanos));
        if total > i64::MAX as u64 {
            return Err(out_of_range());
        }
        rest = tail;
    }
    Ok(total as i64)
}

/// A duration as Prometheus prints it (`model.Duration.String`): years and weeks only
/// where nothing is left over.
pub fn format_duration(millis: i64) -> String {
    if millis == 0 {
        return "0s".to_string();
    }
    let mut out = String::new();
    if millis < 0 {
        out.push('-');
    }
    let mut rest = millis.unsigned_abs();
    for (unit, nanos) in UNITS {
        let unit_millis = nanos / 1_000_000;
        let exact = matches!(unit, "y" | "w");
        let n = rest / unit_millis;
        if n > 0 && (!exact || rest.is_multiple_of(unit_millis)) {
            out.push_str(&n.to_string());
            out.push_str(unit);
            rest -= n * unit_millis;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let ok = [
            ("1", 1.0),
            ("0755", 493.0),
            ("08", 8.0),
            ("08.5", 8.5),
            ("0x1F", 31.0),
            ("0X_1f", 31.0),
            ("1_000", 1000.0),
            ("1_000.5", 1000.5),
            ("0_7", 7.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("9223372036854775808", 9223372036854775808.0),
            ("Inf", f64::INFINITY),
            ("iNf", f64::INFINITY),
        ];
        for (text, value) in ok {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        assert!(number("NaN").is_ok_and(f64::is_nan));
        for (text, what) in [
            ("1e400", "value out of range"),
            ("0xffffffffffffffffff", "invalid syntax"),
            ("1__0", "invalid syntax"),
            ("0x", "invalid syntax"),
        ] {
            let message = format!(
                "error parsing number: strconv.ParseFloat: parsing \"{text}\": {what}"
            );
            assert_eq!(number(text), Err(message));
        }
    }

    #[test]
    fn durations_go_there_and_back() {
        for text in ["1y", "2w", "90d", "1h30m", "5m", "1s500ms", "1ms"] {
            let nanos = parse_duration(text).unwrap();
            assert_eq!(format_duration(nanos / 1_000_000), text);
        }
        assert_eq!(format_duration(-90_000), "-1m30s");
        assert_eq!(parse_duration("0"), Ok(0));
        for (text, message) in [
            ("1m1h", "not a valid duration string: \"1m1h\""),
            ("5hs", "unknown unit \"hs\" in duration \"5hs\""),
            ("300y", "duration out of range"),
            ("", "empty duration string"),
        ] {
            assert_eq!(parse_duration(text), Err(message.to_string()));
        }
    }
}
