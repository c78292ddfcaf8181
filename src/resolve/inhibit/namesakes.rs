//! Rules with one name that have different labels.
//!
//! A side names its alerts: it also matches those of other rules with these names, which
//! may have labels that are not among `equal`, and would hide what differs in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::resolve::inhibit::carried::Alerting;
use crate::resolve::inhibit::pairs::{Classes, Pairs, can_any};

/// The labels of a class; `None` where they are not known.
type Labels<'c> = Option<&'c BTreeSet<&'c str>>;

/// All that a side of an `[[inhibit]]` selects.
pub(super) struct Side<'c, 'a> {
    alerts: &'c [Alerting<'a>],
    classes: &'c Classes<'c>,
    /// Names of alerts of more than one class.
    several: BTreeSet<&'c str>,
}

impl<'c, 'a> Side<'c, 'a> {
    pub(super) fn new(alerts: &'c [Alerting<'a>], classes: &'c Classes<'c>) -> Self {
        let mut several = BTreeSet::new();
        let mut seen: BTreeMap<&str, Labels<'_>> = BTreeMap::new();
        for (labels, places) in all(classes) {
            for name in places.iter().map(|it| alerts[*it].alert.name.as_str()) {
                if labels.is_none() || *seen.entry(name).or_insert(labels) != labels {
                    several.insert(name);
                }
            }
        }
        Side { alerts, classes, several }
    }

    fn names(&self, places: &[usize]) -> BTreeSet<&'c str> {
        places.iter().map(|it| self.alerts[*it].alert.name.as_str()).collect()
    }

    /// The classes of alerts with some names.
    fn named(&self, names: &BTreeSet<&str>) -> Vec<(Labels<'c>, Vec<usize>)> {
        let named = |it: &usize| names.contains(self.alerts[*it].alert.name.as_str());
        let of = |places: &Vec<usize>| places.iter().copied().filter(named).collect();
        let all = all(self.classes).map(|(labels, places)| (labels, of(places)));
        all.filter(|it: &(_, Vec<usize>)| !it.1.is_empty()).collect()
    }
}

fn all<'c>(
    (known, open): &'c Classes<'c>,
) -> impl Iterator<Item = (Labels<'c>, &'c Vec<usize>)> {
    known.iter().map(|it| (Some(it.0), it.1)).chain([(None, open)])
}

/// Narrows a rule so that alerts that have the names of its own hide, and are hidden by,
/// nothing with which they do not share all that both have: what its own alerts cannot have
/// must be missing, any other label is to be equal. `None` where nothing tells them apart.
pub(super) fn told_apart(
    alerts: &[Alerting<'_>],
    mut pairs: Pairs,
    [sources, targets]: [&Side<'_, '_>; 2],
) -> Option<Pairs> {
    let names = [sources.names(&pairs.sources), targets.names(&pairs.targets)];
    if sources.several.is_disjoint(&names[0]) && targets.several.is_disjoint(&names[1]) {
        return Some(pairs);
    }
    let of_targets = targets.named(&names[1]);
    let mut more: BTreeSet<&str> = BTreeSet::new();
    for (theirs, sources) in sources.named(&names[0]) {
        for (others, targets) in &of_targets {
            let both: Vec<&str> = match (theirs, *others) {
                (Some(a), Some(b)) => a.intersection(b).copied().collect(),
                (Some(all), None) | (None, Some(all)) => all.iter().copied().collect(),
                (None, None) => return None,
            };
            let extra = || both.iter().filter(|it| pairs.equal.iter().all(|e| e != *it));
            let meet = || Pairs::of(alerts, pairs.equal.clone(), &sources, targets);
            if extra().next().is_none() || meet().is_none() {
                continue;
            }
            let extra: Vec<&str> = extra().copied().collect();
            for name in extra {
                let can = |side: &[usize]| can_any(alerts, side, name);
                if !can(&pairs.sources) {
                    pairs.missing[0].insert(name.to_owned());
                } else if !can(&pairs.targets) {
                    pairs.missing[1].insert(name.to_owned());
                } else {
                    more.insert(name);
                }
            }
        }
    }
    if more.is_empty() {
        return Some(pairs);
    }
    let equal: BTreeSet<&str> =
        pairs.equal.iter().map(String::as_str).chain(more).collect();
    let equal = equal.into_iter().map(str::to_owned).collect();
    let narrowed = Pairs::of(alerts, equal, &pairs.sources, &pairs.targets)?;
    Some(Pairs { missing: pairs.missing, ..narrowed })
}
