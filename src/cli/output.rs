//! What has to change in the output folder: pure, from what is there and what should be.
//!
//! The folder keeps a list of what was written into it, with hashes. A file that is not
//! on the list is never replaced; one that was edited since is never removed.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

/// The name of the list inside the output folder.
pub const LIST: &str = ".aqua-alerts";

const HEAD: &str = "# The files that aqua-alerts wrote here, with their hashes.\n\
    # It replaces and removes these, and touches no other file.\n";

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where, below the output folder, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// A file with these bytes.
    File(Vec<u8>),
    /// A folder, a device, or a file where a folder has to be.
    Other,
}

/// Paths that an earlier build wrote, with the hashes of what it wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List(pub BTreeMap<String, u64>);

/// A file that differs from what it should be; used to print what is out of date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: String,
    /// What it holds; `None` where it does not exist.
    pub old: Option<Vec<u8>>,
    /// What it should hold; `None` where it should not exist.
    pub new: Option<String>,
}

/// What has to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files that are new or differ, and files to be removed, in the order of their paths.
    pub changes: Vec<Change>,
    /// Files that are as they should be.
    pub n_unchanged: usize,
    /// Files that no longer belong here but were edited since, so that they stay.
    pub kept: Vec<String>,
    /// Paths at which something stands that was not written by a build.
    pub foreign: Vec<String>,
    /// Two different files for one path, or a path that leaves the folder.
    pub clashes: Vec<String>,
    /// The list as it is to be afterwards.
    pub list: List,
}

impl Plan {
    /// Whether it can be carried out.
    pub fn is_possible(&self) -> bool {
        self.foreign.is_empty() && self.clashes.is_empty()
    }
}

/// A number that tells what a file holds from what it held: FNV-1a over words of eight
/// bytes, with the upper half folded in, as their upper bytes would not reach it otherwise.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let seed = 0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64;
    words.iter().chain([&last]).fold(seed, |hash, word| {
        let hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^ hash >> 32
    })
}

/// Compares what is wanted with what is there. Only what is `ours` is removed where it is
/// no longer wanted.
pub fn plan(
    wanted: Vec<Wanted>,
    old: &List,
    ours: impl Fn(&str) -> bool,
    look: impl Fn(&str) -> Found + Sync,
) -> Plan {
    let mut plan = Plan { list: old.clone(), ..Plan::default() };
    let mut paths = BTreeSet::new();
    let seen = |it: Wanted| {
        let hash = fingerprint(it.text.as_bytes());
        // Nothing is looked at outside.
        let found = if is_inside(&it.path) { look(&it.path) } else { Found::Missing };
        match found {
            Found::File(bytes) if bytes == it.text.as_bytes() => (it, hash, None),
            other => (it, hash, Some(other)),
        }
    };
    // What is the same is not kept.
    let seen: Vec<(Wanted, u64, Option<Found>)> =
        wanted.into_par_iter().map(seen).collect();
    for (Wanted { path, text }, hash, found) in seen {
        if !is_inside(&path) || !paths.insert(path.to_lowercase()) {
            plan.clashes.push(path);
            continue;
        }
        let ours = old.0.contains_key(&path);
        let old_bytes = match found {
            Some(Found::Missing) => None,
            Some(Found::Other) => {
                plan.foreign.push(path);
                continue;
            }
            None => {
                plan.n_unchanged += 1;
                plan.list.0.insert(path, hash);
                continue;
            }
            Some(Found::File(_)) if !ours => {
                plan.foreign.push(path);
                continue;
            }
            Some(Found::File(bytes)) => Some(bytes),
        };
        plan.list.0.insert(path.clone(), hash);
        plan.changes.push(Change { path, old: old_bytes, new: Some(text) });
    }
    for (path, hash_then) in &old.0 {
        if !ours(path) || paths.contains(&path.to_lowercase()) {
            continue;
        }
        plan.list.0.remove(path);
        match look(path) {
            Found::Missing | Found::Other => {}
            Found::File(bytes) if fingerprint(&bytes) == *hash_then => {
                plan.changes.push(Change {
                    path: path.clone(),
                    old: Some(bytes),
                    new: None,
                });
            }
            Found::File(_) => plan.kept.push(path.clone()),
        }
    }
    plan.changes.sort_by(|a, b| a.path.cmp(&b.path));
    plan
}

