//! What all Kubernetes objects have in common.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::emit::name;
use crate::rules::book::Book;

/// The version of the operator's objects.
pub const MONITORING: &str = "monitoring.coreos.com/v1";

/// A Kubernetes object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object<'a, T> {
    /// `monitoring.coreos.com/v1`
    pub api_version: &'static str,
    /// `PrometheusRule`
    pub kind: &'static str,
    /// Name, namespace, labels, annotations.
    pub metadata: Metadata<'a>,
    /// What it says.
    pub spec: T,
}

/// Name, namespace, labels, annotations.
#[derive(Debug, Serialize)]
pub struct Metadata<'a> {
    /// Its name.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    labels: Map,
    #[serde(skip_serializing_if = "Map::is_empty")]
    annotations: Map,
}

/// Strings by name, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map(pub Vec<(String, String)>);

impl Map {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// An object of the operator's.
pub fn object<'a, T>(
    book: &'a Book,
    kind: &'static str,
    name: String,
    spec: T,
) -> Object<'a, T> {
    Object {
        api_version: MONITORING,
        kind,
        metadata: Metadata {
            name,
            namespace: book.objects.namespace.as_deref(),
            labels: labels(book),
            annotations: Map(book.objects.annotations.clone()),
        },
        spec,
    }
}

/// The label of everything that one build of one environment made.
pub const INSTANCE: &str = "app.kubernetes.io/instance";

/// The project's labels, and those by which everything that one build of one environment
/// made is found again.
pub fn labels(book: &Book) -> Map {
    let ours = [
        ("app.kubernetes.io/managed-by", "aqua-alerts".to_owned()),
        (INSTANCE, name::cut(&name::instance(book), name::LABEL)),
    ];
    let mut out = book.objects.labels.clone();
    for (name, value) in ours {
        if out.iter().all(|it| it.0 != name) {
            out.push((name.to_owned(), value));
        }
    }
    Map(out)
}
