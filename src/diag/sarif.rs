//! Messages as a SARIF 2.1.0 log, which code hosts and editors show beside the lines.
//!
//! Columns count characters. Paths are relative to the folder that the program was started
//! in, which a code host takes for the root of the repository.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::diag::contrast::text;
use crate::diag::diagnostic::{Diagnostic, Fix, Label, Level};
use crate::diag::source::{SourceMap, Span};

/// As many results of a run as GitHub takes.
const MAX_RESULTS: usize = 25_000;
/// More places than this of one result are not shown anywhere.
const MAX_RELATED: usize = 100;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What surrounds the messages.
pub struct Run<'a> {
    /// The program's version.
    pub version: &'a str,
    /// Where paths begin, ending with `/`, or empty.
    pub folder: &'a str,
    /// What a code means, in Markdown.
    pub explain: &'a dyn Fn(&str) -> Option<String>,
    /// The exit code.
    pub exit: u8,
}

/// The log of one run. Where there are too many messages, errors stay longest.
pub fn log(all: &[&Diagnostic], sources: &SourceMap, run: &Run<'_>) -> Json {
    let mut kept = all.to_vec();
    if MAX_RESULTS < kept.len() {
        kept.sort_by_key(|it| it.level);
        kept.truncate(MAX_RESULTS);
    }
    let codes: BTreeSet<&str> = kept.iter().map(|it| it.code).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let rules: Vec<Json> = codes.iter().map(|it| rule(it, run)).collect();
    let log = Log { sources, folder: run.folder };
    let results: Vec<Json> = kept
        .iter()
        .map(|it| log.result(it, codes.binary_search(&it.code).unwrap_or_default()))
        .collect();
    let mut invocation = json!({
        "executionSuccessful": run.exit < 2,
        "exitCode": run.exit,
    });
    if kept.len() < all.len() {
        let n = all.len() - kept.len();
        invocation["toolExecutionNotifications"] = json!([{
            "level": "warning",
            "message": { "text": format!("{n} more results are not in this log") },
        }]);
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "aqua-alerts",
                "version": run.version,
                "semanticVersion": run.version,
                "rules": rules,
            } },
            "invocations": [invocation],
            "originalUriBaseIds": { BASE: {
                "description": { "text": "The folder in which the program was started." },
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// What relative paths are relative to.
const BASE: &str = "SRCROOT";

/// What is said about a code.
fn rule(code: &str, run: &Run<'_>) -> Json {
    let Some(markdown) = (run.explain)(code) else {
        return json!({ "id": code, "shortDescription": { "text": code } });
    };
    let body = |it: &&str| !it.is_empty() && !it.starts_with('#');
    let summary = markdown.lines().map(str::trim).find(body).unwrap_or(code);
    // Text alone is shown where Markdown is not understood.
    let short = match summary.find(". ") {
        Some(at) => &summary[..=at],
        None => summary,
    };
    json!({
        "id": code,
        "shortDescription": { "text": short.replace('`', "'") },
        "fullDescription": { "text": summary.replace('`', "'") },
        "help": { "text": markdown, "markdown": markdown },
    })
}

struct Log<'a> {
    sources: &'a SourceMap,
    folder: &'a str,
}

impl Log<'_> {
    fn result(&self, diagnostic: &Diagnostic, rule: usize) -> Json {
        let level = match diagnostic.level {
            Level::Error | Level::Denied => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let mut out = json!({
            "ruleId": diagnostic.code,
            "ruleIndex": rule,
            "level": level,
            "message": { "text": message(diagnostic) },
        });
        let place = diagnostic.place();
        if let Some(span) = place {
            out["locations"] = json!([{ "physicalLocation": self.physical(span) }]);
        }
        let first = diagnostic.labels.iter().position(|it| Some(it.span) == place);
        let others = diagnostic.labels.iter().enumerate();
        let others = others.filter(|it| Some(it.0) != first).map(|it| it.1);
        let related: Vec<Json> =
            others.take(MAX_RELATED).enumerate().map(|it| self.related(it)).collect();
        if !related.is_empty() {
            out["relatedLocations"] = json!(related);
        }
        if let Some(fix) = diagnostic.fix.as_ref().filter(|it| !it.edits.is_empty()) {
            out["fixes"] = json!([self.fix(fix)]);
        }
        out
    }

    fn related(&self, (idx, label): (usize, &Label)) -> Json {
        let mut out = json!({
            "id": idx,
            "physicalLocation": self.physical(label.span),
        });
        if !label.text.is_empty() {
            out["message"] = json!({ "text": label.text });
        }
        out
    }

    fn fix(&self, fix: &Fix) -> Json {
        let files: BTreeSet<_> = fix.edits.iter().map(|it| it.0.file).collect();
        let change = |file: &_| {
            let edits = fix.edits.iter().filter(|it| it.0.file == *file);
            let replacements: Vec<Json> = edits
                .map(|(span, text)| {
                    json!({
                        "deletedRegion": self.region(*span),
                        "insertedContent": { "text": text },
                    })
                })
                .collect();
            let path = &self.sources.file(*file).path;
            json!({
                "artifactLocation": artifact(path, self.folder),
                "replacements": replacements,
            })
        };
        json!({
            "description": { "text": fix.title },
            "artifactChanges": files.iter().map(change).collect::<Vec<_>>(),
        })
    }

    fn physical(&self, span: Span) -> Json {
        json!({
            "artifactLocation": artifact(&self.sources.file(span.file).path, self.folder),
            "region": self.region(span),
        })
    }

    fn region(&self, span: Span) -> Json {
        let source = self.sources.file(span.file);
        let (start, end) = (source.position(span.start), source.position(span.end));
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }
}

/// Everything but places: there is one text for a result.
fn message(diagnostic: &Diagnostic) -> String {
    let mut out = vec![diagnostic.title.clone()];
    let labels = diagnostic.labels.iter().filter(|it| it.primary);
    out.extend(labels.map(|it| it.text.clone()).filter(|it| !it.is_empty()));
    for it in &diagnostic.contrasts {
        out.push(format!("{}\n{}", it.title, text(it).trim_end()));
    }
    out.extend(diagnostic.notes.iter().map(|it| format!("note: {it}")));
    out.extend(diagnostic.help.iter().map(|it| format!("help: {it}")));
    out.extend(diagnostic.fix.iter().map(|it| format!("help: {}", it.title)));
    out.join("\n")
}

fn artifact(path: &str, folder: &str) -> Json {
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{}", encoded(path)) }),
        false => json!({ "uri": encoded(&format!("{folder}{path}")), "uriBaseId": BASE }),
    }
}

/// A path as a URI: what may not stand in one is percent-encoded.
fn encoded(path: &str) -> String {
    let mut out = String::new();
    for it in path.bytes() {
        match it {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(it)),
            _ if it.is_ascii_alphanumeric() => out.push(char::from(it)),
            _ => out.push_str(&format!("%{it:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
