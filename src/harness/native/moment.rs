//! Assertions about one moment: the result of an expression.

use crate::case::native::ready::{Instant, Query, SampleMatch, ValueMatch};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::compare;
use crate::harness::explain::pair::{self, Thing};
use crate::harness::explain::sample;
use crate::harness::failure::Failure;
use crate::harness::native::judge::Judge;
use crate::harness::native::{apart, firing};
use crate::harness::words;
use crate::promql::check;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::value::{Sample, Value};

/// Judges an assertion about a moment.
pub fn assert(judge: &mut Judge<'_>, instant: &Instant) {
    if let Some(wanted) = &instant.firing {
        firing::assert(judge, instant, wanted);
    }
    if let Some(query) = &instant.query {
        result(judge, instant, query);
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
    let shown = |(labels, is): &(Labels, Sample)| {
        format!("{labels} {}", apart::sample(wanted_value(query, labels), is))
    };
    let found: Vec<String> = samples.iter().map(shown).collect();
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
    let thing = |labels: &Labels, value: &Sample| Thing {
        labels: labels.clone(),
        value: Some(value.clone()),
        ..Thing::default()
    };
    let all: Vec<Thing> = samples.iter().map(|it| thing(&it.0, &it.1)).collect();
    if let Some((want, text)) = &query.value {
        return match &samples[..] {
            [(_, Sample::Float(it))] if want.holds(*it) => {
                judge.pass(title, instant.span);
            }
            _ => {
                let label = match &samples[..] {
                    [] => "it gives nothing".to_string(),
                    [(_, Sample::Float(is))] => {
                        base = apart::advise(base, *want, *is, "\"");
                        format!("it gives {}", apart::value(*want, *is))
                    }
                    [(_, is)] => format!("it gives {}", apart::sample(None, is)),
                    _ => format!("it gives {} samples", samples.len()),
                };
                let diagnostic = base.within(text, 0, text.as_str().len(), label);
                let diagnostic = diagnostic.note(format!("the result is {found}"));
                judge.fail(title, instant.span, text.to_string(), found, diagnostic);
                judge.because(why(judge, query, instant, &[Thing::default()], &all));
            }
        };
    }
    let wanted = query.samples.as_deref().unwrap_or_default();
    let mut left = samples;
    let mut diagnostic = base;
    let mut n_faults = 0;
    let mut missing: Vec<(&Labels, &Text)> = Vec::new();
    for (labels, value, text) in wanted {
        let at = left.iter().position(|it| same_series(labels, &it.0, query.exact));
        let label = match at.map(|it| left.remove(it)) {
            Some((_, is)) if holds(value, &is) => continue,
            Some((_, is)) => {
                diagnostic = apart::advise_of(diagnostic, value, &is);
                format!("its value is {}", apart::told(value, &is))
            }
            None => {
                missing.push((labels, text));
                continue;
            }
        };
        n_faults += 1;
        diagnostic = diagnostic.within(text, 0, text.as_str().len(), label);
    }
    n_faults += missing.len();
    if n_faults == 0 && left.is_empty() {
        return judge.pass(title, instant.span);
    }
    if n_faults == 0 {
        let whole = 0..query.expr.as_str().len();
        diagnostic = diagnostic.within(&query.expr, whole.start, whole.end, "gives more");
    }
    // One that is missing is told beside the one that is there in its place.
    let only_labels =
        |labels: &Labels| Thing { labels: labels.clone(), ..Thing::default() };
    let ours: Vec<Thing> = missing.iter().map(|it| only_labels(it.0)).collect();
    let theirs: Vec<Thing> = left.iter().map(|it| only_labels(&it.0)).collect();
    let paired = pair::pairs(&ours, &theirs, &|_, _| false);
    for place in paired.places {
        diagnostic = match place {
            (Some(one), two) => {
                let text = missing[one].1;
                let label = match two {
                    Some(two) => {
                        format!("not in the result, which has {}", shown(&left[two]))
                    }
                    None => "not in the result".to_string(),
                };
                diagnostic.within(text, 0, text.as_str().len(), label)
            }
            (None, Some(two)) => {
                diagnostic.note(format!("also in the result: {}", shown(&left[two])))
            }
            (None, None) => diagnostic,
        };
    }
    let expected: Vec<String> = wanted.iter().map(|it| it.2.to_string()).collect();
    judge.fail(title, instant.span, expected.join(", "), found, diagnostic);
    let wanted =
        wanted.iter().map(|it| Thing { labels: it.0.clone(), ..Thing::default() });
    judge.because(why(judge, query, instant, &wanted.collect::<Vec<_>>(), &all));
}

/// Why an expression gives other samples.
fn why(
    judge: &Judge<'_>,
    query: &Query,
    instant: &Instant,
    wanted: &[Thing],
    all: &[Thing],
) -> Option<Failure> {
    let expr = &check::parse(query.expr.as_str(), &judge.book.dialect).ok()?;
    let (run, text, time) = (judge.run, &query.expr, instant.time);
    let asserted = sample::Asserted { run, expr, text, time, deep: judge.is_deep() };
    let alike = |a: &Thing, b: &Thing| same_series(&a.labels, &b.labels, query.exact);
    let failure = sample::explain(&asserted, wanted, all, &alike);
    // What differs is said; and its help is for promtool's files.
    Some(Failure { pairs: Vec::new(), help: Vec::new(), ..failure })
}

type Fault = (std::ops::Range<usize>, String);

fn evaluate(
    judge: &Judge<'_>,
    query: &Query,
    tick: i64,
) -> Result<Vec<(Labels, Sample)>, Fault> {
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
            let sample = |it: &f64| (Labels::empty(), Sample::Float(*it));
            Ok(values.first().map(sample).into_iter().collect())
        }
        Value::Vector(columns) => Ok(columns
            .iter()
            .filter_map(|it| Some((it.labels.clone(), it.sample(0)?)))
            .collect()),
        Value::Text(_) | Value::Matrix(_) => {
            let whole = 0..query.expr.as_str().len();
            Err((whole, "the result is neither a vector nor a scalar".to_string()))
        }
    }
}

/// The value that is wanted of a series.
fn wanted_value(query: &Query, labels: &Labels) -> Option<ValueMatch> {
    let of_series = || {
        let mut all = query.samples.as_deref().unwrap_or_default().iter();
        let it = all.find(|it| same_series(&it.0, labels, query.exact))?;
        match it.1 {
            SampleMatch::Value(it) => Some(it),
            SampleMatch::Histogram(_) => None,
        }
    };
    query.value.as_ref().map(|it| it.0).or_else(of_series)
}

fn holds(want: &SampleMatch, is: &Sample) -> bool {
    match (want, is) {
        (SampleMatch::Value(want), Sample::Float(is)) => want.holds(*is),
        (SampleMatch::Histogram(want), Sample::Histogram(is)) => {
            compare::histogram(&want.histogram()) == compare::histogram(is)
        }
        (SampleMatch::Value(_), Sample::Histogram(_))
        | (SampleMatch::Histogram(_), Sample::Float(_)) => false,
    }
}

/// The metric name is compared where the test writes it, or where all is to be exact.
fn same_series(wanted: &Labels, is: &Labels, exact: bool) -> bool {
    match wanted.symbol(METRIC_NAME) {
        None if !exact => *wanted == is.drop_name(),
        _ => wanted == is,
    }
}
