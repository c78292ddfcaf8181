//! `import`: real rule files and tests come back as the same rules and verdicts.

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::case::glob;
use aqua_alerts::case::promtool::TestFile;
use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::load::Loaded;
use aqua_alerts::cli::session::Session;
use aqua_alerts::cli::test::{Plan, native};
use aqua_alerts::diag::diagnostic::Diagnostic;
use aqua_alerts::diag::render::{self, render};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap};
use aqua_alerts::diag::text::Text;
use aqua_alerts::emit;
use aqua_alerts::harness::promtool::{Rules, run_file};
use aqua_alerts::harness::result::{Outcome, TestResult};
use aqua_alerts::import::same;
use aqua_alerts::import::write::{self, File, Holds, RuleFile, Target, Tests};
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rules::group::Group;
use aqua_alerts::{resolve, spec};
use libtest_mimic::{Failed, Trial};
use rayon::prelude::*;
use serde_json::Value as Json;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus");

/// Rule files whose rules came back the same when last counted; never fewer. Two are not
/// among them for `{{value}}`, which fails in every alert.
const SAME_RULES: usize = 417;

/// Tests with the same verdict; never fewer.
const SAME_VERDICTS: usize = 1044;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/import");

/// The same where the tests were changed so that they should fail.
const SAME_CHANGED: usize = 1044;

pub fn trials() -> Vec<Trial> {
    let mut out = vec![
        Trial::test("import::rules_of_the_corpus", rules),
        Trial::test("import::tests_of_the_corpus", tests),
    ];
    let cases = fs::read_dir(FIXTURES).unwrap().map(|it| it.unwrap().path());
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap().to_string();
        let trial = Trial::test(format!("import::{name}"), move || fixture(&case));
        out.push(trial);
    }
    out
}

/// `in/*.yaml` becomes a project of the files in `out/`; what is said of it is `said.txt`.
fn fixture(case: &Path) -> Result<(), Failed> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(case.join("in")).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    let (mut rules, mut tests) = (Vec::new(), Vec::new());
    let everything = Dialect::everything();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.file_name().unwrap().to_str().unwrap();
        let file = sources.add(shown, text.as_str());
        match text.contains("\ntests:") {
            true => {
                tests.extend(Tests::read(file, shown, text.into(), &mut sink));
            }
            false => {
                let config = config(&everything);
                rules.push(RuleFile::read(file, shown, text.into(), &config, &mut sink));
            }
        }
    }
    for test in &mut tests {
        let named = test.file.rule_files.iter();
        let place = |it: &str| rules.iter().position(|rule| rule.path == it).unwrap();
        test.rules = named.map(|it| place(it.as_str())).collect();
    }
    let target = Target::New("farm".to_string(), 60_000);
    let files = write::files(&rules, &tests, &target, &mut sink);
    let said = render(&sink.into_sorted(), &sources, render::Config::PLAIN);
    for file in &files {
        let path = case.join("out").join(&file.path);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
        }
        crate::golden::check(&path, &file.text)?;
    }
    crate::golden::check(&case.join("said.txt"), &said)?;
    // It is a project, and its tests can be read.
    let (mut session, loaded) = project(&files)?;
    let is_tests = |it: &&File| matches!(it.holds, Holds::Tests(..));
    let tests = files.iter().filter(is_tests);
    let ids: Vec<FileId> =
        tests.map(|it| session.sources.add(it.path.as_str(), it.text.as_str())).collect();
    native::check(&loaded, &ids, &mut session, |_, _| {});
    match session.sink.is_empty() {
        true => Ok(()),
        false => Err(self::said(session).into()),
    }
}

fn dialect() -> Dialect {
    Dialect::new(Version::LATEST)
}

fn config(dialect: &Dialect) -> Config<'_> {
    Config { dialect, legacy_names: false, ignore_unknown: false, template: &|_, _| {} }
}

fn rule_file(path: &Path, sources: &mut SourceMap, sink: &mut Sink) -> RuleFile {
    let text = fs::read_to_string(path).unwrap();
    let shown = path.display().to_string();
    let file = sources.add(shown.as_str(), text.as_str());
    RuleFile::read(file, &shown, text.into(), &config(&dialect()), sink)
}

