//! Numbers of panels and uids of dashboards: by these links find them, so they depend on
//! names alone.

use std::collections::{BTreeSet, HashMap};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::reader;
use crate::grafana::model;
use crate::rules::book::Book;
use crate::rules::dashboard::{Panel, Row};
use crate::rules::name;
use crate::spec::keys::dashboard::UID;
use crate::spec::model::Project;

/// A dashboard as links know it.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// Its name within the project.
    pub(super) name: String,
    /// Its title.
    pub(super) title: String,
    /// Its uid, if it has one.
    pub(super) uid: Option<String>,
    /// The uid that its author chose, without an environment.
    pub(super) chosen: Option<String>,
    /// Where its uid stands, or what it is made from.
    place: Span,
    /// Its title as Grafana shows it, and where it stands.
    shown: (String, Span),
}

/// How dashboards in JSON pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// As they are: there is one environment.
    Untouched,
    /// Uid and title say of which environment they are, as those of all others do.
    Named,
}

impl Passing {
    /// How they pass in a project with so many environments.
    pub(super) fn of(n_environments: usize) -> Passing {
        if n_environments < 2 { Passing::Untouched } else { Passing::Named }
    }

    fn uid(self, book: &Book, chosen: &str) -> String {
        match self {
            Passing::Untouched => chosen.to_owned(),
            Passing::Named => name::chosen_uid(book, chosen),
        }
    }

    /// The title in an environment.
    pub(super) fn title(self, book: &Book, title: &str) -> String {
        match self {
            Passing::Untouched => title.to_owned(),
            Passing::Named => name::titled(book, title),
        }
    }
}

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

/// All dashboards of a project, those as TOML first, each in its order; `read` are those
/// in JSON, which `json` gives their uids.
pub(super) fn identities(
    project: &Project,
    read: &[Option<model::Dashboard>],
    json: Passing,
    book: &Book,
    sink: &mut Sink,
) -> Vec<Identity> {
    let boards = project.dashboards.iter();
    let boards = boards.map(|it| (it.name.as_str(), it.uid.as_ref().map(Text::as_str)));
    let sources = project.json_dashboards.iter();
    let json_names: Vec<&str> = sources.map(|it| json_name(&it.path)).collect();
    let all: Vec<_> = boards.chain(json_names.iter().map(|it| (*it, None))).collect();
    let uids = name::uids(book, &all);
    let boards = project.dashboards.iter().zip(&uids).map(|(it, uid)| Identity {
        name: it.name.clone(),
        title: it.title.to_string(),
        uid: Some(uid.clone()),
        chosen: it.uid.as_ref().map(Text::to_string),
        place: it.uid.as_ref().map_or(it.title.span(), Text::span),
        shown: (name::titled(book, it.title.as_str()), it.title.span()),
    });
    let others = json_names.into_iter().zip(read).zip(&project.json_dashboards);
    let others = others.map(|((name, read), source)| {
        let whole = Span { file: source.file, start: 0, end: 0 };
        let read = read.as_ref();
        let uid =
            read.and_then(|it| it.uid.as_ref()).filter(|it| !it.as_str().is_empty());
        let title = read.and_then(|it| it.title.as_ref()).map(Text::as_str);
        let title = title.filter(|it| !it.is_empty());
        Identity {
            name: name.to_owned(),
            shown: (title.map(|it| json.title(book, it)).unwrap_or_default(), whole),
            title: title.unwrap_or(name).to_owned(),
            uid: uid.map(|it| json.uid(book, it.as_str())),
            chosen: uid.map(Text::to_string),
            place: uid.map_or(NOWHERE, Text::span),
        }
    });
    let out: Vec<Identity> = boards.chain(others).collect();
    let chosen = project.dashboards.iter().filter_map(|it| it.uid.as_ref());
    chosen.for_each(|it| long_uid(it, book, sink));
    for (read, source) in read.iter().zip(&project.json_dashboards) {
        if let Some(read) = read {
            refused(read, &source.path, sink);
        }
    }
    if json == Passing::Named {
        let chosen = read.iter().flatten().filter_map(|it| it.uid.as_ref());
        chosen.for_each(|it| long_uid(it, book, sink));
    }
    same_uids(&out, sink);
    same_titles(&out, sink);
    out
}

/// The name of a dashboard in Grafana's JSON within the project.
pub(super) fn json_name(path: &str) -> &str {
    let name = path.strip_prefix("dashboards/").unwrap_or(path);
    name.strip_suffix(".json").unwrap_or(name)
}

