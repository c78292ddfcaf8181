//! The project: its folder, and the files that it is read from.

use std::path::{Path, PathBuf};

use crate::cli::fs::read::{File, read_file, read_tree, read_tree_and};
use crate::cli::fs::{gone, is_gone, shown, unreadable};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::SourceMap;

/// The manifest's name: a folder that has one is a project.
pub const MANIFEST: &str = "aqua-alerts.toml";

/// The files of a project: what builds it, not its tests.
#[derive(Debug)]
pub struct Project {
    /// The folder that holds the manifest.
    pub root: PathBuf,
    /// Paths below it, with `/`, and texts: the manifest first.
    pub files: Vec<File>,
    /// Files beside them whose names end nearly so, or as those of rule files do.
    pub others: Vec<String>,
}

/// The folders of a project's files, and how the names in them end.
const FOLDERS: &[(&str, &[&str])] =
    &[("alerts", &["toml"]), ("packs", &["toml"]), ("dashboards", &["toml", "json"])];

/// The folder of the project that `start` belongs to: it, or the nearest above it, that
/// holds a manifest.
pub fn find_project(start: &Path) -> Result<PathBuf, Diagnostic> {
    let start = match start.canonicalize() {
        Ok(it) if it.is_dir() => it,
        Ok(_) => {
            let title = format!("`{}` is not a folder", start.display());
            return Err(Diagnostic::error("no-project", title));
        }
        Err(_) if start.is_relative() && is_gone() => return Err(gone()),
        Err(error) => return Err(unreadable(&start.display().to_string(), &error)),
    };
    let found = start.ancestors().find(|it| it.join(MANIFEST).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        let title =
            format!("no `{MANIFEST}` in `{}` or in a folder above it", start.display());
        Diagnostic::error("no-project", title)
            .help("start in a project's folder, or name it with `-C DIR`")
            .help("`aqua-alerts init DIR` begins a new one")
    })
}

/// The folder of the project that a path names by its manifest, or by the folder that
/// holds one.
pub fn named_project(start: &Path, path: &str) -> Option<PathBuf> {
    let path = start.join(path);
    let folder = match path.file_name().is_some_and(|it| it == MANIFEST) {
        true => path.parent()?.to_path_buf(),
        false => path,
    };
    let folder = folder.canonicalize().ok()?;
    folder.join(MANIFEST).is_file().then_some(folder)
}

/// The folder of the project around a path, as it is written from `start`.
pub fn project_around(start: &Path, path: &str) -> Option<String> {
    let path = start.join(path);
    let mut folders = path.ancestors().filter(|it| it.join(MANIFEST).is_file());
    folders.next().map(|it| shown(start, it))
}

/// Where a file lies in the project around it: the folder below the project's, or the
/// file's own name beside the manifest.
pub fn part_of_project(start: &Path, path: &str) -> Option<String> {
    let path = start.join(path).canonicalize().ok()?;
    let root = path.ancestors().skip(1).find(|it| it.join(MANIFEST).is_file())?;
    let first = path.strip_prefix(root).ok()?.components().next()?;
    Some(first.as_os_str().to_str()?.to_owned())
}

/// Reads all files of the project in `root`; what cannot be read is reported and left
/// out. `None` where there is no manifest to read.
pub fn read_project(
    root: &Path,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Project> {
    let manifest = read_file(root, MANIFEST, sources, sink)?;
    let mut files = vec![(MANIFEST.to_owned(), manifest)];
    let mut others = Vec::new();
    for (folder, extensions) in FOLDERS {
        let (found, beside) = read_tree_and(root, folder, extensions, sources, sink);
        files.extend(found);
        others.extend(beside);
    }
    Some(Project { root: root.to_path_buf(), files, others })
}

/// Reads the TOML files of the project in `root`, its tests among them.
pub fn read_toml(root: &Path, sources: &mut SourceMap, sink: &mut Sink) -> Vec<File> {
    let manifest = read_file(root, MANIFEST, sources, sink);
    let mut files: Vec<File> =
        manifest.map(|it| (MANIFEST.to_owned(), it)).into_iter().collect();
    for folder in FOLDERS.iter().map(|it| it.0).chain(["testdata"]) {
        files.extend(read_tree(root, folder, &["toml"], sources, sink));
    }
    files
}

/// The project that reads what is in a folder, which may be a new one, and the folder of it
/// that this is or is in: `alerts`.
pub fn reader_of(folder: &Path) -> Option<(PathBuf, &'static str)> {
    let absolute = std::path::absolute(folder).ok()?;
    let there = absolute.ancestors().find(|it| it.is_dir())?;
    let real = there.canonicalize().ok()?.join(absolute.strip_prefix(there).ok()?);
    let root = real.ancestors().skip(1).find(|it| it.join(MANIFEST).is_file())?;
    let below = real.strip_prefix(root).ok()?;
    let name = FOLDERS.iter().map(|it| it.0).chain(["testdata"]);
    let name = name.into_iter().find(|it| below.starts_with(it))?;
    Some((root.to_path_buf(), name))
}

/// Whether a folder is one that the project in `root` is read from, or holds the project
/// or one of its rule files.
pub fn is_source_folder<'a>(
    root: &Path,
    folder: &Path,
    mut rule_files: impl Iterator<Item = &'a str>,
) -> bool {
    let (Ok(root), Ok(folder)) = (root.canonicalize(), folder.canonicalize()) else {
        return false;
    };
    let sources = FOLDERS.iter().map(|it| it.0).chain(["testdata"]);
    root.starts_with(&folder)
        || rule_files.any(|it| root.join(it).starts_with(&folder))
        || sources.into_iter().any(|it| folder.starts_with(root.join(it)))
}
