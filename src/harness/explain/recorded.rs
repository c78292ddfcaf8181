//! Why a recorded metric is not there: into the rules that may write it.

use crate::harness::explain::cause::{Asked, Cause};
use crate::harness::explain::unseen::is_blurred;
use crate::harness::explain::wanted::{self, Wanted};
use crate::harness::plan::RuleIdx;
use crate::harness::reads::Reads;
use crate::harness::run::Sight;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{Expr, MatchOp, Selector};
use crate::rules::group::Rule;

/// Recorded metrics that are followed into their rules, one in the other.
const DEEPEST: usize = 4;

/// Rules that are followed where several may write what is looked for.
const MOST: usize = 3;

/// The time at which a selector looks, where its text tells it.
pub fn seen_at(asked: &Asked<'_>, selector: &Selector) -> Option<i64> {
    match (&selector.offset, selector.at) {
        (None, None) => Some(asked.time),
        (Some(offset), None) => Some(asked.time - offset.literal_millis()?),
        (_, Some(_)) => None,
    }
}

/// The labels that a series must have: the wanted ones and those of the matchers. `None`
/// where they contradict each other.
fn needed(asked: &Asked<'_>, selector: &Selector) -> Option<Wanted> {
    let mut out = asked.wanted.clone();
    for it in &selector.matchers {
        if it.op != MatchOp::Equal || &*it.name == METRIC_NAME || it.value.is_empty() {
            continue;
        }
        match out.iter().find(|pair| pair.0 == it.name) {
            Some(pair) if pair.1 != it.value => return None,
            Some(_) => {}
            None => out.push((it.name.clone(), it.value.clone())),
        }
    }
    Some(out)
}

/// Whether a series that is selected may be one that is looked for.
pub fn may_be(asked: &Asked<'_>, selector: &Selector) -> bool {
    needed(asked, selector).is_some()
}

/// The rules that may write a series which is looked for, ascending. `expr` is the
/// selector, with its range if it has one.
pub fn writers(asked: &Asked<'_>, expr: &Expr, selector: &Selector) -> Vec<RuleIdx> {
    let plan = asked.run.plan();
    let Some(needed) = needed(asked, selector) else { return Vec::new() };
    let mut all = plan.writers_for(&Reads::of(expr).selectors);
    all.retain(|it| {
        let known = &plan.slots[*it].output.known;
        known.iter().all(|own| needed.iter().all(|it| it.0 != own.0 || it.1 == own.1))
    });
    all
}

/// Says why the rules wrote nothing that is looked for, as far as their expressions gave
/// nothing.
pub fn follow(
    asked: &Asked<'_>,
    selector: &Selector,
    rules: &[RuleIdx],
    out: &mut Cause<'_>,
) {
    if asked.depth == DEEPEST || MOST < rules.len() {
        return;
    }
    let Some(needed) = needed(asked, selector) else { return };
    for rule in rules {
        if is_blurred(asked.run.plan(), *rule) {
            continue;
        }
        let slot = &asked.run.plan().slots[*rule];
        let Some(tick) = last_tick(asked, selector, *rule) else { continue };
        // Labels that the rule sets say nothing of what its expression gives.
        let own = slot.labels();
        let mut own: Vec<&str> = own.iter().map(|it| &*it.0).collect();
        if matches!(slot.rule, Rule::Alert(_)) {
            own.extend(["alertname", "alertstate"]);
        }
        let below = Asked {
            run: asked.run,
            whole: slot.expr(),
            text: slot.expr_text(),
            time: tick - slot.offset,
            sight: Some(Sight { tick, rule: *rule }),
            wanted: wanted::without(&needed, &own),
            depth: asked.depth + 1,
        };
        out.reasons.extend(below.cause().reasons);
    }
}

/// The last tick of a rule whose results a selector may see.
fn last_tick(asked: &Asked<'_>, selector: &Selector, rule: RuleIdx) -> Option<i64> {
    let slot = &asked.run.plan().slots[rule];
    let ticks = asked.run.setup().ticks(slot.group);
    let mut last = ticks.end.min(seen_at(asked, selector)? + slot.offset);
    if let Some(sight) = asked.sight {
        let is_later = sight.rule <= rule;
        last = last.min(if is_later { sight.tick - 1 } else { sight.tick });
    }
    (ticks.start <= last)
        .then(|| ticks.start + (last - ticks.start) / ticks.step * ticks.step)
}
