//! Fields of Grafana's, passed on as they are.

use serde_json::{Map, Number, Value as Json};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::doc::node::{Kind, Node};

/// Fields of a dashboard that are not for its author to write, with what is.
pub(super) const OF_DASHBOARD: &[(&str, &str)] =
    &[("uid", "write the key `uid`"), ("panels", "write `[[row.panel]]`")];

/// Fields of a panel that are not for its author to write, with what is.
pub(super) const OF_PANEL: &[(&str, &str)] = &[
    ("id", "it is made from the titles of row and panel"),
    ("gridPos", "write `width` and `height`"),
    ("targets", "write `query`"),
];

/// Fields as JSON, without those that are `kept`, which are errors.
pub(super) fn fields(
    node: Option<&Node>,
    kept: &[(&str, &str)],
    sink: &mut Sink,
) -> Json {
    let mut out = json(node);
    let table = node.and_then(Node::as_table);
    for (name, help) in kept {
        let Some(entry) = table.and_then(|it| it.entry(name)) else { continue };
        let title = format!("`{name}` cannot be replaced");
        sink.push_once(
            Diagnostic::error("kept-field", title)
                .at(entry.key.span(), "links and checks go by it")
                .help(*help),
        );
        if let Json::Object(map) = &mut out {
            map.remove(*name);
        }
    }
    out
}

/// A value as JSON; null where there is none.
fn json(node: Option<&Node>) -> Json {
    let Some(node) = node else { return Json::Null };
    match &node.kind {
        Kind::Null(_) => Json::Null,
        Kind::Boolean(value, _) => Json::Bool(*value),
        Kind::Integer(value, _) => Json::Number((*value).into()),
        Kind::Float(value, _) => {
            Number::from_f64(*value).map_or(Json::Null, Json::Number)
        }
        Kind::Datetime(text) | Kind::String(text) => Json::String(text.to_string()),
        Kind::Array(items) => items.iter().map(|it| json(Some(it))).collect(),
        Kind::Table(table) => {
            let mut out = Map::new();
            for entry in table {
                out.insert(entry.key.to_string(), json(Some(&entry.value)));
            }
            Json::Object(out)
        }
    }
}
