//! The rule files that promtool's test files name, each of them once.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::case::glob;
use crate::case::promtool::TestFile;
use crate::cli::fs;
use crate::cli::session::Session;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::promql::dialect::Dialect;
use crate::rulefile::read::{self, Config};
use crate::rules::group::Group;

/// Rule files by their paths.
pub(super) struct RuleFiles<'a> {
    start: &'a Path,
    files: Vec<File>,
    by_path: HashMap<String, usize>,
    /// The names in the folders that were asked for.
    folders: HashMap<String, Vec<String>>,
}

struct File {
    path: String,
    /// The text in the sources, or what is wrong with the file.
    read: Result<FileId, Sink>,
}

/// What a rule file holds.
#[derive(Default)]
pub(super) struct Parsed {
    /// Its groups.
    pub(super) groups: Vec<Group>,
    /// Why it cannot be loaded; empty where it can.
    pub(super) faults: Vec<String>,
}

impl<'a> RuleFiles<'a> {
    /// None yet; relative paths are seen from `start`.
    pub(super) fn new(start: &'a Path) -> RuleFiles<'a> {
        let (files, by_path, folders) = Default::default();
        RuleFiles { start, files, by_path, folders }
    }

    /// The rule files that a test file names, by their places among all, and what is
    /// wrong with its patterns.
    pub(super) fn named_by(
        &mut self,
        test: &TestFile,
        path: &str,
        session: &mut Session,
    ) -> (Vec<usize>, Vec<String>) {
        let (mut out, mut faults) = (Vec::new(), Vec::new());
        for pattern in &test.rule_files {
            let below = match pattern.as_str().starts_with('/') {
                true => pattern.to_string(),
                false => format!("{path}/../{pattern}"),
            };
            let below = cleaned(&below);
            let (start, folders) = (self.start, &mut self.folders);
            let mut names = |folder: &str| {
                let read = || fs::names(start, folder);
                folders.entry(folder.to_string()).or_insert_with(read).clone()
            };
            let Some(found) = glob::expand(&below, &mut names) else {
                faults.push(format!("`{pattern}` is not a pattern of paths"));
                continue;
            };
            if found.is_empty() {
                session.sink.push(
                    Diagnostic::warning(
                        "no-rule-file",
                        "no rule file matches this pattern",
                    )
                    .at(pattern.span(), "promtool would pass in silence"),
                );
            }
            for path in found {
                let idx = self.place(path, session);
                if !out.contains(&idx) {
                    out.push(idx);
                }
            }
        }
        (out, faults)
    }

    fn place(&mut self, path: String, session: &mut Session) -> usize {
        if let Some(idx) = self.by_path.get(&path) {
            return *idx;
        }
        let mut sink = Sink::new();
        let text = fs::read_file(self.start, &path, &mut session.sources, &mut sink);
        let read = match text {
            Some(text) => Ok(session.sources.add(path.as_str(), text)),
            None => Err(sink),
        };
        let idx = self.files.len();
        self.by_path.insert(path.clone(), idx);
        self.files.push(File { path, read });
        idx
    }

    /// Parses all of them. What is wrong with them is said once.
    pub(super) fn parse(self, dialect: &Dialect, session: &mut Session) -> Vec<Parsed> {
        let sources = &session.sources;
        let parse = |file: File| {
            let config = Config { dialect, legacy_names: false, template: &|_, _| {} };
            let mut sink = Sink::new();
            let groups = match file.read {
                Ok(id) => {
                    let text = &sources.file(id).text;
                    read::read(id, &file.path, text, &config, &mut sink)
                }
                Err(unread) => {
                    sink = unread;
                    Vec::new()
                }
            };
            (groups, sink)
        };
        let all: Vec<_> = self.files.into_par_iter().map(parse).collect();
        let mut out = Vec::new();
        for (groups, sink) in all {
            let mut faults = Vec::new();
            if sink.has_errors() {
                let all = sink.into_sorted();
                faults.extend(all.iter().map(|it| it.title.clone()));
                session.sink.extend(all);
            }
            out.push(Parsed { groups, faults });
        }
        out
    }
}

/// A path without `.`, and without `..` where it can do without (Go's `filepath.Clean`):
/// one file has one path, however it is named.
fn cleaned(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            ".." if !root.is_empty() => {}
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_in_go() {
        for (path, clean) in [
            ("a/t.yaml/../r.yaml", "a/r.yaml"),
            ("t.yaml/../../r/*.yaml", "../r/*.yaml"),
            ("../../t.yaml/.././r.yaml", "../../r.yaml"),
            ("/../a//b/./..", "/a"),
        ] {
            assert_eq!(cleaned(path), clean, "{path}");
        }
    }
}
