//! Templates against what Go's `text/template` makes of them.
//!
//! `fixtures/template/cases.json`: `t` is the template, `r` the text that Go 1.27 gave,
//! `e` Prometheus's error. The data behind them is that of [`expand`] here.

use std::sync::Arc;

use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::Sample;
use aqua_alerts::template::expand::{Context, Row, expand};
use aqua_alerts::template::parse;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

/// One trial for each file of cases.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("template::own", || cases("tests/fixtures/template/cases.json")),
        Trial::test("template::conformance", || {
            cases("../shared/conformance/templates/cases.json")
        }),
    ]
}

fn cases(path: &str) -> Result<(), Failed> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return Ok(());
    };
    let cases: Vec<Value> = serde_json::from_str(&text)?;
    let mut faults = Vec::new();
    for case in &cases {
        let text = case["t"].as_str().unwrap_or_default();
        let expected = match case["e"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(hide_addresses(case["r"].as_str().unwrap_or_default())),
        };
        let found = template(text).map(|it| hide_addresses(&it));
        if found != expected {
            faults.push(format!("{text}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{} of {} differ\n{}",
            faults.len(),
            cases.len(),
            faults.join("\n")
        )
        .into()),
    }
}

fn template(text: &str) -> Result<String, String> {
    let set = |pairs: &[(&str, &str)]| {
        // Not `from_strs`: an empty value is to stay.
        Labels::from_sorted(
            pairs.iter().map(|(n, v)| (Arc::from(*n), Arc::from(*v))).collect(),
        )
    };
    let row = |pairs: &[(&str, &str)], value: f64| Row {
        labels: set(pairs),
        value: Sample::Float(value),
    };
    let query = |expression: &str, time: i64| {
        assert_eq!(time, 1_700_000_000_000);
        match expression {
            "empty" => Ok(vec![]),
            "err" => Err("boom".to_owned()),
            _ => Ok(vec![
                row(&[("__name__", "up"), ("instance", "b:9090"), ("job", "api")], 1.0),
                row(&[("__name__", "up"), ("instance", "a:80"), ("job", "web")], 0.25),
            ]),
        }
    };
    let context = Context {
        labels: &set(&[
            ("empty", ""),
            ("instance", "host1.example.com:9100"),
            ("job", "api"),
            ("severity", "page"),
        ]),
        external_labels: &set(&[("cluster", "c1")]),
        external_url: "http://prom.example:9090/p",
        has_server: true,
        value: &Sample::Float(0.12345),
        time: 1_700_000_000_000,
        query: &query,
    };
    let template = parse("x", text).map_err(|it| it.message)?;
    expand(&template, &context).map_err(|it| it.message)
}

/// Addresses differ from run to run in Go.
fn hide_addresses(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        out.push_str(&rest[..at]);
        let digits = rest[at + 2..].trim_start_matches(|it: char| it.is_ascii_hexdigit());
        let n_digits = rest.len() - at - 2 - digits.len();
        let is_address = n_digits > 8;
        out.push_str(if is_address { "0x…" } else { &rest[at..at + 2 + n_digits] });
        rest = digits;
    }
    out + rest
}
