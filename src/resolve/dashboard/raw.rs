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

/// What Grafana takes under a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// A list.
    List,
    /// An object.
    Table,
}

impl Takes {
    fn fits(self, it: &Node) -> bool {
        match self {
            Takes::Text => it.as_text().is_some(),
            Takes::Flag => it.as_bool().is_some(),
            Takes::Number => it.as_i64().is_some(),
            Takes::List => it.as_array().is_some(),
            Takes::Table => it.as_table().is_some(),
        }
    }

    fn what(self) -> &'static str {
        match self {
            Takes::Text => "a string",
            Takes::Flag => "`true` or `false`",
            Takes::Number => "a whole number",
            Takes::List => "an array",
            Takes::Table => "a table",
        }
    }
}

/// What stands in each dashboard that is written, and so is known to be right.
pub(super) const IN_DASHBOARDS: &[(&str, Takes)] = &[
    ("annotations", Takes::Table),
    ("description", Takes::Text),
    ("editable", Takes::Flag),
    ("graphTooltip", Takes::Number),
    ("links", Takes::List),
    ("schemaVersion", Takes::Number),
    ("tags", Takes::List),
    ("templating", Takes::Table),
    ("time", Takes::Table),
    ("timezone", Takes::Text),
    ("title", Takes::Text),
];

/// What stands in each panel.
pub(super) const IN_PANELS: &[(&str, Takes)] = &[
    ("description", Takes::Text),
    ("fieldConfig", Takes::Table),
    ("links", Takes::List),
    ("options", Takes::Table),
    ("title", Takes::Text),
    ("transformations", Takes::List),
    ("transparent", Takes::Flag),
    ("type", Takes::Text),
];

/// Fields as JSON, without those that are `kept`, which are errors, as are those that
/// Grafana does not take.
pub(super) fn fields(
    node: Option<&Node>,
    kept: &[(&str, &str)],
    takes: &[(&str, Takes)],
    sink: &mut Sink,
) -> Json {
    let number = |it| Number::from_f64(it).map_or(Json::Null, Json::Number);
    let mut out = node.map_or(Json::Null, |it| doc::json::value(it, number));
    let table = node.and_then(Node::as_table);
    let mut refuse = |name: &str, said: Diagnostic| {
        sink.push_once(said);
        if let Json::Object(map) = &mut out {
            map.remove(name);
        }
    };
    for (name, help) in kept {
        let Some(entry) = table.and_then(|it| it.entry(name)) else { continue };
        let title = format!("`{name}` cannot be replaced");
        let said = Diagnostic::error("kept-field", title)
            .at(entry.key.span(), "links and checks go by it");
        refuse(name, said.help(*help));
    }
    for (name, takes) in takes {
        let Some(entry) = table.and_then(|it| it.entry(name)) else { continue };
        if takes.fits(&entry.value) {
            continue;
        }
        let (what, is) = (takes.what(), entry.value.what());
        let title = format!("Grafana takes {what} as `{name}`, not {is}");
        refuse(name, Diagnostic::error("wrong-type", title).at(entry.value.span, is));
    }
    out
}
