//! Reads what alerts, tiers, defaults and overrides have in common.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::{Kind, Node};
use crate::doc::parameter;
use crate::doc::reader::Fields;
use crate::spec::model::{Allow, Body, Each, Field, Label, Parameter, Switch, Value};

/// Reads the keys that a table shares with alerts, as far as it takes them.
pub(super) fn body(fields: &Fields<'_>, sink: &mut Sink) -> Body {
    let mut body = Body::default();
    let mut annotations = Vec::new();
    // To look up what is there takes a fifth of asking for all that may be.
    for (entry, key) in fields.entries() {
        let node = &entry.value;
        let below = || Fields::of(node, key.value.first_shape()?);
        match key.name {
            "expr" => body.expr = field(node, sink),
            "name" => body.name = field(node, sink),
            "severity" => body.severity = field(node, sink),
            "for" => body.hold = field(node, sink),
            "keep_firing_for" => body.keep_firing_for = field(node, sink),
            "summary" => body.summary = prose(node, sink),
            "description" => body.description = prose(node, sink),
            "runbook" => body.runbook = field(node, sink),
            "owner" => body.owner = field(node, sink),
            "group" => body.group = field(node, sink),
            "job" => body.job = field(node, sink),
            "labels" => below().iter().for_each(|it| body.labels = texts(it, sink)),
            "annotations" => below().iter().for_each(|it| annotations = texts(it, sink)),
            "let" => below().iter().for_each(|it| body.parameters = parameters(it, sink)),
            "allow" => body.allow = allow(fields),
            _ => {}
        }
    }
    if !body.labels.is_empty() {
        // A record has no key for it; an alert may say that it is no key's business.
        let free = body.severity.as_ref().is_some_and(|it| it.value.is_none());
        reserve(&mut body.labels, fields.takes("severity") && !free, sink);
    }
    for label in annotations {
        // The two annotations that have keys of their own.
        let own = match label.name.as_str() {
            "summary" => &mut body.summary,
            "description" => &mut body.description,
            _ => {
                body.annotations.push(label);
                continue;
            }
        };
        match own {
            None => *own = Some(label.field),
            Some(own) => sink.push(
                Diagnostic::error(
                    "given-twice",
                    format!("the annotation `{}` is given twice", label.name),
                )
                .at(label.name.span(), "given again here")
                .context(
                    own.places.first().copied().unwrap_or(label.name.span()),
                    "given here",
                )
                .help("leave one of them out"),
            ),
        }
    }
    body
}

/// Reads `per`, as far as the table takes it.
pub(super) fn per(fields: &Fields<'_>) -> Option<Vec<Text>> {
    fields.node_if_taken("per").map(|_| fields.texts("per"))
}

/// Reads `allow`, where a table takes it.
pub(super) fn allow(fields: &Fields<'_>) -> Vec<Allow> {
    if fields.node_if_taken("allow").is_none() {
        return Vec::new();
    }
    let allow = |it: &Fields<'_>| {
        let lint = it.text("lint")?.clone();
        Some(Allow { lint, why: it.text("why")?.clone(), span: it.span })
    };
    fields.tables("allow").iter().filter_map(allow).collect()
}

/// What is wrong with the uses of parameters in a text.
type Faults = fn(&Text) -> Vec<Diagnostic>;

fn field(node: &Node, sink: &mut Sink) -> Option<Field> {
    value(node, parameter::faults, sink)
}

fn prose(node: &Node, sink: &mut Sink) -> Option<Field> {
    value(node, parameter::faults_in_prose, sink)
}

fn value(node: &Node, faults: Faults, sink: &mut Sink) -> Option<Field> {
    let value = match &node.kind {
        Kind::String(text) => {
            sink.extend(faults(text));
            Some(text.clone())
        }
        Kind::Boolean(false, _) => None,
        _ => return None,
    };
    Some(Field { value, places: node.span.into() })
}

