//! Replaces files of a folder so that there are the old ones or the new ones, even where
//! the process is killed or the disk is full.
//!
//! First a journal says what is going to be done (`.aqua-alerts.next`); then every new
//! text is put beside its target under a name that the journal implies. When all are
//! there, the journal is renamed to `.aqua-alerts.commit`, and from then on only renaming
//! and removing is left, which can be done again. Whoever finds a journal undoes the first
//! and finishes the second. Against a loss of power this is as good as the file system's
//! order of writing and renaming: nothing is forced onto the disk.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::fs::{reason, unreadable};
use crate::cli::output::{LIST, is_inside};
use crate::diag::diagnostic::Diagnostic;

/// What is to be done, until it is certain that it will be.
const NEXT: &str = ".aqua-alerts.next";
/// What is to be done, when all that it needs is there.
const COMMIT: &str = ".aqua-alerts.commit";
const HEAD: &str =
    "# What aqua-alerts is doing here. The next build undoes or finishes it.\n";

/// What is to be done in a folder; paths are below it, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes<'a> {
    /// Files and their new texts.
    pub(super) write: Vec<(&'a str, &'a str)>,
    /// Files that are to be gone.
    pub(super) remove: Vec<&'a str>,
}

/// One step of it. Before [`Step::Commit`] all can be undone, after it all be finished.
#[derive(Clone, Debug)]
enum Step<'a> {
    Begin(String),
    Stage(usize, &'a str, &'a str),
    Commit,
    Replace(usize, &'a str),
    Remove(&'a str),
    End,
}

/// A folder that no other process writes into, until this is dropped. `None` where there
/// is no such folder. What a killed process left there is undone or finished.
pub(super) fn own(out: &Path, shown: &str) -> Result<Option<File>, Diagnostic> {
    if out.is_file() {
        return Ok(None);
    }
    // Systems that cannot open a folder cannot lock it.
    let lock = match File::open(out) {
        Ok(it) => it,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) if !cfg!(unix) => return Ok(None),
        Err(error) => return Err(unreadable(shown, &error)),
    };
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let title = format!("another run is writing into `{shown}`");
            return Err(Diagnostic::error("folder-in-use", title)
                .help("wait for its end, or choose another folder"));
        }
        // File systems without locks are no reason to refuse.
        Err(TryLockError::Error(_)) | Ok(()) => {}
    }
    recover(out).map_err(|(path, error)| failed(shown, &path, &error))?;
    Ok(Some(lock))
}

/// Carries out changes in a folder, which is made if need be: all or none.
pub(super) fn replace(
    out: &Path,
    shown: &str,
    changes: &Changes<'_>,
) -> Result<(), Diagnostic> {
    let made = missing(out);
    fs::create_dir_all(out).map_err(|it| failed(shown, "", &it))?;
    for step in steps(changes) {
        let Err((path, error)) = perform(out, &step) else { continue };
        let diagnostic = failed(shown, &path, &error);
        return Err(match step {
            Step::Begin(_) | Step::Stage(..) | Step::Commit => {
                // What cannot be undone now the next run undoes.
                let _ = recover(out);
                made.iter().for_each(|it| drop(fs::remove_dir(it)));
                diagnostic
            }
            Step::Replace(..) | Step::Remove(_) | Step::End => diagnostic
                .note("some files are new and some are old")
                .help("the next run finishes it, as soon as that is possible"),
        });
    }
    Ok(())
}

fn failed(shown: &str, path: &str, error: &io::Error) -> Diagnostic {
    let path = if path.is_empty() { shown.to_owned() } else { format!("{shown}/{path}") };
    let title = format!("cannot write `{path}`: {}", reason(error));
    Diagnostic::error("unwritable", title)
}

/// Folders that do not exist, the innermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let all = folder.ancestors().take_while(|it| !it.exists());
    all.filter(|it| !it.as_os_str().is_empty()).map(Path::to_path_buf).collect()
}

fn steps<'a>(changes: &Changes<'a>) -> Vec<Step<'a>> {
    let mut out = vec![Step::Begin(print(changes))];
    let files = || changes.write.iter().enumerate();
    out.extend(files().map(|(idx, (path, text))| Step::Stage(idx, path, text)));
    out.push(Step::Commit);
    out.extend(rest(changes));
    out
}

