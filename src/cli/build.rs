//! `build`: compiles the project and brings the output folder up to date.

mod compile;
mod stale;
mod summary;
mod tests;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::{Build, Global};
use crate::cli::build::compile::{choices, compile};
use crate::cli::build::stale::{left, objections, stale};
use crate::cli::build::summary::{document, summary};
use crate::cli::build::tests::{Exported, promtool_tests, said_of_tests, wants_tests};
use crate::cli::exit::Exit;
use crate::cli::fs::Owned;
use crate::cli::output::plan;
use crate::cli::runbooks::pages;
use crate::cli::session::Session;
use crate::cli::{fs, inhibit, lints, load, names};
use crate::diag::diagnostic::Diagnostic;
use crate::emit::choice::{self, Asked};
use crate::emit::promtool_tests;
use crate::lint::permits;

/// Runs the command.
pub fn run(global: &Global, args: &Build) -> Exit {
    let mut session = Session::new(global);
    let asked = Asked { names: &args.target, only: args.only };
    // First of all, since what a killed build left there is to be put right even where the
    // project is not sound.
    let own = match own_if_there(global, args) {
        Ok(it) => it,
        Err(diagnostic) => return session.fail(diagnostic),
    };
    // A test may name alerts of any environment.
    let loaded = load::load_where(&mut session, &args.env, |it| wants_tests(it, asked));
    let Some(mut loaded) = loaded.filter(|_| !session.sink.has_errors()) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let files = inhibit::infer(&mut loaded, &mut session);
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let with_tests = wants_tests(&loaded.project, asked);
    let mut exported = Exported::default();
    if with_tests {
        exported = promtool_tests(&mut loaded, files, &args.env, &mut session);
        if session.sink.has_errors() {
            return session.finish(Exit::Invalid, "", json!({}));
        }
    }
    pages::check(&loaded, false, &mut session);
    let chosen = choices(&loaded.books, asked, &mut session.sink);
    names::check(&loaded, asked, &mut session.sink);
    let wanted =
        compile(&loaded.books, &chosen, asked, &exported.tests, &mut session.sink);
    permits::apply(&loaded.books, &session.sources, &mut session.sink);
    lints::apply(&lints::of_project(&loaded.project.manifest.lints), &mut session.sink);
    let with_tests = chosen.iter().any(|it| it.has(promtool_tests::TARGET.name));
    if with_tests && !session.sink.has_errors() {
        let Exported { n_native, n_yaml, .. } = exported;
        said_of_tests(&wanted, n_native, n_yaml, &mut session.sink);
    }
    let (out, shown) = folder(&loaded.root, args, global);
    // From here on nobody else writes there, so that what is found is what is replaced.
    let own = match (args.check, own) {
        (true, _) => None,
        (false, Some(it)) => Some(it),
        (false, None) => match fs::own(&out, &shown) {
            Ok(it) => Some(it),
            Err(diagnostic) => return session.fail(diagnostic),
        },
    };
    let rule_files = loaded.project.rule_files.iter().map(|it| it.path.as_str());
    let templates = loaded.project.templates.iter().map(|it| it.path.as_str());
    if fs::is_source_folder(&loaded.root, &out, rule_files.chain(templates)) {
        let title = format!("the output folder `{shown}` holds what is built from");
        let diagnostic = Diagnostic::error("output-among-sources", title)
            .help("choose a folder of its own with `--out DIR`");
        return session.fail(diagnostic);
    }
    let old = match fs::read_list(&out, &shown) {
        Ok(it) => it,
        Err(diagnostic) => return session.fail(diagnostic),
    };
    let is_ours = |path: &str| {
        let (env, below) = path.split_once('/').unwrap_or((path, ""));
        (args.env.is_empty() || loaded.books.iter().any(|it| *it.env == *env))
            && (!asked.only || choice::is_asked(below, asked))
    };
    let plan = plan(wanted, &old, is_ours, |path| fs::look(&out, path));
    objections(&plan, &old, &shown, &mut session.sink);
    if session.has_failed() {
        return session.finish(Exit::Findings, "", json!({}));
    }
    let Some(own) = own else {
        let left = left(&plan, &chosen);
        return stale(session, args, &plan, &shown, &left);
    };
    if let Err(diagnostic) = fs::carry_out(&own, &old, &plan) {
        return session.fail(diagnostic);
    }
    let human = summary(&loaded, &plan, &shown);
    let machine = document(&loaded, &plan, &shown);
    // The process ends: to take a large project apart first would take a tenth of its time.
    std::mem::forget((loaded, plan));
    session.finish(Exit::Clean, &human, machine)
}

/// Makes the output folder this run's own, where it writes and the folder is there.
fn own_if_there(global: &Global, args: &Build) -> Result<Option<Owned>, Diagnostic> {
    let start = fs::start(global.directory());
    match fs::find_project(&start) {
        Ok(root) if !args.check => {
            let (out, shown) = folder(&root, args, global);
            fs::own_if_there(&out, &shown)
        }
        // That there is no project is said where it is read.
        Ok(_) | Err(_) => Ok(None),
    }
}

/// The output folder, and its name for messages.
fn folder(root: &Path, args: &Build, global: &Global) -> (PathBuf, String) {
    match &args.out {
        None => (root.join("build"), "build".to_owned()),
        Some(out) => {
            let full = fs::start(global.directory()).join(out);
            (full, fs::shown(root, out))
        }
    }
}
