//! The dashboard around its panels.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::layout::{COLUMNS, layout};
use super::model::{
    DATASOURCE, Dashboard, GridPos, List, Panel, Row, Time, colour, link,
};
use super::{panel, variable};
use crate::rules::book::Book;
use crate::rules::dashboard::{self, Board, Mark};

/// The classic schema that Grafana 10 to 13 read.
const SCHEMA_VERSION: u32 = 42;

/// A dashboard.
pub(super) fn dashboard(book: &Book, board: &Board, uid: String) -> Dashboard {
    let title = match &*book.env {
        "default" => board.title.clone(),
        env => format!("{} ({env})", board.title),
    };
    let mut tags = board.tags.clone();
    for tag in [book.project.as_str(), &*book.env] {
        if tags.iter().all(|it| it != tag) {
            tags.push(tag.to_owned());
        }
    }
    Dashboard {
        annotations: List { list: annotations(&board.marks) },
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
        title,
        uid,
    }
}

/// Grafana's own annotations, and one query per severity for alerts that fire.
fn annotations(marks: &[Mark]) -> Vec<Json> {
    let own = json!({
        "builtIn": 1,
        "datasource": { "type": "grafana", "uid": "-- Grafana --" },
        "enable": true,
        "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    });
    std::iter::once(own).chain(marks.iter().map(mark)).collect()
}

fn mark(it: &Mark) -> Json {
    let mut matchers =
        vec!["alertstate=\"firing\"".to_owned(), format!("severity={:?}", it.severity)];
    match &it.alerts[..] {
        [] => {}
        [one] => matchers.push(format!("alertname={one:?}")),
        many => matchers.push(format!("alertname=~{:?}", many.join("|"))),
    }
    json!({
        "datasource": DATASOURCE,
        "enable": true,
        "expr": format!("ALERTS{{{}}}", matchers.join(",")),
        "hide": false,
        "iconColor": colour(&it.severity),
        "name": format!("Firing: {}", it.severity),
        "tagKeys": "severity",
        "textFormat": "",
        "titleFormat": "{{alertname}}",
        "useValueForTime": false,
    })
}

fn panels(rows: &[dashboard::Row]) -> Vec<Panel> {
    let mut ids = Ids::default();
    let mut out = Vec::new();
    let mut y = 0;
    for row in rows {
        let head = row.title.as_ref().map(|title| {
            let grid_pos = GridPos { h: 1, w: COLUMNS, x: 0, y };
            y += 1;
            Row {
                collapsed: row.collapsed,
                grid_pos,
                id: ids.next("row", title),
                panels: Vec::new(),
                title: title.clone(),
                kind: "row",
            }
        });
        let (places, end) = layout(&row.panels, y);
        let of = row.title.as_deref().unwrap_or_default();
        let panels = row.panels.iter().zip(places).map(|(it, place)| {
            Panel::Data(panel::panel(it, ids.next(of, &it.title), place))
        });
        let panels: Vec<Panel> = panels.collect();
        match head {
            // The panels of a closed row take no room.
            Some(head) if head.collapsed => out.push(Panel::Row(Row { panels, ..head })),
            head => {
                out.extend(head.map(Panel::Row));
                out.extend(panels);
                y = end;
            }
        }
    }
    out
}

/// Gives each panel a number that depends on its titles only.
#[derive(Default)]
struct Ids(BTreeSet<u32>);

impl Ids {
    fn next(&mut self, row: &str, title: &str) -> u32 {
        let bytes = row.bytes().chain([0]).chain(title.bytes());
        let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let mut id = hash % 999_999 + 1;
        while !self.0.insert(id) {
            id = id % 999_999 + 1;
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_titles_and_are_never_the_same() {
        let mut ids = Ids::default();
        let (a, b, again) = (ids.next("r", "a"), ids.next("r", "b"), ids.next("r", "a"));
        assert!(a != b && a != again && b != again);
        assert_eq!(Ids::default().next("r", "b"), b);
    }
}
