//! Which moments of a native test stand for its time lines.
//!
//! Where a state begins and ends: that tick and the one before. Where an alert must stay
//! silent: the end, the tick at which it came nearest, and the one at which it was
//! pending for longest.

use std::collections::BTreeSet;

use crate::case::exported::LeftOut;
use crate::case::native::ready::{Expectation, Ready};
use crate::case::native::timeline::{Phase, State, TimeLine};
use crate::diag::source::Span;
use crate::harness::native::compared::{self, Asked};
use crate::harness::native::select;
use crate::harness::plan::RuleIdx;
use crate::harness::reads::ALERTS;
use crate::harness::result::{self, Ticks, Timeline};
use crate::harness::run::Run;
use crate::harness::words;
use crate::promql::labels::quote;
use crate::promql::value::Sample;
use crate::rules::group::Alert;

/// A test with so few ticks is asked about all of them.
const FEW: usize = 6;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    /// The alerts of a name that fire.
    Firing(String),
    /// What an expression gives.
    Result(String),
}

/// A question about a moment.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Milliseconds from the test's start.
    pub(super) time: i64,
    /// What is asked.
    pub(super) ask: Ask,
    /// Where the native test says it.
    span: Span,
}

impl Question {
    /// It cannot be asked.
    pub(super) fn left_out(&self, why: &str) -> LeftOut {
        let time = words::time(self.time);
        let what = match &self.ask {
            Ask::Firing(name) => format!("`{name}` at {time}"),
            Ask::Result(expr) => format!("`{}` at {time}", expr.trim()),
        };
        LeftOut { what, why: why.to_string(), span: self.span }
    }
}

/// What is to be asked of a test, by time, and what cannot be. `reached` are the rules
/// that may have results in it.
pub(super) fn questions(
    ready: &Ready,
    run: &Run<'_>,
    reached: &[RuleIdx],
) -> (Vec<Question>, Vec<LeftOut>) {
    let mut asker = Asker {
        ready,
        run,
        seen: BTreeSet::new(),
        out: Vec::new(),
        left_out: Vec::new(),
    };
    for expect in &ready.expects {
        asker.expectation(expect);
    }
    if ready.only {
        for rule in reached.iter().copied() {
            if asker.alert(rule).is_some() {
                asker.silent(rule, State::Firing, ready.span);
            }
        }
    }
    for instant in &ready.moments {
        if let Some(wanted) = &instant.firing {
            let mut names = match &instant.alert {
                Some(name) => vec![name.to_string()],
                None => super::names_of(run.plan(), reached),
            };
            names.extend(wanted.iter().map(|it| it.labels.metric_name().to_string()));
            for name in names.into_iter().filter(|it| !it.is_empty()) {
                asker.ask(instant.time, Ask::Firing(name), instant.span);
            }
        }
        if let Some(query) = &instant.query {
            let expr = query.expr.to_string();
            asker.ask(instant.time, Ask::Result(expr), instant.span);
        }
    }
    let Asker { mut out, left_out, .. } = asker;
    out.sort_by(|a, b| (a.time, &a.ask).cmp(&(b.time, &b.ask)));
    (out, left_out)
}

struct Asker<'a> {
    ready: &'a Ready,
    run: &'a Run<'a>,
    seen: BTreeSet<(i64, Ask)>,
    out: Vec<Question>,
    left_out: Vec<LeftOut>,
}

impl<'a> Asker<'a> {
    fn ask(&mut self, time: i64, ask: Ask, span: Span) {
        if 0 <= time && time <= self.ready.until && self.seen.insert((time, ask.clone()))
        {
            self.out.push(Question { time, ask, span });
        }
    }

    /// Asks whether alerts of a name are in a state.
    fn state(&mut self, rule: RuleIdx, state: State, time: i64, span: Span) {
        let Some(alert) = self.alert(rule) else { return };
        let name = alert.name.to_string();
        let ask = match state {
            State::Firing => Ask::Firing(name),
            State::Pending => Ask::Result(pending(&name)),
        };
        self.ask(time, ask, span);
    }

