//! `match` and `reReplaceAll`.

use crate::promql::labels::quote;
use crate::promql::re2::Regex;

/// Whether a pattern matches anywhere in a text (Go's `regexp.MatchString`).
pub(super) fn is_match(pattern: &str, text: &str) -> Result<bool, String> {
    match Regex::new(pattern) {
        Ok(regex) => Ok(regex.is_match(text)),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Replaces all matches (Go's `ReplaceAllString`); `$1` and `${name}` stand for groups.
pub(super) fn replace_all(
    pattern: &str,
    replacement: &str,
    text: &str,
) -> Result<String, String> {
    match Regex::new(pattern) {
        Ok(regex) => Ok(regex.replace_all(text, replacement)),
        // Prometheus compiles with Go's `MustCompile` here.
        Err(fault) => {
            let shown = match pattern.contains(['`', '\n', '\u{7f}']) {
                true => quote(pattern),
                false => format!("`{pattern}`"),
            };
            Err(format!("regexp: Compile({shown}): {fault}"))
        }
    }
}
