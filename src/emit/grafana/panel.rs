//! Panels: time series, single numbers and tables.

use serde_json::{Value as Json, json};

use super::model::{
    DATASOURCE, DataPanel, Field, FieldConfig, GridPos, Step, Target, Thresholds, colour,
    link, number,
};
use crate::rulefile::write;
use crate::rules::dashboard::{self, Panel, PanelKind};

/// A panel at its place.
pub(super) fn panel(panel: &Panel, id: u32, grid_pos: GridPos) -> DataPanel {
    DataPanel {
        datasource: DATASOURCE,
        description: panel.description.clone(),
        field_config: FieldConfig { defaults: field(panel), overrides: Vec::new() },
        grid_pos,
        id,
        links: panel.links.iter().map(link).collect(),
        options: options(panel.kind),
        targets: targets(panel),
        title: panel.title.clone(),
        transformations: transformations(panel),
        kind: match panel.kind {
            PanelKind::Timeseries => "timeseries",
            PanelKind::Stat => "stat",
            PanelKind::Table => "table",
        },
    }
}

fn field(panel: &Panel) -> Field {
    let zones = panel.kind != PanelKind::Timeseries;
    Field {
        color: json!({ "mode": if zones { "thresholds" } else { "palette-classic" } }),
        custom: match panel.kind {
            PanelKind::Timeseries => graph(panel),
            PanelKind::Stat => json!({}),
            PanelKind::Table => json!({
                "align": "auto",
                "cellOptions": { "type": "auto" },
                "inspect": false,
            }),
        },
        decimals: panel.decimals,
        mappings: Vec::new(),
        max: panel.max.map(number),
        min: panel.min.map(number),
        thresholds: Thresholds {
            mode: "absolute",
            steps: steps(&panel.thresholds, zones),
        },
        unit: panel.unit.clone(),
    }
}

/// How a time series is drawn. Limits are lines, and the axis reaches to them even while
/// all values stay far away.
fn graph(panel: &Panel) -> Json {
    let limits = panel.thresholds.limits.iter().map(|it| it.0);
    let style = match panel.thresholds.limits.is_empty() {
        true => "off",
        false => "dashed",
    };
    let mut out = json!({
        "axisLabel": "",
        "axisPlacement": "auto",
        "drawStyle": "line",
        "fillOpacity": 10,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "pointSize": 5,
        "scaleDistribution": { "type": "linear" },
        "showPoints": "auto",
        "spanNulls": false,
        "stacking": { "group": "A", "mode": "none" },
        "thresholdsStyle": { "mode": style },
    });
    let (least, most) = limits.fold((0.0_f64, f64::NEG_INFINITY), |(least, most), it| {
        (least.min(it), most.max(it))
    });
    if most.is_finite() {
        out["axisSoftMin"] = number(least);
        out["axisSoftMax"] = number(most.max(0.0));
    }
    out
}

/// Colours by value. As `zones` each step colours what lies from it upwards; as lines
/// each step has the colour of its own severity.
fn steps(thresholds: &dashboard::Thresholds, zones: bool) -> Vec<Step> {
    let mut limits: Vec<(f64, &'static str)> =
        thresholds.limits.iter().map(|it| (it.0, colour(&it.1))).collect();
    limits.sort_by(|a, b| a.0.total_cmp(&b.0));
    limits.dedup_by(|b, a| a.0 == b.0);
    let below = thresholds.below && zones && !limits.is_empty();
    let base = if below { limits[0].1 } else { "green" };
    let mut out = vec![Step { color: base, value: None }];
    for (idx, (value, color)) in limits.iter().enumerate() {
        let color = match below {
            true => limits.get(idx + 1).map_or("green", |it| it.1),
            false => color,
        };
        out.push(Step { color, value: Some(number(*value)) });
    }
    out
}

fn options(kind: PanelKind) -> Json {
    match kind {
        PanelKind::Timeseries => json!({
            "legend": {
                "calcs": [],
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": true,
            },
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        PanelKind::Stat => json!({
            "colorMode": "value",
            "graphMode": "area",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
            "showPercentChange": false,
            "textMode": "auto",
            "wideLayout": true,
        }),
        PanelKind::Table => {
            json!({ "cellHeight": "sm", "frameIndex": 0, "showHeader": true })
        }
    }
}

fn targets(panel: &Panel) -> Vec<Target> {
    let table = panel.kind == PanelKind::Table;
    let target = |(idx, query): (usize, &dashboard::Query)| Target {
        datasource: DATASOURCE,
        editor_mode: "code",
        expr: write::expression(query.expr.as_str()).into_owned(),
        format: table.then_some("table"),
        instant: table,
        legend_format: query.legend.clone().unwrap_or_else(|| "__auto".to_owned()),
        range: !table,
        ref_id: ref_id(idx),
    };
    panel.queries.iter().enumerate().map(target).collect()
}

/// `A`, `B`, …, `Z`, `AA`, …
fn ref_id(idx: usize) -> String {
    let letter = char::from(b'A' + (idx % 26) as u8);
    match idx / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", ref_id(more - 1)),
    }
}

/// A table has a row per series, its labels as columns and its value, without the time.
fn transformations(panel: &Panel) -> Vec<Json> {
    if panel.kind != PanelKind::Table {
        return Vec::new();
    }
    let organize = json!({
        "id": "organize",
        "options": { "excludeByName": { "Time": true, "__name__": true } },
    });
    match panel.queries.len() {
        0 | 1 => vec![organize],
        _ => vec![json!({ "id": "merge", "options": {} }), organize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(below: bool, zones: bool, limits: &[(f64, &str)], expect: &str) {
        let limits = limits.iter().map(|it| (it.0, it.1.to_owned())).collect();
        let steps = steps(&dashboard::Thresholds { below, limits }, zones);
        let got: Vec<String> = steps
            .iter()
            .map(|it| match &it.value {
                Some(value) => format!("{value} {}", it.color),
                None => it.color.to_owned(),
            })
            .collect();
        assert_eq!(got.join(", "), expect);
    }

    #[test]
    fn limits_become_colours() {
        let errors = [(0.05, "critical"), (0.01, "warning")];
        check(false, true, &errors, "green, 0.01 orange, 0.05 red");
        check(false, false, &errors, "green, 0.01 orange, 0.05 red");
        let free = [(0.15, "critical"), (0.4, "warning")];
        check(true, true, &free, "red, 0.15 orange, 0.4 green");
        check(true, false, &free, "green, 0.15 red, 0.4 orange");
        check(true, true, &[], "green");
        check(false, true, &[(1.0, "critical"), (1.0, "warning")], "green, 1 red");
    }

    #[test]
    fn queries_are_lettered() {
        assert_eq!([0, 25, 26, 51, 52].map(ref_id), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