/// What is left after [`Step::Commit`].
fn rest<'a>(changes: &Changes<'a>) -> Vec<Step<'a>> {
    let files = changes.write.iter().enumerate();
    let mut out: Vec<Step<'a>> =
        files.map(|(idx, (path, _))| Step::Replace(idx, path)).collect();
    out.extend(changes.remove.iter().map(|it| Step::Remove(it)));
    out.push(Step::End);
    out
}

type Failure = (String, io::Error);

fn perform(out: &Path, step: &Step<'_>) -> Result<(), Failure> {
    let at = |path: &str| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    match step {
        Step::Begin(text) => {
            let temporary = out.join(format!("{NEXT}.tmp"));
            let written = fs::write(&temporary, text)
                .and_then(|()| fs::rename(&temporary, out.join(NEXT)));
            if written.is_err() {
                let _ = fs::remove_file(&temporary);
            }
            written.map_err(at(LIST))
        }
        Step::Stage(idx, path, text) => stage(out, *idx, path, text).map_err(at(path)),
        Step::Commit => fs::rename(out.join(NEXT), out.join(COMMIT)).map_err(at(LIST)),
        Step::Replace(idx, path) => {
            match fs::rename(staged(out, *idx, path), out.join(path)) {
                // It was done before.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                other => other.map_err(at(path)),
            }
        }
        Step::Remove(path) => match fs::remove_file(out.join(path)) {
            Err(error) if !is_gone(&error) => Err((path.to_string(), error)),
            _ => {
                remove_empty_parents(&out.join(path), out);
                Ok(())
            }
        },
        Step::End => fs::remove_file(out.join(COMMIT)).map_err(at(LIST)),
    }
}

