//! Templates of labels and annotations of alerts.

use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::Sample;
use aqua_alerts::template::expand::{Context, Row, expand};
use aqua_alerts::template::usage::usage;
use aqua_alerts::template::{TemplateError, parse};

use crate::check_place;

/// Longer than any text that an expansion may give.
const MOST_BYTES: usize = 8 << 20;

/// Parses a template, looks at what it reads, and expands it for two alerts.
pub fn check(text: &str) {
    let template = match parse("Alert", text) {
        Ok(template) => template,
        Err(error) => return check_error(text, &error),
    };
    let found = usage(&template);
    let places = found.labels.iter().chain(&found.external_labels).map(|it| it.at);
    let queries = found.queries.iter().map(|it| it.at);
    let all = places.chain(found.all_labels).chain(found.values).chain(queries);
    all.for_each(|it| check_place(text, it));

    let labels = Labels::from_strs(&[
        ("__name__", "up"),
        ("instance", "host-1.example.com:9100"),
        ("job", "node <b>&\"'"),
    ]);
    let external = Labels::from_strs(&[("region", "north")]);
    for value in [0.0, 1234.5678, f64::NAN, f64::NEG_INFINITY, 1.7e18] {
        let context = Context {
            labels: &labels,
            external_labels: &external,
            external_url: "https://prometheus.example.com/x?y=1",
            value: &Sample::Float(value),
            time: 1_700_000_000_123,
            query: &rows,
        };
        match expand(&template, &context) {
            Ok(out) => assert!(out.len() <= MOST_BYTES, "{} bytes", out.len()),
            Err(error) => check_error(text, &error),
        }
    }
}

/// Queries have no series, one, or three.
fn rows(query: &str, _: i64) -> Result<Vec<Row>, String> {
    let row = |name: &str, value: f64| Row {
        labels: Labels::from_strs(&[("__name__", "q"), ("instance", name)]),
        value: Sample::Float(value),
    };
    match query.len() % 4 {
        0 => Err("no such query".to_string()),
        1 => Ok(Vec::new()),
        2 => Ok(vec![row("a", 1.5)]),
        _ => Ok(vec![row("c", 3.0), row("a", f64::NAN), row("b", -2.0)]),
    }
}

fn check_error(text: &str, error: &TemplateError) {
    check_place(text, error.at);
    assert!(!error.reason.is_empty() && error.message.contains(&error.reason));
}
