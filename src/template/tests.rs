//! Faults and their places, limits, what a template reads. The texts that templates
//! give are tested against Go's in `tests/it/template.rs`.

use std::sync::Arc;

use super::expand::{Context, Row, expand, expand_data};
use super::usage::usage;
use super::value::Value;
use super::*;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::value::Sample;

fn context<'a>(labels: &'a Labels, value: &'a Sample) -> Context<'a> {
    Context {
        labels,
        external_labels: labels,
        external_url: "http://testhost:9090/path/prefix",
        has_server: true,
        value,
        time: 1_353_755_652_000,
        query: &|_, _| {
            Ok(vec![Row {
                labels: Labels::from_strs(&[("__value__", "a"), ("instance", "a")]),
                value: Sample::Float(11.0),
            }])
        },
    }
}

fn run(text: &str, value: f64) -> Result<String, TemplateError> {
    let labels = Labels::from_strs(&[("__name__", "x"), ("i", "00")]);
    expand(&parse("x", text)?, &context(&labels, &Sample::Float(value)))
}

#[track_caller]
fn check(text: &str, value: f64, expected: &str) {
    assert_eq!(run(text, value).map_err(|it| it.message).as_deref(), Ok(expected));
}

/// Checks the reason and the text under it.
#[track_caller]
fn fault(text: &str, reason: &str, shown: &str) {
    let fault = run(text, 1.0).unwrap_err();
    assert_eq!((fault.reason.as_str(), &text[fault.at.bytes()]), (reason, shown));
}

#[test]
fn values_for_people() {
    let rows: &[(f64, &str)] = &[
        (0.0, "0 0 0 0s 0%"),
        (3600.0, "3600 3.6k 3.516ki 1h 0m 0s 3.6e+05%"),
        (1e5, "100000 100k 97.66ki 1d 3h 46m 40s 1e+07%"),
        (1e6, "1e+06 1M 976.6ki 11d 13h 46m 40s 1e+08%"),
        (123456789.0, "1.23456789e+08 123.5M 117.7Mi 1428d 21h 33m 9s 1.235e+10%"),
        (0.0123456, "0.0123456 12.35m 0.01235 12.35ms 1.235%"),
        (0.00001, "1e-05 10u 1e-05 10us 0.001%"),
        (-1234.5, "-1234.5 -1.234k -1.206ki -20m 34s -1.234e+05%"),
        (f64::NAN, "NaN NaN NaN NaN NaN%"),
        (f64::INFINITY, "+Inf +Inf +Inf +Inf +Inf%"),
    ];
    for (value, expected) in rows {
        check(
            "{{ $value }} {{ humanize $value }} {{ humanize1024 $value }} \
             {{ humanizeDuration $value }} {{ humanizePercentage $value }}",
            *value,
            expected,
        );
    }
    check("{{ humanize $value }}/{{ humanize1024 $value }}", 1e21, "1Z/867.4Ei");
    check("{{ humanizeTimestamp $value }}", 0.012, "1970-01-01 00:00:00.012 +0000 UTC");
    check(
        "{{ humanizeDuration 9223372036854775807 }}",
        0.0,
        "-106751991167300d -15h -30m -8s",
    );
}

