//! A folder that one process at a time writes into.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::fs::replace::{self, Changes};
use crate::cli::fs::{gone, is_gone, unreadable};
use crate::diag::diagnostic::Diagnostic;

/// A folder that no other process writes into, until this is dropped. Only through this are
/// files of a folder replaced.
#[derive(Debug)]
pub struct Owned {
    folder: PathBuf,
    /// Its name for messages.
    shown: String,
    /// Folders that were made for it, the innermost first. Where nothing comes to be in
    /// them, they go again.
    made: Vec<PathBuf>,
    /// `None` where the system cannot lock a folder.
    _lock: Option<File>,
}

/// How often a folder is made that others remove meanwhile.
const MAX_TRIES: usize = 100;

/// Makes a folder this process's own, if it is there, and undoes or finishes what a killed
/// process left in it.
pub fn own_if_there(folder: &Path, shown: &str) -> Result<Option<Owned>, Diagnostic> {
    match folder.is_file() {
        true => Ok(None),
        false => take(folder, shown, Vec::new()),
    }
}

/// The same for a folder that is made if need be.
pub fn own(folder: &Path, shown: &str) -> Result<Owned, Diagnostic> {
    if folder.is_file() {
        return Err(is_a_file(shown));
    }
    for _ in 0..MAX_TRIES {
        let made = missing(folder);
        match fs::create_dir_all(folder) {
            Err(_) if folder.is_relative() && is_gone() => return Err(gone()),
            // Another process took a folder away that it had made.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                remove(&made);
                return Err(dangling(folder, shown)
                    .unwrap_or_else(|| replace::failed(shown, "", &error)));
            }
            Ok(()) => {}
        }
        if let Some(owned) = take(folder, shown, made)? {
            return Ok(owned);
        }
    }
    let error = io::Error::other("it is removed again and again");
    Err(replace::failed(shown, "", &error))
}

/// That a folder, or one that it is in, is a link to what is not there.
fn dangling(folder: &Path, shown: &str) -> Option<Diagnostic> {
    let mut links = folder.ancestors().filter(|it| !it.exists());
    let (link, to) = links.find_map(|it| Some((it, fs::read_link(it).ok()?)))?;
    let link = match link == folder {
        true => shown.to_owned(),
        false => link.display().to_string(),
    };
    let title = format!("`{link}` is a link to what is not there");
    let it = Diagnostic::error("unwritable", title);
    let it = it.note(format!("it leads to `{}`", to.display()));
    Some(it.help("make that folder, or take the link out"))
}

/// That a folder to be written into is a file.
pub(super) fn is_a_file(shown: &str) -> Diagnostic {
    let title = format!("the output folder `{shown}` is a file");
    Diagnostic::error("output-is-a-file", title)
        .help("remove it, or choose another folder with `--out DIR`")
}

/// Folders that do not exist, the innermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let all = folder.ancestors().take_while(|it| !it.exists());
    all.filter(|it| !it.as_os_str().is_empty()).map(Path::to_path_buf).collect()
}

/// Removes those of these folders that are empty.
fn remove(made: &[PathBuf]) {
    made.iter().for_each(|it| drop(fs::remove_dir(it)));
}

fn take(
    folder: &Path,
    shown: &str,
    made: Vec<PathBuf>,
) -> Result<Option<Owned>, Diagnostic> {
    let lock = match File::open(folder) {
        Ok(it) => Some(it),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // Systems that cannot open a folder cannot lock it.
        Err(_) if !cfg!(unix) => None,
        Err(error) => return Err(unreadable(shown, &error)),
    };
    if let Some(lock) = &lock {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let title = format!("another run is writing into `{shown}`");
                return Err(Diagnostic::error("folder-in-use", title)
                    .help("wait for its end, or choose another folder"));
            }
            // File systems without locks are no reason to refuse.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        // Whoever had it may have taken it away again, with the lock.
        if !is_at(lock, folder) {
            return Ok(None);
        }
    }
    let folder = folder.to_path_buf();
    let owned = Owned { folder, shown: shown.to_owned(), made, _lock: lock };
    replace::recover(&owned.folder)
        .map_err(|(path, error)| replace::failed(shown, &path, &error))?;
    Ok(Some(owned))
}

/// Whether an open folder is what stands at a path.
#[cfg(unix)]
pub(super) fn is_at(open: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (open.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
pub(super) fn is_at(_: &File, _: &Path) -> bool {
    true
}

impl Owned {
    /// Replaces files of the folder, all or none.
    pub(super) fn replace(&self, changes: &Changes<'_>) -> Result<(), Diagnostic> {
        replace::replace(&self.folder, &self.shown, changes)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // While it is locked: nobody else can have put anything into it.
        remove(&self.made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fs::replace::Write;
    use crate::cli::fs::tests::folder;

    fn one(path: &'static str) -> Changes<'static> {
        let write = vec![Write { path, text: "1", new: true }];
        Changes { write, remove: Vec::new() }
    }

    #[test]
    fn one_run_at_a_time() {
        let out = folder("lock");
        let first = own(&out, "out").unwrap();
        assert_eq!(own_if_there(&out, "out").unwrap_err().code, "folder-in-use");
        assert_eq!(own(&out, "out").unwrap_err().code, "folder-in-use");
        drop(first);
        assert!(own_if_there(&out, "out").unwrap().is_some());
        assert!(own_if_there(&out.join("none"), "none").unwrap().is_none());
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn a_new_folder_is_locked_and_goes_where_nothing_is_written() {
        let root = folder("new");
        let out = root.join("a/b");
        let first = own(&out, "out").unwrap();
        assert_eq!(own(&out, "out").unwrap_err().code, "folder-in-use");
        assert!(out.is_dir(), "who was refused took the folder away");
        drop(first);
        assert!(!root.join("a").exists());
        let second = own(&out, "out").unwrap();
        second.replace(&one("x")).unwrap();
        drop(second);
        assert_eq!(fs::read_to_string(out.join("x")).unwrap(), "1");
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn what_was_made_of_a_path_that_cannot_be_goes() {
        let root = folder("half");
        let out = root.join("a").join("y".repeat(300));
        assert_eq!(own(&out, "out").unwrap_err().code, "unwritable");
        assert!(!root.join("a").exists());
        fs::remove_dir_all(&root).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_of_a_folder_that_is_gone_is_none() {
        let root = folder("gone");
        let out = root.join("a");
        fs::create_dir(&out).unwrap();
        let open = File::open(&out).unwrap();
        assert!(is_at(&open, &out));
        fs::remove_dir(&out).unwrap();
        assert!(!is_at(&open, &out));
        // The file system may give its number to the next one, but not while it is open.
        fs::create_dir(&out).unwrap();
        assert!(!is_at(&open, &out));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_file_that_is_there_by_now_is_not_replaced() {
        let out = folder("there");
        fs::write(out.join("x"), "mine").unwrap();
        let owned = own(&out, "out").unwrap();
        assert_eq!(owned.replace(&one("x")).unwrap_err().code, "unwritable");
        assert_eq!(fs::read_to_string(out.join("x")).unwrap(), "mine");
        let left = fs::read_dir(&out).unwrap().count();
        assert_eq!(left, 1, "nothing else is left");
        fs::remove_dir_all(&out).unwrap();
    }
}
