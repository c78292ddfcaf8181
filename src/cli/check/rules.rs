//! `check PATH...`: rule files and PrometheusRule manifests, judged as `promtool check
//! rules` judges them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use crate::case::promtool::is_tests;
use crate::cli::args::{Check, Global, Lint};
use crate::cli::check::failing;
use crate::cli::exit::Exit;
use crate::cli::say;
use crate::cli::session::{Session, counted};
use crate::cli::test::others::features;
use crate::cli::{fix, fs, lints, mistaken};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::{Drafts, FileId, SourceMap, Span};
use crate::diag::text::Text;
use crate::lint;
use crate::lint::context::{Context, Site};
use crate::promql::dialect::{Dialect, Version};
use crate::rulefile::allow;
use crate::rulefile::read::{self, Config};
use crate::rules::group::{Group, Rule};
use crate::template::check::check as template;

/// How the names of rule files end, where a folder is searched for them.
const EXTENSIONS: &[&str] = &["yaml", "yml", "rules", "rule"];

/// What messages call standard input.
const STDIN: &str = "<stdin>";

/// The finding that promtool's lint `duplicate-rules` makes.
const DUPLICATE: &str = "duplicate-rule";

const HELP: &str =
    "a rule file begins with `groups:`, or is an object of `kind: PrometheusRule`";

/// A file that may hold rules.
struct Candidate {
    path: String,
    /// `None` where it could not be read, which was said.
    source: Option<(FileId, Arc<str>)>,
    /// The folder in which it was found, where it was not named itself.
    folder: Option<usize>,
}

/// What was found in a file.
struct Judged {
    path: String,
    folder: Option<usize>,
    n_groups: usize,
    n_records: usize,
    n_alerts: usize,
    /// Whether it is to be a rule file: it was named itself, or looks like one.
    meant: bool,
    /// Whether it is a rule file without errors.
    sound: bool,
    file: Option<FileId>,
    groups: Vec<Group>,
    said: Vec<Diagnostic>,
    /// The permissions of what was not said.
    permitted: Vec<Span>,
}

impl Judged {
    fn n_rules(&self) -> usize {
        self.n_records + self.n_alerts
    }

    fn count(&self, level: Level) -> usize {
        self.said.iter().filter(|it| it.level == level).count()
    }
}

/// Runs the command on the paths that it was given.
pub(super) fn run(global: &Global, args: &Check) -> Exit {
    let start = fs::start(global.directory());
    let look = |drafts| look(Session::with_drafts(global, drafts), &start, args);
    let (session, (judged, n_others), fixed) = match args.fix {
        true => {
            let (session, seen, n_fixed) = fix::run(look, |_| Some(start.clone()));
            (session, seen, Some(n_fixed))
        }
        false => {
            let (session, seen) = look(Drafts::new());
            (session, seen, None)
        }
    };
    let found = judged.iter().flat_map(|it| &it.said).any(|it| it.code == DUPLICATE);
    let exit = match args.lint_fatal && found {
        true => Exit::Findings,
        false => Exit::Clean,
    };
    let mut human = super::of_fix(fixed, &session);
    if !judged.is_empty() {
        human += &report(&judged, n_others, say::coloured(global, &std::io::stdout()));
    }
    let mut machine = machine(&judged, n_others);
    if let Some(fixed) = fixed {
        machine["fixed"] = json!(fixed);
    }
    session.finish(exit, &human, machine)
}

/// Judges the files; gives, too, how many were passed over.
fn look(
    mut session: Session,
    start: &Path,
    args: &Check,
) -> (Session, (Vec<Judged>, usize)) {
    let features = features(&args.enable_feature, &mut session.sink);
    let config = lints::of_check(lint::config::Config::default(), args, &mut session);
    let dialect = Dialect { features, ..Dialect::new(Version::LATEST) };
    let Found { files, folders, n_others, .. } = find(start, &args.paths, &mut session);
    let all: Vec<Judged> =
        files.into_par_iter().map(|it| judge(it, args, &dialect)).collect();
    let (mut judged, others): (Vec<Judged>, Vec<Judged>) =
        all.into_iter().partition(|it| it.meant);
    let n_others = n_others + others.len();
    for (idx, (folder, known)) in folders.iter().enumerate() {
        if !known && !judged.iter().any(|it| it.folder == Some(idx)) {
            let title = format!("`{folder}` has no rule file");
            session.sink.push(Diagnostic::error("no-rules", title).help(HELP));
        }
    }
    let promtool = as_promtool(args);
    let found = {
        let groups = judged.iter().filter(|it| it.sound).flat_map(|it| &it.groups);
        let context = Context::of_files(groups, &dialect);
        let mut judge = lint::judge::Judge::new(&config);
        judge.rules(&[context]);
        judge.used(judged.iter().flat_map(|it| &it.permitted).copied());
        judge.finish()
    };
    for lint::judge::Finding { said, .. } in found {
        // promtool's finding of the same is there already.
        let none = args.lint.contains(&Lint::None);
        if (promtool || none) && said.code == DUPLICATE {
            continue;
        }
        let file = said.place().map(|it| it.file);
        if let Some(it) = judged.iter_mut().find(|it| it.file == file) {
            it.said.push(said);
        }
    }
    for it in judged.iter().chain(&others) {
        session.sink.extend(it.said.iter().cloned());
    }
    lints::apply(&config, &mut session.sink);
    (session, (judged, n_others))
}

