//! Services and their endpoints in one environment.

use std::sync::Arc;

use serde_json::{Map, Number, Value as Json};

use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::node::{Kind, Node};
use crate::resolve::environment::Server;
use crate::resolve::layers;
use crate::resolve::origin::Origin;
use crate::resolve::scope::Scope;
use crate::rules::monitor::{Endpoint, Monitor, MonitorKind, Port};
use crate::spec::model::{self, File, Project, Service, ServiceSettings};

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
    let mut match_labels = Vec::new();
    for label in &settings.match_labels {
        let value = label.field.value.as_ref().and_then(|it| scope.text(it, sink));
        match_labels.extend(value.map(|it| (label.name.to_string(), it.to_string())));
    }
    let namespaces = match &settings.namespaces {
        Some(texts) => texts
            .iter()
            .filter_map(|it| scope.text(it, sink))
            .map(|it| it.to_string())
            .collect(),
        None => match scope.get("namespace") {
            Some(value) => {
                let text = scope.text(&value.text.clone(), sink);
                text.iter().map(Text::to_string).collect()
            }
            None => Vec::new(),
        },
    };
    let on = |it: &&model::Endpoint| it.switch.is_none_or(|it| it.on);
    let mut endpoints = Vec::new();
    for endpoint in settings.endpoints.iter().filter(on) {
        endpoints.push(Endpoint {
            port: match endpoint.port.as_str().parse() {
                Ok(number) => Port::Number(number),
                Err(_) => Port::Name(endpoint.port.to_string()),
            },
            fields: fields(&endpoint.fields, &scope, sink),
            span: endpoint.span,
        });
    }
    Some(Monitor {
        job: Arc::from(service.key.as_str()),
        kind: match settings.kind.as_ref().map(Text::as_str) {
            Some("pod") => MonitorKind::Pod,
            _ => MonitorKind::Service,
        },
        match_labels,
        namespaces,
        endpoints,
        fields: fields(&settings.fields, &scope, sink),
        span: service.span,
    })
}

fn merge(below: &mut ServiceSettings, above: &ServiceSettings) {
    below.switch = above.switch.or(below.switch);
    below.kind = above.kind.clone().or(below.kind.take());
    layers::labels(&mut below.match_labels, &above.match_labels);
    below.namespaces = above.namespaces.clone().or(below.namespaces.take());
    over(&mut below.fields, &above.fields);
    for endpoint in &above.endpoints {
        match below.endpoints.iter_mut().find(|it| it.port == endpoint.port) {
            None => below.endpoints.push(endpoint.clone()),
            Some(below) => {
                below.switch = endpoint.switch.or(below.switch);
                over(&mut below.fields, &endpoint.fields);
            }
        }
    }
}

fn over(below: &mut Vec<(Text, Node)>, above: &[(Text, Node)]) {
    for (key, node) in above {
        match below.iter_mut().find(|it| &it.0 == key) {
            None => below.push((key.clone(), node.clone())),
            Some(below) => below.1 = node.clone(),
        }
    }
}

/// Fields that are passed on, with the parameters in their strings filled in.
pub(super) fn fields(
    fields: &[(Text, Node)],
    scope: &Scope,
    sink: &mut Sink,
) -> Vec<(String, Json)> {
    fields.iter().map(|it| (it.0.to_string(), json(&it.1, scope, sink))).collect()
}

/// A value as JSON, with the parameters in its strings filled in.
fn json(node: &Node, scope: &Scope, sink: &mut Sink) -> Json {
    match &node.kind {
        Kind::Null(_) => Json::Null,
        Kind::Boolean(value, _) => Json::Bool(*value),
        Kind::Integer(value, _) => Json::Number((*value).into()),
        Kind::Float(value, _) => {
            Number::from_f64(*value).map_or(Json::Null, Json::Number)
        }
        Kind::Datetime(text) => Json::String(text.to_string()),
        Kind::String(text) => {
            let filled = scope.text(text, sink).unwrap_or_else(|| text.clone());
            Json::String(filled.to_string())
        }
        Kind::Array(items) => items.iter().map(|it| json(it, scope, sink)).collect(),
        Kind::Table(table) => {
            let mut out = Map::new();
            for entry in table {
                out.insert(entry.key.to_string(), json(&entry.value, scope, sink));
            }
            Json::Object(out)
        }
    }
}
