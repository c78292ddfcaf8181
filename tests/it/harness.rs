//! Rule evaluation, proven by promtool's own verdicts.
//!
//! `tests/fixtures/harness/promtool` holds promtool test files; beside each one that
//! does not pass stands what promtool says of it (`*.expected`).

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::case::glob;
use aqua_alerts::case::promtool::{self, TestGroup};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap, Span};
use aqua_alerts::diag::text::Text;
use aqua_alerts::doc::yaml;
use aqua_alerts::harness::plan::Plan;
use aqua_alerts::harness::promtool::{Rules, ordered, run_file, run_group};
use aqua_alerts::harness::result::{FileResult, Outcome};
use aqua_alerts::harness::silence::warnings;
use aqua_alerts::promql::dialect::{Dialect, Features, Version};
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rules::group::Group;
use aqua_alerts::template::check::check;
use libtest_mimic::{Failed, Trial};

/// A promtool test file with the rule files that it names.
pub struct Loaded {
    pub sources: SourceMap,
    file_id: FileId,
    pub file: promtool::TestFile,
    pub groups: Vec<Group>,
    pub faults: Vec<String>,
}

pub fn load(path: &Path, dialect: Dialect) -> Result<Loaded, Vec<String>> {
    let titles = |sink: Sink| sink.into_sorted().into_iter().map(|it| it.title);
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let file_id = sources.add(name, text.as_str());
    let documents = yaml::read(file_id, &text, &mut sink);
    let file = match documents.first() {
        Some(node) => promtool::read(node, &mut sink),
        None => promtool::TestFile::default(),
    };
    if sink.has_errors() {
        return Err(titles(sink).collect());
    }
    let dir = path.parent().unwrap();
    let names = |it: &str| -> Vec<String> {
        let Ok(entries) = fs::read_dir(dir.join(it)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let template = |text: &Text, sink: &mut Sink| {
        check(text, Version::LATEST, sink);
    };
    let config = Config {
        dialect: &dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &template,
    };
    let (mut groups, mut faults) = (Vec::new(), Vec::new());
    for pattern in &file.rule_files {
        for name in
            glob::expand(pattern.as_str(), &mut |it: &str| names(it).into()).unwrap()
        {
            let text = fs::read_to_string(dir.join(&name)).unwrap();
            let file_id = sources.add(&*name, text.as_str());
            let mut sink = Sink::new();
            groups.extend(read(file_id, &name, &text, &config, &mut sink));
            if sink.has_errors() {
                faults.extend(titles(sink));
            }
        }
    }
    Ok(Loaded { sources, file_id, file, groups, faults })
}

/// Runs a promtool test file with the rule files that it names.
pub fn run(path: &Path, dialect: Dialect) -> FileResult {
    let shown = path.display().to_string();
    match load(path, dialect) {
        Ok(it) => {
            let groups: Vec<&Group> = it.groups.iter().collect();
            let rules = Rules { groups: &groups, faults: &it.faults };
            run_file(&shown, &it.file, rules, dialect)
        }
        Err(messages) => FileResult::of_error(shown, messages),
    }
}

/// Tests of a file whose verdict is another one when every rule is evaluated at every
/// tick in turn, and the number of those that were compared: not those with more
/// evaluations than `limit`.
pub fn shortcuts(path: &Path, dialect: Dialect, limit: usize) -> (usize, Vec<String>) {
    let Ok(it) = load(path, dialect) else { return (0, Vec::new()) };
    let groups: Vec<&Group> = it.groups.iter().collect();
    let groups = ordered(&groups, &it.file);
    let (short, long) = (Plan::new(&groups), Plan::new(&groups).without_shortcuts());
    let ticks = |group: &TestGroup| {
        let times = group.alerts.iter().map(|it| it.eval_time);
        let end = times.chain(group.exprs.iter().map(|it| it.eval_time)).max();
        (end.unwrap_or(0) / it.file.interval) as usize + 1
    };
    let fits = |it: &&TestGroup| ticks(it) * short.slots.len() <= limit;
    let compared: Vec<&TestGroup> = it.file.tests.iter().filter(fits).collect();
    let verdict = |group: &TestGroup, plan: &Plan<'_>| {
        let it = run_group(&it.file, group, plan, &it.faults, dialect);
        (it.outcome, it.messages)
    };
    let differ = |it: &&&TestGroup| verdict(it, &short) != verdict(it, &long);
    let name = |it: &&TestGroup| format!("{}: {}", path.display(), it.title());
    (compared.len(), compared.iter().filter(differ).map(name).collect())
}

/// All messages of a file, as promtool prints them.
pub fn messages(result: &FileResult) -> String {
    let tests = result.tests.iter().flat_map(|it| &it.messages);
    let all: Vec<&str> =
        result.messages.iter().chain(tests).map(|it| it.trim_end()).collect();
    let lines = all.join("\n");
    lines.lines().map(|it| format!("{}\n", it.trim_end())).collect()
}

fn fixture(path: &Path) -> Result<(), Failed> {
    let result = run(path, Dialect::new(Version::LATEST));
    let expected = path.with_extension("expected");
    let found = messages(&result);
    if !expected.exists() {
        return match result.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed | Outcome::Error => Err(found.into()),
        };
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&expected, &found).unwrap();
    }
    pretty_assertions::assert_eq!(fs::read_to_string(&expected).unwrap(), found);
    Ok(())
}

