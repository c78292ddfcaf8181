//! The parameters that a text may use, and their values.

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::parameter::{self, Use};
use crate::resolve::elsewhere::{self, Elsewhere};
use crate::resolve::environment::Server;
use crate::rules::kebab::kebab;
use crate::spec::form;
use crate::spec::model::{Parameter, Value};

/// Values that use values, at most so deep.
const MAX_DEPTH: usize = 16;
/// A text with its parameters filled in is at most so long.
const MAX_BYTES: usize = 1 << 20;

/// Filling in one text looks up at most so many values: values that use others several
/// times each multiply.
const MAX_STEPS: u32 = 10_000;

/// How a value was reached.
#[derive(Debug, Default)]
struct Path {
    /// The parameters in whose values it stands, with the places of their uses.
    uses: Vec<(Arc<str>, Span)>,
    /// Values that were looked up so far.
    n_steps: u32,
}

/// The name of a parameter.
#[derive(Clone, Debug)]
pub enum Name {
    /// One of ours.
    BuiltIn(&'static str),
    /// One that the author gave.
    Own(Text),
}

impl Name {
    fn as_str(&self) -> &str {
        match self {
            Name::BuiltIn(name) => name,
            Name::Own(name) => name.as_str(),
        }
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Name {
        Name::BuiltIn(name)
    }
}

impl From<&Text> for Name {
    fn from(name: &Text) -> Name {
        Name::Own(name.clone())
    }
}

/// Parameters and built-in names with their values.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    parameters: Vec<(Name, Value)>,
    /// Of a record: it has neither severity nor tier.
    record: bool,
    /// Something in the file was refused: a name that nothing gives may be that.
    faulty: bool,
    /// Names whose values were refused, which has been said.
    refused: Vec<Arc<[String]>>,
    /// Parameters that only other tiers of the alert give.
    lacks: Vec<Lack>,
    /// Parameters that only other environments give: of the rule and the file.
    elsewhere: Vec<Elsewhere>,
    /// Those of the project.
    of_project: Arc<[Elsewhere]>,
}

/// A parameter that a tier does not give, while another one does.
#[derive(Clone, Debug)]
pub struct Lack {
    /// Its name, where the other tier gives it.
    pub parameter: Text,
    /// The tier.
    pub tier: Text,
    /// The other one.
    pub other: Text,
    /// What the tier gives instead, where its name is nearly the same.
    pub near: Option<Text>,
    /// Whether a text of the tier's rule uses it.
    pub needed: bool,
}

impl Scope {
    /// The parameters of a rule in an environment; names that it gives itself are set
    /// later.
    pub fn new(server: &Server<'_>, parameters: &[Parameter]) -> Scope {
        let given = &server.given;
        let of_project = server.elsewhere.clone();
        let mut scope = Scope { of_project, ..Scope::default() };
        // A rule gives some itself.
        scope.parameters.reserve(given.len() + parameters.len() + 4);
        for (name, text) in given {
            scope.set(name, text.clone());
        }
        for it in parameters {
            scope.set_value(&it.key, it.value.clone());
        }
        scope
    }

    /// The same names in a file in which something was refused, or not.
    pub fn in_faulty(self, faulty: bool, refused: Vec<Arc<[String]>>) -> Scope {
        Scope { faulty, refused, ..self }
    }

    /// Notes what only other environments give.
    pub(super) fn elsewhere(&mut self, all: impl IntoIterator<Item = Elsewhere>) {
        self.elsewhere.extend(all);
    }

    /// Notes what a tier does not give, while another one does.
    pub fn lack(&mut self, lack: Lack) {
        if self.lacks.iter().all(|it| it.parameter != lack.parameter) {
            self.lacks.push(lack);
        }
    }

    /// The same names for a record.
    pub fn for_record(self) -> Scope {
        Scope { record: true, ..self }
    }

    /// Gives a name a text.
    pub fn set(&mut self, name: &'static str, text: Text) {
        self.set_value(name, Value { text, number: false });
    }

    /// Gives a name a value.
    pub fn set_value(&mut self, name: impl Into<Name>, value: Value) {
        let name = name.into();
        match self.parameters.iter_mut().find(|it| it.0.as_str() == name.as_str()) {
            Some(it) => it.1 = value,
            None => self.parameters.push((name, value)),
        }
    }

    /// The value of a name, as it was given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|it| it.0.as_str() == name).map(|it| &it.1)
    }

