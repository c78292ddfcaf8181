use std::sync::Arc;

use super::look;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::value::Sample;
use crate::template::expand::{Context, Row, expand};
use crate::template::{parse, parse_to_check};

/// The places, the titles and the helps of the faults.
fn faults(text: &str) -> Vec<[String; 3]> {
    let found = look(&parse_to_check(text).unwrap());
    let fault = |it: super::Fault| [text[it.at.bytes()].to_owned(), it.title, it.help];
    found.faults.into_iter().map(fault).collect()
}

/// Whether an alert with this value fails.
fn fails(text: &str, value: Sample) -> bool {
    let labels = Labels::from_strs(&[("instance", "a"), ("job", "b")]);
    let row = Row { labels: labels.clone(), value: value.clone() };
    let context = Context {
        labels: &labels,
        external_labels: &labels,
        external_url: "http://localhost/x",
        has_server: true,
        value: &value,
        time: 0,
        query: &|_, _| Ok(vec![row.clone()]),
    };
    expand(&parse("A", text).unwrap(), &context).is_err()
}

fn any_fails(text: &str) -> bool {
    fails(text, Sample::Float(7.5))
        && fails(text, Sample::Histogram(Arc::new(Histogram::default())))
}

#[track_caller]
fn check(text: &str, place: &str, title: &str, help: &str) {
    let wanted = [place, title, help].map(str::to_owned);
    assert_eq!(faults(text), [wanted], "{text}");
    assert!(any_fails(text), "{text}");
}

#[test]
fn what_fails_in_every_alert_is_found() {
    let whole = "a float cannot be compared with the whole number `1`";
    check("{{ if gt $value 1 }}x{{ end }}", "1", whole, "write `1.0`");
    check(
        "{{ with .Value }}{{ if . | le 1 }}x{{ end }}{{ end }}",
        "1",
        whole,
        "write `1.0`",
    );
    let text = "a float cannot be compared with a text";
    check("{{ eq .Value \"1\" }}", "\"1\"", text, "write `1.0`");
    let field = "templates of alerts have no `.CommonLabels`";
    let known = "there are `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`";
    check("{{ .CommonLabels.x }}", ".CommonLabels.x", field, known);
    check(
        "{{ range .Labels }}{{ $.CommonLabels }}{{ end }}",
        "$.CommonLabels",
        field,
        known,
    );
}

#[test]
fn wrong_numbers_of_arguments_are_found() {
    for (text, place, title, help) in [
        (
            "{{ value }}",
            "value",
            "`value` takes one argument, not none",
            "the value of the alert is `$value`",
        ),
        (
            "{{ humanize 1 2 }}",
            "humanize",
            "`humanize` takes one argument, not two",
            "write `humanize $value`",
        ),
        (
            "{{ title }}",
            "title",
            "`title` takes one argument, not none",
            "write `title $labels.instance`",
        ),
        (
            "{{ len $labels $value }}",
            "len",
            "`len` takes one argument, not two",
            "write `len $labels.instance`",
        ),
        (
            "{{ $value | humanize 2 }}",
            "humanize",
            "`humanize` takes one argument, not two",
            "write `humanize $value`",
        ),
        (
            "{{ title toUpper }}",
            "toUpper",
            "`toUpper` takes one argument, not none",
            "write `(toUpper $labels.instance)`, or one function after the other in a pipe",
        ),
        (
            "{{ $labels.job | reReplaceAll \"a\" }}",
            "reReplaceAll",
            "`reReplaceAll` takes three arguments, not two",
            "write `reReplaceAll \":.*\" \"\" $labels.instance`",
        ),
        (
            "{{ if eq $value }}x{{ end }}",
            "eq",
            "`eq` takes at least two arguments, not one",
            "write `eq $labels.instance \"…\"`",
        ),
        (
            "{{ and }}",
            "and",
            "`and` takes at least one argument, not none",
            "write `and $labels.instance $labels.job`",
        ),
        (
            "{{ $value humanize }}",
            "humanize",
            "`$value` is no function and takes no arguments",
            "the function stands first: `humanize $value`",
        ),
        (
            "{{ $value -1 }}",
            "-1",
            "`$value` is no function and takes no arguments",
            "templates do not calculate: do it in the expression",
        ),
        (
            "{{ $labels.instance $labels.job }}",
            "$labels.job",
            "`$labels.instance` is no function and takes no arguments",
            "each value has its own braces: `{{ $labels.instance }} {{ $labels.job }}`",
        ),
        (
            "{{ query \"up\" | first | $value }}",
            "$value",
            "`$value` is no function and takes no arguments",
            "a value stands before functions: `$value | humanize`",
        ),
        (
            "{{ humanize | $value }}",
            "humanize",
            "`humanize` takes one argument, not none",
            "write `humanize $value`",
        ),
        (
            "{{ $x = 5 }}",
            "$x",
            "`$x` is assigned and not declared",
            "declare it where it begins: `$x := …`",
        ),
        (
            "{{ define \"ab\" }}{{ end }}{{ template \"abc\" . }}",
            "\"abc\"",
            "template `abc` is not defined",
            "write `{{ define \"abc\" }}…{{ end }}` in the same text",
        ),
    ] {
        check(text, place, title, help);
    }
}

