//! `check --fix`: makes the changes that findings bring along.
//!
//! Only changes that keep the meaning, each as a whole or not at all; of two that overlap
//! the first is made, and the other one when the file is looked at again. Before a file is replaced, as a
//! whole, what it is going to be is looked at: a change that makes an error is not made.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::cli::fs;
use crate::cli::session::Session;
use crate::diag::diagnostic::{Diagnostic, Fix, Level};
use crate::diag::sink::Sink;
use crate::diag::source::{Drafts, FileId, Position, SourceMap, Span};

/// Changes that can be made together.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    all: Vec<Change<'a>>,
}

/// A finding, and the change that mends it.
#[derive(Clone, Copy, Debug)]
struct Change<'a> {
    said: &'a Diagnostic,
    fix: &'a Fix,
}

/// Findings that a change brings forth are mended so often.
const MAX_ROUNDS: usize = 8;

/// Looks, mends what can be mended, and looks again. `root` is the folder below which the
/// paths of messages are, where there is anything to mend. Gives what was seen at last, and
/// how many findings were mended.
pub fn run<T>(
    look: impl Fn(Drafts) -> (Session, T),
    root: impl Fn(&T) -> Option<PathBuf>,
) -> (Session, T, usize) {
    let (mut session, mut seen) = look(Drafts::new());
    let Some(root) = root(&seen) else { return (session, seen, 0) };
    let (mut n_fixed, mut said) = (0, Vec::new());
    for _ in 0..MAX_ROUNDS {
        let mut changes = Changes::of(session.sink.iter(), &session.sources);
        if changes.all.is_empty() {
            break;
        }
        let mended = loop {
            let mended = look(changes.drafts(&session.sources));
            let new = (&mended.0.sink, &mended.0.sources);
            let refused = changes.refuse((&session.sink, &session.sources), new);
            if refused.is_empty() {
                break mended;
            }
            said.extend(refused);
        };
        let (n, failed) = changes.write(&root, &session.sources);
        n_fixed += n;
        // What was not written is as it was.
        (session, seen) = if failed.is_empty() { mended } else { look(Drafts::new()) };
        said.extend(failed);
        if !said.is_empty() {
            break;
        }
    }
    session.sink.extend(said);
    (session, seen, n_fixed)
}

impl<'a> Changes<'a> {
    /// The changes of findings that keep the meaning and do not overlap.
    pub fn of(
        said: impl IntoIterator<Item = &'a Diagnostic>,
        sources: &SourceMap,
    ) -> Changes<'a> {
        let mut said: Vec<&Diagnostic> = said.into_iter().collect();
        said.sort_by_key(|it| it.place());
        let mut taken: HashMap<FileId, Vec<Span>> = HashMap::new();
        let mut all = Vec::new();
        for said in said {
            let Some(fix) = said.fix.as_ref().filter(|it| it.safe) else { continue };
            if fits(fix, &taken, sources) {
                for (span, _) in &fix.edits {
                    taken.entry(span.file).or_default().push(*span);
                }
                all.push(Change { said, fix });
            }
        }
        Changes { all }
    }

    /// The new texts of the files that are changed.
    pub fn texts(&self, sources: &SourceMap) -> BTreeMap<FileId, String> {
        let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
        for (span, text) in self.all.iter().flat_map(|it| &it.fix.edits) {
            edits.entry(span.file).or_default().push((*span, text));
        }
        let text = |(file, mut edits): (FileId, Vec<(Span, &str)>)| {
            edits.sort_by_key(|it| (it.0.start, it.0.end));
            let text = &sources.file(file).text;
            let mut out = String::with_capacity(text.len());
            let mut at = 0;
            for (span, new) in edits {
                out.push_str(&text[at..span.start as usize]);
                out.push_str(new);
                at = span.end as usize;
            }
            out.push_str(&text[at..]);
            (file, out)
        };
        edits.into_iter().map(text).collect()
    }

    fn drafts(&self, sources: &SourceMap) -> Drafts {
        let path = |file| sources.file(file).path.clone();
        self.texts(sources)
            .into_iter()
            .map(|(file, it)| (path(file), it.into()))
            .collect()
    }

    /// Takes out the changes after which there are errors that there were not before, and
    /// says which: of each error that which is nearest to it.
    fn refuse(
        &mut self,
        old: (&Sink, &SourceMap),
        new: (&Sink, &SourceMap),
    ) -> Vec<Diagnostic> {
        let mut known: HashMap<_, usize> = HashMap::new();
        for it in old.0.errors() {
            *known.entry(identity(it, old.1)).or_default() += 1;
        }
        let mut faulty: BTreeMap<usize, &str> = BTreeMap::new();
        for error in new.0.errors() {
            let before = known.get_mut(&identity(error, new.1));
            if let Some(n_left) = before.filter(|it| **it != 0) {
                *n_left -= 1;
                continue;
            }
            let near = error.place().and_then(|it| self.nearest(it, old.1, new.1));
            let all = near.map_or(0..self.all.len(), |it| it..it + 1);
            faulty.extend(all.map(|idx| (idx, error.title.as_str())));
        }
        let mut said = Vec::new();
        for (idx, error) in faulty.into_iter().rev() {
            let Change { said: finding, fix } = self.all.remove(idx);
            let place = finding.place().map_or(String::new(), |it| {
                let Position { line, column } = old.1.position(it);
                format!(" at `{}:{line}:{column}`", old.1.file(it.file).path)
            });
            let title = format!("the change of `{}`{place} is not made", finding.code);
            let note = format!("after “{}” there would be an error: {error}", fix.title);
            let it = Diagnostic::warning("not-fixed", title).note(note);
            said.push(Diagnostic { level: Level::Note, ..it });
        }
        said.reverse();
        said
    }

    /// The change that is nearest to a place in the new texts, of those in its file.
    fn nearest(&self, at: Span, old: &SourceMap, new: &SourceMap) -> Option<usize> {
        let path = &new.file(at.file).path;
        let edits = self.all.iter().enumerate().flat_map(|(idx, it)| {
            it.fix.edits.iter().map(move |(span, text)| (*span, text.len(), idx))
        });
        let mut edits: Vec<(Span, usize, usize)> =
            edits.filter(|it| old.file(it.0.file).path == *path).collect();
        edits.sort_by_key(|it| it.0.start);
        let mut shift = 0;
        let place = |(span, len, idx): (Span, usize, usize)| {
            let start = i64::from(span.start) + shift;
            shift += len as i64 - i64::from(span.end - span.start);
            (start.abs_diff(i64::from(at.start)), idx)
        };
        edits.into_iter().map(place).min().map(|it| it.1)
    }

    /// Writes the files, whose paths are below `start`; gives how many findings are mended,
    /// and what could not be written.
    fn write(&self, start: &Path, sources: &SourceMap) -> (usize, Vec<Diagnostic>) {
        let mut failed = Vec::new();
        let mut old: BTreeSet<FileId> = BTreeSet::new();
        for (file, text) in self.texts(sources) {
            let source = sources.file(file);
            if let Err(it) = fs::rewrite(start, &source.path, &source.text, &text) {
                failed.push(it);
                old.insert(file);
            }
        }
        let made = |it: &&Change<'_>| {
            it.fix.edits.iter().all(|(span, _)| !old.contains(&span.file))
        };
        (self.all.iter().filter(made).count(), failed)
    }
}

