//! Dashboards: rows of panels over queries, resolved for one environment.
//!
//! Alerts that a panel shows are already turned into queries and thresholds here. How
//! Grafana writes any of it is not known in this room.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::rules::allow::Allow;
use crate::rules::limits::Thresholds;
use crate::rules::look::Look;

/// A dashboard.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// Its name within the project: the path of its file below `dashboards/`, without
    /// extension.
    pub name: Arc<str>,
    /// The file that it was read from, as the user knows it.
    pub file: Arc<str>,
    /// What it shows.
    pub content: Content,
    /// Where it is declared.
    pub span: Span,
}

/// What a dashboard shows.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Content {
    /// Rows of panels.
    Board(Board),
    /// A dashboard in Grafana's own JSON.
    Json {
        /// As it was read.
        read: Arc<str>,
        /// As it is written in this environment.
        written: Arc<str>,
    },
}

/// Rows of panels.
#[derive(Clone, Debug)]
pub struct Board {
    /// By this links find it, in this environment.
    pub uid: String,
    /// The title.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// By these it is found.
    pub tags: Vec<String>,
    /// How far back it looks at first: `6h`.
    pub from: String,
    /// How often it is drawn again: `1m`; empty is never.
    pub refresh: String,
    /// Variables, each after those that it depends on; the data source is not among
    /// them.
    pub variables: Vec<Variable>,
    /// Links to other pages.
    pub links: Vec<Link>,
    /// Alerts whose firing is marked on every time axis.
    pub marks: Vec<Mark>,
    /// Other events that are marked.
    pub annotations: Vec<Annotation>,
    /// Findings that are meant, on it and on all of its panels.
    pub allow: Vec<Allow>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Fields of Grafana's that are merged over the dashboard; an object, or null.
    pub grafana: Json,
}

#[cfg(test)]
impl Board {
    /// One that has nothing.
    pub fn empty() -> Board {
        Board {
            uid: String::new(),
            title: String::new(),
            description: None,
            tags: Vec::new(),
            from: String::new(),
            refresh: String::new(),
            variables: Vec::new(),
            links: Vec::new(),
            marks: Vec::new(),
            annotations: Vec::new(),
            allow: Vec::new(),
            rows: Vec::new(),
            grafana: Json::Null,
        }
    }
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name: `namespace`.
    pub name: String,
    /// What people see; the default is made from the name.
    pub label: Option<String>,
    /// Where its values come from.
    pub values: Values,
    /// Whether several values can be chosen.
    pub multi: bool,
    /// Whether "All" can be chosen.
    pub all: bool,
    /// Whether people do not see it.
    pub hide: bool,
    /// What is taken of the values of a query: a regular expression of Grafana's.
    pub regex: String,
    /// The value at first; the default is Grafana's choice.
    pub value: Option<String>,
}

/// Where the values of a variable come from.
#[derive(Clone, Debug)]
pub enum Values {
    /// A query of Grafana's Prometheus data source: `label_values(up, job)`.
    Query(Text),
    /// A fixed list.
    List(Vec<String>),
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its text.
    pub title: String,
    /// Where it leads.
    pub to: Target,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To any page.
    Url(String),
    /// To the dashboard of a uid.
    Dashboard(String),
    /// To all dashboards with a tag.
    Tag(String),
}

/// Events that are marked.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// Its name.
    pub name: String,
    /// When the events are: PromQL, with Grafana's variables in it.
    pub query: Text,
    /// What an event is called.
    pub title: String,
    /// What is said of an event.
    pub text: String,
    /// The colour of the mark.
    pub color: String,
    /// Whether it is shown at first.
    pub on: bool,
}

/// Alerts of one severity whose firing is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The severity.
    pub severity: String,
    /// The alerts' names; none means all of that severity.
    pub alerts: Vec<String>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number among rows and panels, which depends on its title alone.
    pub id: u32,
    /// Its title; without one its panels stand below the row before.
    pub title: Option<String>,
    /// Whether it is closed at first.
    pub collapsed: bool,
    /// The variable for each of whose values it is drawn once.
    pub repeat: Option<String>,
    /// Its panels.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its number among rows and panels, which depends on its title and its row's alone.
    pub id: u32,
    /// The alert that it shows.
    pub shows: Option<Shown>,
    /// Whether it was made of an alerts file, without having been written.
    pub derived: bool,
    /// The metrics that its queries ask for.
    pub metrics: Vec<Arc<str>>,
    /// The title.
    pub title: String,
    /// What it shows, in Markdown.
    pub description: Option<String>,
    /// How it shows it.
    pub kind: PanelKind,
    /// Grafana's id of the unit.
    pub unit: String,
    /// Number of decimals.
    pub decimals: Option<u32>,
    /// Lower end of the axis.
    pub min: Option<f64>,
    /// Upper end of the axis.
    pub max: Option<f64>,
    /// Width in columns, of 24.
    pub width: Option<u32>,
    /// Height in Grafana's units.
    pub height: Option<u32>,
    /// What it asks for.
    pub queries: Vec<Query>,
    /// Limits.
    pub thresholds: Thresholds,
    /// How it looks.
    pub look: Look,
    /// Links to other pages.
    pub links: Vec<Link>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// Where it is declared.
    pub span: Span,
}

/// The alert that a panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key under which it is defined.
    pub alert: Arc<str>,
    /// The service whose alert it is; `None` for those of all.
    pub job: Option<Arc<str>>,
}

/// How a panel shows its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelKind {
    /// Lines over time.
    Timeseries,
    /// One value of each series, large.
    Stat,
    /// One value of each series, on a dial.
    Gauge,
    /// One value of each series, as a bar.
    BarGauge,
    /// The last value of every series, as rows.
    Table,
    /// Buckets over time, of classic or native histograms.
    Heatmap,
    /// The value of each series over time, as coloured stretches.
    StateTimeline,
    /// Markdown, without a query.
    Text,
    /// The alerts that fire, without a query.
    Alerts,
}

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// PromQL, with Grafana's variables in it.
    pub expr: Text,
    /// What a series is called: `{{status}}`.
    pub legend: Option<String>,
    /// Grafana's id of the unit, where it is not the panel's.
    pub unit: Option<String>,
    /// The severity of what lies beyond its values, where these are a limit for the others.
    pub limit: Option<String>,
}

/// `A`, `B`, …, `Z`, `AA`, …
pub fn ref_id(idx: usize) -> String {
    let letter = char::from(b'A' + (idx % 26) as u8);
    match idx / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", ref_id(more - 1)),
    }
}
