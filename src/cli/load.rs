//! From the files of a project to its books, one for each environment.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::session::Session;
use crate::cli::{fs, lints, mistaken};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::SourceMap;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::resolve;
use crate::resolve::dashboard::nowhere::nowhere;
use crate::rulefile::allow;
use crate::rules::book::Book;
use crate::spec::model::{Project, TemplateFile};
use crate::spec::{form, read};

/// A project that was read and resolved.
#[derive(Debug)]
pub struct Loaded {
    /// The folder that holds the manifest.
    pub root: PathBuf,
    /// The project as written.
    pub project: Project,
    /// What it means in each of the environments that were asked for.
    pub books: Vec<Book>,
}

/// Finds, reads and resolves the project that a command works on, for these environments
/// or for all. `None`, or errors in the sink, where it is invalid.
pub fn load(session: &mut Session, envs: &[String]) -> Option<Loaded> {
    load_where(session, envs, |_| false)
}

/// The same, for all environments where `all` says so of the project.
pub fn load_where(
    session: &mut Session,
    envs: &[String],
    all: impl Fn(&Project) -> bool,
) -> Option<Loaded> {
    let project = session.read_project()?;
    resolve_all(project, envs, all, session)
}

/// The same for the project in a folder.
pub fn load_from(root: &Path, envs: &[String], session: &mut Session) -> Option<Loaded> {
    let project = fs::read_project(root, &mut session.sources, &mut session.sink)?;
    resolve_all(project, envs, |_| false, session)
}

fn resolve_all(
    project: fs::Project,
    envs: &[String],
    all: impl Fn(&Project) -> bool,
    session: &mut Session,
) -> Option<Loaded> {
    let fs::Project { root, files, others } = project;
    let mut load = |path: &Text, sources: &mut SourceMap, sink: &mut Sink| {
        fs::read_rule_file(&root, path, sources, sink)
    };
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let mut project = read::read_with(&files, &mut load, sources, sink)?;
    project.templates = templates(&root, &project, sources, sink);
    let config = lints::of_project(&project.manifest.lints);
    let mut beside = Sink::new();
    not_read(&root, &others, &project, &mut beside);
    lints::apply(&config, &mut beside);
    sink.extend(beside.into_sorted());
    check_names(&project, envs, session);
    let envs = if all(&project) { &[][..] } else { envs };
    let names: Vec<String> =
        project.manifest.environments.iter().map(|it| it.name.clone()).collect();
    let mut loaded = Loaded { root, project, books: Vec::new() };
    let wanted: Vec<&String> =
        names.iter().filter(|it| envs.is_empty() || envs.contains(it)).collect();
    let resolved: Vec<(Option<Book>, Sink)> = wanted
        .par_iter()
        .map(|env| {
            let mut sink = Sink::new();
            (resolve::resolve(&loaded.project, env, &mut sink), sink)
        })
        .collect();
    for (book, mut sink) in resolved {
        lints::apply(&config, &mut sink);
        loaded.books.extend(book);
        for it in sink.into_sorted() {
            session.sink.push_once(it);
        }
    }
    if loaded.books.len() == names.len() {
        nowhere(&loaded.project, &loaded.books, &mut session.sink);
    }
    Some(loaded)
}

/// Warns of files that stand where those of the project do, and are none of them.
fn not_read(root: &Path, others: &[String], project: &Project, sink: &mut Sink) {
    // What could not be read might use them.
    if !project.whole {
        return;
    }
    let is_used = |path: &String| project.rule_files.iter().any(|it| it.path == *path);
    for path in others.iter().filter(|it| !is_used(it)) {
        let (stem, end) = path.rsplit_once('.').unwrap_or((path, ""));
        let small = end.to_ascii_lowercase();
        let is_rules = || {
            let text = fs::read_if_there(root, path);
            let is_meant = |it: &str| allow::permits(it, "not-read");
            text.is_some_and(|it| mistaken::may_be_rules(&it) && !is_meant(&it))
        };
        let help = match small.as_str() {
            // Among dashboards are other tools' files.
            "yaml" | "yml" if path.starts_with("dashboards/") || !is_rules() => continue,
            "yaml" | "yml" if small == end => format!(
                "use its rules in an alerts file: `[use.\"{path}\"]`; or turn them into \
                 alerts: `aqua-alerts import {path}`"
            ),
            _ => format!("rename it: `{stem}.{small}`"),
        };
        let title = format!("`{path}` is not read");
        sink.push(Diagnostic::warning("not-read", title).help(help));
    }
}

/// The files of the templates of a project's own targets.
fn templates(
    root: &Path,
    project: &Project,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<TemplateFile> {
    let mut out: Vec<TemplateFile> = Vec::new();
    let paths = project.manifest.targets.iter().map(|it| &it.template);
    // Paths of another form were refused where the manifest was read.
    let formed = |it: &&Text| (form::TEMPLATE_PATH.fault)(it.as_str()).is_none();
    for template in paths.filter(formed) {
        for (path, text) in fs::read_templates(root, template, sources, sink) {
            if out.iter().all(|it| it.path != path) {
                let file = sources.add(path.as_str(), text.clone());
                out.push(TemplateFile { path, file, text });
            }
        }
    }
    out
}

/// Says which of these environments the project does not have.
pub fn check_names(project: &Project, envs: &[String], session: &mut Session) {
    let all = &project.manifest.environments;
    let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    for env in envs.iter().filter(|it| !names.contains(it)) {
        session.sink.push(unknown(env, &names));
    }
}

fn unknown(env: &str, names: &[String]) -> Diagnostic {
    let title = format!("the project has no environment `{env}`");
    let names = || names.iter().map(String::as_str);
    let help = match suggest::nearest(env, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its environments are {}", suggest::list(names(), 20)),
    };
    Diagnostic::error("unknown-environment", title).help(help)
}
