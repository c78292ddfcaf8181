//! Source files and places in them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// One of the files in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open byte range in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span over both; `other` counts only if it lies in the same file.
    pub fn to(self, other: Span) -> Span {
        match self.file == other.file {
            true => Span {
                file: self.file,
                start: self.start.min(other.start),
                end: self.end.max(other.end),
            },
            false => self,
        }
    }

    /// The part `start..end` of this span, in bytes from its beginning.
    pub fn part(self, start: u32, end: u32) -> Span {
        Span {
            file: self.file,
            start: (self.start + start).min(self.end),
            end: (self.start + end).min(self.end),
        }
    }

    /// The empty span at the beginning of this one.
    pub fn head(self) -> Span {
        Span { end: self.start, ..self }
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One file: its path as the user knows it, and its text.
#[derive(Debug)]
pub struct Source {
    /// The path as printed in messages: relative, with `/`.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Where lines begin; asked for by messages, which most files have none of.
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// The byte range of line `line` (from 1), without its line end.
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let idx = (line.max(1) - 1) as usize;
        let lines = self.lines();
        let start = lines.get(idx).map_or(self.text.len(), |it| *it as usize);
        let end = lines.get(idx + 1).map_or(self.text.len(), |it| *it as usize);
        let body = self.text[start..end].trim_end_matches(['\n', '\r']).len();
        start..start + body
    }

    /// The position of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let lines = self.lines();
        let line = lines.partition_point(|it| *it as usize <= offset).max(1);
        let start = lines[line - 1] as usize;
        let column = self.text.as_bytes()[start..offset]
            .iter()
            .filter(|it| **it & 0xC0 != 0x80)
            .count();
        Position { line: line as u32, column: column as u32 + 1 }
    }

    /// Number of lines; an empty file has one.
    pub fn n_lines(&self) -> u32 {
        self.lines().len() as u32
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.bytes().zip(1..);
            let after = bytes.filter(|it| it.0 == b'\n').map(|it| it.1);
            std::iter::once(0).chain(after).collect()
        })
    }
}

/// Texts by their paths that stand for what is in these files.
pub type Drafts = BTreeMap<String, Arc<str>>;

/// All files that were read.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<Source>,
    drafts: Drafts,
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// A map without files, where some of those that are going to be read are to be taken
    /// as if they had another text.
    pub fn with_drafts(drafts: Drafts) -> SourceMap {
        SourceMap { files: Vec::new(), drafts }
    }

    /// What stands for the text of a file.
    pub fn draft(&self, path: &str) -> Option<&Arc<str>> {
        let path = path.strip_prefix("./").unwrap_or(path);
        self.drafts.get(path)
    }

    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let (path, text) = (path.into(), text.into());
        self.files.push(Source { path, text, lines: OnceLock::new() });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id that this map gave.
    pub fn file(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The text under a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// Line and column at which a span begins.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }

    /// All files with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(idx, it)| (FileId(idx as u32), it))
    }
}
