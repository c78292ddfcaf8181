//! Scripts whose expectations do not hold, and why.

use crate::case::script::read;
use crate::harness::script::{dialect, run};

/// The failures of all evaluations and lines.
fn failures(text: &str) -> Vec<String> {
    let (script, errors) = read(text);
    let lines = errors.into_iter().map(|it| (it.line, it.message));
    let evals = run(&script, &dialect()).into_iter();
    let evals = evals.filter_map(|it| Some((it.line, it.failure?)));
    let mut all: Vec<_> = lines.chain(evals).collect();
    all.sort();
    all.into_iter().map(|(line, message)| format!("{line}: {message}")).collect()
}

const DATA: &str = "load 1m\n  a{b=\"1\"} 1 2 3\n  a{b=\"2\"} 4 5 6\n\n";

/// One evaluation over `DATA`, and the beginning of its only failure; none where it
/// passes.
fn check(eval: &str, expected: Option<&str>) {
    let found = failures(&format!("{DATA}{eval}"));
    match (expected, found.as_slice()) {
        (None, []) => {}
        (Some(text), [one]) if one.contains(text) => {}
        (_, found) => panic!("{eval}\nexpected {expected:?}, found {found:?}"),
    }
}

#[test]
fn a_wrong_result_is_told() {
    check("eval instant at 1m sum(a)\n  {} 7", None);
    check("eval instant at 1m sum(a)\n  {} 8", Some("expected 8 for {} but got 7"));
    check("eval instant at 1m sum(a)", Some("unexpected metric {} in result"));
    check("eval instant at 1m 0x1f\n  31", None);
    check("eval instant at 1m 8\n  0b1000", None);
    check("eval instant at 1m sum(a)\n  7", Some("expected scalar result"));
    check("eval instant at 1m a\n  a{b=\"1\"} 2", Some("unexpected metric"));
    check(
        "eval instant at 1m a > 9\n  a{b=\"1\"} 2",
        Some("expected metric {__name__=\"a\", b=\"1\"} not found"),
    );
    check(
        "eval range from 0 to 1m step 1m sum(a)\n  {} 5 7 9",
        Some("expected 3 points for {}, but query time range cannot"),
    );
}

#[test]
fn order_is_that_of_the_lines() {
    let wrong = "\n  a{b=\"1\"} 2\n  a{b=\"2\"} 5";
    let right = "\n  a{b=\"2\"} 5\n  a{b=\"1\"} 2";
    for head in [
        "eval_ordered instant at 1m sort_desc(a)",
        "eval instant at 1m sort_desc(a)\n  expect ordered",
    ] {
        check(&format!("{head}{right}"), None);
        check(&format!("{head}{wrong}"), Some("at position 2 but was at 1"));
    }
    check(
        "eval range from 0 to 1m step 1m sum(a)\n  expect ordered\n  {} 5 7",
        Some("expected ordered result, but query returned a matrix"),
    );
    check(
        "eval_ordered range from 0 to 1m step 1m sum(a)\n",
        Some("invalid evaluation command"),
    );
}

#[test]
fn failures_are_those_expected() {
    let failing = "eval instant at 1m a + on() a\n  expect fail";
    check(failing, None);
    check(&format!("{failing} regex: duplicate series .* right hand-side"), None);
    check(&format!("{failing} regex:[[:^foo:]]"), Some("invalid regex [[:^foo:]]"));
    check(&format!("{failing} regex:\\Qduplicate\\E series"), None);
    check(&format!("{failing} msg: no"), Some("expected error \"no\", but got: found"));
    check(&format!("{failing} msg:"), Some("invalid expect statement"));
    check(
        &format!("{failing}\n  expect fail"),
        Some("multiple expect fail lines are not allowed"),
    );
    check("eval_fail instant at 1m a", Some("expected an error but got none"));
    check("eval instant at 1m a +", Some("unexpected end of input"));
}

#[test]
fn annotations_are_those_expected() {
    let head = "eval instant at 1m quantile(2, a)\n  {} +Inf\n  ";
    let text = "PromQL warning: quantile value should be between 0 and 1, got 2";
    check(&format!("{head}expect warn"), None);
    check(&format!("{head}expect warn msg: {text}"), None);
    check(&format!("{head}expect warn msg: {text} (1:10)"), None);
    check(
        &format!("{head}expect warn msg: {text} (1:11)"),
        Some("expected warn annotation \"PromQL warning: quantile"),
    );
    check(&format!("{head}expect warn regex: got 2 .1:10.$"), None);
    check(&format!("{head}expect no_warn"), Some("unexpected warn annotations"));
    check(&format!("{head}expect info"), Some("expected info annotations but none"));
    check(
        &format!("{head}expect warn\n  expect no_warn"),
        Some("warn and no_warn cannot be used together"),
    );
    check("eval_info instant at 1m sum(a)\n  {} 7", Some("expected info annotations"));
    check(
        "eval instant at 1m quantile(2, a) + quantile(3, a)\n  {} +Inf\n  expect warn \
         regex: got 2",
        Some("unexpected warn annotation"),
    );
}

