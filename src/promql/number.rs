//! Numbers as text, as Go prints and reads them.

/// `strconv.FormatFloat(v, 'f', -1, 64)`: the shortest decimal without an exponent.
pub fn decimal(value: f64) -> String {
    match special(value) {
        Some(it) => it.into(),
        None => format!("{value}"),
    }
}

/// Go's `%g`, `%v` and `strconv.FormatFloat(v, 'g', -1, 64)`: the shortest digits, with
/// an exponent where that is below -4 or at least 21.
pub fn general(value: f64) -> String {
    match special(value) {
        Some(it) => it.into(),
        None => layout(&format!("{value:e}"), 21),
    }
}

/// Go's `%.Ng`: at most `digits` significant digits.
pub fn general_digits(value: f64, digits: usize) -> String {
    let digits = digits.max(1);
    match special(value) {
        Some(it) => it.into(),
        None => {
            let text = format!("{value:.*e}", digits - 1);
            layout(&trim_zeros(&text), digits as i32)
        }
    }
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        it if it.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// `1.50e3` -> `1.5e3`
fn trim_zeros(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    match mantissa.contains('.') {
        true => {
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            format!("{mantissa}e{exponent}")
        }
        false => text.into(),
    }
}

/// Lays out Rust's `d.ddde±x` as Go does: with an exponent of at least two digits, or
/// without one where it lies in `-4..limit`.
fn layout(text: &str, limit: i32) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || limit <= exponent {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|it| *it != '.').collect();
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    match digits.len() <= whole {
        true => format!("{sign}{digits}{}", "0".repeat(whole - digits.len())),
        false => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
    }
}

/// Go's `strconv.ParseFloat(text, 64)`: also hexadecimal floats, `Inf`, underscores not.
pub fn parse(text: &str) -> Option<f64> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = body.to_ascii_lowercase();
    let value = match lower.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => return (body.len() == text.len()).then_some(f64::NAN),
        it if it.starts_with("0x") => hexadecimal(&it[2..])?,
        it if it.starts_with(['-', '+']) => return None,
        it => match it.parse::<f64>().ok()? {
            // Go refuses what is out of range.
            it if it.is_infinite() => return None,
            it => it,
        },
    };
    Some(if negative { -value } else { value })
}

/// `1.8p3`: the exponent is needed.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut bits: u64 = 0;
    let mut shift: i32 = 0;
    let digits =
        whole.chars().map(|it| (it, 0)).chain(fraction.chars().map(|it| (it, 4)));
    for (digit, down) in digits {
        let digit = u64::from(digit.to_digit(16)?);
        if bits >> 60 != 0 {
            // Beyond the precision that is kept: only the magnitude counts.
            shift += 4 - down;
            continue;
        }
        bits = bits << 4 | digit;
        shift -= down;
    }
    let exponent = exponent.checked_add(shift)?.clamp(-1200, 1200);
    let mut value = bits as f64;
    let factor = if exponent < 0 { 0.5 } else { 2.0 };
    for _ in 0..exponent.abs() {
        value *= factor;
    }
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_in_go() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (-12345.678, "-12345.678"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(general(value), text);
        }
        assert_eq!(general_digits(0.123456, 2), "0.12");
        assert_eq!(general_digits(1200.0, 2), "1.2e+03");
        assert_eq!(general_digits(10.0, 2), "10");
        assert_eq!(decimal(1e21), "1000000000000000000000");
    }

    #[test]
    fn numbers_are_read_as_in_go() {
        assert_eq!(parse("+Inf"), Some(f64::INFINITY));
        assert_eq!(parse("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(parse("1e3"), Some(1000.0));
        assert_eq!(parse("0x1.8p1"), Some(3.0));
        assert_eq!(parse("1e999"), None);
        assert_eq!(parse("--1"), None);
        assert_eq!(parse(""), None);
        assert!(parse("NaN").unwrap().is_nan());
        assert_eq!(parse("-NaN"), None);
    }
}
