use super::*;
use crate::promql::syntax::ast::ExprKind;

fn ok(text: &str) -> Parsed {
    parse(text, &Dialect::everything()).unwrap_or_else(|it| panic!("{text}: {it:?}"))
}

fn first_error(text: &str) -> (usize, String) {
    match parse(text, &Dialect::everything()) {
        Ok(_) => panic!("{text} is accepted"),
        Err(errors) => (errors[0].at.start as usize, errors[0].message.clone()),
    }
}

#[test]
fn nodes_are_numbered_in_pre_order() {
    let parsed = ok("topk(3, rate(a[5m]) + on (x) b) # why");
    let mut ids = Vec::new();
    parsed.expr.walk(&mut |it| ids.push((it.id, it.span.bytes())));
    let expected = [0..31, 8..30, 8..19, 13..18, 13..14, 29..30, 5..6];
    assert_eq!(ids, (0..).zip(expected).collect::<Vec<_>>());
    assert_eq!(parsed.n_nodes, 7);
    assert_eq!(parsed.comments, [TextRange::new(32, 37)]);
}

/// Runs on a stack that is big enough for the frames of a build without optimisation.
fn on_big_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test).unwrap();
    thread.join().unwrap();
}

#[test]
fn depth_is_limited() {
    on_big_stack(limits_depth);
}

fn limits_depth() {
    let nested = |n: usize| format!("{}x{}", "(".repeat(n), ")".repeat(n));
    ok(&nested(500));
    assert!(first_error(&nested(100_000)).1.contains("nested"));
    let unary = |n: usize| format!("{}x", "-".repeat(n));
    ok(&unary(500));
    assert!(first_error(&unary(100_000)).1.contains("nested"));
    let chain = |n: usize| format!("x{}", " + x".repeat(n));
    ok(&chain(500));
    assert!(first_error(&chain(100_000)).1.contains("nested"));
    let set = |n: usize| format!("x{}", " or x".repeat(n));
    ok(&set(4000));
    assert!(first_error(&set(100_000)).1.contains("chains"));
    ok(&format!("({}) + {}", set(3000), nested(500)));
    let powers = |n: usize| format!("x{}", " ^ x".repeat(n));
    assert!(first_error(&powers(100_000)).1.contains("nested"));
    let durations = |n: usize| format!("x[{}5m{}]", "(".repeat(n), ")".repeat(n));
    ok(&durations(500));
    assert!(first_error(&durations(100_000)).1.contains("nested"));
    let subqueries = |n: usize| format!("x{}", "[5m:1m]".repeat(n));
    assert!(first_error(&subqueries(100_000)).1.contains("nested"));
    let calls = |n: usize| format!("{}x{}", "abs(".repeat(n), ")".repeat(n));
    assert!(first_error(&calls(100_000)).1.contains("nested"));
}

#[test]
fn a_sign_binds_as_multiplication_does() {
    let unary = |it: &ExprKind| matches!(it, ExprKind::Unary { .. });
    assert!(unary(&ok("-a ^ b").expr.kind));
    assert!(!unary(&ok("-a * b").expr.kind));
    assert!(matches!(ok("-1").expr.kind, ExprKind::Number { value: -1.0, .. }));
}

#[test]
fn messages_are_those_of_prometheus() {
    for (text, start, message) in [
        ("", 0, "no expression found in input"),
        ("(1", 0, "unclosed left parenthesis"),
        ("1)", 2, "unexpected right parenthesis ')'"),
        ("sum(a b)", 6, "unexpected identifier \"b\" in aggregation"),
        (
            "sum by a (b)",
            7,
            "unexpected identifier \"a\" in grouping opts, expected \"(\"",
        ),
        ("nope(a)", 0, "unknown function with name \"nope\""),
        (
            "a[5m] offset",
            12,
            "unexpected end of input in offset, expected number, duration, step(), or \
             range()",
        ),
        ("foo{a=1}", 6, "unexpected character inside braces: '1'"),
        ("foo{a=}", 6, "unexpected \"}\" in label matching, expected string"),
    ] {
        let (at, found) = first_error(text);
        assert_eq!(found, message, "{text}");
        if start != 0 {
            assert_eq!(at, start, "{text}");
        }
    }
}