#[test]
fn values_of_other_types_are_compared() {
    check("eval instant at 1m \"x\"\n  expect string \"x\"", None);
    check("eval instant at 1m \"x\"\n  expect string \"y\"", Some("expected string"));
    check("eval instant at 1m \"x\"\n  expect string x", Some("quoted string literal"));
    let range = "eval instant at 2m sum(a)[2m:1m]\n  expect range vector from 1m to 2m \
                 step 1m\n  {}";
    check(&format!("{range} 7 9"), None);
    check(&format!("{range} 7 8"), Some("expected 8 @[120000]"));
    check(&format!("{range} 7"), Some("expected 1 points for {}, but got 2"));
    check(&format!("{range} 7 9 11"), Some("cannot return this many points"));
    check(
        "eval instant at 1m sum(a)[2m:1m]\n  {} 7 9",
        Some("expecting multiple values"),
    );
}

#[test]
fn results_hold_in_range_mode_and_pinned() {
    // The value depends on the query's own ends, which both modes have others.
    check("eval instant at 1m end() - start()\n  0", None);
    check("eval instant at 1m time()\n  60", None);
    check("eval instant at 1m sum(a @ 2m)\n  {} 9", None);
}

#[test]
fn loads_must_make_sense() {
    let load =
        |body: &str| failures(&format!("load 1m\n{body}\n\neval instant at 0 1\n  1"));
    let cases = [
        ("  a@st -1m\n  a@st -1m\n  a 1", "@st line has no following sample line"),
        ("  a@st -1m", "@st line has no following sample line"),
        ("  a@st _x0\n  a 1", "invalid repeat count"),
        ("  a@st 1m*2\n  a 1", "unexpected character '*' after duration"),
        ("  a@st -1m\n  b 1", "does not match the following sample line metric"),
        ("  a@st -1mx3\n  a 1", "@st line has 4 values but sample line has 1"),
        ("  a 1\n\nLOAD 1m", "invalid load command"),
        ("  a 1 2\n\nload 1m\n  a 3", "out of order sample"),
        ("  a 1\n\nload 1m\n  a 3", "duplicate sample for timestamp"),
        ("  a 1\n\nload 1m\n  a {{}}", "duplicate sample for timestamp"),
    ];
    for (body, expected) in cases {
        let found = load(body);
        assert!(found.iter().any(|it| it.contains(expected)), "{body}: {found:?}");
    }
    assert!(load("  a 1\n\nload 1m\n  a 1 2").is_empty());
    assert!(load("  a 1 2\n\nclear\nload 1m\n  a 3").is_empty());
}

/// Expected of `aggregation` in Prometheus `promql/engine.go`, which looks at no
/// histogram behind a float, and at nothing behind histograms that do not go together.
#[test]
fn aggregations_say_only_what_they_have_looked_at() {
    let data = "load 1m
  x{a=\"1\"} 1
  x{a=\"2\"} {{schema:0 count:1 sum:1 buckets:[1]}}
  x{a=\"3\"} {{schema:-53 count:1 sum:1 custom_values:[5] buckets:[1]}}
  y{a=\"1\"} {{schema:0 count:1 sum:1 buckets:[1]}}
  y{a=\"2\"} {{schema:-53 count:1 sum:1 custom_values:[5] buckets:[1]}}
  y{a=\"3\"} 1
  z {{schema:0 count:1 sum:1 buckets:[1]}} 1

";
    let floats = "mix of histograms and floats";
    let schemas = "mix of histograms with exponential and custom buckets";
    for (sum, says, says_not) in [
        ("sum(x)", floats, schemas),
        ("avg(x)", floats, schemas),
        ("sum(y)", schemas, floats),
        ("avg(y)", schemas, floats),
    ] {
        let eval = format!("{data}eval instant at 0 {sum}\n  expect warn regex:.*");
        assert_eq!(failures(&format!("{eval}{says}.*\n")), [""; 0], "{sum}");
        let found = failures(&format!("{eval}{says_not}.*\n"));
        assert_eq!(found.len(), 1, "{sum}: {found:?}");
    }
    let eval = "eval range from 0 to 1m step 1m quantile(0.5, z > 0)\n";
    let expected = "  expect info msg: PromQL info: incompatible sample types encountered for \
                    binary operator \">\": histogram > float\n  {} _ 1\n";
    assert_eq!(failures(&format!("{data}{eval}{expected}")), [""; 0]);
}
