//! Whether alerts did what a test expects, and what to say where they did not.

use std::collections::BTreeSet;

use crate::case::native::ready::{AlertSelector, Expectation, Ready};
use crate::case::native::timeline::{Phase, State, TimeLine};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::harness::failure::{Failure, WHILE};
use crate::harness::native::compared::Asked;
use crate::harness::native::{draw, select, texts};
use crate::harness::plan::RuleIdx;
use crate::harness::promtool;
use crate::harness::result::{
    self, AssertionResult, Outcome, RuleError, Stretch, Ticks, Timeline,
};
use crate::harness::run::Run;
use crate::harness::words::{self, key, shown};
use crate::promql::annotation::Annotation;
use crate::promql::labels::{Labels, quote};
use crate::promql::matcher::Matchers;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::Matcher;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Rule};

/// Collects what is found out about one test.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The test.
    pub ready: &'a Ready,
    /// The environment.
    pub book: &'a Book,
    /// What happened.
    pub run: &'a Run<'a>,
    /// One for each assertion.
    pub assertions: Vec<AssertionResult>,
    /// What is to be said that belongs to no assertion.
    pub said: Vec<Diagnostic>,
    /// What makes one doubt that assertions prove anything, though they hold.
    pub doubts: Vec<Diagnostic>,
    /// Rules that fired as expected.
    pub fired: Vec<RuleIdx>,
    /// Rules that stayed silent as expected.
    pub silent: Vec<RuleIdx>,
    /// Rules whose failure has been told.
    failed_rules: Vec<RuleIdx>,
    /// Labels and annotations of rules of which has been told that nobody can read them.
    unreadable: Vec<(RuleIdx, Text)>,
    /// The worst so far.
    pub outcome: Outcome,
    /// Assertions that do not hold.
    pub(super) n_failed: usize,
}

/// Faults of one expectation that are told: more say the same again.
const MOST: usize = 4;

/// Alerts that are told of where another one was to be active.
const ACTIVE: usize = 3;

/// A fault found while an expectation is judged.
pub(super) struct Fault {
    pub(super) diagnostic: Diagnostic,
    /// What is wanted of contents; of all others, the time line.
    pub(super) expected: Option<String>,
    pub(super) found: String,
    /// Why, beside what the diagnostic says.
    pub(super) failure: Option<Failure>,
}

