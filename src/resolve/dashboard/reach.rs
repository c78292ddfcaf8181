//! From an alert to what shows it: the annotation `dashboard_url`.

use std::collections::BTreeSet;

use crate::diag::text::Text;
use crate::rules::book::Book;
use crate::rules::dashboard::{Board, Content, Panel};
use crate::rules::group::{Alert, Pair, Rule};

/// The annotation.
const ANNOTATION: &str = "dashboard_url";

/// Gives alerts that have none the annotation with the address of their own panel, else
/// of the dashboard that shows most of the series that they look at. `url` is Grafana's.
pub fn annotate(book: &mut Book, url: &str) {
    let url = url.trim_end_matches('/');
    let boards: Vec<Board> = book
        .dashboards
        .iter()
        .filter_map(|it| match &it.content {
            Content::Board(board) => Some(board.clone()),
            Content::Json(_) => None,
        })
        .collect();
    let metrics: Vec<BTreeSet<&str>> = boards.iter().map(metrics_of).collect();
    let rules = book.groups.iter_mut().flat_map(|it| &mut it.rules);
    for rule in rules {
        let Rule::Alert(alert) = rule else { continue };
        if alert.annotations.iter().any(|it| it.name.as_str() == ANNOTATION) {
            continue;
        }
        let own =
            boards.iter().flat_map(|board| panels(board).map(move |it| (board, it)));
        let shows = own.filter(|it| shows(it.1, alert));
        let path = match shows.min_by_key(|it| it.1.derived) {
            Some((board, panel)) => format!("{}?viewPanel={}", board.uid, panel.id),
            None => match nearest(alert, &boards, &metrics) {
                Some(board) => board.uid.clone(),
                None => continue,
            },
        };
        let text = |it: &str| Text::opaque(it, alert.span);
        let value = text(&format!("{url}/d/{path}"));
        alert.annotations.push(Pair { name: text(ANNOTATION), value });
    }
}

fn panels(board: &Board) -> impl Iterator<Item = &Panel> {
    board.rows.iter().flat_map(|it| &it.panels)
}

fn shows(panel: &Panel, alert: &Alert) -> bool {
    let Some(shown) = &panel.shows else { return false };
    match &alert.about {
        Some(about) => {
            shown.alert == about.definition
                && (shown.job.is_none() || shown.job == about.job)
        }
        None => alert.name.as_str() == &*shown.alert,
    }
}

/// The metrics that a dashboard's panels ask for.
fn metrics_of(board: &Board) -> BTreeSet<&str> {
    panels(board).flat_map(|it| &it.metrics).map(|it| &**it).collect()
}

/// The dashboard with most of the metrics of an alert, the first of several.
fn nearest<'a>(
    alert: &Alert,
    boards: &'a [Board],
    metrics: &[BTreeSet<&str>],
) -> Option<&'a Board> {
    let selectors = alert.expr.parsed.expr.selectors();
    let names: BTreeSet<&str> =
        selectors.iter().filter_map(|it| it.1.name.as_deref()).collect();
    let n_common =
        |it: &BTreeSet<&str>| names.iter().filter(|name| it.contains(**name)).count();
    let counts = metrics.iter().map(n_common).zip(boards);
    // `max_by_key` would take the last of several.
    counts.rev().max_by_key(|it| it.0).filter(|it| 0 < it.0).map(|it| it.1)
}
