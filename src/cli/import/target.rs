//! The project that is written into: what it says, and whether it still reads well with
//! what is added.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::fs;
use crate::cli::import::input::Input;
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::cli::test::native;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{SourceMap, Span};
use crate::diag::text::Text;
use crate::import::project;
use crate::import::same;
use crate::import::write::{self, File, Holds, Target, Used};
use crate::resolve;
use crate::rules::book::Book;
use crate::rules::group::{Group, Rule};
use crate::spec;
use crate::spec::model::{Project, RuleKind};
use crate::spec::read;

/// A project, or the place for one.
#[derive(Debug)]
pub struct Place {
    /// What it says, but for the alerts files that are replaced.
    pub target: Target,
    /// Its folder.
    root: PathBuf,
    /// Its files that stay.
    files: Vec<fs::File>,
}

/// promtool's default, and Prometheus's.
const MINUTE: i64 = 60_000;

/// Looks at the project in a folder. `None` where it is not sound.
pub fn find(
    out: &Path,
    shown: &str,
    input: &Input,
    session: &mut Session,
) -> Option<Place> {
    if !out.join(fs::MANIFEST).is_file() {
        let name = fs::folder_name(out).unwrap_or_else(|| "imported".to_string());
        let target = Target::New(name, interval(input));
        return Some(Place {
            target,
            root: out.into(),
            files: others(out, input, session),
        });
    }
    let replaced = replaced(input);
    let mut files = fs::read_project(out, &mut session.sources, &mut session.sink)?.files;
    // What is replaced need not be sound.
    files.retain(|it| !replaced.contains(&it.0));
    let project = read(out, &files, session)?;
    if session.sink.has_errors() {
        let title = format!("the project in `{shown}` is not sound");
        session.sink.push(
            Diagnostic::error("invalid-project", title)
                .help("mend it first, or choose another folder with `--out DIR`"),
        );
        return None;
    }
    let manifest = &project.manifest;
    let mut intervals = BTreeSet::new();
    let mut external_labels = false;
    for env in &manifest.environments {
        let book = resolve::resolve(&project, &env.name, &mut session.sink)?;
        intervals.insert(book.interval);
        external_labels |= !book.external_labels.is_empty();
    }
    let interval = match intervals.len() {
        1 => intervals.first().map(|it| it.0),
        _ => None,
    };
    let runbooks = &manifest.runbooks;
    let mut alerts = Vec::new();
    for file in project.files.iter().chain(&project.packs) {
        let rules = file.rules.iter().filter(|it| it.kind == RuleKind::Alert);
        alerts.extend(rules.map(|it| it.key.to_string()));
    }
    let target = Target::Existing {
        project: project::Project {
            interval,
            severities: manifest.severities.iter().map(|it| it.name.clone()).collect(),
            runbooks: runbooks.url.is_some() || runbooks.source.is_some(),
            external_labels,
        },
        files: project.files.iter().map(|it| it.name.clone()).collect(),
        alerts,
    };
    Some(Place { target, root: out.into(), files })
}

/// Notes which rule files, of those that tests name, the project uses already: they stay
/// what they are, and the tests are those of the project's rules.
pub fn find_used(start: &Path, out: &Path, input: &mut Input) {
    let named = &mut input.rules[input.n_named..];
    if named.is_empty() || !out.join(fs::MANIFEST).is_file() {
        return;
    }
    // What is wrong with the project is said where it is written into.
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let mut load = |path: &Text, sources: &mut SourceMap, sink: &mut Sink| {
        fs::read_rule_file(out, path, sources, sink)
    };
    let files = fs::read_project(out, &mut sources, &mut sink);
    let Some(project) = files
        .and_then(|it| read::read_with(&it.files, &mut load, &mut sources, &mut sink))
    else {
        return;
    };
    if project.rule_files.is_empty() {
        return;
    }
    let envs = project.manifest.environments.iter();
    let books = envs.filter_map(|it| resolve::resolve(&project, &it.name, &mut sink));
    let books: Vec<Book> = books.collect();
    for file in named {
        let real = fs::real(start, &file.path);
        let is_same = |it: &&spec::rule_file::RuleFile| {
            fs::real(out, &it.path) == real || it.text == file.text
        };
        let Some(used) = project.rule_files.iter().find(is_same) else { continue };
        let uses = |it: &&spec::model::File| {
            it.vendored.iter().any(|it| it.path.as_str() == used.path)
        };
        let Some(by) = project.files.iter().find(uses) else { continue };
        let groups = |book: &Book| -> Vec<Group> {
            let own = |it: &&Group| it.file.split('#').next() == Some(used.path.as_str());
            book.groups.iter().filter(own).cloned().collect()
        };
        let mut groups = books.iter().map(groups);
        let groups = groups.find(|it| !it.is_empty()).unwrap_or_default();
        let (path, by) = (used.path.clone(), by.path.clone());
        file.used = Some(Used { path, by, groups });
    }
}

