//! The report for scripts.

use serde_json::{Value as Json, json};

use crate::diag::json::json as diagnostics;
use crate::diag::source::{SourceMap, Span};
use crate::harness::failure::{Difference, Failure, Item, Pair, Reason, Row};
use crate::harness::report::{failure, human};
use crate::harness::result::{AssertionResult, FileResult, Outcome, TestResult};

/// The report: `summary` and `files`, as the user guide describes them.
pub fn report(files: &[FileResult], sources: &SourceMap) -> Json {
    let sums = human::sums(files);
    json!({
        "summary": {
            "files": files.len(),
            "passed": sums.passed,
            "failed": sums.failed,
            "errors": sums.errors,
        },
        "files": files.iter().map(|it| file(it, sources)).collect::<Vec<_>>(),
    })
}

fn file(file: &FileResult, sources: &SourceMap) -> Json {
    let mut out = json!({
        "path": file.path,
        "outcome": outcome(file.outcome),
        "tests": file.tests.iter().map(|it| test(it, sources)).collect::<Vec<_>>(),
    });
    if !file.messages.is_empty() {
        out["messages"] = json!(file.messages);
    }
    if !file.said.is_empty() {
        out["diagnostics"] = diagnostics(&file.said, sources);
    }
    out
}

fn test(test: &TestResult, sources: &SourceMap) -> Json {
    let place = test.span.map(|it| sources.position(it));
    let mut out = serde_json::Map::new();
    out.insert("name".into(), json!(test.name));
    if let Some(env) = &test.env {
        out.insert("env".into(), json!(env));
    }
    out.insert("line".into(), json!(place.map(|it| it.line)));
    out.insert("column".into(), json!(place.map(|it| it.column)));
    out.insert("outcome".into(), json!(outcome(test.outcome)));
    out.insert("messages".into(), json!(test.messages));
    let assertions = test.assertions.iter().map(|it| assertion(test, it, sources));
    out.insert("assertions".into(), assertions.collect());
    if !test.said.is_empty() {
        out.insert("diagnostics".into(), diagnostics(&test.said, sources));
    }
    Json::Object(out)
}

fn assertion(
    test: &TestResult,
    assertion: &AssertionResult,
    sources: &SourceMap,
) -> Json {
    let place = assertion.span.map(|it| sources.position(it));
    let mut out = json!({
        "title": assertion.title,
        "line": place.map(|it| it.line),
        "column": place.map(|it| it.column),
        "outcome": outcome(assertion.outcome),
    });
    if assertion.outcome == Outcome::Passed {
        return out;
    }
    out["expected"] = json!(assertion.expected);
    out["found"] = json!(assertion.found);
    if let Some(failure) = assertion.faults.iter().find_map(|it| it.failure.as_ref()) {
        out["explanation"] = explanation(failure, sources);
    }
    out["diagnostics"] = diagnostics(&failure::of_assertion(test, assertion), sources);
    out
}

/// What differs, and why. Times are in seconds since the start of the test.
fn explanation(failure: &Failure, sources: &SourceMap) -> Json {
    let place = |span: Option<Span>| {
        let Some(span) = span else { return Json::Null };
        let at = sources.position(span);
        let path = &sources.file(span.file).path;
        json!({"path": path, "line": at.line, "column": at.column})
    };
    let title = |it: &Option<Item>| it.as_ref().map(|it| it.title.clone());
    let difference = |it: &Difference| {
        json!({
            "kind": it.field.as_str(),
            "name": it.name,
            "expected": it.expected,
            "found": it.found,
            "place": place(it.span),
        })
    };
    let pair = |it: &Pair| {
        json!({
            "expected": title(&it.expected),
            "found": title(&it.found),
            "differences": it.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    };
    let reason = |it: &Reason| json!({"text": it.text, "place": place(it.span)});
    let seconds = |it: i64| it as f64 / 1000.0;
    let row = |it: &Row| json!({"labels": it.labels, "values": it.values});
    let values = failure.values.as_ref().map(|it| {
        json!({
            "expression": it.of,
            "times": it.times.iter().map(|it| seconds(*it)).collect::<Vec<_>>(),
            "series": it.rows.iter().map(row).collect::<Vec<_>>(),
        })
    });
    json!({
        "time": seconds(failure.time),
        "equal": failure.n_equal,
        "pairs": failure.pairs.iter().map(pair).collect::<Vec<_>>(),
        "reasons": failure.reasons.iter().map(reason).collect::<Vec<_>>(),
        "values": values,
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Error => "error",
    }
}
