//! A native test as assertions that promtool can make, with what the engine says there.
//!
//! promtool evaluates every group at one interval, holds at most 10,000 samples in a
//! query and compares moments only. So the test runs twice: as it is, and as promtool
//! would run it. Only where both agree there is something to assert.

mod answer;
mod question;

use std::collections::BTreeSet;

use crate::case::exported::{Alerts, Exported, LeftOut, Results};
use crate::case::native::ready::{Instant, Ready};
use crate::harness::native::{self, select};
use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::promtool::refusal;
use crate::harness::reads::Reads;
use crate::harness::result::Outcome;
use crate::harness::run::{self, Run, Setup};
use crate::harness::wake::{self, Needs};
use crate::promql::dialect::{Dialect, Version};
use crate::promql::syntax;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group};
use answer::{Answer, Answers, as_promtool, touched};
use question::Ask;

/// The first version of promtool in which a test can begin at another time than 0.
const KNOWS_START: Version = Version::new(3, 14);

/// A test in the environment of `book`, whose rules are `plan`, as promtool would make
/// it. What promtool cannot say is in `left_out`; without assertions it is to be left out
/// as a whole.
pub fn export(ready: &Ready, book: &Book, plan: &Plan<'_>) -> Exported {
    let needs = needs(ready, book, plan);
    let awake = wake::awake(plan, ready.series.iter().map(|it| &it.labels), &needs);
    let series = native::series(ready);
    let setup = Setup { needs, ..native::setup(ready, book, &series) };
    let run = run::run(plan, &setup);
    let mut out = Exported {
        name: ready.name.clone(),
        span: ready.span,
        evaluation: book.interval.0,
        spacing: ready.interval,
        start: ready.start,
        external_labels: setup.external_labels.to_vec(),
        external_url: ready.external_url.clone(),
        series: Vec::new(),
        alerts: Vec::new(),
        results: Vec::new(),
        left_out: Vec::new(),
        groups: Vec::new(),
        order: Vec::new(),
    };
    if let Some(why) = objection(ready, book, &run) {
        let (what, span) = ("the test".to_string(), ready.span);
        out.left_out.push(LeftOut { what, why, span });
        return out;
    }
    let touched = touched(&run, &awake);
    let (questions, left_out) = question::questions(ready, &run, &touched);
    out.left_out = left_out;
    let mut best: Option<Answers<'_>> = None;
    for evaluation in evaluations(ready, plan, &setup, &touched) {
        let answers = as_promtool(&questions, &run, evaluation, &awake);
        let n_left_out = answers.left_out.len();
        if best.as_ref().is_none_or(|it| n_left_out < it.left_out.len()) {
            best = Some(answers);
        }
        if n_left_out == 0 {
            break;
        }
    }
    let Some(best) = best else { return out };
    for (question, answer) in best.given {
        let time = question.time;
        match (question.ask.clone(), answer) {
            (Ask::Firing(name), Answer::Firing(firing)) => {
                out.alerts.push(Alerts { time, name, firing });
            }
            (Ask::Result(expr), Answer::Result(samples)) => {
                out.results.push(Results { time, expr, samples });
            }
            (_, _) => unreachable!("an answer is of the kind of its question"),
        }
    }
    out.evaluation = best.evaluation;
    out.left_out.extend(best.left_out);
    let needed = needed(plan, &out, &book.dialect);
    // What a template asks for is not known.
    let asks = needed.iter().any(|it| plan.slots[*it].queries);
    let mut rules = best.touched;
    rules.retain(|it| asks || needed.contains(it));
    out.order = order(book, plan, &rules);
    out.groups = groups(ready, book, plan, &rules, &out.alerts);
    out.series = series;
    out
}

/// What the assertions of a test may look at: no less than in the native run.
fn needs(ready: &Ready, book: &Book, plan: &Plan<'_>) -> Needs {
    let is_whole = |it: &Instant| it.firing.is_some() && it.alert.is_none();
    let all = ready.only || ready.moments.iter().any(is_whole);
    let mut alerts: Vec<String> =
        ready.expects.iter().map(|it| it.selector.name.clone()).collect();
    alerts.extend(
        ready.moments.iter().filter_map(|it| Some(it.alert.as_ref()?.to_string())),
    );
    if all {
        alerts.extend(select::alerts(plan).map(|it| it.1.name.to_string()));
    }
    let queries = ready.moments.iter().filter_map(|it| it.query.as_ref());
    let pending = ready.expects.iter().map(|it| question::pending(&it.selector.name));
    let reads = queries
        .map(|it| it.expr.to_string())
        .chain(pending)
        .filter_map(|it| syntax::parse(&it, &book.dialect).ok())
        .map(|it| Reads::of(&it.expr))
        .collect();
    Needs { alerts, reads, all: false }
}

