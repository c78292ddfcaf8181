//! `alertmanager/inhibit-rules.yaml`: the inhibitions, as they stand in an Alertmanager's
//! configuration.

use serde::Serialize;

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{Emit, Target, faultless, yaml};
use crate::promql::labels::is_legacy_name;
use crate::rules::book::Book;
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// Inhibitions for an Alertmanager.
pub const TARGET: Target = Target {
    name: "alertmanager",
    summary: "inhibit rules for an Alertmanager's configuration",
    default: true,
    place: "alertmanager/",
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::Alone(emit),
};

#[derive(Debug, Serialize)]
struct Configuration<'a> {
    inhibit_rules: Vec<InhibitRule<'a>>,
}

#[derive(Debug, Serialize)]
struct InhibitRule<'a> {
    source_matchers: Vec<String>,
    target_matchers: Vec<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    equal: &'a [String],
}

fn emit(book: &Book, _: &mut Sink) -> Vec<Artifact> {
    if book.inhibitions.is_empty() {
        return Vec::new();
    }
    let inhibit_rules = book.inhibitions.iter().map(written).collect();
    let source = format!("{} for {}", book.project, book.env);
    let text = yaml::print(&yaml::made_from(&source), &Configuration { inhibit_rules });
    let path = format!("{}inhibit-rules.yaml", TARGET.place);
    vec![Artifact::new(path, text, Kind::Plain)]
}

fn written(it: &Inhibition) -> InhibitRule<'_> {
    InhibitRule {
        source_matchers: it.source.iter().map(matcher).collect(),
        target_matchers: it.target.iter().map(matcher).collect(),
        equal: &it.equal,
    }
}

/// A matcher as any version since 0.22 reads it: its older parser knows no other escapes.
fn matcher(it: &LabelMatch) -> String {
    let name = match is_legacy_name(&it.name) {
        true => it.name.to_string(),
        false => quote(&it.name),
    };
    format!("{name}{}{}", it.op.as_str(), quote(&it.value))
}

/// Matchers in one text: `{severity="critical",alertname="ApiDown"}`.
pub(super) fn selector(matches: &[LabelMatch]) -> String {
    let matchers: Vec<String> = matches.iter().map(matcher).collect();
    format!("{{{}}}", matchers.join(","))
}

fn quote(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{text}\"")
}
