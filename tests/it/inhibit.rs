//! Inhibitions: what tiers and `[[inhibit]]` of whole projects become.
//!
//! A fixture is a folder of `tests/fixtures/inhibit` with a project in it. `expected.txt`
//! holds the messages, as they are drawn, and the inhibitions of each environment, which
//! are the same where it is looked at alone.

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::session::Session;
use aqua_alerts::cli::{inhibit, load};
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::rules::book::Book;
use aqua_alerts::rules::inhibition::{Inhibition, LabelMatch};
use libtest_mimic::Trial;

use crate::golden;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/inhibit");

pub fn trials() -> Vec<Trial> {
    let mut dirs: Vec<PathBuf> =
        fs::read_dir(ROOT).unwrap().map(|it| it.unwrap().path()).collect();
    dirs.sort();
    let fixture = |it: PathBuf| {
        let name = it.file_name().unwrap().to_str().unwrap().to_owned();
        Trial::test(format!("inhibit::{name}"), move || {
            golden::check(&it.join("expected.txt"), &report(&it))
        })
    };
    dirs.into_iter().map(fixture).collect()
}

fn report(project: &Path) -> String {
    let (session, books) = inferred(project, &[]);
    let Session { sources, sink, .. } = session;
    let mut out = render(&sink.into_sorted(), &sources, Config::PLAIN);
    for book in &books {
        out += &format!("# {}\n", book.env);
        book.inhibitions.iter().for_each(|it| out += &drawn(it));
        // An environment alone has the same.
        let (_, alone) = inferred(project, &[book.env.to_string()]);
        let [alone] = alone.as_slice() else { panic!("{} environments", alone.len()) };
        pretty_assertions::assert_eq!(alone.inhibitions, book.inhibitions);
    }
    out
}

fn inferred(project: &Path, envs: &[String]) -> (Session, Vec<Book>) {
    let global = Global {
        directories: vec![project.to_owned()],
        format: Format::Human,
        color: Color::Never,
        deny: Vec::new(),
    };
    let mut session = Session::new(&global);
    let mut loaded = load::load(&mut session, envs);
    if let Some(loaded) = &mut loaded
        && !session.sink.has_errors()
    {
        inhibit::infer(loaded, &mut session);
    }
    (session, loaded.into_iter().flat_map(|it| it.books).collect())
}

fn drawn(it: &Inhibition) -> String {
    let side = |it: &[LabelMatch]| it.iter().map(matcher).collect::<Vec<_>>().join(" ");
    format!(
        "\n{}\n  hides {}\n  where {} are equal\n",
        side(&it.source),
        side(&it.target),
        it.equal.join(" ")
    )
}

fn matcher(it: &LabelMatch) -> String {
    format!("{}{}{}", it.name, it.op.as_str(), it.value)
}
