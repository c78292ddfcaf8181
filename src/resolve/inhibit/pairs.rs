//! Sources and targets that are about the same thing.
//!
//! What two rules share depends on the names of their labels alone. Values then say which of
//! them can meet.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::inhibit::carried::Alerting;
use crate::resolve::inhibit::classes::{ByName, Classes, alike, classes, identifying};
use crate::resolve::inhibit::guard::{Draft, Guard, Meant, Stop};
use crate::resolve::inhibit::meeting::{Lacking, Sides, meeting};

/// Sources and targets of one rule, by their places.
#[derive(Debug)]
pub(super) struct Pairs {
    pub(super) draft: Draft,
    pub(super) sources: Vec<usize>,
    pub(super) targets: Vec<usize>,
    /// The same in parts of which none can hide anything of another.
    pub(super) parts: Vec<Sides>,
}

impl Pairs {
    /// Those of some sources and targets that can have the same values of labels, which
    /// they must have; `None` where there are none.
    pub(super) fn of(
        alerts: &[Alerting<'_>],
        equal: BTreeSet<String>,
        sources: &[usize],
        targets: &[usize],
    ) -> Option<Pairs> {
        let sides = [sources.to_vec(), targets.to_vec()];
        let parts = meeting(alerts, &equal, Lacking::Different, sides);
        Pairs::new(Draft::new(equal), parts)
    }

    fn new(draft: Draft, parts: Vec<Sides>) -> Option<Pairs> {
        let all = |side: usize| {
            let mut all: Vec<usize> =
                parts.iter().flat_map(|it| &it[side]).copied().collect();
            all.sort_unstable();
            all
        };
        let (sources, targets) = (all(0), all(1));
        (!parts.is_empty()).then_some(Pairs { draft, sources, targets, parts })
    }
}

/// What is known of all alerts.
#[derive(Debug)]
pub(super) struct Common<'c> {
    kinds: Vec<usize>,
    /// Labels by which alerts are told from each other, also where rules set them.
    identifying: BTreeSet<&'c str>,
}

impl<'c> Common<'c> {
    pub(super) fn of(alerts: &'c [Alerting<'_>]) -> Common<'c> {
        // The name is a part of it: most have theirs alone.
        let shared = ByName::of(alerts).shared_places();
        let kinds = alike(alerts, shared, |it| (it.name, it.kind()));
        Common { kinds, identifying: identifying(alerts) }
    }
}

/// What some sources and targets share by themselves.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) pairs: Vec<Pairs>,
    /// Alerts of which it is not known which labels they have, and targets that are
    /// therefore not inhibited.
    pub(super) open: Vec<usize>,
    pub(super) unknown: Vec<usize>,
}