fn stage(out: &Path, idx: usize, path: &str, text: &str) -> io::Result<()> {
    let target = out.join(path);
    fs::create_dir_all(target.parent().unwrap_or(out))?;
    // What cannot be looked at could not be replaced either.
    match fs::symlink_metadata(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let staged = staged(out, idx, path);
    // A link that somebody put there would be followed.
    match fs::remove_file(&staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::create_new(staged)?.write_all(text.as_bytes())
}

/// The name of a new text beside its target.
fn staged(out: &Path, idx: usize, path: &str) -> PathBuf {
    out.join(path).with_file_name(format!(".aqua-alerts.{idx}.tmp"))
}

/// Undoes or finishes what a journal in the folder says; does nothing without one.
fn recover(out: &Path) -> Result<(), Failure> {
    let read = |name: &str| match fs::read(out.join(name)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err((name.to_owned(), error)),
    };
    if let Some(text) = read(COMMIT)? {
        for step in rest(&parse(&text)) {
            perform(out, &step)?;
        }
    }
    if let Some(text) = read(NEXT)? {
        for (idx, (path, _)) in parse(&text).write.iter().enumerate() {
            match fs::remove_file(staged(out, idx, path)) {
                Err(error) if !is_gone(&error) => return Err((path.to_string(), error)),
                _ => remove_empty_parents(&out.join(path), out),
            }
        }
        fs::remove_file(out.join(NEXT)).map_err(|it| (NEXT.to_owned(), it))?;
    }
    Ok(())
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn print(changes: &Changes<'_>) -> String {
    let mut out = HEAD.to_owned();
    for (path, _) in &changes.write {
        out.push_str(&format!("write {path}\n"));
    }
    for path in &changes.remove {
        out.push_str(&format!("remove {path}\n"));
    }
    out
}

/// Reads a journal, without the texts. Lines that are none are passed over, as are paths
/// that lead out of the folder.
fn parse(text: &str) -> Changes<'_> {
    let mut out = Changes::default();
    for (what, path) in text.lines().filter_map(|it| it.split_once(' ')) {
        match what {
            "write" if is_inside(path) || path == LIST => out.write.push((path, "")),
            "remove" if is_inside(path) => out.remove.push(path),
            _ => {}
        }
    }
    out
}

/// Removes the folders that became empty, from the inside out, but not `out` itself.
fn remove_empty_parents(path: &Path, out: &Path) {
    for folder in path.ancestors().skip(1).take_while(|it| *it != out) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("aqua-alerts-replace-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Paths below a folder; folders with `/` at their end.
    fn tree(folder: &Path) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        let mut todo = vec![folder.to_path_buf()];
        while let Some(dir) = todo.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                match path.is_dir() {
                    true => {
                        out.insert(format!("{name}/"), String::new());
                        todo.push(path);
                    }
                    false => drop(out.insert(name, fs::read_to_string(path).unwrap())),
                }
            }
        }
        out
    }

    const OLD: Changes<'_> = Changes { write: Vec::new(), remove: Vec::new() };

    fn old() -> Changes<'static> {
        let write = vec![("a/x", "1"), ("b/y", "2"), ("c/d/z", "3"), (LIST, "old")];
        Changes { write, ..OLD }
    }

    fn new() -> Changes<'static> {
        let write = vec![("a/x", "11"), ("a/w", "4"), ("e/f/v", "5"), (LIST, "new")];
        Changes { write, remove: vec!["b/y", "c/d/z"] }
    }

    #[test]
    fn killed_anywhere_the_next_run_finds_the_old_or_the_new_files() {
        let out = folder("killed");
        replace(&out, "out", &old()).unwrap();
        let before = tree(&out);
        replace(&out, "out", &new()).unwrap();
        let after = tree(&out);
        let paths: Vec<&str> = after.keys().map(String::as_str).collect();
        assert_eq!(paths, [LIST, "a/", "a/w", "a/x", "e/", "e/f/", "e/f/v"]);
        let changes = new();
        let steps = steps(&changes);
        let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
        for n_done in 0..=steps.len() {
            // Killed between two steps, or in the middle of one that writes.
            for torn in [false, true] {
                let out = folder("killed-at");
                replace(&out, "out", &old()).unwrap();
                steps[..n_done].iter().for_each(|it| perform(&out, it).unwrap());
                if torn {
                    match steps.get(n_done) {
                        Some(Step::Begin(text)) => {
                            let half = &text[..text.len() / 2];
                            fs::write(out.join(format!("{NEXT}.tmp")), half).unwrap();
                        }
                        Some(Step::Stage(idx, path, _)) => {
                            stage(&out, *idx, path, "").unwrap();
                        }
                        _ => continue,
                    }
                }
                let expected = if n_done <= commit { &before } else { &after };
                drop(own(&out, "out").unwrap());
                let mut found = tree(&out);
                found.remove(&format!("{NEXT}.tmp"));
                assert_eq!(found, *expected, "after {n_done} steps");
                // And whatever it found, it can go on from there.
                replace(&out, "out", &new()).unwrap();
                assert_eq!(tree(&out), after, "after {n_done} steps");
            }
        }
    }

    #[test]
    fn finishing_can_itself_be_killed() {
        let out = folder("twice");
        replace(&out, "out", &new()).unwrap();
        let after = tree(&out);
        let changes = new();
        let steps = steps(&changes);
        let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
        for n_done in 0..steps.len() - commit {
            let out = folder("twice-at");
            replace(&out, "out", &old()).unwrap();
            steps[..=commit].iter().for_each(|it| perform(&out, it).unwrap());
            let journal = fs::read_to_string(out.join(COMMIT)).unwrap();
            let rest = rest(&changes);
            rest[..n_done].iter().for_each(|it| perform(&out, it).unwrap());
            assert!(out.join(COMMIT).exists() || n_done == rest.len());
            assert_eq!(parse(&journal).remove, changes.remove);
            recover(&out).unwrap();
            assert_eq!(tree(&out), after, "after {n_done} steps");
        }
    }

    #[test]
    fn a_journal_cannot_lead_out_of_the_folder() {
        let text = "write ../x\nwrite /etc/passwd\nremove ../../x\nremove a/b\nx\n";
        assert_eq!(parse(text), Changes { write: Vec::new(), remove: vec!["a/b"] });
    }

    #[test]
    fn one_run_at_a_time() {
        let out = folder("lock");
        let first = own(&out, "out").unwrap();
        assert_eq!(own(&out, "out").unwrap_err().code, "folder-in-use");
        drop(first);
        assert!(own(&out, "out").unwrap().is_some());
        assert!(own(&out.join("none"), "none").unwrap().is_none());
    }
}
