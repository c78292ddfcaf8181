//! Finds the groups in a YAML file, whichever kind of rule file it is.
//!
//! Plain files are judged as Prometheus does (`model/rulefmt/rulefmt.go`): unknown
//! fields are errors, only the first document counts. In Kubernetes objects an unknown
//! field is a warning, since the API server drops it and goes on.

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::{Kind, Node};
use crate::doc::yaml;
use crate::promql::dialect::Dialect;
use crate::rulefile::field::{Fields, Unknown};
use crate::rulefile::group;
use crate::rules::group::Group;

/// How rules are judged.
pub struct Config<'a> {
    /// The PromQL of the expressions.
    pub dialect: &'a Dialect,
    /// Whether names of metrics and labels keep to letters, digits and `_`
    /// (`metric_name_validation_scheme: legacy`).
    pub legacy_names: bool,
    /// Whether fields that Prometheus does not know are passed over
    /// (`--ignore-unknown-fields`).
    pub ignore_unknown: bool,
    /// Says what is wrong with a template in a label or an annotation of an alert.
    pub template: &'a dyn Fn(&Text, &mut Sink),
}

impl Config<'_> {
    /// What an unknown field is where it would be `usual`.
    fn unknown(&self, usual: Unknown) -> Unknown {
        match self.ignore_unknown {
            true => Unknown::Ignored,
            false => usual,
        }
    }
}

/// Reads the rules of a YAML file; faulty rules are reported and left out.
///
/// `path` is the file's path as the user knows it; of several objects in one file each
/// counts as a file of its own, `path#name`.
pub fn read(
    file: FileId,
    path: &str,
    text: &str,
    config: &Config<'_>,
    sink: &mut Sink,
) -> Vec<Group> {
    let documents = documents(file, text, sink);
    judge(file, path, &documents, config, sink)
}

/// Reads the documents of a rule file. What is wrong behind the first one is a warning
/// where Prometheus does not look there.
pub fn documents(file: FileId, text: &str, sink: &mut Sink) -> Vec<Node> {
    yaml::read_first(file, text, |it| it.get("kind").is_none(), sink)
}

/// As [`read`], where the file's documents were read already.
pub fn judge(
    file: FileId,
    path: &str,
    documents: &[Node],
    config: &Config<'_>,
    sink: &mut Sink,
) -> Vec<Group> {
    let groups = groups(documents, path, config, sink);
    if groups.is_empty() && !sink.has_errors() {
        let at = Span { file, start: 0, end: 0 };
        sink.push(
            Diagnostic::warning("no-rules", format!("`{path}` has no rules"))
                .at(at, "no group with a rule in this file"),
        );
    }
    groups
}

/// Reads the rules of documents that were read already.
pub fn groups(
    documents: &[Node],
    path: &str,
    config: &Config<'_>,
    sink: &mut Sink,
) -> Vec<Group> {
    let mut objects = Vec::new();
    let mut plain: Option<&Node> = None;
    // Of a plain file the first document counts, although it be empty.
    let mut first = documents.first().filter(|it| it.is_null());
    for document in documents {
        match (&document.kind, document.get("kind"), plain) {
            (Kind::Null(_), ..) => {}
            (Kind::Table(_), Some(_), None) => collect(document, &mut objects),
            (Kind::Table(_), None, None) if first.is_none() => {
                plain = Some(document);
                first = plain;
            }
            _ => match first {
                Some(first) => sink.push(
                    Diagnostic::warning("document-ignored", "document is passed over")
                        .at(document.span, "Prometheus reads the first document only")
                        .context(first.span, "the first is here"),
                ),
                None => sink.push(
                    Diagnostic::error("wrong-type", "rule file is not a mapping")
                        .at(document.span, document.what())
                        .help("begin it with `groups:`"),
                ),
            },
        }
    }
    if objects.is_empty() && plain.is_none() {
        foreign(documents, sink);
    }
    let mut out = Vec::new();
    if let Some(document) = plain {
        let file: Arc<str> = path.into();
        let unknown = config.unknown(Unknown::Error);
        let mut fields = Fields::new(document, "a rule file", unknown, sink);
        if let Some(node) = fields.take("groups") {
            fields.finish();
            group::groups(node, &file, unknown, config, sink, &mut out);
        } else {
            fields.finish();
        }
    }
    let several = objects.len() > 1;
    for (idx, object) in objects.into_iter().enumerate() {
        let name = object.at(&["metadata", "name"]).and_then(Node::as_str);
        let file: Arc<str> = match (several, name) {
            (false, _) => path.into(),
            (true, Some(name)) => format!("{path}#{name}").into(),
            (true, None) => format!("{path}#{idx}").into(),
        };
        let Some(spec) = object.get("spec") else {
            sink.push(
                Diagnostic::error("missing-key", "PrometheusRule has no `spec`")
                    .at(object.span.head(), "this object"),
            );
            continue;
        };
        let unknown = config.unknown(Unknown::Dropped);
        let mut fields = Fields::new(spec, "the spec of a PrometheusRule", unknown, sink);
        let node = fields.take("groups");
        fields.finish();
        if let Some(node) = node {
            group::groups(node, &file, unknown, config, sink, &mut out);
        }
    }
    out
}

/// Whether documents are a rule file rather than any other YAML: a mapping with `groups`,
/// or objects with a PrometheusRule among them.
pub fn has_rules(documents: &[Node]) -> bool {
    let mut objects = Vec::new();
    documents.iter().any(|it| {
        collect(it, &mut objects);
        // `groups` of an object, or of a file with a version, are something else's.
        let of_rules = it.get("kind").is_none() && it.get("apiVersion").is_none();
        !objects.is_empty() || of_rules && it.get("groups").is_some()
    })
}

/// Says of Kubernetes objects, none of which is a PrometheusRule, what they are.
fn foreign(documents: &[Node], sink: &mut Sink) {
    let kind = documents.iter().find_map(|it| it.get("kind"));
    let Some(kind) = kind else { return };
    let what = kind.raw().map_or("object", |it| it.as_str());
    sink.push(
        Diagnostic::error("no-rules", format!("`{what}` holds no rules"))
            .at(kind.span, "not a PrometheusRule, nor a list with one")
            .help("name a file with `groups:`, or with a `kind: PrometheusRule`"),
    );
}

/// The PrometheusRules in a Kubernetes object, lists of objects included.
fn collect<'n>(node: &'n Node, out: &mut Vec<&'n Node>) {
    match node.get("kind").and_then(Node::as_str) {
        Some("PrometheusRule") => out.push(node),
        Some("List" | "PrometheusRuleList") => {
            let items = node.get("items").and_then(Node::as_array).unwrap_or_default();
            // A list does not hold lists.
            for item in items {
                let kind = item.get("kind").and_then(Node::as_str);
                let bare = kind.is_none() && item.get("spec").is_some();
                if kind == Some("PrometheusRule") || bare {
                    out.push(item);
                }
            }
        }
        _ => {}
    }
}
