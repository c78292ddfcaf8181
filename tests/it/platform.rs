//! The bundled platform: it builds, its tests pass, and they prove every alert.

use std::collections::BTreeSet;
use std::path::Path;

use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::check::dashboards;
use aqua_alerts::cli::load::{self, Loaded};
use aqua_alerts::cli::session::Session;
use aqua_alerts::cli::test::{self, Plan, native};
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::harness::panels::show;
use aqua_alerts::harness::panels::values;
use aqua_alerts::harness::result::Outcome;
use aqua_alerts::rules::group::Rule;
use libtest_mimic::{Failed, Trial};

use crate::build;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("platform::resolves_without_a_word", resolves),
        Trial::test("platform::every_alert_is_proven_to_fire_and_to_be_silent", proven),
        Trial::test("platform::is_as_large_as_a_real_one", counts),
        Trial::test("platform::its_tests_pass_as_promtool_s", as_promtools),
        Trial::test("platform::is_clean_at_the_strictest_level", clean),
        Trial::test("platform::its_panels_show_what_its_tests_load", panels),
    ]
}

fn project() -> (Session, Loaded) {
    let global = Global {
        directories: vec![env!("CARGO_MANIFEST_DIR").into()],
        format: Format::Human,
        color: Color::Never,
        deny: Vec::new(),
    };
    let mut session = Session::new(&global);
    let loaded = load::load(&mut session, &[]).expect("the project is there");
    (session, loaded)
}

fn said(session: Session) -> String {
    let Session { sources, sink, .. } = session;
    render(&sink.into_sorted(), &sources, Config::PLAIN)
}

fn resolves() -> Result<(), Failed> {
    let (session, loaded) = project();
    let text = said(session);
    match text.is_empty() && loaded.books.len() == 2 {
        true => Ok(()),
        false => Err(text.into()),
    }
}

fn clean() -> Result<(), Failed> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_aqua-alerts"));
    let root = env!("CARGO_MANIFEST_DIR");
    let args = ["-C", root, "check", "--strict", "--deny", "warnings"];
    let output = command.args(args).output().unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// For each environment and each alert and tier in it: a test in which it fires, and one
/// in which it stays silent although it has something to compare.
fn proven() -> Result<(), Failed> {
    let (mut session, loaded) = project();
    let files: Vec<_> =
        test::own(&loaded, &mut session).into_iter().map(|it| it.0).collect();
    let plan = Plan::everything();
    let Some(all) = native::verdicts(&loaded, &files, &plan, &mut session) else {
        return Err(said(session).into());
    };
    let (mut fired, mut silent) = (BTreeSet::new(), BTreeSet::new());
    let mut faults = Vec::new();
    for ran in all {
        if ran.verdict.result.outcome != Outcome::Passed {
            faults.push(format!("{} fails", ran.verdict.result.name));
        }
        fired.extend(ran.verdict.fired.iter().map(|it| (ran.book_idx, *it)));
        silent.extend(ran.verdict.silent.iter().map(|it| (ran.book_idx, *it)));
    }
    for (book_idx, book) in loaded.books.iter().enumerate() {
        let rules = book.groups.iter().flat_map(|group| {
            group.rules.iter().map(move |rule| (group.file.clone(), rule))
        });
        for (rule_idx, (file, rule)) in rules.enumerate() {
            let Rule::Alert(alert) = rule else { continue };
            let tier = alert.about.as_ref().and_then(|it| it.tier.clone());
            let name = format!(
                "{} {file} {} {}",
                book.env,
                alert.name,
                tier.unwrap_or_default()
            );
            for (set, what) in [(&fired, "fire"), (&silent, "be silent")] {
                if !set.contains(&(book_idx, rule_idx)) {
                    faults.push(format!("no test proves it to {what}: {name}"));
                }
            }
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

fn counts() -> Result<(), Failed> {
    let (_, loaded) = project();
    let book = loaded.books.iter().find(|it| &*it.env == "production").unwrap();
    let mut names = BTreeSet::new();
    let mut by_severity = std::collections::BTreeMap::new();
    let mut n_rules = 0;
    for rule in book.groups.iter().flat_map(|it| &it.rules) {
        let Rule::Alert(alert) = rule else { continue };
        n_rules += 1;
        names.insert(alert.name.to_string());
        let severity =
            alert.about.as_ref().unwrap().severity.as_ref().unwrap().to_string();
        *by_severity.entry(severity).or_insert(0) += 1;
    }
    println!("{} alerts, {n_rules} rules, {by_severity:?}", names.len());
    assert!(40 <= names.len(), "{} alerts", names.len());
    assert_eq!(book.monitors.len(), 5);
    for severity in ["critical", "warning", "business"] {
        assert!(by_severity.get(severity).is_some_and(|it| 10 <= *it), "{by_severity:?}");
    }
    Ok(())
}

/// All tests of both environments, written as promtool's, but the two that begin at another
/// time, which promtool 3.5 cannot.
fn as_promtools() -> Result<(), Failed> {
    let out = crate::cli::folder("platform-promtool-tests");
    let built = build::build(Path::new(env!("CARGO_MANIFEST_DIR")), &out);
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into_owned().into());
    }
    let (mut session, loaded) = project();
    let files: Vec<_> =
        test::own(&loaded, &mut session).into_iter().map(|it| it.0).collect();
    let all = native::verdicts(&loaded, &files, &Plan::everything(), &mut session);
    let n_native = all.map_or(0, |it| it.len());
    let n_passed = build::check_tests(&out)?;
    std::fs::remove_dir_all(&out).unwrap();
    println!("{n_passed} of {n_native} tests");
    assert_eq!(n_passed + 2, n_native);
    Ok(())
}

/// Every query of every panel has data in some test of production.
fn panels() -> Result<(), Failed> {
    let (mut session, loaded) = project();
    let files: Vec<_> =
        test::own(&loaded, &mut session).into_iter().map(|it| it.0).collect();
    let mut faults = Vec::new();
    let mut n_shown = 0;
    native::check(&loaded, &files, &mut session, |stages, _| {
        let at = loaded.books.iter().position(|it| &*it.env == "production").unwrap();
        let written = dashboards::written(&loaded.books[at]);
        for (board, _) in dashboards::boards(&loaded.books[at], &written, true) {
            let values = values::values(&board, &stages[at]);
            let all = show::show(&board, &values, &stages[at], &|_| true);
            let empty = all.iter().filter(|it| it.frames.is_err());
            faults.extend(empty.map(|it| format!("{}: {}", it.panel.title, it.text)));
            n_shown += all.len();
        }
    });
    match faults.is_empty() && n_shown != 0 {
        true => Ok(()),
        false => Err(format!("{n_shown} queries; without data: {faults:#?}").into()),
    }
}
