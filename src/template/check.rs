//! Whether the text of a label or an annotation is a sound template, as a message.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::dialect::Version;
use crate::template::{self, TemplateError};

/// So many are kept.
const MAX_SOUND: usize = 4096;

thread_local! {
    /// Actions of templates that were found sound: those of a project's alerts are mostly
    /// the same few.
    static SOUND: RefCell<HashSet<String>> = RefCell::new(HashSet::new());
}

/// Whether a template is sound for a version of Prometheus; what is not is said once for
/// each place.
pub fn check(text: &Text, version: Version, sink: &mut Sink) -> bool {
    if !text.as_str().contains("{{") {
        return true;
    }
    let actions = actions(text.as_str(), version);
    if actions.as_ref().is_some_and(|it| SOUND.with_borrow(|sound| sound.contains(it))) {
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
            let sound = newer.is_empty();
            if let Some(actions) = actions.filter(|_| sound) {
                SOUND.with_borrow_mut(|it| {
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

/// The actions of a template, without the text around them, which makes none unsound, and
/// behind the version that it is for. Nothing where a string or a comment might hide where
/// an action ends.
fn actions(text: &str, version: Version) -> Option<String> {
    let mut out = version.to_string();
    out.reserve(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let end = start + rest[start..].find("}}")? + 2;
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
    let at = at.bytes();
    let unknown = reason
        .strip_prefix("function \"")
        .and_then(|it| it.strip_suffix("\" not defined"))
        .map(str::to_string);
    let error = Diagnostic::error("template", reason);
    let names = template::function_names();
    let near = unknown.and_then(|it| suggest::nearest(&it, names.iter().copied()));
    match near {
        Some(near) => {
            error.within(text, at.start, at.end, format!("did you mean `{near}`?"))
        }
        None => error.within(text, at.start, at.end, "the template does not parse here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_from_the_text_around_them() {
        let of = |text| actions(text, Version::new(3, 5));
        let found = of("{{ $labels.a }} of }} {{- $value -}} x");
        assert_eq!(found.as_deref(), Some("3.5{{ $labels.a }}{{- $value -}}"));
        assert_eq!(of("a {{ printf \"}}\" }}"), None);
        assert_eq!(of("a {{ b"), None);
        assert_ne!(of("{{ a }}"), actions("{{ a }}", Version::new(2, 5)));
    }
}