impl List {
    /// Reads the list; lines that are none are passed over, as are paths that lead out
    /// of the folder.
    pub fn parse(text: &str) -> List {
        let entries = text.lines().filter_map(|line| {
            let (hash, path) = line.split_once("  ")?;
            let hash = u64::from_str_radix(hash, 16).ok()?;
            is_inside(path).then(|| (path.to_owned(), hash))
        });
        List(entries.collect())
    }

    /// The text of the list.
    pub fn print(&self) -> String {
        let mut out = HEAD.to_owned();
        for (path, hash) in &self.0 {
            out.push_str(&format!("{hash:016x}  {path}\n"));
        }
        out
    }
}

/// Whether a path stays inside the folder to which it is relative.
pub fn is_inside(path: &str) -> bool {
    !path.is_empty()
        // The list, and the journal of a build.
        && !path.starts_with(LIST)
        && !path.contains(['\\', '\n', '\r', '\0', ':'])
        && path.split('/').all(|it| !it.is_empty() && it != "." && it != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(path: &str, text: &str) -> Wanted {
        Wanted { path: path.into(), text: text.into() }
    }

    fn list(entries: &[(&str, &str)]) -> List {
        List(
            entries
                .iter()
                .map(|(p, t)| ((*p).to_owned(), fingerprint(t.as_bytes())))
                .collect(),
        )
    }

    fn disk<'a>(files: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Found + 'a {
        |path| match files.iter().find(|it| it.0 == path) {
            Some((_, text)) => Found::File(text.as_bytes().to_vec()),
            None => Found::Missing,
        }
    }

    #[test]
    fn what_is_gone_from_the_project_is_removed_unless_edited() {
        let old = list(&[("a/x", "1"), ("a/y", "2"), ("b/z", "3")]);
        let files = [("a/x", "1"), ("a/y", "edited"), ("b/z", "3")];
        let got = plan(vec![wanted("b/z", "3")], &old, |_| true, disk(&files));
        assert_eq!(got.kept, ["a/y"]);
        assert_eq!(got.n_unchanged, 1);
        let [change] = &got.changes[..] else { panic!("{:?}", got.changes) };
        assert_eq!((change.path.as_str(), &change.new), ("a/x", &None));
        assert_eq!(got.list, list(&[("b/z", "3")]));
    }

    #[test]
    fn other_environments_stay_as_they_are() {
        let old = list(&[("a/x", "1"), ("b/z", "3")]);
        let files = [("a/x", "1"), ("b/z", "3")];
        let got = plan(Vec::new(), &old, |it| it.starts_with("a/"), disk(&files));
        assert_eq!(got.changes.len(), 1);
        assert_eq!(got.list, list(&[("b/z", "3")]));
    }

    #[test]
    fn a_foreign_file_is_not_replaced_but_an_equal_one_is_adopted() {
        let files = [("a/x", "mine"), ("a/y", "same")];
        let new = vec![wanted("a/x", "theirs"), wanted("a/y", "same")];
        let got = plan(new, &List::default(), |_| true, disk(&files));
        assert_eq!(got.foreign, ["a/x"]);
        assert!(!got.is_possible());
        assert_eq!(got.list, list(&[("a/y", "same")]));
    }

    #[test]
    fn a_list_cannot_name_files_outside() {
        let text = "00  ../x\n00  /etc/passwd\n00  a//b\nnonsense\n0a  a/b c\n";
        assert_eq!(List::parse(text).0.keys().collect::<Vec<_>>(), ["a/b c"]);
        let got = plan(vec![wanted("../x", "")], &List::default(), |_| true, disk(&[]));
        assert_eq!(got.clashes, ["../x"]);
    }

    #[test]
    fn the_list_survives_being_written() {
        let it = list(&[("a/x", "1"), ("a/y", "2")]);
        assert_eq!(List::parse(&it.print()), it);
    }
}
