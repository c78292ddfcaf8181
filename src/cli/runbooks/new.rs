//! `runbooks new`: pages to begin with, where alerts lead to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::cli::args::{Global, NewRunbooks};
use crate::cli::exit::Exit;
use crate::cli::fs::{self, Owned};
use crate::cli::load::{self, Loaded};
use crate::cli::output::Wanted;
use crate::cli::runbooks::{no_source, pages};
use crate::cli::session::{Session, counted};
use crate::cli::test::{self, native};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{FileId, Span};
use crate::diag::suggest;
use crate::rules::group::{Alert, Runbook};
use crate::runbook::link::{Pages, alerts, is_below, runbooks};
use crate::runbook::skeleton::{self, Entry, Outline};

/// Runs the command.
pub(super) fn run(global: &Global, args: &NewRunbooks) -> Exit {
    let mut session = Session::new(global);
    let loaded = load::load(&mut session, &[]);
    let Some(loaded) = loaded.filter(|_| !is_hindered(&session)) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let Some(source) = &loaded.project.manifest.runbooks.source else {
        return session.fail(no_source());
    };
    let folder = source.as_str().trim_start_matches("./").trim_end_matches('/');
    // Before the pages are read: a run that was killed may have left some to be finished.
    let own = match args.dry_run {
        true => Ok(None),
        false => fs::own_if_there(&loaded.root.join(folder), folder),
    };
    let own = match own {
        Ok(it) => it,
        Err(diagnostic) => return session.fail(diagnostic),
    };
    let pages = match fs::exists(&loaded.root, folder) {
        true => pages::read(&loaded, &mut session),
        false => Some(Pages::new(folder, Vec::new())),
    };
    let Some(pages) = pages.filter(|_| !is_hindered(&session)) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    unknown(&loaded, &args.alerts, &pages, &mut session);
    let files: Vec<FileId> = test::own(&loaded, &mut session)
        .into_iter()
        .filter(|it| it.1.ends_with(".toml"))
        .map(|it| it.0)
        .collect();
    let tests = native::tests_of_alerts(&loaded, &files, &mut session);
    if is_hindered(&session) {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let mut wanted = Vec::new();
    for (page, leading) in missing(&loaded, &args.alerts, &pages) {
        let path = format!("{folder}/{page}.md");
        // A file of another ending, or a folder of that name, is not ours.
        if !is_below(&page) || fs::exists(&loaded.root, &path) {
            let title = format!("no page can be written at `{path}`");
            let it = Diagnostic::error("unwritable", title);
            session.sink.push(it.at(leading[0].2.span, "leads there"));
            continue;
        }
        let outline = outline(&loaded, &page, &leading, &tests);
        let text = skeleton::page(&outline);
        wanted.push(Wanted { path: format!("{page}.md"), text });
    }
    // What is wrong with one page keeps no other from being written.
    finish(session, &loaded, own, folder, &wanted, args)
}

/// Whether something is wrong that pages are made of: dashboards are only named on them.
fn is_hindered(session: &Session) -> bool {
    let of_dashboard =
        |it: Span| session.sources.file(it.file).path.starts_with("dashboards/");
    session.sink.errors().any(|it| !it.place().is_some_and(of_dashboard))
}

fn finish(
    session: Session,
    loaded: &Loaded,
    own: Option<Owned>,
    folder: &str,
    wanted: &[Wanted],
    args: &NewRunbooks,
) -> Exit {
    if !args.dry_run && !wanted.is_empty() {
        let own = match own {
            Some(it) => Ok(it),
            None => fs::own(&loaded.root.join(folder), folder),
        };
        // Somebody may have written one of them meanwhile.
        let written = own.and_then(|it| fs::write_all(&it, wanted, false));
        if let Err(diagnostic) = written {
            return session.fail(diagnostic);
        }
    }
    let mut human = String::new();
    for it in wanted {
        match args.dry_run {
            true => human.push_str(&format!("{folder}/{}:\n\n{}\n", it.path, it.text)),
            false => human.push_str(&format!("{folder}/{}\n", it.path)),
        }
    }
    let verb = if args.dry_run { "to write" } else { "written" };
    human.push_str(&format!("{} {verb}\n", counted(wanted.len(), "page")));
    let paths: Vec<String> =
        wanted.iter().map(|it| format!("{folder}/{}", it.path)).collect();
    session.finish(Exit::Clean, &human, json!({ "pages": paths }))
}

/// A rule with the name of its environment, and its runbook.
type Leading<'a> = (&'a str, &'a Alert, &'a Runbook);

