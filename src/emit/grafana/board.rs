//! The dashboard around its panels.

use serde_json::{Value as Json, json};

use super::layout::{COLUMNS, layout};
use super::model::{
    DATASOURCE, Dashboard, GridPos, List, Row, Time, colour, link, merge,
};
use super::{panel, variable};
use crate::emit::alertmanager;
use crate::rules::book::Book;
use crate::rules::dashboard::{self, Annotation, Board, Mark};
use crate::rules::inhibition::LabelMatch;
use crate::rules::name;

/// The classic schema that Grafana 10 to 13 read.
const SCHEMA_VERSION: u32 = 42;

/// A dashboard.
pub(super) fn dashboard(book: &Book, board: &Board) -> Json {
    let mut tags = board.tags.clone();
    for tag in [book.project.as_str(), &*book.env] {
        if tags.iter().all(|it| it != tag) {
            tags.push(tag.to_owned());
        }
    }
    let model = Dashboard {
        annotations: List { list: annotations(board) },
        description: board.description.clone(),
        editable: false,
        graph_tooltip: 1,
        links: board.links.iter().map(link).collect(),
        panels: panels(&board.rows),
        refresh: board.refresh.clone(),
        schema_version: SCHEMA_VERSION,
        tags,
        templating: List { list: variable::variables(&board.variables) },
        time: Time { from: format!("now-{}", board.from), to: "now" },
        timezone: "browser",
        title: name::titled(book, &board.title),
        uid: board.uid.clone(),
    };
    let mut out = serde_json::to_value(model)
        .expect("maps with string keys and plain values can be written");
    merge(&mut out, &board.grafana);
    out
}

/// Grafana's own annotations, and one query per severity for alerts that fire.
fn annotations(board: &Board) -> Vec<Json> {
    let own = json!({
        "builtIn": 1,
        "datasource": { "type": "grafana", "uid": "-- Grafana --" },
        "enable": true,
        "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    });
    let marks = board.marks.iter().map(mark);
    let others = board.annotations.iter().map(annotation);
    std::iter::once(own).chain(marks).chain(others).collect()
}

fn annotation(it: &Annotation) -> Json {
    json!({
        "datasource": DATASOURCE,
        "enable": it.on,
        "expr": it.query.as_str().trim(),
        "hide": false,
        "iconColor": it.color,
        "name": it.name,
        "tagKeys": "",
        "textFormat": it.text,
        "titleFormat": it.title,
        "useValueForTime": false,
    })
}

fn mark(it: &Mark) -> Json {
    let mut matchers = vec![
        LabelMatch::equal("alertstate", "firing"),
        LabelMatch::equal("severity", &it.severity),
    ];
    if !it.alerts.is_empty() {
        let names = it.alerts.iter().map(String::as_str).collect();
        matchers.push(LabelMatch::one_of("alertname", &names));
    }
    json!({
        "datasource": DATASOURCE,
        "enable": true,
        "expr": format!("ALERTS{}", alertmanager::selector(&matchers)),
        "hide": false,
        "iconColor": colour(&it.severity),
        "name": format!("Firing: {}", it.severity),
        "tagKeys": "severity",
        "textFormat": "",
        "titleFormat": "{{alertname}}",
        "useValueForTime": false,
    })
}

fn panels(rows: &[dashboard::Row]) -> Vec<Json> {
    let mut out = Vec::new();
    let mut y = 0;
    for row in rows {
        let head = row.title.as_ref().map(|title| {
            let grid_pos = GridPos { h: 1, w: COLUMNS, x: 0, y };
            y += 1;
            Row {
                collapsed: row.collapsed,
                grid_pos,
                id: row.id,
                panels: Vec::new(),
                repeat: row.repeat.clone(),
                title: title.clone(),
                kind: "row",
            }
        });
        let (places, end) = layout(&row.panels, y);
        let panels = row.panels.iter().zip(places);
        let panels: Vec<Json> =
            panels.map(|(it, place)| panel::panel(it, place)).collect();
        let write = |it: Row| {
            serde_json::to_value(it)
                .expect("maps with string keys and plain values can be written")
        };
        match head {
            // The panels of a closed row take no room.
            Some(head) if head.collapsed => out.push(write(Row { panels, ..head })),
            head => {
                out.extend(head.map(write));
                out.extend(panels);
                y = end;
            }
        }
    }
    out
}
