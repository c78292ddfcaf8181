//! Tables: a row for each series, its labels as columns and its values, without the time.

use serde_json::{Map, Value as Json, json};

use super::{field, steps};
use crate::rules::dashboard::{Panel, PanelKind, ref_id};
use crate::rules::look::{CellColor, Column};

/// Options of a table.
pub(super) fn options(panel: &Panel) -> Json {
    let mut out = json!({ "cellHeight": "sm", "frameIndex": 0, "showHeader": true });
    if let Some((name, desc)) = &panel.look.sort {
        let values = values(panel);
        let column = panel.look.columns.iter().find(|it| it.name == *name);
        let name = column.map_or(name.as_str(), |it| title(it, &values));
        out["sortBy"] = json!([{ "desc": desc, "displayName": name }]);
    }
    out
}

/// Which columns there are, in which order, and what stands above them.
pub(super) fn transformations(panel: &Panel) -> Vec<Json> {
    let values = values(panel);
    let columns = &panel.look.columns;
    let mut exclude = Map::new();
    for name in ["Time", "__name__"] {
        if columns.iter().all(|it| it.name != name) {
            exclude.insert(name.to_owned(), json!(true));
        }
    }
    let mut index = Map::new();
    let mut rename = Map::new();
    for (raw, name) in &values {
        if raw != name {
            rename.insert(raw.clone(), json!(name));
        }
    }
    for (idx, column) in columns.iter().enumerate() {
        let raw = raw(column, &values);
        if column.hide {
            exclude.insert(raw.to_owned(), json!(true));
        }
        index.insert(raw.to_owned(), json!(idx));
        if title(column, &values) != raw {
            rename.insert(raw.to_owned(), json!(title(column, &values)));
        }
    }
    let mut options = json!({ "excludeByName": exclude });
    for (key, map) in [("indexByName", index), ("renameByName", rename)] {
        if !map.is_empty() {
            options[key] = Json::Object(map);
        }
    }
    let organize = json!({ "id": "organize", "options": options });
    match panel.queries.len() {
        0 | 1 => vec![organize],
        _ => vec![json!({ "id": "merge", "options": {} }), organize],
    }
}

/// What holds for single columns.
pub(super) fn overrides(panel: &Panel) -> Vec<Json> {
    if panel.kind != PanelKind::Table {
        return Vec::new();
    }
    let values = values(panel);
    let columns = panel.look.columns.iter().filter(|it| !it.hide);
    let own = columns.filter_map(|it| properties(it, title(it, &values)));
    let queries = values.iter().zip(&panel.queries);
    let of_values = queries.map(|(value, query)| {
        let unit = query.unit.as_ref().unwrap_or(&panel.unit);
        of_value(panel, value, unit, &values)
    });
    of_values.chain(own).collect()
}

/// What is said of all values of the panel.
fn of_value(
    panel: &Panel,
    value: &(String, String),
    unit: &str,
    values: &[(String, String)],
) -> Json {
    let named = |it: &&Column| it.name == value.0 || it.name == value.1;
    let column = panel.look.columns.iter().find(named);
    let title = column.map_or(value.1.as_str(), |it| title(it, values));
    let mut out = vec![json!({ "id": "unit", "value": unit })];
    if let Some(decimals) = panel.decimals {
        out.push(json!({ "id": "decimals", "value": decimals }));
    }
    if !panel.look.mappings.is_empty() {
        let mappings = field::mappings(&panel.look.mappings);
        out.push(json!({ "id": "mappings", "value": mappings }));
    }
    json!({ "matcher": { "id": "byName", "options": title }, "properties": out })
}

fn properties(it: &Column, title: &str) -> Option<Json> {
    let mut out = Vec::new();
    let mut add = |id: &str, value: Json| out.push(json!({ "id": id, "value": value }));
    if let Some(unit) = &it.unit {
        add("unit", json!(unit));
    }
    if let Some(decimals) = it.decimals {
        add("decimals", json!(decimals));
    }
    if let Some(width) = it.width {
        add("custom.width", json!(width));
    }
    if let Some(limits) = &it.thresholds {
        let steps = steps::steps(limits, true, it.unit.as_deref().unwrap_or_default());
        add("thresholds", json!({ "mode": "absolute", "steps": steps }));
    }
    if !it.mappings.is_empty() {
        add("mappings", json!(field::mappings(&it.mappings)));
    }
    match it.color {
        Some(CellColor::Text) => {
            add("custom.cellOptions", json!({ "type": "color-text" }))
        }
        Some(CellColor::Background) => {
            let options = json!({ "mode": "basic", "type": "color-background" });
            add("custom.cellOptions", options);
        }
        None => {}
    }
    let matcher = json!({ "id": "byName", "options": title });
    (!out.is_empty()).then(|| json!({ "matcher": matcher, "properties": out }))
}

/// The columns of values as Grafana calls them, and as the queries do.
fn values(panel: &Panel) -> Vec<(String, String)> {
    let n_queries = panel.queries.len();
    let name = |(idx, query): (usize, &crate::rules::dashboard::Query)| {
        let raw = match n_queries {
            1 => "Value".to_owned(),
            _ => format!("Value #{}", ref_id(idx)),
        };
        // A pattern of labels names series, not columns.
        let name = query.legend.clone().filter(|it| !it.contains("{{"));
        (raw.clone(), name.unwrap_or(raw))
    };
    panel.queries.iter().enumerate().map(name).collect()
}

/// What Grafana calls a column before it is renamed.
fn raw<'a>(it: &'a Column, values: &'a [(String, String)]) -> &'a str {
    values.iter().find(|value| value.1 == it.name).map_or(&it.name, |it| &it.0)
}

/// What stands above a column.
fn title<'a>(it: &'a Column, values: &'a [(String, String)]) -> &'a str {
    match &it.title {
        Some(it) => it,
        None => {
            values.iter().find(|value| value.0 == it.name).map_or(&it.name, |it| &it.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::grafana::panel::sample;

    fn column(name: &str, title: Option<&str>, hide: bool) -> Column {
        Column {
            name: name.to_owned(),
            title: title.map(str::to_owned),
            hide,
            unit: None,
            decimals: None,
            width: None,
            color: None,
            thresholds: None,
            mappings: Vec::new(),
        }
    }

    #[test]
    fn columns_are_ordered_named_and_left_out() {
        let mut panel = sample(PanelKind::Table, &[Some("Used"), None]);
        panel.look.columns = vec![
            column("instance", Some("Instance"), false),
            Column { unit: Some("bytes".into()), ..column("Used", None, false) },
            column("Value #B", Some("Most"), false),
            column("pod", None, true),
        ];
        panel.look.sort = Some(("Value #B".into(), true));
        assert_eq!(
            transformations(&panel)[1],
            json!({ "id": "organize", "options": {
                "excludeByName": { "Time": true, "__name__": true, "pod": true },
                "indexByName": { "instance": 0, "Value #A": 1, "Value #B": 2, "pod": 3 },
                "renameByName": {
                    "Value #A": "Used", "instance": "Instance", "Value #B": "Most",
                },
            } })
        );
        assert_eq!(options(&panel)["sortBy"][0]["displayName"], "Most");
        assert_eq!(
            overrides(&panel),
            [("Used", "short"), ("Most", "short"), ("Used", "bytes")].map(|it| json!({
                "matcher": { "id": "byName", "options": it.0 },
                "properties": [{ "id": "unit", "value": it.1 }],
            }))
        );
    }
}
