//! Go's `text/template` with Prometheus's functions: what labels and annotations of
//! alerts are written in.
//!
//! [`parse`] gives a tree or Prometheus's own message with the place in the author's
//! text, [`check::check`] a message of it, [`expand::expand`] the text for one alert,
//! [`usage::usage`] what a template reads. The room knows no rules: `query` is a closure
//! that it is given.

mod advice;
pub mod always;
mod builtins;
mod call;
mod case;
pub mod check;
mod compare;
mod eval;
pub mod expand;
mod functions;
mod host;
mod humanize;
mod lexer;
mod literal;
mod methods;
pub mod misprint;
mod parse;
mod print;
mod regex;
pub mod shown;
#[cfg(test)]
mod tests;
mod time;
mod tree;
pub mod usage;
mod value;

use std::sync::LazyLock;

use crate::promql::dialect::Version;
use crate::promql::syntax::ast::TextRange;

/// What Prometheus puts before the text of each label and annotation
/// (`rules/alerting.go`).
const DEFINITIONS: &str = "{{$labels := .Labels}}\
    {{$externalLabels := .ExternalLabels}}\
    {{$externalURL := .ExternalURL}}\
    {{$value := .Value}}";

/// The same, parsed.
static HEAD: LazyLock<parse::Head> = LazyLock::new(|| {
    parse::Head::parse(DEFINITIONS, is_function).expect("they are ours and sound")
});

/// A template that was parsed.
#[derive(Clone, Debug)]
pub struct Template {
    /// `__alert_` and the alert's name, as Prometheus's messages have it.
    name: String,
    /// The text with Prometheus's definitions before it.
    text: String,
    /// Where the author's text begins in it.
    offset: u32,
    templates: parse::Templates,
    /// Where names of functions, variables and fields stand.
    names: Vec<TextRange>,
}

/// When a template failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It does not parse.
    Parse,
    /// It cannot be expanded with this data.
    Execute,
}

/// A template that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// When.
    pub stage: Stage,
    /// The place in the author's text.
    pub at: TextRange,
    /// What is wrong, without the place.
    pub reason: String,
    /// Prometheus's whole message: `error parsing template __alert_x: …`.
    pub message: String,
}

/// Parses the text of a label or an annotation of an alert.
pub fn parse(alert: &str, text: &str) -> Result<Template, TemplateError> {
    parse_after(format!("__alert_{alert}"), DEFINITIONS, &HEAD, text, true)
}

/// Parses it to know whether it is sound: its tree lacks the definitions, which are dear to
/// copy for each of some ten thousand texts.
fn parse_to_check(text: &str) -> Result<Template, TemplateError> {
    parse_after("__alert_".to_owned(), DEFINITIONS, &HEAD, text, false)
}

/// `head` is what `definitions` are parsed to.
fn parse_after(
    name: String,
    definitions: &str,
    head: &parse::Head,
    text: &str,
    with_head: bool,
) -> Result<Template, TemplateError> {
    let mut template = Template {
        name,
        text: [definitions, text].concat(),
        offset: definitions.len() as u32,
        templates: parse::Templates::new(),
        names: Vec::new(),
    };
    let Template { name, text, .. } = &template;
    match parse::parse(name, text, head, with_head, is_function) {
        Ok((templates, names)) => {
            template.templates = templates;
            template.names = names;
            Ok(template)
        }
        Err(fault) => {
            let whole = format!("template: {name}:{}: {}", fault.line, fault.message);
            Err(template.error(Stage::Parse, fault.at, fault.message, whole))
        }
    }
}

/// Variables and fields that not every version gives to a template.
const DATA: &[(&str, Version)] = &[
    ("$externalLabels", Version::new(2, 10)),
    (".ExternalLabels", Version::new(2, 10)),
    ("$externalURL", Version::new(2, 28)),
    (".ExternalURL", Version::new(2, 28)),
];

impl Template {
    /// What a version does not know: the place in the author's text, the name, the version
    /// that brought it.
    pub fn newer_than(&self, version: Version) -> Vec<(TextRange, &str, Version)> {
        let own = self.names.iter().filter(|it| it.start >= self.offset);
        let newer = |at: &TextRange| {
            let name = &self.text[at.bytes()];
            let data = DATA.iter().find(|it| it.0 == name).map(|it| it.1);
            let since = data.or_else(|| find_function(name).map(|it| it.0.since))?;
            (version < since).then(|| (self.own(*at), name, since))
        };
        own.filter_map(newer).collect()
    }

    fn error(
        &self,
        stage: Stage,
        at: TextRange,
        reason: String,
        message: String,
    ) -> TemplateError {
        let doing = match stage {
            Stage::Parse => "parsing",
            Stage::Execute => "executing",
        };
        let message = format!("error {doing} template {}: {message}", self.name);
        TemplateError { stage, at: self.own(at), reason, message }
    }

    /// A range of the whole text as one of the author's text.
    fn own(&self, range: TextRange) -> TextRange {
        let length = self.text.len() as u32 - self.offset;
        let shift = |it: u32| it.saturating_sub(self.offset).min(length);
        TextRange { start: shift(range.start), end: shift(range.end) }
    }
}

/// The names of all functions that a template may call, sorted.
pub fn function_names() -> Vec<&'static str> {
    let tables = functions::FUNCTIONS.iter().chain(builtins::FUNCTIONS);
    let mut names: Vec<&str> = tables.map(|it| it.name).collect();
    names.sort_unstable();
    names
}

fn is_function(name: &str) -> bool {
    find_function(name).is_some()
}

/// A function by its name, and whether it is one of Go's own.
fn find_function(name: &str) -> Option<(&'static call::Function, bool)> {
    let own = functions::FUNCTIONS.iter().find(|it| it.name == name);
    let builtin = || builtins::FUNCTIONS.iter().find(|it| it.name == name);
    own.map(|it| (it, false)).or_else(|| builtin().map(|it| (it, true)))
}
