//! Annotations for people who read them where nothing fires: in the catalogue, below a
//! panel. What a template would fill in is named instead.

use std::borrow::Cow;

use crate::diag::pair;

/// The text of an annotation with its actions named: `{{ $labels.job }}` is `` `job` ``,
/// `{{ $value | humanize }}` is `` `value` ``, and a constant is printed as its function
/// would print it; other actions are `…`.
pub fn prose(template: &str) -> Cow<'_, str> {
    if !pair::is_in(template, b"{{") {
        return Cow::Borrowed(template.trim());
    }
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = pair::find(rest, b"{{") {
        let Some(len) = pair::find(&rest[start..], b"}}") else { break };
        let mut before = &rest[..start];
        let mut action = &rest[start + 2..start + len];
        rest = &rest[start + len + 2..];
        if let Some(it) = action.strip_prefix('-') {
            (action, before) = (it, before.trim_end());
        }
        if let Some(it) = action.strip_suffix('-') {
            (action, rest) = (it, rest.trim_start());
        }
        out.push_str(before);
        name(action.trim(), &mut out);
    }
    out.push_str(rest);
    out.truncate(out.trim_end().len());
    out.drain(..out.len() - out.trim_start().len());
    Cow::Owned(out)
}

/// Text in a cell of a Markdown table: on one line, `|` escaped.
pub fn cell(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // Without an early end the loop is vectorised.
    let is_simple = |it: u8| matches!(it, b' '..=b'~') && it != b'|';
    let all_simple = text.bytes().fold(true, |all, it| all & is_simple(it));
    if all_simple && !pair::is_in(text, b"  ") {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(words.join(" ").replace('|', "\\|"))
}

/// A fence of backticks that no text between holds.
pub fn fence<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts = texts.into_iter().filter(|it| it.contains('`'));
    let runs = texts.flat_map(|it| it.split(|it| it != '`')).map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

/// The function through which a template prints the value of its alert, if one does:
/// `humanizePercentage`. It tells what the value is.
pub fn value_function(template: &str) -> Option<&str> {
    let mut rest = template;
    while let Some(start) = pair::find(rest, b"{{") {
        let len = pair::find(&rest[start..], b"}}")?;
        let action = rest[start + 2..start + len].trim_matches(['-', ' ', '\n', '\t']);
        rest = &rest[start + len + 2..];
        if let Some((value, function)) = action.split_once('|')
            && matches!(value.trim(), "$value" | ".Value")
        {
            return function.split_whitespace().next();
        }
        if let Some((function, value)) = action.split_once(' ')
            && matches!(value.trim(), "$value" | ".Value")
        {
            return Some(function);
        }
    }
    None
}

/// The labels that a template names, in order, each once.
pub fn labels(template: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for action in template.split("{{").skip(1) {
        let action = action.split("}}").next().unwrap_or_default();
        for it in action.split("abels.").skip(1) {
            let end = it.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = &it[..end.unwrap_or(it.len())];
            if is_name(name) && !out.contains(&name) {
                out.push(name);
            }
        }
    }
    out
}

fn name(action: &str, out: &mut String) {
    let (subject, functions) = match action.split_once('|') {
        Some((subject, functions)) => (subject.trim(), functions.trim()),
        None => (action, ""),
    };
    let label = ["$labels.", ".Labels.", "$externalLabels."]
        .into_iter()
        .find_map(|it| subject.strip_prefix(it))
        .filter(|it| is_name(it));
    let is_value =
        || matches!(subject, "$value" | ".Value") || action.ends_with(" $value");
    match label {
        Some(label) => out.extend(["`", label, "`"]),
        None if is_value() => out.push_str("`value`"),
        None => match subject.parse::<f64>() {
            Ok(value) if value.is_finite() => match constant(value, functions) {
                Some(it) => out.push_str(&it),
                None => out.push_str(subject),
            },
            _ => out.push('…'),
        },
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// A constant as one of the template functions prints it (`template/template.go`).
fn constant(value: f64, function: &str) -> Option<String> {
    match function {
        "" => Some(short(value)),
        "humanizePercentage" => Some(format!("{}%", short(value * 100.0))),
        "humanizeDuration" => Some(duration(value)),
        "humanize" => Some(scaled(value, 1000.0, &["", "k", "M", "G", "T", "P"])),
        "humanize1024" => {
            Some(scaled(value, 1024.0, &["", "ki", "Mi", "Gi", "Ti", "Pi"]))
        }
        _ => None,
    }
}

/// At most four significant digits, without trailing zeros.
pub fn short(value: f64) -> String {
    let n_decimals = match value.abs() {
        it if it < 1.0 => 6,
        it if it < 10.0 => 3,
        it if it < 100.0 => 2,
        it if it < 1000.0 => 1,
        _ => 0,
    };
    let mut text = format!("{value:.n_decimals$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

fn scaled(value: f64, base: f64, prefixes: &[&str]) -> String {
    let mut value = value;
    let mut idx = 0;
    while base <= value.abs() && idx + 1 < prefixes.len() {
        value /= base;
        idx += 1;
    }
    format!("{}{}", short(value), prefixes[idx])
}

/// Seconds in the largest units that say it.
fn duration(seconds: f64) -> String {
    let mut rest = seconds.abs() as u64;
    // Minutes have no decimals.
    if rest < 60 {
        return format!("{}s", short(seconds));
    }
    let mut parts = Vec::new();
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if size <= rest {
            parts.push(format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    format!("{sign}{}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_are_named() {
        let text = "{{ $labels.pod }}/{{ .Labels.container }} of {{ $labels.pod }}: {{ $value }}";
        assert_eq!(labels(text), ["pod", "container"]);
        assert_eq!(labels("labels.x {{ $value }}"), Vec::<&str>::new());
    }

    #[test]
    fn actions_are_named() {
        let cases = [
            ("{{ $labels.instance }} is down", "`instance` is down"),
            (
                "{{ $value | humanizePercentage }} (limit {{ 0.05 | humanizePercentage }})",
                "`value` (limit 5%)",
            ),
            ("{{$labels.a}}{{- $labels.b -}} c", "`a``b`c"),
            ("{{ 259200 | humanizeDuration }}", "3d"),
            ("{{ 2.5 | humanizeDuration }} {{ 90.5 | humanizeDuration }}", "2.5s 1m 30s"),
            ("{{ 1500000 | humanize }} {{ 2048 | humanize1024 }}", "1.5M 2ki"),
            ("{{ range query \"up\" }}x{{ end }}", "…x…"),
            ("{{ printf \"%.2f\" $value }}", "`value`"),
            ("open {{ end", "open {{ end"),
            ("${x} costs $5", "${x} costs $5"),
        ];
        for (template, expect) in cases {
            assert_eq!(prose(template), expect, "{template}");
        }
    }

    #[test]
    fn texts_keep_to_their_cell_and_their_fence() {
        assert_eq!(cell("a |\n b"), "a \\| b");
        assert_eq!(fence(["a```b`", "x"]), "````");
        assert_eq!(fence(["x"]), "```");
    }

    #[test]
    fn the_function_of_the_value_is_found() {
        assert_eq!(
            value_function("{{ $labels.x }}: {{ $value | humanizeDuration }}"),
            Some("humanizeDuration")
        );
        assert_eq!(value_function("{{ humanize $value }}"), Some("humanize"));
        assert_eq!(value_function("{{ $value }} {{ 1 | humanize }}"), None);
        assert_eq!(value_function("{{ x"), None);
    }

    #[test]
    fn numbers_are_short() {
        for (value, expect) in [
            (5.0, "5"),
            (14.4, "14.4"),
            (0.001, "0.001"),
            (12345.6, "12346"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(short(value), expect);
        }
    }
}
