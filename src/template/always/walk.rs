//! The walk over all branches that an alert may take, with the types of what is there.

use super::Found;
use super::call::{Argument, Call, of_values};
use super::field::{Access, access};
use super::types::Type;
use crate::diag::suggest;
use crate::promql::syntax::ast::TextRange;
use crate::template::Template;
use crate::template::always::Fault;
use crate::template::tree::{
    Branch, BranchKind, Command, List, Node, NodeKind, Pipe, Statement, StatementKind,
};

/// Looks at a template, which may be one that was parsed to be checked: the definitions of
/// Prometheus's variables may be missing.
pub(super) fn walk(template: &Template) -> Found {
    let variables = vec![
        ("$", Type::Data),
        ("$labels", Type::Labels),
        ("$externalLabels", Type::Labels),
        ("$externalURL", Type::Text),
        ("$value", Type::Value),
    ];
    let (found, called) = Default::default();
    let mut walk = Walk { template, found, variables, called, n_idle: 0 };
    if let Some(list) = template.templates.get(&template.name) {
        walk.list(&Type::Data, list);
    }
    walk.found
}

struct Walk<'a> {
    template: &'a Template,
    found: Found,
    variables: Vec<(&'a str, Type)>,
    /// Templates that were followed, with their data, and whether an alert may never get
    /// there, so that nothing was told.
    called: Vec<(&'a str, Type, bool)>,
    /// How many branches and calls around may keep every alert from what is looked at.
    n_idle: u32,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, fault: Option<Fault>) {
        let Some(fault) = fault.filter(|_| self.n_idle == 0) else { return };
        // Prometheus's own definitions are sound.
        if self.template.offset <= fault.at.start {
            let at = self.template.own(fault.at);
            self.found.faults.push(Fault { at, ..fault });
        }
    }

    fn list(&mut self, dot: &Type, list: &'a List) {
        for statement in &list.items {
            self.statement(dot, statement);
        }
    }

    fn statement(&mut self, dot: &Type, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Text(_) | StatementKind::Break | StatementKind::Continue => {}
            StatementKind::Action(pipe) => {
                self.pipe(dot, pipe);
            }
            StatementKind::Branch(branch) => {
                let n_variables = self.variables.len();
                self.branch(dot, branch);
                self.variables.truncate(n_variables);
            }
            StatementKind::Template { name, at, pipe } => {
                let data =
                    pipe.as_ref().map_or(Type::Unknown, |pipe| self.pipe(dot, pipe));
                self.template(name, data, *at);
            }
        }
    }

    fn branch(&mut self, dot: &Type, branch: &'a Branch) {
        let value = self.pipe(dot, &branch.pipe);
        let n_idle = self.n_idle;
        self.n_idle += u32::from(is_fixed(&branch.pipe));
        match branch.kind {
            BranchKind::If => self.list(dot, &branch.list),
            BranchKind::With => self.list(&value, &branch.list),
            BranchKind::Range => {
                let (key, item) = match value {
                    Type::Labels => (Type::Text, Type::Text),
                    Type::Result => (Type::Int, Type::Sample),
                    _ => (Type::Unknown, Type::Unknown),
                };
                let mut names = branch.pipe.variables.iter().rev();
                for (name, it) in names.by_ref().zip([item.clone(), key]) {
                    // One that is only assigned has been something else before.
                    let it = if branch.pipe.is_assign { Type::Unknown } else { it };
                    if let Some(variable) = self.variable(name) {
                        *variable = it;
                    }
                }
                // Each round begins with what the one before it left.
                for name in assigned(&branch.list) {
                    if let Some(variable) = self.variable(name) {
                        *variable = Type::Unknown;
                    }
                }
                self.list(&item, &branch.list);
            }
        }
        if let Some(list) = &branch.else_list {
            self.list(dot, list);
        }
        self.n_idle = n_idle;
    }

    /// `at` is where its name is.
    fn template(&mut self, name: &str, data: Type, at: TextRange) {
        let template = self.template;
        let Some((name, list)) = template.templates.get_key_value(name) else {
            let names = template.templates.keys().map(String::as_str);
            let near = suggest::nearest(name, names.filter(|it| *it != template.name));
            return self.fault(Some(Fault {
                at,
                title: format!("template `{name}` is not defined"),
                label: near.map_or("not in this text".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                }),
                help: format!(
                    "write `{{{{ define \"{name}\" }}}}…{{{{ end }}}}` in the same text"
                ),
            }));
        };
        let is_idle = self.n_idle != 0;
        let mut before = self.called.iter();
        if before.any(|it| it.0 == name.as_str() && it.1 == data && (is_idle || !it.2)) {
            return;
        }
        self.called.push((name.as_str(), data.clone(), is_idle));
        let variables = std::mem::replace(&mut self.variables, vec![("$", data.clone())]);
        self.list(&data, list);
        self.variables = variables;
    }

    fn variable(&mut self, name: &str) -> Option<&mut Type> {
        self.variables.iter_mut().rev().find(|it| it.0 == name).map(|it| &mut it.1)
    }

    fn pipe(&mut self, dot: &Type, pipe: &'a Pipe) -> Type {
        let mut last: Option<(Type, TextRange)> = None;
        for command in &pipe.commands {
            let range = range_of(&command.args);
            let before = last.as_ref().map(|it| it.1);
            let value = self.command(dot, command, last);
            last = Some((value, before.map_or(range, |it| it.to(range))));
        }
        let value = last.map_or(Type::Unknown, |it| it.0);
        for name in &pipe.variables {
            match pipe.is_assign {
                true => match self.variable(name) {
                    Some(variable) => {
                        // Which of the two it is depends on the way there.
                        let old = std::mem::replace(variable, Type::Unknown);
                        *variable = old.or(value.clone());
                    }
                    None => {
                        let end = pipe.pos + name.len() as u32;
                        let help = format!("declare it where it begins: `{name} := …`");
                        self.fault(Some(Fault {
                            at: TextRange { start: pipe.pos, end },
                            title: format!("`{name}` is assigned and not declared"),
                            label: "not declared".to_owned(),
                            help,
                        }));
                    }
                },
                false => self.variables.push((name, value.clone())),
            }
        }
        value
    }

    /// `last` is what a pipe hands over, and the place of what gave it.
    fn command(
        &mut self,
        dot: &Type,
        command: &'a Command,
        last: Option<(Type, TextRange)>,
    ) -> Type {
        let first = &command.args[0];
        let NodeKind::Identifier(name) = &first.kind else {
            let value = self.node(dot, first);
            let fault = of_values(&self.template.text, command, last.is_some());
            let may_be_method = value == Type::Unknown && has_fields(first);
            // What came before may be wrong for want of this value.
            let was_wrong = last.is_some_and(|it| it.0 == Type::Unknown);
            let is_wrong = fault.is_some() && !may_be_method && !was_wrong;
            self.fault(fault.filter(|_| is_wrong));
            for arg in &command.args[1..] {
                // What is no argument may be no call.
                if !is_wrong || !matches!(arg.kind, NodeKind::Identifier(_)) {
                    self.node(dot, arg);
                }
            }
            return match is_wrong || command.args.len() > 1 {
                true => Type::Unknown,
                false => value,
            };
        };
        let text = &self.template.text;
        let n_args = command.args.len() - 1 + usize::from(last.is_some());
        let range = range_of(&command.args);
        let mut call = Call { text, name, at: first.range, range, args: Vec::new() };
        if let Some(fault) = call.count(n_args, last.is_some()) {
            self.fault(Some(fault));
            for arg in &command.args[1..] {
                if !matches!(arg.kind, NodeKind::Identifier(_)) {
                    self.node(dot, arg);
                }
            }
            return Type::Unknown;
        }
        let n_idle = self.n_idle;
        for (idx, it) in command.args[1..].iter().enumerate() {
            // An earlier argument may have decided.
            let decided = idx > 0 && matches!(name.as_str(), "and" | "or");
            self.n_idle = n_idle + u32::from(decided);
            let value = self.node(dot, it);
            call.args.push(Argument { value, range: it.range, node: Some(it) });
        }
        self.n_idle = n_idle;
        let last = last.map(|(value, range)| Argument { value, range, node: None });
        call.args.extend(last);
        self.query(&call);
        let fault = call.fault();
        let is_wrong = fault.is_some();
        self.fault(fault);
        match is_wrong {
            true => Type::Unknown,
            false => call.result(),
        }
    }

    /// Notes an expression that every alert asks that comes to it.
    fn query(&mut self, call: &Call<'_>) {
        if let ("query", [Argument { value: Type::Literal(expression, at), .. }]) =
            (call.name, call.args.as_slice())
            && self.n_idle == 0
            && self.template.offset <= at.start
        {
            let at = self.template.own(*at);
            self.found.queries.push((expression.clone(), at));
        }
    }

    fn node(&mut self, dot: &Type, node: &'a Node) -> Type {
        match &node.kind {
            NodeKind::Dot => dot.clone(),
            NodeKind::Field(names) => self.fields(dot.clone(), names, node),
            NodeKind::Variable(names) => {
                let value =
                    self.variable(&names[0]).map_or(Type::Unknown, |it| it.clone());
                self.fields(value, &names[1..], node)
            }
            NodeKind::Chain(inner, names) => {
                let value = self.node(dot, inner);
                self.fields(value, names, node)
            }
            NodeKind::Pipe(pipe) => self.pipe(dot, pipe),
            NodeKind::Identifier(name) => {
                let (text, at) = (&self.template.text, node.range);
                let call = Call { text, name, at, range: at, args: Vec::new() };
                let fault = call.count_of_argument();
                match fault.is_some() {
                    true => {
                        self.fault(fault);
                        Type::Unknown
                    }
                    false => call.result(),
                }
            }
            NodeKind::Text { text, .. } => Type::Literal(text.clone(), node.range),
            NodeKind::Number(it) => Type::of_number(it),
            NodeKind::Bool(_) => Type::Bool,
            NodeKind::Nil => Type::Unknown,
        }
    }

    fn fields(&mut self, value: Type, names: &[String], node: &Node) -> Type {
        let mut value = value;
        for idx in 0..names.len() {
            let is_dot = matches!(node.kind, NodeKind::Field(_));
            let text = &self.template.text[node.range.bytes()];
            let of = Access { value: &value, names, idx, text, is_dot };
            match access(&of, node.range) {
                Ok(it) => value = it,
                Err(fault) => {
                    self.fault(Some(fault));
                    return Type::Unknown;
                }
            }
        }
        value
    }
}

