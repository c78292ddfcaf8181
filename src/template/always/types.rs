//! The Go types of values before there are any, as far as every alert has the same.

use crate::promql::syntax::ast::TextRange;
use crate::template::call::Param;
use crate::template::tree::Number;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// What a template is given: labels, external labels, the value.
    Data,
    /// `map[string]string`
    Labels,
    /// The value of an alert or a sample: a float, or a native histogram.
    Value,
    Float,
    Int,
    Bool,
    /// A text that was written in the template, and where.
    Literal(String, TextRange),
    Text,
    /// `template.HTML`
    Html,
    /// What `query` gives.
    Result,
    /// `*template.sample`
    Sample,
    /// What `args` gives.
    Map,
    /// It depends, or nothing is known.
    Unknown,
}

/// Functions whose parameter is anything that can be read as a number.
const OF_NUMBERS: &[&str] = &[
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "toDuration",
    "toTime",
];

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Any,
    Text,
    Number,
    Result,
    Sample,
}

impl Want {
    /// What a function asks of an argument, which has the type `param`.
    pub(super) fn of(function: &str, param: Param) -> Want {
        match param {
            _ if OF_NUMBERS.contains(&function) => Want::Number,
            Param::Text => Want::Text,
            Param::Result => Want::Result,
            Param::Sample => Want::Sample,
            Param::Any | Param::Reflect => Want::Any,
            // Methods have them; their receivers are not followed.
            Param::Int | Param::Duration | Param::Time => Want::Any,
        }
    }

    /// Whether it may be right.
    pub(super) fn takes(self, it: &Type) -> bool {
        match (self, it) {
            (_, Type::Unknown) | (Want::Any, _) => true,
            // A text may be one that is a number.
            (Want::Number, Type::Value | Type::Float | Type::Int) => true,
            (Want::Number | Want::Text, it) => it.is_text(),
            (Want::Result, it) => *it == Type::Result,
            (Want::Sample, it) => *it == Type::Sample,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Want::Any => "anything",
            Want::Text => "a text",
            Want::Number => "a number",
            Want::Result => "the result of a query",
            Want::Sample => "a sample of a query",
        }
    }
}

impl Type {
    /// Of a literal number.
    pub(super) fn of_number(it: &Number) -> Type {
        match it.is_float() {
            _ if it.complex.is_some() => Type::Unknown,
            true => Type::Float,
            false if it.int.is_some() => Type::Int,
            false => Type::Unknown,
        }
    }

    /// Of what a function gives.
    pub(super) fn of_result(function: &str, args: &[&Type]) -> Type {
        match function {
            "query" | "sortByLabel" => Type::Result,
            "first" => Type::Sample,
            "value" => Type::Value,
            "args" => Type::Map,
            "safeHtml" => Type::Html,
            "match" | "not" | "eq" | "ne" | "lt" | "le" | "gt" | "ge" => Type::Bool,
            "now" | "parseDuration" => Type::Float,
            "len" => Type::Int,
            "index" => match args {
                [Type::Labels, _] => Type::Text,
                [Type::Result, _] => Type::Sample,
                _ => Type::Unknown,
            },
            "and" | "or" => match args {
                [first, rest @ ..] if rest.iter().all(|it| it == first) => {
                    (*first).clone()
                }
                _ => Type::Unknown,
            },
            "slice" | "call" | "toTime" | "toDuration" => Type::Unknown,
            _ => Type::Text,
        }
    }

    /// What a variable is that may be either.
    pub(super) fn or(self, other: Type) -> Type {
        match self == other {
            true => self,
            false if self.is_text() && other.is_text() => Type::Text,
            false => Type::Unknown,
        }
    }

    /// `string`
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::Text | Type::Literal(..))
    }

    pub(super) fn words(&self) -> &'static str {
        match self {
            Type::Data => "all data of the alert",
            Type::Labels => "a set of labels",
            Type::Value | Type::Float | Type::Int => "a number",
            Type::Bool => "a truth value",
            Type::Literal(..) | Type::Text => "a text",
            Type::Html => "a safe text",
            Type::Result => "the result of a query",
            Type::Sample => "a sample of a query",
            Type::Map => "a map",
            Type::Unknown => "something",
        }
    }
}
