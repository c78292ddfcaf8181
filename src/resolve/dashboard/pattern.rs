//! Regular expressions of variables and colours, which a browser runs.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::grafana::{interpolate, regex};

/// Says what is wrong with a pattern that stands alone.
pub(super) fn check(pattern: &Text, sink: &mut Sink) {
    part(pattern, 0, pattern.as_str(), sink);
}

/// Says what is wrong with a regular expression as Grafana takes it: a pattern, or one
/// between slashes with flags after it (`stringToJsRegex`).
pub(super) fn check_slashed(regex: &Text, sink: &mut Sink) {
    let text = regex.as_str();
    // Variables may bring anything.
    if !interpolate::uses(text).is_empty() {
        return;
    }
    let Some(rest) = text.strip_prefix('/') else { return check(regex, sink) };
    let Some((body, flags)) = rest.rsplit_once('/') else {
        let label = "begins with `/` and does not end with it";
        let said = none(text).within(regex, 0, text.len(), label);
        sink.push_once(said.help("write `/` at both ends, or at none"));
        return;
    };
    let mut known = "gimys".chars();
    if !flags.chars().all(|flag| known.any(|it| it == flag)) {
        let from = text.len() - flags.len();
        let said = none(text).within(regex, from, text.len(), "are no flags");
        sink.push_once(
            said.help("Grafana takes `g`, `i`, `m`, `y` and `s`, in this order"),
        );
        return;
    }
    part(regex, 1, body, sink);
}

fn part(regex: &Text, start: usize, pattern: &str, sink: &mut Sink) {
    let Some((at, label)) = regex::fault(pattern) else { return };
    let sign = &pattern[at.clone()];
    let said =
        none(regex.as_str()).within(regex, start + at.start, start + at.end, label);
    sink.push_once(match sign {
        "\\" => said,
        it if it.starts_with("(?") => {
            said.help("write `(?:…)` for a group without a number")
        }
        // A class needs no escape, of which strings of TOML have their own.
        it => said.help(format!("for the character itself write `[{}]`", &it[..1])),
    });
}

fn none(regex: &str) -> Diagnostic {
    let title = format!("`{regex}` is no regular expression");
    Diagnostic::error("bad-pattern", title)
}
