//! The report in the format of JUnit, as Jenkins, GitLab and most CI systems read it.
//!
//! A suite for each file, a case for each assertion. The time of a test, which evaluates
//! the rules for all of its assertions, is divided among them.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::render::{Config, render};
use crate::diag::source::{SourceMap, Span};
use crate::harness::report::failure;
use crate::harness::result::{AssertionResult, FileResult, Outcome, TestResult};

/// The report.
pub fn report(files: &[FileResult], sources: &SourceMap) -> String {
    let suites: Vec<Suite> = files.iter().map(|it| suite(it, sources)).collect();
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let time: Duration = suites.iter().map(|it| it.time).sum();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_string();
    let _ = writeln!(
        out,
        "<testsuites name=\"aqua-alerts\" tests=\"{}\" failures=\"{}\" errors=\"{}\" \
         time=\"{}\">",
        sum(|it| it.cases.len()),
        sum(|it| it.count(Outcome::Failed)),
        sum(|it| it.count(Outcome::Error)),
        seconds(time)
    );
    suites.iter().for_each(|it| write_suite(&mut out, it));
    out.push_str("</testsuites>\n");
    out
}

/// A file.
struct Suite<'r> {
    file: &'r FileResult,
    cases: Vec<Case>,
    time: Duration,
}

impl Suite<'_> {
    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|it| it.outcome == outcome).count()
    }
}

/// An assertion; or a test that could not be run, a file that is none.
struct Case {
    name: String,
    class: String,
    line: Option<u32>,
    outcome: Outcome,
    message: String,
    text: String,
    time: Duration,
}

fn suite<'r>(file: &'r FileResult, sources: &SourceMap) -> Suite<'r> {
    let mut cases: Vec<Case> = Vec::new();
    if !file.messages.is_empty()
        || file.outcome == Outcome::Error && file.tests.is_empty()
    {
        let text = match file.said.is_empty() {
            true => file.messages.join("\n"),
            false => render(&file.said, sources, Config::PLAIN),
        };
        let message = file.messages.first().cloned().unwrap_or_default();
        let mut it = case(&file.path, class(&file.path, None), Outcome::Error);
        (it.message, it.text) = (message, text);
        cases.push(it);
    }
    for test in &file.tests {
        cases.extend(test_cases(&file.path, test, sources));
    }
    // Some readers take cases of one name for one case.
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    for it in &mut cases {
        let n = seen.entry((it.class.clone(), it.name.clone())).or_default();
        *n += 1;
        if 1 < *n {
            let _ = write!(it.name, " ({n})");
        }
    }
    let time = file.tests.iter().map(|it| it.duration).sum();
    Suite { file, cases, time }
}

fn case(name: &str, class: String, outcome: Outcome) -> Case {
    Case {
        name: name.to_string(),
        class,
        line: None,
        outcome,
        message: String::new(),
        text: String::new(),
        time: Duration::ZERO,
    }
}

fn test_cases(path: &str, test: &TestResult, sources: &SourceMap) -> Vec<Case> {
    let class = class(path, Some(test));
    let line = |span: Option<Span>| span.map(|it| sources.position(it).line);
    let told = test.assertions.iter().map(|it| it.outcome).max().unwrap_or_default();
    let mut cases = Vec::new();
    let one = |it: &AssertionResult| {
        let mut case = case(&it.title, class.clone(), it.outcome);
        case.line = line(it.span);
        let said = failure::of_assertion(test, it);
        (case.message, case.text) = texts(&said, sources);
        if said.is_empty() {
            (case.message, case.text) = (it.found.clone(), it.found.clone());
        }
        case
    };
    // What belongs to no assertion is a case of its own, as a test without assertions.
    let untold = !test.said.is_empty() || told < test.outcome;
    if untold || test.assertions.is_empty() {
        let mut it = case(&test.name, class.clone(), test.outcome);
        it.line = line(test.span);
        (it.message, it.text) = texts(&test.said, sources);
        if test.said.is_empty() {
            it.message = test.messages.first().cloned().unwrap_or_default();
            it.text = test.messages.join("\n");
        }
        cases.push(it);
    }
    cases.extend(test.assertions.iter().map(one));
    let share = test.duration / cases.len().max(1) as u32;
    cases.iter_mut().for_each(|it| it.time = share);
    cases
}

