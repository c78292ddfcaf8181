//! What a template reads: labels, the value, queries, each with its place.
//!
//! An abstract run over all branches that follows where the alert's labels go: through
//! variables, `with`, templates and `index`. Where the set is used as a whole, or by a
//! name that is computed, the place is told instead of a name.

use super::Template;
use super::shown::{self, Shown};
use super::tree::{
    Branch, BranchKind, Command, List, Node, NodeKind, Pipe, Statement, StatementKind,
};
use crate::promql::syntax::ast::TextRange;

/// What a template reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Labels of the alerting series that are read by name.
    pub labels: Vec<LabelUse>,
    /// External labels that are read by name.
    pub external_labels: Vec<LabelUse>,
    /// Places where the labels are used as a whole or by a computed name.
    pub all_labels: Vec<TextRange>,
    /// Places where the alert's value is used.
    pub values: Vec<TextRange>,
    /// The value as it is written out.
    pub shown: Vec<Shown>,
    /// Calls of `query`.
    pub queries: Vec<QueryUse>,
    /// Labels of the alerting series on whose presence branches depend.
    pub tested: Vec<String>,
}

/// A label that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelUse {
    /// Its name.
    pub name: String,
    /// The place in the author's text.
    pub at: TextRange,
}

/// A call of `query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryUse {
    /// The expression, where it is a literal.
    pub expression: Option<String>,
    /// The place of the expression, or of the call.
    pub at: TextRange,
}

/// Collects what a template reads.
pub fn usage(template: &Template) -> Usage {
    let (usage, called) = Default::default();
    let variables = vec![("$", Known::Data)];
    let mut walk = Walk { template, usage, variables, called };
    if let Some(list) = template.templates.get(&template.name) {
        walk.list(&Known::Data, list);
    }
    let mut usage = walk.usage;
    for uses in [&mut usage.labels, &mut usage.external_labels] {
        uses.sort_by(|a, b| (a.at.start, &a.name).cmp(&(b.at.start, &b.name)));
        uses.dedup();
    }
    for places in [&mut usage.all_labels, &mut usage.values] {
        places.sort_by_key(|it| (it.start, it.end));
        places.dedup();
    }
    usage.shown.sort_by_key(|it| (it.at.start, it.at.end));
    usage.shown.dedup();
    usage.queries.sort_by_key(|it| it.at.start);
    usage.queries.dedup();
    usage
}

/// What is known of a value before it exists.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Data,
    Labels,
    ExternalLabels,
    Value,
    /// The value as functions write it.
    Written(Shown),
    Text(String, TextRange),
    Other,
}

