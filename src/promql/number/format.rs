//! Floats to text (Go's `strconv.FormatFloat`).

/// How a float is laid out: Go's format letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `f`: no exponent.
    Fixed,
    /// `e`: `-d.dddde±dd`.
    Exponent,
    /// `E`: the same with a capital letter.
    UpperExponent,
    /// `g`: `e` for large exponents, `f` otherwise.
    General,
    /// `G`: `E` for large exponents, `f` otherwise.
    UpperGeneral,
    /// `b`: `-ddddp±ddd`, a decimal mantissa and a power of two.
    Binary,
    /// `x`: `-0xd.ddddp±dd`.
    Hex,
    /// `X`: the same with capital letters.
    UpperHex,
}

/// The shortest decimal without an exponent: a sample's value as Prometheus prints it
/// (`promql/value.go`).
pub fn decimal(value: f64) -> String {
    format_float(value, Layout::Fixed, None)
}

/// The shortest digits, with an exponent from `1e+06` upwards and below `0.0001`: Go's
/// `%v` and `%g`.
pub fn general(value: f64) -> String {
    format_float(value, Layout::General, None)
}

/// At most `digits` significant digits: Go's `%.Ng`.
pub fn general_digits(value: f64, digits: usize) -> String {
    format_float(value, Layout::General, Some(digits))
}

/// A number as a label value (Prometheus `model/labels`, `FormatOpenMetricsFloat`):
/// `1.0` rather than `1`.
pub fn open_metrics(value: f64) -> String {
    // Also for `-0`.
    if value == 0.0 {
        return "0.0".into();
    }
    let text = general(value);
    match value.is_finite() && !text.contains(['e', '.']) {
        true => text + ".0",
        false => text,
    }
}

/// Formats a float; without a precision, with as many digits as tell it from its
/// neighbours.
pub fn format_float(value: f64, layout: Layout, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let mut out = String::new();
    if value.is_sign_negative() {
        out.push('-');
    }
    let size = value.abs();
    match layout {
        Layout::Fixed => {
            let digits = match precision {
                None => Digits::shortest(size),
                Some(n) => return out + &fixed(size, n),
            };
            digits.fixed(&mut out);
        }
        Layout::Exponent | Layout::UpperExponent => {
            let digits = match precision {
                None => Digits::shortest(size),
                Some(n) => Digits::rounded(size, n.saturating_add(1)),
            };
            let n_fraction = precision.unwrap_or(digits.text.len() - 1);
            digits.exponent(n_fraction, letter(layout), &mut out);
        }
        Layout::General | Layout::UpperGeneral => {
            short_form(size, letter(layout), precision, &mut out);
        }
        Layout::Binary => binary(size, &mut out),
        Layout::Hex | Layout::UpperHex => {
            let body = hex(size, precision);
            match layout == Layout::Hex {
                true => out.push_str(&body),
                false => out.push_str(&body.to_ascii_uppercase()),
            }
        }
    }
    out
}

fn letter(layout: Layout) -> char {
    match layout {
        Layout::UpperExponent | Layout::UpperGeneral => 'E',
        _ => 'e',
    }
}

fn short_form(size: f64, letter: char, precision: Option<usize>, out: &mut String) {
    let digits = match precision {
        None => Digits::shortest(size),
        Some(n) => Digits::rounded(size, n.max(1)),
    };
    let n_digits = digits.text.len();
    // The exponent from which on `e` is used.
    let limit = match precision.map(|it| it.max(1)) {
        None => 6,
        Some(n) if n > n_digits && n_digits as i32 >= digits.point => n_digits,
        Some(n) => n,
    };
    let exponent = digits.point - 1;
    match exponent < -4 || i64::from(exponent) >= limit as i64 {
        true => digits.exponent(n_digits - 1, letter, out),
        false => digits.fixed(out),
    }
}

/// Significant digits without trailing zeros; the value is `0.text * 10^point`.
struct Digits {
    text: String,
    point: i32,
}

impl Digits {
    fn shortest(size: f64) -> Digits {
        let digits = Digits::read(&format!("{size:e}"));
        if digits.text.len() < 15 {
            return digits;
        }
        // Where two shortest texts are equally near, Go takes the even one and Rust the
        // greater one.
        let even = format!("{size:.*e}", digits.text.len() - 1);
        match even.parse() == Ok(size) {
            true => Digits::read(&even),
            false => digits,
        }
    }

