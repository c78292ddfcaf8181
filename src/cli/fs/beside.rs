//! A new text beside its target, until it takes the target's place.
//!
//! Its name follows from the target's, and whoever writes it holds it locked. So what a
//! killed process left is known by nobody's holding it: the next one that writes the same
//! target takes its place, and it needs no number of a process, which another may have by
//! then.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::fs::owned::is_at;
use crate::rules::name;

/// The file of a new text. It goes when this is dropped, unless it was put in place.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) path: PathBuf,
    file: File,
    placed: bool,
}

/// How often it is made while others take it away.
const MAX_TRIES: usize = 100;

impl Beside {
    /// Makes an empty file beside a target, in place of what nobody writes any more.
    pub(super) fn claim(target: &Path) -> io::Result<Beside> {
        let path = temporary(target);
        for _ in 0..MAX_TRIES {
            match File::create_new(&path) {
                Ok(file) => match is_held(&file) {
                    // Another process looks whether somebody holds it.
                    true => continue,
                    false if is_at(&file, &path) => {
                        return Ok(Beside { path, file, placed: false });
                    }
                    // It has found that nobody did.
                    false => continue,
                },
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    take_away(&path)?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("its place is taken again and again"))
    }

    /// Writes the text.
    pub(super) fn write(mut self, text: &str) -> io::Result<Beside> {
        self.file.write_all(text.as_bytes())?;
        Ok(self)
    }

    /// Puts it in the place of its target.
    pub(super) fn replace(mut self, target: &Path) -> io::Result<()> {
        // Where files cannot be locked another run may have taken it away.
        if !is_at(&self.file, &self.path) {
            self.placed = true;
            return Err(io::Error::other("another run is writing it"));
        }
        fs::rename(&self.path, target)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// `.aqua-alerts-0123456789abcdef.tmp`, short enough for every file system.
fn temporary(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default();
    let hash = name::fnv(name.as_encoded_bytes());
    target.with_file_name(format!(".aqua-alerts-{hash:016x}.tmp"))
}

/// Removes what a killed process left; that somebody is writing it is an error.
fn take_away(path: &Path) -> io::Result<()> {
    let removed = match File::open(path) {
        Ok(file) if is_held(&file) => {
            return Err(io::Error::other("another run is writing it"));
        }
        // Another process was faster.
        Ok(file) if !is_at(&file, path) => return Ok(()),
        Ok(_) => fs::remove_file(path),
        // Gone, or a link to what is not there.
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_file(path),
        Err(error) => return Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether another process holds a file. If none does this one does from now on; file
/// systems without locks are no reason to refuse.
fn is_held(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fs::tests::folder;

    fn files(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    #[test]
    fn what_a_killed_run_left_is_used_up() {
        let dir = folder("leftover");
        let target = dir.join("a.toml");
        fs::write(temporary(&target), "half a te").unwrap();
        Beside::claim(&target).unwrap().write("x").unwrap().replace(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "x");
        fs::write(temporary(&target), "half a te").unwrap();
        drop(Beside::claim(&target).unwrap().write("y").unwrap());
        assert_eq!(
            (fs::read_to_string(&target).unwrap().as_str(), files(&dir)),
            ("x", 1)
        );
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn what_another_run_writes_stays() {
        let dir = folder("writing");
        let target = dir.join("a.toml");
        let first = Beside::claim(&target).unwrap().write("1").unwrap();
        let error = Beside::claim(&target).unwrap_err();
        assert_eq!(error.to_string(), "another run is writing it");
        // Of another file in the same folder it knows nothing.
        drop(Beside::claim(&dir.join("b.toml")).unwrap());
        first.replace(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "1");
        drop(Beside::claim(&target).unwrap());
        assert_eq!(files(&dir), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn many_runs_leave_a_whole_text() {
        let dir = folder("many");
        let target = dir.join("a.toml");
        std::thread::scope(|scope| {
            for idx in 0..8 {
                let target = &target;
                scope.spawn(move || {
                    let text = idx.to_string().repeat(10_000);
                    for _ in 0..20 {
                        let written = Beside::claim(target)
                            .and_then(|it| it.write(&text)?.replace(target));
                        // Refused by another one, but never torn.
                        drop(written);
                        if let Ok(it) = fs::read_to_string(target) {
                            assert_eq!(
                                (it.len(), it.replace(&it[..1], "")),
                                (10_000, "".into())
                            );
                        }
                    }
                });
            }
        });
        assert_eq!(files(&dir), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = folder("followed");
        let target = dir.join("a.toml");
        fs::write(dir.join("theirs"), "theirs").unwrap();
        for to in ["theirs", "nothing"] {
            std::os::unix::fs::symlink(to, temporary(&target)).unwrap();
            Beside::claim(&target).unwrap().write("x").unwrap().replace(&target).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), "x");
        }
        assert_eq!(fs::read_to_string(dir.join("theirs")).unwrap(), "theirs");
        assert_eq!(files(&dir), 2);
        fs::remove_dir_all(&dir).unwrap();
    }
}