/// What an error is known by before and after changes, which move it.
fn identity<'a>(
    error: &'a Diagnostic,
    sources: &'a SourceMap,
) -> (&'static str, &'a str, Option<&'a str>) {
    let path = error.place().map(|it| sources.file(it.file).path.as_str());
    (error.code, &error.title, path)
}

/// Whether a change touches nothing that another one touches.
fn fits(fix: &Fix, taken: &HashMap<FileId, Vec<Span>>, sources: &SourceMap) -> bool {
    let apart = |a: &Span, b: &Span| a.end < b.start || b.end < a.start;
    fix.edits.iter().all(|(span, _)| {
        let path = &sources.file(span.file).path;
        let mut others = taken.get(&span.file).into_iter().flatten();
        !path.starts_with('<') && others.all(|it| apart(it, span))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A finding for each letter of a text that is to become another one, and an error for
    /// each `!`.
    fn said(text: &str, letters: &[(char, &str)]) -> (Sink, SourceMap) {
        let (mut sink, mut sources) = (Sink::new(), SourceMap::new());
        let file = sources.add("a", text);
        for (idx, it) in text.char_indices() {
            let (start, end) = (idx as u32, (idx + it.len_utf8()) as u32);
            let span = Span { file, start, end };
            if it == '!' {
                sink.push(Diagnostic::error("bad-value", "bad").at(span, "here"));
            }
            for (_, new) in letters.iter().filter(|(letter, _)| *letter == it) {
                let edits = vec![(span, (*new).to_owned())];
                let fix = Fix { title: format!("write `{new}`"), edits, safe: true };
                let odd = Diagnostic::warning("odd", "odd").at(span, "here");
                sink.push(odd.fix(fix));
            }
        }
        (sink, sources)
    }

    #[test]
    fn a_change_that_makes_an_error_is_not_made() {
        let letters = [('x', "long"), ('y', "!"), ('z', "")];
        let (sink, sources) = said("x ! x y z y x", &letters);
        let mut changes = Changes::of(sink.iter(), &sources);
        let mut refused = Vec::new();
        loop {
            let text = changes.texts(&sources).into_values().next().unwrap();
            let (new, new_sources) = said(&text, &[]);
            let faults = changes.refuse((&sink, &sources), (&new, &new_sources));
            if faults.is_empty() {
                assert_eq!(text, "long ! long y  y long");
                break;
            }
            refused.extend(faults.into_iter().map(|it| it.title));
        }
        assert_eq!(
            refused,
            [
                "the change of `odd` at `a:1:7` is not made",
                "the change of `odd` at `a:1:11` is not made",
            ]
        );
    }

    #[test]
    fn of_changes_that_touch_the_first_is_made() {
        let (sink, sources) = said("xx z", &[('x', "b"), ('z', "c")]);
        let changes = Changes::of(sink.iter(), &sources);
        assert_eq!(changes.texts(&sources).into_values().collect::<Vec<_>>(), ["bx c"]);
    }
}
