use super::*;
use crate::promql::dialect::Version;
use crate::promql::syntax::ast::SyntaxError;

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
