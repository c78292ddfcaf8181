//! `alertmanager-config.yaml`: the inhibitions as an AlertmanagerConfig object of the
//! Prometheus Operator.
//!
//! It has neither route nor receivers, which the operator asks for in neither: these are
//! not the rules' business.

use serde::Serialize;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::Claim;
use crate::emit::object::{Object, object};
use crate::emit::{Emit, Target, name, yaml};
use crate::rules::book::Book;
use crate::rules::inhibition::{Inhibition, LabelMatch};
use crate::rules::output::MatcherStrategy;

/// Inhibitions for the operator's Alertmanagers.
pub const TARGET: Target = Target {
    name: "alertmanager-config",
    summary: "the inhibitions as an AlertmanagerConfig object for the Prometheus Operator",
    default: false,
    place: "alertmanager-config.yaml",
    claims,
    faults: |it, sink| drop(emit(it.book, sink)),
    emit: Emit::Alone(emit),
};

const KIND: &str = "AlertmanagerConfig";

/// The version of the operator's object.
const V1ALPHA1: &str = "monitoring.coreos.com/v1alpha1";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    inhibit_rules: Vec<InhibitRule<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InhibitRule<'a> {
    source_match: Vec<Matcher<'a>>,
    target_match: Vec<Matcher<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    equal: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Matcher<'a> {
    name: &'a str,
    match_type: &'static str,
    value: &'a str,
}

fn claims(book: &Book) -> Vec<Claim> {
    match book.inhibitions.is_empty() {
        true => Vec::new(),
        false => vec![Claim {
            kind: KIND,
            name: name::instance(book),
            of: "the inhibitions".to_owned(),
            place: None,
        }],
    }
}

fn emit(book: &Book, sink: &mut Sink) -> Vec<Artifact> {
    if book.inhibitions.is_empty() {
        return Vec::new();
    }
    restricted(book, sink);
    let spec = Spec { inhibit_rules: book.inhibitions.iter().map(written).collect() };
    let object = object(book, KIND, name::instance(book), spec);
    let object = Object { api_version: V1ALPHA1, ..object };
    let source = format!("{} for {}", book.project, book.env);
    let text = yaml::print(&yaml::made_from(&source), &object);
    vec![Artifact::new(TARGET.place, text, Kind::Resource)]
}

fn written(it: &Inhibition) -> InhibitRule<'_> {
    InhibitRule {
        source_match: it.source.iter().map(matcher).collect(),
        target_match: it.target.iter().map(matcher).collect(),
        equal: &it.equal,
    }
}

fn matcher(it: &LabelMatch) -> Matcher<'_> {
    Matcher { name: &it.name, match_type: it.op.as_str(), value: &it.value }
}

/// Warns where the namespace that the operator puts into every matcher makes inhibitions
/// miss (`processInhibitRule` in its `pkg/alertmanager/amcfg.go`).
fn restricted(book: &Book, sink: &mut Sink) {
    if book.output.matcher_strategy != MatcherStrategy::OnNamespace {
        return;
    }
    let own = book.objects.namespace.as_deref();
    let sees = |it: &&Inhibition| {
        let only = |all: &std::collections::BTreeSet<String>| {
            own.is_some_and(|own| all.iter().all(|it| it == own))
        };
        it.namespaces.as_ref().is_some_and(only)
    };
    let missed: Vec<&Inhibition> =
        book.inhibitions.iter().filter(|it| !sees(it)).collect();
    if missed.is_empty() {
        return;
    }
    let namespace = match own {
        Some(own) => format!("namespace=\"{own}\""),
        None => "the `namespace` of the object".to_owned(),
    };
    let title =
        format!("the operator lets `{}` see alerts with {namespace} only", TARGET.name);
    let others = missed.iter().filter_map(|it| it.namespaces.as_ref()).flatten();
    let mut others: Vec<&str> =
        others.map(String::as_str).filter(|it| Some(*it) != own).collect();
    others.sort_unstable();
    others.dedup();
    let has_none = others.first().is_some_and(|it| it.is_empty());
    others.retain(|it| !it.is_empty());
    let any = missed.iter().any(|it| it.namespaces.is_none());
    let whose = match (others.is_empty(), any) {
        (true, true) => "alerts of any namespace".to_owned(),
        (true, false) => "alerts without a namespace".to_owned(),
        (false, _) => {
            let others = suggest::list(others, 3);
            let more = match (any, has_none) {
                (true, _) => ", or of any namespace",
                (false, true) => ", or of none",
                (false, false) => "",
            };
            format!("alerts of {others}{more}")
        }
    };
    let it = Diagnostic::warning("inhibit-namespace", title);
    let named = book.output.targets.iter().flatten();
    let it = match named.into_iter().find(|it| it.as_str() == TARGET.name) {
        Some(text) => it.at(text.span(), "asked for here"),
        None => it,
    };
    sink.push_once(
        it.note(format!(
            "{} of {} inhibitions in {} are for {whose}",
            missed.len(),
            book.inhibitions.len(),
            book.env,
        ))
        .help(
            "give the Alertmanager object `alertmanagerConfigMatcherStrategy: {type: None}`, \
             and say so: `[build.alertmanager-config]` with `matcher_strategy = \"None\"`",
        ),
    );
}
