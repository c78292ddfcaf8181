//! Whether there is something at all.

use crate::promql::functions::Function;
use crate::promql::functions::kind::Kind;
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::{Expr, ExprKind, MatchOp, Matcher, Selector};
use crate::promql::syntax::types::ValueType::{Matrix, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("absent", &[Vector], Vector).kind(Kind::Absent),
    Function::new("absent_over_time", &[Matrix], Vector)
        .since(2, 16)
        .kind(Kind::AbsentOverTime),
];

/// The labels of `absent(expr)` and `absent_over_time(expr)`: those that the selector
/// requires to have one value (`createLabelsForAbsentFunction`). A label with several
/// matchers is not among them.
pub fn labels(expr: &Expr) -> Labels {
    selector(expr).map_or(Labels::empty(), |it| labels_of(&it.matchers))
}

/// The selector that gives `absent(expr)` and `absent_over_time(expr)` their labels.
pub fn selector(expr: &Expr) -> Option<&Selector> {
    let selector = match &expr.without_parens().kind {
        ExprKind::Matrix(it) => &it.selector.kind,
        it => it,
    };
    match selector {
        ExprKind::Selector(it) => Some(it),
        _ => None,
    }
}

/// The labels where the selector has these matchers.
pub fn labels_of(matchers: &[Matcher]) -> Labels {
    let mut pairs: Vec<(Symbol, Symbol)> = Vec::new();
    for it in in_order_of_lookup(matchers) {
        // An empty value deletes the label, and the name counts as seen.
        match pairs.iter_mut().find(|pair| pair.0 == it.name) {
            Some(pair) => pair.1 = Symbol::from(""),
            None if it.op == MatchOp::Equal => {
                pairs.push((it.name.clone(), it.value.clone()));
            }
            None => {}
        }
    }
    Labels::from_pairs(pairs)
}

/// The matchers but those on the name, those last that take series away: Prometheus's
/// database sorts them so in the selector itself (`PostingsForMatchers` in
/// `tsdb/querier.go`), before the labels are looked at.
fn in_order_of_lookup(matchers: &[Matcher]) -> Vec<&Matcher> {
    let holds_for_nothing =
        |it: &Matcher| Matchers::new(std::slice::from_ref(it)).hold_for("");
    let must_be_set = |name: &str| {
        matchers.iter().any(|it| &*it.name == name && !holds_for_nothing(it))
    };
    let takes_away = |it: &&Matcher| match it.op {
        _ if !must_be_set(&it.name) => true,
        MatchOp::NotEqual | MatchOp::NotRegexp => holds_for_nothing(it),
        MatchOp::Equal | MatchOp::Regexp => false,
    };
    let named = matchers.iter().filter(|it| &*it.name != METRIC_NAME);
    let (last, mut all): (Vec<_>, Vec<_>) = named.partition(takes_away);
    all.extend(last);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax::parse;

    #[test]
    fn labels_that_are_matched_exactly() {
        for (text, want) in [
            (r#"x{a="b", c="d"}"#, r#"{a="b", c="d"}"#),
            (r#"x{a="b", c=~"d"}[5m]"#, r#"{a="b"}"#),
            (r#"(x{a="b"})"#, r#"{a="b"}"#),
            (r#"x{a="b", a="c", d="e"}"#, r#"{d="e"}"#),
            (r#"x{a="b", a="c", a="d"}"#, "{}"),
            (r#"x{a!="b", a="c"}"#, "{}"),
            (r#"x{a!="", a="c"}"#, r#"{a="c"}"#),
            (r#"x{a=~"c.*", a="c"}"#, r#"{a="c"}"#),
            (r#"x{a="c", a!="b"}"#, "{}"),
            (r#"x{a="c", a=""}"#, "{}"),
            (r#"{__name__="x", a=""}"#, "{}"),
            (r#"sum(x{a="b"})"#, "{}"),
            (r#"x{a="b"}[5m:1m]"#, "{}"),
        ] {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            assert_eq!(labels(&parsed.expr).to_string(), want, "{text}");
        }
    }
}