/// A uid that was chosen stays as it was chosen, with the environment.
fn long_uid(chosen: &Text, book: &Book, sink: &mut Sink) {
    let uid = name::chosen_uid(book, chosen.as_str());
    // One that is too long by itself has been said.
    if uid.len() <= name::UID || name::UID < chosen.as_str().len() {
        return;
    }
    let (title, n) = (format!("the uid `{uid}` is too long"), uid.len());
    let room = name::UID.saturating_sub(n - chosen.as_str().len());
    sink.push_once(
        Diagnostic::error("long-uid", title)
            .at(chosen.span(), format!("with the environment it has {n} characters"))
            .help(format!("Grafana takes {}: write at most {room} here", name::UID)),
    );
}

/// What Grafana refuses of a dashboard in JSON: it logs an error, and has none.
fn refused(board: &model::Dashboard, path: &str, sink: &mut Sink) {
    // It takes the blanks around both away first.
    let is_there = |it: &&Text| !it.as_str().trim().is_empty();
    let is_sound = |it: &&Text| (UID.fault)(it.as_str().trim()).is_none();
    let uid = board.uid.as_ref().filter(is_there).filter(|it| !is_sound(it));
    sink.extend(uid.and_then(|it| reader::misformed(it, &UID)));
    if board.title.as_ref().filter(is_there).is_none() {
        let title = format!("the dashboard `{path}` has no title");
        let at = Span { file: board.span.file, start: 0, end: 0 };
        sink.push(
            Diagnostic::error("bad-dashboard", title)
                .at(at, "Grafana refuses a dashboard without one")
                .help("add `\"title\": \"…\"`"),
        );
    }
}

/// All dashboards are in one folder, in which people find them by their titles.
fn same_titles(all: &[Identity], sink: &mut Sink) {
    let mut seen: HashMap<&str, &Identity> = HashMap::new();
    for it in all.iter().filter(|it| !it.shown.0.is_empty()) {
        let (title, span) = &it.shown;
        let Some(other) = seen.insert(title, it) else { continue };
        // There as TOML and as JSON, which is said.
        if other.name == it.name {
            continue;
        }
        let both = format!("`{}` and `{}`", other.name, it.name);
        sink.push_once(
            Diagnostic::warning(
                "duplicate-title",
                format!("the dashboards {both} have one title"),
            )
            .at(*span, format!("Grafana shows it as `{title}`"))
            .context(other.shown.1, "as it does this one")
            .help("give one of them another title: they are in one folder"),
        );
    }
}

/// Of two dashboards with one uid Grafana keeps the one that came last.
fn same_uids(all: &[Identity], sink: &mut Sink) {
    let mut seen: HashMap<&str, &Identity> = HashMap::new();
    for it in all {
        let Some(uid) = &it.uid else { continue };
        let Some(other) = seen.insert(uid, it) else { continue };
        let title = match other.name == it.name {
            // There as TOML and as JSON, which is said.
            true => continue,
            false => {
                format!("the dashboards `{}` and `{}` have one uid", other.name, it.name)
            }
        };
        sink.push_once(
            Diagnostic::error("duplicate-uid", title)
                .at(it.place, format!("its uid is `{uid}`"))
                .context(other.place, "as is this one's")
                .help("choose another `uid` for one of them"),
        );
    }
}

/// Numbers rows and panels.
pub(super) fn number(rows: &mut [Row]) {
    let mut ids = Ids::default();
    for row in rows {
        if let Some(title) = &row.title {
            row.id = ids.next("row", title);
        }
        let of = row.title.as_deref().unwrap_or_default();
        for panel in &mut row.panels {
            panel.id = ids.next(of, &panel.title);
        }
    }
}

/// Warns of panels that people, and links whose panel has moved, cannot tell apart.
pub(super) fn same_panels(rows: &[Row], sink: &mut Sink) {
    let mut seen: HashMap<&str, &Panel> = HashMap::new();
    for row in rows {
        // Panels without a row of their own stand below the one before.
        if row.title.is_some() {
            seen.clear();
        }
        for it in row.panels.iter().filter(|it| !it.derived && !it.title.is_empty()) {
            let Some(first) = seen.insert(&it.title, it) else { continue };
            let title = format!("two panels have the title `{}`", it.title);
            sink.push_once(
                Diagnostic::warning("duplicate-panel", title)
                    .at(it.span, "also the title of another panel of the row")
                    .context(first.span, "the first is here")
                    .help("say in the title what differs"),
            );
        }
    }
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
