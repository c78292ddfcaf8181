//! Why alerts did something else than a test expects: what their rules compared, and the
//! reasons that are found at the first tick that differs.

use crate::case::native::ready::AlertSelector;
use crate::diag::diagnostic::Diagnostic;
use crate::harness::explain::alert::Asserted;
use crate::harness::failure::Failure;
use crate::harness::native::compared::{self, Miss};
use crate::harness::native::judge::Judge;
use crate::harness::native::{nan, select};
use crate::harness::plan::RuleIdx;
use crate::harness::result::Timeline;
use crate::harness::words::{self, number};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};

/// Failures of one test for which reasons are looked for: nobody reads more.
const EXPLAINED: usize = 50;

/// A message, and why it is so.
type Explained = (Diagnostic, Option<Failure>);

impl<'a> Judge<'a> {
    /// A question about the alerts of a name at a tick.
    pub(super) fn asserted<'n>(&self, name: &'n str, tick: i64) -> Asserted<'n>
    where
        'a: 'n,
    {
        let time = tick - self.ready.start;
        Asserted { run: self.run, name, tick, time, deep: true }
    }

    /// Whether reasons are looked for.
    pub(super) fn is_deep(&self) -> bool {
        self.n_failed < EXPLAINED
    }

    /// Why an alert does not fire, or is not pending, at a tick.
    pub(super) fn not_there(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        timeline: &Timeline,
        tick: i64,
    ) -> Explained {
        let before = diagnostic.labels.len();
        let diagnostic = self.values_at(diagnostic, rule, tick, timeline);
        let asserted = self.asserted(self.alert(rule).name.as_str(), tick);
        let failure = self.is_deep().then(|| asserted.why_not(&timeline.labels, rule));
        self.explained(diagnostic, rule, failure, before)
    }

    /// Why an alert fires, or is pending, at a tick.
    pub(super) fn there(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        timeline: &Timeline,
        tick: i64,
    ) -> Explained {
        let before = diagnostic.labels.len();
        // What keeps firing is no longer compared.
        let is_compared = timeline.point_at(tick).is_some_and(|it| it.tick == tick);
        let diagnostic = match is_compared {
            true => self.values_at(diagnostic, rule, tick, timeline),
            false => diagnostic,
        };
        let asserted = self.asserted(self.alert(rule).name.as_str(), tick);
        let failure = self.is_deep().then(|| asserted.why("it", &timeline.labels, rule));
        self.explained(diagnostic, rule, failure, before)
    }

    /// Why no alert that a selector selects is there at a tick; `alone` is whether the rule
    /// never has another one either.
    pub(super) fn never_there(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        selector: &AlertSelector,
        tick: i64,
        alone: bool,
    ) -> Explained {
        let before = diagnostic.labels.len();
        let diagnostic = match alone {
            true => self.nearest(diagnostic, rule),
            false => diagnostic,
        };
        let equal = selector.matchers.iter().filter(|it| select::is_equality(it));
        let equal = equal.map(|it| (it.name.clone(), it.value.clone()));
        let labels = Labels::from_pairs(equal.collect::<Vec<(Symbol, Symbol)>>());
        let asserted = self.asserted(self.alert(rule).name.as_str(), tick);
        let failure = self.is_deep().then(|| asserted.why_not(&labels, rule));
        self.explained(diagnostic, rule, failure, before)
    }

    /// Takes out of reasons what the message says already, by labels from `before` on.
    fn explained(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        failure: Option<Failure>,
        before: usize,
    ) -> Explained {
        let Some(mut failure) = failure else { return (diagnostic, None) };
        let told = &diagnostic.labels[before..];
        failure.reasons.retain(|it| told.iter().all(|told| Some(told.span) != it.span));
        if !told.is_empty() {
            failure.values = None;
        }
        let alert = Some(self.alert(rule).span);
        for it in failure.reasons.iter_mut().filter(|it| it.span == alert) {
            it.span = None;
        }
        (diagnostic, Some(failure))
    }

    /// Adds what the alert compared at a tick.
    fn values_at(
        &self,
        mut diagnostic: Diagnostic,
        rule: RuleIdx,
        tick: i64,
        timeline: &Timeline,
    ) -> Diagnostic {
        let misses = compared::misses(self.asked(rule), Some(tick));
        for miss in misses {
            // Of several series the one that the alert is about.
            let all = &timeline.labels;
            let same = miss.labels.iter().all(|it| match &*it.0 {
                METRIC_NAME => true,
                name => all.symbol(name).is_none_or(|value| *value == it.1),
            });
            if same {
                diagnostic = self.miss(diagnostic, rule, &miss, "at");
            }
        }
        diagnostic
    }

    /// Adds how near a silent alert came.
    pub(super) fn nearest(
        &self,
        mut diagnostic: Diagnostic,
        rule: RuleIdx,
    ) -> Diagnostic {
        for miss in compared::misses(self.asked(rule), None) {
            diagnostic = self.miss(diagnostic, rule, &miss, "nearest at");
        }
        diagnostic
    }

    fn miss(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        miss: &Miss,
        when: &str,
    ) -> Diagnostic {
        let alert = self.alert(rule);
        let at = miss.at.bytes();
        let place = alert.expr.text.place(at.start, at.end).span;
        let time = words::time(miss.tick - self.ready.start);
        let (value, limit) = (number(miss.value), number(miss.limit));
        let op = miss.op.as_str();
        let diagnostic =
            diagnostic.context(place, format!("{when} {time}: {value} {op} {limit}"));
        if !miss.value.is_nan() && !miss.limit.is_nan() {
            return diagnostic;
        }
        match nan::origin(self.asked(rule), &alert.expr.text, miss.tick) {
            Some((span, why)) => diagnostic.context(span, why),
            None => diagnostic,
        }
    }
}
