//! Reads a project from the texts of its files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{SourceMap, Span};
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::reader;
use crate::doc::toml;
use crate::spec::dashboard::Dashboard;
use crate::spec::keys::file::{FILE, PACK};
use crate::spec::model::{
    Definition, File, JsonDashboard, Project, Rule, RuleKind, Service,
};
use crate::spec::rule_file::{self, Load};
use crate::spec::{alerts, dashboard, manifest, unused, vendor};

/// The name of the manifest.
pub const MANIFEST: &str = "aqua-alerts.toml";

/// What a file of a project is, by its path below the project's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `aqua-alerts.toml`
    Manifest,
    /// `alerts/**.toml`
    Alerts,
    /// `packs/**.toml`
    Pack,
    /// `dashboards/**.toml`
    Dashboard,
    /// `dashboards/**.json`
    JsonDashboard,
    /// Nothing that this room reads.
    Other,
}

/// What the file of a path is.
pub fn place(path: &str) -> Place {
    match path {
        MANIFEST => Place::Manifest,
        _ if path.starts_with("dashboards/") && path.ends_with(".json") => {
            Place::JsonDashboard
        }
        _ if !path.ends_with(".toml") => Place::Other,
        _ if path.starts_with("alerts/") => Place::Alerts,
        _ if path.starts_with("packs/") => Place::Pack,
        _ if path.starts_with("dashboards/") => Place::Dashboard,
        _ => Place::Other,
    }
}

