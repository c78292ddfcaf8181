//! Which rules a test can wake.
//!
//! A rule none of whose selectors can find a series has no result and cannot fail, so
//! it is left out: the cost of a test grows with what its series reach, not with the
//! number of rules. Left in are rules that have results from nothing, unless theirs is a
//! single one that nobody looks at.

use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::reads::Reads;
use crate::promql::labels::Labels;
use crate::rules::group::Rule;

/// What the assertions of a test look at.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Names of alerts.
    pub alerts: Vec<String>,
    /// What expressions look at.
    pub reads: Vec<Reads>,
    /// Everything: every rule is evaluated.
    pub all: bool,
}

/// The rules that matter, ascending.
pub fn awake<'s>(
    plan: &Plan<'_>,
    series: impl Iterator<Item = &'s Labels>,
    needs: &Needs,
) -> Vec<RuleIdx> {
    let n_rules = plan.slots.len();
    if needs.all {
        return (0..n_rules).collect();
    }
    let mut flags = vec![false; n_rules];
    let mut todo: Vec<RuleIdx> = Vec::new();
    let mut wake = |idx: RuleIdx, todo: &mut Vec<RuleIdx>| {
        if !std::mem::replace(&mut flags[idx], true) {
            todo.push(idx);
        }
    };
    for labels in series {
        plan.readers_of(labels).into_iter().for_each(|it| wake(it, &mut todo));
        // What is written to a loaded series may contradict it.
        plan.writers(labels.metric_name()).iter().for_each(|it| wake(*it, &mut todo));
    }
    for idx in &plan.always {
        wake(*idx, &mut todo);
    }
    for idx in &plan.harmless {
        if is_needed(plan, *idx, needs) {
            wake(*idx, &mut todo);
        }
    }
    let mut asks = false;
    while let Some(idx) = todo.pop() {
        plan.sinks(idx).iter().for_each(|it| wake(*it, &mut todo));
        // What a template asks for is not known before it runs.
        if plan.slots[idx].queries && !std::mem::replace(&mut asks, true) {
            plan.harmless.iter().for_each(|it| wake(*it, &mut todo));
        }
    }
    (0..n_rules).filter(|it| flags[*it]).collect()
}

/// Whether anybody looks at the result of a rule.
fn is_needed(plan: &Plan<'_>, idx: RuleIdx, needs: &Needs) -> bool {
    let slot = &plan.slots[idx];
    let asserted = match slot.rule {
        Rule::Alert(it) => needs.alerts.iter().any(|name| name == it.name.as_str()),
        Rule::Record(_) => false,
    };
    let reads = || needs.reads.iter().flat_map(|it| &it.selectors);
    asserted
        || !plan.sinks(idx).is_empty()
        || reads().any(|it| match &it.metric {
            Some(metric) if !slot.output.metrics.contains(metric) => false,
            _ => it.may_select(&slot.output),
        })
}
