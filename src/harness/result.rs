//! What came out of a run of tests: one tree of plain data.
//!
//! Files, tests, assertions; and for alerts the states over time. Every report is a
//! function of it. It knows no report and no engine.

use std::time::Duration;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::harness::failure::Failure;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::Sample;

/// How a test or a file went, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// As asserted.
    #[default]
    Passed,
    /// An assertion does not hold.
    Failed,
    /// It could not be run, or a rule failed while it ran.
    Error,
}

/// A file of tests.
#[derive(Clone, Debug)]
pub struct FileResult {
    /// The path as the user knows it.
    pub path: String,
    /// The worst of its tests; [`Outcome::Error`] where it could not be read.
    pub outcome: Outcome,
    /// What keeps the file from being run; empty where it ran.
    pub messages: Vec<String>,
    /// The same with its places, where these are known.
    pub said: Vec<Diagnostic>,
    /// Its tests in order.
    pub tests: Vec<TestResult>,
}

impl FileResult {
    /// A file that ran.
    pub fn of_tests(path: impl Into<String>, tests: Vec<TestResult>) -> FileResult {
        let outcome = tests.iter().map(|it| it.outcome).max().unwrap_or_default();
        let (path, messages, said) = (path.into(), Vec::new(), Vec::new());
        FileResult { path, outcome, messages, said, tests }
    }

    /// A file that could not be run.
    pub fn of_error(path: impl Into<String>, messages: Vec<String>) -> FileResult {
        let (path, outcome, tests) = (path.into(), Outcome::Error, Vec::new());
        FileResult { path, outcome, messages, said: Vec::new(), tests }
    }
}

/// A test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// Its name.
    pub name: String,
    /// The environment in which it ran, where there are several.
    pub env: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
    /// The worst of its assertions.
    pub outcome: Outcome,
    /// What went wrong, one text per fault; empty where it passed.
    pub messages: Vec<String>,
    /// Its assertions, in the order in which they are written.
    pub assertions: Vec<AssertionResult>,
    /// Rules that failed while it ran.
    pub errors: Vec<RuleError>,
    /// What the alerts that it names did; see [`AlertResult`].
    pub alerts: Vec<AlertResult>,
    /// What is to be said that belongs to no assertion.
    pub said: Vec<Diagnostic>,
    /// How long it took; zero where nobody measured.
    pub duration: Duration,
}

impl TestResult {
    /// A test of which nothing is known yet.
    pub fn new(name: impl Into<String>, span: Option<Span>) -> TestResult {
        TestResult {
            name: name.into(),
            env: None,
            span,
            outcome: Outcome::Passed,
            messages: Vec::new(),
            assertions: Vec::new(),
            errors: Vec::new(),
            alerts: Vec::new(),
            said: Vec::new(),
            duration: Duration::ZERO,
        }
    }

    /// What is to be said of the test and its assertions beside their failures.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let faults = self.assertions.iter().flat_map(|it| &it.faults);
        self.said.iter().chain(faults.filter_map(|it| it.said.as_ref()))
    }
}

/// An assertion of a test.
#[derive(Clone, Debug)]
pub struct AssertionResult {
    /// What it asserts, in short: `ApiDown at 5m`.
    pub title: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// How it went.
    pub outcome: Outcome,
    /// What was expected, as text; empty where it passed.
    pub expected: String,
    /// What was found, as text; empty where it passed.
    pub found: String,
    /// What is wrong with it; empty where it passed.
    pub faults: Vec<Fault>,
}

/// Something that is wrong with an assertion.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What is to be said about it; where nothing is, `failure` tells it all.
    pub said: Option<Diagnostic>,
    /// Why it is so, where that is known.
    pub failure: Option<Box<Failure>>,
}

impl Fault {
    /// One that is told.
    pub fn said(said: Diagnostic) -> Fault {
        Fault { said: Some(said), failure: None }
    }