impl<'a> Judge<'a> {
    /// Nothing found out yet.
    pub fn new(ready: &'a Ready, book: &'a Book, run: &'a Run<'a>) -> Judge<'a> {
        Judge {
            ready,
            book,
            run,
            assertions: Vec::new(),
            said: Vec::new(),
            doubts: Vec::new(),
            fired: Vec::new(),
            silent: Vec::new(),
            failed_rules: Vec::new(),
            unreadable: Vec::new(),
            outcome: Outcome::Passed,
            n_failed: 0,
        }
    }

    /// Takes an assertion that holds.
    pub fn pass(&mut self, title: String, span: crate::diag::source::Span) {
        let it = AssertionResult::new(title, Some(span), Outcome::Passed);
        self.assertions.push(it);
    }

    /// Takes an assertion that does not hold.
    pub fn fail(
        &mut self,
        title: String,
        span: crate::diag::source::Span,
        expected: String,
        found: String,
        diagnostic: Diagnostic,
    ) {
        let expected = Some(expected);
        let fault = Fault { diagnostic, expected, found, failure: None };
        self.fail_of(title, span, vec![fault], "");
    }

    /// The same with all of its faults; `line` is the time line.
    fn fail_of(
        &mut self,
        title: String,
        span: crate::diag::source::Span,
        faults: Vec<Fault>,
        line: &str,
    ) {
        self.outcome = self.outcome.max(Outcome::Failed);
        self.n_failed += faults.len();
        let mut it = AssertionResult::new(title, Some(span), Outcome::Failed);
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        for fault in faults {
            expected.push(fault.expected.unwrap_or_else(|| line.to_string()));
            found.push(fault.found);
            let (said, failure) = (Some(fault.diagnostic), fault.failure.map(Box::new));
            it.faults.push(result::Fault { said, failure });
        }
        expected.dedup();
        (it.expected, it.found) = (expected.join("; "), found.join("; "));
        self.assertions.push(it);
    }

    /// Gives the last assertion, which does not hold, its reasons.
    pub fn because(&mut self, failure: Option<Failure>) {
        let last = self.assertions.last_mut().and_then(|it| it.faults.last_mut());
        if let (Some(it), Some(_)) = (last, &failure) {
            it.failure = failure.map(Box::new);
        }
    }

    /// A rule that failed while the test ran.
    pub fn rule_error(&mut self, error: &RuleError) {
        self.outcome = Outcome::Error;
        // The first tick tells it all.
        if self.failed_rules.contains(&error.rule_idx) {
            return;
        }
        self.failed_rules.push(error.rule_idx);
        let text = self.run.plan().slots[error.rule_idx].expr_text();
        let said = promtool::rule_fails(error, text, self.ready.start);
        self.said.push(said.context(self.ready.span, WHILE));
    }

    /// Labels and annotations that nobody could read.
    pub fn templates(&mut self) {
        for texts::Fault { rule, name, said } in texts::faults(self.run, self.ready) {
            self.outcome = Outcome::Error;
            self.said.push(said.context(self.ready.span, WHILE));
            self.unreadable.push((rule, name));
        }
    }

    /// Whether it was told of a label or annotation that nobody can read it.
    pub fn is_unreadable(&self, rule: RuleIdx, name: &str) -> bool {
        self.unreadable.iter().any(|it| it.0 == rule && it.1.as_str() == name)
    }

    /// Judges an expectation.
    pub fn expectation(&mut self, expect: &Expectation) {
        let title = expect.selector.text.to_string();
        let rules = select::rules(self.run.plan(), &expect.selector);
        if let Some((TimeLine::Absent, text)) = &expect.line {
            match (rules.first(), self.idle(expect)) {
                (None, None) => self.pass(title, expect.span),
                (None, Some(Fault { diagnostic, found, .. })) => {
                    let expected = "no alert".to_string();
                    self.fail(title, expect.span, expected, found, diagnostic);
                }
                (Some(rule), _) => {
                    let span = self.alert(*rule).span;
                    let fault = Diagnostic::error(
                        "test-failed",
                        format!("{} has the alert `{title}`", self.book.env),
                    )
                    .at(text.span(), "expected to be absent")
                    .context(span, "declared here");
                    let found = "the alert".to_string();
                    self.fail(title, expect.span, "no alert".to_string(), found, fault);
                }
            }
            return;
        }
        if rules.is_empty() {
            // An alert of other environments.
            return;
        }
        let faults = self.faults(expect, &rules);
        match faults.is_empty() {
            true => {
                self.pass(title, expect.span);
                self.doubt(&rules);
                match &expect.line {
                    Some((TimeLine::Never { .. }, _)) => {
                        let unheard = self.unheard(&expect.selector);
                        let with_data = rules.into_iter().filter(|it| {
                            self.lacking(*it, &[]).is_none()
                                && self.without(*it, &unheard).is_none()
                        });
                        let with_data: Vec<RuleIdx> = with_data.collect();
                        self.silent.extend(with_data);
                    }
                    // `pending 5m..6m, never firing`
                    Some((line, _)) if never_fires(line) => self.silent.extend(rules),
                    Some(_) => self.fired.extend(self.that_fired(&rules, expect)),
                    None => {}
                }
            }
            false => {
                let line = expect.line.as_ref().map_or("", |it| it.1.as_str());
                self.fail_of(title, expect.span, faults, line);
            }
        }
    }

    fn that_fired(&self, rules: &[RuleIdx], expect: &Expectation) -> Vec<RuleIdx> {
        let matchers = select::matchers(&expect.selector);
        let fires = |it: &(RuleIdx, &Timeline)| {
            it.1.stretches.iter().any(|it| it.state == result::State::Firing)
        };
        let mut out: Vec<RuleIdx> = self
            .selected(rules, &matchers)
            .into_iter()
            .filter(fires)
            .map(|it| it.0)
            .collect();
        out.dedup();
        out
    }

    pub(super) fn alert(&self, idx: RuleIdx) -> &'a Alert {
        match self.run.plan().slots[idx].rule {
            Rule::Alert(alert) => alert,
            Rule::Record(_) => unreachable!("selections hold alerts only"),
        }
    }

    pub(super) fn asked(&self, idx: RuleIdx) -> Asked<'a> {
        let whole = &*self.alert(idx).expr.parsed;
        Asked { run: self.run, whole, ticks: self.ticks(idx) }
    }

    pub(super) fn ticks(&self, idx: RuleIdx) -> Ticks {
        self.run.setup().ticks(self.run.plan().slots[idx].group)
    }

    /// The alerts of some rules that matchers select.
    fn selected(
        &self,
        rules: &[RuleIdx],
        matchers: &Matchers,
    ) -> Vec<(RuleIdx, &'a Timeline)> {
        self.run
            .alerts
            .iter()
            .filter(|it| rules.contains(&it.rule_idx))
            .flat_map(|it| it.timelines.iter().map(|line| (it.rule_idx, line)))
            .filter(|it| matchers.holds(&it.1.labels))
            .collect()
    }

    fn faults(&self, expect: &Expectation, rules: &[RuleIdx]) -> Vec<Fault> {
        let matchers = select::matchers(&expect.selector);
        let selected = self.selected(rules, &matchers);
        let mut out = Vec::new();
        let mut n_more = 0;
        match &expect.line {
            Some((line @ TimeLine::Never { no_data }, text)) => {
                let fires =
                    |it: &(RuleIdx, &Timeline)| self.fires(it.0, it.1, line, text);
                out.extend(selected.iter().filter_map(fires).take(MOST));
                let fire =
                    selected.iter().filter(|it| first(it.1, State::Firing).is_some());
                n_more += fire.count().saturating_sub(MOST);
                if out.is_empty() && !no_data {
                    out.extend(self.vacuous(rules, text));
                }
                if out.is_empty() && !no_data {
                    out.extend(self.mistaken(&expect.selector, rules));
                }
                // One that was pending has contents.
                if selected.is_empty() {
                    out.extend(self.idle(expect));
                }
            }
            Some((line, text)) => {
                let unseen = rules.first().and_then(|it| self.unseen(*it, line));
                out.extend(
                    rules
                        .first()
                        .zip(unseen)
                        .map(|(rule, phase)| self.no_evaluation(*rule, phase, text)),
                );
                // What such a phase excludes is no fault of its own.
                let is_told = |state, time| {
                    let phase = nearest_phase(line, state, time);
                    phase.zip(unseen).is_some_and(|it| it.0.at == it.1.at)
                };
                if selected.is_empty() && needs_alert(line) {
                    out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
                }
                let deviating = selected.iter().filter(|it| {
                    let first = self.deviation(it.0, it.1, line);
                    first.is_some_and(|it| !is_told(it.1, it.0 - self.ready.start))
                });
                let deviating: Vec<&(RuleIdx, &Timeline)> = deviating.collect();
                let deviates =
                    |it: &&(RuleIdx, &Timeline)| self.deviates(it.0, it.1, line, text);
                out.extend(deviating.iter().take(MOST).filter_map(deviates));
                n_more += deviating.len().saturating_sub(MOST);
            }
            None if selected.is_empty() => {
                let text = &expect.selector.text;
                out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
            }
            None => {}
        }
        let room = MOST.saturating_sub(out.len());
        let (contents, n_unseen) = self.contents(expect, &selected, room);
        out.extend(contents);
        n_more += out.len().saturating_sub(MOST);
        out.truncate(MOST);
        if let Some(note) = more(n_more, n_unseen)
            && let Some(last) = out.pop()
        {
            let diagnostic = last.diagnostic.note(note);
            out.push(Fault { diagnostic, ..last });
        }
        out
    }

    /// Contents of an alert that is not to be there.
    fn idle(&self, expect: &Expectation) -> Option<Fault> {
        let name = &expect.selector.name;
        let env = &self.book.env;
        let title = format!("there is no `{name}` to look at, in {env}");
        let diagnostic = Diagnostic::error("test-failed", title)
            .at(expect.idle?, "nothing could have this")
            .help("take it out, or say when the alert fires: `is = \"firing 5m..\"`");
        let diagnostic = match &expect.line {
            Some((_, text)) => diagnostic.context(text.span(), "expected to be silent"),
            None => diagnostic,
        };
        Some(Fault {
            diagnostic,
            found: "no alert".to_string(),
            expected: None,
            failure: None,
        })
    }

    /// Everything common to messages about one alert of a rule.
    pub(super) fn about(
        &self,
        title: String,
        at: (&Text, std::ops::Range<usize>),
        label: String,
        rule: RuleIdx,
    ) -> Diagnostic {
        let (text, range) = at;
        let env = &self.book.env;
        let diagnostic = Diagnostic::error("test-failed", format!("{title}, in {env}"))
            .within(text, range.start, range.end, label)
            .context(self.alert(rule).span, "the alert");
        let remarks = self.remarks(rule);
        remarks.iter().fold(diagnostic, |it, remark| it.note(remark.to_string()))
    }

    /// What PromQL remarks on the expression of a rule: often why it gives nothing.
    pub(super) fn remarks(&self, rule: RuleIdx) -> Vec<Annotation> {
        self.run.remarks(&self.alert(rule).expr.parsed, self.ticks(rule))
    }

    fn fires(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
        text: &Text,
    ) -> Option<Fault> {
        let first =
            timeline.stretches.iter().find(|it| it.state == result::State::Firing)?;
        let start = self.ready.start;
        let name = shown(&timeline.labels);
        let title = format!("{name} fires at {}", words::time(first.from - start));
        let whole = 0..text.as_str().len();
        let diagnostic =
            self.about(title, (text, whole), "expected never to fire".to_string(), rule);
        let at = first.from;
        let diagnostic = self.picture(diagnostic, rule, line, Some(timeline), at);
        let (diagnostic, failure) = self.there(diagnostic, rule, timeline, at);
        Some(Fault {
            diagnostic,
            expected: None,
            found: words::did(timeline, start),
            failure,
        })
    }

    /// A phase in which the rule is never evaluated, which asserts nothing.
    fn unseen<'l>(&self, rule: RuleIdx, line: &'l TimeLine) -> Option<&'l Phase> {
        let TimeLine::States(phases, _) = line else { return None };
        let start = self.ready.start;
        let seen =
            |it: &Phase| self.ticks(rule).iter().any(|tick| it.covers(tick - start));
        phases.iter().find(|it| !seen(it))
    }

    fn no_evaluation(&self, rule: RuleIdx, phase: &Phase, text: &Text) -> Fault {
        let ticks = self.ticks(rule);
        let step = words::time(ticks.step);
        let title = "no evaluation falls into this time".to_string();
        let label = format!("the rule is evaluated every {step}");
        let diagnostic = self.about(title, (text, phase.at.bytes()), label, rule);
        let before = phase.from.div_euclid(ticks.step) * ticks.step;
        let (before, after) = (words::time(before), words::time(before + ticks.step));
        Fault {
            diagnostic: diagnostic.help(format!(
                "the nearest evaluations are at {before} and {after}; `a..b` begins at `a` \
                 and ends before `b`"
            )),
            found: "no evaluation".to_string(),
            expected: None,
            failure: None,
        }
    }

    /// No alert of the rule with the labels of the selector was ever active.
    fn nothing(&self, rule: RuleIdx, expect: &Expectation, text: &Text) -> Fault {
        let selector = &expect.selector;
        let alerts = self.run.alerts.iter().filter(|it| it.rule_idx == rule);
        let others: Vec<&Timeline> = alerts.flat_map(|it| it.timelines.iter()).collect();
        let whole = 0..text.as_str().len();
        let alone = others.is_empty();
        let mut diagnostic = match alone {
            true => {
                let title = format!("`{}` is never active", selector.text);
                let label = "never active".to_string();
                self.about(title, (text, whole), label, rule)
            }
            false => self.other_labels(rule, selector, &others, text),
        };
        let mut failure = None;
        match &expect.line {
            Some((line @ TimeLine::States(phases, _), _)) => {
                let first = phases.iter().map(|it| it.from).min().unwrap_or(0);
                let wanted = |it: &i64| first <= it - self.ready.start;
                if let Some(tick) = self.ticks(rule).iter().find(wanted) {
                    if alone {
                        diagnostic = self.picture(diagnostic, rule, line, None, tick);
                    }
                    (diagnostic, failure) =
                        self.never_there(diagnostic, rule, selector, tick, alone);
                }
            }
            _ if alone => diagnostic = self.nearest(diagnostic, rule),
            _ => {}
        }
        for other in others.iter().take(ACTIVE) {
            let name = shown(&other.labels);
            let did = words::did(other, self.ready.start);
            diagnostic = diagnostic.note(format!("active was {name}: {did}"));
        }
        if ACTIVE < others.len() {
            let n_more = others.len() - ACTIVE;
            diagnostic = diagnostic.note(format!("active were {n_more} more"));
        }
        Fault { diagnostic, expected: None, found: "never active".to_string(), failure }
    }

    /// The alerts of a rule have other labels than a selector wants.
    fn other_labels(
        &self,
        rule: RuleIdx,
        selector: &AlertSelector,
        others: &[&Timeline],
        line: &Text,
    ) -> Diagnostic {
        let title = format!("no alert of `{}` has these labels", selector.name);
        let fails = |matcher: &&Matcher, labels: &Labels| {
            !Matchers::new(std::slice::from_ref(matcher)).holds(labels)
        };
        let failing = |labels: &Labels| {
            let all = selector.matchers.iter().filter(|it| fails(it, labels));
            all.collect::<Vec<&Matcher>>()
        };
        let nearest = others.iter().min_by_key(|it| failing(&it.labels).len());
        let mut failing =
            nearest.map_or(Vec::new(), |it| failing(&it.labels)).into_iter();
        let said = |it: &Matcher| {
            let name = &*it.name;
            let all = others.iter().map(|it| it.labels.get(name));
            let values: BTreeSet<&str> = all.filter(|it| !it.is_empty()).collect();
            match suggest::nearest(&it.value, values.iter().copied()) {
                Some(near) => format!("did you mean {}?", quote(near)),
                None if values.is_empty() => {
                    format!("active alerts have no label `{name}`")
                }
                None => format!(
                    "active alerts have {}",
                    suggest::list(values.iter().copied(), 4)
                ),
            }
        };
        let text = &selector.text;
        let Some(first) = failing.next() else {
            let whole = 0..line.as_str().len();
            return self.about(title, (line, whole), "never active".to_string(), rule);
        };
        let mut diagnostic =
            self.about(title, (text, first.span.bytes()), said(first), rule);
        for it in failing {
            let at = it.span.bytes();
            diagnostic = diagnostic.within(text, at.start, at.end, said(it));
        }
        diagnostic
    }

    /// Where a time line of states does not hold.
    fn deviates(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
        text: &Text,
    ) -> Option<Fault> {
        let start = self.ready.start;
        let (tick, state, wanted) = self.deviation(rule, timeline, line)?;
        let time = tick - start;
        let phase = nearest_phase(line, state, time);
        let range = phase.map_or(0..text.as_str().len(), |it| it.at.bytes());
        let name = shown(&timeline.labels);
        let at = words::time(time);
        let is = match timeline.state_at(tick) {
            None => "inactive",
            Some(it) => it.as_str(),
        };
        let title = match wanted {
            true => format!("{name} is {is} at {at}, not {}", state.name()),
            false => format!("{name} is {} at {at}", state.name()),
        };
        let label = match (wanted, first(timeline, state)) {
            (true, Some(it)) if tick < it.from => {
                format!("{} from {} on", state.name(), words::time(it.from - start))
            }
            (true, _) => format!("not {} at {at}", state.name()),
            (false, _) => format!("already or still {} at {at}", state.name()),
        };
        let diagnostic = self.about(title, (text, range), label, rule);
        let diagnostic = self.picture(diagnostic, rule, line, Some(timeline), tick);
        let (diagnostic, failure) = match (wanted, timeline.state_at(tick)) {
            (true, None | Some(result::State::Pending)) => {
                self.not_there(diagnostic, rule, timeline, tick)
            }
            (_, _) => self.there(diagnostic, rule, timeline, tick),
        };
        Some(Fault {
            diagnostic,
            expected: None,
            found: words::did(timeline, start),
            failure,
        })
    }

    /// The first tick at which a time line of states does not hold: of which state, and
    /// whether that is wanted there.
    fn deviation(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
    ) -> Option<(i64, State, bool)> {
        self.ticks(rule).iter().find_map(|tick| {
            let time = tick - self.ready.start;
            [State::Pending, State::Firing].into_iter().find_map(|state| {
                if !line.names(state) {
                    return None;
                }
                let is = timeline.state_at(tick) == Some(same(state));
                let inside = line.phases(state).any(|it| it.covers(time));
                let early = line.phases(state).any(|it| it.by && time < it.from);
                match (inside, is) {
                    (true, false) => Some((tick, state, true)),
                    (false, true) if !early => Some((tick, state, false)),
                    (_, _) => None,
                }
            })
        })
    }

    /// Adds the picture of what was expected and what happened, which differ at a tick.
    fn picture(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        line: &TimeLine,
        timeline: Option<&Timeline>,
        at: i64,
    ) -> Diagnostic {
        let ticks = self.ticks(rule);
        let mut lines = draw::lines(line, timeline, ticks, self.ready.start, at);
        let step = words::time(ticks.step);
        lines.push(format!(
            "           evaluated every {step}; `.` inactive, `p` pending, `#` firing"
        ));
        diagnostic.note(lines.join("\n"))
    }

    /// Alerts that fire although no expectation selects them.
    pub fn unnamed(&mut self) {
        let selection = |it: &Expectation| {
            let rules = select::rules(self.run.plan(), &it.selector);
            (rules, select::matchers(&it.selector))
        };
        let selections: Vec<(Vec<RuleIdx>, Matchers)> =
            self.ready.expects.iter().map(selection).collect();
        // Where one that is to be active was not found, these were told of as what is.
        let is_told = |rule: &RuleIdx| {
            self.ready.expects.iter().zip(&selections).any(|(it, (rules, matchers))| {
                let line = it.line.as_ref();
                line.is_none_or(|it| needs_alert(&it.0))
                    && rules.first() == Some(rule)
                    && self.selected(rules, matchers).is_empty()
            })
        };
        let told: Vec<RuleIdx> =
            self.run.alerts.iter().map(|it| it.rule_idx).filter(is_told).collect();
        for alert in &self.run.alerts {
            let named = selections.iter().any(|it| it.0.contains(&alert.rule_idx));
            if !named && !self.ready.only || told.contains(&alert.rule_idx) {
                continue;
            }
            for timeline in &alert.timelines {
                let selected = selections.iter().any(|it| {
                    it.0.contains(&alert.rule_idx) && it.1.holds(&timeline.labels)
                });
                let fires = first(timeline, State::Firing);
                let (false, Some(stretch)) = (selected, fires) else { continue };
                self.surprise(alert.rule_idx, timeline, stretch, named);
            }
        }
    }

    fn surprise(
        &mut self,
        rule: RuleIdx,
        timeline: &Timeline,
        first: &Stretch,
        named: bool,
    ) {
        let start = self.ready.start;
        let name = shown(&timeline.labels);
        let title = format!(
            "{name} fires at {} too, in {}",
            words::time(first.from - start),
            self.book.env
        );
        let why = match named {
            true => "the test names other alerts of this rule only",
            false => "the test says `only`",
        };
        let found = words::did(timeline, start);
        let diagnostic = Diagnostic::error("test-failed", title.clone())
            .at(self.ready.span, why)
            .context(self.alert(rule).span, "the alert")
            .note(format!("it was {found}"));
        let (diagnostic, failure) = self.there(diagnostic, rule, timeline, first.from);
        let diagnostic = diagnostic.help(format!(
            "expect it as well: `expect.'{}' = \"{found}\"`",
            key(&timeline.labels)
        ));
        self.fail(
            title,
            self.ready.span,
            "no other alert".to_string(),
            found,
            diagnostic,
        );
        self.because(failure);
    }
}

