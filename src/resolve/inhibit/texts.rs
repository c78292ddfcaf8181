//! What the texts tell to which rules set a label that two alerts have.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::source::Span;
use crate::promql::duration;
use crate::resolve::inhibit::carried::{Alerting, reads};
use crate::resolve::inhibit::guard::OfTiers;
use crate::resolve::inhibit::meeting::{Sides, can_any};
use crate::resolve::known::is_template;

/// Whether some alerts have different ones.
pub(super) fn differ(alerts: &[Alerting<'_>], name: &str, sides: &Sides) -> bool {
    let all = sides.iter().flatten().map(|it| alerts[*it].set(name));
    1 < all.collect::<BTreeSet<_>>().len()
}

/// Whether a label tells what alerts of one name are about, as far as their tiers do not
/// set it. Different texts of one definition do: of its services, or of the values of
/// `each`. Those of several may also tell how each looks at it: durations and severities do.
/// A template tells no more than the labels that it reads.
pub(super) fn tell(
    alerts: &[Alerting<'_>],
    name: &str,
    sides: &Sides,
    of_tiers: &OfTiers<'_>,
    equal: &BTreeSet<String>,
) -> bool {
    let mut of: BTreeMap<Span, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for (side, places) in sides.iter().enumerate() {
        for it in places.iter().map(|it| &alerts[*it]) {
            let span = it.alert.span;
            let by_tiers = of_tiers.get(&span).is_some_and(|it| it.contains(name));
            if let Some(text) = it.set(name).filter(|_| !by_tiers) {
                of.entry(span).or_default()[side].insert(text);
            }
        }
    }
    let some = |side: usize| of.values().flat_map(move |it| &it[side]).copied();
    if some(0).next().is_none() || some(1).next().is_none() {
        return false;
    }
    let differs = |[a, b]: &[BTreeSet<&str>; 2]| {
        !a.is_empty() && !b.is_empty() && 1 < a.union(b).count()
    };
    if of.values().any(differs) {
        return true;
    }
    let all: BTreeSet<&str> = some(0).chain(some(1)).collect();
    if all.iter().all(|it| is_template(it)) {
        let tells = |it: &String| {
            !equal.contains(it) && sides.iter().any(|side| can_any(alerts, side, it))
        };
        let mut read = all.iter().map(|it| reads(it));
        return read.any(|it| it.is_none_or(|names| names.iter().any(tells)));
    }
    let is_duration = |it: &&str| duration::parse_duration(it).is_ok();
    1 < all.len() && !all.iter().all(is_duration) && !name.ends_with("severity")
}
