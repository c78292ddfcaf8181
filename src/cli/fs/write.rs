//! Writes single files, each as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::fs::{exists, reason};
use crate::diag::diagnostic::Diagnostic;

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
    use crate::cli::fs::tests::folder;

    #[test]
    fn a_file_that_was_changed_meanwhile_is_not_rewritten() {
        let dir = folder("rewrite");
        fs::write(dir.join("a"), "new").unwrap();
        let error = rewrite(&dir, "a", "old", "x").unwrap_err();
        assert_eq!(error.code, "unwritable");
        assert_eq!(fs::read_to_string(dir.join("a")).unwrap(), "new");
        rewrite(&dir, "a", "new", "x").unwrap();
        assert_eq!(fs::read_to_string(dir.join("a")).unwrap(), "x");
        assert_eq!(rewrite(&dir, "b", "", "x").unwrap_err().code, "unwritable");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = folder("links");
        let mode =
            |path: &str| fs::metadata(dir.join(path)).unwrap().permissions().mode();
        fs::create_dir(dir.join("sub")).unwrap();
        fs::write(dir.join("sub/a"), "old").unwrap();
        symlink("sub/a", dir.join("link")).unwrap();
        let run = fs::Permissions::from_mode(0o750);
        fs::set_permissions(dir.join("sub/a"), run).unwrap();
        rewrite(&dir, "link", "old", "new").unwrap();
        assert!(fs::symlink_metadata(dir.join("link")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(dir.join("sub/a")).unwrap(), "new");
        assert_eq!(mode("sub/a") & 0o777, 0o750);
        let read = fs::Permissions::from_mode(0o440);
        fs::set_permissions(dir.join("sub/a"), read).unwrap();
        assert_eq!(rewrite(&dir, "link", "new", "x").unwrap_err().code, "unwritable");
        assert_eq!(fs::read_to_string(dir.join("sub/a")).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.join("sub")).unwrap().count(), 1);
        fs::remove_dir_all(&dir).unwrap();
    }
}