/// Reads a project from paths (below its folder, with `/`) and texts, in any order, the
/// rule files that it uses among them; other files are passed over. Says everything that
/// is wrong with any of the files; `None` where there is no manifest that can be read.
pub fn read(
    files: &[(String, String)],
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Project> {
    let files: Vec<(String, Arc<str>)> =
        files.iter().map(|it| (it.0.clone(), it.1.as_str().into())).collect();
    let mut load = |path: &Text, _: &mut SourceMap, sink: &mut Sink| {
        let found = files.iter().find(|it| it.0 == path.as_str());
        if found.is_none() {
            let paths = files.iter().map(|it| it.0.as_str());
            let paths = paths.filter(|it| rule_file::is_path(it));
            sink.push(rule_file::missing(path, suggest::nearest(path.as_str(), paths)));
        }
        found.map(|it| it.1.clone())
    };
    read_with(&files, &mut load, sources, sink)
}

/// The same, with rule files from `load`, which is asked for those that are used.
pub fn read_with(
    files: &[(String, Arc<str>)],
    load: &mut Load<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Project> {
    let mut files: Vec<&(String, Arc<str>)> = files.iter().collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    // Errors so far are about files that could not be read at all.
    let mut whole = !sink.has_errors();
    let unlisted = sink.errors().any(|it| it.code == "unreadable");
    let mut named = Vec::new();
    let mut json_dashboards = Vec::new();
    for (path, text) in files {
        let place = place(path);
        if place == Place::Other {
            continue;
        }
        let text = text.clone();
        let file = sources.add(path.as_str(), text.clone());
        match place {
            Place::JsonDashboard => {
                let path = path.clone();
                json_dashboards.push(JsonDashboard { path, file, text });
            }
            _ => named.push((path.as_str(), place, file, text)),
        }
    }
    let documents: Vec<(&str, Place, Option<Node>)> =
        apart(named, sink, |(path, place, file, text), sink| {
            (path, place, toml::read(file, &text, sink))
        });
    let manifest = documents.iter().find(|it| it.1 == Place::Manifest)?;
    let (manifest, mut declared) = manifest::read(manifest.2.as_ref()?, sink)?;
    let users = documents.iter().filter(|it| matches!(it.1, Place::Alerts | Place::Pack));
    let paths = users.filter_map(|it| it.2.as_ref()).flat_map(rule_file::paths);
    let paths: Vec<&Text> = paths.collect();
    let (rule_files, sound) = rule_file::load(&paths, load, sources, sink);
    if sound {
        declared = rule_file::declare(declared, &rule_files);
    }
    let mut project = Project {
        manifest,
        files: Vec::new(),
        unread: Vec::new(),
        unlisted,
        packs: Vec::new(),
        rule_files,
        dashboards: Vec::new(),
        json_dashboards,
        templates: Vec::new(),
        whole: true,
    };
    whole &= documents.iter().all(|it| it.2.is_some());
    // A document goes as soon as it is read: its memory serves the next.
    let read = apart(documents, sink, |(path, place, node), sink| {
        let node = &node?;
        match place {
            Place::Alerts => {
                alerts::read(path, node, &FILE, &declared, sink).map(Read::Alerts)
            }
            Place::Pack => {
                alerts::read(path, node, &PACK, &declared, sink).map(Read::Pack)
            }
            Place::Dashboard => {
                dashboard::read(path, node, &declared, sink).map(Read::Dashboard)
            }
            Place::Manifest | Place::JsonDashboard | Place::Other => None,
        }
    });
    for it in read.into_iter().flatten() {
        match it {
            Read::Alerts(it) => project.files.push(it),
            Read::Pack(it) => project.packs.push(it),
            Read::Dashboard(it) => project.dashboards.push(it),
        }
    }
    if sink.has_errors() {
        // Of files that are not UTF-8 the sources know too.
        let known = |path: &str| project.files.iter().any(|it| it.path == path);
        let paths = sources.iter().map(|it| it.1.path.as_str());
        let unread = paths.filter(|it| place(it) == Place::Alerts && !known(it));
        project.unread = unread.map(str::to_owned).collect();
    }
    // What a broken file declares is not known: nothing is said about names then.
    if whole {
        let named = || {
            uses(&project, sink);
            twice(&project, sink);
            overrides(&project, sink);
            if sound {
                vendor::check(&project, sink);
            }
        };
        let unused = || {
            let mut sink = Sink::new();
            unused::check(&project, &mut sink);
            sink
        };
        // Both look through all of the project.
        let ((), unused) = rayon::join(named, unused);
        sink.extend(unused.into_sorted());
    }
    project.whole = !sink.has_errors();
    Some(project)
}

/// What a file of the project holds.
enum Read {
    Alerts(File),
    Pack(File),
    Dashboard(Dashboard),
}

/// Applies a function to all items on all cores; results and messages keep the order.
pub(super) fn apart<T: Send, R: Send>(
    items: impl IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
    sink: &mut Sink,
    read: impl Fn(T, &mut Sink) -> R + Sync,
) -> Vec<R> {
    let one = |it: T| {
        let mut sink = Sink::new();
        (read(it, &mut sink), sink)
    };
    let done: Vec<(R, Sink)> = items.into_par_iter().map(one).collect();
    let mut out = Vec::with_capacity(done.len());
    for (result, said) in done {
        sink.extend(said.into_sorted());
        out.push(result);
    }
    out
}

/// Says which packs do not exist, and which use themselves.
fn uses(project: &Project, sink: &mut Sink) {
    let names: Vec<String> = project.packs.iter().map(|it| it.name.clone()).collect();
    for used in project.files.iter().chain(&project.packs).flat_map(|it| &it.uses) {
        if !names.iter().any(|it| it == used.pack.as_str()) {
            let error = reader::undeclared(&used.pack, "a pack", Some(&names));
            sink.push(
                error.help(format!("a pack is a file: `packs/{}.toml`", used.pack)),
            );
        }
    }
    for used in project.packs.iter().flat_map(|it| &it.vendored) {
        sink.push(
            Diagnostic::error("rule-file-in-pack", "a pack cannot use a rule file")
                .at(used.path.span(), "would be there once for each use of the pack")
                .help("use it in a file under `alerts/`"),
        );
    }
    let mut said: Vec<&str> = Vec::new();
    for pack in &project.packs {
        let (mut path, mut seen) = (Vec::new(), HashSet::new());
        if !said.contains(&pack.name.as_str())
            && circle(project, pack, pack, &mut path, &mut seen)
        {
            said.extend(path.iter().map(|it: &(&str, &Text)| it.0));
            let title = match path.as_slice() {
                [(one, _)] => format!("the pack `{one}` uses itself"),
                _ => {
                    let names: Vec<_> =
                        path.iter().map(|it| format!("`{}`", it.0)).collect();
                    format!("the packs {} use each other", names.join(", "))
                }
            };
            let mut error = Diagnostic::error("pack-cycle", title);
            for (idx, (name, key)) in path.iter().enumerate() {
                let label = format!("`{name}` uses `{key}`");
                error = match idx {
                    0 => error.at(key.span(), label),
                    _ => error.context(key.span(), label),
                };
            }
            sink.push(error.help("take one `use` out"));
        }
    }
}

/// Whether a chain of uses leads from `pack` to `goal`; `path` is then the chain.
fn circle<'a>(
    project: &'a Project,
    pack: &'a File,
    goal: &'a File,
    path: &mut Vec<(&'a str, &'a Text)>,
    seen: &mut HashSet<&'a str>,
) -> bool {
    // A pack that leads nowhere once leads nowhere again.
    if !seen.insert(&pack.name) {
        return false;
    }
    for used in &pack.uses {
        path.push((&pack.name, &used.pack));
        let next = project.packs.iter().find(|it| it.name == used.pack.as_str());
        if used.pack.as_str() == goal.name
            || next.is_some_and(|it| circle(project, it, goal, path, seen))
        {
            return true;
        }
        path.pop();
    }
    false
}

/// Says which names are declared twice: jobs, alerts.
fn twice(project: &Project, sink: &mut Sink) {
    let mut jobs: HashMap<&str, Span> = HashMap::new();
    for file in &project.files {
        let services = file.services.iter().map(|it| ("service", &it.key));
        let probes = file.probes.iter().map(|it| ("probe", &it.key));
        for (what, key) in services.chain(probes) {
            match jobs.get(key.as_str()) {
                Some(first) => sink.push(again(what, key, *first)),
                None => {
                    jobs.insert(key.as_str(), key.span());
                }
            }
        }
    }
    let mut alerts: HashMap<&str, Span> = HashMap::new();
    for rule in project.files.iter().chain(&project.packs).flat_map(|it| &it.rules) {
        if rule.kind == RuleKind::Record {
            continue;
        }
        match alerts.get(rule.key.as_str()) {
            Some(first) => {
                let error = again("alert", &rule.key, *first);
                sink.push(error.help(format!(
                    "choose another key, and write `name = \"{}\"` if both are to be called \
                     so",
                    rule.key
                )));
            }
            None => {
                alerts.insert(rule.key.as_str(), rule.key.span());
            }
        }
    }
}

fn again(what: &str, key: &Text, first: Span) -> Diagnostic {
    Diagnostic::error(
        match what {
            "service" => "duplicate-service",
            "probe" => "duplicate-probe",
            _ => "duplicate-alert",
        },
        format!("the {what} `{key}` is declared twice"),
    )
    .at(key.span(), "declared again here")
    .context(first, "first declared here")
}

/// Says which overrides change what does not exist.
fn overrides(project: &Project, sink: &mut Sink) {
    for used in project.files.iter().chain(&project.packs).flat_map(|it| &it.uses) {
        let Some(pack) = project.packs.iter().find(|it| it.name == used.pack.as_str())
        else {
            continue;
        };
        let changes = [
            (RuleKind::Alert, "an alert", &used.alerts),
            (RuleKind::Record, "a record", &used.records),
        ];
        for (kind, what, changes) in changes {
            let rules = || pack.rules.iter().filter(|it| it.kind == kind);
            let names: Vec<String> = rules().map(|it| it.key.to_string()).collect();
            for (key, change) in changes {
                let Some(rule) = rules().find(|it| &it.key == key) else {
                    // A key that stands where a name should has been told of.
                    let told = |it: &Diagnostic| {
                        it.code == "wrong-type" && it.place() == Some(key.span())
                    };
                    if sink.errors().any(told) {
                        continue;
                    }
                    let error = reader::undeclared(key, what, Some(&names));
                    sink.push(error.note(format!(
                        "an override changes what the pack `{}` has",
                        pack.name
                    )));
                    continue;
                };
                tiers(rule, change, sink);
                change.env.iter().for_each(|it| tiers(rule, &it.1, sink));
            }
        }
    }
    for rule in project.files.iter().chain(&project.packs).flat_map(|it| &it.rules) {
        rule.definition.env.iter().for_each(|it| tiers(rule, &it.1, sink));
    }
    project.files.iter().flat_map(|it| &it.services).for_each(|it| endpoints(it, sink));
}

/// Says which endpoints only an environment has whose port is nearly another's: misspelt, most
/// likely, and the override would be lost.
fn endpoints(service: &Service, sink: &mut Sink) {
    let own = service.settings.endpoints.iter();
    let names: Vec<String> = own.map(|it| it.port.to_string()).collect();
    let others = service.env.iter().flat_map(|it| &it.1.endpoints);
    for it in others.filter(|it| !names.iter().any(|name| name == it.port.as_str())) {
        if suggest::nearest(it.port.as_str(), names.iter().map(String::as_str)).is_some()
        {
            let what = "an endpoint of the service";
            sink.push(reader::undeclared(&it.port, what, Some(&names)));
        }
    }
}

fn tiers(rule: &Rule, change: &Definition, sink: &mut Sink) {
    let tiers = &rule.definition.tiers;
    let names: Vec<String> = tiers.iter().map(|it| it.key.to_string()).collect();
    for tier in &change.tiers {
        if !names.iter().any(|it| it == tier.key.as_str()) {
            let error = reader::undeclared(&tier.key, "a tier", Some(&names));
            let error = error.context(rule.key.span(), "the alert has no such tier");
            sink.push(match names.is_empty() {
                true => error.help(
                    "the alert has no tiers: write its keys, and parameters under `let`",
                ),
                false => error,
            });
        }
    }
}
