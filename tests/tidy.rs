//! The house rules that a compiler does not check: which room may import which.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "tests read fixtures"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::cli::codes::CODES;
use aqua_alerts::lint::NAMES;

/// Room, and the rooms (or parts of rooms) that it may import beside itself.
const DOORS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("doc", &["diag"]),
    ("promql", &["diag"]),
    ("template", &["promql", "diag"]),
    ("rules", &["promql", "diag"]),
    ("grafana", &["doc", "diag"]),
    // Of `lint` it takes the table of lints, each of which is a key of the manifest.
    ("spec", &["doc", "lint", "diag"]),
    ("rulefile", &["doc", "rules", "promql", "diag"]),
    ("case", &["doc", "promql", "diag"]),
    (
        "resolve",
        &["spec", "doc", "rulefile", "rules", "grafana", "promql", "template", "diag"],
    ),
    // Of `doc` it takes `${…}` in the paths and names that a project gives to its files.
    ("emit", &["rules", "rulefile", "case", "runbook", "promql", "doc", "diag"]),
    ("harness", &["rules", "case", "grafana", "promql", "template", "diag"]),
    ("lint", &["rules", "case", "grafana", "runbook", "promql", "template", "diag"]),
    // Of `promql` it takes durations: pages say for how long an alert waits.
    ("runbook", &["rules", "promql", "diag"]),
    // Which values are PromQL stands in the tables of keys.
    ("format", &["spec", "case", "doc", "promql", "diag"]),
    ("links", &["runbook", "promql", "diag"]),
    // It writes the language, so it must know which names the language takes.
    ("import", &["case", "rulefile", "rules", "spec", "doc", "promql", "diag"]),
    (
        "cli",
        &[
            "diag", "doc", "promql", "template", "rules", "spec", "rulefile", "case",
            "resolve", "emit", "grafana", "harness", "lint", "runbook", "import",
            "format", "resolve", "emit", "grafana", "harness", "lint", "runbook",
            "links", "import",
        ],
    ),
];

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => sources(&path, out),
            false if path.extension().is_some_and(|it| it == "rs") => out.push(path),
            false => {}
        }
    }
}

fn rust_files(dir: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    sources(&root.join(dir), &mut out);
    out.into_iter()
        .map(|it| {
            let name = it.strip_prefix(root).unwrap().display().to_string();
            (name.replace('\\', "/"), fs::read_to_string(&it).unwrap())
        })
        .collect()
}

#[test]
fn rooms_import_only_through_their_doors() {
    let mut faults = Vec::new();
    for (path, text) in rust_files("src") {
        let Some((room, _)) = path["src/".len()..].split_once('/') else { continue };
        let Some((_, doors)) = DOORS.iter().find(|it| it.0 == room) else {
            faults.push(format!("{path}: the room `{room}` is not in DOORS"));
            continue;
        };
        for (idx, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let other: String =
                    rest.chars().take_while(|it| it.is_alphanumeric()).collect();
                if other != room && !doors.contains(&other.as_str()) {
                    faults.push(format!("{path}:{}: imports `{other}`", idx + 1));
                }
            }
            if line.contains("use crate::{") {
                faults.push(format!("{path}:{}: one `use` per room", idx + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_renderer_knows_how_a_message_is_drawn() {
    for (path, text) in rust_files("src") {
        assert!(
            path == "src/diag/render.rs" || !text.contains("annotate_snippets"),
            "{path} uses annotate-snippets"
        );
    }
}

#[test]
fn the_architecture_is_read_in_one_go() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    assert!(text.lines().count() <= 150, "ARCHITECTURE.md has more than 150 lines");
}

#[test]
fn lines_end_without_blanks() {
    let all = ["src", "tests", "fuzz/src", "fuzz/fuzz_targets"];
    for (path, text) in all.into_iter().flat_map(rust_files) {
        for (idx, line) in text.lines().enumerate() {
            assert!(line.trim_end() == line, "{path}:{}: trailing blank", idx + 1);
        }
    }
}

/// What stands before the code of a message.
const BEFORE_CODES: &[&str] = &[
    "Diagnostic::error(\"",
    "Diagnostic::warning(\"",
    "let code = \"",
    "const FAILED: &str = \"",
    "Gravity::Warning => \"",
    "Gravity::Info => \"",
    "fault(\"",
    "=> (\"",
];

#[test]
fn every_code_is_explained() {
    let mut codes: Vec<&str> = CODES.iter().map(|it| it.0).collect();
    assert!(codes.is_sorted(), "codes stand in order");
    codes.extend(NAMES);
    let mut seen = std::collections::BTreeSet::new();
    let mut faults = Vec::new();
    for (path, text) in rust_files("src") {
        let text = text.split("#[cfg(test)]").next().unwrap();
        // As if each call stood on one line.
        let joined =
            text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
        if path != "src/cli/codes.rs" {
            let said =
                CODES.iter().filter(|it| joined.contains(&format!("\"{}\"", it.0)));
            seen.extend(said.map(|it| it.0));
        }
        for before in BEFORE_CODES {
            for (at, _) in joined.match_indices(before) {
                let rest = &joined[at + before.len()..];
                let code = rest.split('"').next().unwrap();
                let is_code = code.contains('-')
                    && code.len() > 1
                    && code.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
                if is_code && !codes.contains(&code) {
                    faults.push(format!("{path}: `{code}` is not explained"));
                }
            }
        }
    }
    let idle = CODES.iter().filter(|it| !seen.contains(it.0));
    faults.extend(idle.map(|it| format!("`{}` is explained and never said", it.0)));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
