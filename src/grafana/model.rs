//! What matters of a dashboard's JSON, with places.

use std::ops::Range;

use crate::diag::source::Span;
use crate::diag::text::Text;

/// A dashboard, of the classic schema or of the second.
#[derive(Clone, Debug)]
pub struct Dashboard {
    /// Its title.
    pub title: Option<Text>,
    /// Its uid.
    pub uid: Option<Text>,
    /// Whether people may change it in the browser, and where that is said.
    pub editable: Option<Span>,
    /// Its variables, in order.
    pub variables: Vec<Variable>,
    /// All panels, those in rows and rows themselves among them, in order.
    pub panels: Vec<Panel>,
    /// Names of findings that are meant, on it and on all of its panels.
    pub allow: Vec<String>,
    /// Queries of annotations that Prometheus answers.
    pub annotations: Vec<Text>,
    /// What is filled in where somebody imports it by hand, and nowhere else: the first use
    /// of each.
    pub unfilled: Vec<Unfilled>,
    /// Where the dashboard itself stands, in what Grafana answers to a download.
    pub inner: Option<Span>,
    /// Where messages about the whole belong.
    pub span: Span,
}

/// What no variable gives: `${DS_PROMETHEUS}`.
#[derive(Clone, Debug)]
pub struct Unfilled {
    /// Its name.
    pub name: String,
    /// The text in which it stands, and where.
    pub text: Text,
    /// The bytes of its use.
    pub at: Range<usize>,
    /// Whether Grafana asks for it at an import.
    pub asked: bool,
    /// The plugin of the data source that it asks for.
    pub plugin: Option<String>,
    /// Whether it names a data source.
    pub source: bool,
}

/// A data source, by its uid; the type may be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSource {
    /// Its uid, often a variable: `${datasource}`.
    pub uid: String,
    /// Its type: `prometheus`.
    pub kind: Option<String>,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What people see.
    pub label: String,
    /// `query`, `custom`, `datasource`, …
    pub kind: String,
    /// What asks for its values, or holds them.
    pub query: Option<Text>,
    /// Its data source.
    pub datasource: DataSource,
    /// Whether several values can be chosen.
    pub multi: bool,
    /// Whether "All" can be chosen.
    pub all: bool,
    /// What "All" stands for.
    pub all_value: Option<String>,
    /// What is chosen at first.
    pub current: Vec<String>,
    /// Values that are written down.
    pub options: Vec<String>,
    /// Only values that match, or their first group.
    pub regex: Option<String>,
    /// When it is asked again: 2 is on every change of time.
    pub refresh: i64,
    /// Where it stands.
    pub span: Span,
}

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its number.
    pub id: Option<i64>,
    /// Where its number stands.
    pub id_span: Span,
    /// Its title.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// `timeseries`, `row`, …
    pub kind: String,
    /// Its data source.
    pub datasource: DataSource,
    /// The unit of its values: the last of the overrides, or else the default.
    pub unit: Option<String>,
    /// Whether values are mapped to texts.
    pub mapped: bool,
    /// Whether it shows fields that are no numbers.
    pub fields: bool,
    /// Whether a heatmap makes its buckets itself.
    pub calculates: bool,
    /// The variable of which each value has a panel of its own; also of its row.
    pub repeat: Option<String>,
    /// What it asks for; `None` where there is no list.
    pub targets: Option<Vec<Target>>,
    /// Names of findings that are meant.
    pub allow: Vec<String>,
    /// A panel of the library: what it asks for stands elsewhere.
    pub library: bool,
    /// Where it stands.
    pub span: Span,
}

/// A query of a panel.
#[derive(Clone, Debug)]
pub struct Target {
    /// The query, as PromQL where the data source is Prometheus; may be empty.
    pub expr: Text,
    /// Its data source, or else the panel's.
    pub datasource: DataSource,
    /// The panel whose data it uses.
    pub panel_id: Option<i64>,
    /// Whether it is not shown.
    pub hidden: bool,
}

impl DataSource {
    /// Whether Prometheus answers, as far as the dashboard tells.
    pub fn is_prometheus(&self) -> bool {
        match self.kind.as_deref() {
            Some(kind) => kind == "prometheus",
            None => !self.uid.starts_with("--"),
        }
    }
}

impl Dashboard {
    /// The first variable that chooses a data source.
    pub fn data_source(&self) -> Option<&Variable> {
        self.variables.iter().find(|it| it.kind == "datasource")
    }

    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|it| it.name == name)
    }

    /// All queries of panels, variables and annotations, whoever answers them.
    pub fn written_queries(&self) -> impl Iterator<Item = &Text> {
        let targets = self.panels.iter().flat_map(|it| it.targets.iter().flatten());
        let variables = self.variables.iter().filter_map(|it| it.query.as_ref());
        targets.map(|it| &it.expr).chain(variables).chain(&self.annotations)
    }

    /// All queries that Prometheus answers, of panels and annotations.
    pub fn queries(&self) -> impl Iterator<Item = &Text> {
        let targets = self.panels.iter().flat_map(|it| it.targets.iter().flatten());
        let targets = targets.filter(|it| it.datasource.is_prometheus());
        targets
            .map(|it| &it.expr)
            .chain(&self.annotations)
            .filter(|it| !it.as_str().trim().is_empty())
    }
}
