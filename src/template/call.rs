//! Functions and their signatures: what arguments they take, and what Go says otherwise.

use std::cell::RefCell;
use std::rc::Rc;

use super::expand::Context;
use super::value::{NamedInt, Object, Value};
use crate::promql::dialect::Version;

/// The Go type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Param {
    /// `interface {}`
    Any,
    /// `reflect.Value`: as [`Param::Any`], but a nil interface stays one.
    Reflect,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `template.queryResult`
    Result,
    /// `*template.sample`
    Sample,
    /// `time.Duration`
    Duration,
    /// `time.Time`
    Time,
}

/// What a function computes from its arguments; a method's receiver is the first.
pub(super) type Body = fn(&Context, &[Value]) -> Result<Value, String>;

/// A function or a method.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) params: &'static [Param],
    /// The type of any number of further arguments.
    pub(super) rest: Option<Param>,
    /// The first version of Prometheus that has it.
    pub(super) since: Version,
    pub(super) body: Body,
}

impl Function {
    /// A function with a fixed number of arguments.
    pub(super) const fn new(
        name: &'static str,
        params: &'static [Param],
        body: Body,
    ) -> Function {
        Function { name, params, rest: None, since: Version::FIRST, body }
    }

    /// A function with any number of further arguments.
    pub(super) const fn variadic(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        body: Body,
    ) -> Function {
        Function { name, params, rest: Some(rest), since: Version::FIRST, body }
    }

    /// It came with version `major.minor`.
    pub(super) const fn since(self, major: u16, minor: u16) -> Function {
        Function { since: Version::new(major, minor), ..self }
    }

    /// The type of the argument at `idx`.
    pub(super) fn param(&self, idx: usize) -> Option<Param> {
        self.params.get(idx).copied().or(self.rest)
    }

    /// Go's complaint about a wrong number of arguments, if it is wrong. `n_written`
    /// does not count the value that a pipeline hands over.
    pub(super) fn check_count(&self, n_args: usize, n_written: usize) -> Option<String> {
        let (name, n_params) = (self.name, self.params.len());
        match self.rest {
            Some(_) if n_args < n_params => Some(format!(
                "wrong number of args for {name}: want at least {n_params} got {n_written}"
            )),
            None if n_args != n_params => Some(format!(
                "wrong number of args for {name}: want {n_params} got {n_args}"
            )),
            _ => None,
        }
    }
}

impl Param {
    pub(super) fn type_name(self) -> &'static str {
        match self {
            Param::Any => "interface {}",
            Param::Reflect => "reflect.Value",
            Param::Text => "string",
            Param::Int => "int",
            Param::Result => "template.queryResult",
            Param::Sample => "*template.sample",
            Param::Duration => "time.Duration",
            Param::Time => "time.Time",
        }
    }

    /// What `nil` becomes; nothing where the type has none.
    pub(super) fn nil(self) -> Option<Value> {
        match self {
            Param::Any | Param::Reflect => Some(Value::Invalid),
            Param::Result => Some(Value::Result(Rc::new(RefCell::new(Vec::new())))),
            Param::Sample => Some(Value::NilPointer("template.sample")),
            Param::Text | Param::Int | Param::Duration | Param::Time => None,
        }
    }

    fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (Param::Any | Param::Reflect, _)
            | (Param::Text, Value::Text(_))
            | (Param::Int, Value::Int(_))
            | (Param::Result, Value::Result(_))
            | (Param::Sample, Value::NilPointer(_))
            | (Param::Duration, Value::Named(NamedInt::Duration(_))) => true,
            (Param::Sample, Value::Pointer(it)) => matches!(**it, Object::Sample { .. }),
            (Param::Time, Value::Struct(it)) => matches!(**it, Object::Time(_)),
            _ => false,
        }
    }

    /// The value as this type, or Go's complaint.
    pub(super) fn accept(self, value: Value) -> Result<Value, String> {
        if matches!(value, Value::Invalid) {
            return self
                .nil()
                .ok_or_else(|| format!("invalid value; expected {}", self.type_name()));
        }
        if self.takes(&value) {
            return Ok(match self {
                Param::Any => value.concrete(),
                _ => value,
            });
        }
        let inner = match &value {
            Value::Any(inner) if !matches!(**inner, Value::Invalid) => value.concrete(),
            _ => value,
        };
        if self.takes(&inner) {
            return Ok(inner);
        }
        if let Value::Pointer(object) = &inner {
            let target = Value::pointed_at(object);
            if self.takes(&target) {
                return Ok(target);
            }
        }
        Err(format!(
            "wrong type for value; expected {}; got {}",
            self.type_name(),
            inner.type_name()
        ))
    }
}
