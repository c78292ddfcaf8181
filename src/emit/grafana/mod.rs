//! `dashboards/<name>.json`: dashboards as Grafana 10 to 13 reads them from a file.
//!
//! The classic JSON of schema version 42. Ids are made from titles, so that adding a
//! panel keeps the links to the others.

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::Claim;
use crate::emit::{Emit, Target, faultless, name};
use crate::rules::book::Book;
use crate::rules::dashboard::Content;

mod board;
mod field;
mod layout;
mod model;
mod options;
mod panel;
mod steps;
mod table;
mod variable;

/// Dashboards.
pub const TARGET: Target = Target {
    name: "grafana",
    summary: "Grafana dashboards as JSON",
    default: true,
    place: "dashboards/",
    // The ConfigMaps are the kustomization's.
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::Alone(emit),
};

/// The names of the objects that hold dashboards.
pub(super) fn claims(book: &Book, kind: &'static str) -> Vec<Claim> {
    let parts: Vec<&str> = book.dashboards.iter().map(|it| &*it.name).collect();
    let names = name::objects(book, &parts).into_iter().map(|it| it.1);
    let claim = |(it, name): (&crate::rules::dashboard::Dashboard, String)| Claim {
        kind,
        name,
        of: format!("the dashboard `{}`", it.name),
        place: Some(it.span),
    };
    book.dashboards.iter().zip(names).map(claim).collect()
}

/// Writes them; also for those who put them into objects.
pub(super) fn emit(book: &Book, _: &mut Sink) -> Vec<Artifact> {
    let parts: Vec<&str> = book.dashboards.iter().map(|it| &*it.name).collect();
    let names = name::objects(book, &parts);
    let write = |(dashboard, (stem, name)): (_, (String, String))| {
        let dashboard: &crate::rules::dashboard::Dashboard = dashboard;
        let mut text = match &dashboard.content {
            Content::Json { written, .. } => written.replace("\r\n", "\n"),
            Content::Board(board) => {
                let model = board::dashboard(book, board);
                serde_json::to_string_pretty(&model)
                    .expect("maps with string keys and plain values can be written")
            }
        };
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let path = format!("dashboards/{stem}.json");
        Artifact::new(path, text, Kind::Dashboard { name })
    };
    book.dashboards.iter().zip(names).map(write).collect()
}
