//! A parsed template and its data to text.

use std::rc::Rc;

use super::eval::{Evaluation, Expanded};
use super::misprint::{self, Misprint};
use super::value::{Object, Value};
use super::{Stage, Template, TemplateError};
use crate::promql::labels::Labels;
use crate::promql::value::Sample;

/// A series of a query's result.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its labels.
    pub labels: Labels,
    /// Its value.
    pub value: Sample,
}

/// Evaluates an expression at a time in milliseconds.
pub type Query<'a> = dyn Fn(&str, i64) -> Result<Vec<Row>, String> + 'a;

/// What a template is expanded with.
pub struct Context<'a> {
    /// The labels of the alerting series, `__name__` among them.
    pub labels: &'a Labels,
    /// The server's external labels.
    pub external_labels: &'a Labels,
    /// The server's external URL.
    pub external_url: &'a str,
    /// Whether there is a server, without which the functions of its address fail.
    pub has_server: bool,
    /// The value of the alerting series.
    pub value: &'a Sample,
    /// The time of evaluation in milliseconds.
    pub time: i64,
    /// Answers the function `query`.
    pub query: &'a Query<'a>,
}

/// Expands a template (Prometheus `template/template.go`, `Expander.Expand`).
pub fn expand(template: &Template, context: &Context) -> Result<String, TemplateError> {
    expand_data(template, context, data(context))
}

/// The first call of `printf` whose verbs and arguments did not fit, as the text shows; not
/// where it fails.
pub fn misprint(template: &Template, context: &Context) -> Option<Misprint> {
    let Expanded { text, misprints } = run(template, context, data(context)).ok()?;
    let shown = |it: &(_, String)| misprint::holds(&text, &it.1);
    let (at, mark) = misprints.into_iter().find(shown)?;
    (template.offset <= at.start).then(|| Misprint { at: template.own(at), mark })
}

fn data(context: &Context) -> Value {
    let data = Object::Data {
        labels: context.labels.clone(),
        external_labels: context.external_labels.clone(),
        external_url: context.external_url.into(),
        value: Value::sample(context.value),
    };
    Value::Struct(Rc::new(data))
}

pub(super) fn expand_data(
    template: &Template,
    context: &Context,
    data: Value,
) -> Result<String, TemplateError> {
    run(template, context, data).map(|it| it.text)
}

fn run(
    template: &Template,
    context: &Context,
    data: Value,
) -> Result<Expanded, TemplateError> {
    Evaluation::new(&template.templates, &template.name, context).run(data).map_err(
        |fault| {
            let pos = fault.pos as usize;
            let before = &template.text[..pos];
            let line = 1 + before.matches('\n').count();
            let column = pos - before.rfind('\n').map_or(0, |it| it + 1);
            let whole = format!(
                "template: {}:{line}:{column}: executing {} at <{}>: {}",
                template.name,
                crate::promql::labels::quote(fault.template),
                fault.shown,
                fault.message
            );
            template.error(Stage::Execute, fault.range, fault.message, whole)
        },
    )
}
