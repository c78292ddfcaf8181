//! Where stages put their messages while they go on.

use std::collections::HashSet;

use crate::diag::diagnostic::{Diagnostic, Level, Unless};
use crate::diag::source::{FileId, Span};

/// Collects messages; stages push and continue with a value.
#[derive(Debug, Default)]
pub struct Sink {
    items: Vec<Diagnostic>,
    n_errors: usize,
    causes: HashSet<(&'static str, Option<Span>)>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Takes a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.n_errors += usize::from(diagnostic.level == Level::Error);
        self.items.push(diagnostic);
    }

    /// Takes a message unless one of its code was pushed so for its place: what one line
    /// does wrong in three environments is said once.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        if self.causes.insert((diagnostic.code, diagnostic.place())) {
            self.push(diagnostic);
        }
    }

    /// Takes all messages of another sink.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        other.into_iter().for_each(|it| self.push(it));
    }

    /// Makes errors of the warnings that are among these codes, and gives them.
    pub fn raise(&mut self, codes: &[&str]) -> Vec<Diagnostic> {
        let mut raised = Vec::new();
        for it in &mut self.items {
            if it.level == Level::Warning && codes.contains(&it.code) {
                it.level = Level::Error;
                raised.push(it.clone());
            }
        }
        self.n_errors += raised.len();
        raised
    }

    /// Keeps only some of the messages that are no errors.
    pub fn retain(&mut self, mut keep: impl FnMut(&Diagnostic) -> bool) {
        self.items.retain(|it| it.level == Level::Error || keep(it));
    }

    /// Gives warnings of some codes another level, or drops them where it is `None`.
    pub fn judge(&mut self, level: impl Fn(&'static str) -> Option<Level>) {
        self.items.retain_mut(|it| match (it.level, level(it.code)) {
            (Level::Warning, None) => false,
            (Level::Warning, Some(level)) => {
                it.level = level;
                true
            }
            (_, _) => true,
        });
    }

    /// Whether a finding is among them that is not taken.
    pub fn has_denied(&self) -> bool {
        self.items.iter().any(|it| it.level == Level::Denied)
    }

    /// Number of findings so far: warnings, and those that are not taken.
    pub fn n_findings(&self) -> usize {
        let finding =
            |it: &&Diagnostic| matches!(it.level, Level::Denied | Level::Warning);
        self.items.iter().filter(finding).count()
    }

    /// The errors so far.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter().filter(|it| it.level == Level::Error)
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.n_errors != 0
    }

    /// Whether a warning is among them.
    pub fn has_warnings(&self) -> bool {
        self.items.iter().any(|it| it.level == Level::Warning)
    }

    /// Number of errors so far.
    pub fn n_errors(&self) -> usize {
        self.n_errors
    }

    /// The messages so far.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The messages in the order of their places (file, offset), each once, and each cause
    /// once.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        drop_told(&mut self.items);
        self.items.sort_by(|a, b| {
            (a.place(), a.level, a.code, &a.title).cmp(&(
                b.place(),
                b.level,
                b.code,
                &b.title,
            ))
        });
        self.items.dedup();
        self.items
    }
}

/// Drops messages whose cause another one tells.
fn drop_told(items: &mut Vec<Diagnostic>) {
    let wanted = |it: &Diagnostic| Some(it.unless.as_ref()?.code);
    let codes: HashSet<&str> = items.iter().filter_map(wanted).collect();
    if codes.is_empty() {
        return;
    }
    let mut titles: HashSet<(&str, String, FileId)> = HashSet::new();
    let mut places: HashSet<(&str, Span)> = HashSet::new();
    for it in items.iter().filter(|it| codes.contains(it.code)) {
        let Some(place) = it.place() else { continue };
        titles.insert((it.code, it.title.clone(), place.file));
        places.insert((it.code, place));
    }
    let tells = |it: &Diagnostic, by: &Unless| {
        let of_file =
            |file: &FileId| titles.contains(&(by.code, by.title.clone(), *file));
        by.files.iter().any(of_file)
            || it.place().is_some_and(|it| places.contains(&(by.code, it)))
    };
    items.retain(|it| it.unless.as_ref().is_none_or(|by| !tells(it, by)));
}
