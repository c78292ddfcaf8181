//! What fails in every alert: no data makes it right, so it is known without any.

use super::misprint;
use super::print::sprintf;
use super::tree::{Node, NodeKind};
use super::usage::Known;
use super::value::Value;
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
pub(super) fn call(
    function: &str,
    at: TextRange,
    args: &[Argument<'_>],
) -> Option<Fault> {
    match (function, args) {
        ("eq" | "ne" | "lt" | "le" | "gt" | "ge", [first, others @ ..]) => others
            .iter()
            .find_map(|it| compared(first, it).or_else(|| compared(it, first))),
        ("printf", [format, args @ ..]) => printed(format, at, args),
        _ => None,
    }
}

/// The value of an alert, a float, beside what no float is compared with.
fn compared(value: &Argument<'_>, other: &Argument<'_>) -> Option<Fault> {
    if value.known != Known::Value {
        return None;
    }
    let (what, help) = match &other.node?.kind {
        NodeKind::Number(it)
            if it.int.is_some() && it.complex.is_none() && !it.is_float() =>
        {
            (
                format!("the whole number `{}`", it.literal),
                format!("write `{}.0`", it.literal),
            )
        }
        NodeKind::Text { text, .. } => match text.parse::<f64>() {
            Ok(number) => ("a text".to_owned(), format!("write `{number:?}`")),
            Err(_) => ("a text".to_owned(), "the value is a number".to_owned()),
        },
        _ => return None,
    };
    let title = format!("a float cannot be compared with {what}");
    let label = "not of the type of the value".to_owned();
    Some(Fault { at: other.range, title, label, help })
}

/// A format whose verbs do not fit the arguments, whatever these hold.
fn printed(format: &Argument<'_>, at: TextRange, args: &[Argument<'_>]) -> Option<Fault> {
    let Known::Text(text, place) = &format.known else { return None };
    // A width may be an argument.
    if text.contains('*') || misprint::mark(text).is_some() {
        return None;
    }
    let sample = |it: &Argument<'_>| match it.known {
        Known::Value => Value::Float(1.5),
        _ => Value::Text("".into()),
    };
    let samples: Vec<Value> = args.iter().map(sample).collect();
    let known = args.iter().all(|it| matches!(it.known, Known::Value | Known::Text(..)));
    let shown = sprintf(text, &samples);
    let of_number = ["(MISSING)", "%!(EXTRA ", "%!(NOVERB)", "(BADINDEX)"];
    let always = of_number.iter().find(|it| shown.contains(*it));
    let mark = misprint::mark(&shown).filter(|_| known || always.is_some())?;
    let (label, help) = match always.copied() {
        Some("(MISSING)") => {
            ("has more verbs than arguments", "give it an argument for each verb")
        }
        Some("%!(EXTRA ") => {
            ("has more arguments than verbs", "give it a verb for each argument")
        }
        Some("(BADINDEX)") => ("names an argument that is not there", "count from 1"),
        Some(_) => ("has a `%` without a verb", "write `%%` for the sign itself"),
        None => ("a verb does not fit its argument", "the value is a float: `%.0f`"),
    };
    Some(Fault {
        at: if text.is_empty() { at } else { *place },
        title: match (known, always) {
            (true, _) => format!("`printf` gives `{mark}`"),
            (false, _) => "`printf` has not an argument for each verb".to_owned(),
        },
        label: label.to_owned(),
        help: help.to_owned(),
    })
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
        let few = "`printf` has not an argument for each verb";
        check("{{ printf \"%s %s\" $labels.a }}", "\"%s %s\"", few);
        let missing = "`printf` gives `%!d(MISSING)`";
        check("{{ $value | printf \"%.2f %d\" }}", "\"%.2f %d\"", missing);
        check("{{ printf \"%d\" $value }}", "\"%d\"", "`printf` gives `%!d(float64=…)`");
        check("{{ printf \"5%\" }}", "\"5%\"", "`printf` gives `%!(NOVERB)`");
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
            "{{ printf \"%[1]v %[1]v\" $value }} {{ printf \"%!d(MISSING)\" }}",
        ] {
            assert_eq!(faults(text), [], "{text}");
        }
    }
}
