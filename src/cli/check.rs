//! `check`: everything is read, resolved and type-checked; nothing is written.
//!
//! The project, or the rule files that are named.

pub mod dashboards;
mod rules;

use serde_json::json;

use crate::cli::args::{Check, Global};
use crate::cli::exit::Exit;
use crate::cli::inhibit;
use crate::cli::load::{self, Loaded};
use crate::cli::runbooks::pages;
use crate::cli::session::{Session, counted};
use crate::cli::test;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::emit;
use crate::emit::choice::{self, Asked};

/// Runs the command.
pub fn run(global: &Global, args: &Check) -> Exit {
    match args.paths.is_empty() {
        true => project(global, args),
        false => rules::run(global, args),
    }
}

fn project(global: &Global, args: &Check) -> Exit {
    let mut session = Session::new(global);
    let Some(mut loaded) = load::load(&mut session, &args.env) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    // Where nothing was resolved, no page is led to; and the pages of other environments
    // would look as if nothing led to them.
    if !loaded.books.is_empty() {
        let odd = args.env.is_empty() && !session.sink.has_errors();
        pages::check(&loaded, odd, &mut session);
    }
    let mut tests = None;
    if !session.sink.has_errors() {
        targets(&loaded, &mut session);
        tests = inhibit::infer(&mut loaded, &mut session);
    }
    // A test may name alerts of any environment.
    if args.env.is_empty() && !session.sink.has_errors() {
        let files: Vec<FileId> = tests
            .unwrap_or_else(|| test::own(&loaded, &mut session))
            .into_iter()
            .filter(|it| it.1.ends_with(".toml"))
            .map(|it| it.0)
            .collect();
        test::native::check(&loaded, &files, &mut session, |stages, session| {
            dashboards::check(&loaded, stages, args.dashboards, session);
        });
    }
    let envs: Vec<&str> = loaded.books.iter().map(|it| &*it.env).collect();
    let machine = json!({ "environments": envs });
    let human = match session.sink.has_errors() {
        true => String::new(),
        false => {
            let project = &loaded.project;
            let n_files =
                project.files.len() + project.packs.len() + project.rule_files.len();
            let n_boards = project.dashboards.len();
            format!(
                "no errors in {} and {} ({})\n",
                counted(n_files, "file"),
                counted(n_boards, "dashboard"),
                envs.join(", ")
            )
        }
    };
    session.finish(Exit::Clean, &human, machine)
}

/// Checks the choice of targets, and writes for nobody those that can fail: the project's
/// own, and those that need options.
fn targets(loaded: &Loaded, session: &mut Session) {
    let asked = Asked { names: &[], only: false };
    for book in &loaded.books {
        let mut said = Sink::new();
        let mut chosen = choice::choose(book, asked, &mut said);
        chosen.targets.retain(|it| !it.default);
        emit::emit(book, &chosen.targets, &mut said);
        emit::own::emit(book, &chosen.own, &mut said);
        said.into_sorted().into_iter().for_each(|it| session.sink.push_once(it));
    }
}
