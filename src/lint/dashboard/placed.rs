//! A dashboard of this project as Grafana reads it, with the places of its author.
//!
//! What was written from panels in TOML is read back as every dashboard is; panels are
//! known again by their numbers, variables by their names, queries by their order.

use crate::diag::text::Text;
use crate::grafana::model::{Dashboard, Panel};
use crate::rules::allow::Allow;
use crate::rules::dashboard::{self as rules, Board, Values};

/// Puts the author's places into a dashboard that was read from what was written of
/// `board`.
pub fn placed(mut read: Dashboard, own: &rules::Dashboard, board: &Board) -> Dashboard {
    read.span = own.span;
    read.uid = None;
    read.allow = names(&board.allow);
    let text = |it: &Text| Text::opaque(it.as_str(), own.span);
    read.annotations = read.annotations.iter().map(text).collect();
    for it in &mut read.variables {
        it.span = own.span;
        let declared = board.variables.iter().find(|own| own.name == it.name);
        match declared.map(|it| &it.values) {
            Some(Values::Query(query)) => {
                if query.span().start < query.span().end {
                    it.span = query.span();
                }
                it.query = Some(query.clone());
            }
            _ => it.query = it.query.as_ref().map(text),
        }
    }
    for own in board.rows.iter().flat_map(|it| &it.panels) {
        let mut panels = read.panels.iter_mut();
        if let Some(panel) = panels.find(|it| it.id == Some(own.id.into())) {
            place(panel, own);
        }
    }
    read
}

fn names(allow: &[Allow]) -> Vec<String> {
    allow.iter().map(|it| it.lint.to_string()).collect()
}

fn place(panel: &mut Panel, own: &rules::Panel) {
    panel.span = own.span;
    panel.id_span = own.span;
    panel.allow = names(&own.allow);
    let targets = panel.targets.iter_mut().flatten();
    for (target, query) in targets.zip(&own.queries) {
        target.expr = query.expr.clone();
    }
}