/// The files that were named, and those in folders that were named; each once.
#[derive(Default)]
struct Found {
    files: Vec<Candidate>,
    /// With whether a file in it was named before, and so is no longer looked for here, or
    /// could not be read.
    folders: Vec<(String, bool)>,
    /// Files in folders that have nothing of rules, nor anything like them.
    n_others: usize,
    /// Their real paths: a file may have several names.
    seen: HashSet<PathBuf>,
}

impl Found {
    /// Adds a file, unless it is there.
    fn add(
        &mut self,
        start: &Path,
        path: String,
        text: Option<Arc<str>>,
        folder: Option<usize>,
        sources: &mut SourceMap,
    ) -> bool {
        if !self.seen.insert(fs::real(start, &path)) {
            return false;
        }
        let source = text.map(|text| (sources.add(&*path, text.clone()), text));
        self.files.push(Candidate { path, source, folder });
        true
    }
}

fn find(start: &Path, paths: &[PathBuf], session: &mut Session) -> Found {
    let mut found = Found::default();
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let word = mistaken::word("check", start, paths);
    let paths = &paths[usize::from(word.is_some())..];
    sink.extend(word);
    for path in paths {
        let shown = fs::shown(start, path);
        if path.as_os_str() == "-" {
            let text = fs::read_stdin(STDIN, sources, sink);
            found.add(start, STDIN.to_owned(), text, None, sources);
        } else if fs::is_folder(start, &shown) {
            let n_errors = sink.n_errors();
            let all = fs::read_folder(start, &shown, EXTENSIONS, sources, sink);
            let idx = Some(found.folders.len());
            let mut known = n_errors < sink.n_errors();
            for (path, text) in all {
                if !may_have_rules(&text) {
                    found.n_others += 1;
                    continue;
                }
                let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
                known |= !found.add(start, path, Some(text), idx, sources);
            }
            found.folders.push((shown, known));
        } else if shown.ends_with(".toml") {
            sink.push(
                Diagnostic::error("no-rules", format!("`{shown}` is no rule file"))
                    .help("`check` without a path checks the project"),
            );
        } else {
            let mut said = Sink::new();
            let text = fs::read_file(start, &shown, sources, &mut said);
            let special = fs::is_special(start, &shown);
            sink.extend(said.into_sorted().into_iter().map(|it| match special {
                true => it.help("pipe it in: `... | aqua-alerts check -`"),
                false => it,
            }));
            found.add(start, shown, text, None, sources);
        }
    }
    found
}

/// Whether a text can hold rules at all: spares the reading of all other YAML.
fn may_have_rules(text: &str) -> bool {
    text.contains("groups")
        || text.contains("PrometheusRule")
        || mistaken::may_be_like_rules(text)
}

/// Whether a text that does not parse was meant to be a rule file.
fn looks_like_rules(text: &str) -> bool {
    let begins = |it: &str| it.starts_with("groups:") || it.starts_with("\"groups\":");
    text.lines().any(begins) || text.contains("PrometheusRule")
}

