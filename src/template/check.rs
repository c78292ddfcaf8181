//! Whether the text of a label or an annotation is a sound template, as a message.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::template::{self, TemplateError};

/// Whether a template is sound; what is not is said once for each place.
pub fn check(text: &Text, sink: &mut Sink) -> bool {
    if !text.as_str().contains("{{") {
        return true;
    }
    // Prometheus puts the alert's name into its message, which is not shown.
    let Err(TemplateError { at, reason, .. }) = template::parse("", text.as_str()) else {
        return true;
    };
    let at = at.bytes();
    let unknown = reason
        .strip_prefix("function \"")
        .and_then(|it| it.strip_suffix("\" not defined"))
        .map(str::to_string);
    let error = Diagnostic::error("template", reason);
    let names = template::function_names();
    let near = unknown.and_then(|it| suggest::nearest(&it, names.iter().copied()));
    sink.push_once(match near {
        Some(near) => {
            error.within(text, at.start, at.end, format!("did you mean `{near}`?"))
        }
        None => error.within(text, at.start, at.end, "the template does not parse here"),
    });
    false
}
