//! Replaces files of a folder so that there are the old ones or the new ones, even where
//! the process is killed or the disk is full.
//!
//! First a journal says what is going to be done (`.aqua-alerts.next`); then every new
//! text is put beside its target under a name that the journal implies. When all are
//! there, the journal is renamed to `.aqua-alerts.commit`, and from then on only renaming
//! and removing is left, which can be done again. Whoever finds a journal undoes the first
//! and finishes the second. Against a loss of power this is as good as the file system's
//! order of writing and renaming: nothing is forced onto the disk.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::fs::journal::{self, COMMIT, NEXT, TORN};
use crate::cli::fs::reason;
use crate::cli::output::{LIST, List, fingerprint};
use crate::diag::diagnostic::Diagnostic;

/// What is to be done in a folder; paths are below it, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes<'a> {
    /// Files and their new texts.
    pub(super) write: Vec<Write<'a>>,
    /// Files that are to be gone.
    pub(super) remove: Vec<Remove<'a>>,
}

/// A file that is to be gone, as long as it is what it was when this was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remove<'a> {
    /// Where it is.
    pub(super) path: &'a str,
    /// The [`fingerprint`] of what it held.
    pub(super) hash: u64,
}

/// A file and its new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write<'a> {
    /// Where it is.
    pub(super) path: &'a str,
    /// Its text.
    pub(super) text: &'a str,
    /// Whether nothing was there when this was decided: what is there by now stays, as it
    /// does where a run that was killed is finished.
    pub(super) new: bool,
}

/// One step of it. Before [`Step::Commit`] all can be undone, after it all be finished.
#[derive(Clone, Debug)]
enum Step<'a> {
    Begin(String),
    Stage(usize, Write<'a>),
    Commit,
    Replace(usize, Write<'a>),
    Remove(Remove<'a>),
    End,
}

/// Carries out changes in a folder that is this process's own: all or none.
pub(super) fn replace(
    out: &Path,
    shown: &str,
    changes: &Changes<'_>,
) -> Result<(), Diagnostic> {
    let steps = steps(changes);
    // To write is mostly to wait for the system, on each core for another file.
    for alike in steps.chunk_by(may_be_swapped) {
        let fault = |step| Some((step, perform(out, step, Run::First).err()?));
        let Some((step, (path, error))) =
            alike.par_iter().with_max_len(1).find_map_first(fault)
        else {
            continue;
        };
        let diagnostic = failed(shown, &path, &error);
        return Err(match step {
            Step::Begin(_) | Step::Stage(..) | Step::Commit => {
                // What cannot be undone now the next run undoes.
                let _ = recover(out);
                diagnostic
            }
            Step::Replace(..) | Step::Remove(_) | Step::End => diagnostic
                .note("some files are new and some are old")
                .help("the next run finishes it, as soon as that is possible"),
        });
    }
    Ok(())
}

/// Whether it does not matter which of two steps that follow each other is done first.
fn may_be_swapped(a: &Step<'_>, b: &Step<'_>) -> bool {
    use Step::{Remove, Replace, Stage};
    match (a, b) {
        (Stage(..), Stage(..)) | (Remove(_), Remove(_)) => true,
        // The list says what is there: it comes last.
        (Replace(..), Replace(_, next)) => next.path != LIST,
        _ => false,
    }
}

/// That something in a folder, or the folder itself, cannot be written.
pub(super) fn failed(shown: &str, path: &str, error: &io::Error) -> Diagnostic {
    let path = if path.is_empty() { shown.to_owned() } else { format!("{shown}/{path}") };
    let title = format!("cannot write `{path}`: {}", reason(error));
    Diagnostic::error("unwritable", title)
}

fn steps<'a>(changes: &Changes<'a>) -> Vec<Step<'a>> {
    let mut out = vec![Step::Begin(journal::print(changes))];
    let mut files: Vec<(usize, &Write<'a>)> = changes.write.iter().enumerate().collect();
    // One core writes the longest while the others write all else.
    files.sort_by_key(|(_, it)| Reverse(it.text.len()));
    out.extend(files.into_iter().map(|(idx, it)| Step::Stage(idx, *it)));
    out.push(Step::Commit);
    out.extend(rest(changes));
    out
}

/// What is left after [`Step::Commit`].
fn rest<'a>(changes: &Changes<'a>) -> Vec<Step<'a>> {
    let files = changes.write.iter().enumerate();
    let mut out: Vec<Step<'a>> = files.map(|(idx, it)| Step::Replace(idx, *it)).collect();
    out.extend(changes.remove.iter().map(|it| Step::Remove(*it)));
    out.push(Step::End);
    out
}

/// Whether a step may have been done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    First,
    Again,
}

type Failure = (String, io::Error);

fn perform(out: &Path, step: &Step<'_>, run: Run) -> Result<(), Failure> {
    let at = |path: &str| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    match step {
        Step::Begin(text) => {
            let torn = out.join(TORN);
            let written = gone(fs::remove_file(&torn))
                .and_then(|()| create(&torn, text))
                .and_then(|()| fs::rename(&torn, out.join(NEXT)));
            written.map_err(at(LIST))
        }
        Step::Stage(idx, it) => stage(out, *idx, it).map_err(at(it.path)),
        Step::Commit => fs::rename(out.join(NEXT), out.join(COMMIT)).map_err(at(LIST)),
        Step::Replace(idx, it) => {
            let (staged, target) = (staged(out, *idx, it.path), out.join(it.path));
            let placed = match it.new {
                true => create_from(&staged, &target, run),
                false => fs::rename(staged, target),
            };
            match placed {
                Err(error)
                    if run == Run::Again && error.kind() == io::ErrorKind::NotFound =>
                {
                    Ok(())
                }
                other => other.map_err(at(it.path)),
            }
        }
        Step::Remove(it) => {
            let path = out.join(it.path);
            // Since a run was killed, somebody may have written there.
            if run == Run::Again
                && fs::read(&path).is_ok_and(|is| fingerprint(&is) != it.hash)
            {
                return Ok(());
            }
            gone(fs::remove_file(&path)).map_err(at(it.path))?;
            remove_empty_parents(&path, out);
            Ok(())
        }
        Step::End => fs::remove_file(out.join(COMMIT)).map_err(at(LIST)),
    }
}