/// Judges a file.
fn judge(file: Candidate, args: &Check, dialect: &Dialect) -> Judged {
    let Candidate { path, source, folder } = file;
    let mut judged = Judged {
        path,
        folder,
        n_groups: 0,
        n_records: 0,
        n_alerts: 0,
        meant: true,
        sound: false,
        file: source.as_ref().map(|it| it.0),
        groups: Vec::new(),
        said: Vec::new(),
        permitted: Vec::new(),
    };
    let Some((id, text)) = source else { return judged };
    let mut sink = Sink::new();
    let documents = read::documents(id, &text, &mut sink);
    let has_rules = read::has_rules(&documents);
    judged.meant =
        folder.is_none() || has_rules || sink.has_errors() && looks_like_rules(&text);
    if !judged.meant {
        let warning = mistaken::like_rules(&judged.path, id, &text, &documents);
        judged.said = warning.into_iter().collect();
        return judged;
    }
    if let Some(root) = documents.first().filter(|it| is_tests(it) && !has_rules) {
        judged.said = vec![mistaken::tests(&judged.path, root)];
        return judged;
    }
    let template = |text: &Text, sink: &mut Sink| {
        template(text, Version::LATEST, sink);
    };
    let config = Config {
        dialect,
        legacy_names: false,
        ignore_unknown: args.ignore_unknown_fields,
        template: &template,
    };
    let mut groups = read::judge(id, &judged.path, &documents, &config, &mut sink);
    allow::attach(id, &text, &documents, &mut groups, &mut sink);
    let rules = || groups.iter().flat_map(|it| &it.rules);
    judged.n_groups = groups.len();
    judged.n_alerts = rules().filter(|it| matches!(it, Rule::Alert(_))).count();
    judged.n_records = rules().count() - judged.n_alerts;
    judged.sound = !sink.has_errors();
    judged.said = match mistaken::template(&judged.path, id, &text) {
        Some(it) if !judged.sound => vec![it],
        _ => sink.into_sorted(),
    };
    judged.said.extend(failing::warnings(&groups, dialect));
    // Without promtool's own lint asked for, one that knows more looks.
    if !as_promtool(args) {
        judged.said.retain(|it| it.code != DUPLICATE);
    }
    let permitted = &mut judged.permitted;
    judged.said.retain(|it| match it.code == DUPLICATE {
        true => {
            let meant = meant(it, &groups);
            permitted.extend(meant);
            meant.is_none()
        }
        false => true,
    });
    judged.groups = groups;
    judged
}

/// Whether promtool's verdict on rules that are there twice is asked for.
fn as_promtool(args: &Check) -> bool {
    match args.lint.as_slice() {
        [] => args.lint_fatal,
        all => all.iter().any(|it| matches!(it, Lint::DuplicateRules | Lint::All)),
    }
}

/// Where the author of a rule that is there twice says that it is meant.
fn meant(said: &Diagnostic, groups: &[Group]) -> Option<Span> {
    let all = groups.iter().flat_map(|group| {
        group.rules.iter().map(move |rule| Site { group, rule, idx: 0 })
    });
    let own = all.filter(|it| Some(it.span()) == said.place());
    let lint = lint::lookup(said.code)?;
    let mut allow = own.flat_map(|it| it.allow().collect::<Vec<_>>());
    allow.find(|it| lint::judge::permitted(it, lint)).map(|it| it.span)
}

/// A line for each file, and the sum.
fn report(judged: &[Judged], n_others: usize, colour: bool) -> String {
    let width = judged.iter().map(|it| it.path.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for it in judged {
        let word = match it.sound {
            true => say::painted("ok  ", "32", colour),
            false => say::painted("ERR ", "31;1", colour),
        };
        let pad = width.saturating_sub(it.path.chars().count()).min(4096);
        let mut found = Vec::new();
        match (it.sound, it.count(Level::Error)) {
            (true, _) => found.push(counted(it.n_rules(), "rule")),
            (false, 0) => found.push("cannot be read".to_owned()),
            (false, n_errors) => found.push(counted(n_errors, "error")),
        }
        match it.count(Level::Warning) {
            0 => {}
            n_warnings => found.push(counted(n_warnings, "warning")),
        }
        out += &format!("{word}  {}{:pad$}  {}\n", it.path, "", found.join(", "));
    }
    let sound = || judged.iter().filter(|it| it.sound);
    let rules = counted(sound().map(Judged::n_rules).sum(), "rule");
    out += &format!("{rules} in {}", counted(sound().count(), "file"));
    match judged.len() - sound().count() {
        0 => {}
        n_refused => out += &format!(", {n_refused} invalid"),
    }
    match n_others {
        0 => {}
        n => out += &format!("; {} passed over", counted(n, "other YAML file")),
    }
    out + "\n"
}

fn machine(judged: &[Judged], n_others: usize) -> Json {
    let sound = || judged.iter().filter(|it| it.sound);
    let file = |it: &Judged| {
        let mut out = json!({
            "path": it.path,
            "outcome": if it.sound { "passed" } else { "error" },
            "errors": it.count(Level::Error),
            "warnings": it.count(Level::Warning),
        });
        if it.sound {
            out["groups"] = json!(it.n_groups);
            out["rules"] = json!(it.n_rules());
            out["alerts"] = json!(it.n_alerts);
            out["records"] = json!(it.n_records);
        }
        out
    };
    json!({
        "summary": {
            "files": judged.len(),
            "rules": sound().map(Judged::n_rules).sum::<usize>(),
            "errors": judged.len() - sound().count(),
            "passed_over": n_others,
        },
        "files": judged.iter().map(file).collect::<Vec<_>>(),
    })
}
