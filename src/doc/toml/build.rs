//! Puts the events of the parser together: headers, dotted keys and values become one
//! tree, as the TOML specification allows them to be mixed.

use std::sync::Arc;

use toml_parser::parser::{Event, EventKind};
use toml_parser::{ErrorSink, ParseError, Source};

use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::{Entry, Kind, Node, Style, Table};
use crate::doc::toml::MAX_DEPTH;
use crate::doc::toml::scalar;

/// A key that cannot be where it is.
pub(super) struct Clash {
    /// The key.
    pub(super) key: Text,
    /// Where what is in its way was written.
    pub(super) first: Span,
    /// What is wrong.
    pub(super) kind: ClashKind,
}

/// The ways in which a key can be wrong.
pub(super) enum ClashKind {
    /// The key has a value already.
    Twice,
    /// The table has a header already.
    HeaderTwice,
    /// What is there is not a table, or one that is closed: what it is.
    NotOpen(&'static str),
}

/// Walks over the events; total over any sequence of them.
pub(super) struct Builder<'s, 'e> {
    file: FileId,
    text: &'s Arc<str>,
    source: Source<'s>,
    events: &'e [Event],
    at: usize,
    /// Faults of syntax: the parser's and those of scalars.
    pub(super) errors: Vec<ParseError>,
    /// Keys that clash.
    pub(super) clashes: Vec<Clash>,
}

impl<'s, 'e> Builder<'s, 'e> {
    pub(super) fn new(
        file: FileId,
        text: &'s Arc<str>,
        source: Source<'s>,
        events: &'e [Event],
        errors: Vec<ParseError>,
    ) -> Self {
        Builder { file, text, source, events, at: 0, errors, clashes: Vec::new() }
    }

    /// The whole document.
    pub(super) fn document(&mut self) -> Node {
        let mut root = Table::new();
        self.section(&mut root);
        while let Some(open) = self.next() {
            let (path, span) = self.header(&open);
            let array = open.kind() == EventKind::ArrayTableOpen;
            match self.open_table(&mut root, path, span, array) {
                Some(table) => self.section(table),
                // Its keys are still read, for their own faults.
                None => self.section(&mut Table::new()),
            }
        }
        let span = Span { file: self.file, start: 0, end: 0 };
        Node { span, style: Style::Block, kind: Kind::Table(root) }
    }

    fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.at)?;
        self.at += 1;
        Some(*event)
    }

    fn peek(&self) -> Option<EventKind> {
        self.events.get(self.at).map(Event::kind)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    /// Keys and values up to the next header.
    fn section(&mut self, table: &mut Table) {
        while let Some(kind) = self.peek() {
            match kind {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => return,
                EventKind::SimpleKey => self.pair(table, 0),
                _ => self.at += 1,
            }
        }
    }

    /// The rest of a header: its path and its span.
    fn header(&mut self, open: &Event) -> (Vec<Text>, Span) {
        let mut end = open.span().end();
        let mut path = Vec::new();
        while let Some(event) = self.events.get(self.at).copied() {
            match event.kind() {
                EventKind::SimpleKey => {
                    end = event.span().end();
                    let key = self.key(&event);
                    path.push(key);
                }
                EventKind::KeySep | EventKind::Whitespace => {}
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    end = event.span().end();
                    self.at += 1;
                    break;
                }
                _ => break,
            }
            self.at += 1;
        }
        (path, self.span(open.span().start(), end))
    }

    fn key(&mut self, event: &Event) -> Text {
        let start = event.span().start();
        match self.source.get(event) {
            Some(raw) => {
                let encoding = event.encoding();
                scalar::key(self.file, self.text, start, raw, encoding, &mut self.errors)
            }
            None => Text::verbatim("", self.span(start, start)),
        }
    }

    /// `a.b.c = value`
    fn pair(&mut self, table: &mut Table, depth: u32) {
        // Most keys have one part: a list is made for the others only.
        let (mut path, mut last) = (Vec::new(), None);
        while let Some(event) = self.events.get(self.at).copied() {
            match event.kind() {
                EventKind::SimpleKey => {
                    let key = self.key(&event);
                    path.extend(last.replace(key));
                }
                EventKind::KeySep | EventKind::Whitespace => {}
                _ => break,
            }
            self.at += 1;
        }
        // A key without a value was reported by the parser.
        if self.peek() != Some(EventKind::KeyValSep) {
            return;
        }
        self.at += 1;
        if let (Some(value), Some(last)) = (self.value(depth), last) {
            self.insert(table, path, last, value);
        }
    }

    fn value(&mut self, depth: u32) -> Option<Node> {
        loop {
            match self.peek()? {
                EventKind::Whitespace | EventKind::Error => self.at += 1,
                EventKind::Scalar => {
                    let event = self.next()?;
                    let raw = self.source.get(event)?;
                    let start = event.span().start();
                    let encoding = event.encoding();
                    let errors = &mut self.errors;
                    let (file, text) = (self.file, self.text);
                    return Some(scalar::value(file, text, start, raw, encoding, errors));
                }
                EventKind::ArrayOpen if depth <= MAX_DEPTH => {
                    return Some(self.array(depth + 1));
                }
                EventKind::InlineTableOpen if depth <= MAX_DEPTH => {
                    return Some(self.inline_table(depth + 1));
                }
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: u32) -> Node {
        let start = self.events[self.at].span().start();
        let mut end = self.events[self.at].span().end();
        self.at += 1;
        let mut items = Vec::new();
        while let Some(kind) = self.peek() {
            match kind {
                EventKind::ArrayClose => {
                    end = self.events[self.at].span().end();
                    self.at += 1;
                    break;
                }
                EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                    match self.value(depth) {
                        Some(value) => {
                            end = value.span.end as usize;
                            items.push(value);
                        }
                        None => self.at += 1,
                    }
                }
                EventKind::Whitespace
                | EventKind::Comment
                | EventKind::Newline
                | EventKind::ValueSep
                | EventKind::Error => self.at += 1,
                _ => break,
            }
        }
        let span = self.span(start, end);
        Node { span, style: Style::Inline, kind: Kind::Array(items) }
    }

    fn inline_table(&mut self, depth: u32) -> Node {
        let start = self.events[self.at].span().start();
        let mut end = self.events[self.at].span().end();
        self.at += 1;
        let mut table = Table::new();
        while let Some(kind) = self.peek() {
            match kind {
                EventKind::InlineTableClose => {
                    end = self.events[self.at].span().end();
                    self.at += 1;
                    break;
                }
                EventKind::SimpleKey => {
                    self.pair(&mut table, depth);
                    end = self.events[self.at - 1].span().end();
                }
                EventKind::Whitespace
                | EventKind::Comment
                | EventKind::Newline
                | EventKind::ValueSep
                | EventKind::KeyValSep
                | EventKind::Error => self.at += 1,
                _ => break,
            }
        }
        let span = self.span(start, end);
        Node { span, style: Style::Inline, kind: Kind::Table(table) }
    }

    fn too_deep(&mut self, path: &[Text], last: &Text) -> bool {
        let mut parts = path.iter().chain([last]);
        let Some(key) = parts.nth(MAX_DEPTH as usize) else { return false };
        let at = toml_parser::Span::new_unchecked(
            key.span().start as usize,
            key.span().end as usize,
        );
        let fault = ParseError::new("key has too many parts").with_unexpected(at);
        self.errors.report_error(fault);
        true
    }

    /// The table of a header, made or found.
    fn open_table<'t>(
        &mut self,
        root: &'t mut Table,
        mut path: Vec<Text>,
        header: Span,
        array: bool,
    ) -> Option<&'t mut Table> {
        let last = path.pop()?;
        if self.too_deep(&path, &last) {
            return None;
        }
        let mut table = root;
        for key in path {
            let idx = self.find_or_add(table, key, Style::Implied, None);
            table = self.enter(table, idx, &last, false)?;
        }
        let Some(idx) = table.position(last.as_str()) else {
            let style = if array { Style::ArrayHeader } else { Style::Header };
            let mut value = Node { span: header, style, kind: Kind::Table(Table::new()) };
            if array {
                let kind = Kind::Array(vec![value]);
                value = Node { span: header, style, kind };
            }
            table.insert(Entry { key: last, value, span: header });
            let idx = table.len() - 1;
            return match &mut table.entry_mut(idx).value.kind {
                Kind::Table(table) => Some(table),
                Kind::Array(items) => last_table(items),
                _ => None,
            };
        };
        let entry = table.entry_mut(idx);
        let style = entry.value.style;
        match &mut entry.value.kind {
            Kind::Table(inner) if !array && style == Style::Implied => {
                entry.key = last;
                entry.span = header;
                entry.value.span = header;
                entry.value.style = Style::Header;
                Some(inner)
            }
            Kind::Array(items) if array && style == Style::ArrayHeader => {
                let kind = Kind::Table(Table::new());
                items.push(Node { span: header, style, kind });
                last_table(items)
            }
            _ => {
                let first = entry.key.span();
                let kind = match style {
                    Style::Header | Style::ArrayHeader | Style::Implied => {
                        ClashKind::HeaderTwice
                    }
                    _ => ClashKind::Twice,
                };
                self.clashes.push(Clash { key: last, first, kind });
                None
            }
        }
    }

    /// Puts a value at the end of a dotted path.
    fn insert(&mut self, table: &mut Table, path: Vec<Text>, last: Text, value: Node) {
        if self.too_deep(&path, &last) {
            return;
        }
        let mut table = table;
        for key in path {
            let span = key.span().to(value.span);
            let idx = self.find_or_add(table, key, Style::Dotted, Some(span));
            match self.enter(table, idx, &last, true) {
                Some(inner) => table = inner,
                None => return,
            }
        }
        if let Some(first) = table.entry(last.as_str()) {
            let first = first.key.span();
            self.clashes.push(Clash { key: last, first, kind: ClashKind::Twice });
            return;
        }
        let span = last.span().to(value.span);
        table.insert(Entry { key: last, value, span });
    }

    fn find_or_add(
        &self,
        table: &mut Table,
        key: Text,
        style: Style,
        span: Option<Span>,
    ) -> usize {
        if let Some(idx) = table.position(key.as_str()) {
            return idx;
        }
        let span = span.unwrap_or(key.span());
        let value = Node { span, style, kind: Kind::Table(Table::new()) };
        table.insert(Entry { key, value, span });
        table.len() - 1
    }

    /// Goes into a table on the way to the key `next`.
    fn enter<'t>(
        &mut self,
        table: &'t mut Table,
        idx: usize,
        next: &Text,
        dotted: bool,
    ) -> Option<&'t mut Table> {
        let entry = table.entry_mut(idx);
        let first = entry.key.span();
        let style = entry.value.style;
        let closed = match (&entry.value.kind, style) {
            (Kind::Table(_), Style::Inline) => Some("an inline table"),
            (Kind::Table(_), Style::Header) if dotted => Some("a table with a header"),
            (Kind::Table(_), _) => None,
            (Kind::Array(_), Style::ArrayHeader) if !dotted => None,
            _ => Some(entry.value.what()),
        };
        if let Some(what) = closed {
            let kind = ClashKind::NotOpen(what);
            self.clashes.push(Clash { key: next.clone(), first, kind });
            return None;
        }
        if dotted {
            // A dotted key defines the tables on its way; no header may follow.
            entry.value.style = Style::Dotted;
        }
        match &mut entry.value.kind {
            Kind::Table(inner) => Some(inner),
            Kind::Array(items) => last_table(items),
            _ => None,
        }
    }
}

fn last_table(items: &mut [Node]) -> Option<&mut Table> {
    match items.last_mut().map(|it| &mut it.kind) {
        Some(Kind::Table(table)) => Some(table),
        _ => None,
    }
}
