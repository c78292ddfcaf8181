//! The parts of a promtool test file, in the order in which people write them.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::case::exported::{Alerts, Exported, Found, Results};
use crate::emit::promtool_tests::part::Part;
use crate::emit::promtool_tests::values;
use crate::promql::labels::{Labels, METRIC_NAME, is_legacy_metric_name};
use crate::rulefile::write;
use crate::rules::group::Millis;

/// Everything above the tests.
#[derive(Debug, Serialize)]
pub(super) struct Head<'a> {
    rule_files: Vec<String>,
    evaluation_interval: String,
    #[serde(skip_serializing_if = "is_alone")]
    group_eval_order: Vec<&'a str>,
}

fn is_alone(names: &[&str]) -> bool {
    names.len() < 2
}

impl<'a> Head<'a> {
    pub(super) fn new(part: &Part<'a>) -> Head<'a> {
        let mut names: Vec<&str> = Vec::new();
        for group in &part.groups {
            // promtool refuses a repeated name.
            if !names.contains(&group.name.as_str()) {
                names.push(&group.name);
            }
        }
        Head {
            rule_files: part.rule_files.iter().map(|it| format!("../{it}")).collect(),
            evaluation_interval: duration(part.evaluation),
            group_eval_order: names,
        }
    }
}

/// One of the `tests`.
#[derive(Debug, Serialize)]
pub(super) struct Test<'a> {
    name: &'a str,
    interval: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input_series: Vec<Series>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alert_rule_test: Vec<AlertTest<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promql_expr_test: Vec<ExprTest<'a>>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    external_labels: Pairs,
    #[serde(skip_serializing_if = "str::is_empty")]
    external_url: &'a str,
}

#[derive(Debug, Serialize)]
struct Series {
    series: String,
    values: String,
}

#[derive(Debug, Serialize)]
struct AlertTest<'a> {
    eval_time: String,
    alertname: &'a str,
    exp_alerts: Vec<Alert>,
}

#[derive(Debug, Serialize)]
struct Alert {
    exp_labels: Pairs,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    exp_annotations: Pairs,
}

#[derive(Debug, Serialize)]
struct ExprTest<'a> {
    expr: Cow<'a, str>,
    eval_time: String,
    exp_samples: Vec<Sample<'a>>,
}

#[derive(Debug, Serialize)]
struct Sample<'a> {
    labels: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    histogram: Option<&'a str>,
}

/// A number as both YAML and promtool take it.
#[derive(Clone, Copy, Debug)]
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            true => serializer.serialize_i64(self.0 as i64),
            false => serializer.serialize_f64(self.0),
        }
    }
}

/// Names and values of labels or annotations.
#[derive(Debug)]
struct Pairs(Labels);

impl Pairs {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            map.serialize_entry(&**name, &**value)?;
        }
        map.end()
    }
}

impl<'a> Test<'a> {
    pub(super) fn new(test: &'a Exported) -> Test<'a> {
        let external: Vec<(&str, &str)> =
            test.external_labels.iter().map(|it| (&*it.0, &*it.1)).collect();
        let start =
            DateTime::from_timestamp_millis(test.start).filter(|_| test.start != 0);
        Test {
            name: &test.name,
            interval: duration(test.spacing),
            start_timestamp: start
                .map(|it| it.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            input_series: test
                .series
                .iter()
                .map(|it| Series { series: series(&it.0), values: values::print(&it.1) })
                .collect(),
            alert_rule_test: test.alerts.iter().map(alerts).collect(),
            promql_expr_test: test.results.iter().map(results).collect(),
            external_labels: Pairs(Labels::from_strs(&external)),
            external_url: &test.external_url,
        }
    }
}

fn alerts(it: &Alerts) -> AlertTest<'_> {
    // promtool adds `alertname` itself.
    let alert = |(labels, annotations): &(Labels, Labels)| Alert {
        exp_labels: Pairs(labels.filter(|it| it != "alertname")),
        exp_annotations: Pairs(annotations.clone()),
    };
    AlertTest {
        eval_time: duration(it.time),
        alertname: &it.name,
        exp_alerts: it.firing.iter().map(alert).collect(),
    }
}

fn results(it: &Results) -> ExprTest<'_> {
    let samples = it.samples.iter().map(|(labels, found)| {
        let (value, histogram) = match found {
            Found::Float(it) => (Some(Number(*it)), None),
            Found::Histogram(it) => (None, Some(it.as_str())),
        };
        Sample { labels: series(labels), value, histogram }
    });
    ExprTest {
        expr: write::expression(&it.expr),
        eval_time: duration(it.time),
        exp_samples: samples.collect(),
    }
}

fn duration(millis: i64) -> String {
    Millis(millis).to_string()
}

/// Labels as people write a series: `up{job="a"}`.
fn series(labels: &Labels) -> String {
    let name = labels.metric_name();
    if !is_legacy_metric_name(name) {
        return labels.to_string();
    }
    let others = labels.filter(|it| it != METRIC_NAME);
    match others.is_empty() {
        true => name.to_owned(),
        false => format!("{name}{others}"),
    }
}
