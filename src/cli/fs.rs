//! The file system: this and what is below it alone touch it.
//!
//! Finds the project, reads its files in a stable order, and replaces output files all
//! or none. What goes wrong is a diagnostic like everything else.
#![expect(clippy::disallowed_methods, reason = "this is the door to the file system")]

mod replace;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::cli::fs::replace::Changes;
use crate::cli::output::{Found, LIST, List, Plan, Wanted};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{SourceMap, Span};
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::spec::rule_file;

/// The manifest's name: a folder that has one is a project.
pub const MANIFEST: &str = "aqua-alerts.toml";

/// A file larger than this is not something that a person wrote.
const MAX_FILE: u64 = 64 << 20;

/// A longer page is none that somebody reads when called out.
const MAX_PAGE: u64 = 4 << 20;

/// More files than this below one folder are a mistake (a link to `/`, say).
const MAX_FILES: usize = 100_000;

/// The files of a project: what builds it, not its tests.
#[derive(Debug)]
pub struct Project {
    /// The folder that holds the manifest.
    pub root: PathBuf,
    /// Paths below it, with `/`, and texts: the manifest first.
    pub files: Vec<File>,
}

/// A path as messages name it, and the text of the file.
pub type File = (String, String);

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
        Err(error) => return Err(unreadable(&start.display().to_string(), &error)),
    };
    let found = start.ancestors().find(|it| it.join(MANIFEST).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        let title =
            format!("no `{MANIFEST}` in `{}` or in a folder above it", start.display());
        Diagnostic::error("no-project", title)
            .help("start in a project's folder, or name it with `-C DIR`")
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

/// Reads all files of the project in `root`; what cannot be read is reported and left
/// out. `None` where there is no manifest to read.
pub fn read_project(
    root: &Path,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Project> {
    let manifest = read_file(root, MANIFEST, sources, sink)?;
    let mut files = vec![(MANIFEST.to_owned(), manifest)];
    for (folder, extensions) in FOLDERS {
        files.extend(read_tree(root, folder, extensions, sources, sink));
    }
    Some(Project { root: root.to_path_buf(), files })
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

/// Reads the files below `root/folder` that have one of these extensions, in the order
/// of their paths. A folder that does not exist has none.
pub fn read_tree(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<File> {
    let paths = list_tree(root, folder, extensions, sink);
    let read = |path: String| {
        let text = read_file(root, &path, sources, sink)?;
        Some((path, text))
    };
    paths.into_iter().filter_map(read).collect()
}

/// The paths of the files below `root/folder` that have one of these extensions, in order.
fn list_tree(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    sink: &mut Sink,
) -> Vec<String> {
    let mut paths = Vec::new();
    match fs::symlink_metadata(root.join(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        _ => list(root, folder, extensions, &mut BTreeSet::new(), &mut paths, sink),
    }
    paths
}

/// Reads the Markdown pages below `root/folder`, which is in the project or a link of it to
/// elsewhere; of one that cannot be read, which has been reported, only the path.
pub fn read_pages(
    root: &Path,
    folder: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<(String, Option<String>)> {
    let homes: Vec<PathBuf> = [root.to_path_buf(), root.join(folder)]
        .iter()
        .filter_map(|it| it.canonicalize().ok())
        .collect();
    let mut read = |path: &str| {
        let full = root.join(path).canonicalize();
        if full.is_ok_and(|full| !homes.iter().any(|it| full.starts_with(it))) {
            let title = format!("`{path}` leads out of the project's folder");
            let help = "copy the page into the project";
            sink.push(Diagnostic::error("bad-path", title).help(help));
            return None;
        }
        match read_limited(&root.join(path), MAX_PAGE) {
            Ok(bytes) => decode(path, bytes, sources, sink),
            Err(error) => {
                sink.push(unreadable(path, &error));
                None
            }
        }
    };
    let mut said = Sink::new();
    let paths = list_tree(root, folder, &["md", "markdown"], &mut said);
    let pages = paths.into_iter().map(|it| (read(&it), it)).map(|it| (it.1, it.0));
    let pages = pages.collect();
    sink.extend(said.into_sorted());
    pages
}

/// Reads the rule file that a project names: only what lies in its folder, links followed.
pub fn read_rule_file(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<String> {
    if !is_inside(root, path, rule_file::missing, sink) {
        return None;
    }
    read_named(root, path, sources, sink)
}

/// Reads another file that a project names.
pub fn read_named(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<String> {
    let mut said = Sink::new();
    let text = read_file(root, path.as_str(), sources, &mut said);
    let place = |it: Diagnostic| match it.place() {
        None => it.at(path.span(), "named here"),
        Some(_) => it,
    };
    sink.extend(said.into_sorted().into_iter().map(place));
    text
}

/// The text of a file that need not be there.
pub fn read_if_there(root: &Path, path: &str) -> Option<String> {
    let bytes = read_limited(&root.join(path), MAX_FILE).ok()?;
    String::from_utf8(bytes).ok()
}

/// Writes a file that may be thrown away into a folder of such, which tells git to pass
/// over it.
pub fn write_cache(
    root: &Path,
    folder: &str,
    path: &str,
    text: &str,
) -> Result<(), Diagnostic> {
    make_room(root, path)?;
    let ignore = format!("{folder}/.gitignore");
    if !exists(root, &ignore) {
        write_whole(root, &ignore, "*\n")?;
    }
    write_whole(root, path, text)
}

/// Reads the template that a project names, and the other templates in its folder; of the
/// project's folder itself only the template.
pub fn read_templates(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<File> {
    let missing = |path: &Text, near: Option<&str>| {
        let it = Diagnostic::error("no-template", format!("there is no file `{path}`"))
            .at(path.span(), "looked for below the project's folder");
        match near {
            Some(near) => it.help(format!("did you mean `{near}`?")),
            None => it,
        }
    };
    if !is_inside(root, path, missing, sink) {
        return Vec::new();
    }
    match path.as_str().rsplit_once('/') {
        Some((folder, _)) => read_tree(root, folder, &["tera"], sources, sink),
        None => {
            let text = read_file(root, path.as_str(), sources, sink);
            text.map(|it| (path.to_string(), it)).into_iter().collect()
        }
    }
}

/// Whether a path that a project names leads to something in its folder, links followed;
/// says so where not.
fn is_inside(
    root: &Path,
    path: &Text,
    missing: impl Fn(&Text, Option<&str>) -> Diagnostic,
    sink: &mut Sink,
) -> bool {
    let (name, full) = (path.as_str(), root.join(path.as_str()));
    let inside = match (root.canonicalize(), full.canonicalize()) {
        (Ok(root), Ok(full)) => full.starts_with(root),
        (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            let near = nearest(root, name);
            sink.push(missing(path, near.as_deref()));
            return false;
        }
        (Err(error), _) | (_, Err(error)) => {
            sink.push(unreadable(name, &error).at(path.span(), "named here"));
            return false;
        }
    };
    if !inside {
        let title = format!("`{name}` leads out of the project's folder");
        sink.push(
            Diagnostic::error("bad-path", title)
                .at(path.span(), "through a link")
                .help("copy the file into the project"),
        );
    }
    inside
}

/// The path that exists and is most like this one, which does not: from its folders the
/// first that is missing is replaced.
fn nearest(root: &Path, path: &str) -> Option<String> {
    let mut below = String::new();
    let parts: Vec<&str> = path.split('/').collect();
    for (idx, part) in parts.iter().enumerate() {
        let next = format!("{below}{part}");
        if root.join(&next).exists() {
            below = format!("{next}/");
            continue;
        }
        let names = names(root, below.trim_end_matches('/'));
        let near = suggest::nearest(part, names.iter().map(String::as_str))?;
        let rest = parts[idx + 1..].iter().map(|it| format!("/{it}"));
        let path = format!("{below}{near}{}", rest.collect::<String>());
        return root.join(&path).is_file().then_some(path);
    }
    None
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

/// The names in a folder, sorted; none where it cannot be read.
pub fn names(root: &Path, folder: &str) -> Vec<String> {
    let names = entries(&root.join(folder), &mut BTreeSet::new()).unwrap_or_default();
    names.into_iter().filter_map(|it| it.into_string().ok()).collect()
}

/// Collects paths relative to `root`. Each real folder is read once, however many
/// links lead to it, so that a loop of links ends.
fn list(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    seen: &mut BTreeSet<PathBuf>,
    out: &mut Vec<String>,
    sink: &mut Sink,
) {
    let entries = match entries(&root.join(folder), seen) {
        Ok(it) => it,
        Err(error) => return sink.push(unreadable(folder, &error)),
    };
    for name in entries {
        let Some(name) = name.to_str() else {
            let title = format!("the name of `{folder}/{}` is not UTF-8", name.display());
            sink.push(Diagnostic::error("not-utf8", title));
            continue;
        };
        // What editors and tools leave behind begins with a dot.
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        let wanted = extensions.iter().any(|it| {
            name.strip_suffix(it)
                .is_some_and(|stem| stem.len() > 1 && stem.ends_with('.'))
        });
        match fs::metadata(root.join(&path)) {
            Ok(it) if it.is_dir() => list(root, &path, extensions, seen, out, sink),
            Ok(_) if wanted && out.len() == MAX_FILES => {
                let title = format!("more than {MAX_FILES} files below `{folder}`");
                return sink.push(Diagnostic::error("too-many-files", title));
            }
            Ok(_) if wanted => out.push(path),
            Ok(_) => {}
            // Who reads it says why it cannot be read.
            Err(_) if wanted => out.push(path),
            Err(_) => {}
        }
    }
}

/// The names in a folder, sorted; none if it was seen before.
fn entries(
    folder: &Path,
    seen: &mut BTreeSet<PathBuf>,
) -> io::Result<Vec<std::ffi::OsString>> {
    if !seen.insert(folder.canonicalize()?) {
        return Ok(Vec::new());
    }
    let names = fs::read_dir(folder)?.map(|it| it.map(|it| it.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Reads one file; `path` is relative to `root` or absolute. Only a file that is not
/// UTF-8 is added to the sources here, so that its fault can be shown.
pub fn read_file(
    root: &Path,
    path: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<String> {
    let bytes = match read_limited(&root.join(path), MAX_FILE) {
        Ok(it) => it,
        Err(error) => {
            sink.push(unreadable(path, &error));
            return None;
        }
    };
    decode(path, bytes, sources, sink)
}

/// Reads standard input, which messages call `path`.
pub fn read_stdin(
    path: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<String> {
    let mut bytes = Vec::new();
    // One more than is allowed, to know whether there is more.
    let read = io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes);
    let read = match read {
        Ok(_) if MAX_FILE < bytes.len() as u64 => Err(too_large(MAX_FILE)),
        other => other,
    };
    match read {
        Ok(_) => decode(path, bytes, sources, sink),
        Err(error) => {
            sink.push(unreadable(path, &error));
            None
        }
    }
}

fn decode(
    path: &str,
    bytes: Vec<u8>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let start = error.utf8_error().valid_up_to() as u32;
            // The replacement character stands where the first wrong byte stood.
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let end = start + char::REPLACEMENT_CHARACTER.len_utf8() as u32;
            let file = sources.add(path, text);
            sink.push(
                Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8"))
                    .at(Span { file, start, end }, "the first byte that is not")
                    .help("save the file as UTF-8"),
            );
            None
        }
    }
}

fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Asked before it is opened: to open a pipe waits for a writer.
    let meta = fs::metadata(path)?;
    if meta.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !meta.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if limit < meta.len() {
        return Err(too_large(limit));
    }
    let file = fs::File::open(path)?;
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn too_large(limit: u64) -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", limit >> 20))
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable", format!("cannot read `{path}`: {}", reason(error)))
}

/// What the system says, without its error number and in lower case.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The folder that commands work in: the current one, or `-C DIR` seen from it.
pub fn start(directory: Option<&Path>) -> PathBuf {
    directory.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
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

/// The list of what earlier builds wrote into `out`.
pub fn read_list(out: &Path, shown: &str) -> Result<List, Diagnostic> {
    match fs::metadata(out) {
        Ok(it) if !it.is_dir() => {
            let title = format!("the output folder `{shown}` is a file");
            return Err(Diagnostic::error("output-is-a-file", title)
                .help("remove it, or choose another folder with `--out DIR`"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(List::default());
        }
        Err(error) => return Err(unreadable(shown, &error)),
    }
    match read_limited(&out.join(LIST), MAX_FILE) {
        Ok(bytes) => Ok(List::parse(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(List::default()),
        Err(error) => Err(unreadable(&format!("{shown}/{LIST}"), &error)),
    }
}

/// What stands at `path` below the output folder.
pub fn look(out: &Path, path: &str) -> Found {
    let full = out.join(path);
    match fs::symlink_metadata(&full) {
        Ok(it) if it.is_file() => {
            read_limited(&full, MAX_FILE).map_or(Found::Other, Found::File)
        }
        Ok(_) => Found::Other,
        // A file where a folder has to be.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Found::Other,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
        Err(_) => Found::Other,
    }
}

/// Makes the output folder this process's own, and finishes or undoes what a killed build
/// left there. Nobody else writes into it until what is returned is dropped.
pub fn own(out: &Path, shown: &str) -> Result<Option<fs::File>, Diagnostic> {
    replace::own(out, shown)
}

/// Carries out a plan: there are the old files or the new ones, even where the process is
/// killed or the disk is full.
pub fn carry_out(
    out: &Path,
    shown: &str,
    old: &List,
    plan: &Plan,
) -> Result<(), Diagnostic> {
    if plan.changes.is_empty() && plan.list == *old {
        return Ok(());
    }
    let list = plan.list.print();
    let mut changes = Changes::default();
    for it in &plan.changes {
        match &it.new {
            Some(text) => changes.write.push((&it.path, text)),
            None => changes.remove.push(&it.path),
        }
    }
    changes.write.push((LIST, &list));
    replace::replace(out, shown, &changes)
}

/// Whether a file can be written at a path: its folder is made if need be.
pub fn make_room(start: &Path, shown: &str) -> Result<(), Diagnostic> {
    let target = start.join(shown);
    let failed = |reason: &str| {
        let title = format!("cannot write `{shown}`: {reason}");
        Diagnostic::error("unwritable", title).help("name a file in a folder of yours")
    };
    if target.is_dir() {
        return Err(failed("it is a folder"));
    }
    let folder = target.parent().unwrap_or(start);
    if folder.ancestors().any(Path::is_file) {
        return Err(failed("a file stands where its folder should be"));
    }
    let probe = temporary(&target, 0);
    fs::create_dir_all(folder)
        .and_then(|()| write_new(&probe, ""))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|it| failed(&reason(&it)))
}

/// Writes a file as a whole or not at all.
pub fn write_whole(start: &Path, shown: &str, text: &str) -> Result<(), Diagnostic> {
    let target = start.join(shown);
    let temporary = temporary(&target, 0);
    let written =
        write_new(&temporary, text).and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        let reason = reason(&error);
        Diagnostic::error("unwritable", format!("cannot write `{shown}`: {reason}"))
    })
}

/// Replaces the text of a file as a whole or not at all, where a link leads to it and with its
/// permissions, unless it is no longer what was read.
pub fn rewrite(
    start: &Path,
    shown: &str,
    old: &str,
    text: &str,
) -> Result<(), Diagnostic> {
    let failed = |reason: &str| {
        Diagnostic::error("unwritable", format!("cannot write `{shown}`: {reason}"))
    };
    let target = start.join(shown).canonicalize().map_err(|it| failed(&reason(&it)))?;
    if !fs::read(&target).is_ok_and(|it| it == old.as_bytes()) {
        return Err(failed("it was changed meanwhile").help("run the command again"));
    }
    let temporary = temporary(&target, 0);
    let written = fs::metadata(&target)
        .and_then(|it| match it.permissions().readonly() {
            true => Err(io::Error::other("it is read-only")),
            false => write_new(&temporary, text).map(|()| it.permissions()),
        })
        .and_then(|it| fs::set_permissions(&temporary, it))
        .and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        failed(&reason(&error))
    })
}

/// Writes files below a folder, all or none.
pub fn write_all(out: &Path, shown: &str, files: &[Wanted]) -> Result<(), Diagnostic> {
    let write = files.iter().map(|it| (&*it.path, &*it.text)).collect();
    replace::replace(out, shown, &Changes { write, remove: Vec::new() })
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

/// A name beside the target that no other file of this or another running process has.
fn temporary(target: &Path, number: usize) -> PathBuf {
    target.with_file_name(format!(".aqua-{}-{number}.tmp", std::process::id()))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = match fs::File::create_new(path) {
        // Left behind by a process of the same number that was killed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            fs::File::create_new(path)?
        }
        other => other?,
    };
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::plan;

    fn folder(name: &str) -> PathBuf {
        let name = format!("aqua-alerts-fs-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn wanted(path: &str, text: &str) -> Wanted {
        Wanted { path: path.into(), text: text.into() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> =
            entries.map(|it| it.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_write_that_fails_changes_nothing() {
        let out = folder("fails");
        let first = plan(
            vec![wanted("a/x", "1")],
            &List::default(),
            |_| true,
            |it| look(&out, it),
        );
        carry_out(&out, "out", &List::default(), &first).unwrap();
        let old = read_list(&out, "out").unwrap();
        assert_eq!(old, first.list);
        // The last name is longer than any file system takes.
        let long = format!("b/{}", "y".repeat(300));
        let new = vec![wanted("a/x", "2"), wanted("a/z", "3"), wanted(&long, "4")];
        let second = plan(new, &old, |_| true, |it| look(&out, it));
        let error = carry_out(&out, "out", &old, &second).unwrap_err();
        assert_eq!(error.code, "unwritable");
        assert_eq!(names(&out), [LIST, "a"]);
        assert_eq!(names(&out.join("a")), ["x"]);
        assert_eq!(fs::read_to_string(out.join("a/x")).unwrap(), "1");
        assert_eq!(read_list(&out, "out").unwrap(), old);
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn files_are_written_all_or_none() {
        let out = folder("all");
        write_all(&out, "out", &[wanted("a/x", "1")]).unwrap();
        let long = format!("b/{}", "y".repeat(300));
        let new = [wanted("a/x", "2"), wanted("c/z", "3"), wanted(&long, "4")];
        let error = write_all(&out, "out", &new).unwrap_err();
        assert_eq!(error.code, "unwritable");
        assert_eq!(names(&out), ["a"]);
        assert_eq!(names(&out.join("a")), ["x"]);
        assert_eq!(fs::read_to_string(out.join("a/x")).unwrap(), "1");
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn unchanged_files_are_not_touched() {
        let out = folder("unchanged");
        let build = |old: &List| {
            let wanted = vec![wanted("a/x", "1")];
            let plan = plan(wanted, old, |_| true, |it| look(&out, it));
            carry_out(&out, "out", old, &plan).unwrap();
            plan.list
        };
        let old = build(&List::default());
        let time = || fs::metadata(out.join("a/x")).unwrap().modified().unwrap();
        let before = time();
        build(&old);
        assert_eq!(time(), before);
        fs::remove_dir_all(&out).unwrap();
    }
}
