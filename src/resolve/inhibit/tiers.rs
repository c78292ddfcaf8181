//! Inhibitions between the tiers of one alert: one rule for each pair of severities.
//!
//! Two tiers look at the same series, so that an alert and the one that it hides have the
//! same labels, but for those that the tiers set. Labels that neither has are equal too:
//! rules of several alerts can be one rule with the labels of all of them, unless a tier
//! has a label of its own among these.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::resolve::inhibit::carried::{Alerting, Relation, set_by_any};
use crate::resolve::inhibit::{Edge, Inferred, external, namespaces};
use crate::resolve::known::Known;
use crate::rules::book::{Book, Severity};
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// What a rule for some alerts needs.
#[derive(Clone, Debug, Default)]
struct Fit {
    /// Labels that must be equal.
    equal: BTreeSet<String>,
    /// Labels that must not be among them.
    apart: BTreeSet<String>,
    /// Whether no other label may be among them, since little is known.
    exact: bool,
}

impl Fit {
    /// Whether a rule with this suits the other too.
    fn covers(&self, other: &Fit) -> bool {
        other.equal.is_subset(&self.equal)
            && other.apart.is_subset(&self.apart)
            && (!other.exact || self.exact && self.equal == other.equal)
    }

    /// What one rule for both needs, if there can be one.
    fn join(&self, other: &Fit) -> Option<Fit> {
        let equal: BTreeSet<String> = self.equal.union(&other.equal).cloned().collect();
        let apart: BTreeSet<String> = self.apart.union(&other.apart).cloned().collect();
        let fits = |it: &Fit| !it.exact || equal == it.equal;
        let can = fits(self) && fits(other) && equal.is_disjoint(&apart);
        can.then_some(Fit { equal, apart, exact: self.exact || other.exact })
    }
}

/// Sources and targets of a pair of severities, by their places among the alerts.
struct Pairing {
    sources: Vec<usize>,
    targets: Vec<usize>,
}

/// The rules in the making of a pair of severities.
struct Merged<'a> {
    fit: Fit,
    names: BTreeSet<&'a str>,
    sources: Vec<usize>,
    targets: Vec<usize>,
}