/// What is said of faults of an expectation that are not told, and of alerts whose contents
/// nobody looked at.
fn more(n_more: usize, n_unseen: usize) -> Option<String> {
    let faults = (n_more != 0).then(|| format!("and {n_more} more of this expectation"));
    let alerts = (n_unseen != 0).then(|| {
        let alerts = if n_unseen == 1 { "alert is" } else { "alerts are" };
        format!("{n_unseen} more {alerts} not looked at")
    });
    let all: Vec<String> = faults.into_iter().chain(alerts).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn never_fires(line: &TimeLine) -> bool {
    line.names(State::Firing) && line.phases(State::Firing).next().is_none()
}

fn needs_alert(line: &TimeLine) -> bool {
    match line {
        TimeLine::States(phases, _) => !phases.is_empty(),
        TimeLine::Never { .. } | TimeLine::Absent => false,
    }
}

fn same(state: State) -> result::State {
    match state {
        State::Pending => result::State::Pending,
        State::Firing => result::State::Firing,
    }
}

pub(super) fn first(timeline: &Timeline, state: State) -> Option<&Stretch> {
    timeline.stretches.iter().find(|it| it.state == same(state))
}

/// The phase that a deviation at a time belongs to.
fn nearest_phase(line: &TimeLine, state: State, time: i64) -> Option<&Phase> {
    line.phases(state).min_by_key(|it| {
        let before = (it.from - time).max(0);
        let after = it.to.map_or(0, |to| (time - to + 1).max(0));
        before.max(after)
    })
}

/// Whether a text is what a test wants: literally, or by `re:` and a pattern.
pub fn is_like(want: &str, is: &str) -> bool {
    match want.strip_prefix("re:") {
        Some(pattern) => Pattern::new(pattern).is_ok_and(|it| it.is_match(is)),
        None => want == is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_literally_or_by_pattern() {
        assert!(is_like("a.c", "a.c") && !is_like("a.c", "abc"));
        assert!(is_like("re:a.c", "abc") && !is_like("re:a.c", "abcd"));
        assert!(!is_like("re:(", "("));
    }
}
