//! The project's own tests, in every environment that they concern.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::case::exported::Exported;
use crate::case::native::fill;
use crate::case::native::parameters;
use crate::case::native::read::{self, Case, View};
use crate::case::native::ready::Ready;
use crate::cli::clock::clock;
use crate::cli::lints;
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::cli::test::{Plan, faults};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap, Span};
use crate::diag::text::Text;
use crate::doc::reader::undeclared;
use crate::emit::promtool_tests;
use crate::harness::native::{self, Verdict, export, names};
use crate::harness::panels::stage::{Scene, Stage};
use crate::harness::plan;
use crate::harness::result::FileResult;
use crate::lint::permits;
use crate::promql::dialect::Version;
use crate::resolve;
use crate::rules::book::Book;
use crate::rules::group::{Group, Rule};

/// An environment with its rules ready to run.
struct Server<'a> {
    book: &'a Book,
    plan: plan::Plan<'a>,
    parameters: Vec<(Arc<str>, Text)>,
}

impl Server<'_> {
    fn parameter(&self, name: &str) -> Option<Text> {
        let it = self.parameters.iter().find(|it| &*it.0 == name)?;
        Some(it.1.clone())
    }

    /// Whether a test is not restricted to other environments.
    fn may_run(&self, case: &Case) -> bool {
        let env = &*self.book.env;
        case.envs.is_empty() || case.envs.iter().any(|it| it.as_str() == env)
    }
}

/// All environments, with the rules that the tests of some files see.
struct Servers<'a> {
    view: View,
    all: Vec<Server<'a>>,
}

/// A test of a file in one environment.
struct Job<'a> {
    file_idx: usize,
    server_idx: usize,
    ready: Ready,
    servers: &'a [Server<'a>],
}

/// A test that ran.
#[derive(Debug)]
pub struct Ran {
    /// The place of its file among those that were given.
    pub file_idx: usize,
    /// The place of its environment among the books.
    pub book_idx: usize,
    /// What came out.
    pub verdict: Verdict,
}

/// A test file as read, and what is wrong with it.
#[derive(Debug)]
struct Read {
    cases: Vec<Case>,
    sink: Sink,
}

/// Runs test files. One with a fault is an error, and the others run all the same.
pub fn run(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    session: &mut Session,
) -> Vec<FileResult> {
    let path = |file: FileId, session: &Session| session.sources.file(file).path.clone();
    if let Some(old) = loaded.books.iter().find_map(old_server) {
        let error = |it: &FileId| {
            FileResult::of_error(path(*it, session), vec![old.title.clone()])
        };
        let results = files.iter().map(error).collect();
        session.sink.push(old);
        return results;
    }
    let (read, ran) = read_and_run(loaded, files, plan, session);
    let mut tests: Vec<Vec<_>> = files.iter().map(|_| Vec::new()).collect();
    let mut doubts: Vec<Vec<Diagnostic>> = files.iter().map(|_| Vec::new()).collect();
    for Ran { file_idx, verdict, .. } in ran {
        doubts[file_idx].extend(verdict.doubts);
        tests[file_idx].push(verdict.result);
    }
    let mut results = Vec::new();
    let mut doubted = Sink::new();
    for (((file, read), tests), doubts) in files.iter().zip(read).zip(tests).zip(doubts) {
        let path = path(*file, session);
        results.push(match read.sink.has_errors() {
            true => faults::of_file(path, read.sink, session),
            false => {
                session.sink.extend(read.sink.into_sorted());
                doubts.into_iter().for_each(|it| doubted.push_once(it));
                FileResult::of_tests(path, tests)
            }
        });
    }
    if !doubted.is_empty() {
        permits::apply(&loaded.books, &session.sources, &mut doubted);
        lints::apply(&lints::of_project(&loaded.project.manifest.lints), &mut doubted);
        session.sink.extend(doubted.into_sorted());
    }
    results
}

/// What the tests of files prove; `None` where there are faults, which are in the session's
/// sink.
pub fn verdicts(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    session: &mut Session,
) -> Option<Vec<Ran>> {
    let (read, ran) = read_and_run(loaded, files, plan, session);
    say(read, session);
    (!session.sink.has_errors()).then_some(ran)
}

