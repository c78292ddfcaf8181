//! What ServiceMonitors and PodMonitors have in common.
//!
//! The fields are the operator's own and pass through; only their order is chosen here,
//! which is that of the operator's documentation.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::Claim;
use crate::emit::object::object;
use crate::emit::{name, yaml};
use crate::rules::book::Book;
use crate::rules::monitor::{Endpoint, Monitor, MonitorKind};

/// The fields of an endpoint in the operator's order; others follow as written.
const ENDPOINT: &[&str] = &[
    "port",
    "portNumber",
    "targetPort",
    "path",
    "scheme",
    "params",
    "interval",
    "scrapeTimeout",
    "honorLabels",
    "honorTimestamps",
    "trackTimestampsStaleness",
    "metricRelabelings",
    "relabelings",
    "filterRunning",
];

/// The fields of a monitor in the operator's order; others follow as written.
const SPEC: &[&str] = &["targetLabels", "podTargetLabels"];

/// How the two kinds differ.
#[derive(Debug)]
pub(super) struct Form {
    /// `ServiceMonitor`
    pub(super) kind: &'static str,
    /// The folder of its files.
    pub(super) folder: &'static str,
    /// The field of the endpoints.
    pub(super) endpoints: &'static str,
    /// Which monitors are of this kind.
    pub(super) of: MonitorKind,
}

/// A monitor's `spec`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Spec(Map<String, Json>);

/// The monitors of one kind, with the names of their files and objects.
fn named<'a>(book: &'a Book, form: &Form) -> Vec<(&'a Monitor, (String, String))> {
    let monitors: Vec<_> = book.monitors.iter().filter(|it| it.kind == form.of).collect();
    let jobs: Vec<&str> = monitors.iter().map(|it| &*it.job).collect();
    let names = name::objects(book, &jobs);
    monitors.into_iter().zip(names).collect()
}

/// The names of the monitors of one kind.
pub(super) fn claims(book: &Book, form: &Form) -> Vec<Claim> {
    let claim = |(monitor, (_, name)): (&Monitor, (String, String))| Claim {
        kind: form.kind,
        name,
        of: format!("the service `{}`", monitor.job),
        place: Some(monitor.span),
    };
    named(book, form).into_iter().map(claim).collect()
}

/// Writes the monitors of one kind.
pub(super) fn emit(book: &Book, form: &Form) -> Vec<Artifact> {
    let write = |(monitor, (stem, name)): (&Monitor, (String, String))| {
        let object = object(book, form.kind, name, spec(monitor, form));
        let comment = yaml::made_from(&format!("the service `{}`", monitor.job));
        let text = yaml::print(&comment, &object);
        Artifact::new(format!("{}/{stem}.yaml", form.folder), text, Kind::Resource)
    };
    named(book, form).into_iter().map(write).collect()
}

fn spec(monitor: &Monitor, form: &Form) -> Spec {
    let mut fields: Map<String, Json> = monitor.fields.iter().cloned().collect();
    let mut out = Map::new();
    for name in SPEC {
        if let Some(value) = fields.shift_remove(*name) {
            out.insert((*name).to_owned(), value);
        }
    }
    let endpoints = monitor.endpoints.iter().map(|it| endpoint(monitor, it, form));
    out.insert(form.endpoints.to_owned(), endpoints.collect());
    let labels: Map<String, Json> =
        monitor.match_labels.iter().map(|it| (it.0.clone(), json!(it.1))).collect();
    let mut selector = Map::from_iter([("matchLabels".to_owned(), json!(labels))]);
    if let Some(expressions) = fields.shift_remove("matchExpressions") {
        selector.insert("matchExpressions".to_owned(), expressions);
    }
    out.insert("selector".to_owned(), Json::Object(selector));
    if !monitor.namespaces.is_empty() {
        let selector = match monitor.namespaces.iter().any(|it| it == "*") {
            true => json!({ "any": true }),
            false => json!({ "matchNames": monitor.namespaces }),
        };
        out.insert("namespaceSelector".to_owned(), selector);
    }
    out.extend(fields);
    Spec(out)
}

fn endpoint(monitor: &Monitor, endpoint: &Endpoint, form: &Form) -> Json {
    let mut fields = endpoint.with_port(form.of);
    // Last, so that nothing before it can give the targets another job: rules select
    // by this one.
    let job = json!({ "targetLabel": "job", "replacement": &*monitor.job });
    match fields.get_mut("relabelings") {
        Some(Json::Array(it)) => it.push(job),
        _ => {
            fields.insert("relabelings".to_owned(), json!([job]));
        }
    }
    let mut out = Map::new();
    for name in ENDPOINT {
        if let Some(value) = fields.shift_remove(*name) {
            out.insert((*name).to_owned(), value);
        }
    }
    out.extend(fields);
    Json::Object(out)
}
