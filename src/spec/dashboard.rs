//! Reads dashboards: the model as written, and nothing resolved.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::reader::{self, Declared, Fields};
use crate::spec::body::allow;
use crate::spec::keys::dashboard::DASHBOARD;
use crate::spec::model::Allow;
use crate::spec::panel::{self, Panel};

/// A dashboard.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// The path as the user knows it.
    pub path: String,
    /// The path below `dashboards/` without extension.
    pub name: String,
    /// The title.
    pub title: Text,
    /// What it is for.
    pub description: Option<Text>,
    /// Tags.
    pub tags: Vec<Text>,
    /// The beginning of its uid.
    pub uid: Option<Text>,
    /// How far back it looks.
    pub from: Option<Text>,
    /// How often it is drawn again.
    pub refresh: Option<Text>,
    /// Whether firing alerts are marked.
    pub alerts: bool,
    /// Events that are marked.
    pub annotations: Vec<Annotation>,
    /// Alerts files that it covers.
    pub derive: Vec<Text>,
    /// Variables.
    pub variables: Vec<Variable>,
    /// Links.
    pub links: Vec<Link>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Where the dashboard is declared.
    pub span: Span,
    /// Fields of Grafana's, a table.
    pub grafana: Option<Node>,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub key: Text,
    /// What people see.
    pub label: Option<Text>,
    /// Where its values come from.
    pub query: Option<Text>,
    /// What is taken of the values.
    pub regex: Option<Text>,
    /// Its values.
    pub values: Option<Vec<Text>>,
    /// The first value.
    pub value: Option<Text>,
    /// Whether several can be chosen.
    pub multi: Option<bool>,
    /// Whether all can be chosen.
    pub all: Option<bool>,
    /// Whether people do not see it.
    pub hide: bool,
}

/// A link: one of the three targets.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its text.
    pub title: Option<Text>,
    /// A dashboard of the project.
    pub dashboard: Option<Text>,
    /// All dashboards with a tag.
    pub tag: Option<Text>,
    /// Any page.
    pub url: Option<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// Events that are marked.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// Its name.
    pub name: Text,
    /// When the events are.
    pub query: Text,
    /// What an event is called.
    pub title: Option<Text>,
    /// What is said of an event.
    pub text: Option<Text>,
    /// The colour.
    pub color: Option<Text>,
    /// Whether it is shown at first.
    pub on: bool,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its title.
    pub title: Option<Text>,
    /// Where it says that it is closed at first.
    pub collapsed: Option<Span>,
    /// The variable that it repeats by.
    pub repeat: Option<Text>,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// Reads a dashboard; `declared` knows the severities.
pub fn read(
    path: &str,
    node: &Node,
    declared: &Declared,
    sink: &mut Sink,
) -> Option<Dashboard> {
    reader::check(node, &DASHBOARD, declared, sink);
    let fields = Fields::of(node, &DASHBOARD)?;
    let name = path.strip_prefix("dashboards/").unwrap_or(path);
    let variables = fields.table("variable").map(|it| it.other_tables());
    let title = fields.text("title")?.clone();
    let is_empty = |it: &str| {
        fields.array(it).is_empty() && !(fields.has(it) && fields.node(it).is_none())
    };
    if is_empty("row") && is_empty("derive") {
        sink.push(
            Diagnostic::error("missing-key", "missing key `row` in a dashboard")
                .at(title.span(), "has neither `row` nor `derive`")
                .help("add `[[row]]`, or `derive = [\"alerts/api.toml\"]`"),
        );
    }
    Some(Dashboard {
        path: path.to_owned(),
        name: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
        title,
        description: fields.text("description").cloned(),
        tags: fields.texts("tags"),
        uid: fields.text("uid").cloned(),
        from: fields.text("from").cloned(),
        refresh: fields.text("refresh").cloned(),
        alerts: fields.boolean("alerts").unwrap_or(true),
        annotations: fields.tables("annotation").iter().filter_map(annotation).collect(),
        derive: fields.texts("derive"),
        variables: variables
            .unwrap_or_default()
            .iter()
            .map(|(entry, fields)| variable(&entry.key, fields))
            .collect(),
        links: links(&fields),
        allow: allow(&fields),
        rows: fields.tables("row").iter().map(row).collect(),
        span: fields.span,
        grafana: fields.node("grafana").cloned(),
    })
}

fn variable(key: &Text, fields: &Fields<'_>) -> Variable {
    Variable {
        key: key.clone(),
        label: fields.text("label").cloned(),
        query: fields.text("query").cloned(),
        regex: fields.text("regex").cloned(),
        values: fields.node("values").map(|_| fields.texts("values")),
        value: fields.text("value").cloned(),
        multi: fields.boolean("multi"),
        all: fields.boolean("all"),
        hide: fields.boolean("hide").unwrap_or(false),
    }
}

fn annotation(fields: &Fields<'_>) -> Option<Annotation> {
    Some(Annotation {
        name: fields.text("name")?.clone(),
        query: fields.text("query")?.clone(),
        title: fields.text("title").cloned(),
        text: fields.text("text").cloned(),
        color: fields.text("color").cloned(),
        on: fields.boolean("on").unwrap_or(true),
    })
}

/// Reads `link`.
pub(super) fn links(fields: &Fields<'_>) -> Vec<Link> {
    let link = |it: &Fields<'_>| Link {
        title: it.text("title").cloned(),
        dashboard: it.text("dashboard").cloned(),
        tag: it.text("tag").cloned(),
        url: it.text("url").cloned(),
        span: it.span,
    };
    fields.tables("link").iter().map(link).collect()
}

fn row(fields: &Fields<'_>) -> Row {
    Row {
        title: fields.text("title").cloned(),
        collapsed: fields
            .entry("collapsed")
            .filter(|it| it.value.as_bool() == Some(true))
            .map(|it| it.key.span()),
        repeat: fields.text("repeat").cloned(),
        panels: fields.tables("panel").iter().map(panel::panel).collect(),
    }
}
