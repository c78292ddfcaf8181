//! The layout of files: that of the bundled platform, and of expressions of others.

use std::path::Path;

use aqua_alerts::cli::fs;
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap};
use aqua_alerts::format::{Kind, format};
use libtest_mimic::{Failed, Trial};

#[path = "../shared/expressions.rs"]
mod expressions;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("format::the_platform_is_laid_out", platform),
        Trial::test("format::expressions_of_others", others),
    ]
}

fn platform() -> Result<(), Failed> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_toml(root, &mut sources, &mut sink);
    assert!(20 < files.len(), "{} files", files.len());
    for (path, text) in files {
        let out = format(FileId(0), &text, Kind::of(&path), &mut sink).unwrap();
        pretty_assertions::assert_eq!(&*text, out, "{path}: run `aqua-alerts fmt`");
    }
    Ok(())
}

/// Whatever they look like, they mean the same afterwards, and once is enough.
fn others() -> Result<(), Failed> {
    let all = expressions::expressions();
    let all = all.iter().filter(|it| !it.contains("'''") && !it.ends_with('\''));
    let all: Vec<&String> = all.collect();
    let mut n_changed = 0;
    for some in all.chunks(100) {
        let alert = |(idx, expr): (usize, &&String)| {
            format!("[alert.A{idx}]\nexpr = '''\n{}\n'''\n", expr.replace("${", "$${"))
        };
        let text: String = some.iter().enumerate().map(alert).collect();
        let once = laid_out(&text)?;
        pretty_assertions::assert_eq!(once, laid_out(&once)?);
        let lines =
            |text: &str| text.split("[alert.").map(str::to_owned).collect::<Vec<_>>();
        let pairs = lines(&text).into_iter().zip(lines(&once));
        n_changed += pairs.filter(|it| it.0 != it.1).count();
    }
    println!("{n_changed} of {} laid out otherwise", all.len());
    assert!(all.is_empty() || 0 < n_changed);
    Ok(())
}

fn laid_out(text: &str) -> Result<String, Failed> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let file = sources.add("alerts/a.toml", text);
    let out = format(file, &text.into(), Kind::Alerts, &mut sink);
    out.ok_or_else(|| render(&sink.into_sorted(), &sources, Config::PLAIN).into())
}