#[test]
fn values_of_wrong_types_are_found() {
    for (text, place, title, help) in [
        (
            "{{ toUpper $value }}",
            "$value",
            "`toUpper` takes a text, not a number",
            "write `($value | printf \"%.2f\")`",
        ),
        (
            "{{ $value | reReplaceAll \"a\" \"b\" }}",
            "reReplaceAll",
            "`reReplaceAll` takes a text, not a number",
            "write `$value | printf \"%.2f\" | reReplaceAll \"a\" \"b\"`",
        ),
        (
            "{{ toUpper $labels }}",
            "$labels",
            "`toUpper` takes a text, not a set of labels",
            "name one of them: `$labels.instance`",
        ),
        (
            "{{ first \"up\" }}",
            "\"up\"",
            "`first` takes the result of a query, not a text",
            "ask for it: `query \"up\" | first`",
        ),
        (
            "{{ $value | value }}",
            "value",
            "`value` takes a sample of a query, not a number",
            "write `$value` alone",
        ),
        (
            "{{ label \"x\" $labels }}",
            "$labels",
            "`label` takes a sample of a query, not a set of labels",
            "write `$labels.x`",
        ),
        (
            "{{ query $value }}",
            "$value",
            "`query` takes a text, not a number",
            "an expression is a text: `query \"…\"`",
        ),
        (
            "{{ query \"up\" | value }}",
            "value",
            "`value` takes a sample of a query, not the result of a query",
            "write `query \"up\" | first | value`",
        ),
        (
            "{{ humanize (query \"up\") }}",
            "(query \"up\")",
            "`humanize` takes a number, not the result of a query",
            "write `(query \"up\" | first | value)`",
        ),
        (
            "{{ printf $value }}",
            "$value",
            "`printf` takes a text, not a number",
            "the format stands first: `printf \"%.2f\" $value`",
        ),
        (
            "{{ $x := .Labels }}{{ $x | title }}",
            "title",
            "`title` takes a text, not a set of labels",
            "name one of them: `$x.instance`",
        ),
        (
            "{{ range query \"up\" }}{{ . | humanize }}{{ end }}",
            "humanize",
            "`humanize` takes a number, not a sample of a query",
            "write `. | value | humanize`",
        ),
        (
            "{{ gt $labels.instance 5 }}",
            "5",
            "a text cannot be compared with the whole number `5`",
            "a text has no size: compare numbers in the expression",
        ),
        (
            "{{ eq $labels.instance 5 }}",
            "5",
            "a text cannot be compared with the whole number `5`",
            "write `\"5\"`",
        ),
        (
            "{{ eq (len $labels) 2.0 }}",
            "2.0",
            "a whole number cannot be compared with the float `2.0`",
            "write `2`",
        ),
    ] {
        check(text, place, title, help);
    }
}