    fn rounded(size: f64, n_digits: usize) -> Digits {
        // No float has more digits than that: the rest are zeros.
        Digits::read(&format!("{size:.*e}", n_digits.min(1100) - 1))
    }

    fn read(scientific: &str) -> Digits {
        let (mantissa, exponent) =
            scientific.split_once('e').unwrap_or((scientific, "0"));
        let mut text = mantissa.replace('.', "");
        text.truncate(text.trim_end_matches('0').len().max(1));
        Digits { text, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    fn exponent(&self, n_fraction: usize, letter: char, out: &mut String) {
        out.push_str(&self.text[..1]);
        if n_fraction > 0 {
            out.push('.');
            let fraction = &self.text[1..];
            out.push_str(fraction);
            out.extend(std::iter::repeat_n(
                '0',
                n_fraction.saturating_sub(fraction.len()),
            ));
        }
        let exponent = self.point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        out.push_str(&format!("{letter}{sign}{:02}", exponent.abs()));
    }

    fn fixed(&self, out: &mut String) {
        let zeros = |n: i32| std::iter::repeat_n('0', n.max(0) as usize);
        let n_digits = self.text.len() as i32;
        if self.point <= 0 {
            out.push_str("0.");
            out.extend(zeros(-self.point));
            out.push_str(&self.text);
            return;
        }
        if n_digits <= self.point {
            out.push_str(&self.text);
            out.extend(zeros(self.point - n_digits));
            return;
        }
        let (whole, fraction) = self.text.split_at(self.point as usize);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    }
}

fn fixed(size: f64, n_fraction: usize) -> String {
    let exact = n_fraction.min(1100);
    let mut out = format!("{size:.exact$}");
    out.extend(std::iter::repeat_n('0', n_fraction - exact));
    out
}

/// Mantissa and exponent such that the value is `mantissa * 2^exponent`.
fn parts(size: f64) -> (u64, i32) {
    let bits = size.to_bits();
    let (biased, mantissa) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    match biased {
        0 => (mantissa, -1074),
        _ => (mantissa | 1 << 52, biased - 1075),
    }
}

fn binary(size: f64, out: &mut String) {
    let (mantissa, exponent) = parts(size);
    out.push_str(&format!("{mantissa}p{exponent:+}"));
}

fn hex(size: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(size);
    if mantissa == 0 {
        exponent = -52;
    }
    // The leading one goes to bit 60, so that fifteen digits follow it.
    mantissa <<= 8;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    exponent += 52;
    if let Some(n @ 0..15) = precision {
        let unit = 1u64 << (60 - 4 * n);
        let rest = mantissa & (unit - 1);
        mantissa -= rest;
        if rest > unit / 2 || (rest == unit / 2 && mantissa & unit != 0) {
            mantissa += unit;
        }
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(n) => {
            let shown = &fraction[..n.min(15)];
            format!("{shown}{}", "0".repeat(n - shown.len()))
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 60, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::Layout::*;
    use super::*;

    /// Lines of `bits letter precision text`.
    const TEXTS: &str = include_str!("go-texts.txt");

    #[test]
    fn every_text_is_as_in_go() {
        for line in TEXTS.lines() {
            let [bits, letter, precision, expected] =
                line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
            let layout = match letter {
                "f" => Fixed,
                "e" => Exponent,
                "E" => UpperExponent,
                "g" => General,
                "G" => UpperGeneral,
                "b" => Binary,
                "x" => Hex,
                _ => UpperHex,
            };
            let precision = precision.parse().ok();
            assert_eq!(format_float(value, layout, precision), expected, "{line}");
        }
    }

    #[test]
    fn a_precision_may_be_absurd() {
        assert_eq!(format_float(1.0, Fixed, Some(5000)).len(), 5002);
        assert_eq!(format_float(1.5, Exponent, Some(5000)).len(), 5006);
        assert_eq!(format_float(1.5, General, Some(usize::MAX)), "1.5");
        assert_eq!(format_float(1.5, Hex, Some(20)), "0x1.80000000000000000000p+00");
    }

    #[test]
    fn values_have_no_exponent() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1e21, "1000000000000000000000"),
            (1.5e-7, "0.00000015"),
            (123456.789, "123456.789"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(decimal(value), expected);
        }
    }

    #[test]
    fn label_values_of_numbers_are_floats() {
        for (value, expected) in [
            (1.0, "1.0"),
            (-0.0, "0.0"),
            (0.25, "0.25"),
            (1e-9, "1e-09"),
            (100.0, "100.0"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(open_metrics(value), expected);
        }
    }
}
