//! How a template writes the value of its alert: through which functions, and what text
//! follows it.

use crate::promql::syntax::ast::TextRange;

/// The value as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The place of the whole action, without its braces.
    pub at: TextRange,
    /// The functions that the value goes through, in order, and where their names stand.
    pub by: Vec<(String, TextRange)>,
    /// The text directly behind it.
    pub after: String,
    /// Whether something else follows that text before the action ends.
    pub(super) is_closed: bool,
}

/// Functions that write a number for people.
const HUMANIZE: &[&str] = &[
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
];

/// What a function makes of a value that is its argument of this number; nothing where that
/// is not known. `format` is its first argument, where that is a literal.
pub(super) fn through(
    mut value: Shown,
    function: &str,
    by: TextRange,
    format: Option<&str>,
    arg: usize,
) -> Option<Shown> {
    if HUMANIZE.contains(&function) {
        // Of a number with text behind it they would make nothing.
        if !value.after.is_empty() {
            return None;
        }
    } else if function == "printf" {
        let (after, is_closed) = behind(format?, arg.checked_sub(1)?)?;
        if !value.is_closed {
            value.after.push_str(&after);
            value.is_closed = is_closed;
        }
    } else {
        return None;
    }
    value.by.push((function.to_owned(), by));
    Some(value)
}

/// The text behind the verb of an argument in a format, and whether another verb follows.
fn behind(format: &str, arg: usize) -> Option<(String, bool)> {
    let mut rest = format;
    let mut n_before = 0;
    loop {
        rest = &rest[rest.find('%')? + 1..];
        if let Some(it) = rest.strip_prefix('%') {
            rest = it;
            continue;
        }
        // Of widths that are arguments nothing is known.
        let verb = rest.find(|it: char| !"+-# 0123456789.".contains(it))?;
        let verb_char = rest[verb..].chars().next()?;
        if !verb_char.is_ascii_alphabetic() {
            return None;
        }
        rest = &rest[verb + 1..];
        if n_before == arg {
            break;
        }
        n_before += 1;
    }
    let mut after = String::new();
    let mut chars = rest.chars().peekable();
    while let Some(it) = chars.next() {
        match (it, chars.peek()) {
            ('%', Some('%')) => {
                chars.next();
                after.push('%');
            }
            ('%', _) => return Some((after, true)),
            (it, _) => after.push(it),
        }
    }
    Some((after, false))
}

#[cfg(test)]
mod tests {
    use crate::template::{parse, usage};

    /// What is said of the value: functions, and the text behind.
    #[track_caller]
    fn check(text: &str, wanted: &[(&str, &str)]) {
        let usage = usage::usage(&parse("A", text).unwrap());
        let shown = usage.shown.iter().map(|it| {
            let by: Vec<&str> = it.by.iter().map(|it| it.0.as_str()).collect();
            let places = it.by.iter().all(|it| text[it.1.bytes()] == it.0);
            assert!(places, "{text}: {:?}", it.by);
            (by.join(" "), it.after.clone())
        });
        let wanted = wanted.iter().map(|it| (it.0.to_owned(), it.1.to_owned()));
        assert_eq!(shown.collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{text}");
    }

    #[test]
    fn values_are_followed_into_functions_and_text() {
        check("{{ $value }}% of it", &[("", "% of it")]);
        check("{{ .Value | humanize }}B", &[("humanize", "B")]);
        check("{{ humanizeDuration $value }}", &[("humanizeDuration", "")]);
        check("{{ $value | printf \"%.2f\" }}%", &[("printf", "%")]);
        check("{{ printf \"%5.1f%%\" $value }} a", &[("printf", "% a")]);
        check("{{ $value | printf \"%.0f\" | humanize }}", &[("printf humanize", "")]);
        check("{{ $value -}}  %", &[("", "%")]);
        check("{{ $value }}{{ $labels.x }}", &[("", "")]);
        check("{{ with $value }}{{ . }}s{{ end }}", &[("", "s")]);
        check("{{ $x := $value }}{{ humanize1024 $x }}B", &[("humanize1024", "B")]);
        check("{{ $x := $value | humanize }}{{ $x }}%", &[("humanize", "%")]);
    }

    #[test]
    fn formats_give_each_argument_its_verb() {
        check("{{ printf \"%s: %f%%\" $labels.x $value }}", &[("printf", "%")]);
        check("{{ printf \"%f%% of %s\" $value $labels.x }}!", &[("printf", "% of ")]);
        check("{{ printf \"%*d%%\" 3 $value }}", &[]);
        check("{{ printf \"%[1]f%%\" $value }}", &[]);
        check("{{ printf $labels.x $value }}", &[]);
        check("{{ printf \"\" $value }}", &[]);
    }

    #[test]
    fn what_is_made_of_it_is_not_the_value() {
        check("{{ $value | title }}%", &[]);
        check("{{ query \"x\" | first | value | humanizePercentage }}", &[]);
        check("{{ if gt $value 1.0 }}%{{ end }}", &[]);
        check("{{ eq $value 1.0 }}", &[]);
        check("{{ $value | printf \"%f s\" | humanizeDuration }}", &[]);
        check("{{ with $labels }}{{ .Value }}{{ end }}", &[]);
    }
}