/// Infers the inhibitions of all tiers.
pub(super) fn infer(
    book: &Book,
    alerts: &[Alerting<'_>],
    known: &Known<'_>,
    out: &mut Inferred,
    sink: &mut Sink,
) {
    for high in &book.severities {
        if high.inhibits.contains(&high.name) {
            sink.push_once(inhibits_itself(high));
        }
        for low in high.inhibits.iter().filter(|it| **it != high.name) {
            of_one_name(book, alerts, known, (&high.name, low), out, sink);
            of_two_names(book, alerts, known, (&high.name, low), out, sink);
        }
    }
}

/// Tiers that share the alert's name.
fn of_one_name(
    book: &Book,
    alerts: &[Alerting<'_>],
    known: &Known<'_>,
    (high, low): (&str, &str),
    out: &mut Inferred,
    sink: &mut Sink,
) {
    let pairings = pairings(alerts, high, low, |it| it.alert.name.as_str());
    let mut all: Vec<Merged<'_>> = Vec::new();
    for (name, pairing) in pairings {
        let Some(fit) = fit(alerts, &pairing, known, sink) else { continue };
        out.edges.push(Edge::of_tiers(&pairing.sources, &pairing.targets));
        // To make a new one for each of some thousand names is dear: mostly all are alike.
        let joined = all.iter_mut().find_map(|it| match it.fit.covers(&fit) {
            true => Some((None, it)),
            false => Some((Some(it.fit.join(&fit)?), it)),
        });
        match joined {
            Some((fit, merged)) => {
                merged.fit = fit.unwrap_or_else(|| std::mem::take(&mut merged.fit));
                merged.names.insert(name);
                merged.sources.extend(pairing.sources);
                merged.targets.extend(pairing.targets);
            }
            None => all.push(Merged {
                fit,
                names: BTreeSet::from([name]),
                sources: pairing.sources,
                targets: pairing.targets,
            }),
        }
    }
    for it in all {
        let names = LabelMatch::one_of("alertname", &it.names);
        let own = it.fit.equal.iter().cloned();
        let all = it.sources.iter().chain(&it.targets);
        let mut inhibition = Inhibition {
            source: vec![LabelMatch::equal("severity", high), names.clone()],
            target: vec![LabelMatch::equal("severity", low), names],
            equal: ["alertname".to_owned()].into_iter().chain(own).collect(),
            namespaces: namespaces(all.map(|it| &alerts[*it])),
        };
        let apart = |name: &str| it.fit.apart.contains(name);
        let sides = [&it.sources[..], &it.targets];
        external::restrict(book, alerts, sides, apart, &mut inhibition);
        inhibition.equal[1..].sort_unstable();
        out.inhibitions.push(inhibition);
    }
}

/// Tiers of one alert that have names of their own.
fn of_two_names(
    book: &Book,
    alerts: &[Alerting<'_>],
    known: &Known<'_>,
    (high, low): (&str, &str),
    out: &mut Inferred,
    sink: &mut Sink,
) {
    let own = |it: &Alerting<'_>| it.alert.about.as_ref().map(|_| it.alert.span);
    let pairings = pairings(alerts, high, low, own);
    for (_, pairing) in pairings.into_iter().filter(|it| it.0.is_some()) {
        let name = |idx: &usize| alerts[*idx].alert.name.as_str();
        let sources: BTreeSet<&str> = pairing.sources.iter().map(name).collect();
        let targets: BTreeSet<&str> = pairing.targets.iter().map(name).collect();
        // Of tiers with one name, and of `each` with a name for each value, each pair has
        // a name in common.
        if !sources.is_disjoint(&targets) {
            continue;
        }
        let Some(fit) = fit(alerts, &pairing, known, sink) else { continue };
        out.edges.push(Edge::of_tiers(&pairing.sources, &pairing.targets));
        let all = pairing.sources.iter().chain(&pairing.targets);
        let mut inhibition = Inhibition {
            source: vec![
                LabelMatch::equal("severity", high),
                LabelMatch::one_of("alertname", &sources),
            ],
            target: vec![
                LabelMatch::equal("severity", low),
                LabelMatch::one_of("alertname", &targets),
            ],
            equal: fit.equal.iter().cloned().collect(),
            namespaces: namespaces(all.map(|it| &alerts[*it])),
        };
        let apart = |name: &str| fit.apart.contains(name);
        let sides = [&pairing.sources[..], &pairing.targets];
        external::restrict(book, alerts, sides, apart, &mut inhibition);
        inhibition.equal.sort_unstable();
        out.inhibitions.push(inhibition);
    }
}

/// The alerts of two severities, by a key; only where there are some of both.
fn pairings<'a, K: Ord>(
    alerts: &[Alerting<'a>],
    high: &str,
    low: &str,
    key: impl Fn(&Alerting<'a>) -> K,
) -> BTreeMap<K, Pairing> {
    let mut out: BTreeMap<K, Pairing> = BTreeMap::new();
    for (idx, it) in alerts.iter().enumerate() {
        let Some(severity) = it.severity().filter(|it| *it == high || *it == low) else {
            continue;
        };
        let new = || Pairing { sources: Vec::new(), targets: Vec::new() };
        let pairing = out.entry(key(it)).or_insert_with(new);
        match severity == high {
            true => pairing.sources.push(idx),
            false => pairing.targets.push(idx),
        }
    }
    out.retain(|_, it| !it.sources.is_empty() && !it.targets.is_empty());
    out
}

/// What tells the alerts of one definition from each other: the service, and the values of
/// `each`.
type Key<'a> = (Span, Option<&'a str>, Vec<&'a str>);

fn key<'a>(it: &Alerting<'a>) -> Key<'a> {
    let about = it.alert.about.as_ref();
    let job = about.and_then(|it| it.job.as_deref());
    let each = about.into_iter().flat_map(|it| &it.each).map(|it| it.as_str());
    (it.alert.span, job, each.collect())
}

/// So many pairs of tiers of several definitions are looked at; of more, those with the
/// first of either side.
const MAX_PAIRS: usize = 4096;

/// The pairs of a source and a target that are tiers of one alert: of one definition, for
/// one service and one value of `each`; or of definitions with one name.
fn siblings<'p, 'a>(
    alerts: &'p [Alerting<'a>],
    pairing: &Pairing,
) -> Vec<(&'p Alerting<'a>, &'p Alerting<'a>)> {
    let of = |it: &usize| &alerts[*it];
    let mut by_key: BTreeMap<Key<'a>, Vec<&Alerting<'a>>> = BTreeMap::new();
    for it in pairing.targets.iter().map(of) {
        by_key.entry(key(it)).or_default().push(it);
    }
    let mut out = Vec::new();
    for source in pairing.sources.iter().map(of) {
        let own = by_key.get(&key(source)).into_iter().flatten();
        out.extend(own.map(|it| (source, *it)));
    }
    // One of each definition and service stands for all.
    let some = |places: &[usize]| -> Vec<&'p Alerting<'a>> {
        let mut seen = BTreeSet::new();
        let new = |it: &&Alerting<'a>| {
            let (span, job, _) = key(it);
            seen.insert((span, job))
        };
        places.iter().map(of).filter(new).collect()
    };
    let (sources, targets) = (some(&pairing.sources), some(&pairing.targets));
    let few = sources.len().saturating_mul(targets.len()) <= MAX_PAIRS;
    for (i, source) in sources.iter().enumerate() {
        let n_targets = if few || i == 0 { targets.len() } else { 1 };
        for target in &targets[..n_targets] {
            let ((a, job, _), (b, other, _)) = (key(source), key(target));
            if a != b && (job == other || job.is_none() || other.is_none()) {
                out.push((source, target));
            }
        }
    }
    out
}

