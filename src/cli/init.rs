//! `init`: a small project that works, to begin with.

use std::path::Path;

use serde_json::json;

use crate::cli::args::{Global, Init};
use crate::cli::exit::Exit;
use crate::cli::fs;
use crate::cli::output::{Found, Wanted};
use crate::cli::session::{Session, counted};
use crate::diag::diagnostic::Diagnostic;
use crate::import::manifest::object_name;

/// A file that is written.
struct File {
    path: &'static str,
    text: &'static str,
    /// What it is; nothing where the file before says so.
    what: &'static str,
}

const fn file(path: &'static str, what: &'static str, text: &'static str) -> File {
    File { path, text, what }
}

/// The project, in which `NAME` stands for its name.
const FILES: [File; 6] = [
    file(fs::MANIFEST, "the project", include_str!("init/manifest.toml")),
    file(
        "alerts/api.toml",
        "a service, and its alerts",
        include_str!("init/alerts.toml"),
    ),
    file(
        "dashboards/api.toml",
        "a dashboard of them",
        include_str!("init/dashboard.toml"),
    ),
    file(
        "docs/runbooks/api-down.md",
        "the pages that they lead to",
        include_str!("init/api-down.md"),
    ),
    file("docs/runbooks/api-errors.md", "", include_str!("init/api-errors.md")),
    file(
        "testdata/api.toml",
        "tests that prove when they fire",
        include_str!("init/tests.toml"),
    ),
];

/// The name of a project whose folder has none of letters.
const NAMELESS: &str = "monitoring";

/// Runs the command.
pub fn run(global: &Global, args: &Init) -> Exit {
    let mut session = Session::new(global);
    let start = fs::start(global.directory());
    let out = start.join(&args.folder);
    let shown = fs::shown(&start, &args.folder);
    let name = fs::folder_name(&out)
        .filter(|it| it.contains(|it: char| it.is_ascii_alphanumeric()))
        .map_or_else(|| NAMELESS.to_owned(), |it| object_name(&it));
    if out.is_file() {
        return session.fail(
            Diagnostic::error("output-is-a-file", format!("`{shown}` is a file"))
                .help("name a folder, which may be a new one"),
        );
    }
    if let Some((root, folder)) = fs::reader_of(&out) {
        let title = format!("`{shown}` is read by another project, for its `{folder}`");
        return session.fail(
            Diagnostic::error("project-in-project", title)
                .note(format!("its manifest is `{}`", root.join(fs::MANIFEST).display()))
                .help("name a folder that is not below another project's, or add to that one"),
        );
    }
    let own = match fs::own(&out, &shown) {
        Ok(it) => it,
        Err(diagnostic) => return session.fail(diagnostic),
    };
    let below = |path: &str| match shown.as_str() {
        "." => path.to_owned(),
        _ => format!("{shown}/{path}"),
    };
    for it in FILES.iter().filter(|it| fs::look(&out, it.path) != Found::Missing) {
        let title = format!("`{}` is there already", below(it.path));
        session.sink.push(Diagnostic::error("file-exists", title).help(
            "`init` replaces nothing: name another folder, which may be a new one",
        ));
        // The rest of a project is its own.
        if it.path == fs::MANIFEST {
            break;
        }
    }
    if session.sink.has_errors() {
        return session.finish(Exit::Invalid, "", json!({}));
    }
    let wanted = FILES.map(|it| Wanted {
        path: it.path.to_owned(),
        text: it.text.replacen("NAME", &name, 1),
    });
    if let Err(diagnostic) = fs::write_all(&own, &wanted, false) {
        return session.fail(diagnostic);
    }
    let width = FILES.iter().map(|it| it.path.len()).max().unwrap_or(0);
    let mut human = String::new();
    for File { path, what, .. } in &FILES {
        human.push_str(format!("{path:width$}  {what}").trim_end());
        human.push('\n');
    }
    let n_files = counted(FILES.len(), "file");
    human.push_str(&match fs::shown(Path::new("."), &out).as_str() {
        "." => format!("{n_files} written; go on with `aqua-alerts test`\n"),
        at => {
            let plain = |it: char| it.is_ascii_alphanumeric() || "._/-".contains(it);
            let typed = match at.chars().all(plain) {
                true => at.to_owned(),
                // As shells read it.
                false => format!("'{}'", at.replace('\'', r"'\''")),
            };
            format!(
                "{n_files} written in {at}; go on with `aqua-alerts -C {typed} test`\n"
            )
        }
    });
    let paths = FILES.map(|it| it.path);
    session.finish(Exit::Clean, &human, json!({ "out": shown, "files": paths }))
}