/// Runs the tests of the files in which there are no faults.
fn read_and_run(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    session: &Session,
) -> (Vec<Read>, Vec<Ran>) {
    let mut read = read_files(loaded, files, session);
    let servers = servers(loaded, &mut read);
    let mut jobs = jobs(&mut read, plan, &servers);
    jobs.retain(|it| !read[it.file_idx].sink.has_errors());
    let ran = jobs.par_iter().map(|it| {
        let server = &it.servers[it.server_idx];
        let before = clock();
        let mut verdict = native::run(&it.ready, server.book, &server.plan);
        verdict.result.duration = clock().saturating_sub(before);
        Ran { file_idx: it.file_idx, book_idx: it.server_idx, verdict }
    });
    let ran = ran.collect();
    (read, ran)
}

/// The tests of files as promtool can make them, for each environment; `None` where there
/// are faults, which are in the session's sink.
pub fn exported(
    loaded: &Loaded,
    files: &[FileId],
    session: &mut Session,
) -> Option<Vec<Vec<promtool_tests::File>>> {
    session.sink.extend(loaded.books.iter().find_map(old_server));
    let mut read = read_files(loaded, files, session);
    let servers = servers(loaded, &mut read);
    let jobs = jobs(&mut read, &Plan::everything(), &servers);
    say(read, session);
    if session.sink.has_errors() {
        return None;
    }
    let export = |it: Job<'_>| {
        let server = &it.servers[it.server_idx];
        let test = export::export(&it.ready, server.book, &server.plan);
        (it.server_idx, it.file_idx, test)
    };
    let all: Vec<(usize, usize, Exported)> = jobs.into_par_iter().map(export).collect();
    let file = |id: &FileId| promtool_tests::File {
        path: session.sources.file(*id).path.clone(),
        tests: Vec::new(),
    };
    let mut out: Vec<Vec<promtool_tests::File>> =
        loaded.books.iter().map(|_| files.iter().map(file).collect()).collect();
    for (server_idx, file_idx, test) in all {
        let line = session.sources.position(test.span).line;
        out[server_idx][file_idx].tests.push((line, test));
    }
    Some(out)
}

/// The alerts that the tests of files name, each with a test and its file, in their order.
pub fn tests_of_alerts(
    loaded: &Loaded,
    files: &[FileId],
    session: &mut Session,
) -> Vec<(String, String)> {
    let mut read = read_files(loaded, files, session);
    let servers = servers(loaded, &mut read);
    let jobs = jobs(&mut read, &Plan::everything(), &servers);
    say(read, session);
    let mut out = Vec::new();
    for Job { file_idx, ready, .. } in &jobs {
        let path = &session.sources.file(files[*file_idx]).path;
        let expected = ready.expects.iter().map(|it| it.selector.name.clone());
        let asserted = ready.moments.iter().filter_map(|it| it.alert.as_ref());
        for name in expected.chain(asserted.map(Text::to_string)) {
            let found = (name, format!("\"{}\" in `{path}`", ready.name));
            if !out.contains(&found) {
                out.push(found);
            }
        }
    }
    out
}

/// The annotations of these alerts as tests make them fire: the place of each as it is
/// written, and its text. Of old servers, whose windows are others, tests prove nothing.
pub fn fired(
    loaded: &Loaded,
    files: &[FileId],
    names: &BTreeSet<&str>,
    session: &mut Session,
) -> Vec<(Span, String)> {
    let mut read = read_files(loaded, files, session);
    let servers = servers(loaded, &mut read);
    let mut jobs = jobs(&mut read, &Plan::everything(), &servers);
    say(read, session);
    if session.sink.has_errors() || loaded.books.iter().any(|it| old_server(it).is_some())
    {
        return Vec::new();
    }
    jobs.retain(|it| {
        let expected = it.ready.expects.iter().map(|it| it.selector.name.as_str());
        let moments = it.ready.moments.iter().filter_map(|it| it.alert.as_ref());
        expected.chain(moments.map(Text::as_str)).any(|it| names.contains(it))
    });
    let of_job = |it: &Job<'_>| {
        let server = &it.servers[it.server_idx];
        let mut out = Vec::new();
        for (rule, texts) in native::annotations(&it.ready, server.book, &server.plan) {
            let Rule::Alert(alert) = server.plan.slots[rule].rule else { continue };
            for pair in &alert.annotations {
                if let Some(text) = texts.symbol(pair.name.as_str()) {
                    out.push((pair.value.span(), text.to_string()));
                }
            }
        }
        out
    };
    let mut out: Vec<(Span, String)> = jobs.par_iter().flat_map_iter(of_job).collect();
    out.sort();
    out.dedup();
    out
}

