//! What fails in every alert that comes to it: no data makes it right, so it is known
//! without any.

use super::tree::{Node, NodeKind};
use super::usage::Known;
use crate::promql::syntax::ast::TextRange;

/// Something that fails in every alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in the author's text.
    pub at: TextRange,
    /// What is wrong.
    pub title: String,
    /// What is there.
    pub label: String,
    /// What to write.
    pub help: String,
}

/// An argument of a function.
pub(super) struct Argument<'a> {
    /// What is known of it.
    pub(super) known: Known,
    /// Where it is.
    pub(super) range: TextRange,
    /// The literal or whatever else gives it; nothing for what a pipe passes on.
    pub(super) node: Option<&'a Node>,
}

/// What is wrong with a call.
pub(super) fn call(function: &str, args: &[Argument<'_>]) -> Option<Fault> {
    match (function, args) {
        // `eq` looks at further arguments only where the first ones differ.
        ("eq", [first, other, ..])
        | ("ne" | "lt" | "le" | "gt" | "ge", [first, other]) => {
            compared(first, other).or_else(|| compared(other, first))
        }
        _ => None,
    }
}

/// The value of an alert, a float or a histogram, beside what neither is compared with.
fn compared(value: &Argument<'_>, other: &Argument<'_>) -> Option<Fault> {
    if value.known != Known::Value {
        return None;
    }
    let (what, number) = match &other.node?.kind {
        NodeKind::Number(it) if it.complex.is_none() && !it.is_float() => {
            (format!("the whole number `{}`", it.literal), Some(it.int? as f64))
        }
        NodeKind::Text { text, .. } => ("a text".to_owned(), text.parse().ok()),
        _ => return None,
    };
    let help = match number.filter(|it: &f64| it.is_finite()) {
        Some(number) => format!("write `{number:?}`"),
        None => "the value is a number".to_owned(),
    };
    let title = format!("a float cannot be compared with {what}");
    let label = "not of the type of the value".to_owned();
    Some(Fault { at: other.range, title, label, help })
}

/// Fields that templates of Alertmanager have.
const ALERTMANAGER: &[&str] = &[
    "Alerts",
    "Annotations",
    "CommonAnnotations",
    "CommonLabels",
    "EndsAt",
    "Fingerprint",
    "GeneratorURL",
    "GroupLabels",
    "Receiver",
    "StartsAt",
    "Status",
];

/// A field that templates of alerts do not have.
pub(super) fn field(name: &str, at: TextRange) -> Fault {
    let help = "there are `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`";
    let help = match ALERTMANAGER.contains(&name) {
        true => help.to_owned(),
        false => format!("{help}; a label is `.Labels.{name}`"),
    };
    let label = match ALERTMANAGER.contains(&name) {
        true => "of templates of Alertmanager",
        false => "not there",
    };
    let title = format!("templates of alerts have no `.{name}`");
    Fault { at, title, label: label.to_owned(), help }
}

#[cfg(test)]
mod tests {
    use crate::template::{parse_to_check, usage};

    /// The places and titles of the faults.
    fn faults(text: &str) -> Vec<(String, String)> {
        let usage = usage::faults(&parse_to_check(text).unwrap());
        let fault = |it: super::Fault| (text[it.at.bytes()].to_owned(), it.title);
        usage.faults.into_iter().map(fault).collect()
    }

    #[track_caller]
    fn check(text: &str, place: &str, title: &str) {
        assert_eq!(faults(text), [(place.to_owned(), title.to_owned())], "{text}");
    }

    #[test]
    fn what_fails_in_every_alert_is_found() {
        let whole = "a float cannot be compared with the whole number `1`";
        check("{{ if gt $value 1 }}x{{ end }}", "1", whole);
        check("{{ with .Value }}{{ if . | le 1 }}x{{ end }}{{ end }}", "1", whole);
        check("{{ eq .Value \"1\" }}", "\"1\"", "a float cannot be compared with a text");
        let field = "templates of alerts have no `.CommonLabels`";
        check("{{ .CommonLabels.x }}", ".CommonLabels.x", field);
        check(
            "{{ range .Labels }}{{ $.CommonLabels }}{{ end }}",
            "$.CommonLabels",
            field,
        );
    }

    #[test]
    fn what_is_looked_at_first_is_found() {
        let title = "templates of alerts have no `.Foo`";
        check("{{ and .Foo false }}", ".Foo", title);
        check("{{ with query \"up\" }}{{ $.Foo }}{{ end }}", "$.Foo", title);
        check("{{ if .Foo | and true }}x{{ end }}", ".Foo", title);
    }

    #[test]
    fn numbers_to_write_are_floats() {
        let help = |text: &str| {
            let usage = usage::faults(&parse_to_check(text).unwrap());
            usage.faults.into_iter().map(|it| it.help).collect::<String>()
        };
        let neutral = "the value is a number";
        for (literal, want) in [
            ("1", "write `1.0`"),
            ("-5", "write `-5.0`"),
            ("0x10", "write `16.0`"),
            ("1_000", "write `1000.0`"),
            ("'a'", "write `97.0`"),
            ("\"0.5\"", "write `0.5`"),
            ("\"NaN\"", neutral),
            ("\"-Inf\"", neutral),
            ("\"1e999\"", neutral),
            ("\"x\"", neutral),
        ] {
            assert_eq!(
                help(&format!("{{{{ gt $value {literal} }}}}")),
                want,
                "{literal}"
            );
        }
    }

    #[test]
    fn what_may_work_passes() {
        for text in [
            "{{ gt $value 1.0 }} {{ lt 1e3 .Value }} {{ eq $labels.a \"1\" }}",
            "{{ gt ($value | printf \"%.0f\") \"5\" }} {{ ge (len $labels) 1 }}",
            "{{ with $labels }}{{ .instance }}{{ end }}",
            "{{ range query \"up\" }}{{ .Labels.a }} {{ .Value }}{{ end }}",
            "{{ with query \"up\" | first }}{{ .Value | eq 1.0 }}{{ end }}",
            "{{ define \"t\" }}{{ .arg0 }}{{ end }}{{ template \"t\" (args 1 2) }}",
            "{{ .ExternalURL }} {{ $externalURL }} {{ .ExternalLabels.a }}",
            "{{ printf \"%.2f%% of %s\" $value $labels.a }} {{ printf \"%*d\" 3 4 }}",
            "{{ printf $labels.format $value }} {{ printf \"%d\" (len $labels) }}",
            // What does not fit is printed; a native histogram is a value too.
            "{{ printf \"%s\" $value }} {{ printf \"%d\" $value }}",
            "{{ printf \"(MISSING) %d\" (len $labels) }} {{ printf \"%s\" }}",
            // What is never looked at.
            "{{ and false .Foo }} {{ or true (gt $value 1) }} {{ eq $value 1.0 1 }}",
            "{{ if false }}{{ .Foo }}{{ end }} {{ if eq \"\" \"a\" }}{{ .Foo }}{{ end }}",
        ] {
            assert_eq!(faults(text), [], "{text}");
        }
    }
}
