use super::*;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::parse;

/// `a` certain, `b?` possible, `-c` impossible, `a=x|y` with its values, `…` others
/// possible.
fn show(facts: &LabelFacts) -> String {
    let mut shown: Vec<String> = facts
        .known
        .iter()
        .map(|(name, fact)| {
            let values = fact.values.as_ref().map(|it| format!("={}", it.join("|")));
            let values = values.unwrap_or_default();
            match fact.presence {
                Presence::Always => format!("{name}{values}"),
                Presence::Maybe => format!("{name}?{values}"),
                Presence::Never => format!("-{name}"),
            }
        })
        .collect();
    if !facts.closed {
        shown.push("…".into());
    }
    shown.join(" ").replace("__name__", "N")
}

fn infer(text: &str) -> String {
    let parsed = parse(text, &Dialect::everything()).unwrap();
    let recorded = |name: &str| match name {
        "job:x" => Some({
            let parsed = parse("sum by (job) (x)", &Dialect::everything()).unwrap();
            labels(&parsed.expr)
        }),
        _ => None,
    };
    show(&labels_with(&parsed.expr, &recorded))
}

fn check(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        assert_eq!(infer(text), *want, "{text}");
    }
}

#[test]
fn selectors() {
    check(&[
        ("x", "N=x …"),
        (r#"x{a="b"}"#, "N=x a=b …"),
        (r#"x{a=""}"#, "N=x -a …"),
        (r#"x{a!=""}"#, "N=x a …"),
        (r#"x{a!="b"}"#, "N=x …"),
        (r#"x{a=~"b|c"}"#, "N=x a=b|c …"),
        (r#"x{a=~"b|"}"#, "N=x a?=b …"),
        (r#"x{a=~".+"}"#, "N=x a …"),
        (r#"x{a=~".*"}"#, "N=x …"),
        (r#"x{a!~"b.*"}"#, "N=x …"),
        (r#"x{a!~"|b.+"}"#, "N=x a …"),
        (r#"x{a=~"b|c", a=~"c|d"}"#, "N=x a=c …"),
        (r#"{__name__=~"x|y"}"#, "N=x|y …"),
        ("job:x", "N=job:x job?"),
        (r#"job:x{job="a"}"#, "N=job:x job=a"),
        (r#"job:x{instance="a"}"#, "N=job:x job?"),
    ]);
}

#[test]
fn functions_and_aggregations() {
    check(&[
        ("1", ""),
        ("time()", ""),
        ("scalar(x)", ""),
        ("vector(1)", ""),
        ("hour()", ""),
        (r#"hour(x{a="b"})"#, "-N a=b …"),
        (r#"rate(x{a="b"}[5m])"#, "-N a=b …"),
        (r#"last_over_time(x{a="b"}[5m])"#, "N=x a=b …"),
        (r#"max_over_time(rate(x{a="b"}[5m])[1h:])"#, "-N a=b …"),
        ("-x", "-N …"),
        ("+(x)", "N=x …"),
        ("sort_desc(x)", "N=x …"),
        (r#"quantile_over_time(0.5, x{a="b"}[5m])"#, "-N a=b …"),
        ("clamp_max(sum by (a) (x), scalar(y))", "a?"),
        ("sum(x)", ""),
        ("sum by (a, b) (x)", "a? b?"),
        (r#"sum by (a, b) (x{a="c", b=""})"#, "a=c"),
        (r#"sum without (a) (x{a="c", b="d"})"#, "-N -a b=d …"),
        ("sum without (a) (sum by (a, b) (x))", "b?"),
        (r#"topk by (a) (3, x{b="c"})"#, "N=x b=c …"),
        (r#"count_values("v", x)"#, "v"),
        (r#"count_values by (a) ("v", x)"#, "a? v"),
        (r#"count_values without (a) ("v", x)"#, "-N -a v …"),
        (r#"absent(x{a="b", c=~"d"})"#, "a=b"),
        (r#"absent_over_time(x{a="b"}[5m])"#, "a=b"),
        (r#"absent(sum(x{a="b"}))"#, ""),
        ("histogram_quantile(0.9, sum by (le, job) (x))", "job?"),
        (r#"histogram_quantile(0.9, rate(x{a="b"}[5m]))"#, "-N a=b -le …"),
        (r#"histogram_quantiles(sum by (le) (x), "q", 0.5, 1)"#, "q=0.5|1.0"),
        (r#"info(sum by (a, b) (x{a="c"}))"#, "a=c …"),
        (r#"info(sum by (a) (x{a="c"}), {v=~".+"})"#, "a=c v?"),
    ]);
}

#[test]
fn labels_that_are_set() {
    check(&[
        (r#"label_replace(x{a="b"}, "c", "$1", "a", "(.*)")"#, "N=x a=b c=b …"),
        (r#"label_replace(x{a=~"b-1|b-2"}, "c", "$1", "a", "(.*)-.")"#, AB),
        (r#"label_replace(x{a="b"}, "c", "d", "a", "e")"#, "N=x a=b …"),
        (r#"label_replace(x, "c", "d", "a", "e")"#, "N=x …"),
        (r#"label_replace(sum(x), "c", "d", "a", "e")"#, ""),
        (r#"label_replace(sum(x), "c", "d", "", "")"#, "c=d"),
        (r#"label_replace(sum by (a) (x), "c", "d", "a", "e")"#, "a? c?=d"),
        (r#"label_replace(sum by (a) (x), "c", "d", "a", ".*")"#, "a? c=d"),
        (r#"label_replace(sum by (a) (x), "c", "$1", "a", "(.*)")"#, "a? c?"),
        (r#"label_replace(sum by (a) (x), "a", "", "a", ".*")"#, ""),
        (r#"label_replace(x{a="b"}, "a", "c", "a", "b")"#, "N=x a=c …"),
        (r#"label_replace(x, "__name__", "y", "", "")"#, "N=y …"),
        (r#"label_replace(sum by (a) (x), "c", "p-$1", "a", "(.*)")"#, "a? c"),
        (r#"label_join(x{a="b", c="d"}, "e", "/", "a", "c")"#, "N=x a=b c=d e=b/d …"),
        (r#"label_join(sum by (a) (x), "e", "/", "a", "c")"#, "a? e"),
        (r#"label_join(sum by (a) (x), "a", "/")"#, ""),
    ]);
}

const AB: &str = "N=x a=b-1|b-2 c=b …";

#[test]
fn operations() {
    check(&[
        ("1 + 1", ""),
        ("x > 5", "N=x …"),
        ("5 < bool x", "-N …"),
        ("x * 5", "-N …"),
        ("sum by (a) (x) / sum by (a, b) (y)", "a?"),
        ("sum by (a) (x) / on (a) sum by (a, b) (y)", "a?"),
        ("x > on (a) y", "a?"),
        (r#"x{a="b"} > on (a, c) y{c="d"}"#, "a=b c=d"),
        (r#"x{a="b"} > y{c="d"}"#, "N=x a=b c=d …"),
        ("x > sum by (a) (y)", "N=x a?"),
        ("x > ignoring (b) sum by (a) (y)", "N=x a?"),
        (r#"x{b="c"} * ignoring (b) group_left () sum by (a) (y)"#, "a? b=c"),
        (r#"x{a="b"} * on (a) group_left (v) y{v="w"}"#, "-N a=b v=w …"),
        (r#"x{a="b", v="u"} * on (a) group_left (v) y"#, "-N a=b …"),
        ("sum by (a) (x) * on (a) group_right (v) y", "-N -v …"),
        (r#"sum by (a, v) (x{v="w"}) * on (a) group_right (v) y"#, "-N v=w …"),
        (r#"x{a="b"} and on (c) y{c="d"}"#, "N=x a=b c=d …"),
        ("x and sum by (a) (y)", "N=x a?"),
        (r#"x{a="b"} and on () y{c="d"}"#, "N=x a=b …"),
        (r#"x{a="b"} unless on (c) y{c="d"}"#, "N=x a=b …"),
        (r#"x{a="b"} or y{a="c"}"#, "N=x|y a=b|c …"),
        ("sum by (a) (x) or vector(0)", "a?"),
        (r#"sum by (a) (x{a="b"}) or vector(0)"#, "a?=b"),
        (r#"sum by (a) (x{a="b"}) + fill(0) sum by (a) (y)"#, "a?"),
    ]);
}

#[test]
fn questions() {
    let parsed = parse(r#"sum by (a, b) (x{a=~"c|d"})"#, &Dialect::everything()).unwrap();
    let facts = labels(&parsed.expr);
    assert!(facts.can_carry("a") && facts.can_carry("b") && !facts.can_carry("e"));
    assert!(facts.get("a").allows("c") && !facts.get("a").allows("e"));
    assert!(!facts.get("a").allows("") && facts.get("b").allows(""));
    assert_eq!(facts.certain().collect::<Vec<_>>(), ["a"]);
    assert_eq!(facts.value("a"), None);
    let parsed = parse(r#"x{a="b", c=~"d|"}"#, &Dialect::everything()).unwrap();
    let facts = labels(&parsed.expr);
    assert_eq!((facts.value("a"), facts.value("c")), (Some("b"), None));
}
