//! Writes single files, each as a whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::fs::beside::Beside;
use crate::cli::fs::link::leads_away;
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

/// Whether [`write_where_it_leads`] can write at a path: its folder is made if need be.
pub fn make_room(start: &Path, shown: &str) -> Result<(), Diagnostic> {
    let target = led_to(start, shown);
    if is_stream(&target) {
        return Ok(());
    }
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
    fs::create_dir_all(folder)
        .and_then(|()| Beside::claim(&target))
        .map(drop)
        .map_err(|it| failed(&reason(&it)))
}

/// Writes a file as a whole or not at all where a link leads to it; a pipe or a device gets
/// the text, and stays: who names `/dev/stdout` does not want a file there.
pub fn write_where_it_leads(
    start: &Path,
    shown: &str,
    text: &str,
) -> Result<(), Diagnostic> {
    let target = led_to(start, shown);
    if !is_stream(&target) {
        return write_at(&target, shown, text);
    }
    let opened = OpenOptions::new().append(true).open(&target);
    let written = opened.and_then(|mut it| it.write_all(text.as_bytes()));
    written.map_err(|error| unwritable(shown, &error))
}

fn led_to(start: &Path, shown: &str) -> PathBuf {
    let mut path = start.join(shown);
    // What `/dev/stdout` leads to has no path.
    if is_stream(&path) {
        return path;
    }
    // What is not there yet may have a link to it; a loop of links has an end.
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(start).join(next);
    }
    path
}

/// As many links in a row as systems follow.
const MAX_LINKS: usize = 40;

/// Whether something is there that is neither a file nor a folder, or that stands for what a
/// process has opened, which may be a file with others' text in it.
fn is_stream(path: &Path) -> bool {
    let is_open = ["/dev", "/proc"].iter().any(|it| path.starts_with(it));
    fs::metadata(path).is_ok_and(|it| is_open || !it.is_file() && !it.is_dir())
}

/// Writes a file as a whole or not at all.
fn write_whole(start: &Path, shown: &str, text: &str) -> Result<(), Diagnostic> {
    write_at(&start.join(shown), shown, text)
}

fn write_at(target: &Path, shown: &str, text: &str) -> Result<(), Diagnostic> {
    let written = Beside::claim(target).and_then(|it| it.write(text)?.replace(target));
    written.map_err(|error| unwritable(shown, &error))
}

fn unwritable(shown: &str, error: &io::Error) -> Diagnostic {
    let reason = reason(error);
    Diagnostic::error("unwritable", format!("cannot write `{shown}`: {reason}"))
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
    if let Some(diagnostic) = leads_away(start, shown, &target) {
        return Err(diagnostic);
    }
    match fs::read(&target) {
        Ok(it) if it == old.as_bytes() => {}
        // It has another name, by which it was written just now.
        Ok(it) if it == text.as_bytes() => return Ok(()),
        _ => return Err(failed("it was changed meanwhile").help("run the command again")),
    }
    let written = fs::metadata(&target).and_then(|it| {
        let permissions = it.permissions();
        if permissions.readonly() {
            return Err(io::Error::other("it is read-only"));
        }
        let beside = Beside::claim(&target)?.write(text)?;
        fs::set_permissions(&beside.path, permissions)?;
        beside.replace(&target)
    });
    written.map_err(|error| failed(&reason(&error)))
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
    fn what_is_no_file_is_written_through() {
        use std::os::unix::fs::symlink;
        let dir = folder("through");
        fs::write(dir.join("real"), "old").unwrap();
        symlink("real", dir.join("link")).unwrap();
        symlink("later", dir.join("first")).unwrap();
        symlink("first", dir.join("second")).unwrap();
        symlink("/dev/null", dir.join("null")).unwrap();
        symlink("/dev/full", dir.join("full")).unwrap();
        for it in ["link", "null", "full", "new/file"] {
            assert!(make_room(&dir, it).is_ok(), "{it}");
        }
        for it in ["link", "null", "new/file", "second"] {
            write_where_it_leads(&dir, it, "new").unwrap();
        }
        assert_eq!(fs::read_to_string(dir.join("real")).unwrap(), "new");
        assert_eq!(fs::read_to_string(dir.join("new/file")).unwrap(), "new");
        assert_eq!(fs::read_to_string(dir.join("later")).unwrap(), "new");
        for it in ["link", "null", "full", "first", "second"] {
            assert!(fs::symlink_metadata(dir.join(it)).unwrap().is_symlink(), "{it}");
        }
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let open = OpenOptions::new().append(true).open(dir.join("real")).unwrap();
            let path = format!("/dev/fd/{}", open.as_raw_fd());
            make_room(&dir, &path).unwrap();
            write_where_it_leads(&dir, &path, "er").unwrap();
            assert_eq!(fs::read_to_string(dir.join("real")).unwrap(), "newer");
        }
        #[cfg(target_os = "linux")]
        assert!(write_where_it_leads(&dir, "full", "new").is_err());
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