/// The lines of promtool's verdicts for a command.
fn verdicts(command: &str) -> Option<Vec<Json>> {
    let text = fs::read_to_string(format!("{CORPUS}/VERDICTS.jsonl")).ok()?;
    let lines = text.lines().map(|it| serde_json::from_str::<Json>(it).unwrap());
    Some(lines.filter(|it| it["cmd"] == command).collect())
}

/// A project of its own of some files, resolved; or what is wrong with it.
fn project(files: &[File]) -> Result<(Session, Loaded), String> {
    let global = Global {
        directories: Vec::new(),
        format: Format::Human,
        color: Color::Never,
        deny: Vec::new(),
    };
    let mut session = Session::new(&global);
    let texts: Vec<(String, String)> =
        files.iter().map(|it| (it.path.clone(), it.text.clone())).collect();
    let project = spec::read::read(&texts, &mut session.sources, &mut session.sink);
    let book = project
        .as_ref()
        .and_then(|it| resolve::resolve(it, "default", &mut session.sink));
    match (project, book) {
        (Some(project), Some(book)) if session.sink.is_empty() => {
            let loaded = Loaded { root: PathBuf::new(), project, books: vec![book] };
            Ok((session, loaded))
        }
        _ => Err(said(session)),
    }
}

fn said(session: Session) -> String {
    let Session { sources, sink, .. } = session;
    render(&sink.into_sorted(), &sources, render::Config::PLAIN)
}

/// The first difference between a rule file and what comes of it: imported, built as a
/// plain rule file, read again.
fn round_trip(path: &Path) -> Result<(), String> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let file = rule_file(path, &mut sources, &mut sink);
    let target = Target::New("corpus".to_string(), 60_000);
    let files = write::files(std::slice::from_ref(&file), &[], &target, &mut sink);
    if sink.has_errors() {
        return Err(render(&sink.into_sorted(), &sources, render::Config::PLAIN));
    }
    let (_, loaded) = project(&files)?;
    let targets = [&emit::rule_file::TARGET];
    let built = emit::emit(&loaded.books[0], &targets, &mut Sink::new());
    let rules = |file: &File| matches!(file.holds, Holds::Rules(..));
    let imported: Vec<&File> = files.iter().filter(|it| rules(it)).collect();
    if built.len() != imported.len() {
        return Err(format!("{} files of {}", built.len(), imported.len()));
    }
    let dialect = dialect();
    let mut back: Vec<Group> = Vec::new();
    for artifact in &built {
        let mut sink = Sink::new();
        back.extend(read(
            FileId(0),
            &artifact.path,
            &artifact.text,
            &config(&dialect),
            &mut sink,
        ));
        if sink.has_errors() {
            return Err(format!("{}: {:?}", artifact.path, sink.into_sorted()));
        }
    }
    let mut old: Vec<&Group> = file.groups.iter().collect();
    old.retain(|it| !it.rules.is_empty());
    // Built files are in the order of their names.
    let key = |it: &Group| (it.name.clone(), format!("{:?}", it.rules.first().map(name)));
    old.sort_by_key(|it| key(it));
    back.sort_by_key(key);
    if old.len() != back.len() {
        return Err(format!("{} groups of {}", back.len(), old.len()));
    }
    for (old, new) in old.iter().zip(&back) {
        if let Some((rule, what)) = same::difference(old, new) {
            return Err(format!("group `{}`, rule {rule:?}: {what}", old.name));
        }
    }
    Ok(())
}

fn name(rule: &aqua_alerts::rules::group::Rule) -> String {
    match rule {
        aqua_alerts::rules::group::Rule::Record(it) => it.name.to_string(),
        aqua_alerts::rules::group::Rule::Alert(it) => it.name.to_string(),
    }
}

fn rules() -> Result<(), Failed> {
    let Some(verdicts) = verdicts("check") else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let accepted: Vec<&Json> = verdicts.iter().filter(|it| it["rc"] == 0).collect();
    let one = |it: &&Json| {
        let path = it["path"].as_str().unwrap();
        round_trip(&Path::new(CORPUS).join("src").join(path))
            .map_err(|fault| format!("{path}: {fault}"))
    };
    let all: Vec<Result<(), String>> = accepted.par_iter().map(one).collect();
    let n_same = all.iter().filter(|it| it.is_ok()).count();
    println!("{n_same} of {} rule files come back the same", all.len());
    all.iter().filter_map(|it| it.as_ref().err()).for_each(|it| println!("{it}"));
    match SAME_RULES <= n_same {
        true => Ok(()),
        false => {
            Err(format!("{n_same} rule files are the same, were {SAME_RULES}").into())
        }
    }
}

