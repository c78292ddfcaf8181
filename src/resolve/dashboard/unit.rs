//! The unit of a value, where names and templates tell it.

use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind};

/// The unit that a template function of Prometheus shows a value in.
pub(super) fn of_function(function: &str) -> Option<&'static str> {
    match function {
        "humanizePercentage" => Some("percentunit"),
        "humanizeDuration" => Some("s"),
        "humanize1024" => Some("bytes"),
        _ => None,
    }
}

/// The unit of an expression's value by the names of its metrics, which by convention
/// end in their unit.
pub(super) fn of_expression(expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Selector(it) => of_metric(it.name.as_deref()?),
        ExprKind::Matrix(it) => of_expression(&it.selector),
        ExprKind::Subquery(it) => of_expression(&it.expr),
        ExprKind::Paren(it) => of_expression(it),
        ExprKind::Unary { expr, .. } => of_expression(expr),
        ExprKind::Aggregate(it) => {
            use crate::promql::syntax::ast::AggregateOp::{Count, CountValues, Group};
            match it.op {
                Count | CountValues | Group => None,
                _ => of_expression(&it.expr),
            }
        }
        ExprKind::Call(it) => match it.name {
            "rate" | "irate" | "deriv" => per_second(it.args.first()?),
            "time" => Some("s"),
            "histogram_quantile" => of_expression(it.args.get(1)?),
            "clamp_min" | "clamp_max" | "clamp" | "abs" | "ceil" | "floor" | "round"
            | "increase" | "delta" | "predict_linear" | "avg_over_time"
            | "min_over_time" | "max_over_time" | "sum_over_time" | "last_over_time"
            | "sort" | "sort_desc" | "label_replace" | "label_join" => {
                of_expression(it.args.first()?)
            }
            _ => None,
        },
        ExprKind::Binary(it) => {
            let (lhs, rhs) = (of_expression(&it.lhs), of_expression(&it.rhs));
            match it.op {
                BinaryOp::Add | BinaryOp::Sub => lhs.or(rhs),
                BinaryOp::Div if lhs.is_some() && lhs == rhs => Some("percentunit"),
                BinaryOp::Mul if lhs == Some("percentunit") && is_100(&it.rhs) => {
                    Some("percent")
                }
                BinaryOp::Mul if rhs == Some("percentunit") && is_100(&it.lhs) => {
                    Some("percent")
                }
                BinaryOp::And
                | BinaryOp::Unless
                | BinaryOp::Eql
                | BinaryOp::Neq
                | BinaryOp::Lss
                | BinaryOp::Gtr
                | BinaryOp::Lte
                | BinaryOp::Gte => lhs,
                BinaryOp::Or => lhs.or(rhs),
                _ => None,
            }
        }
        ExprKind::Number { .. } | ExprKind::String(_) => None,
    }
}

/// The unit of what a histogram counts, by the name of its metric.
pub(super) fn of_histogram(expr: &Expr) -> Option<&'static str> {
    of_metric(expr.selectors().into_iter().find_map(|it| it.1.name.as_deref())?)
}

fn is_100(expr: &Expr) -> bool {
    matches!(expr.without_parens().kind, ExprKind::Number { value, .. } if value == 100.0)
}

fn per_second(counter: &Expr) -> Option<&'static str> {
    let mut names = counter.selectors().into_iter().filter_map(|it| it.1.name.clone());
    let name = names.next()?;
    match of_metric(&name) {
        Some("bytes") => Some("Bps"),
        // Seconds a second: how much of the time.
        Some("s") => Some("percentunit"),
        Some(_) => None,
        None if name.contains("request") => Some("reqps"),
        None => Some("cps"),
    }
}

fn of_metric(name: &str) -> Option<&'static str> {
    if name.contains(":ratio") || name.ends_with("_ratio") {
        return Some("percentunit");
    }
    // Recording rules name what they record in the middle: `level:metric:operations`.
    let name = name.split(':').nth(1).unwrap_or(name);
    let base = ["_total", "_sum", "_bucket", "_created"]
        .iter()
        .find_map(|it| name.strip_suffix(it))
        .unwrap_or(name);
    let units = [
        ("_bytes", "bytes"),
        ("_seconds", "s"),
        ("_milliseconds", "ms"),
        ("_ratio", "percentunit"),
        ("_percent", "percent"),
        ("_celsius", "celsius"),
        ("_volts", "volt"),
        ("_amperes", "amp"),
        ("_watts", "watt"),
        ("_hertz", "hertz"),
        ("_joules", "joule"),
    ];
    units.iter().find(|it| base.ends_with(it.0)).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax::parse;

    #[test]
    fn names_tell_units() {
        let cases = [
            ("sum(rate(http_requests_total[5m]))", Some("reqps")),
            ("rate(node_network_receive_bytes_total[5m])", Some("Bps")),
            ("rate(process_cpu_seconds_total[5m])", Some("percentunit")),
            ("histogram_quantile(0.9, sum by (le) (x_seconds_bucket))", Some("s")),
            ("time() - last_reading_timestamp_seconds", Some("s")),
            (
                "redis_memory_used_bytes / (redis_memory_max_bytes > 0)",
                Some("percentunit"),
            ),
            ("100 * (a_bytes / b_bytes)", Some("percent")),
            ("job:http_errors:ratio_rate5m", Some("percentunit")),
            ("count(x_bytes)", None),
            ("up", None),
        ];
        for (text, expect) in cases {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            assert_eq!(of_expression(&parsed.expr), expect, "{text}");
        }
    }
}
