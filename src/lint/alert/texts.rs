//! What the labels and annotations of alerts read, as templates.

use crate::rules::group::{Alert, Pair};
use crate::template::{self, usage};

/// The pairs that are templates, and what each reads; those that do not parse are left out.
pub(super) fn used(pairs: &[Pair]) -> impl Iterator<Item = (&Pair, usage::Usage)> {
    pairs.iter().filter(|it| it.value.as_str().contains("{{")).filter_map(|pair| {
        let template = template::parse("", pair.value.as_str()).ok()?;
        Some((pair, usage::usage(&template)))
    })
}

/// The same of all texts of an alert.
pub(super) fn all(alert: &Alert) -> impl Iterator<Item = (&Pair, usage::Usage)> {
    used(&alert.labels).chain(used(&alert.annotations))
}
