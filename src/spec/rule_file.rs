//! Rule files that others wrote, as far as the spec knows them: their YAML, and the names
//! of their alerts and records, so that a change of one that does not exist is found.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap};
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::reader::Declared;
use crate::doc::yaml;
use crate::spec::form;
use crate::spec::keys::vendor::{ALERT, RECORD, SEVERITY};
use crate::spec::model::RuleKind;

/// Gives the text of the file that a path names, or says why there is none.
pub type Load<'a> = dyn FnMut(&Text, &mut SourceMap, &mut Sink) -> Option<Arc<str>> + 'a;

/// A rule file of a project.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its path below the project's folder.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
    /// Its YAML documents.
    pub documents: Vec<Node>,
    /// The names in it.
    pub rules: Vec<Known>,
    /// Whether it is no sound YAML: what seems to be missing may be what was refused.
    pub faulty: bool,
}

/// What is known of a rule without reading its expression.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which of the two it is.
    pub kind: RuleKind,
    /// Its name.
    pub name: Text,
    /// Its label `severity`, the group's included.
    pub severity: Option<Text>,
}

/// Whether the name of a use is the path of a rule file.
pub(super) fn is_path(name: &str) -> bool {
    (form::RULE_FILE.fault)(name).is_none()
}

/// The paths of rule files that a document uses.
pub(super) fn paths(document: &Node) -> impl Iterator<Item = &Text> {
    let uses = document.get("use").and_then(Node::as_table);
    let keys = uses.into_iter().flatten().filter(|it| it.value.as_table().is_some());
    keys.map(|it| &it.key).filter(|it| is_path(it.as_str()))
}

/// Loads the rule files of these paths, in order, and says whether nothing is wrong with
/// any: else not all names are known.
pub(super) fn load(
    paths: &[&Text],
    load: &mut Load<'_>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> (Vec<RuleFile>, bool) {
    let n_errors = sink.n_errors();
    let mut out: Vec<RuleFile> = Vec::new();
    let mut first: Vec<&Text> = Vec::new();
    for path in paths {
        if let Some(first) = first.iter().find(|it| it == &path) {
            let title = format!("the rule file `{path}` is used twice");
            sink.push(
                Diagnostic::error("rule-file-twice", title)
                    .at(path.span(), "used again here")
                    .context(first.span(), "first used here")
                    .help("write all changes in one `use`, or copy the file"),
            );
            continue;
        }
        first.push(path);
        if let Some(error) = outside(path) {
            sink.push(error);
            continue;
        }
        let Some(text) = load(path, sources, sink) else { continue };
        let file = sources.add(path.as_str(), text.clone());
        let n_before = sink.n_errors();
        let documents = yaml::read(file, &text, sink);
        let faulty = n_before < sink.n_errors();
        let mut rules = Vec::new();
        documents.iter().for_each(|it| known(it, &mut rules));
        let path = path.to_string();
        out.push(RuleFile { path, file, text, documents, rules, faulty });
    }
    (out, n_errors == sink.n_errors())
}

/// What is wrong with a path that does not lead below the project's folder in the one
/// plain way.
fn outside(path: &Text) -> Option<Diagnostic> {
    let written = path.as_str();
    let mut parts = written.split('/');
    let error = |title: String, label: &str| {
        Some(Diagnostic::error("bad-path", title).at(path.span(), label))
    };
    if written.starts_with('/') || written.contains('\\') || parts.any(|it| it == "..") {
        let title = format!("`{written}` is not a path below the project's folder");
        return error(title, "leads elsewhere")
            .map(|it| it.help("copy the file into the project: `vendor/rules.yaml`"));
    }
    let plain: Vec<&str> =
        written.split('/').filter(|it| !matches!(*it, "" | ".")).collect();
    let plain = plain.join("/");
    if plain == written {
        return None;
    }
    let title = format!("`{written}` is not the plain form of a path");
    let inner = path.place(0, written.len()).span;
    let edits = vec![(inner, plain.clone())];
    error(title, "with parts that mean nothing")
        .map(|it| it.fix(Fix { title: format!("write `{plain}`"), edits, safe: false }))
}

/// The error about a rule file that does not exist; `near` is the path of one that does.
pub fn missing(path: &Text, near: Option<&str>) -> Diagnostic {
    let title = format!("there is no rule file `{path}`");
    let error = Diagnostic::error("no-rule-file", title);
    match near {
        Some(near) => {
            let span = path.place(0, path.as_str().len()).span;
            let edits = vec![(span, near.to_string())];
            error.at(path.span(), format!("did you mean `{near}`?")).fix(Fix {
                title: format!("write `{near}`"),
                edits,
                safe: false,
            })
        }
        None => error
            .at(path.span(), "not in the project")
            .help("the path is relative to the folder of the manifest"),
    }
}

/// Collects the rules of a document, whichever kind of rule file it is.
fn known(node: &Node, out: &mut Vec<Known>) {
    if let Some(rules) = node.get("rules").and_then(Node::as_array) {
        let of_group = severity(node);
        for rule in rules {
            for (kind, key) in [(RuleKind::Alert, "alert"), (RuleKind::Record, "record")]
            {
                if let Some(name) = rule.get(key).and_then(Node::raw) {
                    let severity = severity(rule).or(of_group).cloned();
                    out.push(Known { kind, name: name.clone(), severity });
                }
            }
        }
        return;
    }
    for key in ["spec", "groups", "items"] {
        match node.get(key) {
            Some(below) if below.as_array().is_some() => {
                below.as_array().into_iter().flatten().for_each(|it| known(it, out));
            }
            Some(below) => known(below, out),
            None => {}
        }
    }
}

fn severity(node: &Node) -> Option<&Text> {
    node.at(&["labels", "severity"])?.raw()
}

/// Declares the names that changes may use.
pub(super) fn declare(declared: Declared, files: &[RuleFile]) -> Declared {
    let rules = || files.iter().flat_map(|it| &it.rules);
    let names = |kind: RuleKind| {
        let names = rules().filter(|it| it.kind == kind).map(|it| it.name.to_string());
        let mut seen = BTreeSet::new();
        names.filter(|it| seen.insert(it.clone())).collect()
    };
    let severities = rules().filter_map(|it| it.severity.as_ref()).map(Text::to_string);
    let severities: BTreeSet<String> = severities.collect();
    declared
        .with(ALERT, names(RuleKind::Alert))
        .with(RECORD, names(RuleKind::Record))
        .with(SEVERITY, severities.into_iter().collect())
}
