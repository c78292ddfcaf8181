//! The test files that are named, alone or by their folders.

use std::path::{Path, PathBuf};

use crate::case::promtool;
use crate::cli::session::Session;
use crate::cli::test::faults;
use crate::cli::{fs, mistaken};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap};
use crate::doc::{toml, yaml};
use crate::harness::result::FileResult;

/// Where a project's tests are.
pub(super) const FOLDER: &str = "testdata";

/// How the names of test files end.
pub(super) const EXTENSIONS: &[&str] = &["toml", "yaml", "yml", "test"];

/// What was found under the paths of the command line.
#[derive(Default)]
pub(super) struct Named {
    /// Test files.
    pub(super) files: Vec<(FileId, String)>,
    /// Paths without a test that can be run; the others run all the same.
    pub(super) faults: Vec<FileResult>,
    /// What is wrong with those.
    pub(super) said: Sink,
}

/// The test files that were named, read; `None` where none was.
pub(super) fn find(
    start: &Path,
    paths: &[PathBuf],
    session: &mut Session,
) -> Option<Named> {
    if paths.is_empty() {
        return None;
    }
    let mut named = Named::default();
    let mut files: Vec<fs::File> = Vec::new();
    let word = mistaken::word("test", start, paths);
    let paths = &paths[usize::from(word.is_some())..];
    if let Some(it) = word {
        named.faults.push(FileResult::of_error("rules", vec![it.title.clone()]));
        named.said.push(it);
    }
    for path in paths {
        let shown = fs::shown(start, path);
        let mut said = Sink::new();
        files.extend(below(start, &shown, session, &mut said));
        if said.has_errors() {
            let said = said.into_sorted();
            let messages = said.iter().map(|it| it.title.clone()).collect();
            named.faults.push(FileResult::of_error(shown, messages));
            named.said.extend(said);
        }
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    named.files = added(files, &mut session.sources);
    Some(named)
}

/// The test files of the project in a folder. Those that cannot be read are results, and
/// what is wrong with them is said.
pub(super) fn in_project(root: &Path, session: &mut Session) -> Named {
    let mut said = Sink::new();
    let files = fs::read_tree(root, FOLDER, EXTENSIONS, &mut session.sources, &mut said);
    Named {
        faults: faults::of_folder(FOLDER, said, session),
        files: added(files, &mut session.sources),
        said: Sink::new(),
    }
}

/// Adds files to the sources.
pub(super) fn added(
    files: Vec<fs::File>,
    sources: &mut SourceMap,
) -> Vec<(FileId, String)> {
    let add = |(path, text): fs::File| (sources.add(path.as_str(), text), path);
    files.into_iter().map(add).collect()
}

/// The test file of a path, or those in its folder; why there is none is in `said`.
fn below(
    start: &Path,
    shown: &str,
    session: &mut Session,
    said: &mut Sink,
) -> Vec<fs::File> {
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    if fs::is_folder(start, shown) {
        let mut all = fs::read_folder(start, shown, EXTENSIONS, sources, said);
        // Rule files lie beside the tests of them.
        all.retain(|(path, text)| {
            let is_other = is_other_yaml(path, text);
            if is_other {
                sink.extend(like_tests(path, text, sources));
            }
            !is_other && !is_other_toml(start, path, text)
        });
        if all.is_empty() && !said.has_errors() {
            said.push(
                Diagnostic::error("no-test", format!("`{shown}` has no test file"))
                    .help("promtool's have `tests:` at the top, native ones `[[test]]`"),
            );
        }
        return all;
    }
    if let Some(what) = source(start, shown) {
        said.push(mistaken::source(shown, what));
        return Vec::new();
    }
    let known = EXTENSIONS.iter().any(|it| shown.ends_with(&format!(".{it}")));
    if !known && fs::exists(start, shown) {
        said.push(
            Diagnostic::error("no-test", format!("`{shown}` is no test file"))
                .help("tests are `.toml`, promtool's `.yaml`, or Prometheus's `.test`"),
        );
        return Vec::new();
    }
    let mut faults = Sink::new();
    let text = fs::read_file(start, shown, sources, &mut faults);
    let is_gone = !fs::exists(start, shown);
    let near = is_gone.then(|| fs::nearest(start, shown)).flatten();
    let is_name = is_gone && !shown.contains(['/', '.']);
    said.extend(faults.into_sorted().into_iter().map(|it| match (&near, is_name) {
        (Some(near), _) => it.help(format!("did you mean `{near}`?")),
        (None, true) => it.help("`--run REGEX` chooses tests by their names"),
        (None, false) => it,
    }));
    text.into_iter().map(|it| (shown.to_owned(), it)).collect()
}

/// What a TOML file is that a project is built from.
fn source(start: &Path, path: &str) -> Option<&'static str> {
    let part = Some(path).filter(|it| it.ends_with(".toml"))?;
    match fs::part_of_project(start, part)?.as_str() {
        fs::MANIFEST => Some("the manifest of a project"),
        "alerts" => Some("an alerts file"),
        "packs" => Some("a pack"),
        "dashboards" => Some("a dashboard"),
        _ => None,
    }
}

