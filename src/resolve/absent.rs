//! The condition of an `absent` companion.
//!
//! An alert is blind when its series are missing. Which series it cannot do without is
//! not always decidable, so that one simple rule holds: those of the left-most selector
//! of its expression, by metric and equality matchers. Regular expressions and
//! inequalities are left out, since `status=~"5.."` may well match nothing.

use crate::promql::labels::{METRIC_NAME, is_legacy_metric_name, is_legacy_name, quote};
use crate::promql::syntax::ast::{ExprKind, MatchOp, Matcher, Parsed, Selector};

/// `absent(…)` for an expression, or why there is none.
pub(super) fn condition(parsed: &Parsed) -> Result<String, &'static str> {
    let mut asks = false;
    parsed.expr.walk(&mut |it| {
        if let ExprKind::Call(call) = &it.kind {
            asks |= matches!(call.name, "absent" | "absent_over_time");
        }
    });
    if asks {
        return Err("the expression asks for absence itself");
    }
    let selectors = parsed.expr.selectors();
    let first = selectors.iter().min_by_key(|it| it.0.span.start);
    let Some((_, selector)) = first else {
        return Err("the expression selects no series");
    };
    written(selector).ok_or("the left-most selector has no metric name")
}

fn written(selector: &Selector) -> Option<String> {
    let equal = |it: &&Matcher| it.op == MatchOp::Equal;
    let is_name = |it: &&Matcher| &*it.name == METRIC_NAME;
    let name = match &selector.name {
        Some(name) => name.clone(),
        None => selector.matchers.iter().filter(equal).find(is_name)?.value.clone(),
    };
    if name.is_empty() {
        return None;
    }
    let mut inside: Vec<String> = Vec::new();
    let plain = is_legacy_metric_name(&name);
    if !plain {
        inside.push(quote(&name));
    }
    for matcher in selector.matchers.iter().filter(equal).filter(|it| !is_name(it)) {
        let name = match is_legacy_name(&matcher.name) {
            true => matcher.name.to_string(),
            false => quote(&matcher.name),
        };
        let written = format!("{name}={}", quote(&matcher.value));
        if !inside.contains(&written) {
            inside.push(written);
        }
    }
    let name = if plain { &*name } else { "" };
    Some(match inside.is_empty() {
        true => format!("absent({name})"),
        false => format!("absent({name}{{{}}})", inside.join(",")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax::parse;

    fn condition_of(expr: &str) -> Result<String, &'static str> {
        condition(&parse(expr, &Dialect::everything()).unwrap())
    }

    #[test]
    fn the_left_most_selector_counts_with_its_equality_matchers() {
        let good = |it| condition_of(it).unwrap();
        assert_eq!(good("up{job=\"a\"} == 0"), "absent(up{job=\"a\"})");
        assert_eq!(
            good("rate(x{job=\"a\",status=~\"5..\",le!=\"\"}[5m]) / rate(y[5m]) > 1"),
            "absent(x{job=\"a\"})"
        );
        assert_eq!(good("time() - max by (a) (z offset 5m) > 3"), "absent(z)");
        assert_eq!(good("topk(scalar(a), b)"), "absent(a)");
        assert_eq!(good("{__name__=\"up\",job=\"a\"}"), "absent(up{job=\"a\"})");
        assert_eq!(
            good("{\"http.requests\",job=\"a\"}"),
            "absent({\"http.requests\",job=\"a\"})"
        );
        assert_eq!(good("a{b=\"\\\"\"}"), "absent(a{b=\"\\\"\"})");
    }

    #[test]
    fn what_cannot_be_derived_says_why() {
        assert!(condition_of("absent(up)").is_err());
        assert!(condition_of("vector(1) > 0").is_err());
        assert!(condition_of("{__name__=~\"a.*\"} > 0").is_err());
    }
}
