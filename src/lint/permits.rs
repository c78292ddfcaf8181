//! Permissions of what other rooms find on the way.
//!
//! Their findings know places only: one is permitted by an `allow` that stands in the same
//! table, or in a table around it, as any of the places that it shows, or that a rule has
//! whose name is such a place.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::diag::sink::Sink;
use crate::diag::source::{SourceMap, Span};
use crate::lint::lookup;
use crate::lint::table::{Check, Lint};
use crate::rules::allow::Allow;
use crate::rules::book::Book;
use crate::rules::dashboard::{Board, Content};
use crate::rules::group::Rule;

/// Lints of other rooms that look whenever a project is checked, so that a permission of
/// theirs that permits nothing is one too many.
const ALWAYS: &[&str] = &[
    "duplicate-column",
    "duplicate-endpoint",
    "duplicate-panel",
    "heatmap-without-buckets",
    "inhibit-labels",
    "never-seen",
    "runbook-alert",
    "runbook-facts",
    "runbook-heading",
    "runbook-link",
    "runbook-section",
    "several-values",
];

/// Whether a lint of another room has looked.
pub(super) fn looks(lint: &Lint) -> bool {
    ALWAYS.contains(&lint.name)
}

/// A permission, and how far it reaches.
struct Permit<'b> {
    allow: &'b Allow,
    lint: &'static Lint,
    /// The table in which it stands; none in a rule file.
    table: Option<Range<u32>>,
    /// The places of the rules that have it.
    rules: HashSet<Span>,
}

impl Permit<'_> {
    fn reaches(&self, at: Span) -> bool {
        let table = self.table.as_ref().filter(|_| at.file == self.allow.span.file);
        table.is_some_and(|it| it.contains(&at.start)) || self.rules.contains(&at)
    }
}

/// Takes out of what was found what is permitted, and gives the permissions that were used.
pub fn apply(books: &[Book], sources: &SourceMap, sink: &mut Sink) -> Vec<Span> {
    let mut all: BTreeMap<Span, Permit<'_>> = BTreeMap::new();
    for (allow, rule) in books.iter().flat_map(permissions) {
        let Some(lint) = lookup(&allow.lint) else { continue };
        if matches!(lint.check, Check::Elsewhere) {
            let toml = || sources.file(allow.span.file).path.ends_with(".toml");
            let permit = all.entry(allow.span).or_insert_with(|| Permit {
                allow,
                lint,
                table: toml().then(|| table(allow.span, sources)),
                rules: HashSet::new(),
            });
            permit.rules.extend(rule);
        }
    }
    let mut used = Vec::new();
    if all.is_empty() {
        return used;
    }
    sink.retain(|said| {
        let found = all.values().find(|permit| {
            permit.lint.name == said.code
                && said.labels.iter().any(|it| permit.reaches(it.span))
        });
        used.extend(found.map(|it| it.allow.span));
        found.is_none()
    });
    used
}

/// All permissions in a project, with the places of the rules that have them.
fn permissions(book: &Book) -> Vec<(&Allow, Option<Span>)> {
    let mut out: Vec<_> = book.allow.iter().map(|it| (it, None)).collect();
    for group in &book.groups {
        for rule in &group.rules {
            let (own, span) = match rule {
                Rule::Alert(it) => (&it.allow, it.span),
                Rule::Record(it) => (&it.allow, it.span),
            };
            out.extend(group.allow.iter().chain(own).map(|it| (it, Some(span))));
        }
    }
    for it in &book.dashboards {
        let Content::Board(board) = &it.content else { continue };
        out.extend(board.allow.iter().chain(written(board)).map(|it| (it, None)));
    }
    out
}

/// The permissions that somebody wrote on panels: what every panel of an alert may do stands
/// nowhere.
pub(super) fn written(board: &Board) -> impl Iterator<Item = &Allow> {
    let panels = board.rows.iter().flat_map(|it| &it.panels);
    panels.flat_map(|panel| panel.allow.iter().filter(|it| it.span != panel.span))
}

