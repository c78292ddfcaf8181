//! `runbooks`: pages and links of alerts.

mod new;
pub mod pages;

use serde_json::json;

use crate::cli::args::{Global, Runbooks, RunbooksAction};
use crate::cli::exit::Exit;
use crate::cli::load;
use crate::cli::session::{Session, counted};
use crate::diag::diagnostic::Diagnostic;
use crate::runbook::link::{Pages, runbooks};

/// Runs the command.
pub fn run(global: &Global, args: &Runbooks) -> Exit {
    match &args.action {
        Some(RunbooksAction::New(it)) => new::run(global, it),
        None => check(global),
    }
}

fn check(global: &Global) -> Exit {
    let mut session = Session::new(global);
    let loaded = load::load(&mut session, &[]);
    let Some(loaded) = loaded.filter(|_| !session.sink.has_errors()) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let pages = pages::check(&loaded, true, &mut session);
    let Some(pages) = pages.filter(|_| !session.sink.has_errors()) else {
        if loaded.project.manifest.runbooks.source.is_none() {
            session.sink.push(no_source());
        }
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let groups = loaded.books.iter().flat_map(|it| &it.groups);
    let mut names: Vec<&str> = runbooks(groups).map(|it| it.0.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let n_pages = Pages::iter(&pages).count();
    let human =
        format!("{}, {}\n", counted(n_pages, "page"), counted(names.len(), "alert"));
    let exit = match session.sink.has_warnings() {
        true => Exit::Findings,
        false => Exit::Clean,
    };
    let machine = json!({ "pages": n_pages, "alerts": names.len() });
    session.finish(exit, &human, machine)
}

/// Why nothing can be looked at where the project has no pages.
fn no_source() -> Diagnostic {
    Diagnostic::error("no-runbooks", "the project says nowhere where its pages are")
        .help("write `[runbooks] source = \"docs/runbooks\"` in the manifest")
}
