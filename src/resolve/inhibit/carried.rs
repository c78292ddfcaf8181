//! Which labels the alerts of each rule carry.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::promql::infer::{self, Fact, LabelFacts, Presence};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::Matcher;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group, Pair, Record, Rule};
use crate::template;
use crate::template::usage;

/// Label names of series by the name of their metric, as tests show them.
pub type Series = BTreeMap<String, BTreeSet<String>>;

/// Labels that targets have, whatever their series show: those that Prometheus and the
/// operator's monitors attach. Tests leave them out.
const OF_TARGETS: &[&str] =
    &["container", "endpoint", "instance", "job", "namespace", "pod", "service"];

/// An alerting rule, and what is known of the labels of its alerts.
#[derive(Debug)]
pub(super) struct Alerting<'a> {
    /// The rule.
    pub(super) alert: &'a Alert,
    group: &'a Group,
    /// What its alerts carry, `alertname` and external labels left out.
    pub(super) facts: LabelFacts,
    /// The same as far as tests and expressions show it, without what targets have, where
    /// that is something else.
    shown: Option<LabelFacts>,
}

/// The value that an alerting rule itself gives a label, as written.
fn set_to<'a>(group: &'a Group, alert: &'a Alert, name: &str) -> Option<&'a str> {
    let named = |it: &&Pair| it.name.as_str() == name;
    let own = alert.labels.iter().find(named);
    let it = own.or_else(|| group.labels.iter().find(named))?;
    Some(it.value.as_str())
}

/// The severity of an alerting rule, where it is certain.
pub(super) fn severity<'a>(group: &'a Group, alert: &'a Alert) -> Option<&'a str> {
    set_to(group, alert, "severity").filter(|it| !is_template(it))
}

/// How a label is in the alerts of two rules that are about the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Both have it, or lack it, with the same value.
    Same,
    /// It may differ, or only one has it.
    Apart,
    /// Neither has it.
    Neither,
}

impl<'a> Alerting<'a> {
    /// The value that the rule itself gives a label, as written.
    fn set(&self, name: &str) -> Option<&'a str> {
        set_to(self.group, self.alert, name)
    }

    /// Labels that the rule itself sets.
    fn set_names(&self) -> impl Iterator<Item = &'a str> {
        self.alert.labels.iter().chain(&self.group.labels).map(|it| it.name.as_str())
    }

    /// The names of all labels of which something is known that lets them occur.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let known = self.facts.known.iter();
        known.filter(|it| it.1.presence != Presence::Never).map(|it| &**it.0)
    }

    /// The labels that tell its alerts from each other: those of `per`, or all that are
    /// known; `None` where there may be others.
    pub(super) fn telling(&self) -> Option<BTreeSet<&str>> {
        if let Some(per) = self.alert.about.as_ref().and_then(|it| it.per.as_ref()) {
            return Some(per.iter().map(|it| it.as_str()).collect());
        }
        let shown = self.shown.as_ref().unwrap_or(&self.facts);
        let known = shown.known.iter();
        let there = known.filter(|it| it.1.presence != Presence::Never);
        shown.closed.then(|| there.map(|it| &**it.0).collect())
    }

    /// The severity, where it is certain.
    pub(super) fn severity(&self) -> Option<&'a str> {
        severity(self.group, self.alert)
    }

    /// Whether the rule sets a label, and always to this text.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.set(name).is_some()
    }

    /// How a label is in its alerts and in those of another rule.
    pub(super) fn relation(&self, other: &Alerting<'_>, name: &str) -> Relation {
        match (self.set(name), other.set(name)) {
            (Some(a), Some(b)) if a != b => Relation::Apart,
            (Some("") | None, Some("") | None) => {
                of_facts(&self.facts.get(name), &other.facts.get(name))
            }
            (Some(a), Some(_)) if !is_template(a) || reads_labels_only(a) => {
                Relation::Same
            }
            (Some(_), _) | (_, Some(_)) => Relation::Apart,
        }
    }

    /// Whether some alert of it can satisfy all matchers on its labels.
    pub(super) fn may_match(&self, matchers: &[Matcher]) -> bool {
        matchers.iter().all(|matcher| {
            let test = Matchers::new(std::slice::from_ref(matcher));
            let holds = |value: &str| test.hold_for(value);
            if matches!(&*matcher.name, "alertname" | METRIC_NAME) {
                return holds(self.alert.name.as_str());
            }
            let Fact { presence, values } = self.facts.get(&matcher.name);
            let empty = presence != Presence::Always && holds("");
            let other = presence != Presence::Never
                && values.is_none_or(|it| it.iter().any(|it| holds(it)));
            empty || other
        })
    }

    /// The metrics of its expression of whose labels nothing is known.
    pub(super) fn unknown_metrics(&self, known: &Known<'_>) -> BTreeSet<Arc<str>> {
        let selectors = self.alert.expr.parsed.expr.selectors();
        let names = selectors.iter().filter_map(|it| it.1.name.clone());
        names.filter(|it| known.metric(it, true).is_none()).collect()
    }
}

fn of_facts(a: &Fact, b: &Fact) -> Relation {
    match (a.presence, b.presence) {
        (Presence::Never, Presence::Never) => Relation::Neither,
        (Presence::Never, _) | (_, Presence::Never) => Relation::Apart,
        (_, _) => match (&a.values, &b.values) {
            (Some(a), Some(b)) if !a.iter().any(|it| b.contains(it)) => Relation::Apart,
            (_, _) => Relation::Same,
        },
    }
}

fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Whether a template gives the same for the same labels.
fn reads_labels_only(text: &str) -> bool {
    let Ok(template) = template::parse("", text) else { return false };
    let usage = usage::usage(&template);
    usage.values.is_empty() && usage.queries.is_empty()
}

