//! The syntax tree of a template, and its text as Go's messages show it.

use std::fmt;

use crate::promql::labels::quote;
use crate::promql::syntax::ast::TextRange;

/// A list of statements.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub(super) items: Vec<Statement>,
}

/// Something outside or a whole action.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// The offset that Go's messages count from.
    pub(super) pos: u32,
    pub(super) kind: StatementKind,
}

#[derive(Clone, Debug)]
pub(super) enum StatementKind {
    Text(String),
    Action(Pipe),
    Branch(Box<Branch>),
    /// A call; `at` is where its name stands, with its quotes.
    Template {
        name: String,
        at: TextRange,
        pipe: Option<Pipe>,
    },
    Break,
    Continue,
}

/// `if`, `with` or `range`.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) kind: BranchKind,
    pub(super) pipe: Pipe,
    pub(super) list: List,
    pub(super) else_list: Option<List>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BranchKind {
    If,
    With,
    Range,
}

impl BranchKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            BranchKind::If => "if",
            BranchKind::With => "with",
            BranchKind::Range => "range",
        }
    }
}

/// `$a, $b := command | command`
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    pub(super) pos: u32,
    /// Whether the variables are assigned rather than declared.
    pub(super) is_assign: bool,
    pub(super) variables: Vec<String>,
    pub(super) commands: Vec<Command>,
}

/// A function or a value, and arguments.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) pos: u32,
    pub(super) args: Vec<Node>,
}

/// An operand.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The offset that Go's messages count from.
    pub(super) pos: u32,
    /// All of its text.
    pub(super) range: TextRange,
    pub(super) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Identifier(String),
    /// `.a.b`
    Field(Vec<String>),
    /// `$a.b`; the first name begins with `$`.
    Variable(Vec<String>),
    /// `(pipeline).a.b` or `function.a`
    Chain(Box<Node>, Vec<String>),
    Pipe(Box<Pipe>),
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Text {
        quoted: String,
        text: String,
    },
}

/// A number literal and all that it can be.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) literal: String,
    pub(super) int: Option<i64>,
    /// Whether it fits an unsigned integer of 64 bits.
    pub(super) is_uint: bool,
    pub(super) float: Option<f64>,
    pub(super) complex: Option<(f64, f64)>,
}

impl Number {
    /// Whether it is written as a float.
    pub(super) fn is_float(&self) -> bool {
        let literal = self.literal.as_str();
        let is_hex = literal.len() > 2
            && literal.starts_with("0x") | literal.starts_with("0X")
            && !literal.contains(['p', 'P']);
        !is_hex
            && !literal.starts_with('\'')
            && literal.contains(['.', 'e', 'E', 'p', 'P'])
    }
}

/// What a message of Go's is about.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Statement(&'a Statement),
    Pipe(&'a Pipe),
    Command(&'a Command),
    Node(&'a Node),
}

impl Place<'_> {
    /// The offset that the message counts from.
    pub(super) fn pos(self) -> u32 {
        match self {
            Place::Statement(it) => it.pos,
            Place::Pipe(it) => it.pos,
            Place::Command(it) => it.pos,
            Place::Node(it) => it.pos,
        }
    }

    /// The place's own text, for underlining.
    pub(super) fn range(self) -> TextRange {
        let node = match self {
            Place::Node(it) => Some(it.range),
            Place::Command(it) => command_range(it),
            Place::Pipe(it) => pipe_range(it),
            Place::Statement(Statement { kind: StatementKind::Action(pipe), .. }) => {
                pipe_range(pipe)
            }
            Place::Statement(_) => None,
        };
        let pos = self.pos();
        node.unwrap_or(TextRange { start: pos, end: pos + 1 })
    }
}

fn command_range(command: &Command) -> Option<TextRange> {
    let (first, last) = (command.args.first()?, command.args.last()?);
    Some(first.range.to(last.range))
}

fn pipe_range(pipe: &Pipe) -> Option<TextRange> {
    let (first, last) = (pipe.commands.first()?, pipe.commands.last()?);
    Some(command_range(first)?.to(command_range(last)?))
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Statement(it) => it.fmt(f),
            Place::Pipe(it) => it.fmt(f),
            Place::Command(it) => it.fmt(f),
            Place::Node(it) => it.fmt(f),
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|it| it.fmt(f))
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StatementKind::Text(text) => f.write_str(text),
            StatementKind::Action(pipe) => write!(f, "{{{{{pipe}}}}}"),
            StatementKind::Branch(it) => {
                write!(f, "{{{{{} {}}}}}{}", it.kind.word(), it.pipe, it.list)?;
                if let Some(list) = &it.else_list {
                    write!(f, "{{{{else}}}}{list}")?;
                }
                f.write_str("{{end}}")
            }
            StatementKind::Template { name, pipe: None, .. } => {
                write!(f, "{{{{template {}}}}}", quote(name))
            }
            StatementKind::Template { name, pipe: Some(pipe), .. } => {
                write!(f, "{{{{template {} {pipe}}}}}", quote(name))
            }
            StatementKind::Break => f.write_str("{{break}}"),
            StatementKind::Continue => f.write_str("{{continue}}"),
        }
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.is_assign { "=" } else { ":=" };
            write!(f, "{} {sign} ", self.variables.join(", "))?;
        }
        for (idx, command) in self.commands.iter().enumerate() {
            if idx > 0 {
                f.write_str(" | ")?;
            }
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, arg) in self.args.iter().enumerate() {
            if idx > 0 {
                f.write_str(" ")?;
            }
            match &arg.kind {
                NodeKind::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => arg.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Identifier(name) => f.write_str(name),
            NodeKind::Field(names) => names.iter().try_for_each(|it| write!(f, ".{it}")),
            NodeKind::Variable(names) => f.write_str(&names.join(".")),
            NodeKind::Chain(node, names) => {
                match &node.kind {
                    NodeKind::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => node.fmt(f)?,
                }
                names.iter().try_for_each(|it| write!(f, ".{it}"))
            }
            NodeKind::Pipe(pipe) => pipe.fmt(f),
            NodeKind::Dot => f.write_str("."),
            NodeKind::Nil => f.write_str("nil"),
            NodeKind::Bool(value) => value.fmt(f),
            NodeKind::Number(number) => f.write_str(&number.literal),
            NodeKind::Text { quoted, .. } => f.write_str(quoted),
        }
    }
}