#[test]
fn fields_of_what_has_none_are_found() {
    for (text, place, title, help) in [
        (
            "{{ $labels.instance.x }}",
            "$labels.instance.x",
            "a text has no field `x`",
            "a label whose name has dots is `index $labels \"instance.x\"`",
        ),
        (
            "{{ .Labels.a.b.c }}",
            ".Labels.a.b.c",
            "a text has no field `b`",
            "a label whose name has dots is `index .Labels \"a.b.c\"`",
        ),
        (
            "{{ with $labels }}{{ .a.b }}{{ end }}",
            ".a.b",
            "a text has no field `b`",
            "a label whose name has dots is `index . \"a.b\"`",
        ),
        (
            "{{ $value.x }}",
            "$value.x",
            "a number has no field `x`",
            "a label is `$labels.x`",
        ),
        (
            "{{ .Value.x.y }}",
            ".Value.x.y",
            "a number has no field `x`",
            "a label is `.Labels.x.y`",
        ),
        (
            "{{ range query \"up\" }}{{ .instance }}{{ end }}",
            ".instance",
            "a sample of a query has no field `instance`",
            "a label of it is `.Labels.instance`",
        ),
        (
            "{{ (query \"up\" | first).value }}",
            "(query \"up\" | first).value",
            "a sample of a query has no field `value`",
            "write `(query \"up\" | first).Value`",
        ),
        (
            "{{ (query \"up\").Value }}",
            "(query \"up\").Value",
            "the result of a query has no field `Value`",
            "take one of its samples: `((query \"up\") | first).Value`",
        ),
        (
            "{{ with $labels.job }}{{ .Labels.x }}{{ end }}",
            ".Labels.x",
            "a text has no field `Labels`",
            "inside `with` and `range` the alert's data is `$.Labels.x`",
        ),
        (
            "{{ .labels.x }}",
            ".labels.x",
            "templates of alerts have no `.labels`",
            "there are `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`",
        ),
    ] {
        check(text, place, title, help);
    }
}

#[test]
fn what_is_looked_at_first_is_found() {
    for (text, place) in [
        ("{{ and .Foo false }}", ".Foo"),
        ("{{ with query \"up\" }}{{ $.Foo }}{{ end }}", "$.Foo"),
        ("{{ if .Foo | and true }}x{{ end }}", ".Foo"),
    ] {
        check(
            text,
            place,
            "templates of alerts have no `.Foo`",
            "there are `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`; \
             a label is `.Labels.Foo`",
        );
    }
}

#[test]
fn numbers_to_write_are_floats() {
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
        let text = format!("{{{{ gt $value {literal} }}}}");
        assert_eq!(faults(&text)[0][2], want, "{literal}");
    }
}

