//! The values that a template works on, with the Go types that its messages name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::time;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::value::Sample as SampleValue;

/// A value, as Go's reflection sees it.
#[derive(Clone)]
pub(super) enum Value {
    /// No value at all: a missing key of a map of anything, `nil`.
    Invalid,
    /// A value behind an interface, or a nil interface.
    Any(Rc<Value>),
    Bool(bool),
    Int(i64),
    /// An integer of another type that Go prints by a name.
    Named(NamedInt),
    Byte(u8),
    Float(f64),
    Complex(f64, f64),
    Text(Rc<str>),
    /// `template.HTML`
    Html(Rc<str>),
    /// `map[string]string`
    Labels(Labels),
    /// `map[string]interface {}`
    Map(Rc<BTreeMap<String, Value>>),
    /// `template.queryResult`; sorting changes it in place.
    Result(Rc<RefCell<Vec<Rc<Object>>>>),
    Struct(Rc<Object>),
    Pointer(Rc<Object>),
    /// A nil pointer to the named type.
    NilPointer(&'static str),
}

/// Integers with names.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum NamedInt {
    /// `time.Month`
    Month(i64),
    /// `time.Weekday`
    Weekday(i64),
    /// `time.Duration`, in nanoseconds.
    Duration(i64),
    /// `int64`
    Int64(i64),
    /// `int32`
    Int32(i64),
}

/// What pointers point at.
pub(super) enum Object {
    Data {
        labels: Labels,
        external_labels: Labels,
        external_url: Rc<str>,
        value: Value,
    },
    Sample {
        labels: Labels,
        value: Value,
    },
    /// Nanoseconds since the epoch.
    Time(i128),
    /// Nanoseconds.
    Duration(i64),
    Histogram(Arc<Histogram>),
}

/// Go's kinds, as far as they matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Invalid,
    Interface,
    Bool,
    Int,
    Uint,
    Float,
    Complex,
    String,
    Map,
    Slice,
    Struct,
    Pointer,
}

impl Value {
    pub(super) fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    pub(super) fn sample(value: &SampleValue) -> Value {
        match value {
            SampleValue::Float(it) => Value::Float(*it),
            SampleValue::Histogram(it) => {
                Value::Pointer(Rc::new(Object::Histogram(it.clone())))
            }
        }
    }

    pub(super) fn any(self) -> Value {
        Value::Any(Rc::new(self))
    }

    /// The value behind an interface.
    pub(super) fn concrete(&self) -> Value {
        match self {
            Value::Any(inner) => inner.concrete(),
            it => it.clone(),
        }
    }

    /// The value behind interfaces and pointers; the flag tells of a nil among them.
    pub(super) fn indirect(&self) -> (Value, bool) {
        match self {
            Value::Any(inner) => match **inner {
                Value::Invalid => (self.clone(), true),
                _ => inner.indirect(),
            },
            Value::NilPointer(_) => (self.clone(), true),
            Value::Pointer(object) => (Value::pointed_at(object), false),
            it => (it.clone(), false),
        }
    }

