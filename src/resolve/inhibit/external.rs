//! External labels: what a server adds to the alerts that it sends.
//!
//! An Alertmanager that takes alerts of several servers sees by them whose these are. A
//! server does not add those that an alert has already. By a label that it does not add its
//! alerts are told from those of servers of other environments that do.

use crate::promql::infer::Presence;
use crate::promql::labels::Symbol;
use crate::resolve::inhibit::carried::{self, Alerting};
use crate::rules::book::Book;
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// Restricts an inhibition to the alerts of its environment: `sides` are the places of its
/// sources and targets. Its labels are equal in both but where `apart` says otherwise, and
/// matched where no rule of the side gives its alerts another value; those of other
/// environments are equal too, since a missing label is an empty one.
pub(super) fn restrict(
    book: &Book,
    alerts: &[Alerting<'_>],
    sides: [&[usize]; 2],
    apart: impl Fn(&str) -> bool,
    inhibition: &mut Inhibition,
) {
    for (name, value) in book.external_labels.iter().filter(|it| !it.1.is_empty()) {
        let is_apart = apart(name);
        if !is_apart && !inhibition.equal.contains(name) {
            inhibition.equal.push(name.clone());
        }
        let matches = [&mut inhibition.source, &mut inhibition.target];
        for (matches, places) in matches.into_iter().zip(sides) {
            let has = places.iter().all(|it| has(&alerts[*it], name, value));
            if has && !matches.iter().any(|it| *it.name == **name) {
                matches.push(LabelMatch::equal(name, value));
            }
        }
    }
    for name in &book.foreign_labels {
        let mut all = sides.iter().copied().flatten();
        if !inhibition.equal.contains(name) && all.all(|it| has(&alerts[*it], name, "")) {
            inhibition.equal.push(name.clone());
        }
    }
}

/// Whether an alert has an external label with its value, when it is sent. Series whose
/// labels nobody names are taken to have none of that name.
fn has(it: &Alerting<'_>, name: &str, value: &str) -> bool {
    let is_named = carried::per(it.alert).is_some_and(|mut it| it.any(|it| it == name));
    let only = |values: &[Symbol]| values.iter().all(|it| **it == *value);
    match it.facts.known.get(name) {
        None => !is_named,
        Some(fact) => {
            fact.presence == Presence::Never || fact.values.as_deref().is_some_and(only)
        }
    }
}
