//! The options of a panel, which differ from kind to kind.

use serde_json::{Value as Json, json};

use super::model::number;
use super::table;
use crate::rules::dashboard::{Panel, PanelKind};
use crate::rules::look::{Legend, NumberColor, State};

/// Options of a panel.
pub(super) fn options(panel: &Panel) -> Json {
    match panel.kind {
        PanelKind::Timeseries => json!({
            "legend": legend(panel),
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        PanelKind::Stat => json!({
            "colorMode": match panel.look.color {
                NumberColor::Value => "value",
                NumberColor::Background => "background",
                NumberColor::None => "none",
            },
            "graphMode": match panel.look.sparkline {
                Some(false) => "none",
                _ => "area",
            },
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": reduce(panel),
            "showPercentChange": false,
            "textMode": "auto",
            "wideLayout": true,
        }),
        PanelKind::Gauge => json!({
            "barShape": "flat",
            "barWidthFactor": 0.5,
            "effects": { "barGlow": false, "centerGlow": false, "gradient": false },
            "minVizHeight": 75,
            "minVizWidth": 75,
            "orientation": "auto",
            "reduceOptions": reduce(panel),
            "segmentCount": 1,
            "segmentSpacing": 0.3,
            "shape": "gauge",
            "showThresholdLabels": false,
            "showThresholdMarkers": true,
            "sizing": "auto",
        }),
        PanelKind::BarGauge => json!({
            "displayMode": "basic",
            "legend": {
                "calcs": [],
                "displayMode": "list",
                "placement": "bottom",
                "showLegend": false,
            },
            "maxVizHeight": 300,
            "minVizHeight": 16,
            "minVizWidth": 8,
            "namePlacement": "top",
            "orientation": "horizontal",
            "reduceOptions": reduce(panel),
            "showUnfilled": true,
            "sizing": "auto",
            "valueMode": "color",
        }),
        PanelKind::Table => table::options(panel),
        PanelKind::Heatmap => heatmap(panel),
        PanelKind::StateTimeline => json!({
            "alignValue": "left",
            "legend": legend(panel),
            "mergeValues": true,
            "rowHeight": 0.9,
            "showValue": "auto",
            "tooltip": { "mode": "single", "sort": "none" },
        }),
        PanelKind::Text => json!({ "content": panel.look.content, "mode": "markdown" }),
        PanelKind::Alerts => alerts(panel),
    }
}

fn legend(panel: &Panel) -> Json {
    let look = &panel.look;
    json!({
        "calcs": look.legend_values,
        "displayMode": if look.legend_values.is_empty() { "list" } else { "table" },
        "placement": if look.legend == Legend::Right { "right" } else { "bottom" },
        "showLegend": look.legend != Legend::Hidden,
    })
}

fn reduce(panel: &Panel) -> Json {
    let reduce = panel.look.reduce.as_deref().unwrap_or("lastNotNull");
    json!({ "calcs": [reduce], "fields": "", "values": false })
}

/// The unit belongs to the axis here, since cells count.
fn heatmap(panel: &Panel) -> Json {
    let mut axis = json!({
        "axisPlacement": "left",
        "reverse": false,
        "unit": panel.unit,
    });
    if !panel.look.axis.label.is_empty() {
        axis["axisLabel"] = json!(panel.look.axis.label);
    }
    if let Some(decimals) = panel.decimals {
        axis["decimals"] = json!(decimals);
    }
    for (key, value) in [("min", panel.min), ("max", panel.max)] {
        if let Some(value) = value {
            axis[key] = number(value);
        }
    }
    json!({
        "calculate": false,
        "cellGap": 1,
        "color": {
            "exponent": 0.5,
            "fill": "dark-orange",
            "mode": "scheme",
            "reverse": false,
            "scale": "exponential",
            "scheme": "Oranges",
            "steps": 64,
        },
        "exemplars": { "color": "rgba(255,0,255,0.7)" },
        // Cells that count nothing have no colour.
        "filterValues": { "le": 1e-9 },
        "legend": { "show": panel.look.legend != Legend::Hidden },
        "rowsFrame": { "layout": "auto" },
        "showValue": "never",
        "tooltip": { "mode": "single", "showColorScale": false, "yHistogram": true },
        "yAxis": axis,
    })
}

fn alerts(panel: &Panel) -> Json {
    let filter = panel.look.filter.trim();
    let filter = match filter.is_empty() || filter.starts_with('{') {
        true => filter.to_owned(),
        false => format!("{{{filter}}}"),
    };
    let shown = |state: State| panel.look.states.contains(&state);
    json!({
        "alertInstanceLabelFilter": filter,
        "alertName": "",
        "dashboardAlerts": false,
        "groupBy": [],
        "groupMode": "default",
        "maxItems": 20,
        // By importance.
        "sortOrder": 3,
        "stateFilter": {
            "error": true,
            "firing": shown(State::Firing),
            "noData": false,
            "normal": shown(State::Inactive),
            "pending": shown(State::Pending),
        },
        "viewMode": "list",
    })
}