/// Reads test files and says what is wrong with them. Where nothing is, `ask` is given the
/// tests of each environment.
pub fn check(
    loaded: &Loaded,
    files: &[FileId],
    session: &mut Session,
    ask: impl FnOnce(&[Stage<'_>], &mut Session),
) {
    let mut read = read_files(loaded, files, session);
    let servers = servers(loaded, &mut read);
    let jobs = jobs(&mut read, &Plan::everything(), &servers);
    say(read, session);
    // Of old servers, whose windows are others, tests prove nothing.
    if session.sink.has_errors() || loaded.books.iter().any(|it| old_server(it).is_some())
    {
        return;
    }
    let scenes = |idx: usize| {
        let jobs = jobs.iter().filter(move |it| it.server_idx == idx);
        jobs.map(move |it| Scene { ready: &it.ready, plan: &it.servers[idx].plan })
    };
    let stage = |(idx, book)| Stage::new(book, scenes(idx).collect());
    let stages: Vec<Stage<'_>> = loaded.books.iter().enumerate().map(stage).collect();
    ask(&stages, session);
}

/// Reads test files and says what is wrong with them whatever the rules are, which could
/// not be resolved.
pub fn check_alone(loaded: &Loaded, files: &[FileId], session: &mut Session) {
    let mut read = read_files(loaded, files, session);
    let envs = environments(loaded);
    for Read { cases, sink } in &mut read {
        // Which environments have what the tests name is not known.
        parameters::check(cases, &envs, |_| Vec::new(), sink);
    }
    say(read, session);
}

/// The environments for each view of the rules that some file has.
fn servers<'a>(loaded: &'a Loaded, read: &mut [Read]) -> Vec<Servers<'a>> {
    let own = loaded.project.files.iter().map(|it| it.name.clone());
    let vendored = loaded.project.rule_files.iter().map(|it| it.path.clone());
    let files: Vec<String> = own.chain(vendored).collect();
    let mut out: Vec<Servers<'a>> = Vec::new();
    // All cases of a file have its view.
    for it in read.iter_mut() {
        let Some(case) = it.cases.first() else { continue };
        unknown_rules(loaded, &case.view, &files, &mut it.sink);
        if out.iter().any(|it| it.view == case.view) {
            continue;
        }
        let server = |book: &'a Book| Server {
            book,
            plan: plan::Plan::new(&seen(&case.view, book, &files)),
            parameters: resolve::environment_parameters(&loaded.project, &book.env),
        };
        let all = loaded.books.iter().map(server).collect();
        out.push(Servers { view: case.view.clone(), all });
    }
    let envs = environments(loaded);
    for Read { cases, sink } in read {
        let runs = |case: &Case| {
            let servers = of_view(&case.view, &out);
            let (asked, _) = asked(case, servers);
            asked.into_iter().map(|it| servers[it].book.env.to_string()).collect()
        };
        parameters::check(cases, &envs, runs, sink);
    }
    out
}

/// The environments as the tests of a view see them.
fn of_view<'s, 'a>(view: &View, servers: &'s [Servers<'a>]) -> &'s [Server<'a>] {
    servers.iter().find(|it| it.view == *view).map_or(&[][..], |it| &it.all)
}

/// The environments of a project, and the names of their parameters.
fn environments(loaded: &Loaded) -> Vec<parameters::Env> {
    let with_parameters = |env: &str| {
        let all = resolve::environment_parameters(&loaded.project, env);
        (env.to_owned(), all.into_iter().map(|it| it.0.to_string()).collect())
    };
    let envs = loaded.project.manifest.environments.iter();
    envs.map(|it| with_parameters(&it.name)).collect()
}

/// The groups that tests see, in the order of their evaluation.
fn seen<'a>(view: &View, book: &'a Book, files: &[String]) -> Vec<&'a Group> {
    let known = |it: &Text| files.iter().any(|file| file == it.as_str());
    let mut groups: Vec<&Group> = match &view.rules {
        None => book.groups.iter().collect(),
        // A file that is none has been reported; its alerts need not be unknown too.
        Some(files) if !files.iter().all(known) => book.groups.iter().collect(),
        Some(files) => {
            let groups = |file: &Text| {
                let paths = [format!("alerts/{file}.toml"), file.to_string()];
                // Of several objects each is a file of its own.
                let is = move |it: &&Group| {
                    let rest =
                        paths.iter().find_map(|path| it.file.strip_prefix(&**path));
                    rest.is_some_and(|it| it.is_empty() || it.starts_with('#'))
                };
                book.groups.iter().filter(is)
            };
            files.iter().flat_map(groups).collect()
        }
    };
    let place =
        |group: &Group| view.order.iter().position(|it| it.as_str() == group.name);
    groups.sort_by_key(|it| place(it).unwrap_or(0));
    groups
}

