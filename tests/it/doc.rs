//! Documents of real projects: every place in every scalar leads back to its source, and
//! other readers of the same languages see the same values.

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::diag::diagnostic::Diagnostic;
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap};
use aqua_alerts::diag::text::{PieceKind, Text};
use aqua_alerts::doc::node::{Kind, Node};
use aqua_alerts::doc::{toml, yaml};
use libtest_mimic::{Failed, Trial};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("doc::yaml_places_of_real_files", yaml_places),
        Trial::test("doc::toml_places_and_second_opinion", toml_places),
        Trial::test("doc::toml_agrees_with_the_crate", toml_agreement),
        Trial::test("doc::damaged_files_give_messages", damaged),
    ]
}

/// All files below `dir` with one of the extensions, sorted.
fn files(dir: &Path, extensions: &[&str], out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut entries: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let extension = path.extension().and_then(|it| it.to_str());
        match path.is_dir() {
            true => files(&path, extensions, out),
            false if extension.is_some_and(|it| extensions.contains(&it)) => {
                out.push(path);
            }
            false => {}
        }
    }
}

/// Checks the map of one text; gives the number of bytes that are verbatim.
fn places(source: &str, text: &Text) -> Result<usize, String> {
    let mut verbatim = 0;
    let mut last = text.span().start;
    for (idx, piece) in text.pieces().iter().enumerate() {
        let start = piece.at as usize;
        let end =
            text.pieces().get(idx + 1).map_or(text.as_str().len(), |it| it.at as usize);
        let decoded = &text.as_str()[start..end];
        let span = piece.source;
        let Some(written) = source.get(span.start as usize..span.end as usize) else {
            return Err(format!("{text:?}: no such place"));
        };
        if span.start < last {
            return Err(format!("{text:?}: places go backwards"));
        }
        last = span.end;
        if piece.kind == PieceKind::Verbatim {
            if decoded != written {
                return Err(format!("{decoded:?} is not {written:?}"));
            }
            verbatim += decoded.len();
        }
    }
    Ok(verbatim)
}

#[derive(Default)]
struct Count {
    scalars: usize,
    bytes: usize,
    verbatim: usize,
    opaque: usize,
}

fn walk(source: &str, node: &Node, count: &mut Count) -> Result<(), String> {
    match &node.kind {
        Kind::Array(items) => items.iter().try_for_each(|it| walk(source, it, count)),
        Kind::Table(table) => table.iter().try_for_each(|it| {
            places(source, &it.key)?;
            walk(source, &it.value, count)
        }),
        _ => {
            let text = node.raw().unwrap();
            count.scalars += 1;
            count.bytes += text.as_str().len();
            count.verbatim += places(source, text)?;
            let whole = |it: &[_]| matches!(it, [_]);
            let long =
                text.as_str().len() > 2 && text.as_str().contains(char::is_alphanumeric);
            if long && whole(&text.pieces()) && text.pieces()[0].kind == PieceKind::Escape
            {
                count.opaque += 1;
            }
            Ok(())
        }
    }
}

fn yaml_places() -> Result<(), Failed> {
    let mut paths = Vec::new();
    files(&Path::new(SHARED).join("corpus"), &["yaml", "yml", "rules"], &mut paths);
    if paths.is_empty() {
        println!("skipped: no corpus");
        return Ok(());
    }
    let mut count = Count::default();
    let mut broken = 0;
    for path in &paths {
        let Ok(text) = fs::read_to_string(path) else { continue };
        for text in [text.replace("\r\n", "\n"), text.replace('\n', "\r\n")] {
            let mut sink = Sink::new();
            let documents = yaml::read(FileId(0), &text, &mut sink);
            broken += usize::from(sink.has_errors());
            for it in &documents {
                walk(&text, it, &mut count)
                    .map_err(|it| format!("{}: {it}", path.display()))?;
            }
        }
    }
    println!(
        "{} files, {broken} broken, {} scalars, {} of {} bytes verbatim, {} opaque",
        paths.len(),
        count.scalars,
        count.verbatim,
        count.bytes,
        count.opaque
    );
    assert_eq!(count.opaque, 0);
    assert!(count.verbatim * 100 > count.bytes * 90);
    Ok(())
}

