//! Fixed values of variables, which Grafana takes out of one text: not all stay as they are.
//!
//! `transformCsvStringToOptions` of Grafana's `CustomVariable`.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;

/// Says which values would be others in Grafana.
pub(super) fn check(variable: &Text, values: &[Text], sink: &mut Sink) {
    for (idx, value) in values.iter().enumerate() {
        let next = values.get(idx + 1).map(Text::as_str);
        let Some((label, help)) = fault(value.as_str(), next) else { continue };
        let title = match value.as_str() {
            "" => format!("variable `{variable}` cannot have an empty value"),
            value => format!("variable `{variable}` cannot have the value `{value}`"),
        };
        sink.push_once(
            Diagnostic::error("bad-variable", title).at(value.span(), label).help(help),
        );
    }
}

/// What becomes of a value before another one, and what to write.
fn fault(value: &str, next: Option<&str>) -> Option<(String, String)> {
    let bare = value.trim();
    let write = |it: &str| format!("write `\"{it}\"`");
    if bare.is_empty() {
        let help = "take it out; for any value there is `all = true`";
        return Some(("Grafana would leave it out".into(), help.into()));
    }
    if let Some((text, chosen)) = named(value) {
        let label = format!("for Grafana the value `{chosen}`, called `{text}`");
        return Some((label, write(chosen)));
    }
    if bare != value {
        let label = "Grafana takes the blanks around it away";
        return Some((label.into(), write(bare)));
    }
    // Values stand behind each other with commas between them, and `\,` is none of these.
    let next = next.filter(|_| value.ends_with('\\'))?;
    Some((format!("Grafana joins it with `{next}`"), "write it as the last one".into()))
}

/// What Grafana reads as a value with a name of its own: `name : value`, by the last sign
/// that has something on both sides.
fn named(value: &str) -> Option<(&str, &str)> {
    let is_line_end = |it: char| matches!(it, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    let n_blank = value.len() - value.trim_start().len();
    let first_end = value[n_blank..].find(is_line_end).map(|it| it + n_blank);
    let last_end = value.rfind(is_line_end);
    let signs = value.match_indices(':').rev();
    let mut all = signs.filter_map(|(at, _)| {
        let before = value[..at].strip_suffix(char::is_whitespace)?;
        let after = value[at + 1..].strip_prefix(char::is_whitespace)?;
        // Neither of the two has several lines.
        let one_line = first_end.is_none_or(|it| before.len() <= it)
            && last_end.is_none_or(|it| it < value.len() - after.len());
        let there = !before.is_empty() && !after.is_empty();
        (one_line && there).then(|| (before.trim(), after.trim()))
    });
    all.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_values_are_found_where_grafana_finds_them() {
        for (value, expect) in [
            ("x : y", Some(("x", "y"))),
            ("a : b : c", Some(("a : b", "c"))),
            (" x :  y ", Some(("x", "y"))),
            ("a:b", None),
            ("a: b", None),
            (" : b", None),
            ("a : ", None),
            ("a\nb : c", None),
        ] {
            assert_eq!(named(value), expect, "{value:?}");
        }
    }

    #[test]
    fn sound_values_stay() {
        for value in ["0.5", "a,b", "a\\.b", "a b", "http://x:1", "a:b", "\\,"] {
            assert_eq!(fault(value, Some("x")), None, "{value:?}");
        }
        for value in ["", " ", " a", "a ", "x : y", "a\\"] {
            assert!(fault(value, Some("x")).is_some(), "{value:?}");
        }
        assert_eq!(fault("C:\\", None), None);
    }
}
