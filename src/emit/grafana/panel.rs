//! Panels of every kind.

use serde_json::Value as Json;

use super::model::{
    DATASOURCE, DataPanel, FieldConfig, GridPos, Target, merge, panel_link,
};
use super::{field, options, table};
use crate::rulefile::write;
use crate::rules::dashboard::{self, Panel, PanelKind, ref_id};

/// A panel at its place.
pub(super) fn panel(panel: &Panel, grid_pos: GridPos) -> Json {
    // Markdown and the list of alerts ask nobody.
    let asks = !matches!(panel.kind, PanelKind::Text | PanelKind::Alerts);
    let repeat = panel.look.repeat.as_ref();
    let across = repeat.filter(|it| !it.down);
    let model = DataPanel {
        datasource: asks.then_some(DATASOURCE),
        description: panel.description.clone(),
        field_config: asks.then(|| FieldConfig {
            defaults: field::field(panel),
            overrides: field::overrides(panel),
        }),
        grid_pos,
        id: panel.id,
        interval: panel.look.interval.clone(),
        links: panel.links.iter().map(panel_link).collect(),
        max_per_row: across.map(|it| it.per_row),
        options: options::options(panel),
        repeat: repeat.map(|it| it.by.clone()),
        repeat_direction: repeat.map(|it| if it.down { "v" } else { "h" }),
        targets: targets(panel),
        title: panel.title.clone(),
        transformations: match panel.kind {
            PanelKind::Table => table::transformations(panel),
            _ => Vec::new(),
        },
        transparent: panel.look.transparent.then_some(true),
        kind: kind(panel.kind),
    };
    let mut out = serde_json::to_value(model)
        .expect("maps with string keys and plain values can be written");
    merge(&mut out, &panel.look.grafana);
    out
}

/// Grafana's name of a kind.
fn kind(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Timeseries => "timeseries",
        PanelKind::Stat => "stat",
        PanelKind::Gauge => "gauge",
        PanelKind::BarGauge => "bargauge",
        PanelKind::Table => "table",
        PanelKind::Heatmap => "heatmap",
        PanelKind::StateTimeline => "state-timeline",
        PanelKind::Text => "text",
        PanelKind::Alerts => "alertlist",
    }
}

fn targets(panel: &Panel) -> Vec<Target> {
    let table = panel.kind == PanelKind::Table;
    let heatmap = panel.kind == PanelKind::Heatmap;
    // Where only the last value is shown, series that have ended are not.
    let last = matches!(panel.kind, PanelKind::Gauge | PanelKind::BarGauge)
        && panel.look.reduce.is_none();
    let instant = table || last;
    let legend = match heatmap {
        true => "{{le}}",
        false => "__auto",
    };
    let target = |(idx, query): (usize, &dashboard::Query)| Target {
        datasource: DATASOURCE,
        editor_mode: "code",
        expr: write::expression(query.expr.as_str()).into_owned(),
        format: match (table, heatmap) {
            (true, _) => Some("table"),
            (_, true) => Some("heatmap"),
            (_, _) => None,
        },
        instant,
        legend_format: query.legend.clone().unwrap_or_else(|| legend.to_owned()),
        range: !instant,
        ref_id: ref_id(idx),
    };
    panel.queries.iter().enumerate().map(target).collect()
}

/// A panel with queries of these legends, for tests.
#[cfg(test)]
pub(super) fn sample(kind: PanelKind, legends: &[Option<&str>]) -> Panel {
    use crate::diag::source::{FileId, Span};
    use crate::diag::text::Text;
    let span = Span { file: FileId(0), start: 0, end: 0 };
    let query = |legend: &Option<&str>| dashboard::Query {
        expr: Text::fixed("up", span),
        legend: legend.map(str::to_owned),
        unit: None,
        limit: None,
    };
    Panel {
        id: 0,
        shows: None,
        derived: false,
        metrics: Vec::new(),
        title: String::new(),
        description: None,
        kind,
        unit: "short".into(),
        decimals: None,
        min: None,
        max: None,
        width: None,
        height: None,
        queries: legends.iter().map(query).collect(),
        thresholds: crate::rules::limits::Thresholds::default(),
        look: crate::rules::look::Look::default(),
        links: Vec::new(),
        allow: Vec::new(),
        span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_lettered() {
        assert_eq!([0, 25, 26, 51, 52].map(ref_id), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
