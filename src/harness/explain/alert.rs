//! Why other alerts fire than a test expects.

use crate::diag::source::Span;
use crate::diag::suggest;
use crate::harness::explain::cause::{Asked, Cause, Part};
use crate::harness::explain::pair::{Paired, Thing, pairs, title};
use crate::harness::explain::wanted::Wanted;
use crate::harness::explain::{unseen, values};
use crate::harness::failure::{self, Failure, Field, Reason, Subject, Values};
use crate::harness::plan::RuleIdx;
use crate::harness::result::{State, Timeline};
use crate::harness::run::{Run, Sight};
use crate::harness::words;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::Expr;
use crate::rules::group::{Alert, Rule};

/// Items about which reasons are given.
const MOST: usize = 3;

/// An assertion about the alerts of a name.
#[derive(Clone, Copy, Debug)]
pub struct Asserted<'a> {
    /// The test.
    pub run: &'a Run<'a>,
    /// The name of the alert.
    pub name: &'a str,
    /// The tick at which the assertion is made.
    pub tick: i64,
    /// The time that it names, since the start of the test.
    pub time: i64,
    /// Whether reasons and values are looked for.
    pub deep: bool,
}

/// Explains an assertion that does not hold. `rules` are those of the found alerts.
pub fn explain(
    asserted: &Asserted<'_>,
    expected: &[Thing],
    found: &[Thing],
    rules: &[RuleIdx],
) -> Failure {
    let equal =
        |a: &Thing, b: &Thing| a.labels == b.labels && a.annotations == b.annotations;
    let Paired { pairs, places, n_equal } = pairs(expected, found, &equal);
    let mut failure = Failure {
        subject: Subject::Alerts(asserted.name.to_string()),
        time: asserted.time,
        pairs,
        n_equal,
        ..Failure::default()
    };
    let named = asserted.named();
    if named.is_empty() {
        failure.reasons.push(asserted.no_rule());
        return failure;
    }
    if !asserted.deep {
        return failure;
    }
    let missing: Vec<usize> =
        places.iter().filter(|it| it.1.is_none()).filter_map(|it| it.0).collect();
    for idx in missing.iter().take(MOST) {
        let n_before = failure.reasons.len();
        asserted.missing(&expected[*idx].labels, &named, &mut failure);
        // Of several the reasons say which they are about.
        if 1 < missing.len() {
            let title = title(&expected[*idx]);
            for it in &mut failure.reasons[n_before..] {
                it.text = format!("{title}: {}", it.text);
            }
        }
    }
    let extra: Vec<usize> =
        places.iter().filter(|it| it.0.is_none()).filter_map(|it| it.1).collect();
    for idx in extra.iter().take(MOST) {
        let head = match extra[..] {
            [_] => "this".to_string(),
            _ => words::shown(&found[*idx].labels),
        };
        asserted.extra(&head, &found[*idx].labels, rules[*idx], &mut failure);
    }
    // A number in an annotation is told by what the expression gave.
    if failure.values.is_none() {
        let both = places.iter().zip(&failure.pairs).find_map(|(place, pair)| {
            let rule = rules[place.1?];
            let annotation = |it: &_| asserted.shows_value(rule, it);
            let differing = pair.differences.iter();
            let mut numbers = differing.filter(|it| {
                it.field == Field::Annotation
                    && numbers(it.expected.as_deref()) != numbers(it.found.as_deref())
            });
            numbers.any(|it| annotation(&it.name)).then_some((rule, place.1?))
        });
        if let Some((rule, idx)) = both {
            failure.values = asserted.values(rule, &found[idx].labels, &[]);
        }
    }
    failure::once(&mut failure.reasons);
    failure
}

/// The words of a text that hold digits.
fn numbers(text: Option<&str>) -> Vec<&str> {
    let words =
        text.unwrap_or_default().split(|it: char| !it.is_alphanumeric() && it != '.');
    words.filter(|it| it.contains(|it: char| it.is_ascii_digit())).collect()
}

impl<'a> Asserted<'a> {
    /// The rules of the alert.
    pub fn named(&self) -> Vec<RuleIdx> {
        let slots = self.run.plan().slots.iter().enumerate();
        let named = slots.filter(|(_, it)| {
            matches!(it.rule, Rule::Alert(alert) if alert.name.as_str() == self.name)
        });
        named.map(|it| it.0).collect()
    }

    fn no_rule(&self) -> Reason {
        let slots = &self.run.plan().slots;
        let alerts = slots.iter().filter(|it| matches!(it.rule, Rule::Alert(_)));
        let near = suggest::nearest(self.name, alerts.map(|it| it.name()));
        let text = match near {
            Some(near) => {
                format!("no rule has the alert name `{}`; one has `{near}`", self.name)
            }
            None => format!("no rule has the alert name `{}`", self.name),
        };
        Reason { text, span: None }
    }

