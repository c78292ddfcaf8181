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
use crate::resolve::inhibit::carried::{Alerting, Knowledge, Rules};
use crate::resolve::inhibit::fit::Pairing;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group};
use crate::rules::inhibition::Inhibition;

pub use crate::resolve::inhibit::carried::Told;
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
    fn of_tiers(Pairing { sources, targets }: Pairing) -> Edge {
        Edge { sources, targets, inhibit: None }
    }
}

/// What the rules of a book tell by themselves of its alerts.
pub fn told(book: &Book) -> Told<'_> {
    let is_asked = inhibits(book) || gives_labels(book);
    Told { book, rules: is_asked.then(|| Rules::of(book)) }
}

impl Told<'_> {
    /// Whether the inhibitions of the book depend on which labels series have that nothing
    /// in its rules tells.
    pub fn needs_series(&self) -> bool {
        let book = self.book;
        let Some(rules) = self.rules.as_ref().filter(|_| inhibits(book)) else {
            return false;
        };
        let inhibits = |name: &str| {
            let mut severities =
                book.severities.iter().filter(|it| !it.inhibits.is_empty());
            severities
                .any(|it| it.name == name || it.inhibits.iter().any(|it| it == name))
        };
        let counts = |group: &Group, alert: &Alert| {
            !book.inhibits.is_empty()
                || carried::severity(group, alert).is_some_and(inhibits)
        };
        let mut alerts = rules.alerts.iter();
        alerts.any(|(group, alert, own)| {
            carried::is_open(alert, own) && counts(group, alert)
        })
    }
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
pub fn infer(
    told: Vec<Told<'_>>,
    all: bool,
    series: &Series,
    sink: &mut Sink,
) -> Vec<Vec<Inhibition>> {
    let books: Vec<&Book> = told.iter().map(|it| it.book).collect();
    let mut outcomes = Outcomes::new();
    let mut out = Vec::new();
    for Told { book, rules } in told {
        let mut inferred = Inferred::default();
        if let Some(rules) = rules {
            let (known, alerts) = Knowledge::new(book, rules, series);
            given_labels(&alerts, sink);
            tiers::infer(book, &alerts, known.metrics(), &mut inferred, sink);
            between::infer(book, &alerts, &mut inferred, &mut outcomes, sink);
            circle::check(book, &alerts, &inferred.edges, sink);
            alerts.into_par_iter().for_each(drop);
        }
        out.push(inferred.inhibitions);
    }
    said::say(outcomes, &books, all, sink);
    out
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