/// The rule files that a test file names, as promtool finds them.
fn named(test: &Tests, path: &Path) -> Vec<PathBuf> {
    let dir = path.parent().unwrap();
    let names = |it: &str| -> Vec<String> {
        let Ok(entries) = fs::read_dir(dir.join(it)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let mut out: Vec<PathBuf> = Vec::new();
    for pattern in &test.file.rule_files {
        for name in
            glob::expand(pattern.as_str(), &mut |it: &str| names(it).into()).unwrap()
        {
            let path = dir.join(name);
            if !out.contains(&path) {
                out.push(path);
            }
        }
    }
    out
}

/// What is changed in a file of tests, so that tests fail that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Another annotation of every expected alert.
    Annotations,
    /// Another label of every expected alert.
    Labels,
    /// No alert is expected, no sample.
    Expectations,
    /// All assertions a minute later, all samples of expressions one more.
    Times,
}

const CHANGES: &[Change] =
    &[Change::Annotations, Change::Labels, Change::Expectations, Change::Times];

/// A text with another end.
fn other(text: &Text, end: &str) -> Text {
    Text::opaque(&format!("{text}{end}"), text.span())
}

fn change(file: &mut TestFile, change: Change) {
    let tests = file.tests.iter_mut();
    let (mut alerts, mut exprs) = (Vec::new(), Vec::new());
    for test in tests {
        alerts.extend(&mut test.alerts);
        exprs.extend(&mut test.exprs);
    }
    for test in alerts {
        match change {
            Change::Nothing => {}
            Change::Annotations => test.expected.iter_mut().for_each(|it| {
                let first = it.annotations.first_mut();
                first.into_iter().for_each(|it| it.1 = other(&it.1, "!"));
            }),
            Change::Labels => test.expected.iter_mut().for_each(|it| {
                let name = Text::opaque("", it.head);
                it.labels.push((other(&name, "further"), other(&name, "x")));
            }),
            Change::Expectations => test.expected.clear(),
            Change::Times => test.eval_time += 60_000,
        }
    }
    for test in exprs {
        match change {
            Change::Nothing | Change::Annotations | Change::Labels => {}
            Change::Expectations => test.expected.clear(),
            Change::Times => test.expected.iter_mut().for_each(|it| it.value += 1.0),
        }
    }
}

/// What became of the tests of a file.
struct Came {
    /// Whether each has the same verdict, or why not.
    tests: Vec<Result<(), String>>,
    /// Tests that passed in promtool's dialect.
    n_passed: usize,
    /// Whether each passes as a native test; nothing for those that are left out.
    native: Vec<Option<bool>>,
}

/// Imports a file of tests and runs it in both dialects.
fn tested(path: &Path, what: Change) -> Result<Came, String> {
    let (mut sources, mut sink) = (SourceMap::new(), Sink::new());
    let text = fs::read_to_string(path).unwrap();
    let file = sources.add(path.display().to_string(), text.as_str());
    let mut tests = Tests::read(file, "test.yaml", text.into(), &mut sink).unwrap();
    change(&mut tests.file, what);
    let files: Vec<RuleFile> = named(&tests, path)
        .iter()
        .map(|it| rule_file(it, &mut sources, &mut sink))
        .collect();
    if sink.has_errors() {
        return Err(render(&sink.into_sorted(), &sources, render::Config::PLAIN));
    }
    tests.rules = (0..files.len()).collect();
    let groups: Vec<&Group> = files.iter().flat_map(|it| &it.groups).collect();
    let rules = Rules { groups: &groups, faults: &[] };
    let wanted = run_file("", &tests.file, rules, dialect());
    // As `import` chooses it, or another, so that the test has to say its own.
    let interval = match what {
        Change::Nothing => tests.file.interval,
        _ => 45_000,
    };
    let target = Target::New("corpus".to_string(), interval);
    let written = write::files(&files, std::slice::from_ref(&tests), &target, &mut sink);
    let is_passed = |it: &&TestResult| it.outcome == Outcome::Passed;
    let mut came = Came {
        tests: wanted.tests.iter().map(|_| Err("left out".to_string())).collect(),
        n_passed: wanted.tests.iter().filter(is_passed).count(),
        native: vec![None; wanted.tests.len()],
    };
    let (mut session, loaded) = project(&written)?;
    let found = written.iter().find_map(|it| match &it.holds {
        Holds::Tests(_, places) => Some((it, places)),
        _ => None,
    });
    let Some((file, places)) = found else { return Ok(came) };
    let id = session.sources.add(file.path.as_str(), file.text.as_str());
    let Some(ran) = native::verdicts(&loaded, &[id], &Plan::everything(), &mut session)
    else {
        return Err(said(session));
    };
    if ran.len() != places.len() {
        return Err(format!("{} tests ran of {}", ran.len(), places.len()));
    }
    for (place, ran) in places.iter().zip(ran) {
        let want = &wanted.tests[*place];
        let is = ran.verdict.result.outcome == Outcome::Passed;
        came.native[*place] = Some(is);
        let faults: Vec<Diagnostic> = ran.verdict.result.diagnostics().cloned().collect();
        came.tests[*place] = match (want.outcome == Outcome::Passed) == is {
            true => Ok(()),
            false => Err(format!(
                "promtool {:?}: {}\n{}",
                want.outcome,
                want.messages.join("\n"),
                render(&faults, &session.sources, render::Config::PLAIN)
            )),
        };
    }
    Ok(came)
}

/// Tests with the verdict that promtool itself gave.
fn agreed(verdict: &Json, came: &Result<Came, String>) -> usize {
    let Ok(came) = came else { return 0 };
    let groups = verdict["junit"].as_array().unwrap();
    let passed = groups.iter().map(|it| it[1] == 0);
    passed.zip(&came.native).filter(|(promtool, is)| **is == Some(*promtool)).count()
}

fn tests() -> Result<(), Failed> {
    let Some(verdicts) = verdicts("test") else {
        println!("skipped: no corpus");
        return Ok(());
    };
    let runs = |it: &&Json| {
        let groups = it["junit"].as_array();
        groups.is_some_and(|it| !(it.len() == 1 && it[0][0] == "unknown"))
    };
    let runnable: Vec<&Json> = verdicts.iter().filter(runs).collect();
    let path = |it: &Json| it["path"].as_str().unwrap().to_string();
    let full = |it: &str| Path::new(CORPUS).join("src").join(it);
    // Each file as it is, and with one of the changes.
    let jobs: Vec<(String, Change)> = runnable
        .iter()
        .enumerate()
        .flat_map(|(idx, it)| {
            let change = CHANGES[idx % CHANGES.len()];
            [(path(it), Change::Nothing), (path(it), change)]
        })
        .collect();
    let all: Vec<Result<Came, String>> =
        jobs.par_iter().map(|it| tested(&full(&it.0), it.1)).collect();
    let own = runnable.iter().zip(all.iter().step_by(2));
    let n_own: usize = own.map(|(it, came)| agreed(it, came)).sum();
    println!("{n_own} agree with what promtool 3.5.3 said");
    for changed in [false, true] {
        let (mut n_same, mut n_tests, mut n_files, mut n_passed) = (0, 0, 0, 0);
        let done = jobs.iter().zip(&all);
        for ((path, change), came) in done {
            if (*change != Change::Nothing) != changed {
                continue;
            }
            match came {
                Err(fault) => println!("{path}, {change:?}: {fault}"),
                Ok(came) => {
                    n_tests += came.tests.len();
                    n_passed += came.n_passed;
                    n_same += came.tests.iter().filter(|it| it.is_ok()).count();
                    n_files += usize::from(came.tests.iter().all(Result::is_ok));
                    for (idx, fault) in came.tests.iter().enumerate() {
                        if let Err(fault) = fault {
                            println!("{path}, {change:?}, test {idx}: {fault}");
                        }
                    }
                }
            }
        }
        let what = if changed { "changed" } else { "real" };
        println!(
            "{n_same} of {n_tests} {what} tests have the same verdict, {n_passed} passed"
        );
        println!("{n_files} of {} {what} test files are the same", runnable.len());
        let pinned = if changed { SAME_CHANGED } else { SAME_VERDICTS };
        if n_same < pinned {
            let message = format!("{n_same} {what} verdicts are the same, were {pinned}");
            return Err(message.into());
        }
    }
    Ok(())
}
