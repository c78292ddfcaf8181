//! `--report`: results of tests in files.

use std::path::Path;

use crate::cli::args::Report;
use crate::cli::session::Session;
use crate::cli::{fs, say};
use crate::diag::diagnostic::Diagnostic;
use crate::harness::report::{json, junit};
use crate::harness::result::FileResult;

/// Says before any test runs which reports cannot be written.
pub fn check(reports: &[Report], start: &Path, session: &mut Session) {
    for (idx, report) in reports.iter().enumerate() {
        let Some(path) = path(report) else { continue };
        let again = reports[..idx].iter().any(|it| self::path(it) == Some(path));
        let checked = match again {
            true => {
                let title = format!("two reports go to `{path}`");
                Err(Diagnostic::error("bad-argument", title).help("name two files"))
            }
            false if path == "-" => {
                let title = "a report goes to a file, not to `-`";
                Err(Diagnostic::error("bad-argument", title).help("name a file"))
            }
            false if is_own(path) => Ok(()),
            false => fs::make_room(start, path),
        };
        session.sink.extend(checked.err());
    }
}

/// Writes the reports; what goes wrong is in the session's sink.
pub fn write(
    results: &[FileResult],
    reports: &[Report],
    start: &Path,
    session: &mut Session,
) {
    for report in reports {
        let text = match report {
            Report::Junit(_) => junit::report(results, &session.sources),
            Report::Json(_) => {
                format!("{:#}\n", json::report(results, &session.sources))
            }
            Report::Github => continue,
        };
        let Some(path) = path(report) else { continue };
        match path {
            STDOUT => say::result(&text),
            STDERR => say::message(&text),
            _ => session.sink.extend(fs::write_where_it_leads(start, path, &text).err()),
        }
    }
}

const STDOUT: &str = "/dev/stdout";
const STDERR: &str = "/dev/stderr";

/// Whether a path names a stream of this process: what else it says goes there too, and
/// neither may stand over the other, whatever the stream leads to.
fn is_own(path: &str) -> bool {
    [STDOUT, STDERR].contains(&path)
}

fn path(report: &Report) -> Option<&str> {
    match report {
        Report::Junit(path) | Report::Json(path) => Some(path),
        Report::Github => None,
    }
}