    /// All parameters with their values, parameters in them filled in. One that nothing
    /// uses may have none here: that is no fault.
    pub fn all(&self) -> Vec<(Text, Text)> {
        let mut out = Vec::new();
        let sink = &mut Sink::new();
        for (name, value) in &self.parameters {
            if form::BUILT_IN.contains(&name.as_str()) {
                continue;
            }
            let name = match name {
                Name::Own(name) => name.clone(),
                Name::BuiltIn(name) => Text::fixed(name, value.text.span()),
            };
            if !parameter::has_uses(value.text.as_str()) {
                out.push((name, value.text.clone()));
                continue;
            }
            let uses = vec![(name.shared(), value.text.span())];
            let mut path = Path { uses, n_steps: 0 };
            if let Some(text) = self.nested(&value.text, &mut path, sink) {
                out.push((name, text));
            }
        }
        out
    }

    /// A text with its parameters filled in; `None` if one is unknown, which is said.
    pub fn text(&self, text: &Text, sink: &mut Sink) -> Option<Text> {
        self.text_with(text, sink, |_, value| value.text)
    }

    /// The same, with values as `shown` makes them for the place of their use.
    pub fn text_with(
        &self,
        text: &Text,
        sink: &mut Sink,
        mut shown: impl FnMut(&Use<'_>, Value) -> Text,
    ) -> Option<Text> {
        let mut good = true;
        let mut path = Path::default();
        let filled = parameter::fill(text, |it| {
            let value = self.value(text, it, &mut path, sink);
            good &= value.is_some();
            value.map(|value| shown(it, value))
        });
        if MAX_BYTES < filled.as_str().len() {
            sink.push_once(
                Diagnostic::error("bad-value", "this text is too long")
                    .at(text.span(), "with its parameters, more than 1 MiB"),
            );
            return None;
        }
        good.then_some(filled)
    }

    /// Says where prose has blanks around the name of a parameter. Other names mean nothing
    /// here: `${ var.region }` of another language.
    pub fn spaced(&self, text: &Text, sink: &mut Sink) {
        if !parameter::has_uses(text.as_str()) {
            return;
        }
        for (name, fault) in parameter::spaced(text) {
            if form::BUILT_IN.contains(&name) || self.get(name).is_some() {
                sink.push_once(fault);
            }
        }
    }

    fn nested(&self, text: &Text, path: &mut Path, sink: &mut Sink) -> Option<Text> {
        self.spaced(text, sink);
        let mut good = true;
        let filled = parameter::fill(text, |it| {
            let value = self.value(text, it, path, sink);
            good &= value.is_some();
            value.map(|it| it.text)
        });
        if MAX_BYTES < filled.as_str().len() {
            sink.push_once(
                Diagnostic::error(
                    "bad-parameter",
                    "the value of a parameter is too long",
                )
                .at(text.span(), "with its own parameters, more than 1 MiB"),
            );
            return None;
        }
        good.then_some(filled)
    }

    fn value(
        &self,
        text: &Text,
        used: &Use<'_>,
        path: &mut Path,
        sink: &mut Sink,
    ) -> Option<Value> {
        let (name, shape) = match used.name.split_once('.') {
            Some((name, shape)) => (name, Some(shape)),
            None => (used.name, None),
        };
        let found = self.parameters.iter().find(|it| it.0.as_str() == name);
        let Some((_, value)) = found else {
            let reserved = self.faulty && form::RESERVED.contains(&name);
            let mut refused = self.refused.iter().flat_map(|it| it.iter());
            if !reserved && !refused.any(|it| it == name) {
                sink.push_once(through(self.unknown(text, used, name), path));
            }
            return None;
        };
        path.n_steps += 1;
        if MAX_STEPS < path.n_steps {
            // Said where the limit is crossed, not for all that follows.
            if path.n_steps == MAX_STEPS + 1 {
                let range = used.range.clone();
                sink.push_once(
                    Diagnostic::error(
                        "bad-parameter",
                        "parameters use each other too often",
                    )
                    .within(text, range.start, range.end, "among the values of this text")
                    .note(format!("at most {MAX_STEPS} values are filled in")),
                );
            }
            return None;
        }
        if path.uses.iter().any(|it| *it.0 == *name) || MAX_DEPTH <= path.uses.len() {
            let title = format!("the parameter `{name}` uses itself");
            let range = used.range.clone();
            sink.push_once(
                Diagnostic::error("parameter-cycle", title)
                    .within(text, range.start, range.end, "used in its own value")
                    .help("give one of the parameters a value of its own"),
            );
            return None;
        }
        let filled = match parameter::has_uses(value.text.as_str()) {
            false => value.text.clone(),
            true => {
                let span = text.place(used.range.start, used.range.end).span;
                path.uses.push((name.into(), span));
                let filled = self.nested(&value.text, path, sink);
                path.uses.pop();
                filled?
            }
        };
        let filled = match shape {
            None => filled,
            Some("kebab") => Text::opaque(&kebab(filled.as_str()), filled.span()),
            Some(shape) => {
                let title = format!("`{}` has no form `{shape}`", name);
                let range = used.range.clone();
                sink.push_once(
                    Diagnostic::error("unknown-parameter", title)
                        .within(text, range.start, range.end, "unknown form")
                        .help(format!("write `${{{name}}}` or `${{{name}.kebab}}`")),
                );
                return None;
            }
        };
        Some(Value { text: filled, number: value.number })
    }

    fn unknown(&self, text: &Text, used: &Use<'_>, name: &str) -> Diagnostic {
        let range = used.range.clone();
        let error = |title: String, label: &str| {
            Diagnostic::error("unknown-parameter", title).within(
                text,
                range.start,
                range.end,
                label,
            )
        };
        if let Some(it) = self.lacks.iter().find(|it| it.parameter.as_str() == name) {
            let used = text.place(range.start, range.end).span;
            return self.lacking(it, used);
        }
        let elsewhere: Vec<Elsewhere> =
            self.elsewhere.iter().chain(&*self.of_project).cloned().collect();
        if let Some(env) = self.get("env") {
            let used = text.place(range.start, range.end).span;
            if let Some(it) = elsewhere::unknown(name, &elsewhere, &env.text, used) {
                return it;
            }
        }
        let no_value = format!("the parameter `{name}` has no value here");
        match name {
            "namespace" | "cluster" => error(no_value, "no environment gives it a value")
                .help(format!(
                    "give each environment one: `[env.<name>] let = {{ {name} = \"…\" }}`"
                )),
            "job" => error(no_value, "no job is known here").help(
                "write `job = \"…\"` at the top of the file, or declare exactly one service \
                 in it",
            ),
            "env" => error(no_value, "the project declares no environments")
                .help("declare one: `[env.<name>]`"),
            "severity" | "tier" | "alert" if self.record => {
                error(no_value, "a record has none")
                    .help("only alerts have `${alert}`, `${severity}` and `${tier}`")
            }
            "severity" => error(no_value, "the alert has no severity")
                .help("the alert says `severity = false`"),
            "tier" => error(no_value, "the alert has no tiers")
                .help("write `${severity}`, or give the alert tiers"),
            _ => {
                let title = format!("unknown parameter `{name}`");
                let known = self.parameters.iter().map(|it| it.0.as_str());
                let known = known.chain(self.lacks.iter().map(|it| it.parameter.as_str()));
                let known = known.chain(elsewhere.iter().map(|it| it.parameter.as_str()));
                let built_in = form::BUILT_IN.iter().copied();
                match suggest::nearest(name, known.clone().chain(built_in)) {
                    Some(near) => error(title, &format!("did you mean `{near}`?")),
                    None => error(title, "no parameter has this name").help(format!(
                        "define it under `let`, or in every tier; `$${{{name}}}` stands for \
                         the text itself"
                    )),
                }
            }
        }
    }
}

impl Scope {
    /// The error about a parameter of other tiers, which is used at a place. What else the
    /// tier lacks and uses is said with it.
    fn lacking(&self, lack: &Lack, used: Span) -> Diagnostic {
        let Lack { parameter, tier, other, near, .. } = lack;
        let all = self.lacks.iter().filter(|it| it.needed || it.parameter == *parameter);
        let all = suggest::list(all.map(|it| it.parameter.as_str()), 20);
        let title = format!("the tier `{tier}` lacks {all}");
        let error = Diagnostic::error("unknown-parameter", title);
        match near {
            Some(near) => error.at(near.span(), format!("did you mean `{parameter}`?")),
            None => error
                .at(tier.span(), format!("gives `{parameter}` no value"))
                .help("add it to the tier, or give it a value for all tiers under `let`"),
        }
        .context(parameter.span(), format!("the tier `{other}` gives it one"))
        .context(used, "used here")
    }
}

/// Adds the uses through which a faulty value came.
fn through(error: Diagnostic, path: &Path) -> Diagnostic {
    path.uses.iter().rev().fold(error, |error, (name, span)| {
        error.context(*span, format!("in the value of `{name}`, used here"))
    })
}
