//! `${name}` in the names and paths that a project gives to its output.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::parameter::{self, Part};

/// A text with these values filled in; `None` where it uses others, which is said.
pub(super) fn fill(
    text: &Text,
    values: &[(&str, &str)],
    sink: &mut Sink,
) -> Option<String> {
    let written = text.as_str();
    let mut out = String::with_capacity(written.len());
    let mut sound = true;
    parameter::faults(text).into_iter().for_each(|it| sink.push_once(it));
    for part in parameter::parts(written) {
        match part {
            Part::Literal(range) => out.push_str(&written[range]),
            Part::Escape(_) => out.push_str("${"),
            Part::Broken(_) => sound = false,
            Part::Use(used) => match values.iter().find(|it| it.0 == used.name) {
                Some((_, value)) => out.push_str(value),
                None => {
                    let title = format!("unknown parameter `{}`", used.name);
                    let names = || values.iter().map(|it| it.0);
                    let help = match suggest::nearest(used.name, names()) {
                        Some(near) => format!("did you mean `${{{near}}}`?"),
                        None => format!("there is {}", suggest::list(names(), 20)),
                    };
                    let range = used.range;
                    sink.push_once(
                        Diagnostic::error("unknown-parameter", title)
                            .within(text, range.start, range.end, "has no value here")
                            .help(help),
                    );
                    sound = false;
                }
            },
        }
    }
    sound.then_some(out)
}
