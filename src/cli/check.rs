//! `check`: everything is read, resolved and type-checked; nothing is written.
//!
//! The project, or the rule files that are named.

pub mod dashboards;
mod failing;
mod proofs;
mod rules;

use serde_json::json;

use crate::cli::args::{Check, Global};
use crate::cli::exit::Exit;
use crate::cli::inhibit;
use crate::cli::load::{self, Loaded};
use crate::cli::runbooks::pages;
use crate::cli::session::{Session, counted};
use crate::cli::{fix, fs, lints, names, test};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{Drafts, FileId};
use crate::emit::artifact::Artifact;
use crate::emit::choice::{self, Asked};
use crate::emit::{self, Draft};
use crate::lint::context::{Context, Tests};
use crate::lint::judge::Judge;
use crate::lint::permits;

/// Runs the command.
pub fn run(global: &Global, args: &Check) -> Exit {
    if args.fix && args.paths.iter().any(|it| it.as_os_str() == "-") {
        let title = "`--fix` cannot change standard input";
        let it = Diagnostic::error("bad-argument", title);
        return Session::new(global).fail(it.help("name the file, or leave `--fix` out"));
    }
    if !args.paths.is_empty() {
        return rules::run(global, args);
    }
    let look = |drafts| project(Session::with_drafts(global, drafts), args);
    match args.fix {
        true => {
            let root = |it: &Option<Loaded>| it.as_ref().map(|it| it.root.clone());
            let (session, loaded, n_fixed) = fix::run(look, root);
            report(session, loaded.as_ref(), Some(n_fixed))
        }
        false => {
            let (session, loaded) = look(Drafts::new());
            report(session, loaded.as_ref(), None)
        }
    }
}

/// What `--fix` did, and what it left.
fn of_fix(fixed: Option<usize>, session: &Session) -> String {
    let left = session.sink.n_findings();
    fixed.map_or(String::new(), |it| format!("fixed {it}, {left} left\n"))
}

/// Looks at the project.
fn project(mut session: Session, args: &Check) -> (Session, Option<Loaded>) {
    let Some(mut loaded) = load::load(&mut session, &args.env) else {
        return (session, None);
    };
    let config = lints::of_project(&loaded.project.manifest.lints);
    let config = lints::of_check(config, args, &mut session);
    // Where nothing was resolved, no page is led to; and the pages of other environments
    // would look as if nothing led to them.
    let mut of_pages = Sink::new();
    if !loaded.books.is_empty() {
        let odd = args.env.is_empty() && !session.sink.has_errors();
        std::mem::swap(&mut session.sink, &mut of_pages);
        pages::check(&loaded, odd, &mut session);
        std::mem::swap(&mut session.sink, &mut of_pages);
    }
    let mut tests = None;
    let mut written: Vec<Vec<Artifact>> = Vec::new();
    if !session.sink.has_errors() {
        written = loaded.books.iter().map(dashboards::written).collect();
        // What targets say of inhibitions they say of those that are inferred.
        tests = inhibit::infer(&mut loaded, &mut session);
        targets(&loaded, &written, &mut session);
    }
    let mut boards = Vec::new();
    if !session.sink.has_errors() {
        // Who made a dashboard in JSON knew neither the tests nor the project's taste.
        let all = loaded.books.iter().zip(&written);
        let all = all.map(|(book, it)| dashboards::boards(book, it, config.strict));
        boards = all.collect();
    }
    let mut proofs: Vec<Tests> = Vec::new();
    // A test may name alerts of any environment.
    if args.env.is_empty() {
        let is_sound = !session.sink.has_errors();
        let tests = tests.unwrap_or_else(|| test::own(&loaded, &mut session));
        let (native, others): (Vec<_>, Vec<_>) =
            tests.into_iter().partition(|it| it.1.ends_with(".toml"));
        let files: Vec<FileId> = native.into_iter().map(|it| it.0).collect();
        match is_sound {
            true => {
                test::native::check(&loaded, &files, &mut session, |stages, session| {
                    dashboards::check(&boards, stages, session);
                    proofs = stages.iter().map(proofs::proofs).collect();
                    proofs::add_promtool(&loaded, &others, &session.sources, &mut proofs);
                })
            }
            // What they say by themselves can be looked at all the same, unless names of
            // environments may be lost.
            false if !is_manifest_faulty(&session) => {
                test::native::check_alone(&loaded, &files, &mut session);
            }
            false => {}
        }
    }
    // Alerts are mostly written before their pages: what is wrong with these keeps nothing
    // else from being said.
    let is_sound = !session.sink.has_errors();
    session.sink.extend(of_pages.into_sorted());
    let permitted = permits::apply(&loaded.books, &session.sources, &mut session.sink);
    lints::apply(&config, &mut session.sink);
    if is_sound {
        let mut judge = Judge::new(&config);
        match args.env.is_empty() {
            true => judge.used_elsewhere(permitted),
            false => judge.used(permitted),
        }
        for (book, boards) in loaded.books.iter().zip(&boards) {
            for (read, own) in boards {
                judge.dashboard(read, *own, &book.dialect);
            }
        }
        let books = &loaded.books;
        let context = |(idx, book)| Context::of_book(book, proofs.get(idx)).among(books);
        let contexts: Vec<Context<'_>> =
            loaded.books.iter().enumerate().map(context).collect();
        judge.rules(&contexts);
        session.sink.extend(judge.finish().into_iter().map(|it| it.said));
    }
    (session, Some(loaded))
}

fn is_manifest_faulty(session: &Session) -> bool {
    let mut places = session.sink.errors().filter_map(Diagnostic::place);
    places.any(|it| session.sources.file(it.file).path == fs::MANIFEST)
}

fn report(session: Session, loaded: Option<&Loaded>, fixed: Option<usize>) -> Exit {
    let Some(loaded) = loaded else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let envs: Vec<&str> = loaded.books.iter().map(|it| &*it.env).collect();
    let mut machine = json!({ "environments": envs });
    if let Some(fixed) = fixed {
        machine["fixed"] = json!(fixed);
    }
    let mut human = of_fix(fixed, &session);
    if !session.sink.has_errors() && !session.sink.has_denied() {
        let project = &loaded.project;
        let n_files =
            project.files.len() + project.packs.len() + project.rule_files.len();
        let n_boards = project.dashboards.len() + project.json_dashboards.len();
        human += &format!(
            "no errors in {} and {} ({})\n",
            counted(n_files, "file"),
            counted(n_boards, "dashboard"),
            envs.join(", ")
        );
    }
    session.finish(Exit::Clean, &human, machine)
}

/// Checks the choice of targets, and says of each what `build` would say: nothing that is
/// sound here is refused there.
fn targets(loaded: &Loaded, dashboards: &[Vec<Artifact>], session: &mut Session) {
    let asked = Asked { names: &[], only: false };
    names::check(loaded, asked, &mut session.sink);
    for (book, dashboards) in loaded.books.iter().zip(dashboards) {
        let mut said = Sink::new();
        let chosen = choice::choose(book, asked, &mut said);
        let draft = Draft { book, targets: &chosen.targets, dashboards };
        emit::check(&draft, &mut said);
        emit::own::emit(book, &chosen.own, &mut said);
        said.into_sorted().into_iter().for_each(|it| session.sink.push_once(it));
    }
}