struct Walk<'a> {
    template: &'a Template,
    usage: Usage,
    variables: Vec<(&'a str, Known)>,
    /// Templates that were followed, with their data.
    called: Vec<(&'a str, Known)>,
}

impl<'a> Walk<'a> {
    /// The place in the author's text; nothing for Prometheus's own definitions.
    fn own(&self, range: TextRange) -> Option<TextRange> {
        (range.start >= self.template.offset).then(|| self.template.own(range))
    }

    fn list(&mut self, dot: &Known, list: &'a List) {
        for (idx, statement) in list.items.iter().enumerate() {
            let after = match list.items.get(idx + 1).map(|it| &it.kind) {
                Some(StatementKind::Text(text)) => text.as_str(),
                _ => "",
            };
            self.statement(dot, statement, after);
        }
    }

    /// `after` is the text behind it.
    fn statement(&mut self, dot: &Known, statement: &'a Statement, after: &str) {
        match &statement.kind {
            StatementKind::Text(_) | StatementKind::Break | StatementKind::Continue => {}
            StatementKind::Action(pipe) => {
                let value = self.pipe(dot, pipe);
                if pipe.variables.is_empty() {
                    self.used_whole(&value, pipe_range(pipe));
                    self.shown(value, pipe_range(pipe), after);
                }
            }
            StatementKind::Branch(branch) => {
                let n_variables = self.variables.len();
                self.branch(dot, branch);
                self.variables.truncate(n_variables);
            }
            StatementKind::Template { name, pipe, .. } => {
                let value = pipe.as_ref().map_or(Known::Other, |it| self.pipe(dot, it));
                self.template(name, value);
            }
        }
    }

    fn branch(&mut self, dot: &Known, branch: &'a Branch) {
        let n_labels = self.usage.labels.len();
        let value = self.pipe(dot, &branch.pipe);
        if branch.kind != BranchKind::Range {
            let read = self.usage.labels[n_labels..].iter().map(|it| it.name.clone());
            self.usage.tested.extend(read);
        }
        match branch.kind {
            BranchKind::If => self.list(dot, &branch.list),
            BranchKind::With => self.list(&value, &branch.list),
            BranchKind::Range => {
                self.used_whole(&value, pipe_range(&branch.pipe));
                let n_own = branch.pipe.variables.len();
                let n_all = self.variables.len();
                if !branch.pipe.is_assign {
                    for variable in &mut self.variables[n_all - n_own..] {
                        variable.1 = Known::Other;
                    }
                }
                self.list(&Known::Other, &branch.list);
            }
        }
        if let Some(list) = &branch.else_list {
            self.list(dot, list);
        }
    }

    fn template(&mut self, name: &str, data: Known) {
        let template = self.template;
        let Some((name, list)) = template.templates.get_key_value(name) else { return };
        let call = (name.as_str(), data.clone());
        if self.called.contains(&call) {
            return;
        }
        self.called.push(call);
        let variables = std::mem::replace(&mut self.variables, vec![("$", data.clone())]);
        self.list(&data, list);
        self.variables = variables;
    }

    fn pipe(&mut self, dot: &Known, pipe: &'a Pipe) -> Known {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value));
        }
        let value = value.unwrap_or(Known::Other);
        for name in &pipe.variables {
            let found = self.variables.iter_mut().rev().find(|it| it.0 == name);
            match (pipe.is_assign, found) {
                (true, Some(variable)) if variable.1 != value => {
                    // Which of the two it is depends on the way there.
                    let old = std::mem::replace(&mut variable.1, Known::Other);
                    let at = pipe_range(pipe);
                    self.used_whole(&old, at);
                    self.used_whole(&value, at);
                }
                (true, _) => {}
                (false, _) => self.variables.push((name, value.clone())),
            }
        }
        value
    }

    fn command(
        &mut self,
        dot: &Known,
        command: &'a Command,
        last: Option<Known>,
    ) -> Known {
        let first = &command.args[0];
        let NodeKind::Identifier(function) = &first.kind else {
            let value = self.node(dot, first);
            for arg in &command.args[1..] {
                let range = arg.range;
                let value = self.node(dot, arg);
                self.used_whole(&value, range);
            }
            return value;
        };
        let mut args: Vec<(Known, TextRange)> = Vec::with_capacity(command.args.len());
        for it in &command.args[1..] {
            args.push((self.node(dot, it), it.range));
        }
        args.extend(last.map(|it| (it, first.range)));
        self.call(function, first.range, &args)
    }

    fn call(
        &mut self,
        function: &str,
        at: TextRange,
        args: &[(Known, TextRange)],
    ) -> Known {
        match (function, args) {
            ("index", [(set @ (Known::Labels | Known::ExternalLabels), _), key, ..]) => {
                match &key.0 {
                    Known::Text(name, at) => self.label(set, name, *at),
                    _ => self.used_whole(set, at),
                }
            }
            ("query", [(expression, range), ..]) => {
                let (expression, range) = match expression {
                    Known::Text(text, range) => (Some(text.clone()), *range),
                    _ => (None, *range),
                };
                if let Some(at) = self.own(range) {
                    self.usage.queries.push(QueryUse { expression, at });
                }
            }
            // What is written of the value is still the value.
            (function, args)
                if let Some(by) = self.own(at)
                    && args.iter().any(|it| is_value(&it.0))
                    && let Some(shown) = written(function, by, args) =>
            {
                return Known::Written(shown);
            }
            // They look at whether there is something, not at what.
            ("len" | "not", _) => {}
            ("and" | "or", args) => {
                // Any of the arguments may be the result.
                let sets: Vec<_> =
                    args.iter().filter(|it| it.0 != Known::Other).collect();
                if let [(only, _)] = sets[..] {
                    return only.clone();
                }
                for (value, range) in args {
                    self.used_whole(value, *range);
                }
            }
            (_, args) => {
                for (value, range) in args {
                    self.used_whole(value, *range);
                }
            }
        }
        Known::Other
    }

    fn node(&mut self, dot: &Known, node: &'a Node) -> Known {
        match &node.kind {
            NodeKind::Dot => dot.clone(),
            NodeKind::Field(names) => self.fields(dot.clone(), names, node.range),
            NodeKind::Variable(names) => {
                let found = self.variables.iter().rev().find(|it| it.0 == names[0]);
                let value = found.map_or(Known::Other, |it| it.1.clone());
                self.fields(value, &names[1..], node.range)
            }
            NodeKind::Chain(inner, names) => {
                let value = self.node(dot, inner);
                self.fields(value, names, node.range)
            }
            NodeKind::Pipe(pipe) => self.pipe(dot, pipe),
            NodeKind::Identifier(function) => self.call(function, node.range, &[]),
            NodeKind::Text { text, .. } => Known::Text(text.clone(), node.range),
            NodeKind::Nil | NodeKind::Bool(_) | NodeKind::Number(_) => Known::Other,
        }
    }

    fn fields(&mut self, value: Known, names: &[String], at: TextRange) -> Known {
        let value = match (value, names) {
            (value, []) => value,
            (Known::Data, [field, rest @ ..]) => {
                let value = match field.as_str() {
                    "Labels" => Known::Labels,
                    "ExternalLabels" => Known::ExternalLabels,
                    "Value" => Known::Value,
                    _ => Known::Other,
                };
                return self.fields(value, rest, at);
            }
            (set @ (Known::Labels | Known::ExternalLabels), [name, ..]) => {
                self.label(&set, name, at);
                Known::Other
            }
            (_, [..]) => Known::Other,
        };
        if let (Known::Value, Some(at)) = (&value, self.own(at)) {
            self.usage.values.push(at);
        }
        value
    }

    fn label(&mut self, set: &Known, name: &str, at: TextRange) {
        let Some(at) = self.own(at) else { return };
        let used = LabelUse { name: name.to_owned(), at };
        match set {
            Known::Labels => self.usage.labels.push(used),
            _ => self.usage.external_labels.push(used),
        }
    }

    fn shown(&mut self, value: Known, at: TextRange, after: &str) {
        let mut shown = match value {
            Known::Value => Shown::default(),
            Known::Written(it) => it,
            _ => return,
        };
        let Some(at) = self.own(at) else { return };
        shown.at = at;
        if !shown.is_closed {
            shown.after.push_str(after);
        }
        self.usage.shown.push(shown);
    }

    fn used_whole(&mut self, value: &Known, at: TextRange) {
        let Some(at) = self.own(at) else { return };
        match value {
            Known::Labels => self.usage.all_labels.push(at),
            Known::Data => {
                self.usage.all_labels.push(at);
                self.usage.values.push(at);
            }
            Known::ExternalLabels
            | Known::Value
            | Known::Written(_)
            | Known::Text(..)
            | Known::Other => {}
        }
    }
}

fn is_value(known: &Known) -> bool {
    matches!(known, Known::Value | Known::Written(_))
}

/// The value as a call writes it.
fn written(function: &str, by: TextRange, args: &[(Known, TextRange)]) -> Option<Shown> {
    let idx = args.iter().position(|it| is_value(&it.0))?;
    let before = match &args[idx].0 {
        Known::Written(it) => it.clone(),
        _ => Shown::default(),
    };
    let format = match &args[0].0 {
        Known::Text(format, _) => Some(format.as_str()),
        _ => None,
    };
    shown::through(before, function, by, format, idx)
}

fn pipe_range(pipe: &Pipe) -> TextRange {
    let ranges = pipe.commands.iter().flat_map(|it| &it.args).map(|it| it.range);
    ranges.reduce(TextRange::to).unwrap_or(TextRange { start: pipe.pos, end: pipe.pos })
}
