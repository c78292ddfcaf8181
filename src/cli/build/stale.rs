//! What stands in the way of a build, and what `build --check` finds out of date.

use std::io::stdout;

use serde_json::json;

use crate::cli::args::{Build, Format};
use crate::cli::exit::Exit;
use crate::cli::output::{Change, LIST, List, Plan};
use crate::cli::session::{Session, counted};
use crate::cli::{say, unified};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::choice::Chosen;
use crate::emit::{self, promtool_tests};

/// The most files that one message names.
const MAX_NAMED: usize = 10;

/// What stands in the way of a plan.
pub(super) fn objections(plan: &Plan, old: &List, shown: &str, sink: &mut Sink) {
    if let [first, more @ ..] = &plan.foreign[..] {
        let others = match more.len() {
            0 => " was".to_owned(),
            n => format!(" and {} were", counted(n, "other file")),
        };
        let title = format!("`{shown}/{first}`{others} not written by aqua-alerts");
        let mut diagnostic = Diagnostic::error("foreign-file", title)
            .help("move it away, or choose another folder with `--out DIR`");
        for path in more.iter().take(MAX_NAMED) {
            diagnostic = diagnostic.note(format!("nor was `{shown}/{path}`"));
        }
        if old.0.is_empty() {
            diagnostic = diagnostic.note(format!(
                "there is no list of what was, `{shown}/{LIST}`; it goes wherever the files go"
            ));
        }
        sink.push(diagnostic);
    }
    for path in &plan.clashes {
        let title = format!("`{shown}/{path}` cannot be the name of a file");
        sink.push(
            Diagnostic::error("bad-path", title)
                .note("it leaves the output folder, or another file has this name too"),
        );
    }
    for path in &plan.kept {
        let title = format!("`{shown}/{path}` is no longer built, but was edited");
        sink.push(
            Diagnostic::warning("edited-file", title)
                .note("it stays, and is from now on not touched")
                .help("remove it by hand"),
        );
    }
}

/// Targets that are not chosen, but whose files an earlier build has left.
pub(super) fn left(plan: &Plan, chosen: &[Chosen<'_>]) -> Vec<&'static str> {
    let removed = || plan.changes.iter().filter(|it| it.new.is_none());
    let is_left = |target: &&&emit::Target| {
        !target.default
            && !chosen.iter().any(|it| it.has(target.name))
            && removed()
                .any(|it| it.path.split_once('/').is_some_and(|it| target.owns(it.1)))
    };
    emit::TARGETS.iter().filter(is_left).map(|it| it.name).collect()
}

/// The end of `build --check`: a diff where the folder is out of date; `left` are targets
/// that are not written any more.
pub(super) fn stale(
    mut session: Session,
    args: &Build,
    plan: &Plan,
    shown: &str,
    left: &[&str],
) -> Exit {
    let paths: Vec<String> =
        plan.changes.iter().map(|it| format!("{shown}/{}", it.path)).collect();
    let machine = json!({ "out": shown, "stale": paths });
    if paths.is_empty() {
        let human = format!("{shown} is up to date\n");
        return session.finish(Exit::Clean, &human, machine);
    }
    if !matches!(session.global.format, Format::Human | Format::Json) {
        session.sink.push(out_of_date(&paths, shown, args));
    }
    let coloured = say::coloured(&session.global, &stdout());
    let mut human: String =
        plan.changes.iter().map(|it| difference(it, shown, coloured)).collect();
    let n_files = counted(paths.len(), "file");
    human.push_str(&format!(
        "{shown} is out of date: {n_files} to change; run `{}`\n",
        command(args)
    ));
    for name in left {
        let what = if *name == promtool_tests::TARGET.name { "tests" } else { "files" };
        human.push_str(&format!(
            "{what} were written with `--target {name}`: name it here too\n"
        ));
    }
    session.finish(Exit::Findings, &human, machine)
}

/// The finding for those who see no diff.
fn out_of_date(paths: &[String], shown: &str, args: &Build) -> Diagnostic {
    let n_files = counted(paths.len(), "file");
    let title = format!("`{shown}` is out of date: {n_files} to change");
    let mut out = Diagnostic::warning("stale-build", title)
        .help(format!("run `{}`", command(args)));
    for path in paths.iter().take(MAX_NAMED) {
        out = out.note(format!("`{path}`"));
    }
    out
}

/// The build that brings up to date what this one found out of date.
fn command(args: &Build) -> String {
    let mut out = "aqua-alerts build".to_owned();
    let mut add = |key: &str, value: &str| {
        out.push_str(
            &match value.contains(|it: char| it.is_whitespace() || it == '\'') {
                true => format!(" {key} '{}'", value.replace('\'', "'\\''")),
                false => format!(" {key} {value}"),
            },
        );
    };
    args.env.iter().for_each(|it| add("--env", it));
    args.target.iter().for_each(|it| add("--target", it));
    if let Some(it) = &args.out {
        add("--out", &it.display().to_string());
    }
    if args.only {
        out.push_str(" --only");
    }
    out
}

fn difference(change: &Change, shown: &str, coloured: bool) -> String {
    let path = format!("{shown}/{}", change.path);
    let old = change.old.as_ref().map(|it| String::from_utf8_lossy(it).into_owned());
    let from = if old.is_some() { path.as_str() } else { "/dev/null" };
    let to = if change.new.is_some() { path.as_str() } else { "/dev/null" };
    let diff = unified::diff(
        from,
        to,
        &old.unwrap_or_default(),
        change.new.as_deref().unwrap_or_default(),
    );
    match coloured {
        true => unified::coloured(&diff),
        false => diff,
    }
}
