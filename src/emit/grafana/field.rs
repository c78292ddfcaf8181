//! How the values of a panel are shown: colours, limits, names, lines.

use serde_json::{Map, Value as Json, json};

use super::model::{Field, Thresholds, colour, number};
use super::{steps, table};
use crate::rules::dashboard::{Panel, PanelKind, ref_id};
use crate::rules::look::{Mapping, Stack, Style, Values};

/// How all values of a panel are shown.
pub(super) fn field(panel: &Panel) -> Field {
    let zones = panel.kind != PanelKind::Timeseries;
    // Labels are texts although they may look like numbers: what is said of values holds
    // for the columns of values alone.
    let table = panel.kind == PanelKind::Table;
    Field {
        color: json!({ "mode": color(panel) }),
        custom: match panel.kind {
            PanelKind::Timeseries => graph(panel),
            PanelKind::Table => json!({
                "align": "auto",
                "cellOptions": { "type": "auto" },
                "inspect": false,
                "minWidth": 70,
            }),
            PanelKind::Heatmap => json!({
                "hideFrom": { "legend": false, "tooltip": false, "viz": false },
                "scaleDistribution": scale(panel),
            }),
            PanelKind::StateTimeline => json!({
                "axisPlacement": "auto",
                "fillOpacity": panel.look.fill.unwrap_or(70),
                "lineWidth": 0,
            }),
            PanelKind::Stat
            | PanelKind::Gauge
            | PanelKind::BarGauge
            | PanelKind::Text
            | PanelKind::Alerts => json!({}),
        },
        decimals: panel.decimals.filter(|_| !table),
        mappings: if table { Vec::new() } else { mappings(&panel.look.mappings) },
        max: panel.max.map(number),
        min: panel.min.map(number),
        thresholds: Thresholds {
            mode: "absolute",
            steps: steps::steps(&panel.thresholds, zones, &panel.unit),
        },
        unit: if table { "string".to_owned() } else { panel.unit.clone() },
    }
}

/// What tells the colour of a value.
fn color(panel: &Panel) -> &'static str {
    let plain = panel.thresholds.zones.is_empty() && panel.look.mappings.is_empty();
    match panel.kind {
        PanelKind::Timeseries => "palette-classic",
        PanelKind::StateTimeline if plain => "palette-classic",
        _ => "thresholds",
    }
}

/// What holds for single series or columns.
pub(super) fn overrides(panel: &Panel) -> Vec<Json> {
    let color = |(name, color): &(String, String)| {
        json!({
            "matcher": { "id": "byRegexp", "options": format!("/^(?:{name})$/") },
            "properties": [
                { "id": "color", "value": { "fixedColor": color, "mode": "fixed" } },
            ],
        })
    };
    let colors = panel.look.colors.iter().map(color);
    units(panel)
        .chain(limits(panel))
        .chain(colors)
        .chain(table::overrides(panel))
        .collect()
}

/// Series that are limits look as limits do that are numbers.
fn limits(panel: &Panel) -> impl Iterator<Item = Json> {
    let drawn = panel.kind == PanelKind::Timeseries;
    let queries = panel.queries.iter().enumerate().filter(move |_| drawn);
    queries.filter_map(|(idx, query)| {
        let color = colour(query.limit.as_ref()?);
        Some(json!({
            "matcher": { "id": "byFrameRefID", "options": ref_id(idx) },
            "properties": [
                { "id": "color", "value": { "fixedColor": color, "mode": "fixed" } },
                { "id": "custom.fillOpacity", "value": 0 },
                { "id": "custom.lineStyle", "value": { "dash": [10, 10], "fill": "dash" } },
            ],
        }))
    })
}

/// The units of queries whose values are not in that of the panel. Grafana gives each its
/// own axis.
fn units(panel: &Panel) -> impl Iterator<Item = Json> {
    // A heatmap has one axis, and a table's columns have theirs.
    let one = matches!(panel.kind, PanelKind::Heatmap | PanelKind::Table);
    let queries = panel.queries.iter().enumerate().filter(move |_| !one);
    queries.filter_map(|(idx, query)| {
        Some(json!({
            "matcher": { "id": "byFrameRefID", "options": ref_id(idx) },
            "properties": [{ "id": "unit", "value": query.unit.as_ref()? }],
        }))
    })
}

