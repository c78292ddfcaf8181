//! Inhibitions between the tiers of one alert: one rule for each pair of severities.
//!
//! Rules of several alerts can be one rule with the labels of all of them, since labels that
//! neither tier has are equal too, unless a tier has a label of its own among these.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::resolve::inhibit::carried::{Alerting, Key};
use crate::resolve::inhibit::classes::{ByName, kinds};
use crate::resolve::inhibit::fit::{Fit, Pairing, fit};
use crate::resolve::inhibit::{Edge, Inferred, external, namespaces};
use crate::resolve::known::Known;
use crate::rules::book::{Book, Severity};
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// The rules in the making of a pair of severities.
struct Merged<'a> {
    fit: Fit,
    /// In order.
    names: Vec<&'a str>,
    sources: Vec<usize>,
    targets: Vec<usize>,
}

/// What is looked at for a pair of severities.
#[derive(Clone, Copy)]
struct Tiers<'t, 'a> {
    book: &'t Book,
    alerts: &'t [Alerting<'a>],
    kinds: &'t [usize],
    /// The places of the alerts by name.
    by_name: &'t ByName<'a>,
    /// The names that several have.
    shared: &'t [&'a str],
    /// The places of the alerts of each definition whose tiers have names of their own.
    unlike: &'t [Vec<usize>],
    known: &'t Known<'t>,
    high: &'t str,
    low: &'t str,
}