#[test]
fn numbers_may_be_wide() {
    for text in [
        r#"{{ printf "%.99999d" 3 | len }}"#,
        r#"{{ printf "%099999U" 3 | len }}"#,
        r#"{{ printf "%099999d" 3 | len }}"#,
    ] {
        check(text, 0.0, "99999");
    }
    check(r#"{{ printf "%.99999x" 3.5 | len }}"#, 0.0, "100007");
    check(r#"{{ printf "%.99999U" 3 | len }}"#, 0.0, "100001");
    let fraction = |digits: &str, n: usize, expected: &str| {
        let layout = format!("05.{}", digits.repeat(n));
        let text = format!("{{{{ (toTime 1.5).Format {layout:?} }}}}");
        check(&text, 0.0, expected);
    };
    fraction("0", 12, "01.500000000");
    fraction("9", 12, "01.5");
    fraction("0", 70_000, "01.500000000");
    fraction("0", 4096, "01.");
    fraction("9", 4096, "01");
}

#[test]
fn functions_of_prometheus() {
    for (text, expected) in [
        ("{{ $labels }}", "map[__name__:x i:00]"),
        ("{{ query \"m\" | first | strvalue }}", "a"),
        (
            "{{ pathPrefix }} {{ externalURL }}",
            "/path/prefix http://testhost:9090/path/prefix",
        ),
        ("{{ now }}", "1.353755652e+09"),
        (r#"{{ printf "%0.2f" (parseDuration "1h2m10ms") }}"#, "3720.01"),
        (r#"{{ printf "%0.2f" (parseDuration "-1h2m10ms") }}"#, "-3720.01"),
        (r#"{{ "aa bb CC" | title }}"#, "Aa Bb CC"),
        (r#"{{ reReplaceAll "(a)b" "x$1" "ab" }}"#, "xa"),
        (
            r#"{{ ("-30m" | parseDuration | toDuration | (now | toTime).Add).UnixMilli }}"#,
            "1353753852000",
        ),
    ] {
        check(text, 1.0, expected);
    }
    fault(
        r#"{{ parseDuration "1x" }}"#,
        r#"error calling parseDuration: unknown unit "x" in duration "1x""#,
        r#"parseDuration "1x""#,
    );
}

#[test]
fn histograms_print_as_in_promql() {
    let histogram = Histogram { count: 3.0, sum: 10.0, ..Histogram::default() };
    let (shown, labels) = (histogram.to_string(), Labels::empty());
    let value = Sample::Histogram(Arc::new(histogram));
    for (text, expected) in [
        ("{{ $value }}", shown.as_str()),
        ("{{ printf \"%v\" $value }}", shown.as_str()),
        ("{{ $value.Count }}/{{ .Value.Sum }}", "3/10"),
        ("{{ printf \"%T\" $value }}", "*histogram.FloatHistogram"),
    ] {
        let template = parse("x", text).unwrap();
        assert_eq!(expand(&template, &context(&labels, &value)).as_deref(), Ok(expected));
    }
    let template = parse("x", "{{ humanize $value }}").unwrap();
    let fault = expand(&template, &context(&labels, &value)).unwrap_err();
    let reason = "can't convert *histogram.FloatHistogram to float";
    assert!(fault.reason.ends_with(reason), "{}", fault.reason);
}

#[test]
fn data_may_be_missing() {
    let template =
        parse_after("test".into(), "", &parse::Head::default(), "{{ .Foo }}", true)
            .unwrap();
    let labels = Labels::empty();
    let value = Sample::Float(0.0);
    let text = expand_data(&template, &context(&labels, &value), Value::Invalid);
    assert_eq!(text.as_deref(), Ok("<no value>"));
}

#[test]
fn faults_are_underlined_in_the_text_of_the_author() {
    fault("a {{ nofunc 1 }}", "function \"nofunc\" not defined", "nofunc");
    fault("{{ $nope }}", "undefined variable \"$nope\"", "$nope");
    fault("x {{ if }}", "missing value for if", "}}");
    fault("x {{ $value", "unclosed action", "");
    fault(
        "{{ .Labels.i.foo }}",
        "can't evaluate field foo in type string",
        ".Labels.i.foo",
    );
    fault(
        "{{ gt $value 1 }}",
        "error calling gt: incompatible types for comparison: float64 and int",
        "gt $value 1",
    );
    fault("{{ template \"x\" }}", "template \"x\" not defined", "\"");
    let fault = run("a\nb {{ .Labels.i.foo }}", 1.0).unwrap_err();
    assert_eq!(
        fault.message,
        "error executing template __alert_x: template: __alert_x:2:12: executing \
         \"__alert_x\" at <.Labels.i.foo>: can't evaluate field foo in type string"
    );
}

#[test]
fn no_template_runs_for_ever() {
    fault(
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "exceeded maximum template depth (100000)",
        "\"",
    );
    let loops = "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}";
    assert!(run(loops, 1.0).unwrap_err().reason.contains("steps"));
    let grows = "{{ $x := \"abcdefgh\" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}";
    assert!(run(grows, 1.0).unwrap_err().reason.contains("longer than"));
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(run(&deep, 1.0).unwrap_err().reason, "max expression depth exceeded");
    let nested = "{{ if true }}".repeat(100_000);
    assert_eq!(run(&nested, 1.0).unwrap_err().reason, "max expression depth exceeded");
    let nested = format!(
        "{{{{ define \"r\" }}}}{}{{{{ template \"r\" . }}}}{}{{{{ end }}}}{{{{ template \"r\" . }}}}",
        "{{ if (eq (print (len (print 1))) \"1\") }}".repeat(100),
        "{{ end }}".repeat(100)
    );
    assert_eq!(
        run(&nested, 1.0).unwrap_err().reason,
        "exceeded maximum template depth (100000)"
    );
}

#[test]
fn any_text_is_parsed_or_refused() {
    // Cuts and swaps of texts that have a bit of everything.
    const SEED: &str = "{{- with $x := .Labels.a -}} {{ range $i, $e := query `u\nx` }}\
        {{ if and (eq $i 1) true }}{{ continue }}{{ else if 'a' }}{{ printf \"%5.1f\" 0x1p4 | len }}\
        {{ end }}{{ end }}é{{ end }}{{/* c */ -}} {{ define \"d\" }}{{ $ }}{{ end }}{{ template \"d\" 1i }}";
    let chars: Vec<char> = SEED.chars().collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    for _ in 0..20_000 {
        let mut text = chars.clone();
        for _ in 0..=random(4) {
            let (a, b) = (random(text.len()), random(text.len()));
            match random(3) {
                0 => text.swap(a, b),
                1 => drop(text.drain(a.min(b)..a.max(b).min(a.min(b) + 12))),
                _ => text.insert(a, chars[b % chars.len()]),
            }
            if text.is_empty() {
                text.push('{');
            }
        }
        let text: String = text.into_iter().collect();
        if let Err(fault) = run(&text, 1.0) {
            assert!(text.get(fault.at.bytes()).is_some(), "{text}: {fault:?}");
        }
    }
}

#[test]
fn usage_follows_the_labels() {
    let read = |text: &str| {
        let usage = usage(&parse("x", text).unwrap());
        let names = |uses: &[super::usage::LabelUse]| {
            let names: Vec<&str> = uses.iter().map(|it| it.name.as_str()).collect();
            names.join(" ")
        };
        let all = usage.all_labels.len();
        (names(&usage.labels), names(&usage.external_labels), all, usage.values.len())
    };
    let own = |labels: &str| (labels.to_owned(), String::new(), 0, 0);
    assert_eq!(read("{{ $labels.a }} {{ .Labels.b }} {{ $.Labels.c }}"), own("a b c"));
    assert_eq!(read("{{ index $labels \"a\" }} {{ index .Labels `b-c` }}"), own("a b-c"));
    assert_eq!(read("{{ with $labels }}{{ .a }}{{ end }}"), own("a"));
    assert_eq!(
        read("{{ with .Labels }}{{ if .a }}{{ .b }}{{ end }}{{ end }}"),
        own("a b")
    );
    assert_eq!(read("{{ $l := $labels }}{{ $l.a }}{{ (.Labels).b }}"), own("a b"));
    assert_eq!(
        read("{{ define \"t\" }}{{ .Labels.a }}{{ end }}{{ template \"t\" . }}"),
        own("a")
    );
    assert_eq!(
        read(
            "{{ define \"t\" }}{{ .a }}{{ template \"t\" . }}{{ end }}{{ template \"t\" $labels }}"
        ),
        own("a")
    );
    assert_eq!(read("{{ range query \"up\" }}{{ .Labels.a }}{{ end }}"), own(""));
    assert_eq!(
        read("{{ define \"t\" }}{{ .a }}{{ end }}{{ template \"t\" 1 }}"),
        own("")
    );
    assert_eq!(read("{{ $labels }}{{ range $labels }}{{ end }}").2, 2);
    assert_eq!(read("{{ index $labels $labels.a }}").2, 1);
    assert_eq!(read("{{ $externalLabels.a }}{{ .Value }}{{ $value }}").3, 2);
    assert_eq!(read("{{ $externalLabels.a }}").1, "a");
    assert_eq!(read("{{ if $labels }}{{ len $labels }}{{ end }}"), own(""));
    let text =
        "{{ with query \"up > 1\" }}{{ end }}{{ printf \"a\" | query }}{{ $labels.ab }}";
    let usage = usage(&parse("x", text).unwrap());
    let shown: Vec<_> = usage
        .queries
        .iter()
        .map(|it| (it.expression.as_deref(), &text[it.at.bytes()]))
        .collect();
    assert_eq!(shown, [(Some("up > 1"), "\"up > 1\""), (None, "query")]);
    assert_eq!(&text[usage.labels[0].at.bytes()], "$labels.ab");
}