/// What values are called, the first that fits first.
pub(super) fn mappings(all: &[Mapping]) -> Vec<Json> {
    all.iter().enumerate().map(|(idx, it)| mapping(idx, it)).collect()
}

fn mapping(idx: usize, it: &Mapping) -> Json {
    let mut result = Map::new();
    if let Some(color) = &it.color {
        result.insert("color".to_owned(), json!(color));
    }
    result.insert("index".to_owned(), json!(idx));
    if let Some(text) = &it.text {
        result.insert("text".to_owned(), json!(text));
    }
    let special = |name: &str| json!({ "options": { "match": name, "result": result }, "type": "special" });
    match &it.of {
        Values::One(value) => json!({ "options": { value: result }, "type": "value" }),
        Values::Null => special("null"),
        Values::Nan => special("nan"),
        Values::Range(from, to) => json!({
            "options": {
                "from": from.map(number),
                "result": result,
                "to": to.map(number),
            },
            "type": "range",
        }),
    }
}

/// How a time series is drawn. Limits are lines, and the axis reaches to them even while
/// all values stay far away.
fn graph(panel: &Panel) -> Json {
    let look = &panel.look;
    let limits = panel.thresholds.limits.iter().map(|it| it.0);
    let style = match panel.thresholds.limits.is_empty() {
        true => "off",
        false => "dashed",
    };
    let fill = look.fill.unwrap_or(match (look.style, look.stack) {
        (Style::Bars, _) => 60,
        (_, Stack::None) => 10,
        (_, Stack::Normal | Stack::Percent) => 30,
    });
    let mut out = json!({
        "axisLabel": look.axis.label,
        "axisPlacement": "auto",
        "drawStyle": match look.style {
            Style::Lines => "line",
            Style::Bars => "bars",
            Style::Points => "points",
        },
        "fillOpacity": fill,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "pointSize": 5,
        "scaleDistribution": scale(panel),
        "showPoints": "auto",
        "spanNulls": false,
        "stacking": {
            "group": "A",
            "mode": match look.stack {
                Stack::None => "none",
                Stack::Normal => "normal",
                Stack::Percent => "percent",
            },
        },
        "thresholdsStyle": { "mode": style },
    });
    let (least, mut most) = limits
        .fold((0.0_f64, f64::NEG_INFINITY), |(least, most), it| {
            (least.min(it), most.max(it))
        });
    // Between equal ends there is no axis. Of numbers of things that should be 0 the next
    // one is in sight: Grafana draws 0 alone on an axis up to 100.
    if most == 0.0 && panel.unit == "short" {
        most = 1.0;
    }
    let reached = least < most.max(0.0);
    // Heights of areas and bars are compared, which begin at nothing.
    let heights = look.style == Style::Bars || look.stack == Stack::Normal;
    let zero = heights && look.axis.log.is_none() && panel.min.is_none();
    let soft_min = look.axis.soft_min.or(reached.then_some(least));
    let soft_min = soft_min.or(zero.then_some(0.0));
    let soft_max = look.axis.soft_max.or(reached.then_some(most.max(0.0)));
    for (key, value) in [("axisSoftMin", soft_min), ("axisSoftMax", soft_max)] {
        if let Some(value) = value {
            out[key] = number(value);
        }
    }
    out
}

fn scale(panel: &Panel) -> Json {
    match panel.look.axis.log {
        None => json!({ "type": "linear" }),
        Some(base) => json!({ "log": base, "type": "log" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_called() {
        let mapping = |of| Mapping { of, text: Some("x".into()), color: None };
        let result = json!({ "index": 0, "text": "x" });
        for (of, expect) in [
            (
                Values::One("0".into()),
                json!({ "options": { "0": result }, "type": "value" }),
            ),
            (
                Values::Range(Some(0.5), None),
                json!({
                    "options": { "from": 0.5, "result": result, "to": null },
                    "type": "range",
                }),
            ),
            (
                Values::Nan,
                json!({ "options": { "match": "nan", "result": result }, "type": "special" }),
            ),
        ] {
            assert_eq!(mappings(&[mapping(of)]), [expect]);
        }
    }
}
