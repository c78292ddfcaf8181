//! `test`: runs tests and reports what they prove.
//!
//! Tests of three dialects: the project's own TOML files, promtool's YAML files, and
//! Prometheus's script files. Without paths, all files below `testdata`.

mod find;
pub mod native;
pub mod others;
mod project;
pub mod promtool;
pub mod reports;
pub mod rule_files;
mod strict;

use std::path::Path;

use serde_json::json;

use crate::cli::args::{Format, Global, Report, Test};
use crate::cli::exit::Exit;
use crate::cli::fs;
use crate::cli::load::{self, Loaded};
use crate::cli::say;
use crate::cli::session::{Outcome as Shown, Session};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::suggest::list;
use crate::harness::report::{fold, human, json as json_report};
use crate::harness::result::{FileResult, Outcome};
use crate::promql::dialect::{self, Features, Version};
use crate::promql::re2::Regex;

/// What the command is to do, checked.
#[derive(Debug)]
pub struct Plan {
    /// Only tests whose name matches.
    pub filter: Option<Regex>,
    /// Only these environments.
    pub envs: Vec<String>,
    /// The flags for promtool's files.
    pub features: Features,
    /// Whether unknown fields of their rule files are passed over.
    pub ignore_unknown: bool,
    /// Whether what promtool passes in silence is an error.
    pub strict: bool,
}

impl Plan {
    /// Every test in every environment.
    pub fn everything() -> Plan {
        Plan {
            filter: None,
            envs: Vec::new(),
            features: of_the_latest(),
            ignore_unknown: false,
            strict: false,
        }
    }

    /// Whether tests are to run in an environment.
    pub fn wants_env(&self, env: &str) -> bool {
        self.envs.is_empty() || self.envs.iter().any(|it| it == env)
    }

    /// Whether a test is to run.
    pub fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|it| it.is_match(name))
    }
}

/// What the newest version knows without a flag.
fn of_the_latest() -> Features {
    dialect::Dialect::new(Version::LATEST).features
}

/// The dialect of a file of tests, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Native,
    Promtool,
    Script,
}

fn dialect(path: &str) -> Option<Dialect> {
    match Path::new(path).extension()?.to_str()? {
        "toml" => Some(Dialect::Native),
        "yaml" | "yml" => Some(Dialect::Promtool),
        "test" => Some(Dialect::Script),
        _ => None,
    }
}

/// Runs the command.
pub fn run(global: &Global, args: &Test) -> Exit {
    let mut session = Session::new(global);
    // As promtool does, several are one.
    let filter = match Regex::new(&args.run.join("|")) {
        _ if args.run.is_empty() => None,
        Ok(it) => Some(it),
        Err(error) => {
            let title = format!("`--run` is no regular expression: {error}");
            return session.fail(Diagnostic::error("bad-argument", title));
        }
    };
    let features = others::features(&args.enable_feature, &mut session.sink);
    let plan = Plan {
        filter,
        envs: args.env.clone(),
        features,
        ignore_unknown: args.ignore_unknown_fields,
        strict: args.strict,
    };
    for (given, help) in [
        (args.debug, "`-v` shows every test"),
        (args.diff, "differences are always shown; `-v` shows every test"),
    ] {
        if given {
            let title = "`--debug` and `--diff` are promtool's";
            return session.fail(Diagnostic::error("bad-argument", title).help(help));
        }
    }
    let start = fs::start(global.directory.as_deref());
    reports::check(&args.reports(), &start, &mut session);
    let named = find::find(&start, &args.paths, &mut session);
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let native = named.is_none()
        || named
            .iter()
            .flat_map(|it| &it.files)
            .any(|it| dialect(&it.1) == Some(Dialect::Native));
    let loaded = match native {
        true => match load_all(&args.env, &mut session) {
            Some(it) => Some(it),
            None => return session.finish(Exit::Invalid, "", json!({})),
        },
        false => None,
    };
    let find::Named { files, faults: mut results, said: unread } = match (named, &loaded)
    {
        (Some(named), _) => named,
        (None, Some(loaded)) => {
            find::Named { files: own(loaded, &mut session), ..find::Named::default() }
        }
        (None, None) => find::Named::default(),
    };
    let is_promtool = |it: &(FileId, String)| dialect(&it.1) == Some(Dialect::Promtool);
    if !args.enable_feature.is_empty() && !files.iter().any(is_promtool) {
        let title = "`--enable-feature` has no effect: no test file is promtool's";
        session.sink.push(Diagnostic::warning("unused-argument", title).help(
            "a project names its features in the manifest: `[prometheus] features`",
        ));
    }
    let natives: Vec<FileId> = files
        .iter()
        .filter(|it| dialect(&it.1) == Some(Dialect::Native))
        .map(|it| it.0)
        .collect();
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    if let (Some(loaded), false) = (&loaded, natives.is_empty()) {
        results.extend(native::run(loaded, &natives, &plan, &mut session));
    }
    let promtools: Vec<_> = files.iter().filter(|it| is_promtool(it)).cloned().collect();
    let own = loaded.as_ref();
    results.extend(promtool::run(&promtools, &start, &plan, own, &mut session));
    for (file, path) in &files {
        if dialect(path) == Some(Dialect::Script) {
            results.push(others::script(*file, path, &plan, &session));
        }
    }
    if plan.filter.is_some() {
        results.retain(|it| !it.tests.is_empty() || it.outcome == Outcome::Error);
    }
    results.sort_by(|a, b| a.path.cmp(&b.path));
    nothing_ran(&results, &plan, &promtools, loaded.is_some(), &mut session);
    if !args.env.is_empty() && loaded.is_none() && !session.sink.has_errors() {
        no_environment(&results, &mut session);
    }
    // The other paths ran all the same.
    session.sink.extend(unread.into_sorted());
    if plan.strict {
        strict::apply(&mut results, &mut session);
    }
    finish(session, &results, args, &start)
}