    fn alert(&self, rule: RuleIdx) -> Option<&'a Alert> {
        self.run.plan().slots[rule].rule.as_alert()
    }

    fn ticks(&self, rule: RuleIdx) -> Ticks {
        self.run.setup().ticks(self.run.plan().slots[rule].group)
    }

    /// The last tick of a rule.
    fn last(&self, rule: RuleIdx) -> i64 {
        let ticks = self.ticks(rule);
        (ticks.end - ticks.start) / ticks.step * ticks.step
    }

    /// The alerts of a rule.
    fn timelines(&self, rule: RuleIdx) -> &'a [Timeline] {
        let of_rule = self.run.alerts.iter().find(|it| it.rule_idx == rule);
        of_rule.map_or(&[], |it| &it.timelines)
    }

    fn expectation(&mut self, expect: &Expectation) {
        let span = expect.span;
        for rule in select::rules(self.run.plan(), &expect.selector) {
            if let Some((line, _)) = &expect.line {
                for state in [State::Pending, State::Firing] {
                    if !line.names(state) {
                        continue;
                    }
                    match line.phases(state).next() {
                        None => self.silent(rule, state, span),
                        Some(_) => self.phases(rule, line, state, span),
                    }
                }
            }
            self.contents(expect, rule);
        }
    }

    fn phases(&mut self, rule: RuleIdx, line: &TimeLine, state: State, span: Span) {
        let step = self.ticks(rule).step;
        let last = self.last(rule);
        let mut times = vec![last];
        for Phase { by, from, to, .. } in line.phases(state) {
            let begin = at_or_after(*from, step);
            times.push(begin);
            // An alert that fires `by` a time may begin before it.
            if !by {
                times.push(begin - step);
            }
            if let Some(to) = to {
                let end = at_or_after(*to, step);
                times.extend([end - step, end]);
            }
        }
        for time in times.into_iter().filter(|it| *it <= last) {
            self.state(rule, state, time, span);
        }
    }

    fn silent(&mut self, rule: RuleIdx, state: State, span: Span) {
        let ticks = self.ticks(rule);
        let start = ticks.start;
        if ticks.len() <= FEW {
            for tick in ticks.iter() {
                self.state(rule, state, tick - start, span);
            }
            return;
        }
        self.state(rule, state, self.last(rule), span);
        let Some(alert) = self.alert(rule) else { return };
        let asked = Asked { run: self.run, whole: &alert.expr.parsed, ticks };
        for miss in compared::misses(asked, None) {
            self.state(rule, state, miss.tick - start, span);
        }
        let pending = |it: &&result::Stretch| it.state == result::State::Pending;
        let all = self.timelines(rule).iter().flat_map(|it| &it.stretches);
        let length = |it: &result::Stretch| it.to.unwrap_or(ticks.end) - it.from;
        let longest = all.filter(pending).max_by_key(|it| length(it));
        if let (State::Firing, Some(stretch)) = (state, longest) {
            let end = stretch.to.map_or(self.last(rule), |it| it - ticks.step - start);
            self.state(rule, state, end, span);
        }
    }

    /// The moments at which contents are looked at.
    fn contents(&mut self, expect: &Expectation, rule: RuleIdx) {
        let has_contents = !expect.annotations.is_empty() || expect.value.is_some();
        if !has_contents && expect.labels.is_empty() && expect.line.is_some() {
            return;
        }
        let Some(alert) = self.alert(rule) else { return };
        let matchers = select::matchers(&expect.selector);
        let start = self.ready.start;
        for line in self.timelines(rule).iter().filter(|it| matchers.holds(&it.labels)) {
            let fires = |it: &&result::Stretch| it.state == result::State::Firing;
            let begin = line.stretches.iter().find(fires).or(line.stretches.first());
            let at = expect.at.map(|it| it + start).or(begin.map(|it| it.from));
            let Some(tick) = at else { continue };
            let time = tick - start;
            match line.state_at(tick) {
                Some(result::State::Firing) => {
                    self.state(rule, State::Firing, time, expect.span);
                }
                Some(result::State::Pending) if expect.annotations.is_empty() => {
                    self.state(rule, State::Pending, time, expect.span);
                }
                Some(result::State::Pending) | None => self.left_out.push(LeftOut {
                    what: format!(
                        "annotations of `{}` at {}",
                        alert.name,
                        words::time(time)
                    ),
                    why: "promtool sees those of firing alerts only".to_string(),
                    span: expect.span,
                }),
            }
            let point = line.point_at(tick).filter(|it| it.tick == tick);
            match (&expect.value, point.map(|it| &it.value)) {
                (None, _) => {}
                (Some(_), Some(Sample::Float(_))) => {
                    let expr = alert.expr.text.to_string();
                    self.ask(time, Ask::Result(expr), expect.span);
                }
                (Some(_), Some(Sample::Histogram(_)) | None) => {
                    self.left_out.push(LeftOut {
                        what: format!(
                            "the value of `{}` at {}",
                            alert.name,
                            words::time(time)
                        ),
                        why: "the expression gives none at that time".to_string(),
                        span: expect.span,
                    });
                }
            }
        }
    }
}

/// The pending alerts of a name, of which promtool's assertions about alerts know nothing.
pub(super) fn pending(name: &str) -> String {
    format!("{ALERTS}{{alertname={},alertstate=\"pending\"}}", quote(name))
}

/// The first tick at or after a time.
fn at_or_after(time: i64, step: i64) -> i64 {
    (time + step - 1).div_euclid(step) * step
}
