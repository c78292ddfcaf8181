//! Which labels the alerts of each rule carry.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::source::Span;
use crate::promql::infer::{ByName, Fact, LabelFacts, Presence};
use crate::resolve::known::{self, Known, Series, is_template};
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group, Pair};
use crate::template;
use crate::template::usage;

/// An alerting rule, and what is known of the labels of its alerts.
#[derive(Debug)]
pub(super) struct Alerting<'a> {
    /// The rule.
    pub(super) alert: &'a Alert,
    /// Its name, which is asked for of all of them again and again.
    pub(super) name: &'a str,
    /// Its severity, where it is certain.
    severity: Option<&'a str>,
    group: &'a Group,
    /// What its alerts carry, `alertname` and external labels left out.
    pub(super) facts: LabelFacts,
    /// The same as far as tests and expressions show it, without what targets have; `None`
    /// where tests were not asked.
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

/// What tells the alerts of one definition from each other: the service, and the values of
/// `each`.
pub(super) type Key<'a> = (Span, Option<&'a str>, Vec<&'a str>);

/// All by which alerts may differ besides their names: what is known of their labels, in two
/// ways, those that the rules set, and those of `per`.
pub(super) type Kind<'k> =
    (Facts<'k>, Option<Facts<'k>>, Vec<(&'k str, Option<&'k str>)>, Option<Vec<&'k str>>);

/// Whether there are no other labels, and what is known.
type Facts<'k> = (bool, &'k ByName);

impl<'a> Alerting<'a> {
    fn of(
        group: &'a Group,
        alert: &'a Alert,
        facts: LabelFacts,
        shown: Option<LabelFacts>,
    ) -> Self {
        let (name, severity) = (alert.name.as_str(), severity(group, alert));
        Alerting { alert, name, severity, group, facts, shown }
    }

    #[cfg(test)]
    pub(super) fn with(group: &'a Group, alert: &'a Alert, facts: LabelFacts) -> Self {
        Alerting::of(group, alert, facts, None)
    }

    /// Whether it stands in a rule file of others.
    pub(super) fn is_of_others(&self) -> bool {
        !self.group.file.ends_with(".toml")
    }

    /// The value that the rule itself gives a label, as written.
    pub(super) fn set(&self, name: &str) -> Option<&'a str> {
        set_to(self.group, self.alert, name)
    }

    /// Labels that the rule itself sets.
    pub(super) fn set_names(&self) -> impl Iterator<Item = &'a str> {
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
        if let Some(per) = per(self.alert) {
            return Some(per.collect());
        }
        let shown = self.shown.as_ref().unwrap_or(&self.facts);
        let there = shown.known.iter().filter(|it| it.1.presence != Presence::Never);
        shown.closed.then(|| there.map(|it| &**it.0).collect())
    }

    /// The same of all that can be known: what tiers of one alert have in common.
    pub(super) fn having(&self) -> Option<BTreeSet<&str>> {
        match per(self.alert) {
            Some(per) => Some(per.collect()),
            None => self.facts.closed.then(|| self.names().collect()),
        }
    }

    /// What it has in common with many others.
    pub(super) fn kind(&self) -> Kind<'_> {
        fn facts(it: &LabelFacts) -> Facts<'_> {
            (it.closed, &it.known)
        }
        (
            facts(&self.facts),
            self.shown.as_ref().map(facts),
            self.set_names().map(|name| (name, self.set(name))).collect(),
            per(self.alert).map(Iterator::collect),
        )
    }

    /// What its definition and service are.
    pub(super) fn key(&self) -> Key<'a> {
        let about = self.alert.about.as_ref();
        let job = about.and_then(|it| it.job.as_deref());
        let each = about.into_iter().flat_map(|it| &it.each).map(|it| it.as_str());
        (self.alert.span, job, each.collect())
    }

    /// The severity, where it is certain.
    pub(super) fn severity(&self) -> Option<&'a str> {
        self.severity
    }

    /// Whether the rule sets a label, to whatever text.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.set(name).is_some()
    }

    /// How a label is in its alerts and in those of another rule.
    pub(super) fn relation(&self, other: &Alerting<'_>, name: &str) -> Relation {
        match (self.set(name), other.set(name)) {
            (Some(a), Some(b)) if a != b => Relation::Apart,
            (Some("") | None, Some("") | None) => {
                of_facts(self.facts.look(name), other.facts.look(name))
            }
            (Some(a), Some(_)) if !is_template(a) || reads_labels_only(a) => {
                Relation::Same
            }
            (Some(_), _) | (_, Some(_)) => Relation::Apart,
        }
    }

    /// The metrics of its expression of whose labels nothing is known.
    pub(super) fn unknown_metrics(&self, known: &Known<'_>) -> BTreeSet<Arc<str>> {
        let selectors = self.alert.expr.parsed.expr.selectors();
        let names = selectors.iter().filter_map(|it| it.1.name.clone());
        names.filter(|it| known.metric(it).is_none()).collect()
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

/// The labels of its results that a template reads; `None` where these cannot be told.
pub(super) fn reads(text: &str) -> Option<BTreeSet<String>> {
    let usage = usage::usage(&template::parse("", text).ok()?);
    let names = usage.labels.into_iter().map(|it| it.name);
    usage.all_labels.is_empty().then(|| names.collect())
}

/// Whether a template gives the same for the same labels.
pub(super) fn reads_labels_only(text: &str) -> bool {
    let Ok(template) = template::parse("", text) else { return false };
    let usage = usage::usage(&template);
    usage.values.is_empty() && usage.queries.is_empty()
}

/// The labels of `per`.
pub(super) fn per(alert: &Alert) -> Option<impl Iterator<Item = &str>> {
    let per = alert.about.as_ref()?.per.as_ref()?;
    Some(per.iter().map(|it| it.as_str()))
}

/// What the rules of a book tell by themselves of its alerts.
#[derive(Debug)]
pub struct Told<'a> {
    pub(super) book: &'a Book,
    /// `None` where nobody asks: what alerts carry is dear to infer.
    pub(super) rules: Option<Rules<'a>>,
}