fn stage(out: &Path, idx: usize, it: &Write<'_>) -> io::Result<()> {
    // Mostly the folder is there.
    match stage_in_folder(out, idx, it) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let target = out.join(it.path);
            fs::create_dir_all(target.parent().unwrap_or(out))?;
            stage_in_folder(out, idx, it)
        }
        other => other,
    }
}

fn stage_in_folder(out: &Path, idx: usize, it: &Write<'_>) -> io::Result<()> {
    match fs::symlink_metadata(out.join(it.path)) {
        Ok(_) if it.new => return Err(io::Error::other(TAKEN)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // What cannot be looked at could not be replaced either.
        Err(error) => return Err(error),
    }
    let staged = staged(out, idx, it.path);
    match create(&staged, it.text) {
        // A link that somebody put there is not followed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&staged)?;
            create(&staged, it.text)
        }
        other => other,
    }
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

const TAKEN: &str = "something is there by now";

/// Puts a new text where nothing is: what came there meanwhile stays, and where a run that
/// was killed is finished that is no fault.
fn create_from(staged: &Path, target: &Path, run: Run) -> io::Result<()> {
    // Whatever is in the way, a link does it or says why not.
    match rename_new(staged, target) {
        Ok(()) => Ok(()),
        Err(_) => link_new(staged, target, run),
    }
}

/// The same where the system has no such move.
fn link_new(staged: &Path, target: &Path, run: Run) -> io::Result<()> {
    // A second name is given in one step, and never to what has another file.
    let placed = match fs::hard_link(staged, target) {
        // Its text stays, by which the next run sees that what is there is not ours.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match run {
            Run::First => return Err(io::Error::other(TAKEN)),
            Run::Again => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        // File systems without them.
        Err(_) if fs::symlink_metadata(target).is_err() => {
            return fs::rename(staged, target);
        }
        other => other,
    };
    gone(fs::remove_file(staged)).and(placed)
}

/// Moves a file to where nothing is, in one step.
#[cfg(target_os = "linux")]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

/// Not known elsewhere.
#[cfg(not(target_os = "linux"))]
fn rename_new(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The name of a new text beside its target.
fn staged(out: &Path, idx: usize, path: &str) -> PathBuf {
    out.join(path).with_file_name(format!(".aqua-alerts.{idx}.tmp"))
}

/// Undoes or finishes what a journal in the folder says; does nothing without one.
pub(super) fn recover(out: &Path) -> Result<(), Failure> {
    let read = |name: &str| match fs::read(out.join(name)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err((name.to_owned(), error)),
    };
    if let Some(text) = read(COMMIT)? {
        let changes = journal::parse(&text);
        disown(out, &changes)?;
        for step in rest(&changes) {
            perform(out, &step, Run::Again)?;
        }
    }
    if let Some(text) = read(NEXT)? {
        for (idx, it) in journal::parse(&text).write.iter().enumerate() {
            gone(fs::remove_file(staged(out, idx, it.path)))
                .map_err(|error| (it.path.to_owned(), error))?;
            remove_empty_parents(&out.join(it.path), out);
        }
        fs::remove_file(out.join(NEXT)).map_err(|it| (NEXT.to_owned(), it))?;
    }
    // A file system that is read-only refuses to remove even what is not there.
    match fs::symlink_metadata(out.join(TORN)) {
        Err(_) => Ok(()),
        Ok(_) => {
            gone(fs::remove_file(out.join(TORN))).map_err(|it| (TORN.to_owned(), it))
        }
    }
}

/// Takes out of the list that is going to be put in its place what stays somebody else's:
/// the next run would take it for its own. Can be done again until the list is there.
fn disown(out: &Path, changes: &Changes<'_>) -> Result<(), Failure> {
    let files = || changes.write.iter().enumerate();
    let Some((idx, _)) = files().find(|it| it.1.path == LIST) else { return Ok(()) };
    let list = staged(out, idx, LIST);
    let foreign = |(idx, it): &(usize, &Write<'_>)| {
        let ours = fs::read(staged(out, *idx, it.path));
        it.new
            && ours
                .is_ok_and(|ours| fs::read(out.join(it.path)).is_ok_and(|is| is != ours))
    };
    let foreign: Vec<&str> = files().filter(foreign).map(|it| it.1.path).collect();
    let Ok(text) = fs::read_to_string(&list) else { return Ok(()) };
    if foreign.is_empty() {
        return Ok(());
    }
    let mut left = List::parse(&text);
    left.0.retain(|path, _| !foreign.contains(&path.as_str()));
    let torn = out.join(TORN);
    gone(fs::remove_file(&torn))
        .and_then(|()| create(&torn, &left.print()))
        .and_then(|()| fs::rename(&torn, &list))
        .map_err(|error| (LIST.to_owned(), error))
}

/// What came of a removal; that there was nothing is as good.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match removed {
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(()),
        other => other,
    }
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
mod tests;