/// Reads labels or annotations.
pub(super) fn labels(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Label> {
    pairs(fields, parameter::faults, sink)
}

/// Reads labels or annotations of alerts, which are prose: which parameters they mean is
/// known where their names are.
pub(super) fn texts(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Label> {
    pairs(fields, parameter::faults_in_prose, sink)
}

fn pairs(fields: &Fields<'_>, faults: Faults, sink: &mut Sink) -> Vec<Label> {
    let mut out = Vec::new();
    for entry in fields.others() {
        if let Some(field) = value(&entry.value, faults, sink) {
            out.push(Label { name: entry.key.clone(), field });
        }
    }
    out
}

/// Drops labels that a rule cannot set itself, with an error; `severity` says whether
/// that label is one of them.
fn reserve(labels: &mut Vec<Label>, severity: bool, sink: &mut Sink) {
    labels.retain(|it| {
        let help = match it.name.as_str() {
            "severity" if severity => {
                "write `severity = \"…\"` beside `expr`, or as the key of a tier; with \
                 `severity = false` the label may be any text"
            }
            "alertname" => "write `name = \"…\"` beside `expr`",
            _ => return true,
        };
        sink.push(
            Diagnostic::error(
                "reserved-label",
                format!("the label `{}` is set by a key", it.name),
            )
            .at(it.name.span(), "not to be set as a label")
            .help(help),
        );
        false
    });
}

/// Reads parameters.
pub(super) fn parameters(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Parameter> {
    let mut out = Vec::new();
    for entry in fields.others() {
        if let Some(value) = parameter_value(&entry.value, sink) {
            let places = entry.value.span.into();
            out.push(Parameter { key: entry.key.clone(), value, places });
        }
    }
    out
}

/// Reads `each`.
pub(super) fn each(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Each> {
    let Some(fields) = fields.table_if_taken("each") else { return Vec::new() };
    let mut out = Vec::new();
    for entry in fields.others() {
        let items = entry.value.as_array().unwrap_or_default();
        if items.is_empty() {
            sink.push(
                Diagnostic::error("no-values", format!("`{}` has no values", entry.key))
                    .at(entry.value.span, "an empty array makes no rule")
                    .help("write at least one value, or drop the rule"),
            );
        }
        let values = items.iter().filter_map(|it| parameter_value(it, sink)).collect();
        out.push(Each { key: entry.key.clone(), values });
    }
    out
}

fn parameter_value(node: &Node, sink: &mut Sink) -> Option<Value> {
    match &node.kind {
        Kind::String(text) => {
            sink.extend(parameter::faults_in_prose(text));
            Some(Value { text: text.clone(), number: false })
        }
        Kind::Integer(value, text) => {
            let plain = text.as_str().bytes().all(|it| it.is_ascii_digit() || it == b'-');
            Some(Value { text: again(text, plain, value.to_string()), number: true })
        }
        Kind::Float(value, text) => {
            let plain = !text.as_str().contains(['_', '+']) && value.is_finite();
            let printed = match value {
                it if it.is_nan() => "NaN".to_string(),
                it if it.is_infinite() && it.is_sign_negative() => "-Inf".to_string(),
                it if it.is_infinite() => "Inf".to_string(),
                _ => text.as_str().replace(['_', '+'], ""),
            };
            Some(Value { text: again(text, plain, printed), number: true })
        }
        _ => None,
    }
}

/// The text as written, or as PromQL writes it where that differs.
fn again(written: &Text, same: bool, printed: String) -> Text {
    match same {
        true => written.clone(),
        false => Text::opaque(&printed, written.span()),
    }
}

/// `true` or `false` in place of a table.
pub(super) fn switch(node: &Node) -> Option<Switch> {
    node.as_bool().map(|on| Switch { on, span: node.span })
}

/// The place of a field's value.
pub fn place(field: &Field) -> Option<Span> {
    field.places.last().copied()
}
