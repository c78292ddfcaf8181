//! Grafana's JSON, with the fields in the order in which Grafana exports them.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::rules::dashboard::Link;

/// A dashboard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    pub(super) annotations: List<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) editable: bool,
    pub(super) graph_tooltip: u8,
    pub(super) links: Vec<Json>,
    pub(super) panels: Vec<Panel>,
    pub(super) refresh: String,
    pub(super) schema_version: u32,
    pub(super) tags: Vec<String>,
    pub(super) templating: List<Json>,
    pub(super) time: Time,
    pub(super) timezone: &'static str,
    pub(super) title: String,
    pub(super) uid: String,
}

/// `{"list": […]}`
#[derive(Debug, Serialize)]
pub(super) struct List<T> {
    pub(super) list: Vec<T>,
}

/// What the dashboard looks at first.
#[derive(Debug, Serialize)]
pub(super) struct Time {
    pub(super) from: String,
    pub(super) to: &'static str,
}

/// A panel, or a row.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant)]
pub(super) enum Panel {
    /// A title over panels.
    Row(Row),
    /// A panel.
    Data(DataPanel),
}

/// A row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) collapsed: bool,
    pub(super) grid_pos: GridPos,
    pub(super) id: u32,
    /// Its panels while it is closed; else they follow it.
    pub(super) panels: Vec<Panel>,
    pub(super) title: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// A panel with queries.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DataPanel {
    pub(super) datasource: DataSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) field_config: FieldConfig,
    pub(super) grid_pos: GridPos,
    pub(super) id: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<Json>,
    pub(super) options: Json,
    pub(super) targets: Vec<Target>,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) transformations: Vec<Json>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// Where a panel stands, in columns (24) and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct GridPos {
    pub(super) h: u32,
    pub(super) w: u32,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// How values are shown.
#[derive(Debug, Serialize)]
pub(super) struct FieldConfig {
    pub(super) defaults: Field,
    pub(super) overrides: Vec<Json>,
}

/// How all values of a panel are shown.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    pub(super) color: Json,
    pub(super) custom: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decimals: Option<u32>,
    pub(super) mappings: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<Json>,
    pub(super) thresholds: Thresholds,
    pub(super) unit: String,
}

/// Colours by value.
#[derive(Debug, Serialize)]
pub(super) struct Thresholds {
    pub(super) mode: &'static str,
    pub(super) steps: Vec<Step>,
}

/// A colour from a value on; the first has none.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Step {
    pub(super) color: &'static str,
    pub(super) value: Option<Json>,
}

/// A query.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) datasource: DataSource,
    pub(super) editor_mode: &'static str,
    pub(super) expr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<&'static str>,
    pub(super) instant: bool,
    pub(super) legend_format: String,
    pub(super) range: bool,
    pub(super) ref_id: String,
}

/// Who answers: always the data source that the dashboard's variable names.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct DataSource {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

/// The data source of the variable `datasource`.
pub(super) const DATASOURCE: DataSource =
    DataSource { kind: "prometheus", uid: "${datasource}" };

/// A number as people write it: whole numbers without a point.
pub(super) fn number(value: f64) -> Json {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => Json::from(value as i64),
        false => Json::from(value),
    }
}

/// The colour of a severity.
pub(super) fn colour(severity: &str) -> &'static str {
    match severity {
        "critical" => "red",
        "warning" => "orange",
        "business" => "blue",
        "info" | "none" => "yellow",
        _ => "purple",
    }
}

/// A link of a dashboard or a panel.
pub(super) fn link(it: &Link) -> Json {
    json!({
        "asDropdown": false,
        "icon": "external link",
        "includeVars": false,
        "keepTime": false,
        "tags": [],
        "targetBlank": true,
        "title": it.title,
        "tooltip": "",
        "type": "link",
        "url": it.url,
    })
}
