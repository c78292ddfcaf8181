//! Lints: rules at which each fires and is silent, and pages about them.
//!
//! `NAME.toml` is an alerts file for the lint of that name: what begins with `fires` must
//! give a finding, what begins with `silent` none. Lines `#: …` are lines of the manifest,
//! `#| …` of a dashboard; `#= ALERT: fires, silent` is what tests prove of an alert.
//! `NAME.txt` holds the messages as they are drawn.
//!
//! Dashboards, and what Grafana's own dashboard-linter says of them:
//! `NAME.tsv` holds its verdicts on `NAME.json`: rule, panel and place of the query,
//! without those on LogQL. The same must be found here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aqua_alerts::cli::fix::Changes;
use aqua_alerts::diag::render::{self, Config};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap};
use aqua_alerts::grafana::read;
use aqua_alerts::lint::context::{Context, Proof, Tests};
use aqua_alerts::lint::dashboard::findings;
use aqua_alerts::lint::judge::{Finding, Judge};
use aqua_alerts::lint::table::Lint;
use aqua_alerts::lint::{self, FAMILIES, LINTS, page, peers};
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::resolve;
use aqua_alerts::rules::book::Book;
use aqua_alerts::spec;
use libtest_mimic::{Failed, Trial};

use crate::golden;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/lint");

pub fn trials() -> Vec<Trial> {
    let mut out = Vec::new();
    for it in fs::read_dir(ROOT).unwrap() {
        let path = it.unwrap().path();
        if path.extension().is_some_and(|it| it == "json") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            out.push(Trial::test(format!("lint::{name}"), move || same(&path)));
        }
    }
    for lint in LINTS.into_iter().filter(|it| page::is_about_rules(it)) {
        out.push(Trial::test(format!("lint::{}", lint.name), move || cases(lint)));
    }
    out.push(Trial::test("lint::pages", pages));
    out
}

/// Each lint has a page, and there is no other page.
fn pages() -> Result<(), Failed> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lints");
    fs::create_dir_all(&dir).unwrap();
    golden::check(&dir.join("README.md"), &page::index())?;
    golden::check(&dir.with_file_name("peers.md"), &peers::page())?;
    for family in FAMILIES {
        for lint in family.lints {
            let path = dir.join(format!("{}.md", lint.name));
            golden::check(&path, &page::page(lint, family))?;
        }
    }
    let pages = fs::read_dir(&dir).unwrap().count();
    match pages == LINTS.len() + 1 {
        true => Ok(()),
        false => Err(format!("{pages} pages for {} lints", LINTS.len()).into()),
    }
}

/// What a lint finds in an alerts file.
fn found(lint: &Lint, text: &str) -> (SourceMap, FileId, Vec<Finding>, Vec<Book>) {
    let manifest = "[project]\nname = \"x\"\nedition = 1\n".to_owned();
    let lines = |sign: &str| -> Vec<&str> {
        text.lines().filter_map(|it| it.strip_prefix(sign)).collect()
    };
    let mut files = vec![
        ("aqua-alerts.toml".to_owned(), manifest + &lines("#: ").join("\n")),
        ("alerts/x.toml".to_owned(), text.to_owned()),
    ];
    let board = lines("#| ").join("\n");
    if !board.is_empty() {
        files.push(("dashboards/x.toml".to_owned(), board));
    }
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let project = spec::read::read(&files, &mut sources, &mut sink).unwrap();
    let envs = project.manifest.environments.iter();
    let books = envs.filter_map(|it| resolve::resolve(&project, &it.name, &mut sink));
    let books: Vec<Book> = books.collect();
    let said = sink.into_sorted();
    assert!(said.is_empty(), "{}", render::render(&said, &sources, Config::PLAIN));
    let only = vec![lint.name.to_owned()];
    let config = lint::config::Config { only, ..Default::default() };
    let mut judge = Judge::new(&config);
    let tests: Vec<Option<Tests>> =
        books.iter().map(|it| tests(it, &lines("#= "))).collect();
    let contexts = books.iter().zip(&tests);
    let contexts: Vec<_> = contexts
        .map(|(book, tests)| Context::of_book(book, tests.as_ref()).among(&books))
        .collect();
    judge.rules(&contexts);
    let found = judge.finish();
    let is_alerts = |it: &FileId| sources.file(*it).path == "alerts/x.toml";
    let file = sources.iter().map(|it| it.0).find(is_alerts).unwrap();
    (sources, file, found, books)
}

