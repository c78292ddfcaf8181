//! `check --fix`: makes the changes that findings bring along.
//!
//! Only changes that keep the meaning, each as a whole or not at all; of two that overlap
//! the first is made, and the other one when the file is looked at again. A file is replaced
//! as a whole.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::fs;
use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::source::{FileId, SourceMap, Span};

/// What was changed.
#[derive(Debug, Default)]
pub struct Fixed {
    /// New texts by file.
    files: BTreeMap<FileId, String>,
    /// The files of each finding that is mended.
    fixes: Vec<Vec<FileId>>,
}

/// Makes the changes of findings in memory.
pub fn fix(said: &[Diagnostic], sources: &SourceMap) -> Fixed {
    let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
    let mut fixed = Fixed::default();
    for fix in said.iter().filter_map(|it| it.fix.as_ref()) {
        if !fix.safe || !fits(fix, &edits, sources) {
            continue;
        }
        fixed.fixes.push(fix.edits.iter().map(|it| it.0.file).collect());
        for (span, text) in &fix.edits {
            edits.entry(span.file).or_default().push((*span, text));
        }
    }
    for (file, mut edits) in edits {
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
        fixed.files.insert(file, out);
    }
    fixed
}

/// Whether a change touches nothing that another one touches.
fn fits(
    fix: &Fix,
    edits: &BTreeMap<FileId, Vec<(Span, &str)>>,
    sources: &SourceMap,
) -> bool {
    let apart = |a: &Span, b: &Span| a.end < b.start || b.end < a.start;
    fix.edits.iter().all(|(span, _)| {
        let path = &sources.file(span.file).path;
        let others = edits.get(&span.file).into_iter().flatten();
        !path.starts_with('<') && others.into_iter().all(|it| apart(&it.0, span))
    })
}

impl Fixed {
    /// The new text of a file, if it is changed.
    pub fn text(&self, file: FileId) -> Option<&str> {
        self.files.get(&file).map(String::as_str)
    }

    /// Writes the files, whose paths are below `start`; gives the number of findings that
    /// are mended, and what could not be written.
    pub fn write(&self, start: &Path, sources: &SourceMap) -> (usize, Vec<Diagnostic>) {
        let (mut left, mut failed) = (Vec::new(), Vec::new());
        for (file, text) in &self.files {
            let source = sources.file(*file);
            if let Err(said) = fs::rewrite(start, &source.path, &source.text, text) {
                left.push(*file);
                failed.push(said);
            }
        }
        let is_made = |it: &&Vec<FileId>| !it.iter().any(|it| left.contains(it));
        (self.fixes.iter().filter(is_made).count(), failed)
    }
}
