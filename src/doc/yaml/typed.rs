//! Scalars that YAML allows and Go's reader refuses: tags that lie, escapes it lacks.

use granit_parser::Tag;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::doc::node::{Kind, Node};
use crate::doc::yaml::{go_bool, go_float, go_int};

/// What is wrong with a scalar, by its tag and as it is written.
pub(super) fn fault(node: &Node, tag: Option<&Tag>, raw: &str) -> Option<Diagnostic> {
    let tag = tag.and_then(|it| it.suffix_in_namespace("tag:yaml.org,2002:"));
    let fits = match tag.as_deref() {
        Some("null") => node.is_null(),
        Some("bool") => go_bool(node).is_some(),
        Some("int") => go_int(node).is_some(),
        Some("float") => go_float(node).is_some(),
        Some("binary") => {
            let error = Diagnostic::error("yaml-tag", "binary value in a text file");
            return Some(
                error.at(node.span, "encoded bytes").help("write the text itself"),
            );
        }
        _ => true,
    };
    if !fits {
        let (tag, what) = (tag.unwrap_or_default(), node.what());
        let title = format!("`!!{tag}` stands before {what}");
        return Some(Diagnostic::error("yaml-tag", title).at(node.span, what));
    }
    let quoted = raw.starts_with('"') && matches!(node.kind, Kind::String(_));
    match quoted {
        true => escape(node.span, raw),
        false => None,
    }
}

/// The first escape that Go's reader does not take: `\/`, and halves of surrogate pairs.
fn escape(span: Span, raw: &str) -> Option<Diagnostic> {
    let mut rest = raw.char_indices();
    while let Some((idx, it)) = rest.next() {
        if it != '\\' {
            continue;
        }
        let (_, sign) = rest.next()?;
        let hex =
            raw.get(idx + 2..idx + 6).and_then(|it| u32::from_str_radix(it, 16).ok());
        let (len, help) = match (sign, hex) {
            ('/', _) => (2, "write `/`"),
            ('u', Some(0xd800..=0xdfff)) => {
                (6, "write the character, or `\\U` and 8 digits")
            }
            _ => continue,
        };
        let at = span.part(idx as u32, (idx + len) as u32);
        return Some(
            Diagnostic::error("yaml-syntax", "unknown escape in a string")
                .at(at, "Prometheus's YAML has no such escape")
                .help(help),
        );
    }
    None
}
