//! Alerts by the labels that they can have.
//!
//! There are few sets of labels among many rules: these are compared, not each rule with
//! each.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use rayon::prelude::*;

use crate::resolve::inhibit::carried::{Alerting, per};
use crate::resolve::known::OF_TARGETS;

/// The labels of a class of alerts, the severity left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels<'c> {
    /// Those of their results that tell them from each other.
    pub(super) results: BTreeSet<&'c str>,
    /// Whether there are no others.
    pub(super) closed: bool,
    /// Those that their rules set.
    set: BTreeSet<&'c str>,
}

/// Alerts by their labels.
pub(super) type Classes<'c> = BTreeMap<Labels<'c>, Vec<usize>>;

/// The classes of some alerts, by the labels of results that tell each from others; `None`
/// where these are not known.
pub(super) fn classes<'c, 'a>(
    alerts: &'c [Alerting<'a>],
    places: &[usize],
    telling: impl Fn(&'c Alerting<'a>) -> Option<BTreeSet<&'c str>>,
) -> Classes<'c> {
    let mut out = Classes::new();
    for idx in places {
        let it = &alerts[*idx];
        let (mut results, closed) = match telling(it) {
            Some(names) => (names, true),
            None => (it.names().collect(), false),
        };
        results.retain(|name| is_of_results(it, name));
        let set = it.set_names().filter(|name| it.facts.can_carry(name));
        let set = set.filter(|it| *it != SEVERITY).collect();
        out.entry(Labels { results, closed, set }).or_default().push(*idx);
    }
    out
}

/// The places of alerts by their names.
#[derive(Debug)]
pub(super) struct ByName<'a>(HashMap<&'a str, (usize, Vec<usize>)>);

impl<'a> ByName<'a> {
    pub(super) fn of(alerts: &[Alerting<'a>]) -> ByName<'a> {
        let mut out: HashMap<&str, (usize, Vec<usize>)> =
            HashMap::with_capacity(alerts.len());
        for (idx, it) in alerts.iter().enumerate() {
            match out.entry(it.name) {
                Entry::Vacant(place) => {
                    place.insert((idx, Vec::new()));
                }
                Entry::Occupied(place) => place.into_mut().1.push(idx),
            }
        }
        ByName(out)
    }

    /// The places of the alerts of a name, in order.
    pub(super) fn places(&self, name: &str) -> impl Iterator<Item = usize> {
        let found = self.0.get(name).into_iter();
        found.flat_map(|(first, others)| {
            [*first].into_iter().chain(others.iter().copied())
        })
    }

    /// The names that several alerts have, in order.
    pub(super) fn shared(&self) -> Vec<&'a str> {
        let shared = self.0.iter().filter(|it| !it.1.1.is_empty());
        let mut out: Vec<&str> = shared.map(|it| *it.0).collect();
        out.par_sort_unstable();
        out
    }

    /// The places of all alerts whose name several have, in no order.
    pub(super) fn shared_places(&self) -> Vec<usize> {
        let shared = self.0.values().filter(|it| !it.1.is_empty());
        shared.flat_map(|it| [it.0].into_iter().chain(it.1.iter().copied())).collect()
    }
}

/// Of each alert the first one of `places` of which the same is known: what holds of many
/// rules is looked at once. Those at other places stand for themselves.
pub(super) fn alike<'c, 'a: 'c, K: Ord + Hash>(
    alerts: &'c [Alerting<'a>],
    places: Vec<usize>,
    known: impl Fn(&'c Alerting<'a>) -> K + Sync,
) -> Vec<usize> {
    // Each is compared with few others: those of its hash.
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let hashed =
        places.into_par_iter().map(|it| (hasher.hash_one(known(&alerts[it])), it));
    let mut hashed: Vec<(u64, usize)> = hashed.collect();
    hashed.par_sort_unstable();
    let firsts = |chunk: &[(u64, usize)]| -> Vec<[usize; 2]> {
        let mut firsts = BTreeMap::new();
        let chunk = chunk.iter().map(|it| it.1);
        chunk.map(|it| [it, *firsts.entry(known(&alerts[it])).or_insert(it)]).collect()
    };
    let firsts: Vec<Vec<[usize; 2]>> =
        hashed.par_chunk_by(|a, b| a.0 == b.0).map(firsts).collect();
    let mut out: Vec<usize> = (0..alerts.len()).collect();
    for [it, first] in firsts.into_iter().flatten() {
        out[it] = first;
    }
    out
}

/// It says how bad something is, not what.
const SEVERITY: &str = "severity";

fn is_of_results(it: &Alerting<'_>, name: &str) -> bool {
    it.facts.can_carry(name) && !it.sets(name) && name != SEVERITY
}

/// The labels by which some alerts are told from each other: those of targets, and those of
/// their results. A rule that sets one of them says what it is about.
pub(super) fn identifying<'c>(alerts: &'c [Alerting<'_>]) -> BTreeSet<&'c str> {
    let mut out: BTreeSet<&str> = OF_TARGETS.iter().copied().collect();
    for it in alerts {
        let names = it.names().chain(per(it.alert).into_iter().flatten());
        out.extend(names.filter(|name| is_of_results(it, name)));
    }
    out
}

impl<'c> Labels<'c> {
    /// The labels that alerts of two classes can have, as far as they tell what these are
    /// about: results of one of them have it, the other's too, or its rules set it.
    pub(super) fn shared(&self, other: &Labels<'c>) -> BTreeSet<&'c str> {
        let of = |a: &Labels<'c>, b: &Labels<'c>| -> Vec<&'c str> {
            let names = a.results.iter().copied();
            let is_there = |it: &&str| {
                !b.closed && !b.set.contains(it)
                    || b.results.contains(it)
                    || b.set.contains(it)
            };
            names.filter(is_there).collect()
        };
        let mut out: BTreeSet<&str> = of(self, other).into_iter().collect();
        out.extend(of(other, self));
        for (open, theirs) in [(self, other), (other, self)] {
            if !open.closed {
                out.extend(theirs.set.difference(&open.set));
            }
        }
        out
    }

    /// Whether none of its alerts has a label.
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.closed && !self.results.contains(name) && !self.set.contains(name)
    }

    /// The labels that the rules of both set.
    pub(super) fn both_set(&self, other: &Labels<'c>) -> BTreeSet<&'c str> {
        self.set.intersection(&other.set).copied().collect()
    }
}
