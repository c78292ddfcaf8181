//! Whether alerts did what a test expects, and what to say where they did not.

use crate::case::native::fill::{Expectation, Ready};
use crate::case::native::timeline::{Phase, State, TimeLine};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::failure::{Failure, WHILE};
use crate::harness::native::compared::Asked;
use crate::harness::native::{apart, draw, select, texts};
use crate::harness::plan::RuleIdx;
use crate::harness::promtool;
use crate::harness::result::{
    self, AssertionResult, Outcome, RuleError, Stretch, Ticks, Timeline,
};
use crate::harness::run::Run;
use crate::harness::words::{self, key, shown};
use crate::promql::annotation::Annotation;
use crate::promql::matcher::Matchers;
use crate::promql::re2::Pattern;
use crate::promql::value::Sample;
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

/// A fault found while an expectation is judged.
pub(super) struct Fault {
    pub(super) diagnostic: Diagnostic,
    /// What is wanted of contents; of all others, the time line.
    pub(super) expected: Option<String>,
    pub(super) found: String,
    /// Why, beside what the diagnostic says.
    pub(super) failure: Option<Failure>,
}

impl Fault {
    /// A fault of a label, an annotation or a value.
    fn of_contents(diagnostic: Diagnostic, want: &Text, found: String) -> Fault {
        Fault { diagnostic, expected: Some(want.to_string()), found, failure: None }
    }
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
        self.outcome = self.outcome.max(Outcome::Failed);
        self.n_failed += 1;
        let mut it = AssertionResult::new(title, Some(span), Outcome::Failed);
        (it.expected, it.found) = (expected, found);
        it.said.push(diagnostic);
        self.assertions.push(it);
    }

    /// Gives the last assertion, which does not hold, its reasons.
    pub fn because(&mut self, failure: Option<Failure>) {
        if let (Some(it), Some(_)) = (self.assertions.last_mut(), &failure) {
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
                for Fault { diagnostic, expected, found, failure } in faults {
                    let of_line = || {
                        expect.line.as_ref().map_or(String::new(), |it| it.1.to_string())
                    };
                    let expected = expected.unwrap_or_else(of_line);
                    self.fail(title.clone(), expect.span, expected, found, diagnostic);
                    self.because(failure);
                }
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
                out.extend(rules.first().and_then(|it| self.unseen(*it, line, text)));
                if selected.is_empty() && needs_alert(line) {
                    out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
                }
                let deviates =
                    |it: &(RuleIdx, &Timeline)| self.deviates(it.0, it.1, line, text);
                out.extend(selected.iter().filter_map(deviates).take(MOST));
                let deviate = |it: &&(RuleIdx, &Timeline)| {
                    self.deviation(it.0, it.1, line).is_some()
                };
                n_more += selected.iter().filter(deviate).count().saturating_sub(MOST);
            }
            None if selected.is_empty() => {
                let text = &expect.selector.text;
                out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
            }
            None => {}
        }
        let mut n_unseen = 0;
        for (rule, timeline) in selected {
            match out.len() < MOST {
                true => out.extend(self.contents(expect, rule, timeline)),
                false => n_unseen += usize::from(has_contents(expect)),
            }
        }
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

    /// A phase in which the rule is never evaluated asserts nothing.
    fn unseen(&self, rule: RuleIdx, line: &TimeLine, text: &Text) -> Option<Fault> {
        let TimeLine::States(phases, _) = line else { return None };
        let start = self.ready.start;
        let seen =
            |it: &Phase| self.ticks(rule).iter().any(|tick| it.covers(tick - start));
        let phase = phases.iter().find(|it| !seen(it))?;
        let step = words::time(self.ticks(rule).step);
        let title = "no evaluation falls into this time".to_string();
        let label = format!("the rule is evaluated every {step}");
        let diagnostic = self.about(title, (text, phase.at.bytes()), label, rule);
        Some(Fault {
            diagnostic,
            found: "no evaluation".to_string(),
            expected: None,
            failure: None,
        })
    }

    /// No alert of the rule was ever active.
    fn nothing(&self, rule: RuleIdx, expect: &Expectation, text: &Text) -> Fault {
        let alert = self.alert(rule);
        let whole = 0..text.as_str().len();
        let others: Vec<String> = self
            .run
            .alerts
            .iter()
            .filter(|it| it.rule_idx == rule)
            .flat_map(|it| it.timelines.iter())
            .map(|it| {
                format!("{}: {}", shown(&it.labels), words::did(it, self.ready.start))
            })
            .collect();
        let label = "never active".to_string();
        let title = match others.is_empty() {
            true => format!("`{}` is never active", alert.name),
            false => format!("no alert of `{}` has these labels", alert.name),
        };
        let mut diagnostic = self.about(title, (text, whole), label, rule);
        let mut failure = None;
        match &expect.line {
            Some((line @ TimeLine::States(phases, _), _)) => {
                let first = phases.iter().map(|it| it.from).min().unwrap_or(0);
                let wanted = |it: &i64| first <= it - self.ready.start;
                if let Some(tick) = self.ticks(rule).iter().find(wanted) {
                    let alone = others.is_empty();
                    if alone {
                        diagnostic = self.picture(diagnostic, rule, line, None, tick);
                    }
                    (diagnostic, failure) =
                        self.never_there(diagnostic, rule, &expect.selector, tick, alone);
                }
            }
            _ if others.is_empty() => diagnostic = self.nearest(diagnostic, rule),
            _ => {}
        }
        for other in others.iter().take(3) {
            diagnostic = diagnostic.note(format!("active was {other}"));
        }
        Fault { diagnostic, expected: None, found: "never active".to_string(), failure }
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

    /// Labels, annotations and value of an alert.
    fn contents(
        &self,
        expect: &Expectation,
        rule: RuleIdx,
        timeline: &Timeline,
    ) -> Vec<Fault> {
        let mut out = self.labels(expect, rule, timeline);
        if expect.annotations.is_empty() && expect.value.is_none() {
            return out;
        }
        let start = self.ready.start;
        let begin = first(timeline, State::Firing)
            .or(timeline.stretches.first())
            .map(|it| it.from);
        let Some(tick) = expect.at.map(|it| it + start).or(begin) else { return out };
        let time = words::time(tick - start);
        let name = shown(&timeline.labels);
        let annotations = self.run.annotations(rule, timeline, tick);
        for (key, want) in &expect.annotations {
            let is = annotations.symbol(key.as_str());
            let is_like = is.is_some_and(|is| is_like(want.as_str(), is));
            if is_like || self.is_unreadable(rule, key.as_str()) {
                continue;
            }
            let found = is.map_or("nothing".to_string(), |it| it.to_string());
            let title = format!("the annotation `{key}` of {name} differs at {time}");
            let whole = 0..want.as_str().len();
            let label = match is {
                Some(is) => format!("it is {is:?}"),
                None => format!("it has no annotation `{key}`"),
            };
            let diagnostic = self.about(title, (want, whole), label, rule);
            out.push(Fault::of_contents(diagnostic, want, found));
        }
        if let Some((want, text)) = &expect.value {
            let value = match timeline.point_at(tick).map(|it| &it.value) {
                Some(Sample::Float(value)) => Some(*value),
                Some(Sample::Histogram(_)) | None => None,
            };
            if !value.is_some_and(|it| want.holds(it)) {
                let title = format!("the value of {name} differs at {time}");
                let whole = 0..text.as_str().len();
                let (found, told) = match value {
                    Some(is) => (apart::float(Some(*want), is), apart::value(*want, is)),
                    None => ("no number".to_string(), "no number".to_string()),
                };
                let label = format!("it is {told}");
                let mut diagnostic = self.about(title, (text, whole), label, rule);
                if let Some(is) = value {
                    diagnostic = apart::advise(diagnostic, *want, is, "\"");
                }
                out.push(Fault::of_contents(diagnostic, text, found));
            }
        }
        out
    }

    fn labels(
        &self,
        expect: &Expectation,
        rule: RuleIdx,
        timeline: &Timeline,
    ) -> Vec<Fault> {
        let mut out = Vec::new();
        let name = shown(&timeline.labels);
        for (key, want) in &expect.labels {
            let is = timeline.labels.get(key.as_str());
            if is_like(want.as_str(), is) || self.is_unreadable(rule, key.as_str()) {
                continue;
            }
            let title = format!("the label `{key}` of {name} differs");
            let whole = 0..want.as_str().len();
            let label = match is {
                "" => format!("it has no label `{key}`"),
                is => format!("it is {is:?}"),
            };
            let diagnostic = self.about(title, (want, whole), label, rule);
            let found = if is.is_empty() { "nothing" } else { is };
            out.push(Fault::of_contents(diagnostic, want, found.to_string()));
        }
        if expect.exact {
            let named = |name: &str| {
                name == "alertname"
                    || expect.labels.iter().any(|it| it.0.as_str() == name)
                    || expect
                        .selector
                        .matchers
                        .iter()
                        .any(|it| &*it.name == name && select::is_equality(it))
            };
            let extra: Vec<String> = timeline
                .labels
                .iter()
                .filter(|it| !named(&it.0))
                .map(|it| format!("{}=\"{}\"", it.0, it.1))
                .collect();
            if !extra.is_empty() {
                let text = &expect.selector.text;
                let title = format!("{name} carries labels that are not named");
                let label = format!("also {}", extra.join(", "));
                let whole = 0..text.as_str().len();
                let diagnostic = self.about(title, (text, whole), label, rule);
                let expected = Some("no other label".to_string());
                let (found, failure) = (extra.join(", "), None);
                out.push(Fault { diagnostic, expected, found, failure });
            }
        }
        out
    }

    /// Alerts that fire although no expectation selects them.
    pub fn unnamed(&mut self) {
        let selections: Vec<(Vec<RuleIdx>, Matchers)> = self
            .ready
            .expects
            .iter()
            .map(|it| {
                let rules = select::rules(self.run.plan(), &it.selector);
                (rules, select::matchers(&it.selector))
            })
            .collect();
        for alert in &self.run.alerts {
            let named = selections.iter().any(|it| it.0.contains(&alert.rule_idx));
            if !named && !self.ready.only {
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

fn has_contents(expect: &Expectation) -> bool {
    !expect.labels.is_empty()
        || !expect.annotations.is_empty()
        || expect.value.is_some()
        || expect.exact
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

fn first(timeline: &Timeline, state: State) -> Option<&Stretch> {
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