/// Whether a condition is the same in every alert: a branch may then be one that none takes.
fn is_fixed(pipe: &Pipe) -> bool {
    let mut args = pipe.commands.iter().flat_map(|it| &it.args);
    args.all(|it| match &it.kind {
        NodeKind::Nil
        | NodeKind::Bool(_)
        | NodeKind::Number(_)
        | NodeKind::Text { .. } => true,
        NodeKind::Identifier(function) => function != "query",
        NodeKind::Pipe(pipe) => is_fixed(pipe),
        NodeKind::Dot
        | NodeKind::Field(_)
        | NodeKind::Variable(_)
        | NodeKind::Chain(..) => false,
    })
}

fn has_fields(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Field(_) | NodeKind::Chain(..) => true,
        NodeKind::Variable(names) => names.len() > 1,
        _ => false,
    }
}

/// From the first to the last of what a command is made of, which is something.
fn range_of(args: &[Node]) -> TextRange {
    args[0].range.to(args[args.len() - 1].range)
}

/// The variables that are assigned in a list, however deep.
fn assigned(list: &List) -> Vec<&str> {
    let mut out = Vec::new();
    for statement in &list.items {
        match &statement.kind {
            StatementKind::Action(pipe) if pipe.is_assign => {
                out.extend(pipe.variables.iter().map(String::as_str));
            }
            StatementKind::Branch(branch) => {
                if branch.pipe.is_assign {
                    out.extend(branch.pipe.variables.iter().map(String::as_str));
                }
                out.extend(assigned(&branch.list));
                out.extend(branch.else_list.iter().flat_map(assigned));
            }
            _ => {}
        }
    }
    out
}
