//! Relabelings: what the operator refuses (`pkg/prometheus/validation/validator.go`,
//! v0.93), which is what Prometheus refuses.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::node::{Entry, Node, Table};
use crate::doc::reader;
use crate::promql::dialect::Version;
use crate::promql::re2::{self, Regex};
use crate::resolve::environment::Server;
use crate::resolve::monitor::check::text;
use crate::spec::form;

/// What an action takes.
struct Action {
    name: &'static str,
    /// The label that it writes must be named.
    target: bool,
    /// Keys that it does not look at, and that must not say anything.
    refuses: &'static [&'static str],
    since: Version,
}

const fn action(
    name: &'static str,
    target: bool,
    refuses: &'static [&'static str],
) -> Action {
    Action { name, target, refuses, since: Version::new(2, 0) }
}

const ONLY_REGEX: &[&str] =
    &["sourceLabels", "targetLabel", "modulus", "separator", "replacement"];
const ONLY_LABELS: &[&str] = &["regex", "modulus", "separator", "replacement"];

const ACTIONS: &[Action] = &[
    action("replace", true, &[]),
    action("keep", false, &[]),
    action("drop", false, &[]),
    action("hashmod", true, &[]),
    action("labelmap", false, &[]),
    action("labeldrop", false, ONLY_REGEX),
    action("labelkeep", false, ONLY_REGEX),
    Action { since: Version::new(2, 36), ..action("lowercase", true, &["replacement"]) },
    Action { since: Version::new(2, 36), ..action("uppercase", true, &["replacement"]) },
    Action { since: Version::new(2, 41), ..action("keepequal", true, ONLY_LABELS) },
    Action { since: Version::new(2, 41), ..action("dropequal", true, ONLY_LABELS) },
];

/// What the keys have where they are not given.
const DEFAULTS: &[(&str, &str)] =
    &[("regex", "(.*)"), ("separator", ";"), ("replacement", "$1"), ("targetLabel", "")];

/// Names with the groups of a pattern, as servers before 3.0 take them.
const LEGACY_TEMPLATE: &str = r"^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$";

/// Checks the relabelings of a field.
pub(super) fn check(field: Option<&Node>, server: &Server<'_>, sink: &mut Sink) {
    for item in field.and_then(Node::as_array).unwrap_or_default() {
        if let Some(table) = item.as_table() {
            relabeling(item, table, server, sink);
        }
    }
}

fn relabeling(item: &Node, table: &Table, server: &Server<'_>, sink: &mut Sink) {
    let written = table.get("action").and_then(text).unwrap_or("replace");
    let lower = written.to_ascii_lowercase();
    let Some(action) = ACTIONS.iter().find(|it| it.name == lower) else { return };
    let place = table.entry("action").map_or(item.span, |it| it.value.span);
    if server.dialect.version < action.since {
        let title = format!("`{written}` needs Prometheus {}", action.since);
        sink.push_once(
            Diagnostic::error("needs-version", title)
                .at(place, format!("the server is {}", server.dialect.version))
                .help("take it out, or raise `[prometheus] version`"),
        );
    }
    if let Some(entry) = table.entry("regex")
        && let Some(pattern) = entry.value.as_text()
        && let Err(why) = re2::check(pattern.as_str())
    {
        sink.push_once(
            Diagnostic::error("bad-value", "this is no regular expression")
                .at(entry.value.span, why.to_string())
                .help("write one as RE2 reads it, as everywhere in Prometheus"),
        );
    }
    for name in action.refuses {
        let Some(entry) = table.entry(name).filter(|it| says_something(it)) else {
            continue;
        };
        sink.push_once(
            Diagnostic::error("contradiction", format!("`{written}` takes no `{name}`"))
                .at(entry.key.span(), "not looked at, and refused")
                .help(format!("take `{name}` out")),
        );
    }
    let target = table.entry("targetLabel").filter(|it| text(&it.value) != Some(""));
    match target {
        None if action.target => sink.push_once(
            Diagnostic::error("missing-key", format!("`{written}` has no `targetLabel`"))
                .at(item.span, "writes no label")
                .help("add `targetLabel = \"…\"`"),
        ),
        Some(entry) if action.target => {
            if let Some(name) = entry.value.as_text() {
                label_name(name, server, sink);
            }
        }
        _ => {}
    }
    if action.name == "hashmod"
        && table.get("modulus").and_then(Node::as_i64).unwrap_or_default() == 0
    {
        sink.push_once(
            Diagnostic::error("missing-key", format!("`{written}` has no `modulus`"))
                .at(item.span, "would divide by nothing")
                .help("add `modulus = 8`, or another number above zero"),
        );
    }
    if action.name == "labelmap"
        && let Some(entry) = table.entry("replacement")
        && let Some(replacement) = text(&entry.value)
    {
        let good = match is_any_text(server) {
            true => !replacement.is_empty(),
            false => Regex::new(LEGACY_TEMPLATE).is_ok_and(|it| it.is_match(replacement)),
        };
        if !good {
            sink.push_once(
                Diagnostic::error("bad-value", "`labelmap` writes no name of a label")
                    .at(entry.value.span, "not letters, digits, `_` and groups")
                    .help("write `replacement = \"$1\"`"),
            );
        }
    }
    for source in table.get("sourceLabels").and_then(Node::as_array).unwrap_or_default() {
        if let Some(name) = source.as_text() {
            label_name(name, server, sink);
        }
    }
}

fn says_something(entry: &Entry) -> bool {
    let name = entry.key.as_str();
    let default = DEFAULTS.iter().find(|it| it.0 == name).map(|it| it.1);
    match &entry.value {
        value if value.as_text().is_some() => text(value) != default,
        value if value.as_i64() == Some(0) => false,
        value => value.as_array().is_none_or(|it| !it.is_empty()),
    }
}

/// Checks the name of a label of a target.
pub(super) fn label_name(name: &Text, server: &Server<'_>, sink: &mut Sink) {
    if !is_any_text(server)
        && let Some(fault) = reader::misformed(name, &form::ANY_LABEL_NAME)
    {
        sink.push_once(fault.note("servers take other names from 3.0 on"));
    }
}

/// Targets and series may have any names as soon as the server knows how: the operator
/// goes by the version alone.
fn is_any_text(server: &Server<'_>) -> bool {
    server.dialect.has(3, 0)
}
