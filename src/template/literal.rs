//! The values of literals: strings, characters, numbers.

use super::tree::Number;
use crate::promql::labels::quote;
use crate::promql::number::{parse_float, parse_int, parse_uint};

/// The value of a quoted string (Go's `strconv.Unquote`); bytes that are no UTF-8 become
/// replacement characters.
pub(super) fn unquote(literal: &str) -> Option<String> {
    let body = literal.get(1..literal.len().checked_sub(1)?)?;
    if literal.starts_with('`') {
        return Some(body.replace('\r', ""));
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (piece, tail) = unquote_char(rest, '"')?;
        match piece {
            Piece::Char(c) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes())
            }
            Piece::Byte(byte) => out.push(byte),
        }
        rest = tail;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

enum Piece {
    Char(char),
    Byte(u8),
}

/// One character or escape, and the text after it.
fn unquote_char(text: &str, quote: char) -> Option<(Piece, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Piece::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |c: char| Some((Piece::Char(c), rest));
    let digits = |text: &str, n: usize, radix: u32| {
        let digits = text.get(..n)?;
        let all = digits.chars().all(|it| it.is_digit(radix));
        all.then(|| u32::from_str_radix(digits, radix).ok())?
    };
    match escape {
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(escape),
        'x' => Some((Piece::Byte(digits(rest, 2, 16)? as u8), &rest[2..])),
        'u' => Some((Piece::Char(char::from_u32(digits(rest, 4, 16)?)?), &rest[4..])),
        'U' => Some((Piece::Char(char::from_u32(digits(rest, 8, 16)?)?), &rest[8..])),
        '0'..='7' => {
            let octal = &text[1..];
            let value = u8::try_from(digits(octal, 3, 8)?).ok()?;
            Some((Piece::Byte(value), &octal[3..]))
        }
        _ => None,
    }
}

/// The value of `'a'`.
pub(super) fn character(literal: &str) -> Result<Number, String> {
    let (piece, tail) =
        unquote_char(&literal[1..], '\'').ok_or_else(|| "invalid syntax".to_owned())?;
    if tail != "'" {
        return Err(format!("malformed character constant: {literal}"));
    }
    let value = match piece {
        Piece::Char(c) => i64::from(u32::from(c)),
        Piece::Byte(byte) => i64::from(byte),
    };
    Ok(Number {
        literal: literal.to_owned(),
        int: Some(value),
        is_uint: true,
        float: Some(value as f64),
        complex: None,
    })
}

/// The value of `1+2i`.
pub(super) fn complex(literal: &str) -> Result<Number, String> {
    let bytes = literal.as_bytes();
    let is_sign = |idx: &usize| {
        matches!(bytes[*idx], b'+' | b'-')
            && !matches!(bytes[idx - 1] | 0x20, b'e' | b'p')
    };
    let at = (1..bytes.len()).rev().find(is_sign).unwrap_or(0);
    let (real, imaginary) = literal.split_at(at);
    match (parse_float(real), parse_float(imaginary.trim_end_matches('i'))) {
        (Ok(real), Ok(imaginary)) => Ok(of_complex(literal, real, imaginary)),
        _ => Err(illegal(literal)),
    }
}

/// The value of a number of any other kind.
pub(super) fn number(literal: &str) -> Result<Number, String> {
    if let Some(Ok(imaginary)) = literal.strip_suffix('i').map(parse_float) {
        return Ok(of_complex(literal, 0.0, imaginary));
    }
    let uint = parse_uint(literal, 0).ok();
    let int = parse_int(literal, 0).ok();
    let mut number = Number {
        literal: literal.to_owned(),
        int,
        is_uint: uint.is_some() || int == Some(0),
        float: int.map(|it| it as f64).or(uint.map(|it| it as f64)),
        complex: None,
    };
    if number.float.is_none() {
        let value = parse_float(literal).map_err(|_| illegal(literal))?;
        if !literal.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(literal)));
        }
        number.float = Some(value);
        number.int = whole(value);
    }
    Ok(number)
}

fn of_complex(literal: &str, real: f64, imaginary: f64) -> Number {
    let float = (imaginary == 0.0).then_some(real);
    Number {
        literal: literal.to_owned(),
        int: float.and_then(whole),
        is_uint: false,
        float,
        complex: Some((real, imaginary)),
    }
}

fn whole(value: f64) -> Option<i64> {
    let fits = value.trunc() == value && value.abs() < 9.2e18;
    fits.then_some(value as i64)
}

fn illegal(literal: &str) -> String {
    format!("illegal number syntax: {}", quote(literal))
}
