//! `build`: compiles the project and brings the output folder up to date.

use std::fs::File;
use std::io::stdout;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use crate::cli::args::{Build, Global};
use crate::cli::exit::Exit;
use crate::cli::inhibit::{self, Tests};
use crate::cli::load::{self, Loaded};
use crate::cli::output::{Change, Plan, Wanted, plan};
use crate::cli::runbooks::pages;
use crate::cli::session::{Session, counted};
use crate::cli::{fs, say, test, unified};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::text::Text;
use crate::emit::choice::{self, Asked, Chosen};
use crate::emit::{self, promtool_tests};
use crate::rules::book::Book;
use crate::rules::group::Rule;
use crate::rules::output::Own;
use crate::spec::model::{self, Project};

/// Runs the command.
pub fn run(global: &Global, args: &Build) -> Exit {
    let mut session = Session::new(global);
    let asked = Asked { names: &args.target, only: args.only };
    // First of all, since what a killed build left there is to be put right even where the
    // project is not sound.
    let _own = match own(global, args) {
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
    let (mut tests, mut n_yaml) = (Vec::new(), 0);
    if with_tests {
        (tests, n_yaml) = promtool_tests(&mut loaded, files, &args.env, &mut session);
        if session.sink.has_errors() {
            return session.finish(Exit::Invalid, "", json!({}));
        }
    }
    pages::check(&loaded, false, &mut session);
    let chosen = choices(&loaded.books, asked, &mut session.sink);
    let wanted = compile(&loaded.books, &chosen, asked, &tests, &mut session.sink);
    let with_tests = chosen.iter().any(|it| it.has(promtool_tests::TARGET.name));
    if with_tests && !session.sink.has_errors() {
        said_of_tests(&wanted, n_yaml, &mut session.sink);
    }
    let (out, shown) = folder(&loaded.root, args, global);
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
    objections(&plan, &shown, &mut session.sink);
    if session.has_failed() {
        return session.finish(Exit::Findings, "", json!({}));
    }
    if args.check {
        let left = left(&plan, &chosen);
        return stale(session, &plan, &shown, &left);
    }
    if let Err(diagnostic) = fs::carry_out(&out, &shown, &old, &plan) {
        return session.fail(diagnostic);
    }
    let human = summary(&loaded, &plan, &shown);
    let machine = document(&loaded, &plan, &shown);
    // The process ends: to take a large project apart first would take a tenth of its time.
    std::mem::forget((loaded, plan));
    session.finish(Exit::Clean, &human, machine)
}

/// Whether tests are to be written as promtool's, for some environment.
fn wants_tests(project: &Project, asked: Asked<'_>) -> bool {
    let manifest = &project.manifest;
    let builds = manifest.environments.iter().map(|it| &it.build);
    let named = |it: &model::Build| {
        let names = it.targets.iter().flatten();
        names.map(Text::as_str).any(|it| it == promtool_tests::TARGET.name)
    };
    asked.names.iter().any(|it| it == promtool_tests::TARGET.name)
        || !asked.only && builds.chain([&manifest.build]).any(named)
}

/// What is written for each environment.
fn choices<'b>(books: &'b [Book], asked: Asked<'_>, sink: &mut Sink) -> Vec<Chosen<'b>> {
    let mut out = Vec::new();
    for book in books {
        let mut said = Sink::new();
        out.push(choice::choose(book, asked, &mut said));
        said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
    }
    out
}

/// The tests of the project as promtool's, for each of these environments; the others
/// leave `loaded`. Also how many test files are promtool's already.
fn promtool_tests(
    loaded: &mut Loaded,
    files: Option<Tests>,
    envs: &[String],
    session: &mut Session,
) -> (Vec<Vec<promtool_tests::File>>, usize) {
    let (files, others): (Vec<_>, Vec<_>) = files
        .unwrap_or_else(|| test::own(loaded, session))
        .into_iter()
        .partition(|it| it.1.ends_with(".toml"));
    let files: Vec<FileId> = files.into_iter().map(|it| it.0).collect();
    let Some(tests) = test::native::exported(loaded, &files, session) else {
        return Default::default();
    };
    let is_wanted =
        |book: &Book| envs.is_empty() || envs.iter().any(|it| **it == *book.env);
    let (books, tests): (_, Vec<_>) = std::mem::take(&mut loaded.books)
        .into_iter()
        .zip(tests)
        .filter(|it| is_wanted(&it.0))
        .unzip();
    loaded.books = books;
    (tests, others.iter().filter(|it| !it.1.ends_with(".test")).count())
}

/// Says that no test is written, and which tests are promtool's already.
fn said_of_tests(wanted: &[Wanted], n_yaml: usize, sink: &mut Sink) {
    let note = match n_yaml {
        0 => None,
        1 => Some("1 YAML file in `testdata` is promtool's already".to_owned()),
        n => Some(format!("{n} YAML files in `testdata` are promtool's already")),
    };
    if !wanted.iter().any(|it| is_test(&it.path)) {
        let title = "`--target promtool-tests` has no test to write";
        let mut it = Diagnostic::error("no-test", title)
            .help("write tests in `testdata/*.toml`, or leave the target out");
        it.notes.extend(note);
        sink.push(it);
    } else if let Some(title) = note {
        let it = Diagnostic::warning("not-converted", title);
        sink.push(Diagnostic { level: Level::Note, ..it });
    }
}

/// Whether a path below the output folder is that of a test of promtool's.
fn is_test(path: &str) -> bool {
    path.split_once('/').is_some_and(|it| promtool_tests::TARGET.owns(it.1))
}

/// Writes what is chosen of all books, and the tests of each where there are any; the paths
/// begin with the environment.
fn compile(
    books: &[Book],
    chosen: &[Chosen<'_>],
    asked: Asked<'_>,
    tests: &[Vec<promtool_tests::File>],
    sink: &mut Sink,
) -> Vec<Wanted> {
    let written: Vec<_> = books
        .par_iter()
        .enumerate()
        .map(|(idx, book)| {
            let mut sink = Sink::new();
            let chosen = &chosen[idx];
            let mut out = emit::emit(book, &chosen.targets, &mut sink);
            if let Some(tests) = tests.get(idx)
                && chosen.has(promtool_tests::TARGET.name)
            {
                out.extend(promtool_tests::emit(book, tests, &mut sink));
            }
            // What others refer to was written to be referred to.
            out.retain(|it| !asked.only || choice::is_asked(&it.path, asked));
            let own = chosen.own.iter().copied();
            let own = own.filter(|it| !asked.only || asked.has(it.name.as_str()));
            let own: Vec<&Own> = own.collect();
            out.extend(emit::own::emit(book, &own, &mut sink));
            (out, sink)
        })
        .collect();
    let mut out = Vec::new();
    for (book, (artifacts, said)) in books.iter().zip(written) {
        sink.extend(said.into_sorted());
        out.extend(artifacts.into_iter().map(|it| Wanted {
            path: format!("{}/{}", book.env, it.path),
            text: it.text,
        }));
    }
    out
}

/// Makes the output folder this run's own, where it writes.
fn own(global: &Global, args: &Build) -> Result<Option<File>, Diagnostic> {
    let start = fs::start(global.directory.as_deref());
    match fs::find_project(&start) {
        Ok(root) if !args.check => {
            let (out, shown) = folder(&root, args, global);
            fs::own(&out, &shown)
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
            let full = fs::start(global.directory.as_deref()).join(out);
            (full, fs::shown(root, out))
        }
    }
}

/// The most files that one message names.
const MAX_NAMED: usize = 10;

/// What stands in the way of a plan.
fn objections(plan: &Plan, shown: &str, sink: &mut Sink) {
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
fn left(plan: &Plan, chosen: &[Chosen<'_>]) -> Vec<&'static str> {
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
fn stale(session: Session, plan: &Plan, shown: &str, left: &[&str]) -> Exit {
    let paths: Vec<String> =
        plan.changes.iter().map(|it| format!("{shown}/{}", it.path)).collect();
    let machine = json!({ "out": shown, "stale": paths });
    if paths.is_empty() {
        let human = format!("{shown} is up to date\n");
        return session.finish(Exit::Clean, &human, machine);
    }
    let coloured = say::coloured(&session.global, &stdout());
    let mut human: String =
        plan.changes.iter().map(|it| difference(it, shown, coloured)).collect();
    let n_files = counted(paths.len(), "file");
    human.push_str(&format!(
        "{shown} is out of date: {n_files} to change; run `aqua-alerts build`\n"
    ));
    for name in left {
        let what = if *name == promtool_tests::TARGET.name { "tests" } else { "files" };
        human.push_str(&format!(
            "{what} were written with `--target {name}`: name it here too\n"
        ));
    }
    session.finish(Exit::Findings, &human, machine)
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

/// What an environment holds.
struct Counts {
    alerts: usize,
    records: usize,
    monitors: usize,
    dashboards: usize,
}

fn counts(book: &Book) -> Counts {
    let rules = || book.groups.iter().flat_map(|it| &it.rules);
    let alerts = rules().filter(|it| matches!(it, Rule::Alert(_))).count();
    Counts {
        alerts,
        records: rules().count() - alerts,
        monitors: book.monitors.len() + book.probes.len(),
        dashboards: book.dashboards.len(),
    }
}

/// What a person sees of a build: a line per environment, and what it changed.
fn summary(loaded: &Loaded, plan: &Plan, shown: &str) -> String {
    let width = loaded.books.iter().map(|it| it.env.chars().count()).max();
    // Rust's formatting knows no widths above 65,535.
    let width = width.unwrap_or(0).min(200);
    let mut out = String::new();
    for book in &loaded.books {
        let it = counts(book);
        let more = [
            (it.records, "record"),
            (it.monitors, "monitor"),
            (it.dashboards, "dashboard"),
        ];
        let more = more.into_iter().filter(|it| it.0 != 0);
        let parts: Vec<String> = std::iter::once((it.alerts, "alert"))
            .chain(more)
            .map(|(n, noun)| counted(n, noun))
            .collect();
        out.push_str(&format!("{:width$}  {}\n", book.env, parts.join(", ")));
    }
    let n_removed = plan.changes.iter().filter(|it| it.new.is_none()).count();
    let n_written = plan.changes.len() - n_removed;
    let n_files = counted(n_written + plan.n_unchanged, "file");
    let mut changes = Vec::new();
    if n_written != 0 {
        changes.push(format!("{n_written} written"));
    }
    if n_removed != 0 {
        changes.push(format!("{n_removed} removed"));
    }
    if plan.n_unchanged != 0 && !changes.is_empty() {
        changes.push(format!("{} unchanged", plan.n_unchanged));
    }
    let changes = match changes.is_empty() {
        true => "up to date".to_owned(),
        false => changes.join(", "),
    };
    out.push_str(&format!("{n_files} in {shown}: {changes}\n"));
    out
}

fn document(loaded: &Loaded, plan: &Plan, shown: &str) -> Json {
    let environment = |book: &Book| {
        let it = counts(book);
        json!({
            "name": &*book.env,
            "alerts": it.alerts,
            "records": it.records,
            "monitors": it.monitors,
            "dashboards": it.dashboards,
        })
    };
    let paths = |new: bool| {
        let changes = plan.changes.iter().filter(|it| it.new.is_some() == new);
        changes.map(|it| format!("{shown}/{}", it.path)).collect::<Vec<_>>()
    };
    json!({
        "out": shown,
        "environments": loaded.books.iter().map(environment).collect::<Vec<_>>(),
        "written": paths(true),
        "removed": paths(false),
        "unchanged": plan.n_unchanged,
    })
}
