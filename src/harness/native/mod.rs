//! Native tests: series, and time lines of alerts that are named by selectors.
//!
//! [`run`] runs one test in one environment; [`names::check`] says before that which
//! selectors mean nothing in any environment.

mod apart;
pub mod compared;
mod contents;
pub mod data;
pub mod draw;
mod expect;
pub mod export;
pub mod firing;
mod inactive;
pub mod judge;
pub mod moment;
pub mod names;
mod nan;
pub mod select;
mod silent;
mod states;
mod texts;
mod unnamed;
mod unread;
mod why;

use crate::case::native::fill;
use crate::case::native::read::Case;
use crate::case::native::ready::{AlertSelector, Ready};
use crate::case::notation::Sample as Written;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::reads::Reads;
use crate::harness::result::{State, TestResult};
use crate::harness::run::{self, Pace, Run, Setup};
use crate::harness::wake::Needs;
use crate::promql::labels::Labels;
use crate::promql::syntax;
use crate::rules::book::Book;

/// A test's result, and what it proves.
#[derive(Debug)]
pub struct Verdict {
    /// The result.
    pub result: TestResult,
    /// Rules that fired as expected in this test.
    pub fired: Vec<RuleIdx>,
    /// Rules that stayed silent as expected, with data to compare.
    pub silent: Vec<RuleIdx>,
    /// What makes one doubt that assertions prove anything, though they hold.
    pub doubts: Vec<Diagnostic>,
}

/// Whether a test concerns the environment `env` with the rules of `plan`: it names one of
/// its alerts, says that an alert is absent there, or asserts something else. `lookup` gives
/// the environment's parameters.
pub fn concerns(
    case: &Case,
    env: &str,
    lookup: &dyn Fn(&str) -> Option<Text>,
    plan: &Plan<'_>,
) -> bool {
    let means = |it: &Option<AlertSelector>| {
        it.as_ref().is_none_or(|it| !select::rules(plan, it).is_empty())
    };
    case.only && case.expects.is_empty()
        || !case.moments.is_empty()
        || fill::named(case, env, lookup).iter().any(means)
}

/// Runs a test in the environment of `book`, whose rules are `plan`.
pub fn run(ready: &Ready, book: &Book, plan: &Plan<'_>) -> Verdict {
    let series = series(ready);
    let setup = setup(ready, book, &series);
    let run = run::run(plan, &setup);
    judged(ready, book, &run)
}

/// The annotations of alerts that fire in a test, each as it begins to fire.
pub fn annotations(
    ready: &Ready,
    book: &Book,
    plan: &Plan<'_>,
) -> Vec<(RuleIdx, Labels)> {
    let series = series(ready);
    let setup = setup(ready, book, &series);
    let run = run::run(plan, &setup);
    let mut out = Vec::new();
    for alert in &run.alerts {
        for timeline in &alert.timelines {
            let mut stretches = timeline.stretches.iter();
            if let Some(it) = stretches.find(|it| it.state == State::Firing) {
                let found = run.annotations(alert.rule_idx, timeline, it.from);
                out.push((alert.rule_idx, found));
            }
        }
    }
    out
}

pub(super) fn series(ready: &Ready) -> Vec<(Labels, Vec<Written>)> {
    ready.series.iter().map(|it| (it.labels.clone(), it.samples.clone())).collect()
}

pub(super) fn setup<'a>(
    ready: &'a Ready,
    book: &'a Book,
    series: &'a [(Labels, Vec<Written>)],
) -> Setup<'a> {
    let (interval, pace, until) = match ready.evaluation {
        None => (book.interval.0, Pace::Group, ready.until),
        // What comes after the last evaluation is not there.
        Some(it) => (it, Pace::Global, ready.until.div_euclid(it) * it),
    };
    Setup {
        dialect: book.dialect,
        interval,
        pace,
        start: ready.start,
        end: ready.start + until,
        spacing: ready.interval,
        series,
        external_labels: ready.external_labels.as_ref().unwrap_or(&book.external_labels),
        external_url: &ready.external_url,
        has_server: true,
        needs: needs(ready, book),
    }
}

/// What the assertions of a test look at.
fn needs(ready: &Ready, book: &Book) -> Needs {
    let reads = ready
        .moments
        .iter()
        .filter_map(|it| it.query.as_ref())
        .filter_map(|it| syntax::parse(it.expr.as_str(), &book.dialect).ok())
        .map(|it| Reads::of(&it.expr))
        .collect();
    let expected = ready.expects.iter().map(|it| it.selector.name.clone());
    let asserted =
        ready.moments.iter().filter_map(|it| Some(it.alert.as_ref()?.to_string()));
    Needs {
        alerts: expected.chain(asserted).collect(),
        reads,
        // Alerts that are not named have to be seen where they must be silent.
        all: ready.only
            || ready.moments.iter().any(|it| it.firing.is_some() && it.alert.is_none()),
    }
}

fn judged(ready: &Ready, book: &Book, run: &Run<'_>) -> Verdict {
    let mut judge = judge::Judge::new(ready, book, run);
    for error in &run.errors {
        judge.rule_error(error);
    }
    judge.templates();
    for expect in &ready.expects {
        judge.expectation(expect);
    }
    judge.unnamed();
    for instant in &ready.moments {
        moment::assert(&mut judge, instant);
    }
    let judge::Judge { assertions, said, doubts, fired, silent, outcome, .. } = judge;
    let mut result = TestResult::new(ready.name.clone(), Some(ready.span));
    (result.env, result.outcome) = (Some(book.env.to_string()), outcome);
    (result.assertions, result.said) = (assertions, said);
    result.messages = result.diagnostics().map(|it| it.title.clone()).collect();
    (result.errors, result.alerts) = (run.errors.clone(), run.alerts.clone());
    Verdict { result, fired, silent, doubts }
}
