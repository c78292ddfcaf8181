//! The evaluation of a tree, statement by statement (Go's `text/template/exec.go`).
//!
//! Go tells errors at the node that it looked at last, which is not always the one that
//! is to blame; so every visit is noted in the same order.

mod argument;

use super::builtins::printable;
use super::expand::Context;
use super::find_function;
use super::methods::method;
use super::parse::Templates;
use super::print::sprint;
use super::tree::{
    Branch, BranchKind, Command, List, Node, NodeKind, Pipe, Place, Statement,
    StatementKind,
};
use super::value::{NamedInt, Value};
use crate::promql::labels::quote;
use crate::promql::syntax::ast::TextRange;

/// How deeply templates, blocks and parentheses may nest at run time. Go's limit for
/// templates is 100,000; nothing but endless recursion comes near either.
const MAX_DEPTH: u32 = 250;

/// How long a text may become, in bytes.
const MAX_TEXT: usize = 1 << 22;

/// How many statements and rounds of loops may run.
const MAX_STEPS: u32 = 1_000_000;

/// A failure: what Go says, and about what.
pub(super) struct Fault<'a> {
    /// The template in which it happened.
    pub(super) template: &'a str,
    pub(super) pos: u32,
    pub(super) range: TextRange,
    /// The text of the node.
    pub(super) shown: String,
    pub(super) message: String,
}

type Result<'a, T> = std::result::Result<T, Box<Fault<'a>>>;

/// How a statement ended.
#[derive(PartialEq, Eq)]
enum Flow {
    Normal,
    Break,
    Continue,
}

/// One expansion.
pub(super) struct Evaluation<'a> {
    templates: &'a Templates,
    template: &'a str,
    context: &'a Context<'a>,
    variables: Vec<(String, Value)>,
    place: Option<Place<'a>>,
    out: String,
    /// Places of calls of `printf`, with the marks that they wrote.
    misprints: Vec<(TextRange, String)>,
    depth: u32,
    n_steps: u32,
}

