//! Inhibitions: what the tiers of alerts and `[[inhibit]]` mean to an Alertmanager.
//!
//! The labels `equal` are inferred from what the alerts can carry (`carried`). It errs on
//! one side only: an alert too many is told rather than one too few. What is inferred of an
//! alert depends on the rules of its environment and on the tests of the project, not on
//! which other environments or alerts are looked at.

pub mod alike;
mod between;
mod carried;
mod circle;
mod classes;
mod external;
mod fit;
mod guard;
#[cfg(test)]
mod made;
mod meeting;
mod pairs;
mod said;
mod select;
mod texts;
mod tiers;
mod untold;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::promql::infer::Presence;
use crate::resolve::inhibit::between::Outcomes;
use crate::resolve::inhibit::carried::{Alerting, Knowledge};
use crate::resolve::known::Known;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group};
use crate::rules::inhibition::Inhibition;

pub use crate::resolve::known::Series;

/// What is inferred of one environment.
#[derive(Debug, Default)]
struct Inferred {
    inhibitions: Vec<Inhibition>,
    edges: Vec<Edge>,
}

/// Alerts of which some silence others, by their places.
#[derive(Debug)]
struct Edge {
    sources: Vec<usize>,
    targets: Vec<usize>,
    /// The place among `[[inhibit]]`; `None` between tiers.
    inhibit: Option<usize>,
}

impl Edge {
    fn of_tiers(sources: &[usize], targets: &[usize]) -> Edge {
        Edge { sources: sources.to_vec(), targets: targets.to_vec(), inhibit: None }
    }
}

/// Whether the inhibitions of a book depend on which labels series have that nothing in
/// its rules tells.
pub fn needs_series(book: &Book) -> bool {
    if !inhibits(book) {
        return false;
    }
    let rules = Known::of_rules(book);
    let inhibits = |name: &str| {
        let mut severities = book.severities.iter().filter(|it| !it.inhibits.is_empty());
        severities.any(|it| it.name == name || it.inhibits.iter().any(|it| it == name))
    };
    let counts = |group: &Group, alert: &Alert| {
        !book.inhibits.is_empty() || carried::severity(group, alert).is_some_and(inhibits)
    };
    let alerts: Vec<(&Group, &Alert)> = carried::alerts(book).collect();
    let is_open = |(group, alert): &(&Group, &Alert)| {
        counts(group, alert) && carried::is_open(alert, &rules.carried(group, alert))
    };
    alerts.par_iter().any(is_open)
}

/// Whether anything in a book silences anything else.
fn inhibits(book: &Book) -> bool {
    !book.inhibits.is_empty() || book.severities.iter().any(|it| !it.inhibits.is_empty())
}

/// Whether an alert says which labels count.
fn gives_labels(book: &Book) -> bool {
    carried::alerts(book)
        .any(|(_, it)| it.about.as_ref().is_some_and(|it| it.per.is_some()))
}

/// Infers the inhibitions of books, one for each environment; `all` says whether these
/// are all environments of the project, so that what none of them has is nowhere.
pub fn infer(books: &mut [Book], all: bool, series: &Series, sink: &mut Sink) {
    let mut outcomes = Outcomes::new();
    for book in books.iter_mut() {
        // What alerts carry is dear to infer, and nobody asks.
        if !inhibits(book) && !gives_labels(book) {
            continue;
        }
        let known = Knowledge::new(book, series);
        let alerts = known.alerts(book);
        given_labels(&alerts, sink);
        let mut inferred = Inferred::default();
        tiers::infer(book, &alerts, known.metrics(), &mut inferred, sink);
        between::infer(book, &alerts, &mut inferred, &mut outcomes, sink);
        circle::check(book, &alerts, &inferred.edges, sink);
        let inhibitions = inferred.inhibitions;
        alerts.into_par_iter().for_each(drop);
        drop(known);
        book.inhibitions = inhibitions;
    }
    said::say(outcomes, books, all, sink);
}

/// Says which labels of `per` an alert cannot have.
fn given_labels(alerts: &[Alerting<'_>], sink: &mut Sink) {
    for it in alerts {
        let per = it.alert.about.as_ref().and_then(|it| it.per.as_ref());
        for label in per.into_iter().flatten() {
            if it.facts.can_carry(label.as_str()) {
                continue;
            }
            let title = format!("`{}` cannot have the label `{label}`", it.alert.name);
            let names: Vec<&str> = it.names().filter(|name| !it.sets(name)).collect();
            let help = match names.is_empty() {
                true => "its results have no labels: write `per = []`".to_owned(),
                false => format!("its results can have {}", suggest::list(names, 10)),
            };
            sink.push_once(
                Diagnostic::error("unknown-label", title)
                    .at(label.span(), "no result of its expression has it")
                    .help(help),
            );
        }
    }
}

/// The values of `namespace` that some alerts can have, missing as the empty one; `None`
/// if any.
fn namespaces<'a>(
    alerts: impl Iterator<Item = &'a Alerting<'a>>,
) -> Option<BTreeSet<String>> {
    let mut out: BTreeSet<&str> = BTreeSet::new();
    for it in alerts {
        let fact = it.facts.look("namespace");
        if fact.presence != Presence::Always {
            out.insert("");
        }
        if fact.presence != Presence::Never {
            out.extend(fact.values.as_ref()?.iter().map(|it| &**it));
        }
    }
    Some(out.into_iter().map(str::to_owned).collect())
}
