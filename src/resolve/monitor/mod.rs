//! Services, their endpoints and probes in one environment.

mod check;
mod fields;
mod http;
mod relabeling;
mod twice;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::keys::Shape;
use crate::doc::node::Node;
use crate::doc::reader;
use crate::resolve::environment::Server;
use crate::resolve::layers;
use crate::resolve::origin::Origin;
use crate::resolve::scope::Scope;
use crate::rules::monitor::{Endpoint, Monitor, MonitorKind, Port, Probe};
use crate::spec::keys::endpoint::ENDPOINT;
use crate::spec::keys::probe::PROBE;
use crate::spec::keys::service::SERVICE;
use crate::spec::model::{self, File, Project, Service, ServiceSettings};
use crate::spec::object_form::{LABEL_VALUE, NAMESPACES};

/// The monitor of a service; nothing where the environment does not have it.
pub(super) fn resolve(
    project: &Project,
    file: &File,
    service: &Service,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Option<Monitor> {
    let mut settings = service.settings.clone();
    for (_, above) in server.overrides(&service.env) {
        merge(&mut settings, above);
    }
    if settings.switch.is_some_and(|it| !it.on) {
        return None;
    }
    let mut scope = Origin::of(project, file).scope(server);
    scope.set("job", service.key.clone());
    let kind = match settings.kind.as_ref().map(Text::as_str) {
        Some("pod") => MonitorKind::Pod,
        _ => MonitorKind::Service,
    };
    look(service, &settings, project, server, sink);
    let mut match_labels = Vec::new();
    for label in &settings.match_labels {
        let value = label.field.value.as_ref().and_then(|it| scope.text(it, sink));
        let Some(value) = value else { continue };
        if let Some(fault) = reader::misformed(&value, &LABEL_VALUE) {
            sink.push_once(fault);
        }
        match_labels.push((label.name.to_string(), value.to_string()));
    }
    let mut endpoints = Vec::new();
    for endpoint in settings.endpoints.iter().filter(|it| is_on(it)) {
        let fields = fields::fill(&endpoint.fields, &ENDPOINT, &scope, sink);
        check::endpoint(&fields, kind, server, sink);
        endpoints.push(Endpoint {
            port: match endpoint.port.as_str().parse() {
                Ok(number) => Port::Number(number),
                Err(_) => Port::Name(endpoint.port.to_string()),
            },
            fields: fields::json(&fields),
            span: endpoint.span,
        });
    }
    twice::check(&service.key, kind, &endpoints, sink);
    let fields = fields::fill(&settings.fields, &SERVICE, &scope, sink);
    check::service(&fields, kind, server, sink);
    Some(Monitor {
        job: Arc::from(service.key.as_str()),
        kind,
        match_labels,
        namespaces: namespaces(&settings, &scope, sink),
        endpoints,
        fields: fields::json(&fields),
        span: service.span,
    })
}

/// Says what can hardly be meant: a monitor of nothing, or of everything. What could not be
/// read might be missing.
fn look(
    service: &Service,
    settings: &ServiceSettings,
    project: &Project,
    server: &Server<'_>,
    sink: &mut Sink,
) {
    if !project.whole {
        return;
    }
    let (job, env) = (&service.key, &server.name);
    if !settings.endpoints.iter().any(is_on) {
        let title = format!("the service `{job}` has no endpoint in `{env}`");
        sink.push_once(
            Diagnostic::warning("no-endpoints", title)
                .at(job.span(), "nothing of it is scraped")
                .help(format!("add one, or leave the service out: `env.{env} = false`")),
        );
    }
    if settings.match_labels.iter().all(|it| it.field.value.is_none()) {
        let title = format!("the service `{job}` matches everything in `{env}`");
        sink.push_once(
            Diagnostic::warning("matches-everything", title)
                .at(job.span(), "no label tells what is scraped as this job")
                .help(
                    "write labels of the Kubernetes Service: `match = { app = \"…\" }`",
                ),
        );
    }
}

/// A probe; nothing where the environment does not have it.
pub(super) fn probe(
    project: &Project,
    file: &File,
    probe: &model::Probe,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Option<Probe> {
    let mut merged = probe.fields.clone();
    let mut is_on = true;
    for (_, above) in server.overrides(&probe.env) {
        is_on = above.switch.map_or(is_on, |it| it.on);
        fields::merge(&mut merged, &above.fields);
    }
    if !is_on {
        return None;
    }
    let mut scope = Origin::of(project, file).scope(server);
    scope.set("job", probe.key.clone());
    let fields = fields::fill(&merged, &PROBE, &scope, sink);
    check::probe(&fields, probe.key.span(), server, sink);
    Some(Probe {
        job: Arc::from(probe.key.as_str()),
        fields: fields::json(&fields),
        span: probe.key.span(),
    })
}

/// Fields of another object that are passed on.
pub(super) fn passed_on(
    fields: &[(Text, Node)],
    shape: &'static Shape,
    sink: &mut Sink,
) -> Vec<(String, Json)> {
    fields::json(&fields::fill(fields, shape, &Scope::default(), sink))
}

fn is_on(endpoint: &model::Endpoint) -> bool {
    endpoint.switch.is_none_or(|it| it.on)
}

fn namespaces(settings: &ServiceSettings, scope: &Scope, sink: &mut Sink) -> Vec<String> {
    let given = match (&settings.namespaces, scope.get("namespace")) {
        (Some(texts), _) => texts.clone(),
        (None, Some(value)) => vec![value.text.clone()],
        (None, None) => Vec::new(),
    };
    let mut out: Vec<String> = Vec::new();
    let (mut all, mut other) = (None, None);
    for text in &given {
        let Some(filled) = scope.text(text, sink) else { continue };
        if let Some(fault) = reader::misformed(&filled, &NAMESPACES) {
            sink.push_once(fault);
        }
        let place = if filled.as_str() == "*" { &mut all } else { &mut other };
        place.get_or_insert(text);
        out.push(filled.to_string());
    }
    if let (Some(all), Some(other)) = (all, other) {
        sink.push_once(
            Diagnostic::error("contradiction", "all namespaces, and some by name")
                .at(other.span(), "beside all of them")
                .context(all.span(), "all")
                .help("write `namespaces = [\"*\"]`, or the names alone"),
        );
    }
    out
}

fn merge(below: &mut ServiceSettings, above: &ServiceSettings) {
    below.switch = above.switch.or(below.switch);
    below.kind = above.kind.clone().or(below.kind.take());
    layers::labels(&mut below.match_labels, &above.match_labels);
    below.namespaces = above.namespaces.clone().or(below.namespaces.take());
    fields::merge(&mut below.fields, &above.fields);
    for endpoint in &above.endpoints {
        match below.endpoints.iter_mut().find(|it| it.port == endpoint.port) {
            None => below.endpoints.push(endpoint.clone()),
            Some(below) => {
                below.switch = endpoint.switch.or(below.switch);
                fields::merge(&mut below.fields, &endpoint.fields);
            }
        }
    }
}