/// The value as the toml crate reads it.
fn same(node: &Node, other: &::toml::Value) -> bool {
    match (&node.kind, other) {
        (Kind::String(text), ::toml::Value::String(it)) => {
            text.as_str() == it.replace("\r\n", "\n")
        }
        (Kind::Integer(value, _), ::toml::Value::Integer(it)) => value == it,
        (Kind::Float(value, _), ::toml::Value::Float(it)) => {
            value.to_bits() == it.to_bits() || value.is_nan() && it.is_nan()
        }
        (Kind::Boolean(value, _), ::toml::Value::Boolean(it)) => value == it,
        (Kind::Datetime(_), ::toml::Value::Datetime(_)) => true,
        (Kind::Array(items), ::toml::Value::Array(others)) => {
            items.len() == others.len()
                && items.iter().zip(others).all(|it| same(it.0, it.1))
        }
        (Kind::Table(table), ::toml::Value::Table(others)) => {
            table.len() == others.len()
                && table.iter().all(|it| {
                    others
                        .get(it.key.as_str())
                        .is_some_and(|other| same(&it.value, other))
                })
        }
        _ => false,
    }
}

fn toml_places() -> Result<(), Failed> {
    let mut paths = Vec::new();
    files(&Path::new(SHARED).join("example"), &["toml"], &mut paths);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["alerts", "dashboards", "testdata", "packs"] {
        files(&root.join(folder), &["toml"], &mut paths);
    }
    let mut count = Count::default();
    for path in &paths {
        let text = fs::read_to_string(path)?;
        for text in [text.replace("\r\n", "\n"), text.replace('\n', "\r\n")] {
            let mut sink = Sink::new();
            let node = toml::read(FileId(0), &text.as_str().into(), &mut sink);
            let node = node.ok_or(format!("{}: broken", path.display()))?;
            walk(&text, &node, &mut count)
                .map_err(|it| format!("{}: {it}", path.display()))?;
            let other: ::toml::Value = ::toml::from_str(&text)?;
            assert!(same(&node, &other), "{}", path.display());
        }
    }
    println!("{} files, {} scalars, {} opaque", paths.len(), count.scalars, count.opaque);
    assert_eq!(count.opaque, 0);
    Ok(())
}

/// Both accept or both refuse, and what they accept reads the same. The texts are all
/// sequences of a few lines that touch the rules for mixing headers and dotted keys.
fn toml_agreement() -> Result<(), Failed> {
    let lines = [
        "[a]",
        "[a.b]",
        "[a.b.c]",
        "[[a]]",
        "[[a.b]]",
        "b = 1",
        "b.c = 1",
        "b.c.d = 1",
        "a.b = 1",
        "a.b.c = 1",
        "b = {c = 1}",
        "a = []",
        "b.x = {}",
        "'b'.\"y\" = 2",
    ];
    let mut n_accepted = 0;
    let mut n_texts = 0;
    let n = lines.len();
    for code in 0..n.pow(4) {
        let pick = |idx: u32| lines[code / n.pow(idx) % n];
        let text = format!("{}\n{}\n{}\n{}\n", pick(3), pick(2), pick(1), pick(0));
        let mut sink = Sink::new();
        let node = toml::read(FileId(0), &text.as_str().into(), &mut sink);
        let ours = node.filter(|_| !sink.has_errors());
        let theirs = ::toml::from_str::<::toml::Value>(&text);
        n_texts += 1;
        match (ours, theirs) {
            (None, Err(_)) => {}
            (Some(node), Ok(other)) => {
                n_accepted += 1;
                assert!(same(&node, &other), "{text}");
            }
            (Some(_), Err(error)) => panic!("accepted here alone:\n{text}\n{error}"),
            // The crate lets a dotted key of three parts into an array of tables, but
            // not one of two; the specification knows neither.
            (None, Ok(_)) => {
                let said = sink.into_sorted();
                let array = |it: &Diagnostic| it.title.ends_with("no place in an array");
                assert!(said.iter().any(array), "refused here alone:\n{text}");
            }
        }
    }
    println!("{n_accepted} of {n_texts} texts are TOML");
    assert!(n_accepted > 1000);
    Ok(())
}

