//! promtool test files that ask instead of asserting, and what becomes of them in
//! promtool and here.
//!
//! Every expectation is impossible, so that all of them fail and what was found is
//! printed with all its digits.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use aqua_alerts::case::promtool;
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc::yaml;
use aqua_alerts::harness::promtool::{Rules, run_file};
use aqua_alerts::promql::dialect::{Dialect, Features, Version};
use aqua_alerts::rulefile::read::{Config, read};

use crate::answer::{self, Answer};
use crate::directory::Directory;
use crate::query::Query;
use crate::series::Data;

/// Series, and what is asked of them.
#[derive(Clone, Debug)]
pub struct Case {
    /// The series.
    pub data: Data,
    /// The queries.
    pub queries: Vec<Query>,
}

/// The flags that promtool's `--enable-feature` knows.
#[derive(Clone, Copy, Debug)]
pub struct Flags {
    /// `promql-experimental-functions`
    pub experimental: bool,
    /// `promql-delayed-name-removal`
    pub delayed: bool,
}

impl Flags {
    /// The dialect of promtool 3.5 with these flags.
    pub fn dialect(self) -> Dialect {
        let plain = Dialect::new(Version::new(3, 5));
        let features = Features {
            experimental_functions: self.experimental,
            delayed_name_removal: self.delayed,
            ..plain.features
        };
        Dialect { features, ..plain }
    }
}

/// The test file that asks them.
pub fn file(interval: i64, cases: &[Case]) -> String {
    let quote = |it: &str| serde_json::to_string(it).unwrap();
    let mut out = format!("evaluation_interval: {interval}ms\ntests:\n");
    for case in cases {
        writeln!(out, "- interval: {}ms\n  input_series:", case.data.spacing).unwrap();
        for it in &case.data.series {
            writeln!(out, "  - series: {}", quote(&it.labels)).unwrap();
            writeln!(out, "    values: {}", quote(&it.values.join(" "))).unwrap();
        }
        writeln!(out, "  promql_expr_test:").unwrap();
        for it in &case.queries {
            writeln!(out, "  - expr: {}", quote(&it.text)).unwrap();
            writeln!(out, "    eval_time: {}ms", it.time).unwrap();
            writeln!(out, "    exp_samples: [{{labels: 'impossible', value: 42}}]")
                .unwrap();
        }
    }
    out
}

/// How often promtool is asked where its first answer differs.
const N_AGAIN: usize = 10;

/// The name of the exception for answers that promtool does not repeat.
pub const UNSTEADY: &str = "order of a Go map";

/// promtool.
#[derive(Clone, Copy, Debug)]
pub struct Promtool<'a> {
    /// The program.
    pub program: &'a Path,
    /// With which flags.
    pub flags: Flags,
}

impl Promtool<'_> {
    /// What it answers.
    pub fn theirs(self, text: &str) -> Result<Vec<Answer>, String> {
        answer::read(&self.stderr(text))
    }

    /// Whether it answers each query as the first time again and again.
    pub fn again(
        self,
        data: &Data,
        queries: &[Query],
        first: &[&Answer],
    ) -> Result<Vec<bool>, String> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let case = Case { data: data.clone(), queries: queries.to_vec() };
        let cases = vec![case; N_AGAIN];
        let answers = self.theirs(&file(data.interval, &cases))?;
        let rounds: Vec<&[Answer]> = answers.chunks(queries.len()).collect();
        let is_steady = |idx: usize| rounds.iter().all(|it| it[idx] == *first[idx]);
        Ok((0..queries.len()).map(is_steady).collect())
    }

    /// What it prints for a test file.
    pub fn stderr(self, text: &str) -> String {
        self.stderr_with_rules(text, None)
    }

    /// What it prints for a test file beside the text of `rules.yaml`.
    pub fn stderr_with_rules(self, text: &str, rules: Option<&str>) -> String {
        let dir = Directory::new();
        if let Some(rules) = rules {
            fs::write(dir.path().join("rules.yaml"), rules).unwrap();
        }
        let path = dir.path().join("test.yaml");
        fs::write(&path, text).unwrap();
        let mut command = Command::new(self.program);
        command.args(["test", "rules"]);
        if self.flags.experimental {
            command.arg("--enable-feature=promql-experimental-functions");
        }
        if self.flags.delayed {
            command.arg("--enable-feature=promql-delayed-name-removal");
        }
        let output = command.arg(&path).output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// What the crate answers.
pub fn ours(text: &str, flags: Flags) -> Result<Vec<Answer>, String> {
    answer::read(&messages(text, None, flags)?)
}

/// What the crate says of a test file, and of the text of its rule file.
pub fn messages(text: &str, rules: Option<&str>, flags: Flags) -> Result<String, String> {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let titles = |sink: Sink| -> Vec<String> {
        sink.into_sorted().into_iter().map(|it| it.title).collect()
    };
    let file_id = sources.add("test.yaml", text);
    let documents = yaml::read(file_id, text, &mut sink);
    let root = documents.first().ok_or("no document")?;
    let file = promtool::read(root, &mut sink);
    if sink.has_errors() {
        return Err(titles(sink).join("; "));
    }
    let dialect = flags.dialect();
    let (mut groups, mut faults) = (Vec::new(), Vec::new());
    if let Some(text) = rules {
        let config = Config {
            dialect: &dialect,
            legacy_names: false,
            ignore_unknown: false,
            template: &|_, _| {},
        };
        let file_id = sources.add("rules.yaml", text);
        let mut sink = Sink::new();
        groups = read(file_id, "rules.yaml", text, &config, &mut sink);
        if sink.has_errors() {
            faults = titles(sink);
        }
    }
    let groups: Vec<_> = groups.iter().collect();
    let rules = Rules { groups: &groups, faults: &faults };
    let result = run_file("test.yaml", &file, rules, dialect);
    let tests = result.tests.iter().flat_map(|it| &it.messages);
    let all: Vec<&str> = result.messages.iter().chain(tests).map(|it| &**it).collect();
    Ok(all.join("\n"))
}
