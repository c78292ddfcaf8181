//! Reads how panels look: as written, and nothing resolved.

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::{Entry, Node};
use crate::doc::reader::Fields;

/// How a panel looks.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What values are called.
    pub mappings: Vec<Mapping>,
    /// Colours of series, by patterns of their names.
    pub colors: Vec<(Text, Text)>,
    /// How a time series is drawn.
    pub style: Option<Text>,
    /// Whether series stand on each other: `normal` or `percent`.
    pub stack: Option<&'static str>,
    /// How much the area below a line is filled.
    pub fill: Option<u32>,
    /// The axis of values.
    pub axis: Axis,
    /// Where the names of the series stand.
    pub legend_place: Option<Text>,
    /// Values beside the names of the series.
    pub legend_values: Vec<Text>,
    /// Which one value a series is shown by.
    pub reduce: Option<Text>,
    /// What a number gives its colour to.
    pub color: Option<Text>,
    /// Whether a number stands on its course over time.
    pub sparkline: Option<bool>,
    /// Columns of a table.
    pub columns: Vec<Column>,
    /// The column by which a table is sorted.
    pub sort: Option<Text>,
    /// Markdown.
    pub content: Option<Text>,
    /// Which alerts are listed.
    pub filter: Option<Text>,
    /// Which states are listed, where that is said.
    pub states: Option<Vec<Text>>,
    /// The least distance of points.
    pub interval: Option<Text>,
    /// How it repeats.
    pub repeat: Option<Repeat>,
    /// Whether it has no background.
    pub transparent: bool,
    /// Fields of Grafana's, a table.
    pub grafana: Option<Node>,
}

/// What values are called.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The value.
    pub value: Option<String>,
    /// The least value.
    pub from: Option<f64>,
    /// The largest value.
    pub to: Option<f64>,
    /// What they are called.
    pub text: Option<Text>,
    /// Their colour.
    pub color: Option<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// The axis of values.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// What stands at it.
    pub label: Option<Text>,
    /// The base of a logarithmic one, with its place.
    pub log: Option<(u32, Span)>,
    /// The lower end, as long as no value is below it.
    pub soft_min: Option<f64>,
    /// The upper end, as long as no value is above it, with its place.
    pub soft_max: Option<(f64, Span)>,
}

/// How a panel repeats.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The variable.
    pub by: Text,
    /// How many stand beside each other.
    pub per_row: Option<u32>,
    /// Whether they stand below each other.
    pub down: bool,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The label or the value.
    pub name: Text,
    /// What stands above it.
    pub title: Option<Text>,
    /// Whether it is left out.
    pub hide: bool,
    /// The unit.
    pub unit: Option<Text>,
    /// Number of decimals.
    pub decimals: Option<u32>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// What the limits give their colour to.
    pub color: Option<Text>,
    /// Limits.
    pub thresholds: Option<Thresholds>,
    /// What values are called.
    pub mappings: Vec<Mapping>,
}

/// Limits.
#[derive(Clone, Debug)]
pub struct Thresholds {
    /// Whether values below are bad.
    pub below: Option<bool>,
    /// Each severity's.
    pub limits: Vec<Limit>,
}

/// A limit.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The severity of what is beyond.
    pub severity: String,
    /// Where that begins.
    pub value: f64,
    /// Where it is written.
    pub span: Span,
}

/// A number; an infinite one is no end of anything.
pub(super) fn number(fields: &Fields<'_>, name: &str) -> Option<f64> {
    fields.node(name).and_then(Node::as_f64).filter(|it| it.is_finite())
}

pub(super) fn size(fields: &Fields<'_>, name: &str) -> Option<u32> {
    fields.integer(name).and_then(|it| u32::try_from(it).ok())
}

