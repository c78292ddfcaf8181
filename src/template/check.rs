//! Whether the text of a label or an annotation is a sound template, as a message.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::dialect::Version;
use crate::template::{self, TemplateError};

/// Whether a template is sound for a version of Prometheus; what is not is said once for
/// each place.
pub fn check(text: &Text, version: Version, sink: &mut Sink) -> bool {
    if !text.as_str().contains("{{") {
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
            newer.is_empty()
        }
    }
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
