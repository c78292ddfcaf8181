//! Calls, their arguments, and literals.

use std::rc::Rc;

use super::{Evaluation, MAX_TEXT, Result};
use crate::template::builtins::call;
use crate::template::call::{Function, Param};
use crate::template::misprint;
use crate::template::tree::{Node, NodeKind, Number, Place};
use crate::template::value::{NamedInt, Value};

/// One is told of; the first ones may not be in the text.
const MAX_MISPRINTS: usize = 100;

impl<'a> Evaluation<'a> {
    #[expect(clippy::too_many_arguments, reason = "a call has that many parts")]
    pub(super) fn call(
        &mut self,
        dot: &Value,
        function: &'static Function,
        builtin: Option<&str>,
        whole: Place<'a>,
        receiver: Option<Value>,
        args: &'a [Node],
        last: Option<Value>,
    ) -> Result<'a, Value> {
        let n_args = args.len() + usize::from(last.is_some());
        if let Some(message) = function.check_count(n_args, args.len()) {
            return self.fail(message);
        }
        if let Some(word @ ("and" | "or")) = builtin {
            return self.and_or(dot, word == "or", args, last);
        }
        let n_receivers = usize::from(receiver.is_some());
        let mut values: Vec<Value> = Vec::with_capacity(n_receivers + n_args);
        values.extend(receiver);
        for (idx, arg) in args.iter().enumerate() {
            let value = self.deeper(|it| it.argument(dot, function.param(idx), arg))?;
            values.push(value);
        }
        if let Some(last) = last {
            let param = function.param(args.len()).unwrap_or(Param::Any);
            values.push(self.or_fail(param.accept(last))?);
        }
        let result = match builtin {
            Some("call") => {
                let name = match (args.first(), &values[0]) {
                    (Some(arg), _) => arg.to_string(),
                    (None, Value::Text(text)) => text.to_string(),
                    (None, it) => format!("<{} Value>", it.type_name()),
                };
                Err(call(&name, &values[0]))
            }
            _ => (function.body)(self.context, &values),
        };
        if let (Some("printf"), Ok(Value::Text(text))) = (builtin, &result)
            && self.misprints.len() < MAX_MISPRINTS
            && let Some(mark) = misprint::printed(&values, text)
        {
            self.misprints.push((whole.range(), mark));
        }
        match result {
            Ok(Value::Text(text)) if text.len() > MAX_TEXT => {
                self.fail(format!("text longer than {MAX_TEXT} bytes"))
            }
            Ok(value) => Ok(value),
            Err(message) => {
                self.at(whole);
                self.fail(format!("error calling {}: {message}", function.name))
            }
        }
    }

    /// `and`, `or`: the first value that decides, or the last one.
    fn and_or(
        &mut self,
        dot: &Value,
        is_or: bool,
        args: &'a [Node],
        last: Option<Value>,
    ) -> Result<'a, Value> {
        let mut value = Value::Invalid;
        for arg in args {
            value = self.deeper(|it| it.argument(dot, Some(Param::Reflect), arg))?;
            if value.is_true() == is_or {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// An argument for a parameter; without one, any value will do.
    pub(super) fn argument(
        &mut self,
        dot: &Value,
        param: Option<Param>,
        node: &'a Node,
    ) -> Result<'a, Value> {
        self.at(Place::Node(node));
        let value = match &node.kind {
            NodeKind::Dot => dot.clone(),
            NodeKind::Nil => {
                let param = param.unwrap_or(Param::Any);
                return match param.nil() {
                    Some(value) => Ok(value),
                    None => {
                        self.fail(format!("cannot assign nil to {}", param.type_name()))
                    }
                };
            }
            NodeKind::Field(_)
            | NodeKind::Variable(_)
            | NodeKind::Identifier(_)
            | NodeKind::Chain(..) => {
                self.invocation(dot, node, Place::Node(node), &[], None)?
            }
            NodeKind::Pipe(pipe) => self.deeper(|it| it.pipeline(dot, pipe))?,
            NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text { .. } => {
                return self.literal(param.unwrap_or(Param::Any), node);
            }
        };
        match param {
            Some(param) => self.or_fail(param.accept(value)),
            None => Ok(value),
        }
    }

    /// A constant for a parameter.
    fn literal(&mut self, param: Param, node: &'a Node) -> Result<'a, Value> {
        let expected = match (param, &node.kind) {
            (Param::Any | Param::Reflect, _) => return self.constant(node),
            (Param::Text, NodeKind::Text { text, .. }) => return Ok(Value::text(text)),
            (Param::Int, NodeKind::Number(Number { int: Some(int), .. })) => {
                return Ok(Value::Int(*int));
            }
            (Param::Duration, NodeKind::Number(Number { int: Some(int), .. })) => {
                return Ok(Value::Named(NamedInt::Duration(*int)));
            }
            (Param::Text, _) => "string",
            (Param::Int | Param::Duration, _) => "integer",
            (Param::Result | Param::Sample | Param::Time, _) => {
                return self.fail(format!(
                    "can't handle {node} for arg of type {}",
                    param.type_name()
                ));
            }
        };
        self.fail(format!("expected {expected}; found {node}"))
    }

    /// The value that a literal has by itself.
    pub(super) fn constant(&mut self, node: &'a Node) -> Result<'a, Value> {
        self.at(Place::Node(node));
        let number = match &node.kind {
            NodeKind::Bool(value) => return Ok(Value::Bool(*value)),
            NodeKind::Text { text, .. } => {
                return Ok(Value::Text(Rc::from(text.as_str())));
            }
            NodeKind::Number(number) => number,
            _ => return self.fail(format!("can't evaluate command {node}")),
        };
        if let Some((re, im)) = number.complex {
            return Ok(Value::Complex(re, im));
        }
        if let Some(float) = number.float.filter(|_| number.is_float()) {
            return Ok(Value::Float(float));
        }
        match number.int {
            Some(int) => Ok(Value::Int(int)),
            None if number.is_uint => {
                self.fail(format!("{} overflows int", number.literal))
            }
            None => Ok(Value::Invalid),
        }
    }
}
