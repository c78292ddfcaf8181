//! Reads what a project demands of its rules.

use crate::diag::text::Text;
use crate::doc::reader::Fields;
use crate::spec::model::Policy;

/// Reads `[[policy]]`.
pub(super) fn policies(fields: &Fields<'_>) -> Vec<Policy> {
    fields.tables("policy").iter().map(policy).collect()
}

fn policy(fields: &Fields<'_>) -> Policy {
    let text = |name: &str| fields.text(name).cloned();
    let patterns = |name: &str| -> Vec<(Text, Text)> {
        let entries = fields.table(name).map(|it| it.others()).unwrap_or_default();
        let pair = |it: &crate::doc::node::Entry| {
            Some((it.key.clone(), it.value.as_text()?.clone()))
        };
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