/// The titles of messages, and the messages as people see them.
fn texts(said: &[Diagnostic], sources: &SourceMap) -> (String, String) {
    let titles: Vec<&str> = said.iter().map(|it| it.title.as_str()).collect();
    (titles.join("; "), render(said, sources, Config::PLAIN))
}

/// Readers show classes as a tree along their dots: the folders, the file, the test.
fn class(path: &str, test: Option<&TestResult>) -> String {
    let stem = path.rsplit_once('.').map_or(path, |it| it.0);
    let parts = stem.split('/').filter(|it| !matches!(*it, "" | "." | ".."));
    let mut out: Vec<String> = parts.map(|it| it.replace('.', "_")).collect();
    if let Some(test) = test {
        let env = test.env.as_ref().map_or(String::new(), |it| format!(" [{it}]"));
        out.push(format!("{}{env}", test.name).replace('.', "_"));
    }
    out.join(".")
}

fn write_suite(out: &mut String, suite: &Suite<'_>) {
    let path = attribute(&suite.file.path);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" \
         skipped=\"0\" time=\"{}\" file=\"{path}\">",
        suite.cases.len(),
        suite.count(Outcome::Failed),
        suite.count(Outcome::Error),
        seconds(suite.time)
    );
    for it in &suite.cases {
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\" time=\"{}\" file=\"{path}\"",
            attribute(&it.name),
            attribute(&it.class),
            seconds(it.time)
        );
        write_case(out, it);
    }
    out.push_str("  </testsuite>\n");
}

fn write_case(out: &mut String, it: &Case) {
    if it.line.is_none() && it.outcome == Outcome::Passed {
        return out.push_str("/>\n");
    }
    out.push_str(">\n");
    if let Some(line) = it.line {
        let _ = writeln!(
            out,
            "      <properties>\n        <property name=\"line\" value=\"{line}\"/>\n      \
             </properties>"
        );
    }
    let tag = match it.outcome {
        Outcome::Passed => None,
        Outcome::Failed => Some("failure"),
        Outcome::Error => Some("error"),
    };
    if let Some(tag) = tag {
        let _ = writeln!(
            out,
            "      <{tag} message=\"{}\" type=\"{tag}\">{}</{tag}>",
            attribute(&it.message),
            content(it.text.trim_end())
        );
    }
    out.push_str("    </testcase>\n");
}

fn seconds(time: Duration) -> String {
    format!("{:.6}", time.as_secs_f64())
}

/// Text between tags. What XML cannot hold at all is written as Rust writes it.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push_str(&c.escape_unicode().to_string()),
            c if c < ' ' => out.push_str(&c.escape_unicode().to_string()),
            c => out.push(c),
        }
    }
    out
}

/// Text in quotes, where a reader would make blanks of line breaks.
fn attribute(text: &str) -> String {
    let text = content(text).replace('"', "&quot;");
    text.replace('\n', "&#10;").replace('\t', "&#9;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        let text = "a & <b>]]>\u{1b}[31m\u{0}\u{ffff}\r\n\t\"é\u{1f600}";
        let expected =
            "a &amp; &lt;b&gt;]]&gt;\\u{1b}[31m\\u{0}\\u{ffff}&#13;\n\t\"é\u{1f600}";
        assert_eq!(content(text), expected);
        assert!(attribute(text).ends_with("&#13;&#10;&#9;&quot;é\u{1f600}"));
    }

    #[test]
    fn classes_are_folders_files_and_tests() {
        let mut test = TestResult::new("limit 0.5", None);
        test.env = Some("production".to_string());
        let path = "../testdata/api.v1.toml";
        assert_eq!(class(path, Some(&test)), "testdata.api_v1.limit 0_5 [production]");
        assert_eq!(class("/a/b.yaml", None), "a.b");
    }

    #[test]
    fn cases_of_one_name_are_told_apart() {
        let mut test = TestResult::new("t", None);
        let again = || AssertionResult::new("A at 5m", None, Outcome::Passed);
        test.assertions = vec![again(), again()];
        test.duration = Duration::from_millis(3);
        let file = FileResult::of_tests("t.yaml", vec![test]);
        let got = report(&[file], &SourceMap::new());
        let case = |name: &str| {
            format!(
                "<testcase name=\"{name}\" classname=\"t.t\" time=\"0.001500\" file=\"t.yaml\"/>"
            )
        };
        assert!(
            got.contains(&case("A at 5m")) && got.contains(&case("A at 5m (2)")),
            "{got}"
        );
    }
}
