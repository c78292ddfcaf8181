//! Reads files and folders, within limits.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::fs::unreadable;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{SourceMap, Span};

/// A file larger than this is not something that a person wrote.
pub(super) const MAX_FILE: u64 = 64 << 20;

/// A longer page is none that somebody reads when called out.
pub(super) const MAX_PAGE: u64 = 4 << 20;

/// More files than this below one folder are a mistake (a link to `/`, say).
const MAX_FILES: usize = 100_000;

/// A path as messages name it, and the text of the file.
pub type File = (String, Arc<str>);

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
    read_all(root, paths, sources, sink)
}

/// The same, and the paths of files beside them whose names end in one of these extensions
/// but for their case, or as those of rule files do.
pub(super) fn read_tree_and(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> (Vec<File>, Vec<String>) {
    let (paths, others) = list(root, folder, extensions, &homes(root, folder), sink);
    (read_all(root, paths, sources, sink), others)
}

/// The same of a folder that was named by itself: it alone, and not what lies around it, is
/// what somebody asked for.
pub fn read_folder(
    start: &Path,
    folder: &str,
    extensions: &[&str],
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<File> {
    let homes: Vec<PathBuf> = start.join(folder).canonicalize().into_iter().collect();
    let paths = list(start, folder, extensions, &homes, sink).0;
    read_all(start, paths, sources, sink)
}

fn read_all(
    root: &Path,
    paths: Vec<String>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<File> {
    let texts: Vec<Result<Arc<str>, Fault>> =
        paths.par_iter().map(|path| text(root, path, sources)).collect();
    let sound = |(path, text): (String, _)| {
        let text = or_say(text, &path, sources, sink)?;
        Some((path, text))
    };
    paths.into_iter().zip(texts).filter_map(sound).collect()
}

/// The paths of the files below `root/folder` that have one of these extensions, in order.
pub(super) fn list_tree(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    sink: &mut Sink,
) -> Vec<String> {
    list(root, folder, extensions, &homes(root, folder), sink).0
}

/// The same, and those beside them; folders that are links are read where they lead into one
/// of the `homes`.
fn list(
    root: &Path,
    folder: &str,
    extensions: &[&str],
    homes: &[PathBuf],
    sink: &mut Sink,
) -> (Vec<String>, Vec<String>) {
    let (seen, paths, others) = Default::default();
    let mut list = List { root, extensions, homes, seen, paths, others };
    match fs::symlink_metadata(root.join(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        _ => list.add(folder, sink),
    }
    (list.paths, list.others)
}

/// The real folders in which the files of `root/folder` may be: `root`, and the folder
/// itself, which may be a link to elsewhere.
pub(super) fn homes(root: &Path, folder: &str) -> Vec<PathBuf> {
    let homes = [root.to_path_buf(), root.join(folder)];
    homes.iter().filter_map(|it| it.canonicalize().ok()).collect()
}

/// The text of a file that need not be there.
pub fn read_if_there(root: &Path, path: &str) -> Option<String> {
    let bytes = read_limited(&root.join(path), MAX_FILE).ok()?;
    String::from_utf8(bytes).ok()
}

/// The names in a folder, sorted; none where it cannot be read.
pub fn names(root: &Path, folder: &str) -> Vec<String> {
    let names = entries(&root.join(folder), &mut BTreeSet::new()).unwrap_or_default();
    names.into_iter().filter_map(|it| it.into_string().ok()).collect()
}

/// The search of a folder.
struct List<'a> {
    root: &'a Path,
    extensions: &'a [&'a str],
    /// Where links may lead.
    homes: &'a [PathBuf],
    /// The real folders that were read.
    seen: BTreeSet<PathBuf>,
    /// The paths of the files, relative to `root`.
    paths: Vec<String>,
    /// Those of files that somebody may take for such.
    others: Vec<String>,
}

impl List<'_> {
    /// Adds what is in a folder. Each real folder is read once, however many links lead to
    /// it, so that a loop of links ends; a link to a folder elsewhere is not followed, for
    /// behind it may be the whole file system, and files that are others'.
    fn add(&mut self, folder: &str, sink: &mut Sink) {
        let entries = match entries(&self.root.join(folder), &mut self.seen) {
            Ok(it) => it,
            Err(error) => return sink.push(unreadable(folder, &error)),
        };
        for name in entries {
            let Some(name) = name.to_str() else {
                let name = name.display();
                let title = format!("the name of `{folder}/{name}` is not UTF-8");
                sink.push(Diagnostic::error("not-utf8", title));
                continue;
            };
            // What editors and tools leave behind begins with a dot.
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{folder}/{name}");
            let wanted = self.extensions.iter().any(|it| {
                name.strip_suffix(it)
                    .is_some_and(|stem| stem.len() > 1 && stem.ends_with('.'))
            });
            match fs::metadata(self.root.join(&path)) {
                Ok(it) if it.is_dir() => match self.elsewhere(&path) {
                    Some(error) => sink.push(error),
                    None => self.add(&path, sink),
                },
                Ok(_) if wanted && self.paths.len() == MAX_FILES => {
                    let title = format!("more than {MAX_FILES} files below `{folder}`");
                    return sink.push(Diagnostic::error("too-many-files", title));
                }
                Ok(_) if wanted => self.paths.push(path),
                Ok(_) if self.is_near(name) => self.others.push(path),
                Ok(_) => {}
                // Who reads it says why it cannot be read.
                Err(_) if wanted => self.paths.push(path),
                Err(_) => {}
            }
        }
    }

    fn is_near(&self, name: &str) -> bool {
        let Some((_, end)) = name.rsplit_once('.') else { return false };
        let mut all = self.extensions.iter().chain(&["yaml", "yml"]);
        all.any(|it| it.eq_ignore_ascii_case(end))
    }

    /// What to say of a folder that is a link to one elsewhere.
    fn elsewhere(&self, path: &str) -> Option<Diagnostic> {
        let link = fs::read_link(self.root.join(path)).ok()?;
        let real = self.root.join(path).canonicalize().ok()?;
        if self.homes.iter().any(|it| real.starts_with(it)) {
            return None;
        }
        let title = format!("`{path}` is a link to a folder elsewhere");
        let it = Diagnostic::error("bad-path", title);
        let it = it.note(format!("it leads to `{}`", link.display()));
        Some(it.help("copy the folder to where the link is, or take the link out"))
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
) -> Option<Arc<str>> {
    or_say(text(root, path, sources), path, sources, sink)
}

/// The text of a file, or of what is to be written over it.
fn text(root: &Path, path: &str, sources: &SourceMap) -> Result<Arc<str>, Fault> {
    if let Some(draft) = sources.draft(path) {
        return Ok(draft.clone());
    }
    let bytes = read_limited(&root.join(path), MAX_FILE).map_err(Fault::Unreadable)?;
    utf8(bytes)
}

fn utf8(bytes: Vec<u8>) -> Result<Arc<str>, Fault> {
    String::from_utf8(bytes).map(Arc::from).map_err(Fault::NotUtf8)
}

/// The text of a file; nothing where there is none, which is said.
fn or_say(
    text: Result<Arc<str>, Fault>,
    path: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    match text {
        Ok(text) => Some(text),
        Err(fault) => {
            fault.say(path, sources, sink);
            None
        }
    }
}

/// Why a file gives no text.
enum Fault {
    Unreadable(io::Error),
    NotUtf8(FromUtf8Error),
}

impl Fault {
    fn say(self, path: &str, sources: &mut SourceMap, sink: &mut Sink) {
        let error = match self {
            Fault::Unreadable(error) => return sink.push(unreadable(path, &error)),
            Fault::NotUtf8(error) => error,
        };
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
    }
}

/// Reads standard input, which messages call `path`.
pub fn read_stdin(
    path: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    let mut bytes = Vec::new();
    // One more than is allowed, to know whether there is more.
    let read = io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes);
    let read = match read {
        Ok(_) if MAX_FILE < bytes.len() as u64 => Err(too_large(MAX_FILE)),
        other => other,
    };
    let text = read.map_err(Fault::Unreadable).and_then(|_| utf8(bytes));
    or_say(text, path, sources, sink)
}

pub(super) fn decode(
    path: &str,
    bytes: Vec<u8>,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    or_say(utf8(bytes), path, sources, sink)
}

pub(super) fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
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
