//! Sources and targets that are about the same thing.
//!
//! What two rules share depends on the names of their labels alone, of which there are few
//! sets among many rules: these are compared, not each rule with each. Values then say which
//! of them can meet.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::promql::infer::{Fact, Presence};
use crate::promql::labels::Symbol;
use crate::resolve::inhibit::carried::Alerting;
use crate::resolve::inhibit::namesakes::{Side, told_apart};

/// Sources and targets of one rule, by their places.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Labels that must be equal.
    pub(super) equal: Vec<String>,
    pub(super) sources: Vec<usize>,
    pub(super) targets: Vec<usize>,
    /// Labels that sources, and those that targets, must not have: others of these names
    /// have them.
    pub(super) missing: [BTreeSet<String>; 2],
    /// The same in parts of which none can hide anything of another.
    pub(super) parts: Vec<[Vec<usize>; 2]>,
}

impl Pairs {
    /// Those of some sources and targets that can have the same values of labels; `None`
    /// where there are none.
    pub(super) fn of(
        alerts: &[Alerting<'_>],
        equal: Vec<String>,
        sources: &[usize],
        targets: &[usize],
    ) -> Option<Pairs> {
        let mut sides = [sources.to_vec(), targets.to_vec()];
        for name in &equal {
            for (one, other) in [(1, 0), (0, 1)] {
                let theirs = Values::of(alerts, &sides[other], name);
                sides[one].retain(|it| theirs.may_have(&fact(&alerts[*it], name)));
            }
        }
        let parts = parts(alerts, &equal, &sides);
        let all = |side: usize| {
            let mut all: Vec<usize> =
                parts.iter().flat_map(|it| &it[side]).copied().collect();
            all.sort_unstable();
            all
        };
        let (sources, targets) = (all(0), all(1));
        let missing = Default::default();
        (!parts.is_empty()).then_some(Pairs { equal, sources, targets, missing, parts })
    }
}

/// Parts by the values of labels that are certain in all alerts.
fn parts(
    alerts: &[Alerting<'_>],
    equal: &[String],
    sides: &[Vec<usize>; 2],
) -> Vec<[Vec<usize>; 2]> {
    let all = || sides.iter().flatten().map(|it| &alerts[*it]);
    let certain: Vec<&String> =
        equal.iter().filter(|name| all().all(|it| value(it, name).is_some())).collect();
    let mut parts: BTreeMap<Vec<&str>, [Vec<usize>; 2]> = BTreeMap::new();
    for (side, places) in sides.iter().enumerate() {
        for idx in places {
            let values = certain.iter().filter_map(|it| value(&alerts[*idx], it));
            parts.entry(values.collect()).or_default()[side].push(*idx);
        }
    }
    parts.into_values().filter(|it| it.iter().all(|side| !side.is_empty())).collect()
}

fn value<'v>(it: &'v Alerting<'_>, name: &str) -> Option<&'v str> {
    match name {
        "alertname" => Some(it.alert.name.as_str()),
        _ => it.facts.value(name),
    }
}

fn fact(it: &Alerting<'_>, name: &str) -> Fact {
    match name {
        "alertname" => Fact::one_of([Symbol::from(it.alert.name.as_str())]),
        _ => it.facts.get(name),
    }
}

/// The values that some alerts can have of a label.
struct Values {
    /// Whether one may lack it, and may have it.
    any_open: bool,
    /// Of those that always have it, and of all that can; `None` if any.
    always: Option<HashSet<Symbol>>,
    there: Option<HashSet<Symbol>>,
}

impl Values {
    fn of(alerts: &[Alerting<'_>], places: &[usize], name: &str) -> Values {
        let none = || Some(HashSet::new());
        let mut out = Values { any_open: false, always: none(), there: none() };
        type All = Option<HashSet<Symbol>>;
        let add = |all: &mut All, values: &Option<Arc<[Symbol]>>| match values {
            Some(values) => {
                all.iter_mut().for_each(|it| it.extend(values.iter().cloned()));
            }
            None => *all = None,
        };
        for idx in places {
            let Fact { presence, values } = fact(&alerts[*idx], name);
            match presence {
                Presence::Never => continue,
                Presence::Maybe => out.any_open = true,
                Presence::Always => add(&mut out.always, &values),
            }
            add(&mut out.there, &values);
        }
        out
    }

    /// Whether one of them may have it as an alert has it of which this is known. Where
    /// either may lack it both may.
    fn may_have(&self, fact: &Fact) -> bool {
        let meets = |all: &Option<HashSet<Symbol>>| match (all, &fact.values) {
            (None, _) => true,
            (Some(all), None) => !all.is_empty(),
            (Some(all), Some(values)) => values.iter().any(|it| all.contains(it)),
        };
        match fact.presence {
            Presence::Never => false,
            Presence::Maybe => self.any_open || meets(&self.always),
            Presence::Always => meets(&self.there),
        }
    }
}

/// Whether any alert of some can have a label.
pub(super) fn can_any(alerts: &[Alerting<'_>], places: &[usize], name: &str) -> bool {
    places.iter().any(|it| fact(&alerts[*it], name).presence != Presence::Never)
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
    sources: &[usize],
    targets: &[usize],
    selected: &[usize],
) -> Shared {
    let mut out = Shared::default();
    let all_sources = classes(alerts, sources);
    let all_targets = classes(alerts, selected);
    let sides = [&all_sources, &all_targets].map(|it| Side::new(alerts, it));
    let (of_sources, open) = &all_sources;
    let (of_targets, mut unknown) = classes(alerts, targets);
    out.open.extend(open.iter().chain(&unknown));
    if !open.is_empty() {
        unknown = targets.to_vec();
    }
    out.unknown = unknown;
    let mut all: BTreeMap<Vec<&str>, BTreeMap<Vec<usize>, Vec<usize>>> = BTreeMap::new();
    for (names, targets) in &of_targets {
        let mut by_equal: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for (others, sources) in of_sources {
            let equal: Vec<&str> = names.intersection(others).copied().collect();
            if !equal.is_empty() {
                by_equal.entry(equal).or_default().extend(sources);
            }
        }
        for (equal, mut sources) in by_equal {
            sources.sort_unstable();
            all.entry(equal).or_default().entry(sources).or_default().extend(targets);
        }
    }
    for (equal, by_sources) in all {
        for (sources, mut targets) in by_sources {
            targets.sort_unstable();
            let equal = equal.iter().map(|it| (*it).to_owned()).collect();
            let Some(pairs) = Pairs::of(alerts, equal, &sources, &targets) else {
                continue;
            };
            match told_apart(alerts, pairs, [&sides[0], &sides[1]]) {
                Some(pairs) => out.pairs.push(pairs),
                None => out.unknown.extend(targets),
            }
        }
    }
    out.unknown.sort_unstable();
    out.unknown.dedup();
    out
}

/// Alerts by the labels that tell them from each other and that their rules do not set; and
/// those of which these are not known.
pub(super) type Classes<'c> = (BTreeMap<BTreeSet<&'c str>, Vec<usize>>, Vec<usize>);

fn classes<'c>(alerts: &'c [Alerting<'_>], places: &[usize]) -> Classes<'c> {
    let (mut classes, mut open) = (BTreeMap::new(), Vec::new());
    for idx in places {
        let it = &alerts[*idx];
        match it.telling() {
            None => open.push(*idx),
            Some(mut names) => {
                names.retain(|name| it.facts.can_carry(name) && !it.sets(name));
                let class: &mut Vec<usize> = classes.entry(names).or_default();
                class.push(*idx);
            }
        }
    }
    (classes, open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::inhibit::made::of_jobs;

    #[test]
    fn what_is_compared_does_not_grow_with_the_number_of_alerts() {
        for n_jobs in [30, 60] {
            of_jobs(n_jobs, |alerts, sources, targets| {
                assert_eq!(classes(alerts, sources).0.len(), 2);
                assert_eq!(classes(alerts, targets).0.len(), 2);
                let found = shared(alerts, sources, targets, targets).pairs;
                let equal: Vec<_> = found.iter().map(|it| it.equal.join(" ")).collect();
                assert_eq!(equal, ["instance job", "instance job"]);
                let n_parts: usize = found.iter().map(|it| it.parts.len()).sum();
                assert!(n_parts <= n_jobs, "{n_parts} parts");
            });
        }
    }

    #[test]
    fn a_part_holds_what_can_meet() {
        of_jobs(6, |alerts, sources, targets| {
            let job = |idx: usize| alerts[idx].facts.value("job");
            for pairs in shared(alerts, sources, targets, targets).pairs {
                for [sources, targets] in pairs.parts {
                    let all = sources.iter().chain(&targets);
                    assert!(all.clone().all(|it| job(*it) == job(sources[0])));
                    assert!(!sources.is_empty() && !targets.is_empty());
                }
            }
        });
    }
}
