//! Scrape targets: services and their endpoints, probes.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::diag::source::Span;

/// How the targets are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorKind {
    /// Through Services: a ServiceMonitor.
    Service,
    /// Directly: a PodMonitor.
    Pod,
}

/// A service that is scraped.
#[derive(Clone, Debug)]
pub struct Monitor {
    /// The service's name, which is the `job` label.
    pub job: Arc<str>,
    /// How its targets are found.
    pub kind: MonitorKind,
    /// Labels that Services or Pods must have, in the order of the spec.
    pub match_labels: Vec<(String, String)>,
    /// Namespaces in which they are looked for.
    pub namespaces: Vec<String>,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Further fields of the monitor's spec, under their names in Kubernetes.
    pub fields: Vec<(String, Json)>,
    /// Where it is declared.
    pub span: Span,
}

/// Targets that an exporter asks.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The probe's name, which is the `job` label.
    pub job: Arc<str>,
    /// The fields of its spec, under their names in Kubernetes, in the order of the spec;
    /// parameters are a table.
    pub fields: Vec<(String, Json)>,
    /// Where it is declared.
    pub span: Span,
}

/// A port that is scraped.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The port.
    pub port: Port,
    /// Fields of the endpoint under their names in Kubernetes, in the order of the spec.
    pub fields: Vec<(String, Json)>,
    /// Where it is declared.
    pub span: Span,
}

impl Endpoint {
    /// Its fields in a monitor of a kind, with its port: one that is given as a field is the
    /// port, and the key then no more than a name.
    pub fn with_port(&self, kind: MonitorKind) -> Map<String, Json> {
        let mut out: Map<String, Json> = self.fields.iter().cloned().collect();
        if ["port", "targetPort", "portNumber"].iter().all(|it| !out.contains_key(*it)) {
            let (field, port) = match (&self.port, kind) {
                (Port::Name(it), _) => ("port", json!(it)),
                (Port::Number(it), MonitorKind::Service) => ("targetPort", json!(it)),
                (Port::Number(it), MonitorKind::Pod) => ("portNumber", json!(it)),
            };
            out.insert(field.to_owned(), port);
        }
        out
    }
}

/// A port by name or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A named port.
    Name(String),
    /// A container's port number.
    Number(u16),
}