fn leading(loaded: &Loaded) -> Vec<Leading<'_>> {
    let mut out = Vec::new();
    for book in &loaded.books {
        let of = runbooks(&book.groups);
        out.extend(of.map(|(alert, runbook)| (&*book.env, alert, runbook)));
    }
    out
}

/// The pages that are not there, with the rules that lead to them: of these alerts, or of
/// all.
fn missing<'a>(
    loaded: &'a Loaded,
    names: &[String],
    pages: &Pages,
) -> BTreeMap<String, Vec<Leading<'a>>> {
    let mut out: BTreeMap<String, Vec<Leading<'a>>> = BTreeMap::new();
    for it in leading(loaded) {
        let page = it.2.page.trim_end_matches(".md");
        if !page.is_empty() && pages.get(page).is_none() {
            out.entry(page.to_owned()).or_default().push(it);
        }
    }
    out.retain(|_, it| names.is_empty() || it.iter().any(|it| is_one_of(it.1, names)));
    out
}

fn is_one_of(alert: &Alert, names: &[String]) -> bool {
    let definition = alert.about.as_ref().map(|it| &*it.definition);
    names.iter().any(|it| alert.name.as_str() == it || definition == Some(it))
}

/// Says which of these names are no alert, or one that needs no page.
fn unknown(loaded: &Loaded, names: &[String], pages: &Pages, session: &mut Session) {
    let groups = || loaded.books.iter().flat_map(|it| &it.groups);
    for name in names {
        let one = std::slice::from_ref(name);
        let Some(alert) = alerts(groups()).find(|it| is_one_of(it, one)) else {
            let title = format!("the project has no alert `{name}`");
            let it = Diagnostic::error("unknown-alert", title);
            let all = alerts(groups()).map(|it| it.name.as_str());
            session.sink.push(match suggest::nearest(name, all) {
                Some(near) => it.help(format!("did you mean `{near}`?")),
                None => it,
            });
            continue;
        };
        let runbook = alert.about.as_ref().and_then(|it| it.runbook.as_ref());
        let fault = match runbook {
            None => format!("`{name}` has no runbook"),
            Some(it) if it.page.is_empty() => {
                format!("the runbook of `{name}` is elsewhere: {}", it.url)
            }
            Some(it) => match pages.get(&it.page) {
                Some(page) => {
                    format!("`{name}` has its page: `{}/{}`", pages.folder, page.path)
                }
                None => continue,
            },
        };
        let span = runbook.map_or(alert.span, |it| it.span);
        session.sink.push(
            Diagnostic::error("runbook-exists", fault).at(span, "no page is missing"),
        );
    }
}

fn outline<'a>(
    loaded: &'a Loaded,
    page: &'a str,
    leading: &[Leading<'a>],
    tests: &[(String, String)],
) -> Outline<'a> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (env, alert, runbook) in leading {
        let about = alert.about.as_ref();
        let name = about.map_or(alert.name.as_str(), |it| &it.definition);
        let anchor = runbook.anchor.as_deref();
        let rule = (*env, *alert);
        match entries.iter_mut().find(|it| it.name == name && it.anchor == anchor) {
            Some(it) => it.rules.push(rule),
            None => entries.push(Entry {
                name,
                rules: vec![rule],
                anchor,
                panels: panels(loaded, name),
                tests: Vec::new(),
            }),
        }
    }
    for entry in &mut entries {
        let names: BTreeSet<&str> =
            entry.rules.iter().map(|it| it.1.name.as_str()).collect();
        let of = tests.iter().filter(|it| names.contains(it.0.as_str()));
        for (_, test) in of {
            if !entry.tests.contains(test) {
                entry.tests.push(test.clone());
            }
        }
    }
    let sections = &loaded.project.manifest.runbooks.sections;
    Outline {
        page,
        entries,
        envs: loaded.books.iter().map(|it| &*it.env).collect(),
        sections: match sections.is_empty() {
            true => skeleton::SECTIONS.to_vec(),
            false => sections.iter().map(|it| it.as_str()).collect(),
        },
    }
}

/// The panels that show an alert: their titles and those of their dashboards.
fn panels(loaded: &Loaded, alert: &str) -> Vec<String> {
    let mut out = Vec::new();
    for board in &loaded.project.dashboards {
        for panel in board.rows.iter().flat_map(|it| &it.panels) {
            if panel.alert.as_ref().is_some_and(|it| it.as_str() == alert) {
                let title = panel.title.as_ref().map_or(alert, |it| it.as_str());
                out.push(format!("{title} ({})", board.title));
            }
        }
    }
    out
}