pub(super) fn look(fields: &Fields<'_>) -> Look {
    let text = |name: &str| fields.text(name).cloned();
    let colors = fields.table("colors").map(|it| it.others()).unwrap_or_default();
    let colors = colors.into_iter();
    Look {
        mappings: mappings(fields),
        colors: colors
            .filter_map(|it| Some((it.key.clone(), it.value.as_text()?.clone())))
            .collect(),
        style: text("style"),
        stack: match (fields.boolean("stack"), fields.text("stack")) {
            (Some(true), _) => Some("normal"),
            (_, Some(_)) => Some("percent"),
            (_, None) => None,
        },
        fill: size(fields, "fill"),
        axis: fields.table("axis").map(|it| axis(&it)).unwrap_or_default(),
        legend_place: text("legend_place"),
        legend_values: fields.texts("legend_values"),
        reduce: text("reduce"),
        color: text("color"),
        sparkline: fields.boolean("sparkline"),
        columns: fields.tables("column").iter().filter_map(column).collect(),
        sort: text("sort"),
        content: text("content"),
        filter: text("filter"),
        states: states(fields),
        interval: text("interval"),
        repeat: repeat(fields),
        transparent: fields.boolean("transparent").unwrap_or(false),
        grafana: fields.node("grafana").cloned(),
    }
}

/// What is no state has been said, and is no empty list.
fn states(fields: &Fields<'_>) -> Option<Vec<Text>> {
    let states = fields.node("states").map(|_| fields.texts("states"))?;
    (!states.is_empty() || fields.array("states").is_empty()).then_some(states)
}

fn mappings(fields: &Fields<'_>) -> Vec<Mapping> {
    let mapping = |it: &Fields<'_>| Mapping {
        value: it.node("value").and_then(|it| match it.as_text() {
            Some(text) => Some(text.to_string()),
            None => it.as_f64().map(value),
        }),
        from: number(it, "from"),
        to: number(it, "to"),
        text: it.text("text").cloned(),
        color: it.text("color").cloned(),
        span: it.span,
    };
    // Of what was refused it has been said why.
    let is_sound =
        |it: &&Fields<'_>| !it.refused().iter().any(|it| matches!(*it, "from" | "to"));
    fields.tables("mapping").iter().filter(is_sound).map(mapping).collect()
}

/// A number as JavaScript writes it, but for `nan`, which is a word of the language.
fn value(it: f64) -> String {
    match it.is_infinite() {
        true => it.to_string().replace("inf", "Infinity"),
        false => it.to_string().to_lowercase(),
    }
}

fn axis(fields: &Fields<'_>) -> Axis {
    let place = |key: &str| fields.entry(key).map(|it| it.value.span);
    let (log, soft_max) = (place("log"), place("soft_max"));
    Axis {
        label: fields.text("label").cloned(),
        log: size(fields, "log").zip(log),
        soft_min: number(fields, "soft_min"),
        soft_max: number(fields, "soft_max").zip(soft_max),
    }
}

fn repeat(fields: &Fields<'_>) -> Option<Repeat> {
    if let Some(by) = fields.text("repeat") {
        return Some(Repeat { by: by.clone(), per_row: None, down: false });
    }
    let table = fields.table("repeat")?;
    Some(Repeat {
        by: table.text("by")?.clone(),
        per_row: size(&table, "per_row"),
        down: table.boolean("down").unwrap_or(false),
    })
}

fn column(fields: &Fields<'_>) -> Option<Column> {
    Some(Column {
        name: fields.text("name")?.clone(),
        title: fields.text("title").cloned(),
        hide: fields.boolean("hide").unwrap_or(false),
        unit: fields.text("unit").cloned(),
        decimals: size(fields, "decimals"),
        width: size(fields, "width"),
        color: fields.text("color").cloned(),
        thresholds: fields.table("thresholds").map(|it| thresholds(&it)),
        mappings: mappings(fields),
    })
}

pub(super) fn thresholds(fields: &Fields<'_>) -> Thresholds {
    let limit = |it: &&Entry| {
        let span = it.value.span;
        Some(Limit { severity: it.key.to_string(), value: it.value.as_f64()?, span })
    };
    Thresholds {
        below: fields.boolean("below"),
        limits: fields.others().iter().filter_map(limit).collect(),
    }
}
