//! `[[inhibit]]`: inhibitions between different alerts.
//!
//! Both sides are selectors over the project's own alerts. What is written names these,
//! so that it hides nothing of what others alert about.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::infer::Fact;
use crate::promql::syntax::ast::Matcher;
use crate::resolve::inhibit::carried::{Alerting, Relation};
use crate::resolve::inhibit::meeting::can_any;
use crate::resolve::inhibit::pairs::{Common, Pairs, shared};
use crate::resolve::inhibit::select::{Index, selector, without_name};
use crate::resolve::inhibit::{Edge, Inferred, external, namespaces};
use crate::rules::book::{Book, Inhibit};
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// What became of a `[[inhibit]]` in all environments that were looked at. Names are those
/// of alerts.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) inhibit: Inhibit,
    /// Whether its sides have alerts in some environment, and both in one.
    pub(super) found: [bool; 2],
    pub(super) together: bool,
    /// Whether in one all targets are sources.
    pub(super) is_itself: bool,
    /// Targets that it hides somewhere.
    pub(super) hidden: BTreeSet<String>,
    /// Those that share no label with any source.
    pub(super) apart: BTreeSet<String>,
    /// Those of which, or of whose sources, the labels are not known; and which are not.
    pub(super) unknown: BTreeSet<String>,
    pub(super) open: BTreeSet<String>,
    /// The label of `equal` that can be equal in none, and whether each side can have it.
    pub(super) never: Option<(Text, [bool; 2])>,
}

/// Outcomes by the places of the sources.
pub(super) type Outcomes = BTreeMap<Span, Outcome>;

impl Outcome {
    fn new(inhibit: &Inhibit) -> Outcome {
        Outcome {
            inhibit: inhibit.clone(),
            found: [false; 2],
            together: false,
            is_itself: false,
            hidden: BTreeSet::new(),
            apart: BTreeSet::new(),
            unknown: BTreeSet::new(),
            open: BTreeSet::new(),
            never: None,
        }
    }
}

/// Infers the inhibitions of all `[[inhibit]]`.
pub(super) fn infer(
    book: &Book,
    alerts: &[Alerting<'_>],
    out: &mut Inferred,
    outcomes: &mut Outcomes,
    sink: &mut Sink,
) {
    if book.inhibits.is_empty() {
        return;
    }
    let mut index = Index::new(alerts, &book.external_labels);
    let common = Common::of(alerts);
    for (idx, inhibit) in book.inhibits.iter().enumerate() {
        let selectors = [&inhibit.source, &inhibit.target].map(|it| selector(it, sink));
        let [Some(source), Some(target)] = selectors else { continue };
        let outcome = outcomes
            .entry(inhibit.source.span())
            .or_insert_with(|| Outcome::new(inhibit));
        let [sources, mut targets] = [&source, &target].map(|it| index.select(it));
        let found = [&sources, &targets].map(|it| !it.is_empty());
        for (before, now) in outcome.found.iter_mut().zip(found) {
            *before |= now;
        }
        if found != [true, true] {
            continue;
        }
        outcome.together = true;
        let selected = targets.clone();
        targets.retain(|it| sources.binary_search(it).is_err());
        if targets.is_empty() {
            outcome.is_itself = true;
            continue;
        }
        let sides = Sides { alerts, common: &common, sources, targets, selected };
        let pairs = match &inhibit.equal {
            Some(equal) => sides.given(equal, outcome).into_iter().collect(),
            None => sides.inferred(outcome),
        };
        for it in pairs {
            let names = it.targets.iter().map(|it| alerts[*it].alert.name.to_string());
            outcome.hidden.extend(names);
            let inhibition = inhibition(book, alerts, inhibit, [&source, &target], &it);
            // What tells rules of one name apart may make two the same.
            if !out.inhibitions.contains(&inhibition) {
                out.inhibitions.push(inhibition);
            }
            out.edges.extend(it.parts.into_iter().map(|[sources, targets]| Edge {
                sources,
                targets,
                inhibit: Some(idx),
            }));
        }
    }
}

/// The alerts of a `[[inhibit]]`, by their places.
struct Sides<'s, 'a> {
    alerts: &'s [Alerting<'a>],
    common: &'s Common<'s>,
    sources: Vec<usize>,
    targets: Vec<usize>,
    /// Targets with those that are sources too.
    selected: Vec<usize>,
}

