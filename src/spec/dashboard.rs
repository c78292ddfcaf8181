//! Reads dashboards: the model as written, and nothing resolved.

use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::reader::{self, Declared, Fields};
use crate::spec::keys::dashboard::{DASHBOARD, QUERY};

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
    /// How far back it looks.
    pub from: Option<Text>,
    /// How often it is drawn again.
    pub refresh: Option<Text>,
    /// Whether firing alerts are marked.
    pub alerts: bool,
    /// Variables.
    pub variables: Vec<Variable>,
    /// Links.
    pub links: Vec<Link>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// Rows.
    pub rows: Vec<Row>,
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
    /// Its values.
    pub values: Option<Vec<Text>>,
    /// The first value.
    pub value: Option<Text>,
    /// Whether several can be chosen.
    pub multi: Option<bool>,
    /// Whether all can be chosen.
    pub all: Option<bool>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its text.
    pub title: Text,
    /// Where it leads.
    pub url: Text,
}

/// A finding that is meant.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The finding's name.
    pub lint: Text,
    /// The reason.
    pub why: Text,
    /// Where it is declared.
    pub span: Span,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its title.
    pub title: Option<Text>,
    /// Whether it is closed.
    pub collapsed: bool,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Where it is declared.
    pub span: Span,
    /// The alert that it shows.
    pub alert: Option<Text>,
    /// The service whose alert it shows.
    pub job: Option<Text>,
    /// The title.
    pub title: Option<Text>,
    /// What it shows.
    pub description: Option<Text>,
    /// How it shows it.
    pub kind: Option<Text>,
    /// What it asks for.
    pub queries: Vec<Query>,
    /// What a series is called.
    pub legend: Option<Text>,
    /// The unit.
    pub unit: Option<Text>,
    /// Number of decimals.
    pub decimals: Option<u32>,
    /// Lower end.
    pub min: Option<f64>,
    /// Upper end.
    pub max: Option<f64>,
    /// Width.
    pub width: Option<u32>,
    /// Height.
    pub height: Option<u32>,
    /// Limits.
    pub thresholds: Option<Thresholds>,
    /// Links.
    pub links: Vec<Link>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
}

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// PromQL with Grafana's variables.
    pub expr: Text,
    /// What a series is called.
    pub legend: Option<Text>,
}

/// Limits.
#[derive(Clone, Debug)]
pub struct Thresholds {
    /// Whether values below are bad.
    pub below: Option<bool>,
    /// Severity and limit.
    pub limits: Vec<(String, f64)>,
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
    Some(Dashboard {
        path: path.to_owned(),
        name: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
        title: fields.text("title")?.clone(),
        description: fields.text("description").cloned(),
        tags: fields.texts("tags"),
        from: fields.text("from").cloned(),
        refresh: fields.text("refresh").cloned(),
        alerts: fields.boolean("alerts").unwrap_or(true),
        variables: variables
            .unwrap_or_default()
            .iter()
            .map(|(entry, fields)| variable(&entry.key, fields))
            .collect(),
        links: links(&fields),
        allow: allow(&fields),
        rows: fields.tables("row").iter().map(row).collect(),
    })
}

fn variable(key: &Text, fields: &Fields<'_>) -> Variable {
    Variable {
        key: key.clone(),
        label: fields.text("label").cloned(),
        query: fields.text("query").cloned(),
        values: fields.node("values").map(|_| fields.texts("values")),
        value: fields.text("value").cloned(),
        multi: fields.boolean("multi"),
        all: fields.boolean("all"),
    }
}

fn links(fields: &Fields<'_>) -> Vec<Link> {
    let link = |it: &Fields<'_>| {
        Some(Link { title: it.text("title")?.clone(), url: it.text("url")?.clone() })
    };
    fields.tables("link").iter().filter_map(link).collect()
}

fn allow(fields: &Fields<'_>) -> Vec<Allow> {
    let allow = |it: &Fields<'_>| {
        let lint = it.text("lint")?.clone();
        Some(Allow { lint, why: it.text("why")?.clone(), span: it.span })
    };
    fields.tables("allow").iter().filter_map(allow).collect()
}

fn row(fields: &Fields<'_>) -> Row {
    Row {
        title: fields.text("title").cloned(),
        collapsed: fields.boolean("collapsed").unwrap_or(false),
        panels: fields.tables("panel").iter().map(panel).collect(),
    }
}

fn panel(fields: &Fields<'_>) -> Panel {
    let number = |name| fields.node(name).and_then(Node::as_f64);
    let size = |name| fields.integer(name).and_then(|it| u32::try_from(it).ok());
    Panel {
        span: fields.span,
        alert: fields.text("alert").cloned(),
        job: fields.text("job").cloned(),
        title: fields.text("title").cloned(),
        description: fields.text("description").cloned(),
        kind: fields.text("kind").cloned(),
        queries: queries(fields),
        legend: fields.text("legend").cloned(),
        unit: fields.text("unit").cloned(),
        decimals: size("decimals"),
        min: number("min"),
        max: number("max"),
        width: size("width"),
        height: size("height"),
        thresholds: fields.table("thresholds").map(|it| thresholds(&it)),
        links: links(fields),
        allow: allow(fields),
    }
}

fn queries(fields: &Fields<'_>) -> Vec<Query> {
    if let Some(expr) = fields.text("query") {
        return vec![Query { expr: expr.clone(), legend: None }];
    }
    let query = |node: &Node| {
        let fields = Fields::of(node, &QUERY)?;
        let legend = fields.text("legend").cloned();
        Some(Query { expr: fields.text("expr")?.clone(), legend })
    };
    fields.array("query").iter().filter_map(query).collect()
}

fn thresholds(fields: &Fields<'_>) -> Thresholds {
    let limit =
        |it: &&crate::doc::node::Entry| Some((it.key.to_string(), it.value.as_f64()?));
    Thresholds {
        below: fields.boolean("below"),
        limits: fields.others().iter().filter_map(limit).collect(),
    }
}
