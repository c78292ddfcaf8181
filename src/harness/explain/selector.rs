//! Why a selector gives nothing: no metric of this name, a matcher that no series
//! satisfies, or samples at other times only.

use crate::diag::suggest;
use crate::harness::explain::cause::{Asked, Cause, named};
use crate::harness::failure::Reason;
use crate::harness::words;
use crate::promql::labels::{Labels, METRIC_NAME, quote};
use crate::promql::matcher::Matchers;
use crate::promql::series::Series;
use crate::promql::syntax::ast::{Expr, MatchOp, Matcher, Selector};
use crate::promql::value::STALE_NAN;

/// Says why `expr`, a selector or one with a range (in milliseconds), gives nothing.
pub fn nothing<'a>(
    asked: &Asked<'a>,
    expr: &'a Expr,
    selector: &Selector,
    range: Option<i64>,
    out: &mut Cause<'a>,
) {
    let storage = &asked.run.storage;
    let all = storage.series();
    let matching = storage.matching(&Matchers::new(&selector.matchers));
    let matching: Vec<&Series> = matching.iter().map(|it| &all[*it as usize]).collect();
    let agreeing: Vec<&&Series> =
        matching.iter().filter(|it| asked.agrees(&it.labels)).collect();
    if let Some(series) = agreeing.first() {
        out.reasons.push(asked.reason(expr, other_times(asked, selector, series, range)));
        return;
    }
    if !matching.is_empty() {
        // Series for other labels than those that are looked for.
        let n_other = |it: &&&Series| contradictions(asked, &it.labels).len();
        let Some(nearest) = matching.iter().min_by_key(n_other) else { return };
        let wanted = contradictions(asked, &nearest.labels).join(", ");
        let text = format!(
            "no series has {wanted} here; the nearest is {}",
            named(&nearest.labels)
        );
        out.reasons.push(asked.reason(expr, text));
        return;
    }
    let metric = metric(selector);
    let same_name: Vec<&Series> = match metric {
        Some(name) => all.iter().filter(|it| it.labels.metric_name() == name).collect(),
        None => Vec::new(),
    };
    let failing = |it: &&&Series| failing(selector, &it.labels).len();
    if let Some(nearest) = same_name.iter().min_by_key(failing) {
        let faults = self::failing(selector, &nearest.labels);
        let Some(first) = faults.first() else { return };
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
        out.reasons.push(Reason { text, span: Some(span) });
        return;
    }
    let Some(metric) = metric else {
        out.reasons.push(asked.reason(expr, "no series matches this"));
        return;
    };
    if asked.recorded(expr, metric, out) {
        return;
    }
    let names = all.iter().map(|it| it.labels.metric_name());
    let text = match suggest::nearest(metric, names) {
        Some(near) => format!("the test has no series `{metric}`, but `{near}`"),
        None => format!("the test has no series `{metric}`"),
    };
    out.reasons.push(asked.reason(expr, text));
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
    let offset = selector.offset.as_ref().map(|it| it.literal_millis());
    let seen_at = match (offset, selector.at) {
        (None, None) => asked.time,
        (Some(Some(offset)), None) => asked.time - offset,
        (_, _) => return "no sample is seen from here".to_string(),
    };
    let floats = series.floats.points();
    let name = named(&series.labels);
    if let Some(first) = first_time(series).filter(|it| seen_at < *it) {
        return format!("{name} begins at {}, after {}", time(first), time(seen_at));
    }
    let is_stale = |it: &f64| it.to_bits() == STALE_NAN.to_bits();
    let before = floats.iter().rev().find(|it| it.0 <= seen_at);
    if let Some((at, value)) = before
        && is_stale(value)
    {
        return format!("{name} is stale from {} on", time(at));
    }
    let histogram = series.histograms.points();
    let histogram = histogram.iter().rev().find(|it| it.0 <= seen_at).map(|it| it.0);
    let last = before.map(|it| it.0).into_iter().chain(histogram).max();
    match (last, range) {
        (Some(last), Some(range)) => format!(
            "{name} has no sample in the {} before {}; the last is at {}",
            words::time(range),
            time(seen_at),
            time(last)
        ),
        (Some(last), None) => format!(
            "the last sample of {name} is at {}, too old at {} (it is seen for {})",
            time(last),
            time(seen_at),
            words::time(asked.run.setup().dialect.lookback)
        ),
        (None, _) => format!("{name} has no sample"),
    }
}

fn first_time(series: &Series) -> Option<i64> {
    let float = series.floats.points().first().map(|it| it.0);
    let histogram = series.histograms.points().first().map(|it| it.0);
    float.into_iter().chain(histogram).min()
}
