//! `test`: runs tests and reports what they prove.
//!
//! Tests of three dialects: the project's own TOML files, promtool's YAML files, and
//! Prometheus's script files. Without paths, all files below `testdata`.

mod faults;
mod find;
pub mod native;
pub mod others;
mod project;
pub mod promtool;
pub mod reports;
pub mod rule_files;
mod strict;

use std::path::{Path, PathBuf};

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
    let start = fs::start(global.directory());
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
    let own = match native {
        true => Own::load(&start, named.as_ref(), &mut session),
        false => Own::None,
    };
    if let Own::Sound(loaded) = &own {
        load::check_names(&loaded.project, &args.env, &mut session);
        if session.sink.has_errors() {
            return session.finish(Exit::Invalid, "", json!({}));
        }
    }
    let named = named.or_else(|| Some(find::in_project(own.root()?, &mut session)));
    let Some(find::Named { files, faults: mut results, said: unread }) = named else {
        return session.finish(Exit::Invalid, "", json!({}));
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
    results.extend(match &own {
        Own::Sound(loaded) if !natives.is_empty() => {
            native::run(loaded, &natives, &plan, &mut session)
        }
        Own::Invalid { why, .. } => not_run(&natives, why, &session),
        Own::Sound(_) | Own::None => Vec::new(),
    });
    let promtools: Vec<_> = files.iter().filter(|it| is_promtool(it)).cloned().collect();
    results.extend(promtool::run(&promtools, &start, &plan, &own, &mut session));
    for (file, path) in &files {
        if dialect(path) == Some(Dialect::Script) {
            results.push(others::script(*file, path, &plan, &session));
        }
    }
    if plan.filter.is_some() {
        results.retain(|it| !it.tests.is_empty() || it.outcome == Outcome::Error);
    }
    results.sort_by(|a, b| a.path.cmp(&b.path));
    let of_project = matches!(own, Own::Sound(_));
    nothing_ran(&results, &plan, &promtools, of_project, &mut session);
    if !args.env.is_empty() && !of_project && !session.sink.has_errors() {
        no_environment(&results, &mut session);
    }
    // The other paths ran all the same.
    session.sink.extend(unread.into_sorted());
    if plan.strict {
        strict::apply(&mut results, &mut session);
    }
    finish(session, &results, args, &start)
}

/// The project that the command works on.
#[derive(Debug)]
pub enum Own {
    /// None was asked for.
    None,
    /// It is invalid, which has been said.
    Invalid {
        /// Its folder, where there is one.
        root: Option<PathBuf>,
        /// The same in one line.
        why: String,
    },
    /// In all environments, since a test may name alerts of any.
    Sound(Box<Loaded>),
}

impl Own {
    /// The project around the folder in which the program was started.
    fn load(start: &Path, named: Option<&find::Named>, session: &mut Session) -> Own {
        if let Err(said) = session.find_project()
            && said.code == "no-project"
            && let Some(root) = named.and_then(|it| {
                let mut files = it.files.iter();
                files.find_map(|it| fs::project_around(start, &it.1))
            })
        {
            let why = said.title.clone();
            let help =
                format!("`aqua-alerts -C {root} test` runs the tests of that project");
            session.sink.push(Diagnostic::error("no-project", &*why).help(help));
            return Own::Invalid { root: None, why };
        }
        match load::load(session, &[]) {
            Some(it) if !session.sink.has_errors() => Own::Sound(Box::new(it)),
            _ => Own::Invalid {
                root: session.find_project().ok(),
                why: faults::of_project(&session.sink, &session.sources),
            },
        }
    }

    fn root(&self) -> Option<&Path> {
        match self {
            Own::None => None,
            Own::Invalid { root, .. } => root.as_deref(),
            Own::Sound(loaded) => Some(&loaded.root),
        }
    }
}

/// The results of native tests where there is no sound project; where there are no such
/// tests, the project stands for them.
fn not_run(natives: &[FileId], why: &str, session: &Session) -> Vec<FileResult> {
    let error = |path: &str| FileResult::of_error(path, vec![why.to_owned()]);
    match natives {
        [] => vec![error(fs::MANIFEST)],
        all => all.iter().map(|it| error(&session.sources.file(*it).path)).collect(),
    }
}

/// The tests of the project.
pub fn own(loaded: &Loaded, session: &mut Session) -> Vec<(FileId, String)> {
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let files =
        fs::read_tree(&loaded.root, find::FOLDER, find::EXTENSIONS, sources, sink);
    find::added(files, sources)
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