/// Pseudo-random numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// A text with some of its bytes removed, doubled or replaced by signs that matter.
fn damage(text: &str, dice: &mut Dice) -> String {
    const SIGNS: &[&str] = &[
        "'''", "\"\"\"", "\"", "'", "[", "]", "{", "}", "=", ":", "- ", "|", ">", "&a ",
        "*a", "<<: ", "\n", "\r\n", "\t", "\\", "\\u12", "#", "é", "\u{0}", "\u{feff}",
        "---\n", "? ", "!!str ", "%", ",", ".",
    ];
    let mut out = text.to_owned();
    for _ in 0..1 + dice.roll(4) {
        let mut cut = |out: &String| {
            let mut at = dice.roll(out.len() + 1);
            while !out.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (a, b) = (cut(&out), cut(&out));
        let (a, b) = (a.min(b), a.max(b));
        match dice.roll(4) {
            0 if b - a < 200 => out.replace_range(a..b, ""),
            1 if b - a < 200 => {
                let part = out[a..b].to_owned();
                out.insert_str(b, &part);
            }
            _ => out.insert_str(a, SIGNS[dice.roll(SIGNS.len())]),
        }
    }
    out
}

/// Whatever is done to a file, reading it ends, its places are sound, each refusal has a
/// message, and the message can be drawn.
fn damaged() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("alerts"), &["toml"], &mut paths);
    files(&root.join("testdata"), &["toml"], &mut paths);
    let mut yamls = Vec::new();
    files(&Path::new(SHARED).join("corpus/src/thanos"), &["yaml", "yml"], &mut yamls);
    paths.extend(yamls);
    let mut dice = Dice(42);
    let (mut n_texts, mut n_said) = (0, 0);
    for path in &paths {
        let Ok(whole) = fs::read_to_string(path) else { continue };
        let whole: String = whole.chars().take(4000).collect();
        for _ in 0..60 {
            let text = damage(&whole, &mut dice);
            for is_toml in [true, false] {
                let mut sources = SourceMap::new();
                let file = sources.add("f", text.as_str());
                let mut sink = Sink::new();
                let nodes = match is_toml {
                    true => toml::read(file, &text.as_str().into(), &mut sink)
                        .into_iter()
                        .collect(),
                    false => yaml::read(file, &text, &mut sink),
                };
                if nodes.is_empty() && !text.trim().is_empty() && is_toml {
                    assert!(sink.has_errors(), "refused in silence:\n{text}");
                }
                for it in &nodes {
                    walk(&text, it, &mut Count::default())
                        .map_err(|it| format!("{it}\n{text}"))?;
                }
                let said = sink.into_sorted();
                n_said += said.len();
                for it in said.iter().flat_map(|it| &it.labels) {
                    let (start, end) = (it.span.start as usize, it.span.end as usize);
                    assert!(text.get(start..end).is_some(), "{it:?}\n{text}");
                }
                assert!(said.len() <= 41, "{} messages\n{text}", said.len());
                assert_eq!(
                    render(&said, &sources, Config::PLAIN).is_empty(),
                    said.is_empty()
                );
                n_texts += 1;
            }
        }
    }
    println!("{n_texts} readings, {n_said} messages");
    assert!(n_said > 1000);
    Ok(())
}
