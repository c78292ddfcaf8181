//! Reads probes.

use crate::diag::text::Text;
use crate::doc::node::{Entry, Node};
use crate::doc::reader::Fields;
use crate::spec::body;
use crate::spec::model::{Probe, ProbeOverride};

/// Reads the probes of a file.
pub(super) fn probes(fields: &Fields<'_>) -> Vec<Probe> {
    let tables = fields.table("probe").map(|it| it.other_tables()).unwrap_or_default();
    let mut out = Vec::new();
    for (entry, fields) in tables {
        let envs = fields.table("env");
        let change = |entry: &Entry| {
            let switch = body::switch(&entry.value);
            let fields = envs.iter().flat_map(|it| it.other_tables());
            let mut fields = fields.filter(|it| it.0.key == entry.key);
            let fields = fields.next().map(|it| passed_on(&it.1, &[]));
            let change = ProbeOverride { switch, fields: fields.unwrap_or_default() };
            (entry.key.clone(), change)
        };
        out.push(Probe {
            key: entry.key.clone(),
            fields: passed_on(&fields, &["env"]),
            env: envs.iter().flat_map(|it| it.others()).map(change).collect(),
        });
    }
    out
}

/// The well-typed fields that are passed on, in order: all but `own`.
pub(super) fn passed_on(fields: &Fields<'_>, own: &[&str]) -> Vec<(Text, Node)> {
    let entries = fields.entries().map(|it| it.0);
    let entries = entries.filter(|it| !own.contains(&it.key.as_str()));
    entries.map(|it| (it.key.clone(), it.value.clone())).collect()
}
