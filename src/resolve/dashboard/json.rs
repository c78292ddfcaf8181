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
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::grafana::model::{self, Unfilled};
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
    let given = given(book);
    let unfilled = read.unfilled.iter().filter(|it| !given.contains(&it.name.as_str()));
    unfilled.for_each(|it| sink.push_once(self::unfilled(it, read)));
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

/// The inputs that the Grafana operator is told to fill in.
fn given(book: &Book) -> Vec<&str> {
    let fields = book.output.dashboards.iter().flat_map(|it| &it.fields);
    let all = fields.filter(|it| it.0 == "datasources").filter_map(|it| it.1.as_array());
    all.flatten().filter_map(|it| it.get("inputName")?.as_str()).collect()
}

/// Said of what is filled in nowhere.
fn unfilled(it: &Unfilled, board: &model::Dashboard) -> Diagnostic {
    let name = &it.name;
    let label = match it.asked {
        true => "filled in at an import by hand, and nowhere else",
        false => "no variable of this dashboard",
    };
    let declare = format!("add a variable `{name}` of the type `datasource`");
    // One that chooses among data sources of the same plugin.
    let own = board.variables.iter().find(|own| {
        let of = own.query.as_ref().filter(|_| own.kind == "datasource");
        it.plugin.is_some() && of.map(Text::as_str) == it.plugin.as_deref()
    });
    let help = match own {
        _ if !it.source => "write what it stands for".to_owned(),
        Some(own) => format!("write `${{{}}}`, or {declare}", own.name),
        None => declare,
    };
    let title = match it.source {
        true => format!("Grafana has no data source `${{{name}}}`"),
        false => format!("Grafana does not fill in `${{{name}}}`"),
    };
    Diagnostic::warning("unfilled-input", title)
        .within(&it.text, it.at.start, it.at.end, label)
        .help(help)
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
        Passing::Untouched => match read.inner {
            None => text.clone(),
            Some(it) => text[it.start as usize..it.end as usize].into(),
        },
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
/// is what becomes of one that is a dashboard's. All else stays byte for byte, but for what
/// is around the dashboard itself.
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
    let mut queries: Vec<Span> = read.written_queries().map(Text::span).collect();
    queries.sort_by_key(|it| it.start);
    let is_in_query = |at: usize| {
        let before = queries.partition_point(|it| it.start as usize <= at);
        before.checked_sub(1).is_some_and(|it| at < queries[it].end as usize)
    };
    // `/d/UID`, alone or before a title, a panel or a question; also `d/UID`, which Grafana
    // finds below its own address, where a text or an address of Markdown or HTML begins.
    let begins = |it: char| matches!(it, '/' | '"' | '\'' | '(' | '<' | '=');
    for sign in ["d/", "d-solo/"] {
        for (at, _) in text.match_indices(sign) {
            if !text[..at].ends_with(begins) || is_in_query(at) {
                continue;
            }
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
    let whole = Span { file: FileId(0), start: 0, end: text.len() as u32 };
    let Span { start, end: stop, .. } = read.inner.unwrap_or(whole);
    let (mut end, stop) = (start as usize, stop as usize);
    let mut out = String::with_capacity(text.len());
    for (range, new) in edits {
        // A link in the title is the title's.
        if range.start < end || stop < range.end {
            continue;
        }
        out.push_str(&text[end..range.start]);
        out.push_str(&new);
        end = range.end;
    }
    out.push_str(&text[end..stop]);
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
    fn links_below_grafanas_address_follow() {
        let text = r#"{"panels": [], "links": [{"url": "d/a_1/slug?x"}, {"url": "./d/a_1"}],
  "text": "[x](d/a_1) <a href='d-solo/b-2'> <a href=\"d/a\"> add/a_1 and d/a_1 d/ab"}"#;
        let read = grafana::read(FileId(0), "a.json", text).unwrap();
        let got = named(text, &read, str::to_owned, uid);
        let expect = r#"{"panels": [], "links": [{"url": "d/a_1-staging/slug?x"}, {"url": "./d/a_1-staging"}],
  "text": "[x](d/a_1-staging) <a href='d-solo/b-2-staging'> <a href=\"d/a-staging\"> add/a_1 and d/a_1 d/ab"}"#;
        assert_eq!(got, expect);
    }

    #[test]
    fn what_is_around_a_dashboard_is_left_out() {
        let text = r#"{"meta": {"url": "/d/a/x"}, "dashboard": {"uid": "a", "title": "A",
  "rows": []}, "more": "/d/a"}"#;
        let read = grafana::read(FileId(0), "a.json", text).unwrap();
        let got = named(text, &read, |it| format!("{it}!"), uid);
        assert_eq!(got, "{\"uid\": \"a-staging\", \"title\": \"A!\",\n  \"rows\": []}");
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
