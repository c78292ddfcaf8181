//! The assertions of a promtool test: whether they hold, and promtool's words for it.

use crate::case::notation::{self, Grid as SampleGrid, Notation, Sample as Written};
use crate::case::promtool::{
    AlertTest, ExpectedAlert, ExpectedSample, ExprTest, TestGroup,
};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::text::{Text, TextBuilder};
use crate::harness::compare::{self, Found};
use crate::harness::explain::pair::Thing;
use crate::harness::explain::{alert as alert_explained, sample as sample_explained};
use crate::harness::failure::Field;
use crate::harness::plan::RuleIdx;
use crate::harness::result::{AssertionResult, Fault, Outcome};
use crate::harness::run::Run;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::duration::format_duration;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol, quote};
use crate::promql::syntax;
use crate::promql::syntax::ast::{ExprKind, Parsed, SyntaxError};
use crate::promql::value::{Sample, Value};

/// The title of an assertion about alerts.
pub(super) fn alert_title(test: &AlertTest) -> String {
    format!("{} at {}", test.name, format_duration(test.eval_time))
}

/// The title of an assertion about an expression.
pub(super) fn expr_title(test: &ExprTest) -> String {
    format!("{} at {}", test.expr, format_duration(test.eval_time))
}

/// Judges the alerts that fire at a tick; with `deep`, finds out why they do not agree.
pub(super) fn alert(
    run: &Run<'_>,
    test: &AlertTest,
    tick: i64,
    deep: bool,
) -> AssertionResult {
    let mut found: Vec<(Found, RuleIdx)> = run
        .firing(&test.name, tick)
        .into_iter()
        .map(|it| {
            let (labels, annotations) = (it.timeline.labels.clone(), it.annotations);
            (Found { labels, annotations }, it.rule_idx)
        })
        .collect();
    let mut expected: Vec<(Found, &ExpectedAlert)> = test
        .expected
        .iter()
        .map(|it| {
            let pairs = it.labels.iter().filter(|it| it.0.as_str() != "alertname");
            let pairs = pairs.map(|it| (it.0.shared(), it.1.shared()));
            let name = ("alertname".into(), test.name.as_str().into());
            let labels = sorted(pairs.chain([name]));
            let pairs = it.annotations.iter().map(|it| (it.0.shared(), it.1.shared()));
            (Found { labels, annotations: sorted(pairs) }, it)
        })
        .collect();
    found.sort();
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let same = found.iter().map(|it| &it.0).eq(expected.iter().map(|it| &it.0));
    let mut result =
        AssertionResult::new(alert_title(test), Some(test.head), Outcome::Passed);
    if same {
        return result;
    }
    let things: Vec<Thing> =
        expected.iter().map(|it| expected_alert(&it.0, it.1)).collect();
    let thing = |it: &Found| Thing {
        labels: it.labels.clone(),
        annotations: it.annotations.clone(),
        ..Thing::default()
    };
    let got: Vec<Thing> = found.iter().map(|it| thing(&it.0)).collect();
    let rules: Vec<RuleIdx> = found.iter().map(|it| it.1).collect();
    let time = test.eval_time;
    let asserted = alert_explained::Asserted { run, name: &test.name, tick, time, deep };
    let failure = alert_explained::explain(&asserted, &things, &got, &rules);
    result.faults.push(Fault::failure(failure));
    result.outcome = Outcome::Failed;
    let list = |all: Vec<Found>| compare::list(&all);
    result.expected = list(expected.into_iter().map(|it| it.0).collect());
    result.found = list(found.into_iter().map(|it| it.0).collect());
    result
}

/// An expected alert with its places.
fn expected_alert(it: &Found, written: &ExpectedAlert) -> Thing {
    let places = |field: Field, pairs: &[(Text, Text)]| -> Vec<_> {
        pairs.iter().map(|it| (field, it.0.shared(), it.1.clone())).collect()
    };
    let mut all = places(Field::Label, &written.labels);
    all.extend(places(Field::Annotation, &written.annotations));
    Thing {
        labels: it.labels.clone(),
        annotations: it.annotations.clone(),
        value: None,
        head: Some(written.head),
        places: all,
    }
}