/// The labels that a source and a target both have. A rule for several takes only pairs
/// that share the same labels: a source that has fewer would hide too much. `selected` are
/// the targets with those that are sources too.
pub(super) fn shared(
    alerts: &[Alerting<'_>],
    common: &Common<'_>,
    [sources, targets, selected]: [&[usize]; 3],
) -> Shared {
    let mut out = Shared::default();
    let of = |places: &[usize]| classes(alerts, places, Alerting::telling);
    let all_sources = of(sources);
    let one_of_each = |places: &[usize]| -> Vec<usize> {
        let kinds: BTreeSet<usize> = places.iter().map(|it| common.kinds[*it]).collect();
        kinds.into_iter().collect()
    };
    let matched = [sources, selected].map(|it| of(&one_of_each(it)));
    let of_targets = of(targets);
    let open_sources = open(&all_sources);
    out.unknown = match open_sources.is_empty() {
        true => open(&of_targets),
        false => targets.to_vec(),
    };
    out.open = open_sources.into_iter().chain(open(&of_targets)).collect();
    // Rules that set a label which tells alerts apart may need a rule without the others.
    type Alike<'s> = (BTreeSet<&'s str>, BTreeSet<&'s str>);
    let mut all: BTreeMap<Alike<'_>, BTreeMap<Vec<usize>, Vec<usize>>> = BTreeMap::new();
    for (labels, targets) in of_targets.iter().filter(|it| it.0.closed) {
        let mut by_labels: BTreeMap<Alike<'_>, Vec<usize>> = BTreeMap::new();
        for (others, sources) in all_sources.iter().filter(|it| it.0.closed) {
            let equal = labels.shared(others);
            if !equal.is_empty() {
                let mut set = labels.both_set(others);
                set.retain(|it| common.identifying.contains(it));
                by_labels.entry((equal, set)).or_default().extend(sources);
            }
        }
        for (alike, mut sources) in by_labels {
            sources.sort_unstable();
            all.entry(alike).or_default().entry(sources).or_default().extend(targets);
        }
    }
    let narrow = |pairs: Pairs| -> Result<Option<Pairs>, Stop> {
        let sides = [&pairs.sources[..], &pairs.targets];
        let named = [0, 1].map(|side| named(alerts, &matched[side], sides[side]));
        let meant = Meant::Alerts { identifying: &common.identifying };
        let guard = Guard { alerts, kinds: &common.kinds, sides, meant };
        let draft = guard.narrow(pairs.draft, named.each_ref())?;
        let parts = draft.meeting(alerts, [pairs.sources, pairs.targets]);
        Ok(Pairs::new(draft, parts))
    };
    for ((equal, _), by_sources) in all {
        for (sources, mut targets) in by_sources {
            targets.sort_unstable();
            let equal = equal.iter().map(|it| (*it).to_owned()).collect();
            let Some(pairs) = Pairs::of(alerts, equal, &sources, &targets) else {
                continue;
            };
            match narrow(pairs) {
                Ok(pairs) => out.pairs.extend(pairs),
                Err(_) => out.unknown.extend(targets),
            }
        }
    }
    out.unknown.sort_unstable();
    out.unknown.dedup();
    out
}

/// Those of which it is not known which labels they have.
fn open(classes: &Classes<'_>) -> Vec<usize> {
    classes.iter().filter(|it| !it.0.closed).flat_map(|it| it.1).copied().collect()
}

/// The alerts of classes that have the names of some.
fn named<'c>(
    alerts: &[Alerting<'_>],
    classes: &Classes<'c>,
    places: &[usize],
) -> Classes<'c> {
    let name = |idx: &usize| alerts[*idx].name;
    let names: BTreeSet<&str> = places.iter().map(name).collect();
    let mut out = classes.clone();
    out.values_mut().for_each(|it| it.retain(|idx| names.contains(name(idx))));
    out.retain(|_, it| !it.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::inhibit::made::of_jobs;

    fn of(alerts: &[Alerting<'_>], sources: &[usize], targets: &[usize]) -> Shared {
        shared(alerts, &Common::of(alerts), [sources, targets, targets])
    }

    #[test]
    fn what_is_compared_does_not_grow_with_the_number_of_alerts() {
        for n_jobs in [30, 60] {
            of_jobs(n_jobs, |alerts, sources, targets| {
                for side in [sources, targets] {
                    assert_eq!(classes(alerts, side, Alerting::telling).len(), 2);
                }
                let found = of(alerts, sources, targets).pairs;
                let equal: Vec<_> =
                    found.iter().map(|it| it.draft.equal.clone()).collect();
                let both = BTreeSet::from(["instance", "job"].map(str::to_owned));
                assert_eq!(equal, [both.clone(), both]);
                let n_parts: usize = found.iter().map(|it| it.parts.len()).sum();
                assert!(n_parts <= n_jobs, "{n_parts} parts");
            });
        }
    }

    #[test]
    fn a_part_holds_what_can_meet() {
        of_jobs(6, |alerts, sources, targets| {
            let job = |idx: usize| alerts[idx].facts.value("job");
            for pairs in of(alerts, sources, targets).pairs {
                for [sources, targets] in pairs.parts {
                    let all = sources.iter().chain(&targets);
                    assert!(all.clone().all(|it| job(*it) == job(sources[0])));
                    assert!(!sources.is_empty() && !targets.is_empty());
                }
            }
        });
    }
}
