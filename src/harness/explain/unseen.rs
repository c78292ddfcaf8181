//! What a rule does not see yet when it is evaluated: results of later rules at the same
//! tick, and samples after it.

use crate::harness::explain::cause::{Asked, series};
use crate::harness::explain::recorded;
use crate::harness::failure::Reason;
use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::query;
use crate::harness::words;
use crate::promql::syntax::ast::{Expr, ExprKind, Selector};

/// A reason for each selector of a rule that gives something else in the end than the
/// rule saw at its tick.
pub fn reasons(asked: &Asked<'_>) -> Vec<Reason> {
    let mut out = Vec::new();
    asked.whole.expr.walk(&mut |expr| {
        if let ExprKind::Selector(it) = &expr.kind
            && let Some(text) = unseen(asked, expr, it)
        {
            out.push(asked.reason(expr, text));
        }
    });
    out
}

/// Whether it cannot be told any more what a rule saw: a later rule writes into the past,
/// to where this one looks.
pub fn is_blurred(plan: &Plan<'_>, rule: RuleIdx) -> bool {
    let moved = |it: &RuleIdx| plan.slots[*it].offset != 0;
    moved(&rule) && plan.sources(rule).iter().any(|it| rule <= *it && moved(it))
}

fn unseen(asked: &Asked<'_>, expr: &Expr, selector: &Selector) -> Option<String> {
    let sight = asked.sight?;
    let seen_at = recorded::seen_at(asked, selector)?;
    let in_the_end = Asked { sight: None, ..asked.clone() };
    let texts = |it: &Asked<'_>| -> Option<Vec<String>> {
        Some(it.samples(expr)?.iter().map(series).collect())
    };
    if texts(asked)? == texts(&in_the_end)? {
        return None;
    }
    let tick = words::time(sight.tick - asked.run.setup().start);
    if sight.tick < seen_at {
        return Some(format!("no sample after {tick} is seen by the rule at {tick}"));
    }
    let part = query::part(asked.whole, expr);
    let writers = recorded::writers(asked, &part.expr, selector);
    let later = writers.iter().find(|it| sight.rule < **it)?;
    let name = asked.run.plan().slots[*later].name();
    Some(format!(
        "`{name}` comes after this rule, which at {tick} sees what was there before"
    ))
}
