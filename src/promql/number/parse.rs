//! Text to numbers (Go's `strconv.ParseFloat`, `ParseInt`, `ParseUint`).

use std::fmt;

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It is not written as one.
    Syntax,
    /// It is one, but too large.
    Range,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::Syntax => "invalid syntax",
            NumberError::Range => "value out of range",
        })
    }
}

/// A number literal of PromQL (`promql/parser/parse.go`, `number`): an integer of any
/// base if it can be one, a float otherwise. `0755` is octal, `089` is not.
///
/// The error is the whole message after `error parsing number: `.
pub fn parse_number(text: &str) -> Result<f64, String> {
    match parse_int(text, 0) {
        Ok(int) => Ok(int as f64),
        Err(_) => parse_float(text).map_err(|it| {
            format!(
                "strconv.ParseFloat: parsing {}: {it}",
                crate::promql::labels::quote(text)
            )
        }),
    }
}

/// Reads a float; `None` where it is none or too large.
pub fn parse(text: &str) -> Option<f64> {
    parse_float(text).ok()
}

/// Reads a decimal or hexadecimal float, an infinity or NaN.
pub fn parse_float(text: &str) -> Result<f64, NumberError> {
    if let Some(value) = special(text) {
        return Ok(value);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.contains('_') && !underscores_separate(unsigned) {
        return Err(NumberError::Syntax);
    }
    let bytes = unsigned.as_bytes();
    if bytes.len() > 2 && bytes[0] == b'0' && bytes[1] | 0x20 == b'x' {
        let size = hex_float(&bytes[2..])?;
        return Ok(if text.starts_with('-') { -size } else { size });
    }
    if !is_decimal(bytes) {
        return Err(NumberError::Syntax);
    }
    let value: f64 = match text.contains('_') {
        true => text.replace('_', "").parse(),
        false => text.parse(),
    }
    .map_err(|_| NumberError::Syntax)?;
    match value.is_infinite() {
        true => Err(NumberError::Range),
        false => Ok(value),
    }
}

/// Reads a signed integer; base 0 takes the base from the prefix.
pub fn parse_int(text: &str, base: u32) -> Result<i64, NumberError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let size = parse_uint(unsigned, base)?;
    let value = match text.starts_with('-') {
        true => 0i64.checked_sub_unsigned(size),
        false => i64::try_from(size).ok(),
    };
    value.ok_or(NumberError::Range)
}

/// Reads an integer without a sign; base 0 takes the base from the prefix.
pub fn parse_uint(text: &str, base: u32) -> Result<u64, NumberError> {
    let (digits, radix) = match base {
        0 => prefixed(text),
        base => (text, base),
    };
    let mut value: Option<u64> = Some(0);
    let mut n_digits = 0;
    for byte in digits.bytes() {
        if byte == b'_' && base == 0 {
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or(NumberError::Syntax)?;
        // Overflow is told only after the syntax is known to be right up to here.
        let Some(sum) = value else { return Err(NumberError::Range) };
        value = sum.checked_mul(radix.into()).and_then(|it| it.checked_add(digit.into()));
        n_digits += 1;
    }
    let is_zero_prefix = base == 0 && text == "0";
    if (n_digits == 0 && !is_zero_prefix)
        || (text.contains('_') && !underscores_separate(text))
    {
        return Err(NumberError::Syntax);
    }
    value.ok_or(NumberError::Range)
}

fn prefixed(text: &str) -> (&str, u32) {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'0') {
        return (text, 10);
    }
    match bytes.get(1).map(|it| it | 0x20) {
        Some(b'b') if bytes.len() > 2 => (&text[2..], 2),
        Some(b'o') if bytes.len() > 2 => (&text[2..], 8),
        Some(b'x') if bytes.len() > 2 => (&text[2..], 16),
        _ => (&text[1..], 8),
    }
}

/// Whether each underscore stands between digits, or between a prefix and a digit.
fn underscores_separate(unsigned: &str) -> bool {
    let bytes = unsigned.as_bytes();
    let prefix = match bytes {
        [b'0', letter, ..] => letter | 0x20,
        _ => 0,
    };
    let has_prefix = matches!(prefix, b'b' | b'o' | b'x');
    let body = if has_prefix { &bytes[2..] } else { bytes };
    let is_digit = |idx: usize| {
        body.get(idx).is_some_and(|it| {
            it.is_ascii_digit() || (prefix == b'x' && it.is_ascii_hexdigit())
        })
    };
    body.iter().enumerate().filter(|(_, it)| **it == b'_').all(|(idx, _)| {
        let follows = match idx {
            0 => has_prefix,
            idx => is_digit(idx - 1),
        };
        follows && is_digit(idx + 1)
    })
}

fn special(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_infinity =
        unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity");
    match (is_infinity, text.starts_with('-')) {
        (false, _) => None,
        (true, false) => Some(f64::INFINITY),
        (true, true) => Some(f64::NEG_INFINITY),
    }
}

/// Digits, at most one point, at most one exponent.
fn is_decimal(unsigned: &[u8]) -> bool {
    let at = unsigned.iter().position(|it| it | 0x20 == b'e');
    let (mantissa, exponent) = match at {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let n_points = mantissa.iter().filter(|it| **it == b'.').count();
    let is_number = |it: &u8| it.is_ascii_digit() || *it == b'_';
    mantissa.iter().all(|it| is_number(it) || *it == b'.')
        && mantissa.iter().any(u8::is_ascii_digit)
        && n_points <= 1
        && exponent.is_none_or(is_exponent)
}

fn is_exponent(text: &[u8]) -> bool {
    let digits = match text {
        [b'+' | b'-', rest @ ..] => rest,
        text => text,
    };
    digits.first().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|it| it.is_ascii_digit() || *it == b'_')
}