/// The bytes of the TOML table in which a place lies, with the tables in it; the whole file
/// above the first one, and one line where the table stands in it.
fn table(at: Span, sources: &SourceMap) -> Range<u32> {
    let text = &*sources.file(at.file).text;
    let mut own: Option<(u32, &str)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len() as u32;
        match header(line) {
            Some(name) if start <= at.start => own = owner((start, name), own),
            Some(name) => {
                let inside = own.is_none_or(|(_, own)| is_below(name, own));
                if !inside {
                    return own.map_or(0, |it| it.0)..start;
                }
            }
            None => {}
        }
        let before = &line[..(at.start.saturating_sub(start) as usize).min(line.len())];
        if (start..end).contains(&at.start) && before.contains('{') {
            return start..end;
        }
        start = end;
    }
    own.map_or(0, |it| it.0)..start
}

/// The table of which a header says something, where it begins: of `[[alert.A.allow]]` it is
/// the alert, of `[[allow]]` the file. `before` is that of the header before.
fn owner<'t>(
    (start, name): (u32, &'t str),
    before: Option<(u32, &'t str)>,
) -> Option<(u32, &'t str)> {
    if name == "allow" {
        return None;
    }
    match name.strip_suffix(".allow") {
        Some(name) => before.filter(|it| it.1 == name).or(Some((start, name))),
        None => Some((start, name)),
    }
}

/// The name in the header of a table.
fn header(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let line = line.split_once(" #").map_or(line, |it| it.0.trim_end());
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let inner =
        inner.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(inner);
    Some(inner.trim()).filter(|it| !it.is_empty() && !it.contains(','))
}

/// Whether a table is one of another one's.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|it| it.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies in the table of the place of `ALLOW`.
    #[track_caller]
    fn check(text: &str, wanted: &str) {
        let mut sources = SourceMap::new();
        let file = sources.add("x.toml", text);
        let start = text.find("ALLOW").unwrap() as u32;
        let found = table(Span { file, start, end: start + 5 }, &sources);
        assert_eq!(&text[found.start as usize..found.end as usize], wanted);
    }

    #[test]
    fn a_permission_reaches_as_far_as_its_table() {
        let all = "allow = [ALLOW]\n[alert.A]\nexpr = 'x'\n[alert.B]\n";
        check(all, all);
        check(
            "[alert.A]\nexpr = 'x'\nallow = [ALLOW]\n[alert.A.critical]\nfor = '1m'\n[alert.AB]\n",
            "[alert.A]\nexpr = 'x'\nallow = [ALLOW]\n[alert.A.critical]\nfor = '1m'\n",
        );
        check(
            "[[row.panel]]\ntitle = 'a'\n[[row.panel]]   # b\nallow = [\n  ALLOW\n]\n[[row]]\n",
            "[[row.panel]]   # b\nallow = [\n  ALLOW\n]\n",
        );
        check(
            "[alert.A]\nwarning = {}\ncritical = { allow = [ALLOW] }\nfor = '1m'\n",
            "critical = { allow = [ALLOW] }\n",
        );
        let all = "[service.a]\n[[allow]]\nlint = 'ALLOW'\n[service.b]\n";
        check(all, all);
        check(
            "[alert.A]\nexpr = 'x'\n[[alert.A.allow]]\nlint = 'ALLOW'\n[alert.A.critical]\n[alert.B]\n",
            "[alert.A]\nexpr = 'x'\n[[alert.A.allow]]\nlint = 'ALLOW'\n[alert.A.critical]\n",
        );
        check(
            "[alert.A]\nexpr = '''\nrate(x\n[5m])\n'''\nallow = [ALLOW]\n",
            "[alert.A]\nexpr = '''\nrate(x\n[5m])\n'''\nallow = [ALLOW]\n",
        );
    }
}
