//! Files and words that a command does not take, although they were meant for it or for
//! another command: what they are, and what to write.

use std::path::{Path, PathBuf};

use crate::case::promtool;
use crate::cli::fs;
use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::source::{FileId, Span};
use crate::diag::suggest::nearest;
use crate::diag::text::Text;
use crate::doc::node::Node;

/// The word `rules` in front of the paths, which promtool's commands have and `command`
/// has not; no fault where it is a path.
pub fn word(command: &str, start: &Path, paths: &[PathBuf]) -> Option<Diagnostic> {
    let [first, second, ..] = paths else { return None };
    if first.as_os_str() != "rules" || fs::exists(start, "rules") {
        return None;
    }
    let title = "promtool's word `rules` is not needed";
    let shown = fs::shown(start, second);
    Some(
        Diagnostic::error("bad-argument", title)
            .help(format!("write `aqua-alerts {command} {shown}`")),
    )
}

/// Says that a file that is to be checked has promtool's tests.
pub fn tests(path: &str, root: &Node) -> Diagnostic {
    let title = format!("`{path}` is a test file of promtool's, not a rule file");
    Diagnostic::error("wrong-file", title)
        .at(head(root), "tests")
        .help(format!("run it: `aqua-alerts test {path}`"))
}

/// Says that a file that is to be run as tests has rules.
pub fn rules(path: &str, root: &Node) -> Diagnostic {
    let title = format!("`{path}` is a rule file, not a test file");
    Diagnostic::error("wrong-file", title)
        .at(head(root), "rules")
        .help(format!("check it: `aqua-alerts check {path}`"))
}

/// Says that a file that is to be run as tests is one that a project is built from.
pub fn source(path: &str, what: &str) -> Diagnostic {
    let title = format!("`{path}` is {what}, not a test file");
    Diagnostic::error("wrong-file", title)
        .help("a project's tests are in `testdata`: `aqua-alerts test` runs them")
}

/// Words that Helm's templates have, and Prometheus's have not.
const HELM: &[&str] =
    &[".Values", ".Release", ".Chart", "include \"", "toYaml", "nindent"];

/// Says of a faulty file that it is a template of Helm or of another tool, where it is one.
pub fn template(path: &str, file: FileId, text: &str) -> Option<Diagnostic> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((column, of)) = placeholder(line) {
            let start = (at + column) as u32;
            let end = start + line[column..].trim_end().len() as u32;
            let (what, help) = match of {
                Some(tool) => (tool, "fill it in, and check what comes out"),
                None => ("Helm", "pipe it in: `helm template ... | aqua-alerts check -`"),
            };
            let title = format!("`{path}` is a template of {what}");
            let said = Diagnostic::error("wrong-file", title);
            let at = Span { file, start, end };
            return Some(said.at(at, format!("filled in by {what}")).help(help));
        }
        at += line.len();
    }
    None
}

/// Where a line has a placeholder, and of which tool; of Helm where none is named.
fn placeholder(line: &str) -> Option<(usize, Option<&'static str>)> {
    for (open, close, tool) in [("<%", "%>", "ERB"), ("{%", "%}", "Jinja")] {
        if let Some(column) = tag(line, open, close) {
            return Some((column, Some(tool)));
        }
    }
    // Text of YAML is never without indentation.
    if line.starts_with("{{") {
        return Some((0, None));
    }
    let mut at = 0;
    while let Some(column) = line[at..].find("{{").map(|it| at + it) {
        let inside = &line[column + 2..];
        // Helm's may go on in the next line.
        let inside = inside.split_once("}}").map_or(inside, |it| it.0);
        let words = without_texts(inside);
        if HELM.iter().any(|it| words.contains(it)) {
            return Some((column, None));
        }
        at = column + 2;
    }
    None
}

/// The inside of a template's braces with its strings emptied.
fn without_texts(inside: &str) -> String {
    let mut out = String::new();
    let mut rest = inside;
    while let Some(at) = rest.find(['"', '`']) {
        let quote = &rest[at..at + 1];
        out.push_str(&rest[..at + 1]);
        match rest[at + 1..].split_once(quote) {
            Some((_, after)) => rest = after,
            None => return out,
        }
        out.push_str(quote);
    }
    out + rest
}

/// Where a line has a tag of another tool: a word between these, and not in a template of
/// Prometheus's, whose strings may hold anything.
fn tag(line: &str, open: &str, close: &str) -> Option<usize> {
    let (column, rest) = line.split_once(open).map(|it| (it.0.len(), it.1))?;
    let (inside, _) = rest.split_once(close)?;
    let inside = inside.trim_start_matches(['-', '=', '+', '#']).trim_start();
    let before = &line[..column];
    let in_action = before.rfind("{{") > before.rfind("}}");
    (inside.starts_with(|it: char| it.is_alphabetic() || it == '@') && !in_action)
        .then_some(column)
}

/// Whether a text can be one of which [`like_rules`] speaks: spares the reading of others.
pub fn may_be_like_rules(text: &str) -> bool {
    text.contains("expr") && (text.contains("alert") || text.contains("record"))
}

