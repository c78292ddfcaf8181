//! Why a selector gives nothing: no metric of this name, a matcher that no series
//! satisfies, or samples at other times only.

use crate::diag::suggest;
use crate::harness::explain::cause::{Asked, Cause, named};
use crate::harness::explain::recorded;
use crate::harness::failure::Reason;
use crate::harness::plan::RuleIdx;
use crate::harness::words;
use crate::promql::labels::{Labels, METRIC_NAME, quote};
use crate::promql::matcher::Matchers;
use crate::promql::series::{Series, Storage};
use crate::promql::syntax::ast::{Expr, MatchOp, Matcher, Selector};
use crate::promql::value::STALE_NAN;
use crate::rules::group::Rule;

/// Says why `expr`, a selector or one with a range (in milliseconds), gives nothing, and
/// why the rules wrote nothing that might have been meant.
pub fn nothing(
    asked: &Asked<'_>,
    expr: &Expr,
    selector: &Selector,
    range: Option<i64>,
    out: &mut Cause<'_>,
) {
    let rules = recorded::writers(asked, expr, selector);
    out.reasons.extend(reason(asked, expr, selector, range, &rules));
    recorded::follow(asked, selector, &rules, out);
}

fn reason(
    asked: &Asked<'_>,
    expr: &Expr,
    selector: &Selector,
    range: Option<i64>,
    rules: &[RuleIdx],
) -> Option<Reason> {
    let storage = &asked.run.storage;
    let all = storage.series();
    let matching = storage.matching(&Matchers::new(&selector.matchers));
    let matching: Vec<&Series> = matching.iter().map(|it| &all[*it as usize]).collect();
    let agreeing: Vec<&&Series> =
        matching.iter().filter(|it| asked.agrees(&it.labels)).collect();
    if let Some(series) = agreeing.first() {
        let text = other_times(asked, selector, series, range);
        return Some(asked.reason(expr, text));
    }
    if !matching.is_empty() {
        // Series for other labels than those that are looked for.
        let n_other = |it: &&&Series| contradictions(asked, &it.labels).len();
        let nearest = matching.iter().min_by_key(n_other)?;
        let wanted = contradictions(asked, &nearest.labels).join(", ");
        let text = format!(
            "no series has {wanted} here; the nearest is {}",
            named(&nearest.labels)
        );
        return Some(asked.reason(expr, text));
    }
    let metric = metric(selector);
    let same_name: Vec<&Series> = match metric {
        Some(name) => all.iter().filter(|it| it.labels.metric_name() == name).collect(),
        None => Vec::new(),
    };
    let failing = |it: &&&Series| failing(selector, &it.labels).len();
    if let Some(nearest) = same_name.iter().min_by_key(failing) {
        let faults = self::failing(selector, &nearest.labels);
        let first = faults.first()?;
        let is = match nearest.labels.get(&first.name) {
            "" => format!("no label `{}`", first.name),
            is => format!("{}={}", first.name, quote(is)),
        };
        let text = format!(
            "no series matches this; the nearest, {}, has {is}",
            named(&nearest.labels)
        );
        let at = first.span.bytes();
        let span = asked.text.place(at.start, at.end).span;
        return Some(Reason { text, span: Some(span) });
    }
    let Some(metric) = metric else {
        return Some(asked.reason(expr, "no series matches this"));
    };
    let plan = asked.run.plan();
    let text = match (rules, plan.writers(metric)) {
        ([], [_, ..]) if recorded::may_be(asked, selector) => {
            format!("no rule writes `{metric}` with these labels")
        }
        ([rule, ..], _) | ([], [rule, ..]) => match plan.slots[*rule].rule {
            Rule::Record(_) => format!("`{metric}` is not recorded then"),
            Rule::Alert(_) => "no such alert is active then".to_string(),
        },
        ([], []) => {
            let names = all.iter().map(|it| it.labels.metric_name());
            match suggest::nearest(metric, names) {
                Some(near) => format!("the test has no series `{metric}`, but `{near}`"),
                None => format!("the test has no series `{metric}`"),
            }
        }
    };
    Some(asked.reason(expr, text))
}

/// The metric that a selector names.
fn metric(selector: &Selector) -> Option<&str> {
    let name = selector
        .matchers
        .iter()
        .find(|it| &*it.name == METRIC_NAME && it.op == MatchOp::Equal)?;
    Some(&name.value)
}

/// The matchers that a series does not satisfy.
fn failing<'s>(selector: &'s Selector, labels: &Labels) -> Vec<&'s Matcher> {
    let holds = |it: &Matcher| Matchers::new(std::slice::from_ref(it)).holds(labels);
    selector.matchers.iter().filter(|it| !holds(it)).collect()
}

/// The wanted labels that a series contradicts.
fn contradictions(asked: &Asked<'_>, labels: &Labels) -> Vec<String> {
    let other =
        |name: &str, value: &str| labels.symbol(name).is_some_and(|is| **is != *value);
    asked
        .wanted
        .iter()
        .filter(|it| other(&it.0, &it.1))
        .map(|it| format!("{}={}", it.0, quote(&it.1)))
        .collect()
}

/// A series that has samples, but none that is seen at the time.
fn other_times(
    asked: &Asked<'_>,
    selector: &Selector,
    series: &Series,
    range: Option<i64>,
) -> String {
    let start = asked.run.setup().start;
    let time = |at: i64| words::time(at - start);
    let Some(seen_at) = recorded::seen_at(asked, selector) else {
        return "no sample is seen from here".to_string();
    };
    let name = named(&series.labels);
    let Some(first) = first_time(series) else { return format!("{name} has no sample") };
    if seen_at < first {
        return format!("{name} begins at {}, after {}", time(first), time(seen_at));
    }
    let matchers = Matchers::new(&selector.matchers);
    let view = asked.sight.map(|it| asked.run.view(it));
    let seen = match &view {
        Some(view) => view.select(&matchers, i64::MIN, seen_at),
        None => asked.run.storage.select(&matchers, i64::MIN, seen_at),
    };
    let unseen = format!("no sample of {name} is there yet for this rule");
    let Some(seen) = seen.into_iter().find(|it| *it.labels == series.labels) else {
        return unseen;
    };
    let until = |it: &[i64]| it.partition_point(|it| *it <= seen_at);
    let n_floats = until(seen.floats.times);
    let float = n_floats.checked_sub(1).map(|it| seen.floats.times[it]);
    let n_histograms = until(seen.histograms.times);
    let histogram = n_histograms.checked_sub(1).map(|it| seen.histograms.times[it]);
    let Some(last) = float.max(histogram) else { return unseen };
    let is_stale = float == Some(last)
        && seen.floats.values[n_floats - 1].to_bits() == STALE_NAN.to_bits();
    if is_stale {
        return format!("{name} is stale from {} on", time(last));
    }
    let n_seen = n_floats + n_histograms;
    if n_seen < until(&series.floats.times) + until(&series.histograms.times) {
        return format!("the last sample of {name} for this rule is at {}", time(last));
    }
    match range {
        Some(range) => format!(
            "{name} has no sample in the {} before {}; the last is at {}",
            words::time(range),
            time(seen_at),
            time(last)
        ),
        None => format!(
            "the last sample of {name} is at {}, too old at {} (it is seen for {})",
            time(last),
            time(seen_at),
            words::time(asked.run.setup().dialect.lookback)
        ),
    }
}

fn first_time(series: &Series) -> Option<i64> {
    let float = series.floats.points().first().map(|it| it.0);
    let histogram = series.histograms.points().first().map(|it| it.0);
    float.into_iter().chain(histogram).min()
}
