//! Whether the text of a label or an annotation is a sound template, as a message.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::pair;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::syntax::ast::SyntaxError;
use crate::template::advice::{Advice, advice};
use crate::template::always::{self, Fault};
use crate::template::{self, Template, TemplateError};

/// So many are kept of each.
const MAX_SOUND: usize = 4096;

thread_local! {
    /// Actions of templates that were found sound, by the version that they are for and by
    /// whether it was asked that they work: those of a project's alerts are mostly the same
    /// few.
    static SOUND: RefCell<HashMap<(Version, bool), HashSet<String>>> = RefCell::default();
}

/// Whether a template is one for a version of Prometheus, as it looks before it loads rules;
/// what is wrong is said once for each place.
pub fn check(text: &Text, version: Version, sink: &mut Sink) -> bool {
    look(text, version, None, sink)
}

/// The same for a server, where a template that fails in every alert is not sound either.
pub fn check_works(text: &Text, dialect: &Dialect, sink: &mut Sink) -> bool {
    look(text, dialect.version, Some(dialect), sink)
}

/// `works` is the dialect of its queries, if it is asked whether it works.
fn look(text: &Text, version: Version, works: Option<&Dialect>, sink: &mut Sink) -> bool {
    if !pair::is_in(text.as_str(), b"{{") {
        return true;
    }
    let actions = actions(text.as_str());
    let asked = (version, works.is_some());
    let is_known = |it: &String| {
        SOUND.with_borrow(|sound| sound.get(&asked).is_some_and(|all| all.contains(it)))
    };
    if actions.as_ref().is_some_and(is_known) {
        return true;
    }
    // Prometheus puts the alert's name into its message, which is not shown.
    match template::parse_to_check(text.as_str()) {
        Err(error) => {
            sink.push_once(unsound(text, error));
            false
        }
        Ok(template) => {
            let newer = template.newer_than(version);
            for (at, name, since) in &newer {
                let title = format!("`{name}` needs Prometheus {since}");
                let at = at.bytes();
                sink.push_once(
                    Diagnostic::error("needs-newer-prometheus", title)
                        .within(text, at.start, at.end, "")
                        .help(format!("the template is for Prometheus {version}")),
                );
            }
            let mut sound = newer.is_empty();
            if let Some(dialect) = works {
                for it in failing(text, &template, dialect) {
                    sink.push_once(it);
                    sound = false;
                }
            }
            if let Some(actions) = actions.filter(|_| sound) {
                SOUND.with_borrow_mut(|it| {
                    let it = it.entry(asked).or_default();
                    if MAX_SOUND <= it.len() {
                        it.clear();
                    }
                    it.insert(actions);
                });
            }
            sound
        }
    }
}

/// What fails in every alert, the queries that are no PromQL among it.
fn failing(text: &Text, template: &Template, dialect: &Dialect) -> Vec<Diagnostic> {
    let found = always::look(template);
    let mut out = Vec::new();
    for Fault { at, title, label, help } in found.faults {
        let at = at.bytes();
        let it = Diagnostic::error("template", title);
        out.push(it.within(text, at.start, at.end, label).help(help));
    }
    for (expression, at) in found.queries {
        let Err(errors) = promql::check::parse(&expression, dialect) else { continue };
        let at = at.bytes();
        // Where nothing is escaped, places in the literal are those in the text.
        let same = text.as_str().get(at.start + 1..at.end.saturating_sub(1));
        let same = same.is_some_and(|it| it == expression);
        for SyntaxError { at: inside, message, help } in errors {
            let inside = inside.bytes();
            let (start, end) = match same {
                true => (at.start + 1 + inside.start, at.start + 1 + inside.end),
                false => (at.start, at.end),
            };
            let mut it = Diagnostic::error("promql", message);
            it = it.within(text, start, end, "in a query of the template");
            it.help.extend(help);
            out.push(it);
        }
    }
    out
}

/// The actions of a template, without the text around them, which makes none unsound.
/// Nothing where a string or a comment might hide where an action ends; so there are no
/// queries in them.
fn actions(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = pair::find(rest, b"{{") {
        let end = start + pair::find(&rest[start..], b"}}")? + 2;
        let action = &rest[start..end];
        if action.contains(['"', '\'', '`', '/']) {
            return None;
        }
        out.push_str(action);
        rest = &rest[end..];
    }
    Some(out)
}

fn unsound(text: &Text, error: TemplateError) -> Diagnostic {
    let TemplateError { at, reason, .. } = error;
    let Advice { at, label, help } = advice(text.as_str(), at, &reason);
    let at = at.bytes();
    let mut said =
        Diagnostic::error("template", reason).within(text, at.start, at.end, label);
    said.help.extend(help);
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};

    #[test]
    fn actions_are_told_from_the_text_around_them() {
        let found = actions("{{ $labels.a }} of }} {{- $value -}} x");
        assert_eq!(found.as_deref(), Some("{{ $labels.a }}{{- $value -}}"));
        assert_eq!(actions("a {{ printf \"}}\" }}"), None);
        assert_eq!(actions("a {{ b"), None);
    }

    #[test]
    fn what_is_sound_for_one_server_may_not_be_for_another() {
        let span = Span { file: FileId(0), start: 0, end: 0 };
        let is_sound = |text: &str, version: Version| {
            check(&Text::opaque(text, span), version, &mut Sink::new())
        };
        let text = "{{ toDuration $value }}";
        assert!(is_sound(text, Version::LATEST));
        assert!(!is_sound(text, Version::FIRST));
        let text = "{{ if gt $value 5 }}x{{ end }}";
        assert!(is_sound(text, Version::LATEST));
        let text = Text::opaque(text, span);
        assert!(!check_works(&text, &Dialect::everything(), &mut Sink::new()));
    }
}