    /// The value that a pointer points at.
    pub(super) fn pointed_at(object: &Rc<Object>) -> Value {
        match **object {
            Object::Duration(nanos) => Value::Named(NamedInt::Duration(nanos)),
            _ => Value::Struct(object.clone()),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Value::Invalid => Kind::Invalid,
            Value::Any(_) => Kind::Interface,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) | Value::Named(_) => Kind::Int,
            Value::Byte(_) => Kind::Uint,
            Value::Float(_) => Kind::Float,
            Value::Complex(..) => Kind::Complex,
            Value::Text(_) | Value::Html(_) => Kind::String,
            Value::Labels(_) | Value::Map(_) => Kind::Map,
            Value::Result(_) => Kind::Slice,
            Value::Struct(_) => Kind::Struct,
            Value::Pointer(_) | Value::NilPointer(_) => Kind::Pointer,
        }
    }

    /// The name of its Go type.
    pub(super) fn type_name(&self) -> String {
        match self {
            Value::Invalid => "<nil>",
            Value::Any(_) => "interface {}",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Named(it) => it.type_name(),
            Value::Byte(_) => "uint8",
            Value::Float(_) => "float64",
            Value::Complex(..) => "complex128",
            Value::Text(_) => "string",
            Value::Html(_) => "template.HTML",
            Value::Labels(_) => "map[string]string",
            Value::Map(_) => "map[string]interface {}",
            Value::Result(_) => "template.queryResult",
            Value::Struct(object) => object.type_name(),
            Value::Pointer(object) => return format!("*{}", object.type_name()),
            Value::NilPointer(name) => return format!("*{name}"),
        }
        .to_owned()
    }

    /// Whether it counts as true: not zero, not empty.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Invalid | Value::NilPointer(_) => false,
            Value::Any(inner) => inner.is_true(),
            Value::Bool(it) => *it,
            Value::Int(it) => *it != 0,
            Value::Named(it) => it.number() != 0,
            Value::Byte(it) => *it != 0,
            Value::Float(it) => *it != 0.0,
            Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Value::Text(it) | Value::Html(it) => !it.is_empty(),
            Value::Labels(it) => !it.is_empty(),
            Value::Map(it) => !it.is_empty(),
            Value::Result(it) => !it.borrow().is_empty(),
            Value::Struct(_) | Value::Pointer(_) => true,
        }
    }

    /// An integer of any signed type.
    pub(super) fn int(&self) -> Option<i64> {
        match self {
            Value::Int(it) => Some(*it),
            Value::Named(it) => Some(it.number()),
            _ => None,
        }
    }

    /// A string of any string type.
    pub(super) fn string(&self) -> Option<&Rc<str>> {
        match self {
            Value::Text(it) | Value::Html(it) => Some(it),
            _ => None,
        }
    }

    /// What its `String` method gives, if it has one.
    pub(super) fn stringer(&self) -> Option<String> {
        match self {
            Value::Named(it) => it.stringer(),
            Value::Pointer(object) | Value::Struct(object) => match &**object {
                Object::Time(nanos) => Some(time::text(*nanos)),
                Object::Duration(nanos) => Some(time::duration_text(*nanos)),
                Object::Histogram(it) => Some(it.to_string()),
                Object::Data { .. } | Object::Sample { .. } => None,
            },
            _ => None,
        }
    }
}

impl NamedInt {
    pub(super) fn number(self) -> i64 {
        match self {
            NamedInt::Month(it)
            | NamedInt::Weekday(it)
            | NamedInt::Duration(it)
            | NamedInt::Int64(it)
            | NamedInt::Int32(it) => it,
        }
    }

    fn type_name(self) -> &'static str {
        match self {
            NamedInt::Month(_) => "time.Month",
            NamedInt::Weekday(_) => "time.Weekday",
            NamedInt::Duration(_) => "time.Duration",
            NamedInt::Int64(_) => "int64",
            NamedInt::Int32(_) => "int32",
        }
    }

    fn stringer(self) -> Option<String> {
        match self {
            NamedInt::Month(it) => Some(time::month_name(it).to_owned()),
            NamedInt::Weekday(it) => Some(time::weekday_name(it).to_owned()),
            NamedInt::Duration(it) => Some(time::duration_text(it)),
            NamedInt::Int64(_) | NamedInt::Int32(_) => None,
        }
    }
}

impl Object {
    fn type_name(&self) -> &'static str {
        match self {
            Object::Data { .. } => {
                "struct { Labels map[string]string; ExternalLabels map[string]string; \
                 ExternalURL string; Value interface {} }"
            }
            Object::Sample { .. } => "template.sample",
            Object::Time(_) => "time.Time",
            Object::Duration(_) => "time.Duration",
            Object::Histogram(_) => "histogram.FloatHistogram",
        }
    }

    /// The fields of a struct, in order.
    pub(super) fn fields(&self) -> Vec<(&'static str, Value)> {
        match self {
            Object::Data { labels, external_labels, external_url, value } => vec![
                ("Labels", Value::Labels(labels.clone())),
                ("ExternalLabels", Value::Labels(external_labels.clone())),
                ("ExternalURL", Value::Text(external_url.clone())),
                ("Value", value.clone().any()),
            ],
            Object::Sample { labels, value } => vec![
                ("Labels", Value::Labels(labels.clone())),
                ("Value", value.clone().any()),
            ],
            Object::Histogram(it) => vec![
                ("Schema", Value::Named(NamedInt::Int32(it.schema.into()))),
                ("ZeroThreshold", Value::Float(it.zero_threshold)),
                ("ZeroCount", Value::Float(it.zero_count)),
                ("Count", Value::Float(it.count)),
                ("Sum", Value::Float(it.sum)),
            ],
            Object::Time(_) | Object::Duration(_) => Vec::new(),
        }
    }
}