/// The project in all environments, since a test may name alerts of any; `None` where it
/// is invalid, or lacks one of the environments that were asked for.
fn load_all(envs: &[String], session: &mut Session) -> Option<Loaded> {
    let loaded = load::load(session, &[])?;
    load::check_names(&loaded.project, envs, session);
    (!session.sink.has_errors()).then_some(loaded)
}

/// The tests of the project.
pub fn own(loaded: &Loaded, session: &mut Session) -> Vec<(FileId, String)> {
    let extensions = &["toml", "yaml", "yml", "test"];
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let files = fs::read_tree(&loaded.root, "testdata", extensions, sources, sink);
    files
        .into_iter()
        .map(|(path, text)| (sources.add(path.as_str(), text), path))
        .collect()
}

/// A run that proves nothing is a mistake; of promtool's files alone it passes, as there.
fn nothing_ran(
    results: &[FileResult],
    plan: &Plan,
    promtools: &[(FileId, String)],
    of_project: bool,
    session: &mut Session,
) {
    let n_tests: usize = results.iter().map(|it| it.tests.len()).sum();
    let n_errors = results.iter().filter(|it| it.outcome == Outcome::Error).count();
    if n_tests != 0 || n_errors != 0 || session.sink.has_errors() {
        return;
    }
    let new = match of_project {
        true => Diagnostic::error,
        false => Diagnostic::warning,
    };
    let diagnostic = match plan.filter {
        Some(_) => {
            let title = "no test has a name that matches `--run`";
            let it = new("no-test", title.to_owned())
                .note("it is matched with names of tests, not of alerts");
            match promtool::names(promtools, &session.sources) {
                names if names.is_empty() => it,
                names => {
                    let names = list(names.iter().map(String::as_str), 3);
                    it.help(format!("tests are named {names}"))
                }
            }
        }
        // Of promtool's files each was said to have none.
        None if !of_project && session.sink.has_warnings() => return,
        None => new("no-test", "there is no test".to_owned())
            .help("write the first one in `testdata/`: `[[test]]`"),
    };
    session.sink.push(diagnostic);
}

/// Environments are a project's; tests of plain rule files run in none.
fn no_environment(results: &[FileResult], session: &mut Session) {
    let mut tests = results.iter().flat_map(|it| &it.tests).peekable();
    if tests.peek().is_some() && tests.all(|it| it.env.is_none()) {
        let title = "`--env` has no effect: no test is of a project";
        session.sink.push(Diagnostic::warning("unused-argument", title).help(
            "name the project's manifest among `rule_files`, or leave `--env` out",
        ));
    }
}

/// The exit code of a run, its reports, and what is printed.
fn finish(
    mut session: Session,
    results: &[FileResult],
    args: &Test,
    start: &Path,
) -> Exit {
    let failures = failures(results);
    reports::write(results, &args.reports(), start, &mut session);
    let worst = results.iter().map(|it| it.outcome).max().unwrap_or_default();
    let exit = match worst {
        Outcome::Passed => Exit::Clean,
        Outcome::Failed | Outcome::Error => Exit::Findings,
    };
    let machine = match session.global.format {
        Format::Json => json_report::report(results, &session.sources),
        Format::Human | Format::Github | Format::Sarif => json!({}),
    };
    let colour = say::coloured(&session.global, &std::io::stdout());
    let config = human::Config { verbose: args.verbose, colour };
    let (head, tail) = match results.is_empty() {
        true => Default::default(),
        false => {
            let files = human::files(results, &session.sources, config);
            (files, human::summary(results, config))
        }
    };
    let (failures, head, tail) = (&failures[..], &*head, &*tail);
    let commands = args.report.contains(&Report::Github);
    session.end(exit, Shown { head, failures, tail, machine, commands })
}

/// What is to be said about failed tests, in the order of their places.
fn failures(results: &[FileResult]) -> Vec<Diagnostic> {
    let tests = results.iter().flat_map(|it| &it.tests);
    let mut sink = Sink::new();
    sink.extend(fold::of_tests(tests));
    sink.into_sorted()
}
