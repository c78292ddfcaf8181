//! Assertions about one moment: all alerts that fire, or the result of an expression.

use crate::case::native::fill::{Instant, Query};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::native::judge::Judge;
use crate::harness::result::State;
use crate::harness::words::{self, number, shown};
use crate::promql::check;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::value::{Column, Value};

/// Judges an assertion about a moment.
pub fn assert(judge: &mut Judge<'_>, instant: &Instant) {
    if let Some(firing) = &instant.firing {
        firing_alerts(judge, instant, firing);
    }
    if let Some(query) = &instant.query {
        result(judge, instant, query);
    }
}

fn firing_alerts(judge: &mut Judge<'_>, instant: &Instant, wanted: &[(Labels, Text)]) {
    let tick = judge.ready.start + instant.time;
    let mut found: Vec<Labels> = Vec::new();
    for alert in &judge.run.alerts {
        // The last evaluation at or before the moment.
        let ticks = alert.ticks;
        let at = ticks.start + (tick - ticks.start).div_euclid(ticks.step) * ticks.step;
        let firing =
            alert.timelines.iter().filter(|it| it.state_at(at) == Some(State::Firing));
        found.extend(firing.map(|it| it.labels.clone()));
    }
    found.sort();
    let time = words::time(instant.time);
    let title = format!("alerts that fire at {time}");
    let mut missing: Vec<&(Labels, Text)> = Vec::new();
    let mut left = found.clone();
    for want in wanted {
        let as_alert = alert_labels(&want.0);
        match left.iter().position(|it| *it == as_alert) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(want),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return judge.pass(title, instant.span);
    }
    let env = &judge.book.env;
    let mut diagnostic = Diagnostic::error(
        "test-failed",
        format!("other alerts fire at {time} than expected, in {env}"),
    );
    for (_, text) in &missing {
        diagnostic = diagnostic.within(text, 0, text.as_str().len(), "does not fire");
    }
    if missing.is_empty() {
        diagnostic = diagnostic.at(instant.span, "more alerts fire");
    }
    for labels in &left {
        diagnostic = diagnostic.note(format!("{} fires", shown(labels)));
    }
    let list = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<_>>().join(", ");
    let expected = list(&mut wanted.iter().map(|it| it.1.to_string()));
    let found = list(&mut found.iter().map(shown));
    judge.fail(title, instant.span, expected, found, diagnostic);
}

/// `ApiDown{a="b"}` as the labels of an alert.
fn alert_labels(labels: &Labels) -> Labels {
    let name = labels.metric_name().to_string();
    match name.is_empty() {
        true => labels.clone(),
        false => labels.drop_name().with("alertname", &name),
    }
}

fn result(judge: &mut Judge<'_>, instant: &Instant, query: &Query) {
    let tick = judge.ready.start + instant.time;
    let title = format!("{} at {}", query.expr, words::time(instant.time));
    let samples =
        match evaluate(judge, query, tick) {
            Ok(it) => it,
            Err((at, message)) => {
                let diagnostic = Diagnostic::error("test-failed", message.clone())
                    .within(&query.expr, at.start, at.end, "here");
                let expected = "a result".to_string();
                return judge.fail(title, instant.span, expected, message, diagnostic);
            }
        };
    let found: Vec<String> =
        samples.iter().map(|it| format!("{} {}", it.0, number(it.1))).collect();
    let found = match found.is_empty() {
        true => "empty".to_string(),
        false => found.join(", "),
    };
    let env = &judge.book.env;
    let time = words::time(instant.time);
    let mut base = Diagnostic::error(
        "test-failed",
        format!("the expression gives another result at {time}, in {env}"),
    );
    if let Ok(parsed) = check::parse(query.expr.as_str(), &judge.book.dialect) {
        for remark in judge.run.remarks_at(&parsed, tick) {
            base = base.note(remark.to_string());
        }
    }
    if let Some((want, text)) = &query.value {
        return match &samples[..] {
            [(_, value)] if want.holds(*value) => judge.pass(title, instant.span),
            _ => {
                let label = match &samples[..] {
                    [] => "it gives nothing".to_string(),
                    [(_, value)] => format!("it gives {}", number(*value)),
                    _ => format!("it gives {} samples", samples.len()),
                };
                let diagnostic = base.within(text, 0, text.as_str().len(), label);
                let diagnostic = diagnostic.note(format!("the result is {found}"));
                judge.fail(title, instant.span, text.to_string(), found, diagnostic);
            }
        };
    }
    let wanted = query.samples.as_deref().unwrap_or_default();
    let mut left = samples;
    let mut diagnostic = base;
    let mut n_faults = 0;
    for (labels, value, text) in wanted {
        let at = left.iter().position(|it| same_series(labels, &it.0));
        let label = match at.map(|it| left.remove(it)) {
            Some((_, is)) if value.holds(is) => continue,
            Some((_, is)) => format!("its value is {}", number(is)),
            None => "not in the result".to_string(),
        };
        n_faults += 1;
        diagnostic = diagnostic.within(text, 0, text.as_str().len(), label);
    }
    if n_faults == 0 && left.is_empty() {
        return judge.pass(title, instant.span);
    }
    if n_faults == 0 {
        let whole = 0..query.expr.as_str().len();
        diagnostic = diagnostic.within(&query.expr, whole.start, whole.end, "gives more");
    }
    for (labels, value) in &left {
        diagnostic =
            diagnostic.note(format!("also in the result: {labels} {}", number(*value)));
    }
    let expected: Vec<String> = wanted.iter().map(|it| it.2.to_string()).collect();
    judge.fail(title, instant.span, expected.join(", "), found, diagnostic);
}

type Failure = (std::ops::Range<usize>, String);

fn evaluate(
    judge: &Judge<'_>,
    query: &Query,
    tick: i64,
) -> Result<Vec<(Labels, f64)>, Failure> {
    let parsed =
        check::parse(query.expr.as_str(), &judge.book.dialect).map_err(|errors| {
            match errors.into_iter().next() {
                Some(it) => (it.at.bytes(), it.message),
                None => (0..0, "no expression".to_string()),
            }
        })?;
    let value =
        judge.run.instant(&parsed, tick).map_err(|it| (it.at.bytes(), it.to_string()))?;
    match value {
        Value::Scalar(values) => {
            Ok(values.first().map(|it| (Labels::empty(), *it)).into_iter().collect())
        }
        Value::Vector(columns) if columns.iter().any(Column::has_histograms) => {
            let text = "the result is a native histogram; compare what histogram_count, \
                        histogram_sum or histogram_quantile say of it";
            Err((0..query.expr.as_str().len(), text.to_string()))
        }
        Value::Vector(columns) => Ok(columns
            .iter()
            .filter_map(|it| Some((it.labels.clone(), it.float(0)?)))
            .collect()),
        Value::Text(_) | Value::Matrix(_) => {
            let whole = 0..query.expr.as_str().len();
            Err((whole, "the result is neither a vector nor a scalar".to_string()))
        }
    }
}

/// The metric name is compared only where the test writes it.
fn same_series(wanted: &Labels, is: &Labels) -> bool {
    match wanted.symbol(METRIC_NAME) {
        Some(_) => wanted == is,
        None => *wanted == is.drop_name(),
    }
}
