//! Comments in rule files that say which findings are meant.
//!
//! `# aqua-alerts: allow LINT: why` above a rule or in it; above a group or at its keys for
//! the whole group; above everything for the file. `# pint disable CHECK` and `# pint
//! file/disable CHECK` are heard as well.

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::doc::node::{Kind, Node};
use crate::rules::allow::Allow;
use crate::rules::group::{Group, Rule};

const OURS: &str = "# aqua-alerts:";
const PINT: &str = "# pint ";

/// Where a comment holds.
enum Reach {
    File,
    /// What stands around it, or next.
    Place,
}

/// Whether a comment of ours allows a lint anywhere in a file.
pub fn permits(text: &str, lint: &str) -> bool {
    comments(FileId(0), text, &mut Sink::new()).iter().any(|it| &*it.0.lint == lint)
}

/// Gives the permissions in a file's comments to its groups and rules.
pub fn attach(
    file: FileId,
    text: &str,
    documents: &[Node],
    groups: &mut [Group],
    sink: &mut Sink,
) {
    let found = comments(file, text, sink);
    if found.is_empty() {
        return;
    }
    let mut places = Vec::new();
    documents.iter().for_each(|it| collect(it, &mut places));
    places.sort_by_key(|it| it.start);
    let head = documents.first().map_or(0, first_key);
    for (allow, reach) in found {
        let at = allow.span.start;
        let everywhere = matches!(reach, Reach::File) || at < head;
        // The place whose end is the first behind the comment, or on its line.
        let place = places.iter().find(|it| at <= line_end(text, it.end));
        for group in &mut *groups {
            match place {
                _ if everywhere => group.allow.push(allow.clone()),
                Some(place) if place.rule => give(group, place, &allow),
                Some(place) if place.holds(group.span) => group.allow.push(allow.clone()),
                _ => {}
            }
        }
    }
}

fn give(group: &mut Group, place: &Place, allow: &Allow) {
    for rule in &mut group.rules {
        let (span, all) = match rule {
            Rule::Alert(it) => (it.span, &mut it.allow),
            Rule::Record(it) => (it.span, &mut it.allow),
        };
        if place.holds(span) {
            all.push(allow.clone());
        }
    }
}

/// A rule, or the keys of a group above its rules.
struct Place {
    start: u32,
    end: u32,
    rule: bool,
}

impl Place {
    fn holds(&self, span: Span) -> bool {
        self.start <= span.start && span.start <= self.end
    }
}

fn first_key(node: &Node) -> u32 {
    let first = node.as_table().and_then(|it| it.iter().next());
    first.map_or(node.span.start, |it| it.key.span().start)
}

fn line_end(text: &str, at: u32) -> u32 {
    let rest = text.get(at as usize..).unwrap_or_default();
    at + rest.find('\n').unwrap_or(rest.len()) as u32
}

/// The rules in a document, and the heads of its groups.
fn collect(node: &Node, out: &mut Vec<Place>) {
    match &node.kind {
        Kind::Table(table) => {
            if let Some(entry) = table.entry("rules")
                && let Some(rules) = entry.value.as_array()
            {
                let start = first_key(node);
                out.push(Place { start, end: entry.key.span().start, rule: false });
                out.extend(rules.iter().map(|it| Place {
                    start: first_key(it),
                    end: last(it),
                    rule: true,
                }));
                return;
            }
            table.iter().for_each(|it| collect(&it.value, out));
        }
        Kind::Array(items) => items.iter().for_each(|it| collect(it, out)),
        _ => {}
    }
}

/// Where the last value in a node ends.
fn last(node: &Node) -> u32 {
    let inner = match &node.kind {
        Kind::Table(table) => table.iter().map(|it| last(&it.value)).max(),
        Kind::Array(items) => items.iter().map(last).max(),
        _ => None,
    };
    inner.unwrap_or(node.span.end)
}

/// The permissions in the comments of a file, in order.
fn comments(file: FileId, text: &str, sink: &mut Sink) -> Vec<(Allow, Reach)> {
    let mut out = Vec::new();
    if !text.contains(OURS) && !text.contains(PINT) {
        return out;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = |from: usize| Span {
            file,
            start: (start + from) as u32,
            end: (start + line.trim_end().len()) as u32,
        };
        if let Some(from) = line.find(OURS) {
            match ours(line[from + OURS.len()..].trim()) {
                Ok((lint, why)) => {
                    let (lint, why) = (Arc::from(lint), Arc::from(why));
                    out.push((Allow { lint, why, span: at(from) }, Reach::Place));
                }
                Err(fault) => sink.push(fault.at(at(from))),
            }
        } else if let Some(from) = line.find(PINT)
            && let Some((check, reach)) = pint(line[from + PINT.len()..].trim())
        {
            let lint = Arc::from(format!("pint {check}"));
            out.push((Allow { lint, why: Arc::from(""), span: at(from) }, reach));
        }
        start += line.len();
    }
    out
}

/// Why a comment of ours allows nothing.
struct Fault {
    title: &'static str,
    label: &'static str,
    help: String,
}

impl Fault {
    fn at(self, at: Span) -> Diagnostic {
        let said = Diagnostic::warning("bad-comment", self.title);
        said.at(at, self.label).help(self.help)
    }
}

/// Name and reason of `allow LINT: why`.
fn ours(text: &str) -> Result<(&str, &str), Fault> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (lint, why) = rest.split_once(':').unwrap_or((rest, ""));
    let (lint, why) = (lint.trim(), why.trim());
    let name = |it: char| it.is_ascii_lowercase() || it == '-';
    if word != "allow" {
        return Err(Fault {
            title: "comment for aqua-alerts that says nothing to it",
            label: "does not begin with `allow`",
            help: format!("write `{OURS} allow LINT: why`, or another comment"),
        });
    }
    if lint.is_empty() || !lint.chars().all(name) {
        return Err(Fault {
            title: "comment allows no lint",
            label: "no lint is named",
            help: format!(
                "write `{OURS} allow LINT: why`; a finding has the name of its lint in brackets"
            ),
        });
    }
    if why.is_empty() {
        return Err(Fault {
            title: "comment allows a lint without a reason",
            label: "the finding stays: no reason is given",
            help: format!("say why it is meant: `{OURS} allow {lint}: why`"),
        });
    }
    Ok((lint, why))
}

/// The check that a comment of pint disables.
fn pint(text: &str) -> Option<(&str, Reach)> {
    let (text, reach) = match text.strip_prefix("file/disable ") {
        Some(text) => (text, Reach::File),
        None => (text.strip_prefix("disable ")?, Reach::Place),
    };
    let check = text.trim().split(['(', ' ']).next()?;
    Some((check, reach))
}
