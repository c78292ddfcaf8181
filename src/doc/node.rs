//! The tree: scalars, arrays and tables with their places.
//!
//! It keeps how a thing was written, because messages need it: a table that began with
//! a `[header]` swallows the keys that follow it, an inline one does not. Values keep
//! their source text, because readers disagree about it: `yes` is a string in YAML 1.2
//! and true where Prometheus reads YAML.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::source::Span;
use crate::diag::text::Text;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value in the source: a scalar with its quotes, an array or inline table with
    /// its brackets. For a table with a header, the header; for one that is only
    /// mentioned in headers, its key in the first; for one that dotted keys made, the
    /// first of them from here to the end of its value.
    pub span: Span,
    /// How it was written.
    pub style: Style,
    /// What it is.
    pub kind: Kind,
}

/// How a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes: a number, a date, a plain YAML scalar.
    Bare,
    /// A string in one pair of quotes.
    Quoted,
    /// Over several lines: a TOML `'''` or `"""` string, a YAML `|` or `>` scalar, a YAML
    /// mapping or sequence by indentation.
    Block,
    /// In brackets or braces: `[1, 2]`, `{ a = 1 }`.
    Inline,
    /// By a TOML header: `b` of `[a.b]`.
    Header,
    /// By its mention in TOML headers: `a` of `[a.b]`.
    Implied,
    /// By a dotted TOML key: `a.b = 1` makes `a`.
    Dotted,
    /// By TOML `[[a]]` headers: the array `a` and each of its tables.
    ArrayHeader,
}

/// What a value is. Scalars keep their text as written, decoded where there were quotes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// YAML's `null`, `~` or nothing.
    Null(Text),
    /// `true` or `false`.
    Boolean(bool, Text),
    /// A whole number of 64 bits.
    Integer(i64, Text),
    /// Any other number.
    Float(f64, Text),
    /// A TOML date or time.
    Datetime(Text),
    /// A string; in YAML also every plain scalar that is nothing else ([`Style::Bare`]).
    String(Text),
    /// Values in order.
    Array(Vec<Node>),
    /// Keys and values in order.
    Table(Table),
}

/// Keys and values in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    /// Places of the keys in `entries`; none while a search is as fast.
    #[expect(
        clippy::box_collection,
        reason = "few have one, and all nodes are as large"
    )]
    index: Option<Box<HashMap<Arc<str>, u32>>>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, decoded; its span is the segment of this entry alone.
    pub key: Text,
    /// The value.
    pub value: Node,
    /// From the key to the end of the value; for a table with a header, the header.
    pub span: Span,
}

/// Above this many entries a table keeps an index.
const INDEXED: usize = 16;

impl Table {
    /// A table without entries.
    pub fn new() -> Table {
        Table::default()
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.position(key).map(|it| &self.entries[it])
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|it| &it.value)
    }

    /// The entries in the order of the source.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry at the end and says so; does nothing if its key is there already.
    pub fn insert(&mut self, entry: Entry) -> bool {
        if self.position(entry.key.as_str()).is_some() {
            return false;
        }
        self.entries.push(entry);
        match self.entries.len() {
            n if n < INDEXED => {}
            INDEXED => {
                let keys = self.entries.iter().map(|it| it.key.shared());
                self.index = Some(Box::new(keys.zip(0..).collect()));
            }
            n => {
                let key = self.entries[n - 1].key.shared();
                let index = self.index.get_or_insert_default();
                index.insert(key, n as u32 - 1);
            }
        }
        true
    }

    /// The place of a key among the entries.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|it| it.key.as_str() == key),
            Some(index) => index.get(key).map(|it| *it as usize),
        }
    }

    /// The entry at a place that [`Table::position`] gave.
    pub(super) fn entry_mut(&mut self, idx: usize) -> &mut Entry {
        &mut self.entries[idx]
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Node {
    /// A string's text; nothing for other scalars.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A string; nothing for other scalars.
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().map(Text::as_str)
    }

    /// Any scalar's text: a string decoded, everything else as written.
    pub fn raw(&self) -> Option<&Text> {
        match &self.kind {
            Kind::Null(text)
            | Kind::Boolean(_, text)
            | Kind::Integer(_, text)
            | Kind::Float(_, text)
            | Kind::Datetime(text)
            | Kind::String(text) => Some(text),
            Kind::Array(_) | Kind::Table(_) => None,
        }
    }

    /// A table.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// An array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Boolean(value, _) => Some(value),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match self.kind {
            Kind::Integer(value, _) => Some(value),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind {
            Kind::Integer(value, _) => Some(value as f64),
            Kind::Float(value, _) => Some(value),
            _ => None,
        }
    }

    /// Whether it is YAML's null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// The value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_table()?.get(key)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// What it is, for messages: `a string`, `an integer`.
    pub fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null(_) => "nothing",
            Kind::Boolean(..) => "a boolean",
            Kind::Integer(..) => "an integer",
            Kind::Float(..) => "a float",
            Kind::Datetime(_) => "a date",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "a table",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;

    fn entry(key: &str, at: u32) -> Entry {
        let span = Span { file: FileId(0), start: at, end: at + 1 };
        let text = Text::verbatim("1", span);
        let value = Node { span, style: Style::Bare, kind: Kind::Integer(1, text) };
        Entry { key: Text::verbatim(key, span), value, span }
    }

    #[test]
    fn a_large_table_finds_its_keys_and_keeps_their_order() {
        let mut table = Table::new();
        for idx in 0..100 {
            assert!(table.insert(entry(&format!("k{idx}"), idx)));
        }
        for idx in 0..100 {
            let key = format!("k{idx}");
            assert_eq!(table.entry(&key).unwrap().span.start, idx);
            assert!(!table.insert(entry(&key, 1000)));
        }
        assert_eq!(table.len(), 100);
        assert!(table.get("k100").is_none());
        let starts = table.iter().map(|it| it.span.start);
        assert!(starts.eq(0..100));
    }
}
