//! The fields of a mapping, typed as Go's yaml package types them.
//!
//! Any scalar is a string, null is a field that is not there, a boolean or a number has
//! the words of YAML 1.1.

use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::node::{Kind, Node, Table};
use crate::doc::yaml::{go_float, go_int};
use crate::promql::duration;
use crate::rules::group::{Millis, Pair, Setting};

/// What an unknown field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// An error: Prometheus refuses the file.
    Error,
    /// A warning: the API server drops the field.
    Dropped,
    /// Nothing.
    Ignored,
}

/// Takes fields out of a mapping; the rest is unknown.
pub(super) struct Fields<'n, 's> {
    node: &'n Node,
    table: Option<&'n Table>,
    what: &'static str,
    unknown: Unknown,
    known: Vec<&'static str>,
    pub(super) sink: &'s mut Sink,
}

impl<'n, 's> Fields<'n, 's> {
    /// The fields of `node`, which is `what`; null has none.
    pub(super) fn new(
        node: &'n Node,
        what: &'static str,
        unknown: Unknown,
        sink: &'s mut Sink,
    ) -> Fields<'n, 's> {
        let table = node.as_table();
        if table.is_none() && !node.is_null() {
            let title = format!("{what} is a mapping");
            sink.push(Diagnostic::error("wrong-type", title).at(node.span, node.what()));
        }
        Fields { node, table, what, unknown, known: Vec::new(), sink }
    }

    /// Where the mapping is, for what it lacks: its first key.
    pub(super) fn place(&self) -> Span {
        let first = self.table.and_then(|it| it.iter().next());
        first.map_or(self.node.span, |it| it.key.span())
    }

    /// Whether the fields can be relied on at all.
    pub(super) fn is_mapping(&self) -> bool {
        self.table.is_some() || self.node.is_null()
    }

    /// A field's value; null counts as absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.known.push(key);
        self.table?.get(key).filter(|it| !it.is_null())
    }

    /// A field whose value does not matter here.
    pub(super) fn allow(&mut self, key: &'static str) {
        self.known.push(key);
    }

    /// Where a field's key is.
    pub(super) fn key(&self, key: &str) -> Option<Span> {
        Some(self.table?.entry(key)?.key.span())
    }

    /// A string that is not empty.
    pub(super) fn string(&mut self, key: &'static str) -> Option<Text> {
        let node = self.take(key)?;
        let text = scalar(node, key, self.sink)?;
        (!text.as_str().is_empty()).then_some(text)
    }

    /// A duration.
    pub(super) fn duration(&mut self, key: &'static str) -> Setting<Millis> {
        let Some(node) = self.take(key) else { return Setting::default() };
        let Some(text) = scalar(node, key, self.sink) else { return Setting::default() };
        match duration::parse_duration(text.as_str()) {
            Ok(millis) => {
                Setting { value: Millis(millis), defined_by: text.span().into() }
            }
            Err(error) => {
                let title = format!("`{key}` is not a duration");
                let mut it = Diagnostic::error("bad-duration", title)
                    .at(text.span(), error.to_string());
                if !text.as_str().is_empty()
                    && text.as_str().bytes().all(|it| it.is_ascii_digit())
                {
                    it = it.help(format!("add a unit: `{text}s`, `{text}m`"));
                } else {
                    it = it.help("write it as `5m`, `1h30m`, `90s`");
                }
                self.sink.push(it);
                Setting::default()
            }
        }
    }

    /// A whole number; 0 where there is none.
    pub(super) fn integer(&mut self, key: &'static str) -> i64 {
        let Some(node) = self.take(key) else { return 0 };
        // A fraction is cut off.
        let cut = || go_float(node).filter(|it| it.abs() < 9.2e18).map(|it| it as i64);
        go_int(node).or_else(cut).unwrap_or_else(|| {
            let title = format!("`{key}` is not a whole number");
            self.sink
                .push(Diagnostic::error("wrong-type", title).at(node.span, node.what()));
            0
        })
    }

    /// Names and texts: labels or annotations.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<Pair> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let Some(table) = node.as_table() else {
            let title = format!("`{key}` is not a mapping");
            self.sink
                .push(Diagnostic::error("wrong-type", title).at(node.span, node.what()));
            return Vec::new();
        };
        let mut out = Vec::new();
        for entry in table {
            let name = entry.key.clone();
            if let Some(value) = scalar(&entry.value, name.as_str(), self.sink) {
                out.push(Pair { name, value });
            }
        }
        out
    }

    /// Reports what was not asked for.
    pub(super) fn finish(self) {
        for entry in self.table.into_iter().flatten() {
            let name = entry.key.as_str();
            if self.known.contains(&name) || self.unknown == Unknown::Ignored {
                continue;
            }
            let title = format!("unknown field `{name}` in {}", self.what);
            let mut it = match self.unknown {
                Unknown::Error => Diagnostic::error("unknown-key", title)
                    .at(entry.key.span(), "Prometheus refuses the file for this"),
                Unknown::Dropped | Unknown::Ignored => {
                    Diagnostic::warning("unknown-key", title)
                        .at(entry.key.span(), "dropped by the API server")
                }
            };
            if name == "partial_response_strategy" {
                it = it
                    .note("it is a field of Thanos's rules")
                    .help("`--ignore-unknown-fields` passes over such fields");
            }
            if let Some(near) = suggest::nearest(name, self.known.iter().copied()) {
                it = it.fix(Fix {
                    title: format!("write `{near}`"),
                    edits: vec![(entry.key.span(), near.to_owned())],
                    safe: false,
                });
            }
            self.sink.push(it);
        }
    }
}

/// A scalar's text as a string field has it: null is empty.
fn scalar(node: &Node, key: &str, sink: &mut Sink) -> Option<Text> {
    match &node.kind {
        Kind::Null(_) => Some(Text::verbatim("", node.span.head())),
        Kind::Array(_) | Kind::Table(_) => {
            let title = format!("`{key}` is not a string");
            sink.push(Diagnostic::error("wrong-type", title).at(node.span, node.what()));
            None
        }
        _ => node.raw().cloned(),
    }
}
