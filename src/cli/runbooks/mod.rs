//! `runbooks`: pages and links of alerts.

mod new;
mod online;
pub mod pages;
mod places;
mod pool;
mod transport;

use serde_json::json;

use crate::cli::args::{Global, Runbooks, RunbooksAction};
use crate::cli::exit::Exit;
use crate::cli::session::{Session, counted};
use crate::cli::{lints, load};
use crate::diag::diagnostic::Diagnostic;
use crate::runbook::link::runbooks;

/// Runs the command.
pub fn run(global: &Global, args: &Runbooks) -> Exit {
    match &args.action {
        Some(RunbooksAction::New(it)) => new::run(global, it),
        None => check(global, args),
    }
}

fn check(global: &Global, args: &Runbooks) -> Exit {
    let mut session = Session::new(global);
    let loaded = load::load(&mut session, &[]);
    let Some(loaded) = loaded.filter(|_| !session.sink.has_errors()) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let pages = pages::check(&loaded, true, &mut session);
    // Alerts and dashboards have links without pages.
    if pages.is_none() && !args.online && !session.sink.has_errors() {
        session.sink.push(no_source());
    }
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let groups = loaded.books.iter().flat_map(|it| &it.groups);
    let mut names: Vec<&str> = runbooks(groups).map(|it| it.0.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let n_pages = pages.as_ref().map_or(0, |it| it.iter().count());
    let mut human =
        format!("{}, {}\n", counted(n_pages, "page"), counted(names.len(), "alert"));
    let mut machine = json!({ "pages": n_pages, "alerts": names.len() });
    if args.online {
        let (said, links) = online::run(&loaded, pages.as_ref(), args, &mut session);
        human.push_str(&said);
        machine["links"] = links;
    }
    lints::apply(&lints::of_project(&loaded.project.manifest.lints), &mut session.sink);
    let exit = match session.sink.has_warnings() || session.sink.has_denied() {
        true => Exit::Findings,
        false => Exit::Clean,
    };
    session.finish(exit, &human, machine)
}

/// Why nothing can be looked at where the project has no pages.
fn no_source() -> Diagnostic {
    Diagnostic::error("no-runbooks", "the project says nowhere where its pages are")
        .help("write `[runbooks] source = \"docs/runbooks\"` in the manifest")
}
