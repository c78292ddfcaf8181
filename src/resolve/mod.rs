//! What a project means for one environment: [`crate::spec`] to [`crate::rules`].
//!
//! Layers are merged, parameters filled in, expressions and templates parsed, and
//! companions derived here; versions of Prometheus are gated here. Output formats and
//! files are not known. What is said about one line is said once, however many
//! environments, tiers and services it serves.

pub mod absent;
pub mod dashboard;
mod elsewhere;
pub mod environment;
pub mod expression;
mod fields;
pub mod inhibit;
mod known;
pub mod layers;
pub mod monitor;
pub mod names;
pub mod origin;
mod output;
mod policy;
mod records;
pub mod rule;
pub mod runbook;
pub mod scope;
pub mod shape;
pub mod template;
pub mod vendor;

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::resolve::environment::Server;
use crate::resolve::origin::Origin;
use crate::resolve::scope::Scope;
use crate::rulefile::since;
use crate::rules::allow::Allow;
use crate::rules::book::{Book, Inhibit, Job, Objects, Severity};
use crate::rules::group::{Group, Millis, Pair, Rule};
use crate::rules::monitor::{Monitor, Probe};
use crate::rules::policy::Policy;
use crate::spec::model::{self, File, Label, Project};
use crate::spec::{duration, form};

/// Resolves a project for the environment of a name; `None` if it has none of that name.
pub fn resolve(project: &Project, env: &str, sink: &mut Sink) -> Option<Book> {
    let server = environment::server(project, env, sink)?;
    let mut groups = Vec::new();
    let mut monitors = Vec::new();
    let mut probes = Vec::new();
    let mut inhibits: Vec<Inhibit> =
        project.manifest.inhibits.iter().map(inhibit).collect();
    let resolved: Vec<(OfFile, Sink)> = project
        .files
        .par_iter()
        .filter(|it| file_is_on(it, &server))
        .map(|it| {
            let mut sink = Sink::new();
            (of_file(project, it, &server, &mut sink), sink)
        })
        .collect();
    for (it, said) in resolved {
        inhibits.extend(it.inhibits);
        monitors.extend(it.monitors);
        probes.extend(it.probes);
        groups.extend(it.groups);
        // What is said of a pack is said of it in each file that uses it.
        said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
    }
    fields::check(&groups, server.dialect.version, sink);
    // A pack that two services use brings its inhibitions once.
    let mut seen = HashSet::new();
    inhibits.retain(|it| seen.insert(it.source.span()));
    let mut book = Book {
        project: project.manifest.name.to_string(),
        env: server.name.clone(),
        external_labels: server.external_labels.clone(),
        foreign_labels: server.foreign_labels.clone(),
        interval: server.interval,
        retention: server.retention,
        dialect: server.dialect,
        groups,
        monitors,
        probes,
        dashboards: Vec::new(),
        jobs: project.manifest.jobs.iter().map(job).collect(),
        severities: project.manifest.severities.iter().map(severity).collect(),
        policies: policies(project, sink),
        allow: project.files.iter().flat_map(|it| allow(&it.defaults.allow)).collect(),
        inhibits,
        inhibitions: Vec::new(),
        objects: Objects {
            namespace: server.build.namespace.as_ref().map(Text::to_string),
            labels: plain(&server.build.labels),
            annotations: plain(&server.build.annotations),
        },
        output: output::output(project, &server, sink),
    };
    book.dashboards =
        dashboard::dashboards(project, &book, &parameters(&server, sink), sink);
    if let Some(url) = &server.grafana {
        let scope = Scope::new(&server, &server.parameters);
        if let Some(url) = scope.text(url, sink) {
            dashboard::reach::annotate(&mut book, url.as_str());
        }
    }
    Some(book)
}

/// What one alerts file brings.
struct OfFile {
    groups: Vec<Group>,
    monitors: Vec<Monitor>,
    probes: Vec<Probe>,
    inhibits: Vec<Inhibit>,
}

