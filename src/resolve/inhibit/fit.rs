//! What the tiers of alerts with one name, or with two, need to hide each other.
//!
//! Two tiers of one definition look at the same series, so that an alert and the one that it
//! hides have the same labels, but for those that the tiers set. Alerts of several
//! definitions with one name are tiers too, as far as they can have the same labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::sink::Sink;
use crate::resolve::inhibit::carried::{Alerting, Relation, per, reads_labels_only};
use crate::resolve::inhibit::classes::classes;
use crate::resolve::inhibit::guard::{Draft, Guard, Meant, OfTiers};
use crate::resolve::inhibit::untold;
use crate::resolve::known::{Known, is_template};

/// What a rule for some alerts needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Fit {
    pub(super) draft: Draft,
    /// Labels that must not be equal.
    pub(super) apart: BTreeSet<String>,
    /// Whether no other label may be equal, since little is known.
    exact: bool,
}

impl Fit {
    /// What one rule for both needs, if there can be one.
    pub(super) fn join(&self, other: &Fit) -> Option<Fit> {
        let union = |a: &BTreeSet<String>, b| -> BTreeSet<String> {
            a.union(b).cloned().collect()
        };
        let equal = union(&self.draft.equal, &other.draft.equal);
        let apart = union(&self.apart, &other.apart);
        let fits = |it: &Fit| !it.exact || equal == it.draft.equal;
        let can = self.draft.matches_like(&other.draft)
            && fits(self)
            && fits(other)
            && equal.is_disjoint(&apart);
        let exact = self.exact || other.exact;
        let mut draft = self.draft.clone();
        draft.equal = equal;
        can.then_some(Fit { draft, apart, exact })
    }
}

/// Sources and targets of a pair of severities, by their places among the alerts.
#[derive(Default)]
pub(super) struct Pairing {
    pub(super) sources: Vec<usize>,
    pub(super) targets: Vec<usize>,
}

impl Pairing {
    /// Whether there are some of both.
    pub(super) fn is_of_both(&self) -> bool {
        !self.sources.is_empty() && !self.targets.is_empty()
    }

    fn members(&self) -> impl Iterator<Item = usize> {
        self.sources.iter().chain(&self.targets).copied()
    }
}

