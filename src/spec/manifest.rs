//! Reads the manifest.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::keys::Key;
use crate::doc::node::{Entry, Kind, Node};
use crate::doc::reader::{self, Declared, Fields};
use crate::spec::keys::lint::{LINTS_TABLE, STRICT};
use crate::spec::keys::{self, manifest::MANIFEST};
use crate::spec::model::{
    Body, Build, Environment, Inhibit, Job, Lints, Manifest, Online, Owner, Prometheus,
    Runbooks, Severity,
};
use crate::spec::{body, build, policy};

/// The environment of a project that declares none.
pub const ONLY_ENVIRONMENT: &str = "default";

/// Reads the manifest and says which names it declares.
pub(super) fn read(node: &Node, sink: &mut Sink) -> Option<(Manifest, Declared)> {
    let fields = Fields::of(node, &MANIFEST)?;
    let severities = severities(&fields);
    let environments = environments(&fields, sink);
    let owners = owners(&fields, sink);
    let declared = Declared::new()
        .with(
            keys::SEVERITY,
            with_faulty(severities.iter().map(|it| it.name.clone()), &fields, "severity"),
        )
        .with(
            keys::ENVIRONMENT,
            with_faulty(environments.iter().map(|it| it.name.clone()), &fields, "env"),
        )
        .with(
            keys::OWNER,
            with_faulty(owners.iter().map(|it| it.key.to_string()), &fields, "owner"),
        )
        .by_key(keys::SEVERITY, "severity")
        .by_key(keys::ENVIRONMENT, "env")
        .by_key(keys::OWNER, "owner");
    reader::check(node, &MANIFEST, &declared, sink);
    cycles(&environments, sink);
    let project = fields.table("project");
    let name = project.and_then(|it| it.text("name")).cloned();
    let edition = project.and_then(|it| it.integer("edition"));
    let manifest = Manifest {
        name: name.unwrap_or_else(|| Text::fixed("project", node.span)),
        edition: edition.and_then(|it| u32::try_from(it).ok()).unwrap_or(1),
        prometheus: fields
            .table("prometheus")
            .map(|it| prometheus(&it))
            .unwrap_or_default(),
        build: fields
            .table("build")
            .map(|it| build::build(&it, sink))
            .unwrap_or_default(),
        runbooks: fields.table("runbooks").map(|it| runbooks(&it)).unwrap_or_default(),
        grafana: grafana(&fields),
        defaults: fields
            .table("defaults")
            .map_or_else(Body::default, |it| body::body(&it, sink)),
        severities,
        owners,
        environments,
        jobs: jobs(&fields),
        inhibits: inhibits(&fields),
        targets: build::targets(&fields),
        lints: fields.table("lints").map(|it| lints(&it)).unwrap_or_default(),
        policies: policy::policies(&fields, sink),
    };
    Some((manifest, declared))
}

/// Names that are declared, and those whose declaration is at fault: it is told of that, and
/// not of each use.
fn with_faulty(
    sound: impl Iterator<Item = String>,
    fields: &Fields<'_>,
    key: &str,
) -> Vec<String> {
    let mut out: Vec<String> = sound.collect();
    let table = fields.node(key).and_then(Node::as_table);
    for entry in table.into_iter().flatten() {
        let name = entry.key.as_str();
        if entry.value.as_bool().is_none() && out.iter().all(|it| it != name) {
            out.push(name.to_owned());
        }
    }
    out
}

fn severities(fields: &Fields<'_>) -> Vec<Severity> {
    let built_in = |name: &str, inhibits: &[&str]| Severity {
        name: name.to_string(),
        inhibits: inhibits.iter().map(|it| it.to_string()).collect(),
        requires: Vec::new(),
        span: None,
    };
    let mut out = vec![
        built_in("critical", &["warning"]),
        built_in("warning", &[]),
        built_in("business", &[]),
    ];
    let Some(table) = fields.table("severity") else { return out };
    for entry in table.others() {
        if entry.value.as_bool() == Some(false) {
            out.retain(|it| it.name != entry.key.as_str());
        }
    }
    for (entry, fields) in table.other_tables() {
        let name = entry.key.as_str();
        let idx = out.iter().position(|it| it.name == name).unwrap_or_else(|| {
            out.push(built_in(name, &[]));
            out.len() - 1
        });
        let severity = &mut out[idx];
        severity.span = Some(entry.key.span());
        if fields.node("inhibits").is_some() {
            let inhibits = fields.texts("inhibits");
            severity.inhibits = inhibits.iter().map(Text::to_string).collect();
        }
        severity.requires = fields.texts("requires");
    }
    // A built-in inhibition of a severity that was dropped is none.
    let names: Vec<String> = out.iter().map(|it| it.name.clone()).collect();
    for severity in &mut out {
        severity.inhibits.retain(|it| names.contains(it));
    }
    out
}

