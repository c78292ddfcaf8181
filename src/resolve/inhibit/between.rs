//! `[[inhibit]]`: inhibitions between different alerts.
//!
//! Both sides are selectors over the project's own alerts. What is written names these,
//! so that it hides nothing of what others alert about.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::promql::infer::Presence;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{MatchOp, Matcher};
use crate::promql::syntax::parse_selector;
use crate::resolve::inhibit::carried::{Alerting, Relation};
use crate::resolve::inhibit::{Edge, Inferred, namespaces};
use crate::rules::book::{Book, Inhibit};
use crate::rules::inhibition::{Inhibition, LabelMatch};

/// Whether each side of a `[[inhibit]]` has alerts in an environment; `None` where one is
/// no selector.
pub(super) type Sides = Option<[bool; 2]>;

/// One `[[inhibit]]` in one environment.
struct Between<'b> {
    inhibit: &'b Inhibit,
    /// The selectors, without what is said of the name.
    matchers: [Vec<LabelMatch>; 2],
    /// The alerts that they select, by their places.
    sources: Vec<usize>,
    targets: Vec<usize>,
}

/// Infers the inhibitions of all `[[inhibit]]`.
pub(super) fn infer(
    book: &Book,
    alerts: &[Alerting<'_>],
    out: &mut Inferred,
    sink: &mut Sink,
) -> Vec<Sides> {
    let mut sides = Vec::new();
    for (idx, inhibit) in book.inhibits.iter().enumerate() {
        let selectors = [&inhibit.source, &inhibit.target].map(|it| selector(it, sink));
        let [Some(source), Some(target)] = selectors else {
            sides.push(None);
            continue;
        };
        let select = |matchers: &[Matcher]| -> Vec<usize> {
            let all = alerts.iter().enumerate();
            all.filter(|it| it.1.may_match(matchers)).map(|it| it.0).collect()
        };
        let (sources, mut targets) = (select(&source), select(&target));
        sides.push(Some([!sources.is_empty(), !targets.is_empty()]));
        if sources.is_empty() || targets.is_empty() {
            continue;
        }
        targets.retain(|it| !sources.contains(it));
        if targets.is_empty() {
            sink.push_once(inhibits_itself(inhibit));
            continue;
        }
        let matchers = [source, target].map(|it| without_name(&it));
        let between = Between { inhibit, matchers, sources, targets };
        between.infer(book, alerts, idx, out, sink);
    }
    sides
}

impl Between<'_> {
    fn infer(
        &self,
        book: &Book,
        alerts: &[Alerting<'_>],
        idx: usize,
        out: &mut Inferred,
        sink: &mut Sink,
    ) {
        let groups = match &self.inhibit.equal {
            Some(equal) => self.given(equal, alerts, sink),
            None => self.inferred(alerts, sink),
        };
        for it in groups {
            out.inhibitions.push(self.inhibition(book, alerts, &it));
            let Group { sources, targets, .. } = it;
            out.edges.push(Edge { sources, targets, inhibit: Some(idx) });
        }
    }

    fn inhibition(
        &self,
        book: &Book,
        alerts: &[Alerting<'_>],
        group: &Group,
    ) -> Inhibition {
        let Group { sources, targets, .. } = group;
        let mut equal = group.equal.clone();
        let side = |places: &[usize], matchers: &[LabelMatch]| {
            let names = places.iter().map(|it| alerts[*it].alert.name.as_str());
            let names = LabelMatch::one_of("alertname", &names.collect());
            let mut out = vec![names];
            out.extend(matchers.iter().cloned());
            out
        };
        // A label that the rules set themselves is not the server's.
        let apart = |name: &str| {
            let of = |it: &usize| &alerts[*it];
            let differs = |source: &Alerting<'_>| {
                let mut targets = targets.iter().map(of);
                targets.any(|it| {
                    let is_set = source.sets(name) || it.sets(name);
                    is_set && source.relation(it, name) == Relation::Apart
                })
            };
            sources.iter().map(of).any(differs)
        };
        for (name, _) in &book.external_labels {
            if !equal.contains(name) && !apart(name) {
                equal.push(name.clone());
            }
        }
        let all = sources.iter().chain(targets);
        Inhibition {
            source: side(sources, &self.matchers[0]),
            target: side(targets, &self.matchers[1]),
            equal,
            namespaces: namespaces(all.map(|it| &alerts[*it])),
        }
    }

    /// With `equal` as written: the targets for which it can hold.
    fn given(
        &self,
        equal: &[Text],
        alerts: &[Alerting<'_>],
        sink: &mut Sink,
    ) -> Vec<Group> {
        let mut targets = self.targets.clone();
        for label in equal {
            let name = label.as_str();
            let of = |idx: &usize| &alerts[*idx];
            let can = |idx: &usize| name == "alertname" || of(idx).facts.can_carry(name);
            let sides = [&self.sources, &self.targets].map(|it| it.iter().any(can));
            let may_be_same = |target: &usize| {
                self.sources.iter().any(|it| may_be_same(of(it), of(target), name))
            };
            let left: Vec<usize> = targets.iter().copied().filter(may_be_same).collect();
            if sides == [true, true] && !left.is_empty() {
                targets = left;
                continue;
            }
            sink.push_once(never_equal(label, sides, self.inhibit));
            return Vec::new();
        }
        let equal = equal.iter().map(Text::to_string).collect();
        vec![Group { equal, sources: self.sources.clone(), targets }]
    }

    /// With the labels that a source and a target both have. A rule for several takes only
    /// pairs that share the same labels: a source that has fewer would hide too much.
    fn inferred(&self, alerts: &[Alerting<'_>], sink: &mut Sink) -> Vec<Group> {
        let mut pairs: BTreeMap<Vec<String>, BTreeMap<usize, Vec<usize>>> =
            BTreeMap::new();
        let (mut unknown, mut blind) = (BTreeSet::new(), BTreeSet::new());
        for target in self.targets.iter().copied() {
            for source in self.sources.iter().copied() {
                match shared(&alerts[source], &alerts[target]) {
                    None => drop(unknown.insert((source, target))),
                    Some(equal) if equal.is_empty() => drop(blind.insert(target)),
                    Some(equal) => {
                        let sources = pairs.entry(equal).or_default();
                        sources.entry(target).or_default().push(source);
                    }
                }
            }
        }
        if !unknown.is_empty() {
            sink.push_once(unknown_labels(self.inhibit, &unknown, alerts));
        } else if pairs.is_empty() {
            // Of many targets those are meant that have to do with the source.
            let names = blind.iter().map(|it| alerts[*it].alert.name.as_str());
            sink.push_once(unknown_equal(self.inhibit, &names.collect()));
        }
        let mut out = Vec::new();
        for (equal, of_targets) in pairs {
            let mut by_sources: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
            for (target, sources) in of_targets {
                by_sources.entry(sources).or_default().push(target);
            }
            out.extend(by_sources.into_iter().map(|(sources, targets)| Group {
                equal: equal.clone(),
                sources,
                targets,
            }));
        }
        out
    }
}

/// Sources and targets of one rule, by their places.
struct Group {
    equal: Vec<String>,
    sources: Vec<usize>,
    targets: Vec<usize>,
}

/// The labels by which alerts of two rules are about the same thing; `None` where it is
/// not known which labels one of them has.
fn shared(source: &Alerting<'_>, target: &Alerting<'_>) -> Option<Vec<String>> {
    let (of_source, of_target) = (source.telling()?, target.telling()?);
    let same = |name: &&&str| {
        let is_set = source.sets(name) || target.sets(name);
        !is_set && source.relation(target, name) == Relation::Same
    };
    let both = of_source.intersection(&of_target);
    Some(both.filter(same).map(|it| (*it).to_owned()).collect())
}

/// Whether a label can have the same value in alerts of two rules.
fn may_be_same(a: &Alerting<'_>, b: &Alerting<'_>, name: &str) -> bool {
    if name == "alertname" {
        return a.alert.name == b.alert.name;
    }
    let (a, b) = (a.facts.get(name), b.facts.get(name));
    let may_lack = |it: Presence| it != Presence::Always;
    if may_lack(a.presence) && may_lack(b.presence) {
        return a.presence != Presence::Never && b.presence != Presence::Never;
    }
    if a.presence == Presence::Never || b.presence == Presence::Never {
        return false;
    }
    match (&a.values, &b.values) {
        (Some(a), Some(b)) => a.iter().any(|it| b.contains(it)),
        (_, _) => true,
    }
}

/// The matchers of a side; what is wrong with it is said.
fn selector(text: &Text, sink: &mut Sink) -> Option<Vec<Matcher>> {
    match parse_selector(text.as_str(), &Dialect::everything()) {
        Ok(it) => Some(it.matchers),
        Err(errors) => {
            for it in errors {
                let at = it.at.bytes();
                sink.push_once(
                    Diagnostic::error("bad-selector", it.message)
                        .within(text, at.start, at.end, "")
                        .help("write an alert's name or a selector: `{severity=\"warning\"}`"),
                );
            }
            None
        }
    }
}

fn is_name(matcher: &Matcher) -> bool {
    matches!(&*matcher.name, "alertname" | METRIC_NAME)
}

fn without_name(matchers: &[Matcher]) -> Vec<LabelMatch> {
    let others = matchers.iter().filter(|it| !is_name(it));
    let matched = |it: &Matcher| LabelMatch {
        name: it.name.clone(),
        op: it.op,
        value: it.value.clone(),
    };
    others.map(matched).collect()
}

/// Says which sides have no alert in any environment.
pub(super) fn check_sides(books: &[Book], sides: &[Vec<Sides>], sink: &mut Sink) {
    let mut all: Vec<(&Inhibit, [bool; 2])> = Vec::new();
    for (book, sides) in books.iter().zip(sides) {
        for (inhibit, found) in book.inhibits.iter().zip(sides) {
            let Some(found) = *found else { continue };
            let place = |it: &Inhibit| it.source.span();
            let known = all.iter_mut().find(|it| place(it.0) == place(inhibit));
            match known {
                Some((_, before)) => {
                    *before = [before[0] || found[0], before[1] || found[1]];
                }
                None => all.push((inhibit, found)),
            }
        }
    }
    for (inhibit, found) in all {
        for (text, found) in [&inhibit.source, &inhibit.target].into_iter().zip(found) {
            if !found {
                sink.push_once(no_alert(text, books));
            }
        }
    }
}

fn no_alert(text: &Text, books: &[Book]) -> Diagnostic {
    let selector = parse_selector(text.as_str(), &Dialect::everything());
    let name = selector.ok().and_then(|it| {
        let name = it.matchers.iter().find(|it| is_name(it) && it.op == MatchOp::Equal);
        name.map(|it| it.value.clone())
    });
    let names: BTreeSet<&str> = books
        .iter()
        .flat_map(|it| &it.groups)
        .flat_map(|it| &it.rules)
        .filter_map(|it| match it {
            crate::rules::group::Rule::Alert(it) => Some(it.name.as_str()),
            crate::rules::group::Rule::Record(_) => None,
        })
        .collect();
    let all = || text.as_str().len();
    match name.filter(|it| !names.contains(&**it)) {
        Some(name) => {
            let title = format!("there is no alert `{name}`");
            let error = Diagnostic::error("unknown-alert", title).within(
                text,
                0,
                all(),
                "no environment has it",
            );
            match suggest::nearest(&name, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("write the name of an alert, as Prometheus sees it"),
            }
        }
        None => Diagnostic::error("unknown-alert", format!("`{text}` selects no alert"))
            .within(text, 0, all(), "in no environment")
            .help("labels are those that the rules set, and those of their results"),
    }
}

fn inhibits_itself(inhibit: &Inhibit) -> Diagnostic {
    let title = "an alert would inhibit itself";
    let Inhibit { source, target, .. } = inhibit;
    Diagnostic::error("inhibits-itself", title)
        .within(target, 0, target.as_str().len(), "all of these are sources too")
        .context(source.span(), "the sources")
        .help("name another target, or narrow one of the two: `{severity=\"warning\"}`")
}

fn never_equal(label: &Text, sides: [bool; 2], inhibit: &Inhibit) -> Diagnostic {
    let (source, target) = (&inhibit.source, &inhibit.target);
    let (why, note) = match sides {
        [false, false] => (
            "neither source nor target has it".to_owned(),
            "a label that both lack is equal: it would not restrict anything",
        ),
        [false, true] => (
            format!("`{source}` cannot have it"),
            "the inhibition would never hold for a target that has it",
        ),
        [true, false] => (
            format!("`{target}` cannot have it"),
            "the inhibition would never hold for a source that has it",
        ),
        [true, true] => (
            "it never has the same value in both".to_owned(),
            "the inhibition would never hold",
        ),
    };
    Diagnostic::error("inhibit-labels", format!("`{label}` cannot be equal"))
        .at(label.span(), why)
        .note(note)
        .help("name labels that both have, or leave `equal` out to have them inferred")
}

/// So many alerts are named in one message.
const MAX_NAMED: usize = 3;

fn unknown_labels(
    inhibit: &Inhibit,
    pairs: &BTreeSet<(usize, usize)>,
    alerts: &[Alerting<'_>],
) -> Diagnostic {
    let name = |it: &usize| alerts[*it].alert.name.as_str();
    let open = |it: &&usize| alerts[**it].telling().is_none();
    let both = pairs.iter().flat_map(|it| [&it.0, &it.1]);
    let open: BTreeSet<&str> = both.filter(open).map(name).collect();
    let targets: BTreeSet<&str> = pairs.iter().map(|it| name(&it.1)).collect();
    let title = format!(
        "`{}` does not inhibit {}",
        inhibit.source,
        suggest::list(targets.iter().copied(), MAX_NAMED)
    );
    let text = &inhibit.target;
    let of = suggest::list(open.iter().copied(), MAX_NAMED);
    Diagnostic::warning("inhibit-labels", title)
        .within(text, 0, text.as_str().len(), format!("which labels {of} has is not known"))
        .context(inhibit.source.span(), "the source")
        .note("an inhibition without them would hide what else is wrong elsewhere")
        .help(
            "name the labels that are to be the same, `equal = [\"instance\"]`, or those of \
             the alert, `per = [\"instance\"]`, or write a test with its series",
        )
}

fn unknown_equal(inhibit: &Inhibit, names: &BTreeSet<&str>) -> Diagnostic {
    let Inhibit { source, target, .. } = inhibit;
    let title = format!("no label is known that `{source}` and `{target}` share");
    let some = suggest::list(names.iter().copied(), MAX_NAMED);
    Diagnostic::error("inhibit-labels", title)
        .within(target, 0, target.as_str().len(), format!("selects {some}"))
        .context(source.span(), "the source")
        .help("say which labels are to be equal: `equal = [\"…\"]`, `[]` for none")
}
