//! Numbers by verb: integers, characters, floats.

use super::{Printer, ascii, is_print};
use crate::promql::labels::quote;
use crate::promql::number::{Layout, format_float};
use crate::template::value::Value;

impl Printer {
    pub(super) fn integer(
        &mut self,
        size: u64,
        is_negative: bool,
        is_signed: bool,
        verb: char,
        value: &Value,
    ) {
        let digits = match verb {
            'v' if self.spec.sharp_v && !is_signed => format!("0x{size:x}"),
            'v' | 'd' => size.to_string(),
            'b' => format!("{size:b}"),
            'o' | 'O' => format!("{size:o}"),
            'x' => format!("{size:x}"),
            'X' => format!("{size:X}"),
            'c' => return self.pad(&character(size, is_negative).to_string()),
            'q' => return self.quoted_character(size, is_negative),
            'U' => return self.unicode(size, is_negative),
            _ => return self.bad_verb(value, verb),
        };
        let spec = self.spec;
        if spec.precision == Some(0) && size == 0 {
            return self.pad_blank("");
        }
        let sign = match (is_negative, spec.plus, spec.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let n_digits = match spec.precision {
            Some(n) => n,
            None if spec.zero && !spec.minus => {
                spec.width.unwrap_or(0).saturating_sub(sign.len())
            }
            None => 0,
        };
        let digits = zeros_before(&digits, n_digits);
        let prefix = match verb {
            'O' => "0o",
            'b' if spec.sharp => "0b",
            'o' if spec.sharp && !digits.starts_with('0') => "0",
            'x' if spec.sharp => "0x",
            'X' if spec.sharp => "0X",
            _ => "",
        };
        self.pad_blank(&format!("{sign}{prefix}{digits}"));
    }

    fn quoted_character(&mut self, size: u64, is_negative: bool) {
        let quoted = match character(size, is_negative) {
            '\'' => "\\'".to_owned(),
            '"' => "\"".to_owned(),
            c => {
                let quoted = quote(c.encode_utf8(&mut [0; 4]));
                quoted[1..quoted.len() - 1].to_owned()
            }
        };
        let quoted = if self.spec.plus { ascii(&quoted) } else { quoted };
        self.pad(&format!("'{quoted}'"));
    }

    fn unicode(&mut self, size: u64, is_negative: bool) {
        let code = if is_negative { size.wrapping_neg() } else { size };
        let n_digits = self.spec.precision.unwrap_or(0).max(4);
        let mut text = format!("U+{}", zeros_before(&format!("{code:X}"), n_digits));
        let shown = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(c) = shown.filter(|it| self.spec.sharp && is_print(*it)) {
            text.push_str(&format!(" '{c}'"));
        }
        self.pad_blank(&text);
    }

    pub(super) fn float(&mut self, float: f64, verb: char, value: &Value) {
        let spec = self.spec;
        let (layout, default) = match verb {
            'v' | 'g' => (Layout::General, None),
            'G' => (Layout::UpperGeneral, None),
            'b' => (Layout::Binary, None),
            'x' => (Layout::Hex, None),
            'X' => (Layout::UpperHex, None),
            'f' | 'F' => (Layout::Fixed, Some(6)),
            'e' => (Layout::Exponent, Some(6)),
            'E' => (Layout::UpperExponent, Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = spec.precision.or(default);
        let text = format_float(float, layout, precision);
        let (sign, mut body) = match text.strip_prefix(['-', '+']) {
            Some(body) => (&text[..1], body.to_owned()),
            None => ("+", text.clone()),
        };
        let sign = match sign {
            "+" if spec.space && !spec.plus => " ",
            sign => sign,
        };
        if !float.is_finite() {
            // An infinity always has its sign.
            let text = match float.is_nan() && sign == "+" && !spec.plus {
                true => body,
                false => format!("{sign}{body}"),
            };
            return self.pad_blank(&text);
        }
        if spec.sharp && layout != Layout::Binary {
            body = with_point(&body, verb, precision);
        }
        if sign == "+" && !spec.plus {
            return self.pad(&body);
        }
        let width = spec.width.unwrap_or(0);
        if spec.zero && !spec.minus && width > body.len() + 1 {
            let n_zeros = width - 1 - body.len();
            self.out.push_str(sign);
            self.out.extend(std::iter::repeat_n('0', n_zeros));
            self.out.push_str(&body);
            return;
        }
        self.pad(&format!("{sign}{body}"));
    }

    pub(super) fn complex(&mut self, re: f64, im: f64, verb: char, value: &Value) {
        if !"vbgGxXfFeE".contains(verb) {
            return self.bad_verb(value, verb);
        }
        self.out.push('(');
        self.float(re, verb, value);
        let plus = std::mem::replace(&mut self.spec.plus, true);
        self.float(im, verb, value);
        self.spec.plus = plus;
        self.out.push_str("i)");
    }
}

fn character(size: u64, is_negative: bool) -> char {
    match u32::try_from(size) {
        Ok(code) if !is_negative => {
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The flag `#` of floats: a point always, and the zeros that `%g` leaves out.
fn with_point(body: &str, verb: char, precision: Option<usize>) -> String {
    let ends_mantissa: &[char] = match verb {
        'x' | 'X' => &['p', 'P'],
        _ => &['e', 'E'],
    };
    let at = body.find(ends_mantissa).unwrap_or(body.len());
    let (mantissa, tail) = body.split_at(at);
    let mut out = mantissa.to_owned();
    let n_wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = mantissa.chars().filter(|it| *it != '.');
    let mut n_digits = significant.skip_while(|it| *it == '0').count();
    if !mantissa.contains('.') {
        if mantissa == "0" {
            n_digits += 1;
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', n_wanted.saturating_sub(n_digits)));
    out + tail
}

/// Digits with as many zeros before them as are missing: Rust's own formatting knows no
/// widths above 65,535.
fn zeros_before(digits: &str, n_digits: usize) -> String {
    format!("{}{digits}", "0".repeat(n_digits.saturating_sub(digits.len())))
}
