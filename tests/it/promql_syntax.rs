//! PromQL's syntax: Prometheus's own queries and real rules go there and back; tables of
//! what it refuses and how it prints; a second parser's opinion.

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::{Dialect, Features, Version};
use aqua_alerts::promql::syntax::{self, ast::Parsed};
use libtest_mimic::{Failed, Trial};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/promql");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("promql_syntax::evals_go_there_and_back", || {
            there_and_back(&evals()?)
        }),
        Trial::test("promql_syntax::rules_go_there_and_back", || {
            there_and_back(&rules()?)
        }),
        Trial::test("promql_syntax::refused", refused),
        Trial::test("promql_syntax::printed", printed),
        Trial::test("promql_syntax::second_opinion", second_opinion),
    ]
}

type Texts = Vec<String>;

/// Queries of Prometheus's scripts. Those that must fail do so when they are evaluated.
fn evals() -> Result<Texts, Failed> {
    let path = Path::new(SHARED).join("conformance/prometheus/EVALS.tsv");
    let Ok(table) = fs::read_to_string(&path) else {
        println!("skipped: {} is absent", path.display());
        return Ok(Vec::new());
    };
    let texts: Texts = table
        .lines()
        .skip(1)
        .filter_map(|it| it.split('\t').nth(8).map(String::from))
        .collect();
    match texts.len() {
        2195 => Ok(texts),
        n => Err(format!("{n} queries instead of 2195").into()),
    }
}

/// Expressions of the real rule files that promtool accepts.
fn rules() -> Result<Texts, Failed> {
    let corpus = Path::new(SHARED).join("corpus");
    let Ok(verdicts) = fs::read_to_string(corpus.join("VERDICTS.tsv")) else {
        println!("skipped: {} is absent", corpus.display());
        return Ok(Vec::new());
    };
    let mut texts = Vec::new();
    for line in verdicts.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let (path, command, exit) = (cells[2], cells[4], cells[11]);
        if command != "check" || exit != "0" {
            continue;
        }
        let text = fs::read_to_string(corpus.join(path))?;
        let documents: Vec<serde_json::Value> =
            serde_saphyr::from_multiple(&text).map_err(|it| format!("{path}: {it}"))?;
        documents.iter().for_each(|it| expressions(it, &mut texts));
    }
    match texts.len() > 5000 {
        true => Ok(texts),
        false => Err(format!("only {} expressions", texts.len()).into()),
    }
}

fn expressions(value: &serde_json::Value, out: &mut Texts) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                match value {
                    serde_json::Value::String(it) if key == "expr" => {
                        out.push(it.clone());
                    }
                    serde_json::Value::Number(it) if key == "expr" => {
                        out.push(it.to_string());
                    }
                    other => expressions(other, out),
                }
            }
        }
        serde_json::Value::Array(items) => {
            items.iter().for_each(|it| expressions(it, out));
        }
        _ => {}
    }
}

fn parse(text: &str) -> Result<Parsed, String> {
    check::parse(text, &Dialect::everything())
        .map_err(|it| format!("{text}\n  is refused: {}", it[0].message))
}

fn there_and_back(texts: &[String]) -> Result<(), Failed> {
    let mut faults = Vec::new();
    for text in texts {
        faults.extend(round_trip(text).err());
    }
    verdict(faults)
}

fn round_trip(text: &str) -> Result<(), String> {
    let first = parse(text)?;
    for printed in [first.expr.to_string(), syntax::pretty(&first.expr)] {
        let second = parse(&printed)?;
        if !syntax::same(&first.expr, &second.expr) {
            return Err(format!("{text}\n  is printed as another: {printed}"));
        }
        if second.expr.to_string() != first.expr.to_string() {
            return Err(format!("{text}\n  is printed twice differently: {printed}"));
        }
    }
    Ok(())
}

fn verdict(faults: Vec<String>) -> Result<(), Failed> {
    match faults.is_empty() {
        true => Ok(()),
        false => {
            let n = faults.len();
            let first: Vec<_> = faults.into_iter().take(20).collect();
            Err(format!("{n} faults\n{}", first.join("\n")).into())
        }
    }
}

fn dialect(name: &str) -> Dialect {
    match name {
        "all" => Dialect::everything(),
        _ => Dialect { features: Features::default(), ..Dialect::new(Version::LATEST) },
    }
}

/// The cells of a table: JSON strings between tabs.
fn table(name: &str) -> Result<Vec<Vec<String>>, Failed> {
    let path: PathBuf = Path::new(FIXTURES).join(name);
    let text = fs::read_to_string(path)?;
    let rows = text.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
    rows.map(|row| {
        row.split('\t').map(|it| Ok(serde_json::from_str(it)?)).collect::<Result<_, _>>()
    })
    .collect()
}

/// Flags, text, offset, message: the first fault that Prometheus names, and its place.
fn refused() -> Result<(), Failed> {
    let mut faults = Vec::new();
    for row in table("refused.tsv")? {
        let [flags, text, start, message] = &row[..] else {
            return Err(format!("not a row: {row:?}").into());
        };
        let found = match check::parse(text, &dialect(flags)) {
            Ok(_) => "accepted".to_string(),
            Err(errors) => format!("{} {}", errors[0].at.start, errors[0].message),
        };
        if found != format!("{start} {message}") {
            faults.push(format!("{text}\n  expected {start} {message}\n  found {found}"));
        }
    }
    verdict(faults)
}

/// Text, the text on one line, the text laid out; as Prometheus prints them.
fn printed() -> Result<(), Failed> {
    let mut faults = Vec::new();
    for row in table("printed.tsv")? {
        let [text, line, laid_out] = &row[..] else {
            return Err(format!("not a row: {row:?}").into());
        };
        let parsed = parse(text)?;
        let found = [parsed.expr.to_string(), syntax::pretty(&parsed.expr)];
        if found != [line.as_str(), laid_out.as_str()] {
            faults.push(format!("{text}\n  expected {line}\n  found {found:?}"));
        }
    }
    verdict(faults)
}

/// Whatever the promql-parser crate reads, is read here with the same meaning.
fn second_opinion() -> Result<(), Failed> {
    let mut faults = Vec::new();
    let (mut n_read, mut n_excepted) = (0, 0);
    for text in evals()?.into_iter().chain(rules()?) {
        let Ok(theirs) = promql_parser::parser::parse(&text) else { continue };
        n_read += 1;
        let ours = parse(&text)?;
        let printed = theirs.to_string();
        if EXCEPTIONS.iter().any(|it| text.contains(it.0)) {
            n_excepted += 1;
            continue;
        }
        match parse(&printed) {
            Ok(it) if syntax::same(&ours.expr, &it.expr) => {}
            Ok(it) => {
                faults.push(format!("{text}\n  theirs {printed}\n  ours {}", it.expr))
            }
            Err(fault) => faults.push(fault),
        }
    }
    println!("{n_read} texts were read by both, {n_excepted} of them excepted");
    if n_excepted > 20 {
        faults.push(format!("{n_excepted} texts are excepted"));
    }
    verdict(faults)
}

/// Texts that promql-parser prints as something else, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (r"\xc5", "it takes a byte for a character"),
    (r"\xff", "it takes a byte for a character"),
    (", 1h)", "it prints a duration among arguments as a number"),
    (", 50m)", "it prints a duration among arguments as a number"),
    ("+http_requests_total", "it drops the plus before a vector"),
];