/// What is known of metrics.
#[derive(Debug)]
pub(super) struct Known<'a> {
    recorded: [HashMap<&'a str, LabelFacts>; 2],
    series: &'a Series,
}

/// Records of records of records: what is not known after so many rounds stays unknown.
const ROUNDS: usize = 8;

impl<'a> Known<'a> {
    /// What the records of a book and the series of tests tell.
    pub(super) fn new(book: &'a Book, series: &'a Series) -> Known<'a> {
        let mut known = Known { recorded: [HashMap::new(), HashMap::new()], series };
        let records: Vec<(&Record, &Group)> = book
            .groups
            .iter()
            .flat_map(|group| group.rules.iter().map(move |it| (it, group)))
            .filter_map(|(rule, group)| match rule {
                Rule::Record(it) => Some((it, group)),
                Rule::Alert(_) => None,
            })
            .collect();
        for of_targets in [false, true] {
            for _ in 0..ROUNDS {
                let next = known.round(&records, of_targets);
                let is_settled = next == known.recorded[usize::from(of_targets)];
                known.recorded[usize::from(of_targets)] = next;
                if is_settled {
                    break;
                }
            }
        }
        known
    }

    /// What holds of records, given what is known already: it holds for any data, so the
    /// next round's does too.
    fn round(
        &self,
        records: &[(&'a Record, &Group)],
        of_targets: bool,
    ) -> HashMap<&'a str, LabelFacts> {
        let mut out: HashMap<&str, LabelFacts> = HashMap::new();
        for (record, group) in records {
            let mut facts = self.labels(&record.expr.parsed.expr, of_targets);
            set(&mut facts, &group.labels);
            set(&mut facts, &record.labels);
            facts.set(&Symbol::from(METRIC_NAME), Fact::ALWAYS);
            let name = record.name.as_str();
            let facts = match out.get(name) {
                Some(other) => other.or(&facts),
                None => facts,
            };
            out.insert(name, facts);
        }
        out
    }

    fn labels(
        &self,
        expr: &crate::promql::syntax::ast::Expr,
        of_targets: bool,
    ) -> LabelFacts {
        infer::labels_with(expr, &|name| self.metric(name, of_targets))
    }

    /// What is known of a metric; `of_targets`: with what its targets have.
    fn metric(&self, name: &str, of_targets: bool) -> Option<LabelFacts> {
        if let Some(it) = self.recorded[usize::from(of_targets)].get(name) {
            return Some(it.clone());
        }
        let names = self.series.get(name)?;
        let mut facts = LabelFacts::none();
        let targets = OF_TARGETS.iter().copied().filter(|_| of_targets);
        for name in names.iter().map(String::as_str).chain(targets) {
            facts.set(&Symbol::from(name), Fact::UNKNOWN);
        }
        facts.set(&Symbol::from(METRIC_NAME), Fact::ALWAYS);
        Some(facts)
    }

    /// All alerting rules of a book, in order.
    pub(super) fn alerts(&self, book: &'a Book) -> Vec<Alerting<'a>> {
        let alerts: Vec<(&Group, &Alert)> = alerts(book).collect();
        let alerting = |(group, alert): (&'a Group, &'a Alert)| {
            let facts = self.carried(group, alert, true);
            let differs =
                self.shows_other(alert).then(|| self.carried(group, alert, false));
            let shown = differs.filter(|it| *it != facts);
            Alerting { alert, group, facts, shown }
        };
        alerts.into_par_iter().map(alerting).collect()
    }

    /// Whether more is known of a metric of an alert with what its targets have.
    fn shows_other(&self, alert: &Alert) -> bool {
        let [shown, whole] = &self.recorded;
        let differs = |name: &str| {
            self.series.contains_key(name) || shown.get(name) != whole.get(name)
        };
        let selectors = alert.expr.parsed.expr.selectors();
        selectors.iter().any(|it| infer::metric(it.1).is_some_and(|it| differs(it)))
    }

    /// Whether all labels of an alert are known.
    pub(super) fn is_closed(&self, group: &Group, alert: &Alert) -> bool {
        self.carried(group, alert, true).closed
    }

    fn carried(&self, group: &Group, alert: &Alert, of_targets: bool) -> LabelFacts {
        let mut facts = self.labels(&alert.expr.parsed.expr, of_targets);
        facts.remove(METRIC_NAME);
        set(&mut facts, &group.labels);
        set(&mut facts, &alert.labels);
        facts.remove("alertname");
        facts
    }
}

/// The alerting rules of a book with their groups, in order.
pub(super) fn alerts(book: &Book) -> impl Iterator<Item = (&Group, &Alert)> {
    let rules = book.groups.iter().flat_map(|group| {
        let pair = move |it| (group, it);
        group.rules.iter().map(pair)
    });
    rules.filter_map(|(group, it)| match it {
        Rule::Alert(it) => Some((group, it)),
        Rule::Record(_) => None,
    })
}

/// Puts what rules set over what their results have.
fn set(facts: &mut LabelFacts, labels: &[Pair]) {
    for it in labels {
        let value = it.value.as_str();
        let fact = match is_template(value) {
            true => Fact::UNKNOWN,
            false => Fact::one_of([Symbol::from(value)]),
        };
        facts.set(&Symbol::from(it.name.as_str()), fact);
    }
}

/// Labels that the rules of some alerts set, in any of them.
pub(super) fn set_by_any<'a>(alerts: &[&Alerting<'a>]) -> BTreeSet<&'a str> {
    alerts.iter().flat_map(|it| it.set_names()).collect()
}
