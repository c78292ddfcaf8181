//! How a panel looks: what its author chose, without how Grafana writes it.

use serde_json::Value as Json;

use crate::rules::limits::Thresholds;

/// How a panel looks. What is not chosen is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// What values are called; the first that fits holds.
    pub mappings: Vec<Mapping>,
    /// Colours of series, by regular expressions that match their whole names.
    pub colors: Vec<(String, String)>,
    /// How a time series is drawn.
    pub style: Style,
    /// How series stand to each other.
    pub stack: Stack,
    /// How much the area below a line is filled, in percent.
    pub fill: Option<u32>,
    /// The axis of values.
    pub axis: Axis,
    /// Where the names of the series stand.
    pub legend: Legend,
    /// Grafana's ids of the values that stand beside the names of the series.
    pub legend_values: Vec<String>,
    /// Grafana's id of the one value that a series is shown by.
    pub reduce: Option<String>,
    /// What a number gives its colour to.
    pub color: NumberColor,
    /// Whether a number stands on its course over time; the default is yes.
    pub sparkline: Option<bool>,
    /// Columns of a table, in order.
    pub columns: Vec<Column>,
    /// The column by which a table is sorted, and whether the largest comes first.
    pub sort: Option<(String, bool)>,
    /// Markdown.
    pub content: String,
    /// Matchers of the alerts that are listed; empty for all.
    pub filter: String,
    /// States of the alerts that are listed.
    pub states: Vec<State>,
    /// The least distance of points.
    pub interval: Option<String>,
    /// How it repeats.
    pub repeat: Option<Repeat>,
    /// Whether it has no background.
    pub transparent: bool,
    /// Fields of Grafana's that are merged over the panel; an object, or null.
    pub grafana: Json,
}

/// How a time series is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Style {
    #[default]
    Lines,
    Bars,
    Points,
}

/// How series stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stack {
    /// Each by itself.
    #[default]
    None,
    /// Each on those before.
    Normal,
    /// Each as a part of the whole.
    Percent,
}

/// Where the names of the series stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Legend {
    #[default]
    Bottom,
    Right,
    Hidden,
}

/// What a number gives its colour to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NumberColor {
    #[default]
    Value,
    Background,
    None,
}

/// A state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum State {
    Firing,
    Pending,
    Inactive,
}

/// What values are called.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Which values.
    pub of: Values,
    /// What they are called; the default is the value.
    pub text: Option<String>,
    /// Their colour; the default is that of the limits.
    pub color: Option<String>,
}

/// Which values have a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One, as text: `0`.
    One(String),
    /// No value.
    Null,
    /// No number.
    Nan,
    /// Those between two, which belong to them.
    Range(Option<f64>, Option<f64>),
}

/// The axis of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What stands at it.
    pub label: String,
    /// The base of a logarithmic one, 2 or 10.
    pub log: Option<u32>,
    /// The lower end, as long as no value is below it.
    pub soft_min: Option<f64>,
    /// The upper end, as long as no value is above it.
    pub soft_max: Option<f64>,
}

/// How a panel repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The variable for each of whose values it is drawn once.
    pub by: String,
    /// How many stand beside each other.
    pub per_row: u32,
    /// Whether they stand below each other.
    pub down: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The label, or the name of a value.
    pub name: String,
    /// What stands above it; the default is its name.
    pub title: Option<String>,
    /// Whether it is left out.
    pub hide: bool,
    /// Grafana's id of the unit.
    pub unit: Option<String>,
    /// Number of decimals.
    pub decimals: Option<u32>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// What the limits and mappings give their colour to.
    pub color: Option<CellColor>,
    /// Limits; the default is the panel's.
    pub thresholds: Option<Thresholds>,
    /// What values are called.
    pub mappings: Vec<Mapping>,
}

/// What limits give their colour to in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CellColor {
    Text,
    Background,
}