/// Whether a text is a rule file or a PrometheusRule, as far as a look at its lines tells:
/// tests of promtool's, and manifests of other kinds, have not these at the margin.
pub fn may_be_rules(text: &str) -> bool {
    let begins = |word: &str| text.lines().any(|it| it.starts_with(word));
    may_be_like_rules(text)
        && (begins("groups:") || begins("kind: PrometheusRule"))
        && !begins("tests:")
}

/// A warning about a file that is no rule file, but has rules.
pub fn like_rules(
    path: &str,
    file: FileId,
    text: &str,
    documents: &[Node],
) -> Option<Diagnostic> {
    let title = format!("`{path}` is passed over, but looks like rules");
    let warning = Diagnostic::warning("looks-like-rules", title);
    let is_rule = |it: &Node| {
        ["alert", "record"]
            .iter()
            .any(|key| it.get(key).is_some_and(|it| it.raw().is_some()))
            && it.get("expr").is_some()
    };
    let found = documents.iter().find_map(|it| Some((it, find(it, &is_rule)?)));
    let Some((document, rule)) = found else {
        // It may be too broken to have documents.
        let span = broken(file, text)?;
        let warning = warning.at(span, "a rule");
        return documents.is_empty().then(|| warning.help(IN_GROUPS));
    };
    if let Some(kind) = document.get("kind") {
        let known = ["PrometheusRule", "PrometheusRuleList"];
        let near = kind.as_str().and_then(|it| nearest(it, known));
        return Some(match (near, kind.raw()) {
            (Some(near), Some(name)) => did_you_mean(warning, name, near),
            (_, _) => warning
                .at(kind.span, "not `PrometheusRule`")
                .context(head(rule), "a rule"),
        });
    }
    if let Some(groups) = document.at(&["spec", "groups"]) {
        return Some(
            warning
                .at(head(document), "an object without a `kind`")
                .context(groups.span.head(), "groups of rules")
                .help("add `kind: PrometheusRule`"),
        );
    }
    let near = near_key(document, &["groups"]);
    Some(match near {
        Some((key, near)) => did_you_mean(warning, key, near),
        None => warning.at(head(rule), "a rule").help(IN_GROUPS),
    })
}

const IN_GROUPS: &str =
    "rules stand below `groups:`, in groups that have a `name` and `rules`";

/// The first line of a rule, in a text that has no documents.
fn broken(file: FileId, text: &str) -> Option<Span> {
    let key = |line: &str, keys: &[&str]| {
        let line = line.trim_start_matches([' ', '-']);
        keys.iter().any(|it| line.starts_with(it))
    };
    if !text.lines().any(|it| key(it, &["expr:"])) {
        return None;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if key(line, &["alert:", "record:"]) {
            let start = at + (line.len() - line.trim_start_matches([' ', '-']).len());
            let end = at + line.trim_end().len();
            return Some(Span { file, start: start as u32, end: end as u32 });
        }
        at += line.len();
    }
    None
}

/// What promtool's tests assert.
const ASSERTIONS: &[&str] = &["alert_rule_test", "promql_expr_test"];

/// Whether a text can be one of which [`like_tests`] speaks.
pub fn may_be_like_tests(text: &str) -> bool {
    ASSERTIONS.iter().any(|it| text.contains(it))
}

/// A warning about a file that is no file of tests, but has promtool's tests.
pub fn like_tests(path: &str, root: &Node) -> Option<Diagnostic> {
    let is_test = |it: &Node| ASSERTIONS.iter().any(|key| it.get(key).is_some());
    let test = find(root, &is_test).filter(|_| !promtool::is_tests(root))?;
    let title = format!("`{path}` is passed over, but looks like tests");
    let warning = Diagnostic::warning("looks-like-tests", title);
    Some(match near_key(root, &["tests", "rule_files"]) {
        Some((key, near)) => did_you_mean(warning, key, near),
        None => warning
            .at(head(test), "a test of promtool's")
            .help("promtool's tests stand below `tests:`, at the top of the file"),
    })
}

fn did_you_mean(warning: Diagnostic, name: &Text, near: &str) -> Diagnostic {
    warning.at(name.span(), format!("did you mean `{near}`?")).fix(Fix {
        title: format!("write `{near}`"),
        edits: vec![(name.span(), near.to_owned())],
        safe: false,
    })
}

/// A key of a mapping that is nearly one of these, of which the mapping lacks that one.
fn near_key<'n>(
    node: &'n Node,
    known: &[&'static str],
) -> Option<(&'n Text, &'static str)> {
    node.as_table()?.iter().find_map(|it| {
        let missing = known.iter().copied().filter(|it| node.get(it).is_none());
        Some((&it.key, nearest(it.key.as_str(), missing)?))
    })
}

/// The first node that is as wanted, this one or one below it.
fn find<'n>(node: &'n Node, wanted: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    if wanted(node) {
        return Some(node);
    }
    match (node.as_array(), node.as_table()) {
        (Some(items), _) => items.iter().find_map(|it| find(it, wanted)),
        (_, Some(table)) => table.iter().find_map(|it| find(&it.value, wanted)),
        (None, None) => None,
    }
}

/// The first key of a mapping: it stands for one of many lines.
fn head(node: &Node) -> Span {
    let first = node.as_table().and_then(|it| it.iter().next());
    first.map_or(node.span.head(), |it| it.key.span())
}
