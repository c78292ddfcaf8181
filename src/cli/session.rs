//! One run of a command: what was read, what was said, and how it ends.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::cli::args::{Deny, Format, Global};
use crate::cli::exit::Exit;
use crate::cli::fs::{self, Project};
use crate::cli::{explain, say};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::github;
use crate::diag::json::json as diagnostics_json;
use crate::diag::render::render;
use crate::diag::sarif;
use crate::diag::sink::Sink;
use crate::diag::source::{Drafts, SourceMap};

/// A run of a command.
#[derive(Debug)]
pub struct Session {
    /// The options of every command.
    pub global: Global,
    /// Every file that was read.
    pub sources: SourceMap,
    /// Everything that is to be said.
    pub sink: Sink,
    /// How many folders the project's, below which paths are, is above the one in which the
    /// command was started.
    n_above: usize,
}

impl Session {
    /// A run in which nothing happened yet.
    pub fn new(global: &Global) -> Session {
        Session::with_drafts(global, Drafts::new())
    }

    /// The same, where some files are to be taken as if they had another text.
    pub fn with_drafts(global: &Global, drafts: Drafts) -> Session {
        let sources = SourceMap::with_drafts(drafts);
        Session { global: global.clone(), sources, sink: Sink::new(), n_above: 0 }
    }

    /// Finds and reads the project that the command works on; what is wrong with its
    /// files is in the sink.
    pub fn read_project(&mut self) -> Option<Project> {
        match self.find_project() {
            Ok(root) => fs::read_project(&root, &mut self.sources, &mut self.sink),
            Err(diagnostic) => {
                self.sink.push(diagnostic);
                None
            }
        }
    }

    /// Finds the project that the command works on.
    pub fn find_project(&mut self) -> Result<PathBuf, Diagnostic> {
        let start = fs::start(self.global.directory());
        let root = fs::find_project(&start)?;
        self.n_above = fs::n_above(&root, &start);
        Ok(root)
    }

    /// Where paths begin for those who look from where the program was started, ending with
    /// `/`, or empty.
    fn folder(&self) -> String {
        let start = self.global.directory();
        let start =
            start.map_or_else(String::new, |it| it.to_string_lossy().into_owned());
        folder(&start.replace('\\', "/"), self.n_above)
    }

    /// Says everything and ends the run. `exit` is the command's own outcome, `human`
    /// and `machine` are its result in the two formats; an error overrides the outcome.
    pub fn finish(self, exit: Exit, human: &str, machine: Json) -> Exit {
        let (head, commands) = (human, false);
        self.end(exit, Outcome { head, failures: &[], tail: "", machine, commands })
    }

    /// As [`Session::finish`], for a command that also has failures to show.
    pub fn end(self, exit: Exit, outcome: Outcome<'_>) -> Exit {
        let Outcome { head, failures, tail, machine, commands } = outcome;
        let folder = self.folder();
        let mut diagnostics = self.sink.into_sorted();
        let count = |level| diagnostics.iter().filter(|it| it.level == level).count();
        let (n_errors, n_warnings) = (count(Level::Error), count(Level::Warning));
        let n_denied = count(Level::Denied);
        let denied = self.global.deny.contains(&Deny::Warnings) && n_warnings != 0;
        let exit = match (n_errors, denied || n_denied != 0) {
            (0, false) => exit,
            (0, true) => exit.max(Exit::Findings),
            (_, _) => Exit::Invalid,
        };
        let n_errors = n_errors + n_denied;
        let n_dropped = drop_excess(&mut diagnostics);
        // Beside JSON there is no place for them.
        if self.global.format == Format::Github
            || commands && self.global.format == Format::Human
        {
            for all in [&diagnostics[..], failures] {
                say::result(&github::commands(all, &self.sources, &folder));
            }
        }
        match self.global.format {
            Format::Human => {
                let config = say::config(&self.global);
                say::message(&render(&diagnostics, &self.sources, config));
                if n_dropped != 0 {
                    say::message(&format!("{n_dropped} more are not shown\n"));
                }
                say::message(&summary(n_errors, n_warnings));
                say::result(head);
                say::message(&render(failures, &self.sources, config));
                say::result(tail);
            }
            Format::Github => {
                say::result(head);
                say::result(tail);
            }
            Format::Json => {
                let mut document = match machine {
                    Json::Object(it) => it,
                    other => serde_json::Map::from_iter([("result".to_owned(), other)]),
                };
                let said = diagnostics_json(&diagnostics, &self.sources);
                document.insert("diagnostics".to_owned(), said);
                if n_dropped != 0 {
                    document.insert("diagnostics_not_shown".to_owned(), json!(n_dropped));
                }
                say::result(&format!("{:#}\n", json!(document)));
            }
            Format::Sarif => {
                let all: Vec<&Diagnostic> = diagnostics.iter().chain(failures).collect();
                let run = sarif::Run {
                    version: env!("CARGO_PKG_VERSION"),
                    folder: &folder,
                    explain: &explain::text,
                    exit: exit as u8,
                };
                say::result(&format!("{:#}\n", sarif::log(&all, &self.sources, &run)));
            }
        }
        exit
    }

