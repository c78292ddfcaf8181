//! `import`: rule files and promtool tests become files of a project.
//!
//! What is to be written is read back as a project first: nothing is written that could
//! not be checked, or that means other rules without a word.

pub mod input;
pub mod target;

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use crate::cli::args::{Global, Import};
use crate::cli::exit::Exit;
use crate::cli::fs;
use crate::cli::output::{Found, Wanted};
use crate::cli::session::{Session, counted};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::format::{Kind, format};
use crate::import::write::{self, File, Holds};
use crate::rules::group::Rule;

/// Runs the command.
pub fn run(global: &Global, args: &Import) -> Exit {
    let mut session = Session::new(global);
    let start = fs::start(global.directory());
    let mut input = input::read(&start, &args.files, &mut session);
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let out = start.join(&args.out);
    let shown = fs::shown(&start, &args.out);
    let own = match fs::own(&out, &shown) {
        Ok(it) => it,
        Err(diagnostic) => return session.fail(diagnostic),
    };
    target::find_used(&start, &out, &mut input);
    let Some(found) = target::find(&out, &shown, &input, &mut session) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let mut files =
        write::files(&input.rules, &input.tests, &found.target, &mut session.sink);
    files.par_iter_mut().for_each(lay_out);
    let Some(changes) = changes(&out, &shown, &files, args.force, &mut session) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    target::verify(&found, &input, &files, &mut session);
    if session.has_failed() {
        return session.finish(Exit::Findings, "", json!({}));
    }
    if let Err(diagnostic) = fs::write_all(&own, &changes, args.force) {
        return session.fail(diagnostic);
    }
    let (human, machine) = summary(&input, &files, changes.len(), &shown);
    session.finish(Exit::Clean, &human, machine)
}

/// Puts a file into the layout of `fmt`.
fn lay_out(file: &mut File) {
    let (text, kind) = (file.text.as_str().into(), Kind::of(&file.path));
    // What cannot be laid out is told by those who read it.
    if let Some(text) = format(FileId(0), &text, kind, &mut Sink::new()) {
        file.text = text;
    }
}

/// The files that differ from what is there; `None` if one would be lost.
fn changes(
    out: &std::path::Path,
    shown: &str,
    files: &[File],
    force: bool,
    session: &mut Session,
) -> Option<Vec<Wanted>> {
    let mut changes = Vec::new();
    let mut good = true;
    for File { path, text, .. } in files {
        let real = match fs::real_place(out, shown, path) {
            Ok(it) => it,
            Err(diagnostic) => {
                good = false;
                session.sink.push(diagnostic);
                continue;
            }
        };
        let wanted = || Wanted { path: real.clone(), text: text.clone() };
        match fs::look(out, &real) {
            Found::Missing => changes.push(wanted()),
            Found::File(bytes) if bytes == text.as_bytes() => {}
            Found::File(_) if force => changes.push(wanted()),
            Found::File(_) => {
                good = false;
                let title = format!("`{shown}/{path}` is there already, and is another");
                session.sink.push(
                    Diagnostic::error("file-exists", title)
                        .help("move it away, choose another folder with `--out DIR`, or replace it with `--force`"),
                );
            }
            Found::Other => {
                good = false;
                let title = format!("`{shown}/{path}` cannot be written: it is no file");
                session.sink.push(
                    Diagnostic::error("file-exists", title)
                        .help("choose another folder with `--out DIR`"),
                );
            }
        }
    }
    good.then_some(changes)
}

/// How much of what a file holds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    alerts: usize,
    records: usize,
    tests: usize,
    comments: usize,
}

impl Counts {
    fn of(file: &File, input: &input::Input) -> Counts {
        let mut out = Counts { comments: file.n_comments, ..Counts::default() };
        match &file.holds {
            Holds::Manifest => {}
            Holds::Tests(_, tests) => out.tests = tests.len(),
            Holds::Rules(idx, groups) => {
                let groups = groups.iter().map(|it| &input.rules[*idx].groups[*it]);
                for rule in groups.flat_map(|it| &it.rules) {
                    match rule {
                        Rule::Alert(_) => out.alerts += 1,
                        Rule::Record(_) => out.records += 1,
                    }
                }
            }
        }
        out
    }

    fn add(self, other: Counts) -> Counts {
        Counts {
            alerts: self.alerts + other.alerts,
            records: self.records + other.records,
            tests: self.tests + other.tests,
            comments: self.comments + other.comments,
        }
    }

    fn print(self) -> String {
        let all = [
            (self.alerts, "alert"),
            (self.records, "record"),
            (self.tests, "test"),
            (self.comments, "comment"),
        ];
        let parts: Vec<String> = all
            .into_iter()
            .filter(|it| it.0 != 0)
            .map(|(n, noun)| counted(n, noun))
            .collect();
        parts.join(", ")
    }
}

/// What came of it, in both formats.
fn summary(
    input: &input::Input,
    files: &[File],
    n_written: usize,
    shown: &str,
) -> (String, Json) {
    let width =
        files.iter().map(|it| it.path.chars().count()).max().unwrap_or(0).min(200);
    let mut human = String::new();
    let mut total = Counts::default();
    let mut list = Vec::new();
    for file in files {
        let counts = Counts::of(file, input);
        total = total.add(counts);
        let what = match &file.holds {
            Holds::Manifest => "a new project".to_string(),
            Holds::Rules(..) | Holds::Tests(..) => counts.print(),
        };
        human.push_str(&format!("{:width$}  {what}\n", file.path));
        list.push(json!({
            "path": file.path,
            "from": file.from,
            "alerts": counts.alerts,
            "records": counts.records,
            "tests": counts.tests,
            "comments": counts.comments,
        }));
    }
    for it in &input.rules {
        if let Some(used) = &it.used {
            let line = format!("{} is used by {}\n", it.path, used.by);
            human.push_str(&line);
        }
    }
    let n_unchanged = files.len() - n_written;
    let changes = match (n_written, n_unchanged) {
        (_, 0) => format!("{n_written} written"),
        (0, _) => "up to date".to_string(),
        (_, _) => format!("{n_written} written, {n_unchanged} unchanged"),
    };
    human.push_str(&format!(
        "{} in {shown}: {changes}; {}\n",
        counted(files.len(), "file"),
        total.print()
    ));
    let machine = json!({
        "out": shown,
        "files": list,
        "written": n_written,
        "alerts": total.alerts,
        "records": total.records,
        "tests": total.tests,
        "comments": total.comments,
    });
    (human, machine)
}
