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
use crate::resolve::inhibit::classes::{ByName, alike};
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

/// Tiers with one name.
struct Named<'a> {
    name: &'a str,
    pairing: Pairing,
    /// What is known of both, where the fit depends on that alone.
    kinds: Option<[usize; 2]>,
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
    let kinds = alike(alerts, by_name.shared_places(), Alerting::kind);
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

/// The first pairing of each kind, and those that have none, by their places; and of each
/// pairing the one among these that it is like.
fn firsts(pairings: &[Named<'_>]) -> (Vec<usize>, Vec<usize>) {
    let mut firsts: Vec<usize> = Vec::new();
    let mut by_kinds: HashMap<[usize; 2], usize> = HashMap::new();
    let mut new = |at: usize| {
        firsts.push(at);
        firsts.len() - 1
    };
    let first = |(at, it): (usize, &Named<'_>)| match it.kinds {
        Some(kinds) => *by_kinds.entry(kinds).or_insert_with(|| new(at)),
        None => new(at),
    };
    let first_of = pairings.iter().enumerate().map(first).collect();
    (firsts, first_of)
}

/// Makes a fit a part of the first rule of which it can be one, or of a new one; says of
/// which.
fn join(all: &mut Vec<Merged<'_>>, fit: &Fit) -> usize {
    for (idx, it) in all.iter_mut().enumerate() {
        if let Some(both) = it.fit.join(fit) {
            it.fit = both;
            return idx;
        }
    }
    let (names, sources, targets) = (Vec::new(), Vec::new(), Vec::new());
    all.push(Merged { fit: fit.clone(), names, sources, targets });
    all.len() - 1
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
        let named = |name: &&'a str| {
            let pairing = self.pairing(self.by_name.places(name));
            let kinds = || self.kinds_of(name, &pairing);
            let kinds = pairing.is_of_both().then(kinds)?;
            Some(Named { name, pairing, kinds })
        };
        let pairings: Vec<Named<'_>> = self.shared.par_iter().filter_map(named).collect();
        let (firsts, first_of) = firsts(&pairings);
        let look = |at: &usize| {
            let mut said = Sink::new();
            (self.fit(&pairings[*at].pairing, &mut said), said)
        };
        let found: Vec<(Option<Fit>, Sink)> = firsts.par_iter().map(look).collect();
        let mut all: Vec<Merged<'_>> = Vec::new();
        // The rule that each of `found` became a part of. Another of its kind goes there too:
        // what refused it refuses it for ever, since the labels of a rule only become more,
        // and those of an exact one stay; and a rule that took it has all that it needs.
        let mut rules: Vec<Option<usize>> = vec![None; found.len()];
        for (Named { name, pairing, .. }, first) in pairings.into_iter().zip(first_of) {
            let (fit, said) = &found[first];
            if !said.is_empty() {
                // Each has its own places.
                self.fit(&pairing, sink);
            }
            let Some(fit) = fit else { continue };
            let rule = *rules[first].get_or_insert_with(|| join(&mut all, fit));
            let merged = &mut all[rule];
            merged.names.push(name);
            merged.sources.extend(&pairing.sources);
            merged.targets.extend(&pairing.targets);
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

    /// What is known of two tiers of one definition whose name nothing else has: what they
    /// need depends on that alone, since there is nobody whom their rule must not hide.
    fn kinds_of(self, name: &str, pairing: &Pairing) -> Option<[usize; 2]> {
        let (&[source], &[target]) = (&pairing.sources[..], &pairing.targets[..]) else {
            return None;
        };
        let are_alone = self.by_name.places(name).count() == 2
            && self.alerts[source].key() == self.alerts[target].key();
        are_alone.then(|| [source, target].map(|it| self.kinds[it]))
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