fn of_file(
    project: &Project,
    file: &File,
    server: &Server<'_>,
    sink: &mut Sink,
) -> OfFile {
    let mut inhibits: Vec<Inhibit> = file.inhibits.iter().map(inhibit).collect();
    let mut monitors = Vec::new();
    for service in &file.services {
        monitors.extend(monitor::resolve(project, file, service, server, sink));
    }
    let mut probes = Vec::new();
    for probe in &file.probes {
        probes.extend(monitor::probe(project, file, probe, server, sink));
    }
    let path = file.path.as_str().into();
    let mut book = FileBook { path, groups: Vec::new(), n_uses: 0 };
    let origin = Origin::of(project, file);
    book.take(&origin, server, &mut inhibits, sink);
    let mut groups: Vec<Group> = book.groups.into_iter().map(|it| it.1).collect();
    for used in &file.vendored {
        groups.extend(vendor::groups(&origin, used, server, sink));
    }
    groups.retain(|it| !it.rules.is_empty());
    OfFile { groups, monitors, probes, inhibits }
}

/// The parameters of an environment as plain strings.
fn parameters(server: &Server<'_>, sink: &mut Sink) -> Vec<(String, String)> {
    let scope = Scope::new(server, &server.parameters);
    let value = |it: &model::Parameter| {
        let text = scope.text(&it.value.text, sink)?;
        Some((it.key.to_string(), text.to_string()))
    };
    server.parameters.iter().filter_map(value).collect()
}

/// What `${name}` stands for in an environment, outside of any service: its own
/// parameters, `env` and `cluster`. For tests.
pub fn environment_parameters(project: &Project, env: &str) -> Vec<(Arc<str>, Text)> {
    let sink = &mut Sink::new();
    let Some(server) = environment::server(project, env, sink) else { return Vec::new() };
    let scope = Scope::new(&server, &server.parameters);
    let own = server.parameters.iter().map(|it| it.key.as_str());
    let mut out: Vec<(Arc<str>, Text)> = Vec::new();
    for name in own.chain(["env", "cluster"]) {
        let text = scope.get(name).and_then(|it| scope.text(&it.text, sink));
        if let Some(text) = text {
            out.push((name.into(), text));
        }
    }
    out
}

/// The groups of one alerts file.
struct FileBook {
    path: Arc<str>,
    /// By the names that their keys make.
    groups: Vec<(String, Group)>,
    n_uses: u32,
}

/// A file takes at most so many packs, those that packs use included.
const MAX_USES: u32 = 1000;

