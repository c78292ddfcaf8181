//! A folder that is written into: what is there, and how it becomes what it should be.

use std::fs;
use std::io;
use std::path::Path;

use crate::cli::fs::owned::{self, Owned};
use crate::cli::fs::read::{MAX_FILE, read_limited};
use crate::cli::fs::replace::{Changes, Remove, Write};
use crate::cli::fs::unreadable;
use crate::cli::output::{Found, LIST, List, Plan, Wanted, fingerprint};
use crate::diag::diagnostic::Diagnostic;

/// The list of what earlier builds wrote into `out`.
pub fn read_list(out: &Path, shown: &str) -> Result<List, Diagnostic> {
    match fs::metadata(out) {
        Ok(it) if !it.is_dir() => {
            return Err(owned::is_a_file(shown));
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

/// Carries out a plan: there are the old files or the new ones, even where the process is
/// killed or the disk is full.
pub fn carry_out(out: &Owned, old: &List, plan: &Plan) -> Result<(), Diagnostic> {
    if plan.changes.is_empty() && plan.list == *old {
        return Ok(());
    }
    let list = plan.list.print();
    let mut changes = Changes::default();
    for it in &plan.changes {
        match &it.new {
            Some(text) => {
                let new = it.old.is_none();
                changes.write.push(Write { path: &it.path, text, new });
            }
            None => {
                let hash = fingerprint(it.old.as_deref().unwrap_or_default());
                changes.remove.push(Remove { path: &it.path, hash });
            }
        }
    }
    changes.write.push(Write { path: LIST, text: &list, new: false });
    out.replace(&changes)
}

/// Writes files below a folder, all or none; what stands at their paths is replaced only
/// where that is allowed.
pub fn write_all<'a>(
    out: &Owned,
    files: &'a [Wanted],
    allowed: bool,
) -> Result<(), Diagnostic> {
    if files.is_empty() {
        return Ok(());
    }
    let file = |it: &'a Wanted| Write { path: &it.path, text: &it.text, new: !allowed };
    let write = files.iter().map(file).collect();
    out.replace(&Changes { write, remove: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fs::own;
    use crate::cli::fs::tests::folder;
    use crate::cli::output::plan;

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
        let owned = own(&out, "out").unwrap();
        carry_out(&owned, &List::default(), &first).unwrap();
        let old = read_list(&out, "out").unwrap();
        assert_eq!(old, first.list);
        // The last name is longer than any file system takes.
        let long = format!("b/{}", "y".repeat(300));
        let new = vec![wanted("a/x", "2"), wanted("a/z", "3"), wanted(&long, "4")];
        let second = plan(new, &old, |_| true, |it| look(&out, it));
        let error = carry_out(&owned, &old, &second).unwrap_err();
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
        let owned = own(&out, "out").unwrap();
        write_all(&owned, &[wanted("a/x", "1")], false).unwrap();
        let long = format!("b/{}", "y".repeat(300));
        let new = [wanted("a/x", "2"), wanted("c/z", "3"), wanted(&long, "4")];
        let error = write_all(&owned, &new, true).unwrap_err();
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
            carry_out(&own(&out, "out").unwrap(), old, &plan).unwrap();
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