/// Infers the inhibitions of all tiers.
pub(super) fn infer(
    book: &Book,
    alerts: &[Alerting<'_>],
    known: &Known<'_>,
    out: &mut Inferred,
    sink: &mut Sink,
) {
    let by_name = ByName::of(alerts);
    let shared = by_name.shared();
    let kinds = kinds(alerts, &by_name, &shared);
    let unlike = unlike(alerts);
    for high in &book.severities {
        if high.inhibits.contains(&high.name) {
            sink.push_once(inhibits_itself(high));
        }
        for low in high.inhibits.iter().filter(|it| **it != high.name) {
            let (kinds, by_name, shared, unlike) = (&kinds, &by_name, &shared, &unlike);
            let high = &high.name;
            let tiers =
                Tiers { book, alerts, kinds, by_name, shared, unlike, known, high, low };
            tiers.of_one_name(out, sink);
            tiers.of_two_names(out, sink);
        }
    }
}

/// The alerts of each definition whose tiers have names of their own, for one service and one
/// value of `each`, by their places.
fn unlike(alerts: &[Alerting<'_>]) -> Vec<Vec<usize>> {
    // Of each definition the name of its tiers, as long as it is one.
    let mut only: HashMap<Span, Option<&str>> = HashMap::new();
    for it in alerts.iter().filter(|it| it.alert.about.is_some()) {
        let name = only.entry(it.alert.span).or_insert(Some(it.name));
        *name = name.filter(|name| *name == it.name);
    }
    let mut by_key: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (idx, it) in alerts.iter().enumerate() {
        if only.get(&it.alert.span) == Some(&None) {
            by_key.entry(it.key()).or_default().push(idx);
        }
    }
    by_key.into_values().collect()
}

impl<'t, 'a> Tiers<'t, 'a> {
    /// Tiers that share the alert's name.
    fn of_one_name(self, out: &mut Inferred, sink: &mut Sink) {
        let fit = |name: &'a str| {
            let pairing = self.pairing(self.by_name.places(name));
            let mut said = Sink::new();
            let fit = match pairing.is_of_both() {
                true => self.fit(&pairing, &mut said),
                false => None,
            };
            (name, pairing, fit, said)
        };
        let fits: Vec<(&str, Pairing, Option<Fit>, Sink)> =
            self.shared.par_iter().copied().map(fit).collect();
        let mut all: Vec<Merged<'_>> = Vec::new();
        for (name, pairing, fit, said) in fits {
            said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
            let Some(fit) = fit else { continue };
            // To make a new one for each of some thousand names is dear: mostly all are
            // alike.
            let joined = all.iter_mut().find_map(|it| match it.fit.covers(&fit) {
                true => Some((None, it)),
                false => Some((Some(it.fit.join(&fit)?), it)),
            });
            match joined {
                Some((fit, merged)) => {
                    merged.fit = fit.unwrap_or_else(|| std::mem::take(&mut merged.fit));
                    merged.names.push(name);
                    merged.sources.extend(&pairing.sources);
                    merged.targets.extend(&pairing.targets);
                }
                None => all.push(Merged {
                    fit,
                    names: vec![name],
                    sources: pairing.sources.clone(),
                    targets: pairing.targets.clone(),
                }),
            }
            out.edges.push(Edge::of_tiers(pairing));
        }
        for Merged { fit, names, sources, targets } in all {
            let names: BTreeSet<&str> = names.into_iter().collect();
            let names = [&names, &names];
            let mut inhibition = self.inhibition(&fit, names, [&sources, &targets]);
            inhibition.equal.insert(0, "alertname".to_owned());
            out.inhibitions.push(inhibition);
        }
    }

    /// Tiers of one alert that have names of their own.
    fn of_two_names(self, out: &mut Inferred, sink: &mut Sink) {
        type Names<'a> = BTreeSet<&'a str>;
        let mut by_names: BTreeMap<(Names<'a>, Names<'a>), Pairing> = BTreeMap::new();
        let pairings = self.unlike.iter().map(|it| self.pairing(it.iter().copied()));
        for pairing in pairings.filter(Pairing::is_of_both) {
            let name = |idx: &usize| self.alerts[*idx].name;
            let sources: Names<'_> = pairing.sources.iter().map(name).collect();
            let targets: Names<'_> = pairing.targets.iter().map(name).collect();
            // Of tiers with one name each pair has a name in common.
            if sources.is_disjoint(&targets) {
                let all = by_names.entry((sources, targets)).or_default();
                all.sources.extend(pairing.sources);
                all.targets.extend(pairing.targets);
            }
        }
        for ((sources, targets), pairing) in by_names {
            let Some(fit) = self.fit(&pairing, sink) else { continue };
            let Pairing { sources: high, targets: low } = &pairing;
            let inhibition = self.inhibition(&fit, [&sources, &targets], [high, low]);
            out.inhibitions.push(inhibition);
            out.edges.push(Edge::of_tiers(pairing));
        }
    }

    /// What a rule for alerts of some names needs.
    fn fit(self, pairing: &Pairing, sink: &mut Sink) -> Option<Fit> {
        let named = |side: &[usize], severity: &str| -> Vec<usize> {
            let names: BTreeSet<&str> =
                side.iter().map(|it| self.alerts[*it].name).collect();
            let all = names.iter().flat_map(|it| self.by_name.places(it));
            all.filter(|it| self.alerts[*it].facts.look("severity").allows(severity))
                .collect()
        };
        let matched = Pairing {
            sources: named(&pairing.sources, self.high),
            targets: named(&pairing.targets, self.low),
        };
        fit(self.alerts, self.kinds, pairing, &matched, self.known, sink)
    }

    fn inhibition(
        self,
        fit: &Fit,
        names: [&BTreeSet<&str>; 2],
        sides: [&[usize]; 2],
    ) -> Inhibition {
        let Tiers { book, alerts, high, low, .. } = self;
        let side = |side: usize, severity: &str| {
            let severity = LabelMatch::equal("severity", severity);
            let names = LabelMatch::one_of("alertname", names[side]);
            [severity, names].into_iter().chain(fit.draft.matchers(side)).collect()
        };
        let all = sides.iter().copied().flatten();
        let mut out = Inhibition {
            source: side(0, high),
            target: side(1, low),
            equal: fit.draft.equal.iter().cloned().collect(),
            namespaces: namespaces(all.map(|it| &alerts[*it])),
        };
        let apart = |name: &str| fit.apart.contains(name);
        external::restrict(book, alerts, sides, apart, &mut out);
        out.equal.sort_unstable();
        out
    }

    /// Those of some alerts that have one of both severities.
    fn pairing(self, places: impl IntoIterator<Item = usize>) -> Pairing {
        let mut out = Pairing::default();
        for idx in places {
            match self.alerts[idx].severity() {
                Some(it) if it == self.high => out.sources.push(idx),
                Some(it) if it == self.low => out.targets.push(idx),
                _ => {}
            }
        }
        out
    }
}

fn inhibits_itself(severity: &Severity) -> Diagnostic {
    let title = format!("the severity `{}` inhibits itself", severity.name);
    let it = Diagnostic::error("inhibits-itself", title);
    let it = match severity.span {
        Some(span) => it.at(span, "is among its own `inhibits`"),
        None => it,
    };
    it.help("take it out of `inhibits`")
}
