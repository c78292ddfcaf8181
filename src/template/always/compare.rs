//! Comparisons of what has no common type.

use super::Fault;
use super::call::Argument;
use super::types::Type;
use crate::template::tree::NodeKind;

/// The types that are compared with each other only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Float,
    Int,
    Text,
    Bool,
}

/// What is wrong with the comparison of two values.
pub(super) fn compared(
    function: &str,
    first: &Argument<'_>,
    other: &Argument<'_>,
) -> Option<Fault> {
    let (a, b) = (class(&first.value)?, class(&other.value)?);
    if a == b {
        return None;
    }
    // The literal is the one to write in another way.
    let (value, class, other, of_other) = match literal(first) && !literal(other) {
        true => (other, b, first, a),
        false => (first, a, other, b),
    };
    let what = words(value, class);
    let title = format!("{what} cannot be compared with {}", words(other, of_other));
    let label = match value.value {
        Type::Value => "not of the type of the value",
        _ => "of another type",
    };
    let label = label.to_owned();
    Some(Fault {
        at: other.range,
        title,
        label,
        help: help(function, value, class, other),
    })
}

fn class(it: &Type) -> Option<Class> {
    Some(match it {
        // A native histogram is compared with nothing.
        Type::Value | Type::Float => Class::Float,
        Type::Int => Class::Int,
        Type::Literal(..) | Type::Text | Type::Html => Class::Text,
        Type::Bool => Class::Bool,
        Type::Data
        | Type::Labels
        | Type::Result
        | Type::Sample
        | Type::Map
        | Type::Unknown => return None,
    })
}

fn literal(it: &Argument<'_>) -> bool {
    let kind = it.node.map(|it| &it.kind);
    matches!(kind, Some(NodeKind::Number(_) | NodeKind::Text { .. } | NodeKind::Bool(_)))
}

fn words(it: &Argument<'_>, class: Class) -> String {
    let number = match it.node.map(|it| &it.kind) {
        Some(NodeKind::Number(it)) => format!(" `{}`", it.literal),
        _ => String::new(),
    };
    match class {
        Class::Float if number.is_empty() => "a float".to_owned(),
        Class::Float => format!("the float{number}"),
        Class::Int if number.is_empty() => "a whole number".to_owned(),
        Class::Int => format!("the whole number{number}"),
        Class::Text => "a text".to_owned(),
        Class::Bool => "a truth value".to_owned(),
    }
}

fn help(function: &str, value: &Argument<'_>, of: Class, other: &Argument<'_>) -> String {
    let (int, float, text) = match other.node.map(|it| &it.kind) {
        Some(NodeKind::Number(it)) => {
            let float = it.int.map(|it| it as f64).or(it.float);
            (it.int, float, Some(it.literal.as_str()))
        }
        Some(NodeKind::Text { text, .. }) => {
            (text.parse().ok(), text.parse().ok(), Some(text.as_str()))
        }
        _ => (None, None, None),
    };
    let float = float.filter(|it: &f64| it.is_finite());
    match (of, float, int, text) {
        (Class::Float, Some(number), ..) => format!("write `{number:?}`"),
        (Class::Int, _, Some(number), _) => format!("write `{number}`"),
        (Class::Text, _, _, Some(text)) if matches!(function, "eq" | "ne") => {
            format!("write `\"{text}\"`")
        }
        (Class::Text, ..) if !matches!(function, "eq" | "ne") => {
            "a text has no size: compare numbers in the expression".to_owned()
        }
        (Class::Float, ..) if value.value == Type::Value => {
            "the value is a number".to_owned()
        }
        _ => "compare values of one type".to_owned(),
    }
}
