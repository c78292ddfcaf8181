//! The report for scripts.

use serde_json::{Value as Json, json};

use crate::diag::source::SourceMap;
use crate::harness::report::human;
use crate::harness::result::{FileResult, Outcome, TestResult};

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
    Json::Object(out)
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Error => "error",
    }
}