impl FileBook {
    /// Takes the rules of a file or pack, and those of the packs that it uses, in the
    /// order in which they stand there.
    fn take(
        &mut self,
        origin: &Origin<'_>,
        server: &Server<'_>,
        inhibits: &mut Vec<Inhibit>,
        sink: &mut Sink,
    ) {
        let file = origin.source();
        if !file_is_on(file, server) {
            return;
        }
        enum Item<'a> {
            Use(&'a model::Use),
            Rule(&'a model::Rule),
        }
        let uses = file.uses.iter().map(|it| (it.span, Item::Use(it)));
        let rules = file.rules.iter().map(|it| (it.key.span(), Item::Rule(it)));
        let mut items: Vec<_> = uses.chain(rules).collect();
        items.sort_by_key(|it| it.0);
        for (_, item) in items {
            match item {
                Item::Rule(rule) => {
                    for (group, rule) in rule::resolve(origin, rule, server, sink) {
                        self.add(origin, group.as_deref(), rule, server, sink);
                    }
                }
                Item::Use(used) => {
                    // Circles have been reported where the project was read.
                    let Some(inner) = origin.using(used) else { continue };
                    self.n_uses += 1;
                    if MAX_USES < self.n_uses {
                        let title =
                            format!("`{}` takes more than {MAX_USES} packs", self.path);
                        sink.push_once(
                            Diagnostic::error("too-many-packs", title)
                                .at(used.span, "with those that packs use"),
                        );
                        return;
                    }
                    inhibits.extend(inner.source().inhibits.iter().map(inhibit));
                    self.take(&inner, server, inhibits, sink);
                }
            }
        }
    }

    /// Adds a rule to the group of a name, which it makes if need be.
    fn add(
        &mut self,
        origin: &Origin<'_>,
        name: Option<&str>,
        rule: Rule,
        server: &Server<'_>,
        sink: &mut Sink,
    ) {
        let name = origin.group_name(name);
        let idx = self.groups.iter().position(|it| it.0 == name).unwrap_or_else(|| {
            let group = self.group(origin, &name, &rule, server, sink);
            self.groups.push((name, group));
            self.groups.len() - 1
        });
        self.groups[idx].1.rules.push(rule);
    }

    /// A group that begins with a rule.
    fn group(
        &self,
        origin: &Origin<'_>,
        name: &str,
        rule: &Rule,
        server: &Server<'_>,
        sink: &mut Sink,
    ) -> Group {
        let file = origin.source();
        let declared = file
            .groups
            .iter()
            .find(|it| origin.group_name(Some(it.key.as_str())) == name);
        let first = match rule {
            Rule::Alert(it) => it.span,
            Rule::Record(it) => it.span,
        };
        let mut group = Group {
            name: name.to_string(),
            file: self.path.clone(),
            interval: None,
            query_offset: None,
            limit: 0,
            labels: Vec::new(),
            rules: Vec::new(),
            allow: declared.map(|it| allow(&it.allow)).unwrap_or_default(),
            span: declared.map_or(first, |it| it.span),
        };
        let Some(declared) = declared else { return group };
        if let Some(given) = &declared.name {
            group.name = origin.group_name(Some(given.as_str()));
        }
        let scope = origin.scope(server);
        let mut labels: Vec<Label> = Vec::new();
        let overrides = server.overrides(&declared.env).map(|it| &it.1);
        for settings in [&declared.settings].into_iter().chain(overrides) {
            group.interval = millis(settings.interval.as_ref()).or(group.interval);
            let version = server.dialect.version;
            if let Some(offset) = &settings.query_offset {
                since::QUERY_OFFSET.check(offset.span(), version, sink);
                group.query_offset = millis(Some(offset)).or(group.query_offset);
            }
            if let Some((limit, at)) = settings.limit {
                if limit != 0 {
                    since::LIMIT.check(at, version, sink);
                }
                group.limit = limit;
            }
            layers::labels(&mut labels, &settings.labels);
        }
        server.retain_names(&mut labels, &form::LABEL_NAME, sink);
        for label in labels {
            let value = label.field.value.and_then(|it| scope.text(&it, sink));
            if let Some(value) = value {
                group.labels.push(Pair { name: label.name, value });
            }
        }
        group
    }
}

/// Whether a file or pack has anything to say in an environment.
fn file_is_on(file: &File, server: &Server<'_>) -> bool {
    let overrides = file.env.iter().map(|it| (it.env.clone(), it.switch));
    let overrides: Vec<_> = overrides.collect();
    let last = server.overrides(&overrides).filter_map(|it| it.1).last();
    last.is_none_or(|it| it.on)
}

/// The milliseconds of a duration; nothing if it is none, which has been reported.
pub(crate) fn millis(text: Option<&Text>) -> Option<Millis> {
    duration::parse(text?.as_str()).ok().map(Millis)
}

/// Labels as plain strings, without those that `false` dropped.
fn plain(labels: &[Label]) -> Vec<(String, String)> {
    let pair =
        |it: &Label| Some((it.name.to_string(), it.field.value.as_ref()?.to_string()));
    labels.iter().filter_map(pair).collect()
}

/// Findings that are meant.
fn allow(all: &[model::Allow]) -> Vec<Allow> {
    let allow = |it: &model::Allow| Allow {
        lint: it.lint.shared(),
        why: it.why.shared(),
        span: it.span,
    };
    all.iter().map(allow).collect()
}

fn job(job: &model::Job) -> Job {
    Job {
        name: job.key.to_string(),
        interval: millis(job.interval.as_ref()),
        span: job.key.span(),
    }
}

fn policies(project: &Project, sink: &mut Sink) -> Vec<Policy> {
    project.manifest.policies.iter().map(|it| policy::policy(it, sink)).collect()
}

fn severity(severity: &model::Severity) -> Severity {
    Severity {
        name: severity.name.clone(),
        inhibits: severity.inhibits.clone(),
        requires: severity.requires.clone(),
        span: severity.span,
    }
}

fn inhibit(inhibit: &model::Inhibit) -> Inhibit {
    let model::Inhibit { source, target, equal } = inhibit.clone();
    Inhibit { source, target, equal }
}