/// What came of it.
pub(super) struct Expanded {
    pub(super) text: String,
    pub(super) misprints: Vec<(TextRange, String)>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(
        templates: &'a Templates,
        name: &'a str,
        context: &'a Context<'a>,
    ) -> Evaluation<'a> {
        Evaluation {
            templates,
            template: name,
            context,
            variables: Vec::new(),
            place: None,
            out: String::new(),
            misprints: Vec::new(),
            depth: 0,
            n_steps: 0,
        }
    }

    pub(super) fn run(mut self, data: Value) -> Result<'a, Expanded> {
        self.variables.push(("$".to_owned(), data.clone()));
        if let Some(list) = self.templates.get(self.template) {
            self.list(&data, list)?;
        }
        Ok(Expanded { text: self.out, misprints: self.misprints })
    }

    fn at(&mut self, place: Place<'a>) {
        self.place = Some(place);
    }

    fn fail<T>(&self, message: String) -> Result<'a, T> {
        let place = self.place;
        Err(Box::new(Fault {
            template: self.template,
            pos: place.map_or(0, Place::pos),
            range: place.map_or(TextRange { start: 0, end: 0 }, Place::range),
            shown: place.map_or(String::new(), |it| it.to_string()),
            message,
        }))
    }

    fn or_fail<T>(&self, result: std::result::Result<T, String>) -> Result<'a, T> {
        match result {
            Ok(value) => Ok(value),
            Err(message) => self.fail(message),
        }
    }

    fn step(&mut self) -> Result<'a, ()> {
        self.n_steps += 1;
        match self.n_steps > MAX_STEPS {
            true => self.fail(format!("more than {MAX_STEPS} steps")),
            false => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> Result<'a, ()> {
        if self.out.len() + text.len() > MAX_TEXT {
            return self.fail(format!("text longer than {MAX_TEXT} bytes"));
        }
        self.out.push_str(text);
        Ok(())
    }

    fn deeper<T>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<'a, T>,
    ) -> Result<'a, T> {
        if self.depth >= MAX_DEPTH {
            return self.fail("exceeded maximum template depth (100000)".into());
        }
        self.depth += 1;
        let value = run(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self, dot: &Value, list: &'a List) -> Result<'a, Flow> {
        for statement in &list.items {
            let flow = self.statement(dot, statement)?;
            if flow != Flow::Normal {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    fn statement(&mut self, dot: &Value, statement: &'a Statement) -> Result<'a, Flow> {
        self.at(Place::Statement(statement));
        self.step()?;
        match &statement.kind {
            StatementKind::Text(text) => self.write(text)?,
            StatementKind::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.at(Place::Statement(statement));
                    self.write(&sprint(&[printable(&value)]))?;
                }
            }
            StatementKind::Branch(branch) => {
                let n_variables = self.variables.len();
                let flow = self.deeper(|it| match branch.kind {
                    BranchKind::Range => it.range(dot, branch),
                    BranchKind::If | BranchKind::With => it.branch(dot, branch),
                });
                self.variables.truncate(n_variables);
                return flow;
            }
            StatementKind::Template { name, pipe, .. } => {
                self.template(dot, name, pipe.as_ref())?;
            }
            StatementKind::Break => return Ok(Flow::Break),
            StatementKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Normal)
    }

    fn branch(&mut self, dot: &Value, branch: &'a Branch) -> Result<'a, Flow> {
        let value = self.pipeline(dot, &branch.pipe)?;
        match (value.is_true(), branch.kind, &branch.else_list) {
            (true, BranchKind::With, _) => self.list(&value, &branch.list),
            (true, ..) => self.list(dot, &branch.list),
            (false, _, Some(list)) => self.list(dot, list),
            (false, _, None) => Ok(Flow::Normal),
        }
    }

    fn range(&mut self, dot: &Value, branch: &'a Branch) -> Result<'a, Flow> {
        let (value, _) = self.pipeline(dot, &branch.pipe)?.indirect();
        let mut is_empty = true;
        let mut once = |it: &mut Self, index: Value, item: Value| {
            is_empty = false;
            it.iteration(branch, index, item)
        };
        match &value {
            Value::Int(n) | Value::Named(NamedInt::Int64(n)) => {
                if branch.pipe.variables.len() > 1 {
                    let shown = sprint(std::slice::from_ref(&value));
                    return self.fail(format!(
                        "can't use {shown} to iterate over more than one variable"
                    ));
                }
                for item in 0..*n {
                    if once(self, Value::Invalid, Value::Int(item))? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Result(samples) => {
                let samples = samples.borrow().clone();
                for (idx, sample) in samples.into_iter().enumerate() {
                    let item = Value::Pointer(sample);
                    if once(self, Value::Int(idx as i64), item)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Labels(labels) => {
                for (name, text) in labels.iter() {
                    let (name, item) = (Value::text(name), Value::text(text));
                    if once(self, name, item)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (name, item) in map.iter() {
                    let (name, item) = (Value::text(name), item.clone().any());
                    if once(self, name, item)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Invalid => {}
            it => {
                let shown = sprint(std::slice::from_ref(it));
                return self.fail(format!("range can't iterate over {shown}"));
            }
        }
        match &branch.else_list {
            Some(list) if is_empty => self.list(dot, list),
            _ => Ok(Flow::Normal),
        }
    }

    fn iteration(
        &mut self,
        branch: &'a Branch,
        index: Value,
        item: Value,
    ) -> Result<'a, Flow> {
        self.step()?;
        let n_variables = self.variables.len();
        let pipe = &branch.pipe;
        let values = match pipe.variables.len() {
            0 => vec![],
            1 => vec![item.clone()],
            _ => vec![index, item.clone()],
        };
        for (idx, value) in values.into_iter().enumerate() {
            match pipe.is_assign {
                true => self.set(&pipe.variables[idx], value)?,
                false => {
                    let at = n_variables - pipe.variables.len() + idx;
                    self.variables[at].1 = value;
                }
            }
        }
        let flow = self.list(&item, &branch.list);
        self.variables.truncate(n_variables);
        flow
    }

    fn template(
        &mut self,
        dot: &Value,
        name: &'a str,
        pipe: Option<&'a Pipe>,
    ) -> Result<'a, ()> {
        let Some((name, list)) = self.templates.get_key_value(name) else {
            return self.fail(format!("template {} not defined", quote(name)));
        };
        let here = self.place;
        self.deeper(|it| {
            let dot = match pipe {
                Some(pipe) => it.pipeline(dot, pipe)?,
                None => Value::Invalid,
            };
            let own = vec![("$".to_owned(), dot.clone())];
            let variables = std::mem::replace(&mut it.variables, own);
            let template = std::mem::replace(&mut it.template, name);
            it.list(&dot, list)?;
            it.variables = variables;
            it.template = template;
            it.place = here;
            Ok(())
        })
    }

    fn set(&mut self, name: &str, value: Value) -> Result<'a, ()> {
        match self.variables.iter_mut().rev().find(|it| it.0 == name) {
            Some(variable) => {
                variable.1 = value;
                Ok(())
            }
            None => self.fail(format!("undefined variable: {name}")),
        }
    }

    fn pipeline(&mut self, dot: &Value, pipe: &'a Pipe) -> Result<'a, Value> {
        self.at(Place::Pipe(pipe));
        let mut value = None;
        for command in &pipe.commands {
            let next = self.command(dot, command, value)?;
            value = Some(next.concrete());
        }
        let value = value.unwrap_or(Value::Invalid);
        for name in &pipe.variables {
            match pipe.is_assign {
                true => self.set(name, value.clone())?,
                false => self.variables.push((name.clone(), value.clone())),
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        dot: &Value,
        command: &'a Command,
        last: Option<Value>,
    ) -> Result<'a, Value> {
        let (first, rest) = (&command.args[0], &command.args[1..]);
        match &first.kind {
            NodeKind::Field(_)
            | NodeKind::Chain(..)
            | NodeKind::Variable(_)
            | NodeKind::Identifier(_) => {
                self.invocation(dot, first, Place::Command(command), rest, last)
            }
            NodeKind::Pipe(pipe) => {
                self.no_arguments(first, rest, &last)?;
                self.deeper(|it| it.pipeline(dot, pipe))
            }
            NodeKind::Dot
            | NodeKind::Nil
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Text { .. } => {
                self.at(Place::Node(first));
                self.no_arguments(first, rest, &last)?;
                match &first.kind {
                    NodeKind::Dot => Ok(dot.clone()),
                    NodeKind::Nil => self.fail("nil is not a command".into()),
                    _ => self.constant(first),
                }
            }
        }
    }

    fn no_arguments(
        &self,
        first: &Node,
        rest: &[Node],
        last: &Option<Value>,
    ) -> Result<'a, ()> {
        match rest.is_empty() && last.is_none() {
            true => Ok(()),
            false => self.fail(format!("can't give argument to non-function {first}")),
        }
    }

    /// Fields, variables and functions with their arguments. `whole` is what an error
    /// of a function is told about.
    fn invocation(
        &mut self,
        dot: &Value,
        node: &'a Node,
        whole: Place<'a>,
        args: &'a [Node],
        last: Option<Value>,
    ) -> Result<'a, Value> {
        self.at(Place::Node(node));
        match &node.kind {
            NodeKind::Field(names) => {
                self.fields(dot, dot.clone(), node, names, args, last)
            }
            NodeKind::Variable(names) => {
                let found = self.variables.iter().rev().find(|it| it.0 == names[0]);
                let Some(value) = found.map(|it| it.1.clone()) else {
                    return self.fail(format!("undefined variable: {}", names[0]));
                };
                if names.len() == 1 {
                    self.no_arguments(node, args, &last)?;
                    return Ok(value);
                }
                self.fields(dot, value, node, &names[1..], args, last)
            }
            NodeKind::Chain(inner, names) => {
                let value = self.argument(dot, None, inner)?;
                self.fields(dot, value, node, names, args, last)
            }
            NodeKind::Identifier(name) => match find_function(name) {
                Some((function, is_builtin)) => {
                    let builtin = is_builtin.then_some(name.as_str());
                    self.call(dot, function, builtin, whole, None, args, last)
                }
                None => self.fail(format!("{} is not a defined function", quote(name))),
            },
            _ => {
                self.fail(format!("can't evaluate command {}", quote(&node.to_string())))
            }
        }
    }

    fn fields(
        &mut self,
        dot: &Value,
        mut value: Value,
        node: &'a Node,
        names: &'a [String],
        args: &'a [Node],
        last: Option<Value>,
    ) -> Result<'a, Value> {
        let Some((last_name, names)) = names.split_last() else { return Ok(value) };
        for name in names {
            value = self.field(dot, value, node, name, &[], None)?;
        }
        self.field(dot, value, node, last_name, args, last)
    }

    fn field(
        &mut self,
        dot: &Value,
        receiver: Value,
        node: &'a Node,
        name: &str,
        args: &'a [Node],
        last: Option<Value>,
    ) -> Result<'a, Value> {
        if matches!(receiver, Value::Invalid) {
            return Ok(Value::Invalid);
        }
        let type_name = receiver.type_name();
        let (target, is_nil) = receiver.indirect();
        if is_nil {
            return self.fail(format!("nil pointer evaluating {type_name}.{name}"));
        }
        if let Some(function) = method(&target, name) {
            let whole = Place::Node(node);
            return self.call(dot, function, None, whole, Some(target), args, last);
        }
        let has_args = !args.is_empty() || last.is_some();
        let from_map = match &target {
            Value::Struct(object) => {
                let fields = object.fields();
                let Some((_, value)) = fields.into_iter().find(|it| it.0 == name) else {
                    return self.no_field(name, &type_name);
                };
                return match has_args {
                    true => self.fail(format!(
                        "{name} has arguments but cannot be invoked as function"
                    )),
                    false => Ok(value),
                };
            }
            Value::Labels(labels) => Value::text(labels.get(name)),
            Value::Map(map) => map.get(name).cloned().unwrap_or(Value::Invalid).any(),
            _ => return self.no_field(name, &type_name),
        };
        match has_args {
            true => self.fail(format!("{name} is not a method but has arguments")),
            false => Ok(from_map),
        }
    }

    fn no_field(&self, name: &str, type_name: &str) -> Result<'a, Value> {
        self.fail(format!("can't evaluate field {name} in type {type_name}"))
    }
}
