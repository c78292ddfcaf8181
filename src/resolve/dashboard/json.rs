//! Dashboards in Grafana's own JSON: passed through, their queries checked.
//!
//! A Grafana knows a dashboard by its uid. Where a project has several environments, which
//! may share one, uids and titles say which it is, as those of other dashboards do.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::identity::{self, Identity, Passing};
use super::{Context, check, unknown, variable};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
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

/// Says what is wrong with a dashboard.
pub(super) fn check(read: &model::Dashboard, book: &Book, sink: &mut Sink) {
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
}

/// The dashboard in this environment.
pub(super) fn passed(
    dashboard: &JsonDashboard,
    read: &model::Dashboard,
    passing: Passing,
    context: Context<'_>,
) -> Dashboard {
    let JsonDashboard { path, file, text } = dashboard;
    let written = match passing {
        Passing::Untouched => text.clone(),
        Passing::Named => {
            let title = |it: &str| passing.title(context.book, it);
            let uid = |chosen: &str| {
                let is_chosen = |it: &&Identity| it.chosen.as_deref() == Some(chosen);
                context.dashboards.iter().find(is_chosen)?.uid.clone()
            };
            named(text, read, title, uid).into()
        }
    };
    Dashboard {
        name: identity::json_name(path).into(),
        file: path.as_str().into(),
        content: Content::Json { read: text.clone(), written },
        span: Span { file: *file, start: 0, end: 0 },
    }
}

/// The text with title and uid of this environment, and links to dashboards of it; `uid`
/// is what becomes of one that is a dashboard's. All else stays byte for byte.
fn named(
    text: &str,
    read: &model::Dashboard,
    title: impl Fn(&str) -> String,
    uid: impl Fn(&str) -> Option<String>,
) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut replace = |old: &Text, new: String| {
        let Span { start, end, .. } = old.span();
        let new = serde_json::Value::from(new).to_string();
        edits.push((start as usize..end as usize, new));
    };
    if let Some(it) = read.title.as_ref().filter(|it| !it.as_str().is_empty()) {
        replace(it, title(it.as_str()));
    }
    if let Some(it) = &read.uid
        && let Some(uid) = uid(it.as_str())
    {
        replace(it, uid);
    }
    // `/d/UID`, alone or before a title, a panel or a question.
    for sign in ["/d/", "/d-solo/"] {
        for (at, _) in text.match_indices(sign) {
            let start = at + sign.len();
            let is_of_uid =
                |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
            let old = text[start..].split(|it| !is_of_uid(it)).next().unwrap_or_default();
            if let Some(new) = uid(old) {
                edits.push((start..start + old.len(), new));
            }
        }
    }
    edits.sort_by_key(|it| it.0.start);
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (range, new) in edits {
        // A link in the title is the title's.
        if range.start < end {
            continue;
        }
        out.push_str(&text[end..range.start]);
        out.push_str(&new);
        end = range.end;
    }
    out.push_str(&text[end..]);
    out
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;
    use crate::grafana::read as grafana;

    fn uid(chosen: &str) -> Option<String> {
        ["a", "a_1", "b-2"].contains(&chosen).then(|| format!("{chosen}-staging"))
    }

    #[test]
    fn uids_titles_and_links_say_the_environment() {
        let text = r#"{ "uid" : "a_1", "title": "A \"one\"", "id": 1.0,
  "links": [{ "url": "/d/a_1?x=1" }, { "url": "/d/a_12" }, { "url": "https://g/d/b-2/slug" }],
  "panels": [{ "options": { "content": "[x](/d/a_1/t) /d-solo/b-2" } }] }"#;
        let read = grafana::read(FileId(0), "a.json", text).unwrap();
        let got = named(text, &read, |it| format!("{it} (staging)"), uid);
        let expect = r#"{ "uid" : "a_1-staging", "title": "A \"one\" (staging)", "id": 1.0,
  "links": [{ "url": "/d/a_1-staging?x=1" }, { "url": "/d/a_12" }, { "url": "https://g/d/b-2-staging/slug" }],
  "panels": [{ "options": { "content": "[x](/d/a_1-staging/t) /d-solo/b-2-staging" } }] }"#;
        assert_eq!(got, expect);
    }

    #[test]
    fn objects_of_the_second_schema_are_named_too() {
        let text = r#"{"metadata":{"name":"a"},"spec":{"elements":{},"title":"A"}}"#;
        let read = grafana::read(FileId(0), "a.json", text).unwrap();
        let got = named(text, &read, |it| format!("{it}!"), uid);
        let expect =
            r#"{"metadata":{"name":"a-staging"},"spec":{"elements":{},"title":"A!"}}"#;
        assert_eq!(got, expect);
    }
}
