//! What a plain YAML scalar is: by the core schema, and as Prometheus's own reader has it.
//!
//! The tree holds the core schema of YAML 1.2. Go's yaml package, with which Prometheus
//! reads, takes more for a boolean or a number where a field wants one; readers of its
//! files ask the functions here.

use crate::diag::text::Text;
use crate::doc::node::{Kind, Node, Style};

/// The kind of a plain scalar by the core schema.
pub(super) fn plain(text: Text) -> Kind {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null(text),
        "true" | "True" | "TRUE" => Kind::Boolean(true, text),
        "false" | "False" | "FALSE" => Kind::Boolean(false, text),
        it => match number(it) {
            Some(Number::Integer(value)) => Kind::Integer(value, text),
            Some(Number::Float(value)) => Kind::Float(value, text),
            None => Kind::String(text),
        },
    }
}

enum Number {
    Integer(i64),
    Float(f64),
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !first.is_ascii_digit() && !b"+-.".contains(&first) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(unsigned(digits)?, 16).ok().map(Number::Integer);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(unsigned(digits)?, 8).ok().map(Number::Integer);
    }
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(bare, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(Number::Float(sign * f64::INFINITY));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Number::Float(f64::NAN));
    }
    if !bare.is_empty() && bare.bytes().all(|it| it.is_ascii_digit()) {
        return match text.parse() {
            Ok(value) => Some(Number::Integer(value)),
            Err(_) => text.parse().ok().map(Number::Float),
        };
    }
    let digit = bare.bytes().any(|it| it.is_ascii_digit());
    let shape = |it: u8| it.is_ascii_digit() || b".eE+-".contains(&it);
    match digit && bare.bytes().all(shape) {
        true => text.parse().ok().map(Number::Float),
        false => None,
    }
}

fn unsigned(digits: &str) -> Option<&str> {
    (!digits.starts_with(['+', '-'])).then_some(digits)
}

/// A boolean as Go's yaml package reads one into a typed field: YAML 1.1's words too.
pub fn go_bool(node: &Node) -> Option<bool> {
    if node.style != Style::Bare {
        return None;
    }
    match node.raw()?.as_str() {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => node.as_bool(),
    }
}

/// A whole number as Go's yaml package reads one into a typed field: with `_` between
/// digits, in octal with a leading `0`, in binary with `0b`, and as a float without a
/// fraction.
pub fn go_int(node: &Node) -> Option<i64> {
    if node.style != Style::Bare {
        return None;
    }
    let raw = node.raw()?.as_str().replace('_', "");
    let (sign, digits) = match raw.strip_prefix('-') {
        Some(it) => ("-", it),
        None => ("", raw.strip_prefix('+').unwrap_or(&raw)),
    };
    let radix =
        |digits: &str, radix| i64::from_str_radix(&format!("{sign}{digits}"), radix);
    let digit = |it: &str| it.starts_with(|it: char| it.is_ascii_hexdigit());
    let parsed = match digits.get(..2) {
        Some("0x" | "0X") if digit(&digits[2..]) => radix(&digits[2..], 16),
        Some("0b" | "0B") if digit(&digits[2..]) => radix(&digits[2..], 2),
        Some("0o" | "0O") if digit(&digits[2..]) => radix(&digits[2..], 8),
        Some(it) if it.starts_with('0') && digit(&digits[1..]) => radix(&digits[1..], 8),
        _ if digit(digits) => radix(digits, 10),
        _ => return None,
    };
    if let Ok(value) = parsed {
        return Some(value);
    }
    let value = go_float(node)?;
    (value.fract() == 0.0 && value.abs() < 9.2e18).then_some(value as i64)
}

/// A number as Go's yaml package reads one into a typed field.
pub fn go_float(node: &Node) -> Option<f64> {
    if node.style != Style::Bare {
        return None;
    }
    if let Some(value) = node.as_f64() {
        return Some(value);
    }
    let raw = node.raw()?.as_str().replace('_', "");
    match number(&raw)? {
        Number::Integer(value) => Some(value as f64),
        Number::Float(value) => Some(value),
    }
}