/// A file whose expectations are all impossible: what promtool 3.5, with its
/// experimental functions, says that it got. Where the name says so, with delayed name
/// removal.
fn answers(path: &Path) -> Result<(), Failed> {
    let plain = Dialect::new(Version::new(3, 5));
    let features = Features {
        experimental_functions: true,
        delayed_name_removal: path.to_string_lossy().contains("delayed"),
        ..plain.features
    };
    let found = messages(&run(path, Dialect { features, ..plain }));
    let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
    pretty_assertions::assert_eq!(expected, found);
    Ok(())
}

/// What promtool passes over in silence, with the lines.
fn silence() -> Result<(), Failed> {
    let path = Path::new(FIXTURES).join("silence.yaml");
    let it = load(&path, Dialect::new(Version::LATEST)).unwrap();
    let span = Span { file: it.file_id, start: 0, end: 0 };
    let line = |span| it.sources.position(span).line;
    let groups: Vec<&Group> = it.groups.iter().collect();
    let found: String = warnings(&it.file, &groups, span)
        .iter()
        .map(|it| format!("{}: {}\n", line(it.said.place().unwrap()), it.said.title))
        .collect();
    let expected = "\
        4: no rule group is called `nobody`\n\
        12: series after a line break are dropped\n\
        16: no rule has the alert name `Patiant`\n\
        17: a test without an assertion\n\
        20: the same series twice\n";
    let mut lines: Vec<&str> = found.lines().collect();
    lines.sort_by_key(|it| it.split(':').next().unwrap().parse::<u32>().unwrap());
    pretty_assertions::assert_eq!(expected.lines().collect::<Vec<_>>(), lines);
    Ok(())
}

/// Like names are looked for while that is cheap, and for each unknown one once.
fn suggestions() -> Result<(), Failed> {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let rules: String =
        (0..500).map(|it| format!("  - {{alert: Alert{it}, expr: up}}\n")).collect();
    let rules = format!("groups:\n- name: g\n  rules:\n{rules}");
    let rules_id = sources.add("rules.yaml", rules.as_str());
    let config = Config {
        dialect: &Dialect::new(Version::LATEST),
        legacy_names: false,
        ignore_unknown: false,
        template: &|_, _| {},
    };
    let groups = read(rules_id, "rules.yaml", &rules, &config, &mut sink);
    let tests: String = (0..120)
        .flat_map(|it| [(it, 1), (it, 2)])
        .map(|(it, at)| format!("  - {{eval_time: {at}m, alertname: Alrt{it}}}\n"))
        .collect();
    let tests = format!("tests:\n- alert_rule_test:\n{tests}");
    let id = sources.add("tests.yaml", tests.as_str());
    let documents = yaml::read(id, &tests, &mut sink);
    let file = promtool::read(&documents[0], &mut sink);
    assert!(!sink.has_errors());
    let groups: Vec<&Group> = groups.iter().collect();
    let said = warnings(&file, &groups, Span { file: id, start: 0, end: 0 });
    let asks = |it: &usize| said[*it].said.labels[0].text.starts_with("did you mean");
    assert_eq!(said.len(), 240);
    assert_eq!((0..240).filter(asks).collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
    assert_eq!(said[99].said.labels[0].text, "did you mean `Alert49`?");
    Ok(())
}

const FIXTURES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/harness/promtool");

const ANSWERS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/harness/promtool-3.5");

/// The test files of a directory, sorted.
pub fn files(dir: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths.retain(|it| {
        let name = it.file_name().unwrap().to_string_lossy();
        name.ends_with(".yaml") && !name.ends_with(".rules.yaml")
    });
    paths
}

/// The fixtures as tests.
pub fn trials() -> Vec<Trial> {
    let trial = |room: &str, path: PathBuf, test: fn(&Path) -> Result<(), Failed>| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(format!("harness::{room}::{name}"), move || test(&path))
    };
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(files(FIXTURES).into_iter().map(|it| trial("promtool", it, fixture)));
    trials
        .extend(files(ANSWERS).into_iter().map(|it| trial("promtool-3.5", it, answers)));
    trials.push(Trial::test("harness::promtool::silence_is_told", silence));
    trials.push(Trial::test("harness::promtool::suggestions_are_few", suggestions));
    trials
}
