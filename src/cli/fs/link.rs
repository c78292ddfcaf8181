//! Where links lead: what lies elsewhere is read, and never written.
//!
//! It belongs to somebody else, who is not asked. Inside of a project links are followed,
//! and stay.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::cli::fs::project::MANIFEST;
use crate::cli::fs::shown;
use crate::diag::diagnostic::Diagnostic;

/// Why a file that is there must not be written, which really is at `target`: a link leads
/// out of the project in which its path is, or else out of its folder and of `start`.
pub(super) fn leads_away(start: &Path, path: &str, target: &Path) -> Option<Diagnostic> {
    let link = start.join(path);
    let homes = match project_around(&link) {
        Some(root) => vec![root],
        None => [Some(start), link.parent()]
            .into_iter()
            .flatten()
            .map(Path::to_path_buf)
            .collect(),
    };
    let homes: Vec<PathBuf> =
        homes.into_iter().filter_map(|it| it.canonicalize().ok()).collect();
    if homes.iter().any(|it| target.starts_with(it)) {
        return None;
    }
    let (link, real) = first_away(start, path, &homes);
    let help = format!("name `{}` itself", real.display());
    Some(fault(&link, path, &real).help(help))
}

/// Where a new text of `out/path` is to be written, seen from `out`: links in that folder
/// are followed. Messages call the folder `name`.
pub fn real_place(out: &Path, name: &str, path: &str) -> Result<String, Diagnostic> {
    let full = out.join(path);
    let there = full.ancestors().find(|it| fs::symlink_metadata(it).is_ok());
    let real = there.and_then(|it| Some((it, it.canonicalize().ok()?)));
    let (Some((there, real)), Ok(home)) = (real, out.canonicalize()) else {
        return Ok(path.to_owned());
    };
    if !real.starts_with(&home) {
        let (link, real) = first_away(out, path, &[home]);
        let help = "take the link out, or choose another folder with `--out DIR`";
        let whole = |it: &str| format!("{name}/{it}");
        return Err(fault(&whole(&link), &whole(path), &real).help(help));
    }
    let rest = full.strip_prefix(there).unwrap_or(Path::new(""));
    let real = match rest.as_os_str().is_empty() {
        true => real,
        false => real.join(rest),
    };
    Ok(shown(&home, &real))
}

fn fault(link: &str, path: &str, real: &Path) -> Diagnostic {
    let title = match link == path {
        true => format!("cannot write `{path}`: it is a link to a file elsewhere"),
        // Once, however many files are behind it.
        false if real.is_dir() => {
            format!("cannot write below `{link}`: it is a link to a folder elsewhere")
        }
        false => format!("cannot write `{path}`: it lies elsewhere"),
    };
    Diagnostic::error("unwritable", title)
}

/// The first part of a path that is a link out of these folders, and where it leads.
fn first_away(start: &Path, path: &str, homes: &[PathBuf]) -> (String, PathBuf) {
    let mut part = PathBuf::new();
    for it in Path::new(path).components() {
        part.push(it);
        let full = start.join(&part);
        let is_link = fs::symlink_metadata(&full).is_ok_and(|it| it.is_symlink());
        let real = full.canonicalize().ok().filter(|_| is_link);
        if let Some(real) =
            real.filter(|it| !homes.iter().any(|home| it.starts_with(home)))
        {
            return (shown(start, &full), real);
        }
    }
    let full = start.join(path);
    (path.to_owned(), full.canonicalize().unwrap_or(full))
}

/// The folder of the project in which a path is, as it is written.
fn project_around(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    // What `..` behind a link means, the link says.
    let above = |it: &&Path| it.components().any(|it| it == Component::ParentDir);
    let mut all = path.ancestors().skip(1).take_while(|it| !above(it));
    all.find(|it| it.join(MANIFEST).is_file()).map(Path::to_path_buf)
}