/// Labels as promtool takes them from YAML: sorted, empty values kept.
fn sorted(pairs: impl Iterator<Item = (Symbol, Symbol)>) -> Labels {
    let mut pairs: Vec<(Symbol, Symbol)> = pairs.collect();
    pairs.sort();
    Labels::from_sorted(pairs)
}

/// Judges the samples of an expression; with `deep`, finds out why they do not agree.
pub(super) fn expr(
    run: &Run<'_>,
    fuzzy: bool,
    deep: bool,
    test: &ExprTest,
    expr: &Result<Parsed, Vec<SyntaxError>>,
) -> AssertionResult {
    let span = Some(test.expr.span());
    let mut result = AssertionResult::new(expr_title(test), span, Outcome::Passed);
    let parsed = match expr {
        Ok(parsed) => parsed,
        Err(faults) => {
            let first = faults.first();
            result.outcome = Outcome::Error;
            result.found = first.map_or("parse error".to_string(), |it| {
                format!("1:{}: parse error: {}", it.at.start + 1, it.message)
            });
            let said = faults.iter().map(|it| bad_expr(test, it));
            result.faults = said.map(Fault::said).collect();
            return result;
        }
    };
    let found = samples(run, parsed, run.setup().start + test.eval_time);
    let (mut found, mut expected) = match (found, expected_samples(test)) {
        (Ok(found), Ok(expected)) => (found, expected),
        (Err(error), _) => {
            result.outcome = Outcome::Error;
            result.found = error.to_string();
            let at = error.at.bytes();
            let said = Diagnostic::error("test-failed", error.to_string()).within(
                &test.expr,
                at.start,
                at.end,
                "this fails",
            );
            result.faults.push(Fault::said(said));
            return result;
        }
        (_, Err((message, span))) => {
            result.outcome = Outcome::Error;
            result.found.clone_from(&message);
            let said = Diagnostic::error("bad-sample", message);
            result.faults.push(Fault::said(said.at(span, "here")));
            return result;
        }
    };
    found.sort_by(|a, b| a.0.cmp(&b.0));
    expected.sort_by(|a, b| a.0.0.cmp(&b.0.0));
    let same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, (expected, _))| {
            found.0 == expected.0 && compare::equal(&found.1, &expected.1, fuzzy)
        });
    if same {
        return result;
    }
    let thing = |it: &(Labels, Sample)| Thing {
        labels: it.0.clone(),
        value: Some(it.1.clone()),
        ..Thing::default()
    };
    let things: Vec<Thing> =
        expected.iter().map(|it| expected_sample(thing(&it.0), it.1)).collect();
    let got: Vec<Thing> = found.iter().map(thing).collect();
    let (text, time) = (&test.expr, test.eval_time);
    let asserted = sample_explained::Asserted { run, expr: parsed, text, time, deep };
    let equal = |a: &Thing, b: &Thing| match (&a.value, &b.value) {
        (Some(one), Some(two)) => a.labels == b.labels && compare::equal(two, one, fuzzy),
        (_, _) => false,
    };
    let failure = sample_explained::explain(&asserted, &things, &got, &equal);
    result.faults.push(Fault::failure(failure));
    result.outcome = Outcome::Failed;
    let expected: Vec<_> = expected.into_iter().map(|it| it.0).collect();
    result.expected = compare::samples(&expected);
    result.found = compare::samples(&found);
    result
}

/// The message about an expression that is no PromQL.
fn bad_expr(test: &ExprTest, fault: &SyntaxError) -> Diagnostic {
    let at = fault.at.bytes();
    let mut said = Diagnostic::error("promql", fault.message.clone())
        .within(&test.expr, at.start, at.end, "");
    said.help.extend(fault.help.clone());
    said
}

