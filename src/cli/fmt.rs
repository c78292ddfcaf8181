//! `fmt`: the project's files, and the PromQL in them, in one layout.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::json;

use crate::cli::args::{Fmt, Format, Global};
use crate::cli::exit::Exit;
use crate::cli::session::{Session, counted};
use crate::cli::{fs, say, unified};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::format::{self, Kind};

/// Runs the command.
pub fn run(global: &Global, args: &Fmt) -> Exit {
    let mut session = Session::new(global);
    let start = fs::start(global.directory());
    let Some((root, files)) = files(&start, &args.paths, &mut session) else {
        return session.finish(Exit::Invalid, "", json!({}));
    };
    let files: Vec<Read> = files
        .into_iter()
        .map(|(path, text)| {
            let file = session.sources.add(path.as_str(), text.clone());
            Read { path, text, file }
        })
        .collect();
    let laid: Vec<(Option<String>, Sink)> = files
        .par_iter()
        .map(|it| {
            let mut sink = Sink::new();
            let kind = Kind::of(&it.path);
            (format::format(it.file, &it.text, kind, &mut sink), sink)
        })
        .collect();
    let (mut changed, mut shown, mut n_failed) = (Vec::new(), String::new(), 0);
    for (old, (new, said)) in files.iter().zip(laid) {
        session.sink.extend(said.into_sorted());
        let Some(new) = new.filter(|it| **it != *old.text) else { continue };
        if args.check {
            shown.push_str(&difference(old, &new, &session));
            session.sink.extend(otherwise(old, &new, global.format));
        } else if let Err(diagnostic) = fs::rewrite(&root, &old.path, &old.text, &new) {
            session.sink.push(diagnostic);
            n_failed += 1;
            continue;
        } else {
            shown.push_str(&format!("{}\n", old.path));
        }
        changed.push(old.path.as_str());
    }
    let exit = match args.check && !changed.is_empty() {
        true => Exit::Findings,
        false => Exit::Clean,
    };
    let n_files = counted(files.len(), "file");
    let count = match (args.check, changed.len()) {
        _ if files.is_empty() => String::new(),
        (_, 0) if n_failed == 0 => format!("{n_files} in the one layout\n"),
        (true, n) => format!("{n} of {n_files} would change\n"),
        (false, n) => format!("{n} of {n_files} changed\n"),
    };
    let machine = json!({ "files": files.len(), "changed": changed });
    session.finish(exit, &format!("{shown}{count}"), machine)
}

/// A file before.
struct Read {
    path: String,
    text: Arc<str>,
    file: FileId,
}

/// The files that are meant, below the folder that comes with them.
fn files(
    start: &Path,
    paths: &[PathBuf],
    session: &mut Session,
) -> Option<(PathBuf, Vec<fs::File>)> {
    if paths.is_empty() {
        return match session.find_project() {
            Ok(root) => {
                let (sources, sink) = (&mut session.sources, &mut session.sink);
                let files = fs::read_toml(&root, sources, sink);
                Some((root, files))
            }
            Err(diagnostic) => {
                session.sink.push(match diagnostic.code {
                    "no-project" => diagnostic.help("or name files"),
                    _ => diagnostic,
                });
                None
            }
        };
    }
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    let mut files = Vec::new();
    for path in paths {
        let shown = fs::shown(start, path);
        if !fs::is_folder(start, &shown) {
            let is_toml = shown.ends_with(".toml");
            if !is_toml && fs::exists(start, &shown) {
                let title = format!("`{shown}` is no TOML file");
                sink.push(Diagnostic::error("bad-argument", title));
                continue;
            }
            let text = fs::read_file(start, &shown, sources, sink);
            files.extend(text.map(|it| (shown, it)));
            continue;
        }
        let below = match fs::named_project(start, &shown) {
            Some(_) => {
                let inner = fs::read_toml(&start.join(&shown), sources, sink);
                let whole = |(path, text)| match shown.as_str() {
                    "." => (path, text),
                    _ => (format!("{shown}/{path}"), text),
                };
                inner.into_iter().map(whole).collect()
            }
            None => fs::read_folder(start, &shown, &["toml"], sources, sink),
        };
        if below.is_empty() {
            let title = format!("`{shown}` has no TOML file");
            sink.push(Diagnostic::error("bad-argument", title));
        }
        files.extend(below);
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    Some((start.to_path_buf(), files))
}

fn difference(old: &Read, new: &str, session: &Session) -> String {
    let diff = unified::diff(&old.path, &old.path, &old.text, new);
    match say::coloured(&session.global, &std::io::stdout()) {
        true => unified::coloured(&diff),
        false => diff,
    }
}

/// The finding for those who see no diff.
fn otherwise(old: &Read, new: &str, format: Format) -> Option<Diagnostic> {
    if matches!(format, Format::Human | Format::Json) {
        return None;
    }
    let lines = old.text.split_inclusive('\n').zip(new.split_inclusive('\n'));
    let same = lines.take_while(|it| it.0 == it.1);
    let start: usize = same.map(|it| it.0.len()).sum();
    let line = old.text[start..].lines().next().unwrap_or_default();
    let end = (start + line.len()) as u32;
    let at = Span { file: old.file, start: start as u32, end };
    let title = format!("`{}` is not in the one layout", old.path);
    Some(
        Diagnostic::warning("not-formatted", title)
            .at(at, "the first line that would change")
            .help("run `aqua-alerts fmt`"),
    )
}