/// What tests prove of the alerts of an environment; nothing where there is no line.
fn tests(book: &Book, lines: &[&str]) -> Option<Tests> {
    let mut out = Tests::default();
    for site in Context::of_book(book, None).sites() {
        let own = lines.iter().filter_map(|it| it.split_once(": "));
        for (_, words) in own.filter(|it| it.0 == site.name().as_str()) {
            let (fires, silent) = (words.contains("fires"), words.contains("silent"));
            out.alerts.insert(site.key().unwrap(), Proof { fires, silent });
        }
    }
    (!lines.is_empty()).then_some(out)
}

fn cases(lint: &Lint) -> Result<(), Failed> {
    let path = Path::new(ROOT).join(format!("{}.toml", lint.name));
    let text = fs::read_to_string(&path).map_err(|it| format!("{path:?}: {it}"))?;
    let (sources, file, found, books) = found(lint, &text);
    let names = books
        .iter()
        .flat_map(|it| Context::of_book(it, None).sites().collect::<Vec<_>>())
        .map(|it| it.subject())
        .collect::<BTreeSet<_>>();
    let mut faults = Vec::new();
    let is_bad = |it: &str| it.to_lowercase().starts_with("fires");
    for name in &names {
        let fires = found.iter().any(|it| it.subject.as_deref() == Some(&**name));
        match (is_bad(name), fires) {
            (true, false) => faults.push(format!("`{name}` gives no finding")),
            (false, true) => faults.push(format!("`{name}` gives a finding")),
            _ => {}
        }
    }
    let n_bad = names.iter().filter(|it| is_bad(it)).count();
    if n_bad == 0 || n_bad == names.len() {
        faults.push("both `fires` and `silent` are needed".to_owned());
    }
    let said: Vec<_> = found.into_iter().map(|it| it.said).collect();
    golden::check(
        &path.with_extension("txt"),
        &render::render(&said, &sources, Config::PLAIN),
    )?;
    // What can be mended is mended, and once.
    if let Some(mended) = Changes::of(&said, &sources).texts(&sources).get(&file) {
        let (_, _, left, _) = self::found(lint, mended);
        let again = left.iter().filter(|it| it.said.fix.is_some());
        faults.extend(again.map(|it| format!("again: {}", it.said.title)));
        let n_mended = said.iter().filter(|it| it.fix.is_some()).count();
        if left.len() + n_mended != said.len() {
            faults.push(format!("{} are left after {n_mended} changes", left.len()));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

fn same(path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path).unwrap();
    let board = read::read(FileId(0), "x.json", &text).map_err(|it| it.title)?;
    let found = findings(&board, &Dialect::new(Version::LATEST));
    let found: BTreeSet<String> = found
        .iter()
        .map(|it| {
            let panel = it.panel.map_or("", |idx| board.panels[idx].title.as_str());
            let target = it.target.map_or(String::new(), |it| it.to_string());
            format!("{}\t{panel}\t{target}", it.said.code)
        })
        .collect();
    let wanted = fs::read_to_string(path.with_extension("tsv")).unwrap();
    let wanted: BTreeSet<String> = wanted.lines().map(str::to_owned).collect();
    let lines = |a: &BTreeSet<String>, b: &BTreeSet<String>, sign: &str| {
        let all = a.difference(b).map(|it| format!("{sign} {it}\n"));
        all.collect::<String>()
    };
    match found == wanted {
        true => Ok(()),
        false => Err((lines(&wanted, &found, "-") + &lines(&found, &wanted, "+")).into()),
    }
}
