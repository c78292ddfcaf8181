//! The project's own tests, in every environment that they concern.

use std::sync::Arc;

use rayon::prelude::*;

use crate::case::exported::Exported;
use crate::case::native::fill::{self, Ready};
use crate::case::native::read::{self, Case};
use crate::cli::clock::clock;
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::cli::test::Plan;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::text::Text;
use crate::doc;
use crate::emit::promtool_tests;
use crate::harness::native::{self, Verdict, export, names};
use crate::harness::plan;
use crate::harness::result::FileResult;
use crate::promql::dialect::Version;
use crate::resolve;
use crate::rules::book::Book;

/// An environment with its rules ready to run.
struct Server<'a> {
    book: &'a Book,
    plan: plan::Plan<'a>,
    parameters: Vec<(Arc<str>, Text)>,
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

/// Runs test files.
pub fn run(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    session: &mut Session,
) -> Vec<FileResult> {
    let Some(all) = verdicts(loaded, files, plan, session) else { return Vec::new() };
    let mut tests: Vec<Vec<_>> = files.iter().map(|_| Vec::new()).collect();
    for Ran { file_idx, verdict, .. } in all {
        tests[file_idx].push(verdict.result);
    }
    let path = |file: FileId| session.sources.file(file).path.clone();
    let results =
        files.iter().zip(tests).map(|(file, it)| FileResult::of_tests(path(*file), it));
    results.collect()
}

/// Reads and runs test files. Faults of the tests themselves are in the session's sink;
/// then nothing ran.
pub fn verdicts(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    session: &mut Session,
) -> Option<Vec<Ran>> {
    let servers = servers(loaded);
    old_servers(&servers, session);
    let jobs = jobs(loaded, files, plan, &servers, session);
    if session.sink.has_errors() {
        return None;
    }
    let ran = jobs.par_iter().map(|it| {
        let server = &it.servers[it.server_idx];
        let before = clock();
        let mut verdict = native::run(&it.ready, server.book, &server.plan);
        verdict.result.duration = clock().saturating_sub(before);
        Ran { file_idx: it.file_idx, book_idx: it.server_idx, verdict }
    });
    Some(ran.collect())
}

/// The tests of files as promtool can make them, for each environment; `None` where there
/// are faults, which are in the session's sink.
pub fn exported(
    loaded: &Loaded,
    files: &[FileId],
    session: &mut Session,
) -> Option<Vec<Vec<promtool_tests::File>>> {
    let servers = servers(loaded);
    old_servers(&servers, session);
    let jobs = jobs(loaded, files, &Plan::everything(), &servers, session);
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
        servers.iter().map(|_| files.iter().map(file).collect()).collect();
    for (server_idx, file_idx, test) in all {
        let line = session.sources.position(test.span).line;
        out[server_idx][file_idx].tests.push((line, test));
    }
    Some(out)
}

/// Reads test files and says what is wrong with them, without running anything.
pub fn check(loaded: &Loaded, files: &[FileId], session: &mut Session) {
    let servers = servers(loaded);
    jobs(loaded, files, &Plan::everything(), &servers, session);
}

fn servers(loaded: &Loaded) -> Vec<Server<'_>> {
    let server = |book| Server {
        book,
        plan: plan::Plan::new(&book.groups.iter().collect::<Vec<_>>()),
        parameters: resolve::environment_parameters(&loaded.project, &book.env),
    };
    loaded.books.iter().map(server).collect()
}

/// The tests of some files in the environments that they concern.
fn jobs<'a>(
    loaded: &Loaded,
    files: &[FileId],
    plan: &Plan,
    servers: &'a [Server<'a>],
    session: &mut Session,
) -> Vec<Job<'a>> {
    let mut out = Vec::new();
    for (file_idx, file) in files.iter().enumerate() {
        for case in read_file(loaded, *file, session) {
            let all = ready(&case, file_idx, servers, &mut session.sink);
            let wanted = |it: &Job<'_>| plan.wants_env(&servers[it.server_idx].book.env);
            if plan.wants(&case.name) {
                out.extend(all.into_iter().filter(wanted));
            }
        }
    }
    out
}

/// Servers whose PromQL is another one are not what the engine is.
fn old_servers(servers: &[Server<'_>], session: &mut Session) {
    session.sink.extend(servers.iter().find_map(|it| old_server(it.book)));
}

/// Why tests of a project's rules in an environment would prove nothing, if so.
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

fn read_file(loaded: &Loaded, file: FileId, session: &mut Session) -> Vec<Case> {
    let text = session.sources.file(file).text.clone();
    let Some(node) = doc::toml::read(file, &text, &mut session.sink) else {
        return Vec::new();
    };
    let envs: Vec<String> = loaded
        .project
        .manifest
        .environments
        .iter()
        .map(|it| it.name.to_string())
        .collect();
    let cases = read::read(&node, &envs, &mut session.sink);
    let mut known: Vec<String> = envs
        .iter()
        .flat_map(|it| resolve::environment_parameters(&loaded.project, it))
        .map(|it| it.0.to_string())
        .collect();
    known.sort();
    known.dedup();
    fill::check_parameters(&cases, &known, &mut session.sink);
    cases
}

/// A test in each environment that it concerns.
fn ready<'a>(
    case: &Case,
    file_idx: usize,
    servers: &'a [Server<'a>],
    sink: &mut Sink,
) -> Vec<Job<'a>> {
    let mut filled: Vec<(usize, Ready)> = Vec::new();
    for (server_idx, server) in servers.iter().enumerate() {
        let env = &*server.book.env;
        if !case.envs.is_empty() && !case.envs.iter().any(|it| it.as_str() == env) {
            continue;
        }
        let lookup = |name: &str| {
            let it = server.parameters.iter().find(|it| &*it.0 == name)?;
            Some(it.1.clone())
        };
        let interval = server.book.interval.0;
        if let Some(it) = fill::fill(case, env, interval, &lookup, sink) {
            filled.push((server_idx, it));
        }
    }
    let all: Vec<(&Ready, &plan::Plan<'_>)> =
        filled.iter().map(|(idx, it)| (it, &servers[*idx].plan)).collect();
    names::check(&all, sink);
    filled
        .into_iter()
        .filter(|(idx, it)| native::concerns(it, &servers[*idx].plan))
        .map(|(server_idx, ready)| Job { file_idx, server_idx, ready, servers })
        .collect()
}
