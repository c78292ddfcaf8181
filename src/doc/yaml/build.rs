//! Puts the parser's events together: a stack of open collections, no recursion.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::{Entry, Kind, Node, Style, Table};
use crate::doc::yaml::{MAX_DEPTH, resolve, scalar, typed};

/// Aliases copy at most this many values in one file, and a few for each that it writes.
const MAX_COPIES: usize = 200_000;

/// At most this many faults of keys and aliases of a file are shown.
const MAX_SHOWN: usize = 20;

/// A finished value, with what aliases to it would cost.
struct Built {
    node: Node,
    depth: usize,
    size: usize,
}

/// An open collection.
struct Open {
    span: Span,
    style: Style,
    anchor: usize,
    /// Of the values so far.
    depth: usize,
    size: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Mapping {
        table: Table,
        /// A key that waits for its value; `None` inside where it cannot be a key.
        key: Option<Option<(Text, Style)>>,
        /// Values of `<<`, and where the first one stands.
        merges: Vec<Node>,
        merge_key: Option<Span>,
    },
}

/// Builds the documents of one file.
pub(super) struct Builder<'s, 'd> {
    file: FileId,
    source: &'s str,
    pub(super) sink: &'d mut Sink,
    stack: Vec<Open>,
    root: Option<Node>,
    /// Finished anchors; `None` while one is open.
    anchors: HashMap<usize, Option<Built>>,
    n_copies: usize,
    n_own: usize,
    n_faults: usize,
    /// Whether a limit of this document was exceeded.
    exhausted: bool,
}

impl<'s, 'd> Builder<'s, 'd> {
    pub(super) fn new(file: FileId, source: &'s str, sink: &'d mut Sink) -> Self {
        Builder {
            file,
            source,
            sink,
            stack: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            n_copies: 0,
            n_own: 0,
            n_faults: 0,
            exhausted: false,
        }
    }

    /// Forgets everything of the document before.
    pub(super) fn start_document(&mut self) {
        self.stack.clear();
        self.root = None;
        self.anchors.clear();
        self.exhausted = false;
    }

    /// Takes a message, up to a limit.
    fn fault(&mut self, diagnostic: Diagnostic) {
        self.n_faults += 1;
        if self.n_faults < MAX_SHOWN {
            self.sink.push(diagnostic);
        } else if self.n_faults == MAX_SHOWN {
            self.sink.push(diagnostic.note("more of this file is not shown"));
        }
    }

    /// The innermost bracket that is open.
    pub(super) fn bracket(&self) -> Option<Span> {
        self.stack.iter().rev().find(|it| it.style == Style::Inline).map(|it| it.span)
    }