#[test]
fn what_may_work_passes() {
    for text in [
        "{{ gt $value 1.0 }} {{ lt 1e3 .Value }} {{ eq $labels.a \"1\" }}",
        "{{ gt ($value | printf \"%.0f\") \"5\" }} {{ ge (len $labels) 1 }}",
        "{{ with $labels }}{{ .instance }}{{ end }}",
        // The second round begins with what the first one left.
        "{{ $last := \"\" }}{{ range query \"up\" }}{{ if $last }}{{ gt .Value $last }}{{ end }}\
         {{ if true }}{{ $last = .Value }}{{ end }}{{ end }}",
        "{{ range query \"up\" }}{{ .Labels.a }} {{ .Value }}{{ end }}",
        "{{ with query \"up\" | first }}{{ .Value | eq 1.0 }}{{ end }}",
        "{{ define \"t\" }}{{ .arg0 }}{{ end }}{{ template \"t\" (args 1 2) }}",
        "{{ .ExternalURL }} {{ $externalURL }} {{ .ExternalLabels.a }}",
        "{{ printf \"%.2f%% of %s\" $value $labels.a }} {{ printf \"%*d\" 3 4 }}",
        "{{ printf $labels.format $value }} {{ printf \"%d\" (len $labels) }}",
        // What does not fit is printed; a native histogram is a value too.
        "{{ printf \"%s\" $value }} {{ printf \"%d\" $value }}",
        "{{ printf \"(MISSING) %d\" (len $labels) }} {{ printf \"%s\" }}",
        // Which it is depends on the data.
        "{{ humanize $labels.size }} {{ toUpper (or $labels.a $value) }}",
        "{{ $x := $labels.a }}{{ if $x }}{{ $x = $value }}{{ end }}{{ title $x }}",
        "{{ range $x := $labels }}{{ $x | title }}{{ end }} {{ (args 1 2).arg0.x }}",
        "{{ $value.Sum }} {{ ($value | toTime).Format \"15:04\" }} {{ $value.Mul 2.0 }}",
        "{{ range query \"up\" | sortByLabel \"a\" }}{{ . | label \"a\" | title }}{{ end }}",
        "{{ range $i, $s := query \"up\" }}{{ $s.Labels.a }}{{ eq $i 1 }}{{ end }}",
        "{{ (index (query \"up\") 0).Value | humanize }} {{ (query \"up\" | first).Labels.a }}",
        "{{ query \"up\" | first | value | humanize }} {{ humanize \"1\" }} {{ and $value }}",
        "{{ define \"t\" }}{{ .Labels.a.b }}{{ end }} {{ print $value $labels }} {{ print }}",
        "{{ externalURL }}{{ pathPrefix }} {{ $externalURL | title }} {{ $externalLabels.a }}",
        // What is never looked at.
        "{{ and false value }} {{ or true (toUpper $value) }} {{ if 0 }}{{ $value.x }}{{ end }}",
        "{{ and false .Foo }} {{ or true (gt $value 1) }} {{ eq $value 1.0 1 }}",
        "{{ if false }}{{ .Foo }}{{ end }} {{ if eq \"\" \"a\" }}{{ .Foo }}{{ end }}",
    ] {
        assert!(faults(text).is_empty(), "{text}");
    }
}

#[test]
fn what_is_told_fails_whatever_is_called_with_what() {
    let mut words = vec![
        "$value",
        "$labels",
        "$labels.a",
        "$labels.b.c",
        ".",
        ".Labels",
        ".Value",
        ".Labels.x",
        ".Value.Sum",
        "$",
        "$externalURL",
        "\"x\"",
        "\"5\"",
        "5",
        "2.5",
        "true",
        "nil",
        "query \"up\"",
        "(query \"up\")",
        "(query \"up\" | first)",
        "(query \"up\" | first).Value",
        "first",
        "(index (query \"up\") 0).Labels.a",
        "(args 1 $value)",
        "(args 1 $value).arg1",
        "$x",
        "$x.a",
        "(len $labels)",
        "(now | toTime)",
        "(safeHtml \"x\")",
        "(or $labels.a $value)",
        "| first",
        "| value",
    ];
    words.extend(crate::template::function_names());
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut n_told = 0;
    for _ in 0..10_000 {
        let mut text = format!("{{{{ $x := {} }}}}{{{{ ", words[random(words.len())]);
        for idx in 0..=random(3) {
            match random(4) {
                _ if idx == 0 => {}
                0 => text.push_str(" | "),
                _ => text.push(' '),
            }
            text.push_str(words[random(words.len())]);
        }
        text.push_str(" }}");
        let Ok(template) = parse_to_check(&text) else { continue };
        if let [first, ..] = look(&template).faults.as_slice() {
            assert!(any_fails(&text), "{text}: {first:?}");
            n_told += 1;
        }
    }
    assert!(500 < n_told, "{n_told}");
}
