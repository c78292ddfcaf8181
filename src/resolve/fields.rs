//! Whether the server knows all fields of its rules.

use crate::diag::sink::Sink;
use crate::promql::dialect::Version;
use crate::rulefile::since;
use crate::rules::group::{Group, Rule};

/// Says which fields of these groups a version does not know. `limit` and `query_offset`
/// are looked at where they are read, since a group does not keep their places.
pub(super) fn check(groups: &[Group], version: Version, sink: &mut Sink) {
    for group in groups {
        if let Some(label) = group.labels.first() {
            since::LABELS.check(label.name.span(), version, sink);
        }
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let kept = &alert.keep_firing_for;
            if kept.value.0 != 0 {
                let at = kept.defined_by.last().copied().unwrap_or(alert.span);
                since::KEEP_FIRING_FOR.check(at, version, sink);
            }
        }
    }
}