/// The groups that matter: of these rules, and of the alerts that the test or an assertion
/// names.
fn groups(
    ready: &Ready,
    book: &Book,
    plan: &Plan<'_>,
    rules: &[RuleIdx],
    asserted: &[Alerts],
) -> Vec<usize> {
    let named = ready.expects.iter().flat_map(|it| select::rules(plan, &it.selector));
    let is_asserted = |it: &&(RuleIdx, &Alert)| {
        asserted.iter().any(|alerts| alerts.name == it.1.name.as_str())
    };
    let asserted = select::alerts(plan);
    let asserted = asserted.filter(|it| is_asserted(&it)).map(|it| it.0);
    let rules = rules.iter().copied().chain(named).chain(asserted);
    let groups = rules.map(|it| plan.slots[it].group);
    let mut out: Vec<usize> = groups.filter_map(|it| place(book, it)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The place of a group in the book: a test may see but some of them, in an order of its
/// own.
fn place(book: &Book, group: &Group) -> Option<usize> {
    book.groups.iter().position(|it| std::ptr::eq(it, group))
}

/// Why a test cannot be one of promtool's at all.
fn objection(ready: &Ready, book: &Book, run: &Run<'_>) -> Option<String> {
    let series = run.setup().series;
    if native::judged(ready, book, run).result.outcome != Outcome::Passed {
        return Some("it does not pass: `aqua-alerts test` says why".to_string());
    }
    if ready.start != 0 && book.dialect.version < KNOWS_START {
        return Some(format!(
            "`start` needs promtool {KNOWS_START}, and `[prometheus] version` is {}",
            book.dialect.version
        ));
    }
    if let Some(why) = series.iter().find_map(|it| refusal(&it.0, &it.1, &book.dialect)) {
        return Some(format!("promtool's database refuses a histogram of it: {why}"));
    }
    if book.dialect.features.type_and_unit_labels {
        return Some("promtool knows no feature `type-and-unit-labels`".to_string());
    }
    None
}

/// The rules on whose results the assertions depend.
fn needed(plan: &Plan<'_>, out: &Exported, dialect: &Dialect) -> BTreeSet<RuleIdx> {
    let is_asserted = |name: &str| out.alerts.iter().any(|it| it.name == name);
    let alerts = select::alerts(plan).filter(|it| is_asserted(it.1.name.as_str()));
    let mut todo: Vec<RuleIdx> = alerts.map(|it| it.0).collect();
    for it in &out.results {
        if let Ok(parsed) = syntax::parse(&it.expr, dialect) {
            todo.extend(plan.writers_for(&Reads::of(&parsed.expr).selectors));
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(idx) = todo.pop() {
        if seen.insert(idx) {
            todo.extend(plan.sources(idx));
        }
    }
    seen
}

/// Groups of some rules of which the second reads what the first writes, or the other way
/// round: their order matters.
fn order(book: &Book, plan: &Plan<'_>, rules: &[RuleIdx]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for reader in rules {
        for source in plan.sources(*reader).iter().filter(|it| rules.contains(it)) {
            let mut slots = [*reader, *source].map(|it| &plan.slots[it]);
            slots.sort_by_key(|it| it.group_idx);
            if slots[0].group_idx != slots[1].group_idx
                && let [Some(first), Some(second)] = slots.map(|it| place(book, it.group))
            {
                out.push((first, second));
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The intervals at which promtool might evaluate everything: first those of the alerts
/// that the test names.
fn evaluations(
    ready: &Ready,
    plan: &Plan<'_>,
    setup: &Setup<'_>,
    reached: &[RuleIdx],
) -> Vec<i64> {
    let step = |idx: RuleIdx| setup.ticks(plan.slots[idx].group).step;
    let named = ready.expects.iter().flat_map(|it| select::rules(plan, &it.selector));
    let mut others: Vec<i64> = reached.iter().map(|it| step(*it)).collect();
    others.push(setup.interval);
    others.sort_unstable();
    let mut out: Vec<i64> = Vec::new();
    for it in named.map(step).chain(others) {
        if !out.contains(&it) {
            out.push(it);
        }
    }
    out
}

/// The alerts among some rules, by name.
fn names_of(plan: &Plan<'_>, rules: &[RuleIdx]) -> Vec<String> {
    let name = |it: &RuleIdx| Some(plan.slots[*it].rule.as_alert()?.name.to_string());
    let mut out: Vec<String> = rules.iter().filter_map(name).collect();
    out.sort();
    out.dedup();
    out
}