/// Says which alerts files and groups a view names that there are not.
fn unknown_rules(loaded: &Loaded, view: &View, files: &[String], sink: &mut Sink) {
    for name in view.rules.iter().flatten().filter(|it| !files.contains(&it.to_string()))
    {
        sink.push(undeclared(name, "an alerts file", Some(files)));
    }
    let groups = loaded.books.iter().flat_map(|it| &it.groups);
    let groups: Vec<String> = groups.map(|it| it.name.clone()).collect();
    for name in view.order.iter().filter(|it| !groups.contains(&it.to_string())) {
        sink.push(undeclared(name, "a group", Some(&groups)));
    }
}

/// The tests of all files in the environments that they concern.
fn jobs<'a>(read: &mut [Read], plan: &Plan, servers: &'a [Servers<'a>]) -> Vec<Job<'a>> {
    let mut out = Vec::new();
    for (file_idx, Read { cases, sink }) in read.iter_mut().enumerate() {
        for case in cases.iter() {
            let servers = of_view(&case.view, servers);
            let all = ready(case, file_idx, servers, sink);
            let wanted = |it: &Job<'_>| plan.wants_env(&servers[it.server_idx].book.env);
            if plan.wants(&case.name) {
                out.extend(all.into_iter().filter(wanted));
            }
        }
    }
    out
}

/// Why tests of a project's rules in an environment would prove nothing, if so: servers
/// whose PromQL is another one are not what the engine is.
pub fn old_server(book: &Book) -> Option<Diagnostic> {
    let version = book.dialect.version;
    let title = format!(
        "Prometheus {version} evaluates windows differently: tests would prove nothing"
    );
    let diagnostic = Diagnostic::error("old-server", title).help(
        "`build` works for it; for `test`, set `[prometheus] version` to 3.0 or later",
    );
    (version < Version::new(3, 0)).then_some(diagnostic)
}

fn read_files(loaded: &Loaded, files: &[FileId], session: &Session) -> Vec<Read> {
    files.iter().map(|it| read_file(loaded, *it, &session.sources)).collect()
}

fn read_file(loaded: &Loaded, file: FileId, sources: &SourceMap) -> Read {
    let mut sink = Sink::new();
    let names = loaded.project.manifest.environments.iter().map(|it| it.name.to_string());
    let names: Vec<String> = names.collect();
    let cases = read::read_text(file, &sources.file(file).text, &names, &mut sink);
    Read { cases, sink }
}

/// Says what is wrong with files.
fn say(read: Vec<Read>, session: &mut Session) {
    session.sink.extend(read.into_iter().flat_map(|it| it.sink.into_sorted()));
}

/// A test in each environment that it concerns.
fn ready<'a>(
    case: &Case,
    file_idx: usize,
    servers: &'a [Server<'a>],
    sink: &mut Sink,
) -> Vec<Job<'a>> {
    let (asked, runs) = asked(case, servers);
    let mut filled: Vec<(usize, Ready)> = Vec::new();
    for server_idx in asked {
        let server = &servers[server_idx];
        let env = fill::Env {
            name: &server.book.env,
            interval: server.book.interval.0,
            dialect: &server.book.dialect,
            lookup: &|name| server.parameter(name),
        };
        if let Some(it) = fill::fill(case, &env, sink) {
            filled.push((server_idx, it));
        }
    }
    let all: Vec<(&Ready, &plan::Plan<'_>)> =
        filled.iter().map(|(idx, it)| (it, &servers[*idx].plan)).collect();
    let may_run = servers.iter().filter(|it| it.may_run(case));
    let plans: Vec<&plan::Plan<'_>> = may_run.map(|it| &it.plan).collect();
    names::check(&all, &plans, sink);
    let job = |(server_idx, ready)| Job { file_idx, server_idx, ready, servers };
    filled.into_iter().filter(|_| runs).map(job).collect()
}

/// The environments that a test is asked about, and whether it runs in them: those that it
/// concerns. Where it concerns none, that is said of all in which it may run.
fn asked(case: &Case, servers: &[Server<'_>]) -> (Vec<usize>, bool) {
    let may_run = |it: &usize| servers[*it].may_run(case);
    let all: Vec<usize> = (0..servers.len()).filter(may_run).collect();
    let concerns = |it: &usize| {
        let server = &servers[*it];
        let lookup = |name: &str| server.parameter(name);
        native::concerns(case, &server.book.env, &lookup, &server.plan)
    };
    let some: Vec<usize> = all.iter().copied().filter(concerns).collect();
    match some.is_empty() {
        true => (all, false),
        false => (some, true),
    }
}