#[test]
fn series_heads_end_where_values_begin() {
    let head = parse_series_head("up{job=\"a\", \"b c\"='d',} 1 2x3").unwrap();
    assert_eq!(head.labels.to_string(), r#"{__name__="up", "b c"="d", job="a"}"#);
    assert_eq!(head.values_at, 23);
    assert_eq!(parse_series_head("up 1").unwrap().values_at, 2);
    assert_eq!(parse_series_head("{\"x y\"} 1").unwrap().labels.metric_name(), "x y");
    assert!(parse_series_head("up{a=~\"b\"} 1").is_err());
    assert!(parse_metric("up{a=\"b\"} 1").is_err());
}

#[test]
fn expected_labels_are_as_written_where_no_name_is_before_them() {
    for (text, labels) in [
        (r#"{c="",a="b"}"#, r#"{a="b", c=""}"#),
        (r#"{"up",c=""}"#, r#"{__name__="up", c=""}"#),
        (r#"{__name__="",a="b"}"#, r#"{__name__="", a="b"}"#),
        (r#"{"x",__name__="up"}"#, r#"{__name__="x", __name__="up"}"#),
        (r#"up{a="b",c=""}"#, r#"{__name__="up", a="b"}"#),
        (r#"up{__name__="x"}"#, r#"{__name__="up"}"#),
        ("", "{}"),
    ] {
        assert_eq!(parse_expected(text).unwrap().to_string(), labels, "{text}");
    }
    assert!(parse_expected("up{a=").is_err());
    assert_eq!(parse_metric(r#"{c="",a="b"}"#).unwrap().to_string(), r#"{a="b"}"#);
}

#[test]
fn old_servers_lack_what_came_later() {
    let dialect =
        |minor| Dialect { version: Version::new(3, minor), ..Dialect::everything() };
    for (text, minor) in [
        ("a </ b", 11),
        ("a >/ b", 11),
        ("a + fill (0) b", 10),
        ("rate(a[5m] anchored)", 7),
        ("a[5m + 1m]", 4),
        ("a[step()]", 6),
        ("a offset max_of(1m, 2m)", 13),
        ("max_of(1, 2)", 13),
    ] {
        assert!(parse(text, &dialect(minor)).is_ok(), "{text}");
        let errors = parse(text, &dialect(minor - 1)).unwrap_err();
        let needs = format!("Prometheus 3.{minor}");
        let told = |it: &SyntaxError| {
            it.message.contains(&needs)
                || it.help.as_ref().is_some_and(|it| it.contains(&needs))
        };
        assert!(errors.iter().any(told), "{text}: {errors:?}");
    }
    let two = Dialect { version: Version::new(2, 53), ..Dialect::everything() };
    for text in ["{\"a b\"}", "a[300]", "sum by (\"a b\") (a)", "a > 5m", "limitk(1, a)"]
    {
        assert!(parse(text, &two).is_err(), "{text}");
    }
    assert!(parse("sum by (job) (rate(a[5m] offset -1h)) > 0.5", &two).is_ok());
}

#[test]
fn faults_come_with_advice() {
    for (text, advice) in [
        ("sum(rate(x[5m])", "close the parenthesis of `sum(rate(x[5m])`"),
        ("x = 1", "equality is `==`"),
        ("x && y", "write `and`"),
        ("x || y", "write `or`"),
        (
            "rate({app=\"api\"} |= \"error\" [5m])",
            "this is LogQL, the language of Loki: its rules are for Loki's ruler",
        ),
        ("x{job=api}", "values stand in quotes: `\"api\"`"),
        ("x{job=api-server}", "values stand in quotes: `\"api-server\"`"),
        ("x{job=an api, a=\"b\"}", "values stand in quotes: `\"an api\"`"),
        ("x{job=api a=\"b\"}", "values stand in quotes: `\"api\"`"),
        ("x{job=api == 0", "values stand in quotes: `\"api\"`"),
        ("x{a=localhost:9090}", "values stand in quotes: `\"localhost:9090\"`"),
        ("x{a=10.0.0.1}", "values stand in quotes: `\"10.0.0.1\"`"),
        ("x{a=~5..|b\\d}", "values stand in quotes: `\"5..|b\\\\d\"`"),
        ("x{a=/api/v1}", "values stand in quotes: `\"/api/v1\"`"),
        ("rate(x[5m]) by (job)", "only aggregations such as `sum` take `by`"),
        (
            "rate(x[5m]) offset 1h",
            "write it right behind a selector: `rate(x[5m] offset 1h)`",
        ),
        ("incraese(x[5m])", "did you mean `increase`?"),
        ("RATE(x[5m])", "write `rate`: names of functions are lower case"),
        ("x{a=~\"(?!b)\"}", "RE2 has no lookaround: use a second matcher"),
        ("x[5u]", "units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`"),
        (
            "x[5min]",
            "write `5m`: units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`",
        ),
        ("x > 10k", "write `10e3`"),
        (
            "rate(x[5M])",
            "write `5m`: units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`",
        ),
        (
            "x offset 2D",
            "write `2d`: units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`",
        ),
        ("x{a=\"b\" é=\"c\"}", "separate matchers by commas: all of them must hold"),
        ("x > 1.5MB", "write `1.5e6`"),
        ("x > 2Gi", "write `2 * 1024^3`"),
        ("x > 1,000", "numbers have no commas: `1000`, `0.5`"),
        ("x > 5%", "`%` is the remainder of a division: write the number alone"),
        ("x <> 0", "inequality is `!=`"),
        ("x => 0", "write `>=`"),
        ("x =< 0", "write `<=`"),
        ("x is 0", "equality is `==`"),
        ("x > 0 and not y", "to exclude series, write `… unless …`"),
        ("sum by job (x)", "labels stand in parentheses: `by (job)`"),
        ("x{a=~\"b\\.c\"}", "write the backslash twice, `\\\\.`, or write `[.]`"),
        ("x{a=~\"\\d\"}", "write the backslash twice: `\\\\d`"),
        ("x{a=\"b\\/c\"}", "`/` needs no backslash here"),
        (
            "x > $(y)",
            "only Grafana fills in such variables: write the value; a parameter of a \
             project is `${y}`",
        ),
        (
            "x{a==\"b\"} == 0",
            "a matcher has one `=`: `name=\"value\"`; equality of values is `==`, behind \
             the braces",
        ),
        ("x{a=\"b\" == 0", "close the braces with `}` before it"),
        ("x{a=\"b\" > 0", "close the braces with `}` before it"),
        ("x{a=\"b\" and y", "close the braces with `}` before it"),
        ("x{a=\"b\" c=\"d\"}", "separate matchers by commas: all of them must hold"),
        ("x{a=\"b\" && c=\"d\"}", "separate matchers by commas: all of them must hold"),
        (
            "x{a=\"b\" || a=\"c\"}",
            "alternatives are a regular expression: `name=~\"a|b\"`",
        ),
        ("x{a=5}", "values stand in quotes: `\"5\"`"),
        ("x{a=!\"b\"}", "inequality is `!=`, and `!~` for a regular expression"),
        ("x > {y}", "a matcher is `y=\"value\"`; a parameter of a project is `${y}`"),
        ("x.y", "a metric name with such characters stands in quotes: `{\"a.b\"}`"),
    ] {
        let errors = parse(text, &Dialect::everything()).unwrap_err();
        assert_eq!(errors[0].help.as_deref(), Some(advice), "{text}: {errors:?}");
    }
}

#[test]
fn faults_end_with_the_word_that_cannot_be_read() {
    for (text, found) in [
        ("x > 1 && y > 1", "&&"),
        ("x > 1 & y > 1", "&"),
        ("x || y", "||"),
        ("rate(x[5min])", "5min"),
        ("x > 10MB and y", "10MB"),
        ("x > $limit\nand y", "$limit"),
        ("x and !y > 1", "!y"),
        ("x ! y", "!"),
        ("x{a=~\"b\\.c\", d=\"e\"}", "\"b\\."),
        ("x{a=\"b}\nand y", "\"b}"),
        ("x{a=`b}\nand y", "`b}"),
        ("x ≥ 1", "≥"),
        ("sum(x", ""),
    ] {
        let errors = parse(text, &Dialect::everything()).unwrap_err();
        assert_eq!(&text[errors[0].at.bytes()], found, "{text}: {errors:?}");
    }
}

#[test]
fn deep_trees_can_be_walked() {
    on_big_stack(walks_deep_trees);
}

fn walks_deep_trees() {
    let texts = [
        format!("{}x{}", "(".repeat(500), ")".repeat(500)),
        format!("{}x{}", "abs(".repeat(500), ")".repeat(500)),
        format!("{}x{}", "sum(".repeat(500), ")".repeat(500)),
        format!("x{}", " or x".repeat(500)),
        format!("x{}", " ^ x".repeat(500)),
        format!("{}x", "-".repeat(500)),
        format!("x{}", "[5m:1m]".repeat(500)),
    ];
    for text in &texts {
        let parsed = ok(text);
        let again = ok(&parsed.expr.to_string());
        assert!(crate::promql::syntax::same(&parsed.expr, &again.expr));
        assert!(!crate::promql::syntax::pretty(&parsed.expr).is_empty());
        assert_eq!(parsed.expr.selectors().len(), again.expr.selectors().len());
        crate::promql::check::check(&parsed.expr);
    }
}

#[test]
fn no_text_makes_it_panic() {
    let parts = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "=",
        "~",
        "!",
        "<",
        ">",
        "/",
        "+",
        "-",
        "*",
        "^",
        "@",
        "#",
        "\"",
        "'",
        "`",
        "\\",
        "\\x",
        "\\u00",
        ".",
        "0",
        "0x",
        "1e",
        "_",
        "5m",
        "s",
        "m",
        "x",
        "é",
        "\u{fffd}",
        "\u{10ffff}",
        "\n",
        " ",
        "sum",
        "by",
        "offset",
        "step",
        "fill",
        "bool",
        "on",
        "and",
        "inf",
        "{2,",
        "(?",
        "(?i",
        "[:",
        "\\p{",
        "|",
        "?",
    ];
    let mut state: u64 = 7;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % n
    };
    for _ in 0..20_000 {
        let text: String = (0..random(12)).map(|_| parts[random(parts.len())]).collect();
        let _ = parse(&text, &Dialect::everything());
        let _ = parse_selector(&text, &Dialect::everything());
        let _ = parse_series_head(&text);
        let _ = crate::promql::re2::check(&text);
    }
}

#[test]
fn what_is_printed_can_be_read() {
    for text in ["info(a, {})", "{}", "{} offset 5m", "1 - {}[5m]"] {
        let parsed = parse(text, &Dialect::everything()).unwrap();
        assert_eq!(parsed.expr.to_string(), text);
    }
}

#[test]
fn old_versions_expect_other_things() {
    for (minor, offset, step) in [
        (5, "number or duration", "number or duration or \"]\""),
        (6, "number, duration, or step()", "number, duration, or step() or \"]\""),
        (
            10,
            "number, duration, step(), or range()",
            "number, duration, step(), range(), or \"]\"",
        ),
    ] {
        let dialect = Dialect::new(Version::new(3, minor));
        let said = |text: &str| parse(text, &dialect).unwrap_err()[0].message.clone();
        let found = "unexpected string \"\\\"x\\\"\" in";
        assert_eq!(said("a offset \"x\""), format!("{found} offset, expected {offset}"));
        let step = format!("{found} subquery selector, expected {step}");
        assert_eq!(said("a[5m:\"x\"]"), step);
    }
}