/// Whether a file is TOML, but not a file of tests.
fn is_other_toml(start: &Path, path: &str, text: &str) -> bool {
    if !path.ends_with(".toml") || source(start, path).is_some() {
        return path.ends_with(".toml");
    }
    // Where a project's tests are, one that has none is a mistake.
    let of_tests = fs::part_of_project(start, path).is_some_and(|it| it == FOLDER);
    !of_tests && !is_meant(text)
}

/// Whether TOML is meant to be tests: by its keys, and where it is broken, by its lines.
fn is_meant(text: &str) -> bool {
    let keys = ["test", "tests", "fixture", "fixtures"];
    if let Some(root) = toml::read(FileId(0), &text.into(), &mut Sink::new()) {
        return keys.iter().any(|it| root.get(it).is_some());
    }
    let begins = |line: &str| {
        let line = line.trim_start_matches(['\u{feff}', '[', ' ', '\t', '"', '\'']);
        let other = |it: char| !it.is_ascii_alphanumeric() && !matches!(it, '_' | '-');
        line.split(other).next().is_some_and(|it| keys.contains(&it))
    };
    text.lines().any(begins)
}

/// Whether a file is YAML, but not a file of tests.
fn is_other_yaml(path: &str, text: &str) -> bool {
    let yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let keys = ["tests", "rule_files"];
    if !yaml || !keys.iter().any(|it| text.contains(it)) {
        return yaml;
    }
    let mut sink = Sink::new();
    let root = yaml::read(FileId(0), text, &mut sink).into_iter().next();
    // One that is broken is meant to be tests where a line begins with such a key.
    let begins = |it: &str| keys.iter().any(|key| it.starts_with(&format!("{key}:")));
    let meant = sink.has_errors() && text.lines().any(begins);
    !meant && !root.is_some_and(|it| promtool::is_tests(&it))
}

/// A warning about a file that is no file of tests, but was meant to be one.
fn like_tests(path: &str, text: &str, sources: &mut SourceMap) -> Option<Diagnostic> {
    if !mistaken::may_be_like_tests(text) {
        return None;
    }
    let file = sources.add(path, text);
    let root = yaml::read(file, text, &mut Sink::new()).into_iter().next()?;
    mistaken::like_tests(path, &root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_keys() {
        for text in [
            "[[test]]\nname = \"a\"",
            "  [[test]]",
            "[[ test ]]",
            "[[\"test\"]]",
            "\u{feff}[[test]]",
            "[test]",
            "test.name = \"a\"",
            "[ fixture.tank ]",
            "[[tests]]",
            // Broken, but meant.
            "\u{feff} [[ test ]]\nname = ",
            "let = {\n[[test]]",
        ] {
            assert!(is_meant(text), "{text}");
        }
        for text in [
            "[tool.pytest]\naddopts = \"-q\"",
            "[lib]\ntest = false",
            "[testing]\n[test-data]",
            "text = \"\"\"\ntest = 1\n\"\"\"",
            "[testing\ntest-data = 1",
            "",
        ] {
            assert!(!is_meant(text), "{text}");
        }
    }
}