    /// Whether what was said so far makes the run fail: errors, or warnings that are
    /// denied.
    pub fn has_failed(&self) -> bool {
        let denies = self.global.deny.contains(&Deny::Warnings);
        let failed = self.sink.has_errors() || self.sink.has_denied();
        failed || denies && self.sink.has_warnings()
    }

    /// Ends the run at a failure that leaves nothing to show.
    pub fn fail(mut self, diagnostic: Diagnostic) -> Exit {
        self.sink.push(diagnostic);
        self.finish(Exit::Invalid, "", json!({}))
    }
}

/// What a command found out.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// Its result for people.
    pub head: &'a str,
    /// Failures, in the order in which they are shown.
    pub failures: &'a [Diagnostic],
    /// The end of the result, after the failures.
    pub tail: &'a str,
    /// Its result for scripts.
    pub machine: Json,
    /// Whether workflow commands are wanted beside the format.
    pub commands: bool,
}

/// The folder that is so many above `start`, as a path that ends with `/`, or nothing where
/// it is the current one.
fn folder(start: &str, n_above: usize) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let below = start.split('/').filter(|it| !matches!(*it, "" | "."));
    for part in below.chain(std::iter::repeat_n("..", n_above)) {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            (part, _) => parts.push(part),
        }
    }
    let root = if start.starts_with('/') { "/" } else { "" };
    match parts.is_empty() {
        true => root.to_owned(),
        false => format!("{root}{}/", parts.join("/")),
    }
}

fn is_error(it: &Diagnostic) -> bool {
    matches!(it.level, Level::Error | Level::Denied)
}

/// At most this many messages about one file are shown.
const MAX_SHOWN: usize = 1000;

/// Leaves out, of sorted messages, those that are too many of one file; errors stay
/// longest. Gives their number.
fn drop_excess(diagnostics: &mut Vec<Diagnostic>) -> usize {
    let file = |it: &Diagnostic| it.place().map(|it| it.file);
    let n_before = diagnostics.len();
    let chunks = diagnostics.chunk_by(|a, b| file(a) == file(b));
    if chunks.map(<[Diagnostic]>::len).max() <= Some(MAX_SHOWN) {
        return 0;
    }
    let mut kept = Vec::new();
    for chunk in diagnostics.chunk_by(|a, b| file(a) == file(b)) {
        let n_errors = chunk.iter().filter(|it| is_error(it)).count();
        let mut room = [n_errors.min(MAX_SHOWN), MAX_SHOWN.saturating_sub(n_errors)];
        kept.extend(chunk.iter().filter(|it| {
            let room = &mut room[usize::from(!is_error(it))];
            let fits = *room != 0;
            *room = room.saturating_sub(1);
            fits
        }));
    }
    *diagnostics = kept.into_iter().cloned().collect();
    n_before - diagnostics.len()
}

/// The last line on standard error, where there is something to count.
fn summary(n_errors: usize, n_warnings: usize) -> String {
    let errors = counted(n_errors, "error");
    let warnings = counted(n_warnings, "warning");
    match (n_errors, n_warnings) {
        (0, 0) => String::new(),
        (0, _) => format!("{warnings}\n"),
        (_, 0) => format!("{errors}\n"),
        (_, _) => format!("{errors}, {warnings}\n"),
    }
}

/// `1 file`, `2 files`
pub fn counted(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_where_the_program_was_started() {
        for (start, n_above, expected) in [
            ("", 0, ""),
            (".", 0, ""),
            ("./a/b/", 0, "a/b/"),
            ("", 2, "../../"),
            ("a/b", 1, "a/"),
            ("a", 1, ""),
            ("a", 2, "../"),
            ("../a", 1, "../"),
            ("..", 1, "../../"),
            ("/x/y", 1, "/x/"),
            ("/x/y", 0, "/x/y/"),
        ] {
            assert_eq!(folder(start, n_above), expected, "{start} {n_above}");
        }
    }
}
