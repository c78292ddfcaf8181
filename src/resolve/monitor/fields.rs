//! Fields that are passed on: layers of them, their parameters, and as JSON.

use serde_json::Value as Json;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc;
use crate::doc::keys::{Shape, Type};
use crate::doc::node::{Entry, Kind, Node, Table};
use crate::doc::reader;
use crate::resolve::scope::Scope;

/// Puts fields over others: a field that is a table merges, anything else replaces.
pub(super) fn merge(below: &mut Vec<(Text, Node)>, above: &[(Text, Node)]) {
    for (key, node) in above {
        match below.iter_mut().find(|it| &it.0 == key) {
            None => below.push((key.clone(), node.clone())),
            Some((_, below)) => match (&below.kind, &node.kind) {
                (Kind::Table(old), Kind::Table(new)) => {
                    below.kind = Kind::Table(merged(old, new));
                }
                _ => *below = node.clone(),
            },
        }
    }
}

fn merged(below: &Table, above: &Table) -> Table {
    let mut out = Table::new();
    for entry in below {
        out.insert(above.entry(entry.key.as_str()).unwrap_or(entry).clone());
    }
    // What is there already is not inserted again.
    for entry in above {
        out.insert(entry.clone());
    }
    out
}

/// The fields with their parameters filled in, without those that `false` drops. A text
/// that is not of its form once it is filled in is reported.
pub(super) fn fill(
    fields: &[(Text, Node)],
    shape: &'static Shape,
    scope: &Scope,
    sink: &mut Sink,
) -> Table {
    let mut table = Table::new();
    for (key, value) in fields {
        let span = key.span();
        table.insert(Entry { key: key.clone(), value: value.clone(), span });
    }
    filled_table(&table, shape, scope, sink)
}

fn filled_table(
    table: &Table,
    shape: &'static Shape,
    scope: &Scope,
    sink: &mut Sink,
) -> Table {
    let mut out = Table::new();
    for entry in table {
        let key = shape.key(entry.key.as_str()).map(|it| &it.value);
        // What the shape does not have has been reported where it was read.
        let Some(ty) = key.or(shape.others.as_ref().map(|it| &it.value)) else {
            out.insert(entry.clone());
            continue;
        };
        if !is_dropped(&entry.value, ty) {
            let value = filled(&entry.value, ty, scope, sink);
            out.insert(Entry { value, ..entry.clone() });
        }
    }
    out
}

fn is_dropped(node: &Node, ty: &Type) -> bool {
    let drops = |it: &Type| matches!(it, Type::Only(false));
    node.as_bool() == Some(false) && matches!(ty, Type::Any(it) if it.iter().any(drops))
}

fn filled(node: &Node, ty: &'static Type, scope: &Scope, sink: &mut Sink) -> Node {
    let kind = match &node.kind {
        Kind::String(text) => Kind::String(filled_text(text, ty, scope, sink)),
        Kind::Array(items) => {
            let ty = one(ty, |it| matches!(it, Type::Array(_)));
            let Some(Type::Array(item)) = ty else { return node.clone() };
            Kind::Array(items.iter().map(|it| filled(it, item, scope, sink)).collect())
        }
        Kind::Table(table) => match ty.first_shape() {
            Some(shape) => Kind::Table(filled_table(table, shape, scope, sink)),
            None => return node.clone(),
        },
        Kind::Float(value, _) if !value.is_finite() => {
            sink.push_once(
                Diagnostic::error("bad-value", "a field takes no infinity and no NaN")
                    .at(node.span, "no number that Kubernetes knows")
                    .help("write a number such as `1.1`"),
            );
            return node.clone();
        }
        Kind::Null(_)
        | Kind::Boolean(..)
        | Kind::Integer(..)
        | Kind::Float(..)
        | Kind::Datetime(_) => return node.clone(),
    };
    Node { kind, ..*node }
}

fn filled_text(text: &Text, ty: &'static Type, scope: &Scope, sink: &mut Sink) -> Text {
    let Some(filled) = scope.text(text, sink) else { return text.clone() };
    let form = one(ty, |it| matches!(it, Type::Text(_)));
    if let Some(Type::Text(form)) = form
        && text.as_str().contains("${")
        && let Some(fault) = reader::misformed(&filled, form)
    {
        sink.push_once(fault);
    }
    filled
}

/// The type itself, or the one of several that is such.
fn one(ty: &'static Type, such: impl Fn(&Type) -> bool) -> Option<&'static Type> {
    match ty {
        Type::Any(types) => types.iter().find(|it| such(it)),
        other => Some(other).filter(|it| such(it)),
    }
}

/// Fields as JSON.
pub(super) fn json(table: &Table) -> Vec<(String, Json)> {
    // A quantity: Kubernetes has no numbers with a point where it is exact.
    let number = |it: f64| Json::String(it.to_string());
    let value = |it: &Entry| (it.key.to_string(), doc::json::value(&it.value, number));
    table.iter().map(value).collect()
}
