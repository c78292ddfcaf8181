//! What keeps tests from being run, as results: a report that does not know of it would
//! look as if all were well.

use crate::cli::session::{Session, counted};
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::SourceMap;
use crate::harness::result::FileResult;

/// The result of a file with faults, which go to the session.
pub(super) fn of_file(
    path: impl Into<String>,
    said: Sink,
    session: &mut Session,
) -> FileResult {
    let all = said.into_sorted();
    session.sink.extend(all.iter().cloned());
    let is_error = |it: &Diagnostic| it.level == Level::Error;
    let said: Vec<Diagnostic> = all.into_iter().filter(is_error).collect();
    let mut messages: Vec<String> = Vec::new();
    for it in &said {
        if !messages.contains(&it.title) {
            messages.push(it.title.clone());
        }
    }
    FileResult { said, ..FileResult::of_error(path, messages) }
}

/// The results of files that could not be read below a folder, which go to the session.
pub(super) fn of_folder(
    folder: &str,
    said: Sink,
    session: &mut Session,
) -> Vec<FileResult> {
    let mut out: Vec<FileResult> = Vec::new();
    for it in said.into_sorted() {
        let path = it.place().map(|at| session.sources.file(at.file).path.clone());
        let path = path.unwrap_or_else(|| folder.to_owned());
        match out.iter_mut().find(|it| it.path == path) {
            Some(result) => result.messages.push(it.title.clone()),
            None => out.push(FileResult::of_error(path, vec![it.title.clone()])),
        }
        session.sink.push(it);
    }
    out
}

/// Why the tests of a project cannot be run, in one line, where these errors are its own.
pub(super) fn of_project(said: &Sink, sources: &SourceMap) -> String {
    let mut errors: Vec<&Diagnostic> = said.errors().collect();
    errors.sort_by_key(|it| it.place());
    let Some(first) = errors.first() else { return "the project is invalid".to_owned() };
    if first.code == "no-project" {
        return first.title.clone();
    }
    let mut why = format!("the project is invalid: {}", first.title);
    if let Some(at) = first.place() {
        let (path, line) = (&sources.file(at.file).path, sources.position(at).line);
        why += &format!(", at {path}:{line}");
    }
    if 1 < errors.len() {
        why += &format!(", and {}", counted(errors.len() - 1, "more error"));
    }
    why
}