/// What the rules tell of metrics, and of the alerts of each alerting rule, in order.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    metrics: Known<'a>,
    pub(super) alerts: Vec<(&'a Group, &'a Alert, LabelFacts)>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(book: &'a Book) -> Rules<'a> {
        let metrics = Known::of_rules(book);
        let told = |(group, alert)| (group, alert, metrics.carried(group, alert));
        let alerts: Vec<(&Group, &Alert)> = alerts(book).collect();
        let alerts = alerts.into_par_iter().map(told).collect();
        Rules { metrics, alerts }
    }
}

/// What there is to know of the metrics of a book.
#[derive(Debug)]
pub(super) struct Knowledge<'a> {
    rules: Known<'a>,
    /// With all labels of targets, and without.
    tests: Option<[Known<'a>; 2]>,
}

impl<'a> Knowledge<'a> {
    /// What rules and tests tell of the metrics of a book, and its alerting rules, in order,
    /// with what is known of each.
    pub(super) fn new(
        book: &'a Book,
        rules: Rules<'a>,
        series: &'a Series,
    ) -> (Knowledge<'a>, Vec<Alerting<'a>>) {
        let tests = (!series.is_empty()).then(|| {
            let asked = known::asked(book);
            [true, false].map(|it| Known::with_series(book, series, &asked, it))
        });
        let Rules { metrics, alerts } = rules;
        let knowledge = Knowledge { rules: metrics, tests };
        let alerting = |(group, alert, own)| knowledge.alerting(group, alert, own);
        let alerts = alerts.into_par_iter().map(alerting).collect();
        (knowledge, alerts)
    }

    /// Of metrics.
    pub(super) fn metrics(&self) -> &Known<'a> {
        self.tests.as_ref().map_or(&self.rules, |it| &it[0])
    }

    /// Tests are asked only where the rules alone do not tell: what is known of an alert
    /// depends on no other alert's need for them.
    fn alerting(
        &self,
        group: &'a Group,
        alert: &'a Alert,
        own: LabelFacts,
    ) -> Alerting<'a> {
        let of = |known: &Known<'a>| known.carried(group, alert);
        let (facts, shown) = match &self.tests {
            Some([targets, shown]) if is_open(alert, &own) => {
                (of(targets), Some(of(shown)))
            }
            _ => (own, None),
        };
        Alerting::of(group, alert, facts, shown)
    }
}

/// Whether an alert may have labels of which its rules, which tell this, say nothing.
pub(super) fn is_open(alert: &Alert, told: &LabelFacts) -> bool {
    per(alert).is_none() && !told.closed
}

/// The alerting rules of a book with their groups, in order.
pub(super) fn alerts(book: &Book) -> impl Iterator<Item = (&Group, &Alert)> {
    let rules = book.groups.iter().flat_map(|group| {
        let pair = move |it| (group, it);
        group.rules.iter().map(pair)
    });
    rules.filter_map(|(group, it)| Some((group, it.as_alert()?)))
}
