//! Reads what a project demands of its rules.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::node::{Entry, Kind, Node};
use crate::doc::reader::Fields;
use crate::spec::model::Policy;

/// Reads `[[policy]]`.
pub(super) fn policies(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Policy> {
    for it in fields.array("policy").iter().filter(|it| is_empty(it)) {
        sink.push(
            Diagnostic::error("missing-key", "policy demands nothing")
                .at(it.span, "of no rule anything is asked")
                .help("add what is demanded, such as `labels = { team = \".+\" }`, or take it out"),
        );
    }
    fields.tables("policy").iter().map(policy).collect()
}

/// Whether a policy says of what it is at most. A misspelt key is said already.
fn is_empty(node: &Node) -> bool {
    let about = |it: &Entry| matches!(it.key.as_str(), "of" | "severity" | "why");
    let nothing = |it: &Entry| match &it.value.kind {
        Kind::Table(table) => table.iter().next().is_none(),
        Kind::Array(items) => items.is_empty(),
        _ => false,
    };
    node.as_table().is_some_and(|it| it.iter().all(|it| about(it) || nothing(it)))
}

fn policy(fields: &Fields<'_>) -> Policy {
    let text = |name: &str| fields.text(name).cloned();
    let patterns = |name: &str| -> Vec<(Text, Text)> {
        let entries = fields.table(name).map(|it| it.others()).unwrap_or_default();
        let pair = |it: &Entry| Some((it.key.clone(), it.value.as_text()?.clone()));
        entries.into_iter().filter_map(pair).collect()
    };
    Policy {
        of: text("of"),
        severities: fields.texts("severity"),
        labels: patterns("labels"),
        annotations: patterns("annotations"),
        name: text("name"),
        least_hold: text("min_for"),
        most_hold: text("max_for"),
        most_keep: text("max_keep_firing_for"),
        keeps: fields.texts("keeps"),
        drops: fields.texts("drops"),
        selects: fields.texts("selects"),
        forbidden: fields.texts("forbidden"),
        why: text("why"),
    }
}
