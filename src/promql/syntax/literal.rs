//! Numbers as Prometheus reads them: Go's `strconv.ParseInt(s, 0, 64)` and, where that
//! fails, `strconv.ParseFloat`.

use std::borrow::Cow;

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
    match digits(text).parse::<f64>() {
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
    let digits = digits(text);
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => i64::from_str_radix(&digits[2..], 16).ok(),
        [b'0', _, ..] => i64::from_str_radix(&digits[1..], 8).ok(),
        _ => digits.parse().ok(),
    }
}

/// A number without underscores, which hardly any has.
fn digits(text: &str) -> Cow<'_, str> {
    match text.contains('_') {
        true => Cow::Owned(text.replace('_', "")),
        false => Cow::Borrowed(text),
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
}