    /// One that is told by what is expected and found.
    pub fn failure(failure: Failure) -> Fault {
        Fault { said: None, failure: Some(Box::new(failure)) }
    }
}

impl AssertionResult {
    /// An assertion of which only the outcome is known.
    pub fn new(
        title: impl Into<String>,
        span: Option<Span>,
        outcome: Outcome,
    ) -> AssertionResult {
        AssertionResult {
            title: title.into(),
            span,
            outcome,
            expected: String::new(),
            found: String::new(),
            faults: Vec::new(),
        }
    }
}

/// A rule that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleError {
    /// The rule's place in the order of evaluation.
    pub rule_idx: usize,
    /// The name of the alert or of the recorded metric.
    pub rule: String,
    /// The tick, in milliseconds.
    pub tick: i64,
    /// Prometheus's message.
    pub message: String,
    /// Where the rule is declared.
    pub span: Span,
    /// The part of its expression that failed, where it is one.
    pub part: Option<TextRange>,
}

/// All alerts of one rule over a test.
#[derive(Clone, Debug)]
pub struct AlertResult {
    /// The rule's place in the order of evaluation.
    pub rule_idx: usize,
    /// The name of the alert.
    pub name: String,
    /// The ticks at which it was evaluated.
    pub ticks: Ticks,
    /// One for each label set that was ever active, in the order of their first tick.
    pub timelines: Vec<Timeline>,
}

/// Times `start, start + step, …` up to and including `end`, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// The first.
    pub start: i64,
    /// No tick is later.
    pub end: i64,
    /// Their distance; positive.
    pub step: i64,
}

impl Ticks {
    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = i64> {
        (0..self.len()).map(move |it| self.start + it as i64 * self.step)
    }

    /// Their number.
    pub fn len(self) -> usize {
        match self.start <= self.end {
            true => ((self.end - self.start) / self.step.max(1)) as usize + 1,
            false => 0,
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether a time is one of them.
    pub fn contains(self, time: i64) -> bool {
        self.start <= time
            && time <= self.end
            && (time - self.start) % self.step.max(1) == 0
    }
}

/// What one alert did: one label set of one rule.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The labels of the alert, `alertname` among them.
    pub labels: Labels,
    /// When it was pending and firing; inactive in between.
    pub stretches: Vec<Stretch>,
    /// What the expression gave, at each tick at which it gave something.
    pub points: Vec<Point>,
}

/// A state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The condition holds, but not yet for long enough.
    Pending,
    /// The alert fires.
    Firing,
}

impl State {
    /// As Prometheus writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Firing => "firing",
        }
    }
}

/// A run of ticks in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The state.
    pub state: State,
    /// The first tick in it.
    pub from: i64,
    /// The first tick no longer in it; `None` where it lasts to the end.
    pub to: Option<i64>,
    /// Since when the alert is active (Prometheus's `activeAt`).
    pub active_at: i64,
}

/// What the expression of an alert gave at a tick.
#[derive(Clone, Debug)]
pub struct Point {
    /// The tick.
    pub tick: i64,
    /// The labels of the sample, metric name included.
    pub source: Labels,
    /// The value of the sample.
    pub value: Sample,
}

impl Timeline {
    /// The stretch that covers a tick; `None` where the alert is inactive.
    pub fn stretch_at(&self, tick: i64) -> Option<&Stretch> {
        let idx = self.stretches.partition_point(|it| it.from <= tick).checked_sub(1)?;
        let it = &self.stretches[idx];
        it.to.is_none_or(|to| tick < to).then_some(it)
    }

    /// The state at a tick; `None` is inactive.
    pub fn state_at(&self, tick: i64) -> Option<State> {
        self.stretch_at(tick).map(|it| it.state)
    }

    /// The last thing that the expression gave at or before a tick: what the alert's
    /// value and annotations show there.
    pub fn point_at(&self, tick: i64) -> Option<&Point> {
        let idx = self.points.partition_point(|it| it.tick <= tick).checked_sub(1)?;
        self.points.get(idx)
    }
}
