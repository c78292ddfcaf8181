//! Dashboards in Grafana's own JSON: passed through, their queries checked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{check, identity, unknown, variable};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::grafana::model;
use crate::grafana::read;
use crate::rules::book::Book;
use crate::rules::dashboard::{Content, Dashboard};
use crate::spec::model::JsonDashboard;

/// Reads them; `None` stands for one that is none, which is said.
pub(super) fn read(
    all: &[JsonDashboard],
    sink: &mut Sink,
) -> Vec<Option<model::Dashboard>> {
    let read = |it: &JsonDashboard| match read::read(it.file, &it.path, &it.text) {
        Ok(it) => Some(it),
        Err(fault) => {
            sink.push_once(fault);
            None
        }
    };
    all.iter().map(read).collect()
}

/// The dashboard, with what is wrong about it said.
pub(super) fn json(
    dashboard: &JsonDashboard,
    read: &model::Dashboard,
    book: &Book,
    sink: &mut Sink,
) -> Dashboard {
    let JsonDashboard { path, file, text } = dashboard;
    same_ids(read, sink);
    let names = unknown::Names::of_json(read);
    for query in read.queries() {
        let uses = variable::uses(query.as_str());
        let replaced = variable::replaced(query, &uses, &[]);
        // Variables of a kind that nobody knows here may be there all the same: only what
        // is surely misspelt is said.
        for it in uses.iter().filter(|it| !names.has(&it.name)) {
            let Some(near) = names.nearest(&it.name) else { continue };
            let at = (it.name.as_str(), it.start..it.end);
            let said = unknown::unknown(query, at, Some(near));
            sink.push_once(Diagnostic { level: Level::Warning, ..said });
        }
        // A variable may stand where only its real value fits: such a query is not
        // judged.
        let judged = uses.iter().all(|it| it.quoted || it.is_builtin());
        if judged {
            check::parsed(&replaced, &book.dialect, sink);
        }
    }
    Dashboard {
        name: identity::json_name(path).into(),
        file: path.as_str().into(),
        content: Content::Json(text.clone()),
        span: Span { file: *file, start: 0, end: 0 },
    }
}

/// Links to a panel name its number: of two with one number, Grafana takes either.
fn same_ids(board: &model::Dashboard, sink: &mut Sink) {
    let mut seen: BTreeMap<i64, Span> = BTreeMap::new();
    for panel in &board.panels {
        let Some(id) = panel.id else { continue };
        match seen.entry(id) {
            Entry::Vacant(it) => {
                it.insert(panel.id_span);
            }
            Entry::Occupied(first) => sink.push(
                Diagnostic::warning(
                    "duplicate-panel",
                    format!("two panels have the id {id}"),
                )
                .at(panel.id_span, "also the id of another panel")
                .context(*first.get(), "the first is here")
                .help("give each panel an id of its own"),
            ),
        }
    }
}
