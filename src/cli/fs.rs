//! The file system: this and what is below it alone touch it.
//!
//! Finds the project, reads its files in a stable order, and replaces output files all
//! or none. What goes wrong is a diagnostic like everything else. Each file below is about
//! one thing; others know this door alone.
#![expect(clippy::disallowed_methods, reason = "this is the door to the file system")]

mod beside;
mod journal;
mod link;
mod named;
mod output;
mod owned;
mod project;
mod read;
mod replace;
mod write;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

pub use crate::cli::fs::link::real_place;
pub use crate::cli::fs::named::{
    nearest, read_named, read_pages, read_rule_file, read_templates,
};
pub use crate::cli::fs::output::{carry_out, look, read_list, write_all};
pub use crate::cli::fs::owned::{Owned, own, own_if_there};
pub use crate::cli::fs::project::{
    MANIFEST, Project, find_project, is_source_folder, named_project, part_of_project,
    project_around, read_project, read_toml, reader_of,
};
pub use crate::cli::fs::read::{
    File, names, read_file, read_folder, read_if_there, read_stdin, read_tree,
};
pub use crate::cli::fs::write::{make_room, rewrite, write_cache, write_where_it_leads};
use crate::diag::diagnostic::Diagnostic;

/// The folder that commands work in: the current one, or `-C DIR` seen from it.
pub fn start(directory: Option<PathBuf>) -> PathBuf {
    directory.unwrap_or_else(|| PathBuf::from("."))
}

/// A path for messages: relative to `root` where it lies below, with `/`.
pub fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path
        .components()
        .filter(|it| !matches!(it, Component::CurDir))
        .map(|it| it.as_os_str().to_string_lossy())
        .collect();
    match parts.first().map(AsRef::as_ref) {
        None => ".".to_owned(),
        Some("/") => format!("/{}", parts[1..].join("/")),
        Some(_) => parts.join("/"),
    }
}

/// The name of a folder, for what is to be named like it.
pub fn folder_name(path: &Path) -> Option<String> {
    let full = std::path::absolute(path).ok()?;
    let mut names: Vec<String> = Vec::new();
    for part in full.components() {
        match part {
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => drop(names.pop()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    names.pop()
}

/// Where `root/path` really is, links followed; as it is written where nothing is there.
pub fn real(root: &Path, path: &str) -> PathBuf {
    let path = root.join(path);
    path.canonicalize().unwrap_or(path)
}

/// How many folders `root` is above `start`; none where it is not.
pub fn n_above(root: &Path, start: &Path) -> usize {
    let (root, start) = (real(root, ""), real(start, ""));
    start.strip_prefix(root).map_or(0, |it| it.components().count())
}

/// Whether `root/path` is a folder.
pub fn is_folder(root: &Path, path: &str) -> bool {
    root.join(path).is_dir()
}

/// Whether something is at `root/path`.
pub fn exists(root: &Path, path: &str) -> bool {
    fs::symlink_metadata(root.join(path)).is_ok()
}

/// Whether `root/path` is a pipe or a device.
pub fn is_special(root: &Path, path: &str) -> bool {
    fs::metadata(root.join(path)).is_ok_and(|it| !it.is_dir() && !it.is_file())
}

/// Whether the folder is gone in which the program was started.
fn is_gone() -> bool {
    Path::new(".").canonicalize().is_err()
}

fn gone() -> Diagnostic {
    Diagnostic::error("no-folder", "the folder in which this was started is gone")
        .help("start in another one")
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable", format!("cannot read `{path}`: {}", reason(error)))
}

/// What the system says, without its error number and in lower case.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder of its own for a test.
    pub(super) fn folder(name: &str) -> PathBuf {
        let name = format!("aqua-alerts-fs-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}
