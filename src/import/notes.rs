//! The comments of a rule file at its groups and rules.

use crate::diag::source::Span;
use crate::doc::node::{Kind, Node};
use crate::doc::yaml::Comment;
use crate::import::comment::{self, About, Part};
use crate::rules::group::{Group, Rule};

/// A rule file that was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's text.
    pub text: &'a str,
    /// Its documents.
    pub documents: &'a [Node],
    /// Its comments.
    pub comments: &'a [Comment],
    /// The groups that were read from it.
    pub groups: &'a [Group],
}

/// Comments, by the part of a rule file that they are about.
#[derive(Debug, Default)]
pub struct Notes {
    pub(super) head: Vec<String>,
    pub(super) groups: Vec<Vec<String>>,
    pub(super) rules: Vec<Vec<Vec<String>>>,
    pub(super) foot: Vec<String>,
}

/// A part of a rule file: a group, or a rule of one, by number.
type Id = (usize, Option<usize>);

impl Notes {
    /// The comments of a file at its groups and rules.
    pub fn of(source: &Source<'_>) -> Notes {
        let (parts, body) = parts(source);
        let mut notes = Notes {
            groups: vec![Vec::new(); source.groups.len()],
            rules: source
                .groups
                .iter()
                .map(|it| vec![Vec::new(); it.rules.len()])
                .collect(),
            ..Notes::default()
        };
        let found = comment::place(source.comments, &parts, body, source.text);
        for (comment, about) in source.comments.iter().zip(found) {
            let lines = match about {
                About::Head => &mut notes.head,
                About::Part((group, None)) => &mut notes.groups[group],
                About::Part((group, Some(rule))) => &mut notes.rules[group][rule],
                About::Foot => &mut notes.foot,
            };
            lines.push(comment.text.clone());
        }
        notes
    }
}

/// The groups and rules of a file with their places, and where the first group begins.
fn parts(source: &Source<'_>) -> (Vec<Part<Id>>, u32) {
    let mut named: Vec<(Span, Span)> = Vec::new();
    let mut body = u32::MAX;
    source.documents.iter().for_each(|it| tables(it, &mut named, &mut body));
    // The table in which a name stands; of one that an anchor repeats, the first.
    let around =
        |name: Span| named.iter().find(|it| it.0 == name).map_or(name, |it| it.1);
    let mut out = Vec::new();
    for (group_idx, group) in source.groups.iter().enumerate() {
        out.push(Part { span: around(group.span), id: (group_idx, None) });
        for (idx, rule) in group.rules.iter().enumerate() {
            let name = match rule {
                Rule::Record(it) => it.span,
                Rule::Alert(it) => it.span,
            };
            out.push(Part { span: around(name), id: (group_idx, Some(idx)) });
        }
    }
    (out, body)
}

/// Places of the names of groups and rules with those of the tables around them.
fn tables(node: &Node, out: &mut Vec<(Span, Span)>, body: &mut u32) {
    match &node.kind {
        Kind::Table(table) => {
            for entry in table {
                match entry.key.as_str() {
                    "name" | "alert" | "record" => {
                        out.push((entry.value.span, node.span));
                    }
                    "groups" => *body = (*body).min(entry.key.span().start),
                    _ => {}
                }
                tables(&entry.value, out, body);
            }
        }
        Kind::Array(items) => items.iter().for_each(|it| tables(it, out, body)),
        _ => {}
    }
}