/// What a rule needs for the tiers of one alert; `None` where that cannot be known, which
/// is said.
fn fit(
    alerts: &[Alerting<'_>],
    pairing: &Pairing,
    known: &Known<'_>,
    sink: &mut Sink,
) -> Option<Fit> {
    let members: Vec<&Alerting<'_>> =
        pairing.sources.iter().chain(&pairing.targets).map(|it| &alerts[*it]).collect();
    let siblings = siblings(alerts, pairing);
    let (first, _) = siblings.first()?;
    let names: BTreeSet<&str> = members.iter().flat_map(|it| it.names()).collect();
    let (mut same, mut apart) = (BTreeSet::new(), BTreeSet::new());
    let set = set_by_any(&members);
    for name in names {
        let relations = || siblings.iter().map(|(a, b)| a.relation(b, name));
        let is_same = || relations().any(|it| it == Relation::Same);
        // Of results: where rules of one name differ, those that share it are to have it
        // alike, the others are told both.
        if !set.contains(name) && is_same() {
            same.insert(name);
        } else if relations().any(|it| it == Relation::Apart) {
            apart.insert(name);
        } else if is_same() {
            same.insert(name);
        }
    }
    // Siblings have it in common: where it differs, it tells others apart.
    let differs = |name: &str| {
        members.iter().any(|it| it.relation(members[0], name) == Relation::Apart)
    };
    let owned = |it: BTreeSet<&str>| it.into_iter().map(str::to_owned).collect();
    let per: BTreeSet<&str> = members
        .iter()
        .filter_map(|it| it.alert.about.as_ref()?.per.as_ref())
        .flatten()
        .map(|it| it.as_str())
        .filter(|it| !apart.contains(it))
        .collect();
    let is_given = members
        .iter()
        .any(|it| it.alert.about.as_ref().is_some_and(|it| it.per.is_some()));
    if is_given {
        let fixed = same.into_iter().filter(|it| differs(it));
        let equal = owned(per.into_iter().chain(fixed).collect());
        return Some(Fit { equal, apart: owned(apart), exact: true });
    }
    let is_closed = |it: &Alerting<'_>| it.facts.closed;
    if siblings.iter().any(|(a, b)| !is_closed(a) && !is_closed(b)) {
        sink.push_once(unknown_labels(first, pairing, alerts, known));
        return None;
    }
    let has_labels = |it: &Alerting<'_>| it.names().any(|name| !it.sets(name));
    let exact = members.iter().any(|it| !is_closed(it));
    same.retain(|it| !set.contains(it) || differs(it));
    let apart_of_results = apart.iter().any(|it| !set.contains(it));
    if same.is_empty() && apart_of_results && members.iter().all(|it| has_labels(it)) {
        sink.push_once(nothing_shared(first, &siblings[0]));
        return None;
    }
    Some(Fit { equal: owned(same), apart: owned(apart), exact })
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

fn unknown_labels(
    first: &Alerting<'_>,
    pairing: &Pairing,
    alerts: &[Alerting<'_>],
    known: &Known<'_>,
) -> Diagnostic {
    let span: Span = first.alert.span;
    let name = &first.alert.name;
    let low = alerts[pairing.targets[0]].severity().unwrap_or_default();
    let high = first.severity().unwrap_or_default();
    let title = format!("`{high}` of `{name}` does not inhibit its `{low}`");
    let metrics = first.unknown_metrics(known);
    let series = match metrics.is_empty() {
        true => "the series".to_owned(),
        false => {
            format!("series of {}", suggest::list(metrics.iter().map(|it| &**it), 3))
        }
    };
    Diagnostic::warning("inhibit-labels", title)
        .at(span, "which labels its results have is not known")
        .note("an inhibition without them would hide what else is wrong elsewhere")
        .help(format!(
            "name the labels that tell what it is about, `per = [\"instance\"]`, or write \
             a test with {series}"
        ))
}

fn nothing_shared(
    first: &Alerting<'_>,
    (a, b): &(&Alerting<'_>, &Alerting<'_>),
) -> Diagnostic {
    let name = &first.alert.name;
    let listed = |it: &Alerting<'_>| {
        let names: Vec<&str> = it.names().filter(|name| !it.sets(name)).collect();
        suggest::list(names, 5)
    };
    let title = format!("the tiers of `{name}` have no label in common");
    Diagnostic::warning("inhibit-labels", title)
        .at(first.alert.span, "no inhibition between them")
        .note(format!(
            "`{}` has {}, `{}` has {}",
            a.severity().unwrap_or_default(),
            listed(a),
            b.severity().unwrap_or_default(),
            listed(b),
        ))
        .help("name labels that both are to have with `per = [\"…\"]`, `[]` for none")
}
