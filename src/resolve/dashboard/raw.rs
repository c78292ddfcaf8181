//! Fields of Grafana's, passed on as they are.

use serde_json::{Number, Value as Json};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::doc;
use crate::doc::node::Node;

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
    let number = |it| Number::from_f64(it).map_or(Json::Null, Json::Number);
    let mut out = node.map_or(Json::Null, |it| doc::json::value(it, number));
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
