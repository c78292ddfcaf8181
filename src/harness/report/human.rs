//! The report for people: a line for each file, the failed tests, and the sums. What is
//! wrong with them is shown between, with the source under it (`report/failure.rs`).

use std::collections::HashSet;
use std::fmt::Write;

use crate::diag::source::SourceMap;
use crate::harness::result::{FileResult, Outcome, TestResult};

/// What is printed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Every test, not only those that failed.
    pub verbose: bool,
    /// With colours.
    pub colour: bool,
}

/// A line for each file, and below it the tests that failed.
pub fn files(files: &[FileResult], sources: &SourceMap, config: Config) -> String {
    let mut out = String::new();
    let width = files.iter().map(|it| it.path.chars().count()).max().unwrap_or(0);
    // What keeps several files from being run is said below the first of them.
    let mut of_files: HashSet<&[String]> = HashSet::new();
    for file in files {
        head(&mut out, file, width, config);
        let messages = Some(&file.messages).filter(|it| of_files.insert(it));
        for message in messages.into_iter().flatten() {
            let _ = writeln!(out, "      {}", message.replace('\n', "\n      "));
        }
        // What keeps all tests of a file from being run is said below the first of them.
        let mut said: HashSet<&[String]> = HashSet::new();
        for test in &file.tests {
            if config.verbose || test.outcome != Outcome::Passed {
                // Most of what went wrong is shown with the source under it; the messages
                // of native tests are no more than its titles.
                let native = file.path.ends_with(".toml");
                let is_said = is_shown(test)
                    || (test.assertions.is_empty() && !said.insert(&test.messages));
                let messages = !native && (config.verbose || !is_said);
                line(&mut out, test, messages, sources, config);
            }
        }
    }
    out
}

fn head(out: &mut String, file: &FileResult, width: usize, config: Config) {
    let count = |outcome| file.tests.iter().filter(|it| it.outcome == outcome).count();
    let word = match file.outcome {
        Outcome::Passed => paint("ok  ", "32", config),
        Outcome::Failed => paint("FAIL", "31;1", config),
        Outcome::Error => paint("ERR ", "31;1", config),
    };
    let path = &file.path;
    let pad = width.saturating_sub(path.chars().count()).min(4096);
    let _ = write!(out, "{word}  {path}{:pad$}  {} passed", "", count(Outcome::Passed));
    match count(Outcome::Failed) {
        0 => {}
        n_failed => _ = write!(out, ", {n_failed} failed"),
    }
    match count(Outcome::Error) {
        0 => {}
        1 => out.push_str(", 1 error"),
        n_errors => _ = write!(out, ", {n_errors} errors"),
    }
    out.push('\n');
}

/// A name without characters that would move the cursor or begin a line: a line that
/// begins with `::` is a command to GitHub.
fn on_one_line(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

/// Whether what went wrong is shown with the source under it.
fn is_shown(test: &TestResult) -> bool {
    !test.said.is_empty() || test.assertions.iter().any(|it| !it.faults.is_empty())
}

fn line(
    out: &mut String,
    test: &TestResult,
    messages: bool,
    sources: &SourceMap,
    config: Config,
) {
    let word = match test.outcome {
        Outcome::Passed => paint("ok  ", "32", config),
        Outcome::Failed => paint("FAIL", "31;1", config),
        Outcome::Error => paint("ERR ", "31;1", config),
    };
    let env = match &test.env {
        Some(env) => format!("  [{env}]"),
        None => String::new(),
    };
    // A number among all is hard to find.
    let place = test.span.filter(|_| test.name.starts_with("unnamed#"));
    let place = match place {
        Some(it) => {
            let line = sources.file(it.file).position(it.start).line;
            format!(", line {line}")
        }
        None => String::new(),
    };
    let _ = writeln!(out, "      {word}  {}{place}{env}", on_one_line(&test.name));
    if messages {
        for message in &test.messages {
            let _ =
                writeln!(out, "            {}", message.replace('\n', "\n            "));
        }
    }
}

/// `N passed, N failed`, the last line.
pub fn summary(files: &[FileResult], config: Config) -> String {
    let sums = sums(files);
    let n_failed = sums.failed + sums.errors;
    let text = format!("{} passed, {n_failed} failed", sums.passed);
    let colour = if n_failed == 0 { "32;1" } else { "31;1" };
    format!("{}\n", paint(&text, colour, config))
}

/// How many tests there are of which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that could not be run, and files at fault of which no test failed.
    pub errors: usize,
}

/// Counts the tests by outcome.
pub fn sums(files: &[FileResult]) -> Sums {
    let mut sums = Sums::default();
    for file in files {
        // A fault of the file counts where no test counts for it.
        let passed = file.tests.iter().all(|it| it.outcome == Outcome::Passed);
        if file.outcome == Outcome::Error && passed {
            sums.errors += 1;
        }
        for test in &file.tests {
            match test.outcome {
                Outcome::Passed => sums.passed += 1,
                Outcome::Failed => sums.failed += 1,
                Outcome::Error => sums.errors += 1,
            }
        }
    }
    sums
}

fn paint(text: &str, code: &str, config: Config) -> String {
    match config.colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_their_line() {
        let test = TestResult::new("é\n::error::\u{1b}[31m", None);
        let files = [FileResult::of_tests("t.yaml", vec![test])];
        let config = Config { verbose: true, colour: false };
        let got = self::files(&files, &SourceMap::new(), config);
        let expected = "ok    t.yaml  1 passed\n      ok    é\\n::error::\\u{1b}[31m\n";
        assert_eq!(got, expected);
    }
}
