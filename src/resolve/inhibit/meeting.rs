//! Which alerts can have the same values of labels.

use std::collections::{BTreeMap, HashSet};

use crate::diag::few::Few;
use crate::promql::infer::{Fact, Presence};
use crate::promql::labels::Symbol;
use crate::resolve::inhibit::carried::Alerting;

/// Sources and targets, by their places.
pub(super) type Sides = [Vec<usize>; 2];

/// Whether a label that two alerts lack is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lacking {
    /// As an Alertmanager takes it.
    Same,
    /// As it is meant.
    Different,
}

/// Those of some sources and targets that may have the same values of labels, in parts of
/// which none can meet another.
pub(super) fn meeting<'e>(
    alerts: &[Alerting<'_>],
    equal: impl IntoIterator<Item = &'e String>,
    lacking: Lacking,
    mut sides: Sides,
) -> Vec<Sides> {
    let equal: Vec<&String> = equal.into_iter().collect();
    for name in &equal {
        for (one, other) in [(1, 0), (0, 1)] {
            let theirs = Values::of(alerts, &sides[other], name, lacking);
            sides[one].retain(|it| theirs.may_have(&fact(&alerts[*it], name)));
        }
    }
    parts(alerts, &equal, &sides)
}

/// Parts by the values of labels that are certain in all alerts.
fn parts(alerts: &[Alerting<'_>], equal: &[&String], sides: &Sides) -> Vec<Sides> {
    let all = || sides.iter().flatten().map(|it| &alerts[*it]);
    let is_certain = |name: &&&String| all().all(|it| value(it, name).is_some());
    let certain: Vec<&&String> = equal.iter().filter(is_certain).collect();
    let mut parts: BTreeMap<Vec<&str>, Sides> = BTreeMap::new();
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
        "alertname" => Some(it.name),
        _ => it.facts.value(name),
    }
}

fn fact(it: &Alerting<'_>, name: &str) -> Fact {
    match name {
        "alertname" => Fact::one_of([Symbol::from(it.name)]),
        _ => it.facts.get(name),
    }
}

/// The values that some alerts can have of a label.
struct Values {
    lacking: Lacking,
    /// Whether one may lack it so that another that may lack it has the same.
    any_open: bool,
    /// Of those that always have it, and of all that can; `None` if any.
    always: Option<HashSet<Symbol>>,
    there: Option<HashSet<Symbol>>,
}

impl Values {
    fn of(
        alerts: &[Alerting<'_>],
        places: &[usize],
        name: &str,
        lacking: Lacking,
    ) -> Values {
        let none = || Some(HashSet::new());
        let mut out = Values { lacking, any_open: false, always: none(), there: none() };
        type All = Option<HashSet<Symbol>>;
        let add = |all: &mut All, values: &Option<Few<Symbol>>| match values {
            Some(values) => {
                all.iter_mut().for_each(|it| it.extend(values.iter().cloned()));
            }
            None => *all = None,
        };
        for idx in places {
            let Fact { presence, values } = fact(&alerts[*idx], name);
            match presence {
                Presence::Never => {
                    out.any_open |= lacking == Lacking::Same;
                    continue;
                }
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
            Presence::Never => self.lacking == Lacking::Same && self.any_open,
            Presence::Maybe => self.any_open || meets(&self.always),
            Presence::Always => meets(&self.there),
        }
    }
}

/// Whether any alert of some can have a label.
pub(super) fn can_any(alerts: &[Alerting<'_>], places: &[usize], name: &str) -> bool {
    places.iter().any(|it| fact(&alerts[*it], name).presence != Presence::Never)
}