    /// The document that is complete now.
    pub(super) fn end_document(&mut self) -> Option<Node> {
        self.stack.clear();
        let root = self.root.take();
        root.filter(|_| !self.exhausted)
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let len = self.source.len();
        let start = span.start.byte_offset().unwrap_or(0).min(len);
        let end = span.end.byte_offset().unwrap_or(start).clamp(start, len);
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) {
        let span = self.span(span);
        match event {
            Event::DocumentStart(_, Some(it)) if (it.major, it.minor) != (1, 1) => {
                let title = format!("document is in YAML {}.{}", it.major, it.minor);
                self.fault(
                    Diagnostic::error("yaml-syntax", title)
                        .at(span, "Prometheus reads YAML 1.1 only")
                        .help("leave out the line that begins with `%YAML`"),
                );
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.n_own += 1;
                let node = self.scalar(&value, style, tag.as_deref(), span);
                let raw = &self.source[span.start as usize..span.end as usize];
                let fault = typed::fault(&node, tag.as_deref(), raw);
                fault.into_iter().for_each(|it| self.fault(it));
                self.finish(Built { node, depth: 0, size: 1 }, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.open(span, style, anchor, OpenKind::Sequence(Vec::new()));
            }
            Event::MappingStart(style, anchor, _) => {
                let (table, merges) = (Table::new(), Vec::new());
                let kind =
                    OpenKind::Mapping { table, key: None, merges, merge_key: None };
                self.open(span, style, anchor, kind);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => {
                let title = format!("alias `*{name}` has no anchor");
                self.fault(
                    Diagnostic::error("yaml-alias", title)
                        .at(span, format!("no `&{name}` before this")),
                );
                self.exhausted = true;
                self.finish(null(span), 0);
            }
            _ => {}
        }
    }

    fn scalar(
        &self,
        value: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        mut span: Span,
    ) -> Node {
        // The parser gives `~` for a value that is not there.
        let value = if span.start == span.end && value == "~" { "" } else { value };
        let (start, end) = (span.start as usize, span.end as usize);
        let text = scalar::text(self.file, self.source, start, end, style, value);
        let typed = tag
            .and_then(Tag::core_suffix)
            .filter(|it| matches!(*it, "null" | "bool" | "int" | "float"));
        let node_style = match style {
            // The tag says what it is, as no quotes would.
            _ if typed.is_some() => Style::Bare,
            ScalarStyle::Plain => Style::Bare,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let written = self.source[start..end].trim_end().len();
                span.end = span.start + written as u32;
                Style::Block
            }
        };
        let is_text = tag.and_then(Tag::core_suffix) == Some("str");
        let kind = match node_style {
            Style::Bare if !is_text => resolve::plain(text),
            _ => Kind::String(text),
        };
        Node { span, style: node_style, kind }
    }

    fn open(&mut self, span: Span, style: StructureStyle, anchor: usize, kind: OpenKind) {
        let style = match style {
            StructureStyle::Block => Style::Block,
            StructureStyle::Flow => Style::Inline,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        self.stack.push(Open { span, style, anchor, depth: 0, size: 1, kind });
    }

    fn close(&mut self, end: Span) {
        let Some(mut open) = self.stack.pop() else { return };
        let kind = match open.kind {
            OpenKind::Sequence(items) => {
                let last = items.last().map(|it| it.span);
                open.span = whole(open.span, open.style, last, end);
                Kind::Array(items)
            }
            OpenKind::Mapping { mut table, merges, .. } => {
                let last = table.iter().last().map(|it| it.span);
                open.span = whole(open.span, open.style, last, end);
                for merge in merges {
                    self.merge(&mut table, merge);
                }
                Kind::Table(table)
            }
        };
        let node = Node { span: open.span, style: open.style, kind };
        let built = Built { node, depth: open.depth + 1, size: open.size };
        self.finish(built, open.anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let left = (MAX_COPIES + 4 * self.n_own).saturating_sub(self.n_copies);
        let depth = self.stack.len();
        let fault = match self.anchors.get(&anchor) {
            Some(Some(built)) if built.size > left => {
                "aliases multiply to too many values"
            }
            Some(Some(built)) if depth + built.depth > MAX_DEPTH => {
                "value is nested too deep"
            }
            Some(Some(built)) => {
                self.n_copies += built.size;
                let Built { node, depth, size } = built;
                let built = Built { node: node.clone(), depth: *depth, size: *size };
                return self.finish(built, 0);
            }
            _ => "alias stands inside its own anchor",
        };
        if !self.exhausted {
            self.fault(Diagnostic::error("yaml-alias", fault).at(span, "this alias"));
        }
        self.exhausted = true;
        self.finish(null(span), 0);
    }

    /// Puts a finished value where it belongs.
    fn finish(&mut self, built: Built, anchor: usize) {
        if anchor != 0 {
            let node = built.node.clone();
            let copy = Built { node, depth: built.depth, size: built.size };
            self.anchors.insert(anchor, Some(copy));
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(built.node);
            return;
        };
        open.depth = open.depth.max(built.depth);
        open.size += built.size;
        let fault = match &mut open.kind {
            OpenKind::Sequence(items) => {
                items.push(built.node);
                None
            }
            OpenKind::Mapping { key: key @ None, .. } => {
                let text = key_text(&built.node);
                let fault = match text {
                    Some(_) => None,
                    None => Some(bad_key(&built.node, open.style, self.source)),
                };
                *key = Some(text.map(|it| (it, built.node.style)));
                fault
            }
            OpenKind::Mapping { table, key, merges, merge_key } => match key.take() {
                Some(Some((text, Style::Bare))) if text.as_str() == "<<" => {
                    merges.push(built.node);
                    let first = *merge_key.get_or_insert(text.span());
                    (first != text.span()).then(|| again(&text, first))
                }
                Some(Some((text, _))) => add(table, text, built.node),
                _ => None,
            },
        };
        if let Some(fault) = fault {
            self.fault(fault);
        }
    }

    /// Adds what `<<` brings and the mapping does not have.
    fn merge(&mut self, table: &mut Table, value: Node) {
        let sources = match value.kind {
            Kind::Array(items) => items,
            _ => vec![value],
        };
        for source in sources {
            match source.kind {
                Kind::Table(inner) => {
                    for entry in &inner {
                        table.insert(entry.clone());
                    }
                }
                // Stands for an alias that was refused.
                _ if self.exhausted => {}
                _ => {
                    let title = "`<<` takes a mapping or a list of them";
                    self.fault(
                        Diagnostic::error("yaml-merge", title)
                            .at(source.span, source.what()),
                    );
                }
            }
        }
    }
}

/// Adds an entry, or says that its key is there already.
fn add(table: &mut Table, key: Text, value: Node) -> Option<Diagnostic> {
    if let Some(first) = table.entry(key.as_str()) {
        return Some(again(&key, first.key.span()));
    }
    // The value of an alias stands elsewhere.
    let span = match value.span.start < key.span().start {
        true => key.span(),
        false => key.span().to(value.span),
    };
    table.insert(Entry { key, value, span });
    None
}

fn again(key: &Text, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate-key", format!("key `{key}` is there twice"))
        .at(key.span(), "again here")
        .context(first, "first here")
}

/// The text of a scalar that is there.
fn key_text(node: &Node) -> Option<Text> {
    node.raw().filter(|_| node.span.start < node.span.end).cloned()
}

fn bad_key(node: &Node, around: Style, source: &str) -> Diagnostic {
    let title = match node.raw() {
        Some(_) => "key is missing",
        None => "key of a mapping is not a scalar",
    };
    let it = Diagnostic::error("yaml-syntax", title).at(node.span, node.what());
    let before = source.get(..node.span.start as usize);
    let braces = around == Style::Inline
        && node.style == Style::Inline
        && before.is_some_and(|it| it.ends_with('{'));
    match braces {
        true => it.help("put a value that begins with `{{` into quotes"),
        false => it,
    }
}

fn null(span: Span) -> Built {
    let kind = Kind::Null(Text::verbatim("", span.head()));
    let node = Node { span, style: Style::Bare, kind };
    Built { node, depth: 0, size: 1 }
}

/// The place of a collection: with its brackets, or from its first to its last value.
fn whole(start: Span, style: Style, last: Option<Span>, end: Span) -> Span {
    match (style, last) {
        (Style::Inline, _) => start.to(end),
        (_, Some(last)) if last.start >= start.start => start.to(last),
        (_, Some(_)) => start,
        (_, None) => start.head(),
    }
}
