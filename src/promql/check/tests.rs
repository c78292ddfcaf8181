use super::*;
use crate::promql::dialect::Version;
use crate::promql::syntax::ast::{BinaryOp, SyntaxError};

/// The faults as `start:end message`.
fn faults(errors: Vec<SyntaxError>) -> Vec<String> {
    let shown = |it: SyntaxError| format!("{}:{} {}", it.at.start, it.at.end, it.message);
    errors.into_iter().map(shown).collect()
}

fn check_text(text: &str) -> Vec<String> {
    faults(parse(text, &Dialect::everything()).err().unwrap_or_default())
}

#[test]
fn what_prometheus_takes_is_taken() {
    for text in [
        "1 > bool 2",
        "up == 1",
        "sum by (a) (rate(x[5m])) / on (a) group_left (b) y",
        "rate(x[5m])",
        "hour()",
        "round(x, 5)",
        "label_join(x, \"a\", \"-\")",
        "a and on () b",
        "{__name__=\"a\"}",
        "{a=~\".+\"}",
        "{a!=\"\"}",
        "{a!~\".*b|\"}",
        "topk(scalar(x), y)",
        "count_values(\"a\", x)",
        "-(1 + x)",
        "max_over_time(rate(x[5m])[1h:])",
        "info(x, {a=\"\"})",
        "histogram_quantiles(x, \"q\", 0.1, 0.2, 0.3)",
        "((x))[5m:1m]",
    ] {
        assert_eq!(check_text(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_prometheus_refuses_is_refused_alike() {
    let cases: &[(&str, &[&str])] = &[
        (
            "rate(x)",
            &["5:6 expected type range vector in call to function \"rate\", got \
               instant vector"],
        ),
        (
            "sum(x[5m]) + abs(1)",
            &[
                "4:9 expected type instant vector in aggregation expression, got \
                 range vector",
                "17:18 expected type instant vector in call to function \"abs\", got \
                 scalar",
            ],
        ),
        (
            "topk(x, y)",
            &["5:6 expected type scalar in aggregation parameter, got instant vector"],
        ),
        (
            "count_values(1, y)",
            &["13:14 expected type string in aggregation parameter, got scalar"],
        ),
        ("abs()", &["0:5 expected 1 argument(s) in call to \"abs\", got 0"]),
        ("abs(x, 1, y)", &["0:12 expected 1 argument(s) in call to \"abs\", got 3"]),
        (
            "hour(x, y)",
            &["0:10 expected at most 1 argument(s) in call to \"hour\", got 2"],
        ),
        (
            "label_join(x, \"a\")",
            &["0:18 expected at least 3 argument(s) in call to \"label_join\", got 2"],
        ),
        (
            "label_join(x, \"a\", \"b\", 1)",
            &["24:25 expected type string in call to function \"label_join\", got \
               scalar"],
        ),
        ("a + bool b", &["2:3 bool modifier can only be used on comparison operators"]),
        ("1 == 2", &["2:4 comparisons between scalars must use BOOL modifier"]),
        (
            "a and 1",
            &["0:7 set operator \"and\" not allowed in binary scalar expression"],
        ),
        ("a + on (b) 1", &["0:12 vector matching only allowed between instant vectors"]),
        (
            "a or on (b) group_left (c) d",
            &["0:28 no grouping allowed for \"or\" operation"],
        ),
        (
            "a + on (b, c) group_left (c) d",
            &["2:3 label \"c\" must not occur in ON and GROUP clause at once"],
        ),
        (
            "a and fill(0) b",
            &["0:15 filling in missing series not allowed for set operators"],
        ),
        (
            "a + fill(0) 1",
            &["0:13 filling in missing series only allowed between instant vectors"],
        ),
        (
            "rate(x[5m] + 1)",
            &["5:10 binary expression must contain only scalar and instant vector \
               types"],
        ),
        (
            "sum(-\"a\")",
            &["4:8 unary expression only allowed on expressions of type scalar or \
               instant vector, got \"string\""],
        ),
        (
            "-x[5m]",
            &["0:6 unary expression only allowed on expressions of type scalar or \
               instant vector, got \"range vector\""],
        ),
        (
            "1[5m:1m]",
            &["0:8 subquery is only allowed on instant vector, got scalar instead"],
        ),
        (
            "a{__name__=\"b\"}",
            &["0:15 metric name must not be set twice: \"a\" or \"b\""],
        ),
        (
            "sum({a=\"\"}) + {b=~\".*\"}",
            &[
                "4:10 vector selector must contain at least one non-empty matcher",
                "14:23 vector selector must contain at least one non-empty matcher",
            ],
        ),
        ("{}", &["0:2 vector selector must contain at least one non-empty matcher"]),
        (
            "info(x, y)",
            &["8:9 expected label selectors only, got vector selector instead"],
        ),
        ("info(x, abs(y))", &["8:14 expected label selectors only"]),
        (
            "info(x, 1)",
            &["0:10 expected type instant vector in call to function \"info\", got \
               scalar"],
        ),
    ];
    for (text, want) in cases {
        assert_eq!(check_text(text), *want, "{text}");
    }
}

#[test]
fn types() {
    let cases = [
        ("1", ValueType::Scalar),
        ("\"a\"", ValueType::String),
        ("x", ValueType::Vector),
        ("x[5m]", ValueType::Matrix),
        ("x[5m:]", ValueType::Matrix),
        ("-(1 + 2)", ValueType::Scalar),
        ("1 + x", ValueType::Vector),
        ("time()", ValueType::Scalar),
        ("hour()", ValueType::Vector),
        ("sum(x)", ValueType::Vector),
    ];
    for (text, want) in cases {
        let parsed = parse(text, &Dialect::everything()).unwrap();
        assert_eq!(value_type(&parsed.expr), want, "{text}");
    }
}

#[test]
fn constants_that_always_fail() {
    let cases: &[(&str, &[&str])] = &[
        ("label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")", &[]),
        (
            "label_replace(x, \"\", \"$1\", \"b\", \"(.*\")",
            &[
                "17:19 invalid destination label name in label_replace(): ",
                "32:37 invalid regular expression in label_replace(): (.*",
            ],
        ),
        (
            "sum(label_join(x, \"\", \"-\", \"a\", \"\"))",
            &[
                "32:34 invalid source label name in label_join(): ",
                "18:20 invalid destination label name in label_join(): ",
            ],
        ),
        ("count_values(\"\", x)", &["13:15 invalid label name "]),
        (
            "double_exponential_smoothing(x[5m], 0.5, 1)",
            &["41:42 invalid trend factor. Expected: 0 < tf < 1, got: 1.000000"],
        ),
    ];
    let dialect = Dialect::everything();
    for (text, want) in cases {
        let parsed = parse(text, &dialect).unwrap();
        assert_eq!(faults(constants(&parsed.expr, &dialect)), *want, "{text}");
    }
    let old = Dialect::new(Version::new(2, 53));
    let parsed = parse("count_values(\"a.b\", x)", &old).unwrap();
    assert_eq!(constants(&parsed.expr, &old).len(), 1);
}

/// A call of a function that any version which has it takes.
fn call_of(function: &Function) -> String {
    let argument = |it: &ValueType| match it {
        ValueType::Vector => "x",
        ValueType::Matrix => "x[5m]",
        ValueType::Scalar => "0.5",
        ValueType::String => "\"a\"",
    };
    let arguments: Vec<&str> = match function.kind {
        Kind::Info => vec!["x"],
        _ => function.params.iter().map(argument).collect(),
    };
    format!("{}({})", function.name, arguments.join(", "))
}

/// The version before one: releases went from 2.55 to 3.0.
fn before(version: Version) -> Option<Version> {
    match (version.major, version.minor) {
        (2, 0) => None,
        (3, 0) => Some(Version::new(2, 55)),
        (major, minor) => Some(Version::new(major, minor - 1)),
    }
}

#[test]
fn a_function_is_there_from_its_release_on() {
    for function in functions::all() {
        let text = call_of(function);
        let with = |version| Dialect { version, ..Dialect::everything() };
        let plain = |version| Dialect::new(version);
        let (name, since) = (function.name, function.since);
        assert!(parse(&text, &with(since)).is_ok(), "{text} in {since}");
        let free = parse(&text, &plain(since)).is_ok();
        assert_eq!(free, function.stable == Some(since), "{text} in {since}, no flag");
        if let Some(stable) = function.stable {
            assert!(parse(&text, &plain(stable)).is_ok(), "{text} in {stable}");
        }
        if let Some(older) = before(since) {
            let errors = parse(&text, &with(older)).unwrap_err();
            let help = errors[0].help.as_deref().unwrap_or_default();
            let told = format!("`{name}` came with Prometheus {since}");
            assert!(help.starts_with(&told), "{text} in {older}: {errors:?}");
        }
        match function.renamed {
            None => assert!(parse(&text, &with(Version::LATEST)).is_ok(), "{text}"),
            Some((gone, new)) => {
                let errors = parse(&text, &with(gone)).unwrap_err();
                let help = errors[0].help.as_deref().unwrap_or_default();
                assert!(help.contains(new), "{text} in {gone}: {errors:?}");
                let last = before(gone).unwrap();
                assert!(parse(&text, &with(last)).is_ok(), "{text} in {last}");
                assert_eq!(functions::lookup(new).unwrap().since, gone, "{new}");
            }
        }
        if !function.instead.is_empty() {
            let instead =
                function.instead.replace("count_over_time(v)", "count_over_time(v[5m])");
            let instead = instead
                .replace("holt_winters(v, sf, tf)", "holt_winters(v[5m], 0.5, 0.5)");
            let older = before(since).unwrap();
            let written = instead.replace("max)", "1)").replace("min)", "1)");
            assert!(parse(&written, &plain(older)).is_ok(), "{written} in {older}");
        }
    }
}

#[test]
fn an_operator_is_there_from_its_release_on() {
    let cases = [
        ("a atan2 b", BinaryOp::Atan2.since()),
        ("a </ b", BinaryOp::TrimUpper.since()),
        ("a >/ b", BinaryOp::TrimLower.since()),
        ("group(a)", AggregateOp::Group.since()),
        ("limitk(1, a)", AggregateOp::Limitk.since()),
        ("limit_ratio(0.5, a)", AggregateOp::LimitRatio.since()),
        ("a[1h:5m]", Version::new(2, 7)),
        ("a[1h30m]", Version::new(2, 21)),
        ("a[5ms]", Version::new(2, 21)),
        ("a @ 5", Version::new(2, 25)),
        ("a offset -5m", Version::new(2, 26)),
        ("a > 1_000", Version::new(2, 54)),
        ("a > 5m", Version::new(2, 54)),
        ("a[300]", Version::new(2, 54)),
        ("{\"a.b\"}", Version::new(3, 0)),
        ("sum by (\"a.b\") (a)", Version::new(3, 0)),
        ("a[5m + 1m]", Version::new(3, 4)),
        ("a[step()]", Version::new(3, 6)),
        ("rate(a[5m] anchored)", Version::new(3, 7)),
        ("rate(a[5m] smoothed)", Version::new(3, 7)),
        ("a[range()]", Version::new(3, 10)),
        ("a + fill(0) b", Version::new(3, 10)),
        ("a[max_of(1m, 2m)]", Version::new(3, 13)),
    ];
    for (text, since) in cases {
        let with = |version| Dialect { version, ..Dialect::everything() };
        assert!(parse(text, &with(since)).is_ok(), "{text} in {since}");
        let older = before(since).unwrap();
        let errors = parse(text, &with(older)).unwrap_err();
        let told = errors.iter().any(|it| it.message.contains(&format!(" {since}")));
        assert!(told, "{text} in {older}: {errors:?}");
    }
    // Behind a flag at first.
    for (text, version) in [("a @ 5", (2, 32)), ("a offset -5m", (2, 32))] {
        let old = Dialect::new(Version::new(version.0, version.1));
        let errors = parse(text, &old).unwrap_err();
        assert!(errors[0].help.as_ref().unwrap().contains("features"), "{errors:?}");
        assert!(parse(text, &Dialect::new(Version::new(2, 33))).is_ok(), "{text}");
    }
}

#[test]
fn arguments_in_another_order_are_one_fault() {
    for (text, call) in [
        ("topk(up{a=\"b\"}, 3)", "topk(3, …)"),
        ("quantile by (a) (up, 0.9)", "quantile(0.9, …)"),
        ("count_values(up, \"a\")", "count_values(\"a\", …)"),
        ("histogram_quantile(up, 0.9)", "histogram_quantile(0.9, …)"),
        ("quantile_over_time(up[5m], 0.9)", "quantile_over_time(0.9, …)"),
        ("clamp(0, 1, up)", "clamp(…, 0, 1)"),
        ("round(5, up)", "round(…, 5)"),
        ("label_join(\"a\", up, \",\", \"b\")", "label_join(…, \"a\", \",\", \"b\")"),
    ] {
        let errors = parse(text, &Dialect::everything()).unwrap_err();
        let help = format!("the arguments are in another order: `{call}`");
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert_eq!(errors[0].help.as_deref(), Some(&*help), "{text}");
    }
    for text in ["topk(x, x)", "clamp(0, 1, 2)", "topk(abs(1), rate(x))", "abs(1, x[5m])"]
    {
        let errors = parse(text, &Dialect::everything()).unwrap_err();
        let ordered = |it: &SyntaxError| {
            it.help.as_ref().is_some_and(|it| it.contains("another order"))
        };
        assert!(!errors.iter().any(ordered), "{text}: {errors:?}");
    }
}
