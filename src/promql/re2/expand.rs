//! Templates for matches: `$1`, `${name}`, `$$`, as Go's `Regexp.Expand` reads them.

use std::sync::Arc;

type Group = Option<(usize, usize)>;

/// Gives the template to `out`, part by part, with the groups filled in.
pub(super) fn expand(
    out: &mut dyn FnMut(&str),
    template: &str,
    text: &str,
    groups: &[Group],
    names: &[Option<Arc<str>>],
) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out(before);
        if let Some(after) = after.strip_prefix('$') {
            out("$");
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(after) else {
            // Not a reference: the dollar stands for itself.
            out("$");
            rest = after;
            continue;
        };
        rest = after;
        let group = match number(name) {
            Some(idx) => groups.get(idx).copied().flatten(),
            None => names
                .iter()
                .zip(groups)
                .filter(|it| it.0.as_deref() == Some(name))
                .find_map(|it| *it.1),
        };
        if let Some((start, end)) = group {
            out(&text[start..end]);
        }
    }
    out(rest);
}

/// The name at the beginning, with or without braces, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (body, braces) = match text.strip_prefix('{') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let end = body.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if name.is_empty() {
        return None;
    }
    match braces {
        true => Some((name, rest.strip_prefix('}')?)),
        false => Some((name, rest)),
    }
}

/// The number of a group; with leading zeros, or too big, it is a name.
fn number(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|it| it.is_ascii_digit())
        && (name.len() == 1 || !name.starts_with('0'));
    match is_number && name.len() <= 9 {
        true => name.parse().ok(),
        false => None,
    }
}
