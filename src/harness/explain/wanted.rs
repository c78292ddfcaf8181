//! Labels that the series below an expression must have, if its results are to have some.
//!
//! What an operation sets, drops or takes from its other side says nothing of the series
//! that it works on; everything else must be there already.

use crate::promql::labels::Symbol;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, Cardinality, ExprKind, Name,
};

/// Names and values.
pub type Wanted = Vec<(Symbol, Symbol)>;

/// Those of other names.
pub fn without(wanted: &[(Symbol, Symbol)], names: &[&str]) -> Wanted {
    wanted.iter().filter(|it| !names.contains(&&*it.0)).cloned().collect()
}

/// Those of these names.
fn only(wanted: &[(Symbol, Symbol)], names: &[&str]) -> Wanted {
    wanted.iter().filter(|it| names.contains(&&*it.0)).cloned().collect()
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(|it| &*it.text).collect()
}

/// For the arguments of a function.
pub fn of_call(wanted: &[(Symbol, Symbol)], call: &Call) -> Wanted {
    match call.name {
        "label_replace" | "label_join" => {
            let target = call.args.get(1).map(|it| &it.without_parens().kind);
            match target {
                Some(ExprKind::String(name)) => without(wanted, &[name]),
                _ => Vec::new(),
            }
        }
        "histogram_quantile" | "histogram_fraction" => without(wanted, &["le"]),
        "absent" | "absent_over_time" | "scalar" | "vector" | "info" => Vec::new(),
        _ => wanted.to_vec(),
    }
}

/// For what is aggregated.
pub fn of_aggregate(wanted: &[(Symbol, Symbol)], it: &Aggregate) -> Wanted {
    let names = texts(&it.grouping);
    match (keeps_series(it.op), it.without) {
        (true, _) => wanted.to_vec(),
        (false, true) => without(wanted, &names),
        (false, false) => only(wanted, &names),
    }
}

/// Whether an aggregation gives some of the series as they are.
pub fn keeps_series(op: AggregateOp) -> bool {
    match op {
        AggregateOp::Topk
        | AggregateOp::Bottomk
        | AggregateOp::Limitk
        | AggregateOp::LimitRatio => true,
        AggregateOp::Avg
        | AggregateOp::Count
        | AggregateOp::CountValues
        | AggregateOp::Group
        | AggregateOp::Max
        | AggregateOp::Min
        | AggregateOp::Quantile
        | AggregateOp::Stddev
        | AggregateOp::Stdvar
        | AggregateOp::Sum => false,
    }
}

/// For the two sides of a binary operation.
pub fn of_sides(wanted: &[(Symbol, Symbol)], it: &Binary) -> [Wanted; 2] {
    let all = || wanted.to_vec();
    let Some(matching) = &it.matching else { return [all(), all()] };
    let names = texts(&matching.labels);
    let matched = || match matching.on {
        true => only(wanted, &names),
        false => without(wanted, &names),
    };
    let included = texts(&matching.include);
    let many = || without(wanted, &included);
    let one = || {
        let mut out = matched();
        for it in only(wanted, &included) {
            if !out.contains(&it) {
                out.push(it);
            }
        }
        out
    };
    match (it.op, matching.cardinality) {
        (BinaryOp::Or, _) => [all(), all()],
        (BinaryOp::And | BinaryOp::Unless, _) => [all(), matched()],
        (_, Cardinality::ManyToOne) => [many(), one()],
        (_, Cardinality::OneToMany) => [one(), many()],
        (_, Cardinality::OneToOne | Cardinality::ManyToMany) => [matched(), matched()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::{Dialect, Version};
    use crate::promql::syntax;

    fn names(wanted: &Wanted) -> String {
        wanted.iter().map(|it| &*it.0).collect::<Vec<_>>().join(" ")
    }

    fn check(text: &str, expected: &str) {
        let dialect = Dialect::new(Version::LATEST);
        let expr = syntax::parse(text, &dialect).unwrap().expr;
        let wanted: Wanted =
            ["a", "b", "c"].iter().map(|it| ((*it).into(), "1".into())).collect();
        let got = match &expr.kind {
            ExprKind::Call(it) => names(&of_call(&wanted, it)),
            ExprKind::Aggregate(it) => names(&of_aggregate(&wanted, it)),
            ExprKind::Binary(it) => {
                of_sides(&wanted, it).iter().map(names).collect::<Vec<_>>().join(", ")
            }
            _ => panic!("{text}"),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn what_an_operation_sets_is_not_wanted_below_it() {
        check(r#"label_replace(x, "a", "$1", "d", "(.*)")"#, "b c");
        check("rate(x[5m])", "a b c");
        check("absent(x)", "");
        check("sum by (a) (x)", "a");
        check("sum without (a) (x)", "b c");
        check("topk by (a) (1, x)", "a b c");
        check("x > 1", "a b c, a b c");
        check("x and on (a) y", "a b c, a");
        check("x unless ignoring (a) y", "a b c, b c");
        check("x or y", "a b c, a b c");
        check("x * on (a) y", "a, a");
        check("x * on (a) group_left (b) y", "a c, a b");
        check("x * ignoring (a) group_right (b) y", "b c, a c");
    }
}