    fn alert(&self, rule: RuleIdx) -> &'a Alert {
        match self.run.plan().slots[rule].rule {
            Rule::Alert(alert) => alert,
            Rule::Record(_) => unreachable!("rules of alerts only"),
        }
    }

    fn timelines(&self, rule: RuleIdx) -> impl Iterator<Item = &'a Timeline> {
        let all = self.run.alerts.iter().filter(move |it| it.rule_idx == rule);
        all.flat_map(|it| &it.timelines)
    }

    fn since(&self, at: i64) -> String {
        words::time(at - self.run.setup().start)
    }

    fn shows_value(&self, rule: RuleIdx, annotation: &str) -> bool {
        self.alert(rule).annotations.iter().any(|it| {
            it.name.as_str() == annotation && it.value.as_str().contains("$value")
        })
    }

    /// Nothing found out yet.
    fn nothing(&self) -> Failure {
        let subject = Subject::Alerts(self.name.to_string());
        Failure { subject, time: self.time, ..Failure::default() }
    }

    /// Why no rule of the name has an alert with these labels that fires.
    pub fn why_missing(&self, labels: &Labels) -> Failure {
        let mut failure = self.nothing();
        match &self.named()[..] {
            [] => failure.reasons.push(self.no_rule()),
            named => self.missing(labels, named, &mut failure),
        }
        failure::once(&mut failure.reasons);
        failure
    }

    /// Why an alert of a rule with these labels, as far as they are known, does not fire.
    pub fn why_not(&self, labels: &Labels, rule: RuleIdx) -> Failure {
        let mut failure = self.nothing();
        match self.timelines(rule).find(|it| it.labels == *labels) {
            Some(it) if it.state_at(self.tick) == Some(State::Pending) => {
                failure.reasons.push(self.pending(rule, it, "it is pending"));
            }
            _ => self.blank(labels, rule, &mut failure),
        }
        failure::once(&mut failure.reasons);
        failure
    }

    /// Why an alert fires, or is pending; `head` is what it is called.
    pub fn why(&self, head: &str, labels: &Labels, rule: RuleIdx) -> Failure {
        let mut failure = self.nothing();
        match self.timelines(rule).find(|it| it.labels == *labels) {
            Some(it) if it.state_at(self.tick) == Some(State::Pending) => {
                let head = format!("{head} is pending");
                failure.reasons.push(self.pending(rule, it, &head));
                failure.values = self.values(rule, labels, &[]);
            }
            // Of one that fires as its condition begins to hold there is nothing to say.
            Some(it) if self.is_prompt(rule, it) => {
                failure.values = self.values(rule, labels, &[]);
            }
            _ => self.extra(head, labels, rule, &mut failure),
        }
        failure::once(&mut failure.reasons);
        failure
    }

    /// Whether an alert fires since the tick, and waited for nothing.
    fn is_prompt(&self, rule: RuleIdx, timeline: &Timeline) -> bool {
        let here = timeline.stretch_at(self.tick);
        let begins = here.is_some_and(|it| it.from == self.tick);
        begins && self.alert(rule).hold.value.0 == 0
    }

    /// Why a part of a rule's expression has no sample.
    pub fn why_lacking(&self, rule: RuleIdx, part: &'a Expr) -> Failure {
        let mut failure = self.nothing();
        if unseen::is_blurred(self.run.plan(), rule) {
            return failure;
        }
        let asked = self.asked(rule, Wanted::new());
        let mut cause = Cause::default();
        if asked.is_empty(part) {
            asked.follow(part, &mut cause);
        }
        failure.reasons = cause.reasons;
        failure::once(&mut failure.reasons);
        failure
    }

    fn missing(&self, labels: &Labels, named: &[RuleIdx], failure: &mut Failure) {
        // The rules whose own labels the alert can have, or else all.
        let may = |rule: &&RuleIdx| {
            let own = self.run.plan().slots[**rule].labels();
            own.iter()
                .all(|(name, value)| value.contains("{{") || labels.get(name) == &**value)
        };
        let mut rules: Vec<RuleIdx> = named.iter().filter(may).copied().collect();
        if rules.is_empty() {
            rules = named.to_vec();
        }
        for rule in rules.into_iter().take(MOST) {
            self.silent(labels, rule, failure);
        }
    }

    /// Why an alert of a rule does not fire.
    fn silent(&self, labels: &Labels, rule: RuleIdx, failure: &mut Failure) {
        let mut timelines = self.timelines(rule);
        let same = timelines.find(|it| it.labels == *labels);
        let pending = |it: &&Timeline| it.state_at(self.tick) == Some(State::Pending);
        if let Some(timeline) = same.filter(pending) {
            failure.reasons.push(self.pending(rule, timeline, "it is pending"));
            failure.values = self.values(rule, &timeline.labels, &[]);
            return;
        }
        if same.is_some_and(|it| it.state_at(self.tick) == Some(State::Firing)) {
            let text = "it fires once, and is expected more often".to_string();
            return failure.reasons.push(Reason { text, span: None });
        }
        if let Some(timeline) = same.filter(|it| !it.stretches.is_empty()) {
            let did = words::did(timeline, self.run.setup().start);
            failure.reasons.push(Reason { text: format!("it was {did}"), span: None });
        }
        self.blank(labels, rule, failure);
    }

    /// Why the expression of a rule gives nothing with these labels, or why that does not
    /// fire yet.
    fn blank(&self, labels: &Labels, rule: RuleIdx, failure: &mut Failure) {
        if unseen::is_blurred(self.run.plan(), rule) {
            return;
        }
        let wanted = self.wanted(rule, labels);
        let pending = |it: &&Timeline| it.state_at(self.tick) == Some(State::Pending);
        let asked = self.asked(rule, wanted);
        let root = &asked.whole.expr;
        if asked.samples(root).is_some_and(|it| !it.is_empty()) {
            // The condition holds: the alert is there with other labels, or not yet.
            for timeline in self.timelines(rule).filter(pending).take(MOST) {
                let name = words::shown(&timeline.labels);
                let head = format!("{name} is pending");
                failure.reasons.push(self.pending(rule, timeline, &head));
            }
            failure.values = self.values(rule, labels, &[]);
            return;
        }
        let cause = asked.cause();
        failure.reasons.extend(cause.reasons);
        failure.reasons.extend(unseen::reasons(&asked));
        if failure.values.is_none() {
            failure.values = self.values(rule, labels, &cause.look_at);
        }
    }

    fn pending(&self, rule: RuleIdx, timeline: &Timeline, head: &str) -> Reason {
        let alert = self.alert(rule);
        let hold = alert.hold.value;
        let here = timeline.stretch_at(self.tick);
        let active = here.map_or(self.tick, |it| it.active_at);
        let step = self.run.setup().ticks(self.run.plan().slots[rule].group).step;
        let due = self.since(active + (hold.0 + step - 1) / step * step);
        let fires = timeline
            .stretches
            .iter()
            .find(|it| it.state == State::Firing && it.active_at == active);
        // What comes after the last tick of the test nobody knows.
        let then = match (fires, here.and_then(|it| it.to)) {
            (Some(fires), _) => {
                format!("with `for: {hold}` it fires at {}", self.since(fires.from))
            }
            (None, Some(end)) => format!(
                "with `for: {hold}` it would fire at {due}, but it ends at {}",
                self.since(end)
            ),
            (None, None) => {
                format!("with `for: {hold}` it fires at {due} at the earliest")
            }
        };
        let text = format!("{head} since {}; {then}", self.since(active));
        let span: Option<Span> = alert.hold.defined_by.last().copied();
        Reason { text, span: span.or(Some(alert.span)) }
    }

    /// Why an alert fires that nobody expects.
    fn extra(&self, head: &str, labels: &Labels, rule: RuleIdx, failure: &mut Failure) {
        let alert = self.alert(rule);
        let timeline = self.timelines(rule).find(|it| it.labels == *labels);
        let Some(stretch) = timeline.and_then(|it| it.stretch_at(self.tick)) else {
            return;
        };
        let (from, active) = (self.since(stretch.from), self.since(stretch.active_at));
        let mut text = match alert.hold.value.0 {
            0 => format!("{head} fires since {from}"),
            _ => format!(
                "{head} fires since {from}: active since {active}, and `for` is {}",
                alert.hold.value
            ),
        };
        let point = timeline.and_then(|it| it.point_at(self.tick)).map(|it| it.tick);
        if let Some(last) = point.filter(|it| *it < self.tick) {
            text.push_str(&format!(
                "; its condition held until {}, `keep_firing_for` is {}",
                self.since(last),
                alert.keep_firing_for.value
            ));
        }
        failure.reasons.push(Reason { text, span: Some(alert.span) });
        let asked = self.asked(rule, self.wanted(rule, labels));
        failure.reasons.extend(unseen::reasons(&asked));
        if failure.values.is_none() {
            failure.values = self.values(rule, labels, &[]);
        }
    }

    /// The labels of an alert that its expression gives.
    fn wanted(&self, rule: RuleIdx, labels: &Labels) -> Wanted {
        let own = self.run.plan().slots[rule].labels();
        let given =
            |name: &str| name != "alertname" && own.iter().all(|it| &*it.0 != name);
        labels.iter().filter(|it| given(&it.0)).cloned().collect()
    }

    fn asked(&self, rule: RuleIdx, wanted: Wanted) -> Asked<'a> {
        let slot = &self.run.plan().slots[rule];
        Asked {
            run: self.run,
            whole: slot.expr(),
            text: slot.expr_text(),
            time: self.tick - slot.offset,
            sight: Some(Sight { tick: self.tick, rule }),
            wanted,
            depth: 0,
        }
    }

    /// Values of some parts of a rule's expression, or of the whole.
    fn values(
        &self,
        rule: RuleIdx,
        labels: &Labels,
        parts: &[Part<'_>],
    ) -> Option<Values> {
        if unseen::is_blurred(self.run.plan(), rule) {
            return None;
        }
        let wanted = self.wanted(rule, labels);
        let asked = self.asked(rule, wanted);
        let slot = &self.run.plan().slots[rule];
        let ticks = self.run.setup().ticks(slot.group);
        let whole =
            Part { whole: asked.whole, text: asked.text, expr: &asked.whole.expr };
        let parts = if parts.is_empty() { &[whole][..] } else { parts };
        values::around(&asked, parts, ticks, self.tick, slot.offset)
    }
}
