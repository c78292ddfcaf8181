//! Grafana's JSON, with the fields in the order in which Grafana exports them.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::rules::dashboard::{self, Link};

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
    pub(super) panels: Vec<Json>,
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

/// A row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) collapsed: bool,
    pub(super) grid_pos: GridPos,
    pub(super) id: u32,
    /// Its panels while it is closed; else they follow it.
    pub(super) panels: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeat: Option<String>,
    pub(super) title: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// A panel.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DataPanel {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) datasource: Option<DataSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field_config: Option<FieldConfig>,
    pub(super) grid_pos: GridPos,
    pub(super) id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_per_row: Option<u32>,
    pub(super) options: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeat_direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) targets: Vec<Target>,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) transformations: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transparent: Option<bool>,
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

/// A link of a dashboard.
pub(super) fn link(it: &Link) -> Json {
    match &it.to {
        dashboard::Target::Url(url) => link_to(&it.title, "external link", url, false),
        dashboard::Target::Dashboard(uid) => {
            link_to(&it.title, "dashboard", &format!("/d/{uid}"), true)
        }
        dashboard::Target::Tag(tag) => {
            let mut out = link_to(&it.title, "dashboard", "", true);
            out["asDropdown"] = json!(true);
            out["tags"] = json!([tag]);
            out["type"] = json!("dashboards");
            out
        }
    }
}

/// A link of a panel: it takes time and variables along in its address.
pub(super) fn panel_link(it: &Link) -> Json {
    match &it.to {
        dashboard::Target::Url(_) | dashboard::Target::Tag(_) => link(it),
        dashboard::Target::Dashboard(uid) => {
            let url = format!("/d/{uid}?${{__url_time_range}}&${{__all_variables}}");
            link_to(&it.title, "dashboard", &url, true)
        }
    }
}

/// `within` Grafana, time and variables go along.
fn link_to(title: &str, icon: &str, url: &str, within: bool) -> Json {
    json!({
        "asDropdown": false,
        "icon": icon,
        "includeVars": within,
        "keepTime": within,
        "tags": [],
        "targetBlank": !within,
        "title": title,
        "tooltip": "",
        "type": "link",
        "url": url,
    })
}

/// Lays fields over others: an object is merged, anything else replaces; null is nothing.
pub(super) fn merge(base: &mut Json, over: &Json) {
    let Json::Object(over) = over else { return };
    let Json::Object(base) = base else { return };
    for (key, value) in over {
        match base.get_mut(key) {
            Some(below) if below.is_object() && value.is_object() => merge(below, value),
            Some(below) => *below = value.clone(),
            None => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}