/// Adds the places of an expected sample: its labels are a selector as text.
fn expected_sample(thing: Thing, written: &ExpectedSample) -> Thing {
    let text = &written.labels;
    let dialect = Dialect::new(Version::LATEST);
    let mut places = vec![(Field::Value, "".into(), Text::fixed("", written.value_span))];
    if let Ok(parsed) = syntax::parse(text.as_str(), &dialect)
        && let ExprKind::Selector(selector) = &parsed.expr.kind
    {
        for it in selector.matchers.iter().filter(|it| &*it.name != METRIC_NAME) {
            // Inside the quotes.
            let at = it.value_span.bytes();
            let (start, end) = (at.start + 1, at.end.max(at.start + 2) - 1);
            let mut part = TextBuilder::new(text.place(start, end).span);
            part.part(text, start..end);
            places.push((Field::Label, it.name.clone(), part.finish()));
        }
    }
    let head = match text.as_str() {
        "" => written.value_span,
        _ => text.span(),
    };
    Thing { head: Some(head), places, ..thing }
}

fn samples(
    run: &Run<'_>,
    expr: &Parsed,
    time: i64,
) -> Result<Vec<(Labels, Sample)>, EvalError> {
    match run.instant(expr, time)? {
        Value::Vector(columns) => Ok(columns
            .iter()
            .filter_map(|it| Some((it.labels.clone(), it.sample(0)?)))
            .collect()),
        Value::Scalar(values) => {
            let value = values.first().copied().unwrap_or(f64::NAN);
            Ok(vec![(Labels::empty(), Sample::Float(value))])
        }
        Value::Text(_) | Value::Matrix(_) => {
            let text = "rule result is not a vector or scalar".to_string();
            Err(EvalError::new(expr.expr.span, ErrorKind::Other(text)))
        }
    }
}

type Expected<'t> = ((Labels, Sample), &'t ExpectedSample);

/// The expected samples, or what is wrong with the first bad one, and where.
fn expected_samples(test: &ExprTest) -> Result<Vec<Expected<'_>>, (String, Span)> {
    let one = |it| match read_sample(it) {
        Ok(sample) => Ok((sample, it)),
        Err(message) => {
            let at = match it.labels.as_str() {
                "" => it.value_span,
                _ => it.labels.span(),
            };
            Err((message, at))
        }
    };
    test.expected.iter().map(one).collect()
}

fn read_sample(it: &ExpectedSample) -> Result<(Labels, Sample), String> {
    let text = it.labels.as_str();
    let fault = |fault: SyntaxError| format!("labels {text:?}: {}", fault.message);
    let labels = notation::expected(text).map_err(fault)?;
    if it.histogram.as_str().is_empty() {
        return Ok((labels, Sample::Float(it.value)));
    }
    let items = notation::values(it.histogram.as_str(), Notation::Prometheus);
    let grid = SampleGrid { spacing: 1, end: None };
    let values = items.and_then(|it| notation::expand(&it, grid)).map_err(fault)?;
    match &values[..] {
        [Written::Histogram(text)] => {
            Ok((labels, Sample::Histogram(text.histogram().into())))
        }
        [_] => Err(format!("labels {text:?}: expected histogram")),
        values => Err(format!("labels {text:?}: expected 1 value, got {}", values.len())),
    }
}

/// promtool's words for alerts that are not as expected.
pub(super) fn alert_message(
    group: &TestGroup,
    test: &AlertTest,
    it: &AssertionResult,
) -> String {
    let name = match &group.name {
        Some(name) => format!("    name: {name},\n"),
        None => String::new(),
    };
    let time = format_duration(test.eval_time);
    let indent = |text: &str| text.replace('\n', "\n            ");
    format!(
        "{name}    alertname: {}, time: {time}, \n        exp:{}, \n        got:{}",
        test.name,
        indent(&it.expected),
        indent(&it.found)
    )
}

/// promtool's words for samples that are not as expected.
pub(super) fn expr_message(test: &ExprTest, it: &AssertionResult) -> String {
    let time = format_duration(test.eval_time);
    let expr = quote(test.expr.as_str());
    match it.outcome {
        Outcome::Error => format!("    expr: {expr}, time: {time}, err: {}", it.found),
        Outcome::Passed | Outcome::Failed => format!(
            "    expr: {expr}, time: {time},\n        exp: {}\n        got: {}",
            it.expected, it.found
        ),
    }
}
