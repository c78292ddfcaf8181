//! How the values of a panel are shown: colours, limits, names, lines.

use serde_json::{Map, Value as Json, json};

use super::model::{Field, Step, Thresholds, colour, number};
use super::table;
use crate::rules::dashboard::{self, Panel, PanelKind};
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
            steps: steps(&panel.thresholds, zones),
        },
        unit: if table { "string".to_owned() } else { panel.unit.clone() },
    }
}

/// What tells the colour of a value.
fn color(panel: &Panel) -> &'static str {
    let plain = panel.thresholds.limits.is_empty() && panel.look.mappings.is_empty();
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
    colors.chain(table::overrides(panel)).collect()
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
    let (least, most) = limits.fold((0.0_f64, f64::NEG_INFINITY), |(least, most), it| {
        (least.min(it), most.max(it))
    });
    // Between equal ends there is no axis.
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

/// Colours by value. As `zones` each step colours what lies from it upwards; as lines
/// each step has the colour of its own severity.
pub(super) fn steps(thresholds: &dashboard::Thresholds, zones: bool) -> Vec<Step> {
    let mut limits: Vec<(f64, &'static str)> =
        thresholds.limits.iter().map(|it| (it.0, colour(&it.1))).collect();
    limits.sort_by(|a, b| a.0.total_cmp(&b.0));
    limits.dedup_by(|b, a| a.0 == b.0);
    if zones && thresholds.mixed {
        return vec![Step { color: "text", value: None }];
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(below: bool, zones: bool, limits: &[(f64, &str)], expect: &str) {
        let limits = limits.iter().map(|it| (it.0, it.1.to_owned())).collect();
        let steps = steps(&dashboard::Thresholds { below, mixed: false, limits }, zones);
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
    fn limits_on_both_sides_are_no_zones() {
        let limits = vec![(10.0, "critical".to_owned()), (25.0, "critical".to_owned())];
        let mixed = dashboard::Thresholds { below: true, mixed: true, limits };
        assert_eq!(steps(&mixed, true).len(), 1);
        assert_eq!(steps(&mixed, false).len(), 3);
    }

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