/// Reads `h.hhhp±dd`, rounding once, half to even.
fn hex_float(body: &[u8]) -> Result<f64, NumberError> {
    let at = body.iter().position(|it| it | 0x20 == b'p').ok_or(NumberError::Syntax)?;
    let (digits, power) = (&body[..at], &body[at + 1..]);
    if !is_exponent(power) {
        return Err(NumberError::Syntax);
    }
    let mut exponent = power_of(power);
    let (mut mantissa, mut is_inexact) = (0u64, false);
    let (mut has_point, mut has_digits) = (false, false);
    for byte in digits {
        match char::from(*byte).to_digit(16) {
            Some(digit) if mantissa >> 58 == 0 => {
                mantissa = mantissa << 4 | u64::from(digit);
                exponent -= if has_point { 4 } else { 0 };
                has_digits = true;
            }
            Some(digit) => {
                is_inexact |= digit != 0;
                exponent += if has_point { 0 } else { 4 };
            }
            None if *byte == b'.' && !has_point => has_point = true,
            None if *byte == b'_' => {}
            None => return Err(NumberError::Syntax),
        }
    }
    if !has_digits {
        return Err(NumberError::Syntax);
    }
    let value = assemble(mantissa, is_inexact, exponent);
    match value.is_infinite() {
        true => Err(NumberError::Range),
        false => Ok(value),
    }
}

/// The value of an exponent, cut off far outside of any float's range.
fn power_of(text: &[u8]) -> i64 {
    let mut value = 0i64;
    for byte in text.iter().filter(|it| it.is_ascii_digit()) {
        if value < 1_000_000 {
            value = value * 10 + i64::from(byte - b'0');
        }
    }
    if text.first() == Some(&b'-') { -value } else { value }
}

/// `mantissa * 2^exponent`, where `is_inexact` tells of nonzero digits below.
fn assemble(mantissa: u64, is_inexact: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    // Leading one to bit 63; then the float has exponent `top`.
    let zeros = mantissa.leading_zeros();
    let mantissa = mantissa << zeros;
    let top = exponent + 63 - i64::from(zeros);
    if top > 1023 {
        return f64::INFINITY;
    }
    // Normal floats keep 53 bits; subnormals fewer.
    let n_dropped = 11 + (-1022 - top).max(0);
    if n_dropped > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa) << 1 | u128::from(is_inexact);
    let n_dropped = n_dropped as u32 + 1;
    let (kept, rest) = ((wide >> n_dropped) as u64, wide & ((1 << n_dropped) - 1));
    let half = 1u128 << (n_dropped - 1);
    let rounds_up = rest > half || (rest == half && kept & 1 == 1);
    let kept = kept + u64::from(rounds_up);
    // A carry out of the mantissa runs into the exponent, where it belongs.
    match top < -1022 {
        true => f64::from_bits(kept),
        false => f64::from_bits((((top + 1022) as u64) << 52) + kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn float(text: &str, expected: Result<f64, NumberError>) {
        let found = parse_float(text);
        let bits = |it: Result<f64, NumberError>| it.map(f64::to_bits);
        assert_eq!(bits(found), bits(expected), "{text}");
    }

    #[test]
    fn floats() {
        use NumberError::*;
        for (text, value) in [
            ("1_000.5", 1000.5),
            ("0x_1p-2", 0.25),
            ("0_1", 1.0),
            ("0x1.8p3", 12.0),
            ("-0x.8P+0", -0.5),
            ("-inf", f64::NEG_INFINITY),
            ("+Infinity", f64::INFINITY),
            ("1e-400", 0.0),
            ("0x1p-1080", 0.0),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.8p-1075", 5e-324),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.fffffffffffff7p0", 1.9999999999999998),
            ("0x10000000000000000000000p-88", 1.0),
            ("1e1_0", 1e10),
            (".5", 0.5),
            ("5.", 5.0),
            ("0755", 755.0),
            ("-0", -0.0),
        ] {
            float(text, Ok(value));
        }
        for text in [
            "", "+", ".", "1__0", "_1", "1_", "0x1.8", "+nan", "infinit", "0b11", " 1",
            "1 ", "0x1p", "1e", "1e+", "e5", "1.2.3", "0xp1", "1f", "１",
        ] {
            float(text, Err(Syntax));
        }
        float("1e400", Err(Range));
        float("-0x1p1024", Err(Range));
    }

    #[test]
    fn integers_of_any_base() {
        use NumberError::*;
        for (text, expected) in [
            ("0755", Ok(493)),
            ("0x1_0", Ok(16)),
            ("0b11", Ok(3)),
            ("0o17", Ok(15)),
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("-9223372036854775808", Ok(i64::MIN)),
            ("9223372036854775808", Err(Range)),
            ("18446744073709551616", Err(Range)),
            ("08", Err(Syntax)),
            ("", Err(Syntax)),
            ("0x", Err(Syntax)),
            ("1__0", Err(Syntax)),
            ("1_", Err(Syntax)),
            ("+-1", Err(Syntax)),
        ] {
            assert_eq!(parse_int(text, 0), expected, "{text}");
        }
        assert_eq!(parse_int("1_0", 10), Err(Syntax));
    }

    #[test]
    fn literals_of_promql() {
        assert_eq!(parse_number("0755"), Ok(493.0));
        assert_eq!(parse_number("089"), Ok(89.0));
        assert_eq!(parse_number("0x1F"), Ok(31.0));
        assert_eq!(
            parse_number("1e999").unwrap_err(),
            r#"strconv.ParseFloat: parsing "1e999": value out of range"#
        );
    }
}