impl Sides<'_, '_> {
    /// With `equal` as written: the alerts for which it can hold.
    fn given(&self, equal: &[Text], outcome: &mut Outcome) -> Option<Pairs> {
        let Sides { alerts, sources, targets, .. } = self;
        let pairs = |equal: &[Text]| {
            let equal = equal.iter().map(Text::to_string).collect();
            Pairs::of(alerts, equal, sources, targets)
        };
        let found = pairs(equal);
        if found.is_none() {
            // The first with which there are none.
            let fits = |n: &usize| pairs(&equal[..*n]).is_none();
            let label = (1..=equal.len()).find(fits).and_then(|it| equal.get(it - 1));
            outcome.never = label.map(|label| {
                let can = |side: &[usize]| can_any(alerts, side, label.as_str());
                (label.clone(), [can(sources), can(targets)])
            });
        }
        found
    }

    /// With the labels that a source and a target both have.
    fn inferred(&self, outcome: &mut Outcome) -> Vec<Pairs> {
        let shared = shared(
            self.alerts,
            self.common,
            [&self.sources, &self.targets, &self.selected],
        );
        let name = |it: &usize| self.alerts[*it].alert.name.to_string();
        outcome.open.extend(shared.open.iter().map(name));
        outcome.unknown.extend(shared.unknown.iter().map(name));
        let is_apart = |it: &&usize| {
            let there = |all: &[usize]| all.binary_search(it).is_ok();
            !there(&shared.unknown)
                && !shared.pairs.iter().any(|pairs| there(&pairs.targets))
        };
        outcome.apart.extend(self.targets.iter().filter(is_apart).map(name));
        shared.pairs
    }
}

fn inhibition(
    book: &Book,
    alerts: &[Alerting<'_>],
    inhibit: &Inhibit,
    [source, target]: [&[Matcher]; 2],
    pairs: &Pairs,
) -> Inhibition {
    let Pairs { draft, sources, targets, .. } = pairs;
    let side = |side: usize, places: &[usize], matchers: &[Matcher]| {
        let names = places.iter().map(|it| alerts[*it].name);
        let names = LabelMatch::one_of("alertname", &names.collect());
        let mut out = vec![names];
        out.extend(without_name(matchers));
        out.extend(draft.matchers(side));
        out
    };
    let all = sources.iter().chain(targets);
    let equal = match &inhibit.equal {
        Some(written) => written.iter().map(Text::to_string).collect(),
        None => draft.equal.iter().cloned().collect(),
    };
    let mut out = Inhibition {
        source: side(0, sources, source),
        target: side(1, targets, target),
        equal,
        namespaces: namespaces(all.map(|it| &alerts[*it])),
    };
    let apart = |name: &str| is_apart(alerts, pairs, name);
    external::restrict(book, alerts, [sources, targets], apart, &mut out);
    out
}

/// Whether a label that the rules set themselves, and which is therefore not the server's,
/// may differ in a source and a target.
fn is_apart(alerts: &[Alerting<'_>], pairs: &Pairs, name: &str) -> bool {
    // Rules that have it alike count once.
    let kinds = |places: &[usize]| -> Vec<usize> {
        let mut seen: BTreeSet<(Option<&str>, bool, &Fact)> = BTreeSet::new();
        let new = |idx: &&usize| {
            let it = &alerts[**idx];
            let fact = it.facts.look(name);
            seen.insert((it.set(name), it.sets(name), fact))
        };
        places.iter().filter(new).copied().collect()
    };
    let (sources, targets) = (kinds(&pairs.sources), kinds(&pairs.targets));
    sources.iter().any(|source| {
        let source = &alerts[*source];
        targets.iter().any(|target| {
            let target = &alerts[*target];
            let is_set = source.sets(name) || target.sets(name);
            is_set && source.relation(target, name) == Relation::Apart
        })
    })
}