fn owners(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Owner> {
    let Some(table) = fields.table("owner") else { return Vec::new() };
    let mut out = Vec::new();
    for (entry, fields) in table.other_tables() {
        let labels = fields.table("labels").map(|it| body::texts(&it, sink));
        let annotations = fields.table("annotations").map(|it| body::texts(&it, sink));
        out.push(Owner {
            key: entry.key.clone(),
            labels: labels.unwrap_or_default(),
            annotations: annotations.unwrap_or_default(),
        });
    }
    out
}

fn environments(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Environment> {
    let tables = fields.table("env").map(|it| it.other_tables()).unwrap_or_default();
    let mut out = Vec::new();
    for (entry, fields) in tables {
        let parameters = fields.table("let").map(|it| body::parameters(&it, sink));
        let external = fields.table("external_labels").map(|it| body::labels(&it, sink));
        out.push(Environment {
            name: entry.key.to_string(),
            span: Some(entry.key.span()),
            like: fields.text("like").cloned(),
            parameters: parameters.unwrap_or_default(),
            external_labels: external.unwrap_or_default(),
            severities: fields.node("severities").map(|_| fields.texts("severities")),
            prometheus: fields
                .table("prometheus")
                .map(|it| prometheus(&it))
                .unwrap_or_default(),
            build: fields
                .table("build")
                .map(|it| build::build(&it, sink))
                .unwrap_or_default(),
            grafana: grafana(&fields),
        });
    }
    if out.is_empty() {
        out.push(Environment {
            name: ONLY_ENVIRONMENT.to_string(),
            span: None,
            like: None,
            parameters: Vec::new(),
            external_labels: Vec::new(),
            severities: None,
            prometheus: Prometheus::default(),
            build: Build::default(),
            grafana: None,
        });
    }
    out
}

/// Says which environments inherit from themselves, and cuts the circle there.
fn cycles(environments: &[Environment], sink: &mut Sink) {
    let mut said: Vec<&str> = Vec::new();
    for first in environments {
        let mut path: Vec<(&str, &Text)> = Vec::new();
        let mut next = Some(first);
        while let Some(env) = next {
            let Some(like) = &env.like else { break };
            if path.iter().any(|it| it.0 == env.name) {
                break;
            }
            path.push((&env.name, like));
            next = environments.iter().find(|it| it.name == like.as_str());
        }
        let closed = path.last().is_some_and(|it| it.1.as_str() == first.name);
        if !closed || path.iter().any(|it| said.contains(&it.0)) {
            continue;
        }
        said.extend(path.iter().map(|it| it.0));
        let circle: Vec<_> = path.iter().map(|it| format!("`{}`", it.0)).collect();
        let title = match path.len() {
            1 => format!("the environment {} is like itself", circle[0]),
            _ => format!("the environments {} are like each other", circle.join(", ")),
        };
        let mut diagnostic = Diagnostic::error("like-cycle", title);
        for (idx, (name, like)) in path.iter().enumerate() {
            let label = format!("`{name}` is like `{like}`");
            diagnostic = match idx {
                0 => diagnostic.at(like.span(), label),
                _ => diagnostic.context(like.span(), label),
            };
        }
        sink.push(diagnostic.help("take one `like` out"));
    }
}

fn prometheus(fields: &Fields<'_>) -> Prometheus {
    Prometheus {
        version: fields.text("version").cloned(),
        interval: fields.text("interval").cloned(),
        lookback: fields.text("lookback").cloned(),
        retention: fields.text("retention").cloned(),
        features: fields.node("features").map(|_| fields.texts("features")),
        names: fields.text("names").cloned(),
    }
}

fn grafana(fields: &Fields<'_>) -> Option<Text> {
    fields.table("grafana")?.text("url").cloned()
}

fn lints(fields: &Fields<'_>) -> Lints {
    let level = |it: &Key| {
        let entry = fields.entry(it.name).filter(|_| it.name != STRICT)?;
        Some((entry.key.clone(), fields.text(it.name)?.clone()))
    };
    Lints {
        strict: fields.boolean(STRICT).unwrap_or(false),
        levels: LINTS_TABLE.keys.iter().filter_map(level).collect(),
    }
}

fn runbooks(fields: &Fields<'_>) -> Runbooks {
    Runbooks {
        url: fields.text("url").cloned(),
        source: fields.text("source").cloned(),
        page: fields.text("page").cloned(),
        sections: fields.texts("sections"),
        online: fields.table("online").map(|it| online(&it)).unwrap_or_default(),
    }
}

fn online(fields: &Fields<'_>) -> Online {
    let hosts = fields.table("headers").map(|it| it.other_tables()).unwrap_or_default();
    let mut headers = Vec::new();
    for (host, fields) in hosts {
        for header in fields.others() {
            if let Kind::String(value) = &header.value.kind {
                headers.push((host.key.clone(), header.key.clone(), value.clone()));
            }
        }
    }
    Online {
        timeout: fields.text("timeout").cloned(),
        total: fields.text("total").cloned(),
        cache: fields.text("cache").cloned(),
        concurrency: fields.integer("concurrency"),
        per_host: fields.integer("per_host"),
        pause: fields.text("pause").cloned(),
        retries: fields.integer("retries"),
        redirects: fields.integer("redirects"),
        allow_private: fields.texts("allow_private"),
        authorities: fields.text("ca").cloned(),
        headers,
        exceptions: fields
            .tables("except")
            .iter()
            .filter_map(|it| it.text("url").cloned())
            .collect(),
    }
}

fn jobs(fields: &Fields<'_>) -> Vec<Job> {
    let tables = fields.table("job").map(|it| it.other_tables()).unwrap_or_default();
    let job = |(entry, fields): (&Entry, Fields<'_>)| Job {
        key: entry.key.clone(),
        interval: fields.text("interval").cloned(),
    };
    tables.into_iter().map(job).collect()
}

/// Reads `[[inhibit]]`.
pub(super) fn inhibits(fields: &Fields<'_>) -> Vec<Inhibit> {
    let mut out = Vec::new();
    for fields in fields.tables("inhibit") {
        if let (Some(source), Some(target)) =
            (fields.text("source"), fields.text("target"))
        {
            let equal = fields.node("equal").map(|_| fields.texts("equal"));
            out.push(Inhibit { source: source.clone(), target: target.clone(), equal });
        }
    }
    out
}

/// The beginning of a document.
pub(super) fn head(node: &Node) -> Span {
    match &node.kind {
        Kind::Table(table) => table.iter().next().map_or(node.span, |it| it.span).head(),
        _ => node.span.head(),
    }
}
