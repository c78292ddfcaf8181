//! The rule files that promtool's test files name, each of them once; and projects, which
//! are named by their manifest or its folder.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::case::glob;
use crate::case::promtool::TestFile;
use crate::cli::fs;
use crate::cli::session::Session;
use crate::cli::test::{Own, Plan, project};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::text::Text;
use crate::promql::dialect::{Dialect, Version};
use crate::rulefile::read::{self, Config};
use crate::rules::group::Group;
use crate::template::check::check;

/// Rule files by their paths.
pub(super) struct RuleFiles<'a> {
    start: &'a Path,
    files: Vec<File>,
    by_path: HashMap<String, usize>,
    /// The names in the folders that were asked for.
    folders: HashMap<String, Arc<[String]>>,
}

struct File {
    path: String,
    read: Read,
}

enum Read {
    /// A text in the sources.
    Text(FileId),
    /// The folder of a project.
    Project(PathBuf),
    /// What is wrong with the file.
    Unreadable(Sink),
}

/// What a rule file holds, or a project in one environment.
pub(super) struct Parsed {
    /// Which of the files it was.
    pub(super) place: usize,
    /// The environment of a project, and the PromQL of its server.
    pub(super) env: Option<(Arc<str>, Dialect)>,
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
        let mut seen: HashSet<usize> = HashSet::new();
        for pattern in &test.rule_files {
            let (start, folders) = (self.start, &mut self.folders);
            let mut names = |folder: &str| {
                let read = || fs::names(start, folder).into();
                folders.entry(folder.to_string()).or_insert_with(read).clone()
            };
            let Some(found) = matching(pattern.as_str(), path, &mut names) else {
                let title = format!("`{pattern}` is not a pattern of paths");
                faults.push(title.clone());
                session.sink.push(
                    Diagnostic::error("bad-pattern", title)
                        .at(pattern.span(), "malformed")
                        .help(
                            "close `[…]`, or write `\\[` and `\\\\` for the characters",
                        ),
                );
                continue;
            };
            if found.is_empty() {
                session.sink.push(
                    Diagnostic::warning(
                        "no-rule-file",
                        "no rule file matches this pattern",
                    )
                    .at(pattern.span(), "promtool would warn and pass"),
                );
            }
            for path in found {
                let idx = self.place(path, session);
                if seen.insert(idx) {
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
        let read = match fs::named_project(self.start, &path) {
            Some(root) => {
                // By its manifest and by its folder it is the same project.
                let is = |it: &File| matches!(&it.read, Read::Project(it) if *it == root);
                if let Some(idx) = self.files.iter().position(is) {
                    self.by_path.insert(path, idx);
                    return idx;
                }
                Read::Project(root)
            }
            None => {
                let mut sink = Sink::new();
                let sources = &mut session.sources;
                match fs::read_file(self.start, &path, sources, &mut sink) {
                    Some(text) => Read::Text(sources.add(path.as_str(), text)),
                    None => Read::Unreadable(sink),
                }
            }
        };
        let idx = self.files.len();
        self.by_path.insert(path.clone(), idx);
        self.files.push(File { path, read });
        idx
    }

    /// Parses all of them. What is wrong with them is said once.
    pub(super) fn parse(
        self,
        dialect: &Dialect,
        plan: &Plan,
        own: &Own,
        session: &mut Session,
    ) -> Vec<Parsed> {
        let sources = &session.sources;
        let parse = |file: File| {
            let template = |text: &Text, sink: &mut Sink| {
                check(text, Version::LATEST, sink);
            };
            let config = Config {
                dialect,
                legacy_names: false,
                ignore_unknown: plan.ignore_unknown,
                template: &template,
            };
            let mut sink = Sink::new();
            let groups = match file.read {
                Read::Text(id) => {
                    let text = &sources.file(id).text;
                    read::read(id, &file.path, text, &config, &mut sink)
                }
                Read::Project(root) => return Err((root, file.path)),
                Read::Unreadable(unread) => {
                    sink = unread;
                    Vec::new()
                }
            };
            Ok((groups, sink))
        };
        let all: Vec<_> = self.files.into_par_iter().map(parse).collect();
        let mut out = Vec::new();
        for (place, it) in all.into_iter().enumerate() {
            let (groups, sink) = match it {
                Ok(it) => it,
                Err((root, path)) => {
                    let books = project::books(&root, &path, &plan.envs, own, session);
                    out.extend(books.into_iter().map(|it| Parsed { place, ..it }));
                    continue;
                }
            };
            let mut faults = Vec::new();
            if sink.has_errors() {
                let all = sink.into_sorted();
                faults.extend(all.iter().map(|it| it.title.clone()));
                session.sink.extend(all);
            }
            out.push(Parsed { place, env: None, groups, faults });
        }
        out
    }
}

/// The files that match a pattern of the test file at `path`; `None` where it is malformed.
pub fn matching(
    pattern: &str,
    path: &str,
    names: &mut dyn FnMut(&str) -> Arc<[String]>,
) -> Option<Vec<String>> {
    let pattern = match pattern.starts_with('/') {
        true => cleaned(pattern),
        false => cleaned(&format!("{path}/../{pattern}")),
    };
    glob::expand(&pattern, names)
}

/// A path without `.`, and without `..` where it can do without (Go's `filepath.Clean`):
/// one file has one path, however it is named.
pub fn cleaned(path: &str) -> String {
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
