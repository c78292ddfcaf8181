//! Dashboards, and what Grafana's own dashboard-linter says of them.
//!
//! `NAME.tsv` holds its verdicts on `NAME.json`: rule, panel and place of the query,
//! without those on LogQL. The same must be found here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aqua_alerts::diag::source::FileId;
use aqua_alerts::grafana::read;
use aqua_alerts::lint::dashboard::findings;
use aqua_alerts::promql::dialect::{Dialect, Version};
use libtest_mimic::{Failed, Trial};

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
    out
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