/// What a rule needs for the tiers of one name, or of two; `matched` are all alerts that have
/// these names and can have the severities. `None` where there can be none, which is said.
pub(super) fn fit(
    alerts: &[Alerting<'_>],
    kinds: &[usize],
    pairing: &Pairing,
    matched: &Pairing,
    known: &Known<'_>,
    sink: &mut Sink,
) -> Option<Fit> {
    let own = of_one_definition(alerts, pairing);
    let is_open = |it: usize| alerts[it].having().is_none();
    if let Some(pair) = own.iter().find(|it| it.iter().all(|idx| is_open(*idx))) {
        sink.push_once(untold::unknown_labels(alerts, *pair, known));
        return None;
    }
    let Own { equal, apart, of_tiers } = Own::of(alerts, &own, pairing);
    let sides: [Vec<usize>; 2] = match own.is_empty() {
        true => [pairing.sources.clone(), pairing.targets.clone()],
        false => [0, 1].map(|side| own.iter().map(|it| it[side]).collect()),
    };
    let any_own = !own.is_empty();
    let guard = Guard {
        alerts,
        kinds,
        sides: [&sides[0], &sides[1]],
        meant: Meant::Tiers { apart: &apart, of_tiers: &of_tiers, any_own },
    };
    let of = |places: &[usize]| classes(alerts, places, Alerting::having);
    let (sources, targets) = (of(&matched.sources), of(&matched.targets));
    let draft = match guard.narrow(Draft::new(equal), [&sources, &targets]) {
        Ok(it) => it,
        // Alerts of two services need not have to do with each other.
        Err(it) if !any_own && !is_of(alerts, it.pair) => {
            return None;
        }
        Err(it) => {
            sink.push_once(match it.unknown {
                true => untold::unknown_labels(alerts, it.pair, known),
                false => untold::nothing_shared(alerts, it.pair),
            });
            return None;
        }
    };
    let is_apart = |[a, b]: &[usize; 2]| {
        let differs =
            |it: &&String| alerts[*a].relation(&alerts[*b], it) == Relation::Apart;
        draft.equal.iter().find(differs)
    };
    for pair in &own {
        if let Some(label) = is_apart(pair) {
            sink.push_once(untold::told_apart(alerts, *pair, label));
        }
    }
    if draft.meeting(alerts, sides.clone()).is_empty() {
        return None;
    }
    let has_labels = |it: usize| alerts[it].names().any(|name| !alerts[it].sets(name));
    let of_results = |it: &&str| pairing.members().all(|idx| !alerts[idx].sets(it));
    if draft.equal.is_empty()
        && apart.iter().any(of_results)
        && pairing.members().all(has_labels)
    {
        sink.push_once(untold::nothing_shared(alerts, own[0]));
        return None;
    }
    let exact = matched.members().any(|it| !alerts[it].facts.closed)
        || matched.members().any(|it| per(alerts[it].alert).is_some());
    let apart = unlike(alerts, matched, &draft.equal);
    Some(Fit { draft, apart, exact })
}

/// Whether two alerts are of one service, or one is of none.
fn is_of(alerts: &[Alerting<'_>], pair: [usize; 2]) -> bool {
    let [a, b] = pair.map(|it| alerts[it].key().1);
    a == b || a.is_none() || b.is_none()
}

/// The pairs of a source and a target that are tiers of one definition, for one service and
/// one value of `each`.
fn of_one_definition(alerts: &[Alerting<'_>], pairing: &Pairing) -> Vec<[usize; 2]> {
    let mut by_key: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for idx in &pairing.targets {
        by_key.entry(alerts[*idx].key()).or_default().push(*idx);
    }
    let mut out = Vec::new();
    for source in &pairing.sources {
        let own = by_key.get(&alerts[*source].key()).into_iter().flatten();
        out.extend(own.map(|target| [*source, *target]));
    }
    out
}

/// What the tiers of each definition have in common.
#[derive(Default)]
struct Own<'a> {
    /// Labels that are the same in some, and may differ elsewhere.
    equal: BTreeSet<String>,
    /// Labels that differ in some.
    apart: BTreeSet<&'a str>,
    /// The same by definition.
    of_tiers: OfTiers<'a>,
}

impl<'a> Own<'a> {
    fn of(alerts: &'a [Alerting<'_>], own: &[[usize; 2]], pairing: &Pairing) -> Own<'a> {
        let mut out = Own::default();
        let mut alike = BTreeSet::new();
        for pair in own {
            let [a, b] = pair.map(|it| &alerts[it]);
            let given: Vec<&str> =
                [a, b].into_iter().filter_map(|it| per(it.alert)).flatten().collect();
            let is_given = [a, b].iter().any(|it| per(it.alert).is_some());
            let names = a.names().chain(b.names()).chain(given.iter().copied());
            for name in names.collect::<BTreeSet<&str>>() {
                let is_set = a.sets(name) && b.sets(name);
                match a.relation(b, name) {
                    Relation::Apart => {
                        out.apart.insert(name);
                        out.of_tiers.entry(a.alert.span).or_default().insert(name);
                    }
                    Relation::Same if is_set => {
                        alike.insert(name);
                    }
                    Relation::Same if !is_given || given.contains(&name) => {
                        out.equal.insert(name.to_owned());
                    }
                    Relation::Same | Relation::Neither => {}
                }
            }
        }
        // Where tiers set the same, it tells others from them if it differs there.
        let first = pairing.sources.first().map(|it| &alerts[*it]);
        let differs = |name: &str| {
            let mut all = pairing.members().map(|it| &alerts[it]);
            first.is_some_and(|first| {
                all.any(|it| it.relation(first, name) == Relation::Apart)
            })
        };
        alike.retain(|it| !out.apart.contains(it) && differs(it));
        out.equal.extend(alike.into_iter().map(str::to_owned));
        out
    }
}

/// The labels besides some that not all alerts have, or lack, alike.
fn unlike(
    alerts: &[Alerting<'_>],
    matched: &Pairing,
    equal: &BTreeSet<String>,
) -> BTreeSet<String> {
    let members = || matched.members().map(|it| &alerts[it]);
    let names: BTreeSet<&str> = members().flat_map(|it| it.names()).collect();
    let is_alike = |name: &str| {
        let texts: BTreeSet<Option<&str>> = members().map(|it| it.set(name)).collect();
        let only = texts.first().copied().flatten().filter(|_| texts.len() == 1);
        only.is_some_and(|it| !is_template(it) || reads_labels_only(it))
    };
    let unlike = names.into_iter().filter(|it| !equal.contains(*it) && !is_alike(it));
    unlike.map(str::to_owned).collect()
}