/// Reads a project of some files in a folder, where the rule files are that it uses.
fn read(root: &Path, files: &[fs::File], session: &mut Session) -> Option<Project> {
    let mut load = |path: &Text, sources: &mut SourceMap, sink: &mut Sink| {
        fs::read_rule_file(root, path, sources, sink)
    };
    read::read_with(files, &mut load, &mut session.sources, &mut session.sink)
}

/// Files of a project that lacks its manifest.
fn others(out: &Path, input: &Input, session: &mut Session) -> Vec<fs::File> {
    let replaced = replaced(input);
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let files = fs::read_tree(out, "alerts", &["toml"], sources, sink);
    files.into_iter().filter(|it| !replaced.contains(&it.0)).collect()
}

/// The alerts files that are written, by path.
fn replaced(input: &Input) -> BTreeSet<String> {
    let names = write::names(&input.rules);
    names.iter().flatten().map(|it| format!("alerts/{}.toml", it.0)).collect()
}

/// The interval at which a new project evaluates rules: that of the tests.
fn interval(input: &Input) -> i64 {
    let mut all: Vec<i64> = input.tests.iter().map(|it| it.file.interval).collect();
    all.sort_unstable();
    all.dedup();
    match all[..] {
        [only] => only,
        _ => MINUTE,
    }
}

/// Reads the project as it will be; says what is wrong with it, and which rules are not
/// what they were.
pub fn verify(place: &Place, input: &Input, files: &[File], session: &mut Session) {
    let mut texts: Vec<fs::File> = place.files.clone();
    let is_tests = |it: &&File| matches!(it.holds, Holds::Tests(..));
    let spec = files.iter().filter(|it| !is_tests(it));
    texts.extend(spec.map(|it| (it.path.clone(), it.text.as_str().into())));
    let project = read(&place.root, &texts, session);
    let Some(project) = project.filter(|_| !session.sink.has_errors()) else { return };
    let names = project.manifest.environments.iter().map(|it| it.name.clone());
    let names: Vec<String> = names.collect();
    let mut books = Vec::new();
    for name in &names {
        books.extend(resolve::resolve(&project, name, &mut session.sink));
    }
    for book in &books {
        for file in files {
            let Holds::Rules(idx, groups) = &file.holds else { continue };
            let old = groups.iter().map(|it| &input.rules[*idx].groups[*it]);
            let old = old.filter(|it| !it.rules.is_empty());
            let new = book.groups.iter().filter(|it| *it.file == *file.path);
            let mut new = new.peekable();
            for old in old {
                let difference = match new.next() {
                    Some(new) => same::difference(old, new),
                    None => Some((None, "group")),
                };
                let Some((rule, what)) = difference else { continue };
                let span = rule.and_then(|it| old.rules.get(it)).map_or(old.span, span);
                let title = format!("`{what}` is not the same in `{}`", book.env);
                session.sink.push(
                    Diagnostic::warning("changed", title)
                        .at(span, "the project gives it another one")
                        .help("look at `[defaults]` and `severities` of the project"),
                );
            }
        }
    }
    let tests: Vec<_> = files
        .iter()
        .filter(is_tests)
        .map(|it| session.sources.add(it.path.as_str(), it.text.as_str()))
        .collect();
    if !tests.is_empty() && !session.sink.has_errors() {
        let loaded = Loaded { root: Default::default(), project, books };
        native::check(&loaded, &tests, session, |_, _| {});
    }
}

fn span(rule: &Rule) -> Span {
    match rule {
        Rule::Record(it) => it.span,
        Rule::Alert(it) => it.span,
    }
}
