//! `eq`, `lt` and what follows from them, with Go's rules about types.

use std::rc::Rc;

use super::print::{sprint, sprintf};
use super::value::{Kind, Value};

const BAD_TYPE: &str = "invalid type for comparison";

/// Whether the first value equals any of the others.
pub(super) fn equal(first: &Value, others: &[Value]) -> Result<bool, String> {
    let first = first.concrete();
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equals(&first, &other.concrete())? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equals(a: &Value, b: &Value) -> Result<bool, String> {
    if let (Some(a), Value::Byte(b)) = (a.int(), b) {
        return Ok(a == i64::from(*b));
    }
    if let (Value::Byte(a), Some(b)) = (a, b.int()) {
        return Ok(i64::from(*a) == b);
    }
    match (basic(a), basic(b)) {
        (None, None) => other_equals(a, b),
        (x, y) if x == y => Ok(match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Complex(a, c), Value::Complex(b, d)) => a == b && c == d,
            (Value::Byte(a), Value::Byte(b)) => a == b,
            _ => a.int() == b.int() && a.string() == b.string(),
        }),
        _ if a.kind() == Kind::Invalid || b.kind() == Kind::Invalid => Ok(false),
        _ => Err(incompatible(a, b)),
    }
}

/// Values of which neither is a number, a string or a truth value.
fn other_equals(a: &Value, b: &Value) -> Result<bool, String> {
    let (x, y) = (a.kind(), b.kind());
    if x != y && x != Kind::Invalid && y != Kind::Invalid {
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            sprintf("%s", std::slice::from_ref(a)),
            a.type_name(),
            b.type_name(),
            sprint(std::slice::from_ref(b)),
        ));
    }
    let is_nil = |it: &Value| matches!(it, Value::Invalid | Value::NilPointer(_));
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Pointer(a), Value::Pointer(b)) => Ok(Rc::ptr_eq(a, b)),
        (Value::Struct(x), Value::Struct(y)) => match a.type_name() == "time.Time" {
            true => Ok(a.stringer() == b.stringer()),
            false => Ok(Rc::ptr_eq(x, y)),
        },
        _ => Err(format!(
            "non-comparable type {}: {}",
            sprintf("%s", std::slice::from_ref(b)),
            b.type_name()
        )),
    }
}

/// Whether `a < b`.
pub(super) fn less(a: &Value, b: &Value) -> Result<bool, String> {
    let (a, b) = (a.concrete(), b.concrete());
    let (Some(x), Some(y)) = (basic(&a), basic(&b)) else { return Err(BAD_TYPE.into()) };
    let whole = |it: &Value| match it {
        Value::Byte(it) => Some(i64::from(*it)),
        it => it.int(),
    };
    if let (Some(a), Some(b)) = (whole(&a), whole(&b)) {
        return Ok(a < b);
    }
    if x != y {
        return Err(incompatible(&a, &b));
    }
    match (&a, &b) {
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (a, b) => match (a.string(), b.string()) {
            (Some(a), Some(b)) => Ok(a < b),
            _ => Err(BAD_TYPE.into()),
        },
    }
}

/// Whether `a <= b`.
pub(super) fn less_or_equal(a: &Value, b: &Value) -> Result<bool, String> {
    match less(a, b)? {
        true => Ok(true),
        false => equal(a, std::slice::from_ref(b)),
    }
}

/// The kinds that can be compared with each other.
fn basic(value: &Value) -> Option<Kind> {
    let kind = value.kind();
    let is_basic = matches!(
        kind,
        Kind::Bool | Kind::Int | Kind::Uint | Kind::Float | Kind::Complex | Kind::String
    );
    is_basic.then_some(kind)
}

fn incompatible(a: &Value, b: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name())
}
