//! Counters that are used as if their value meant something.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::kind;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "counter-without-rate",
    level: Level::Warn,
    summary: "A counter, or buckets of a histogram, without `rate` or `increase`.",
    why: "A counter rises from the start of a process to its end: its value says how long \
          the process runs. A threshold on it is passed some day, and then until the next \
          restart. Counters are known by `_total`, and by `_bucket` under a quantile.",
    example: "http_errors_total > 100",
    instead: "Ask how fast it rises: `rate(http_errors_total[5m]) > 1`, or how much: \
              `increase(http_errors_total[1h]) > 100`.",
    peers: &["pint promql/counter"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Selector(selector) = &expr.kind else { return };
        let Some(name) = selector.name.as_deref() else { return };
        if !kind::is_counter(name) || context.records.contains_key(name) {
            return;
        }
        let bucket = name.ends_with("_bucket");
        // What a sum of counters is recorded for is not known.
        let harmless = if bucket { !in_quantile(path) } else { site.alert().is_none() };
        if harmless || is_sound(expr, path) {
            return;
        }
        let title = format!("counter `{name}` is used as it is");
        let said =
            site.at(LINT.finding(title), expr.span, "only ever rises, until a restart");
        out.push(said.help(format!("ask how fast it rises: `rate({name}[5m])`")));
    });
}

fn in_quantile(path: &[&Expr]) -> bool {
    path.iter().any(|it| {
        matches!(&it.kind, ExprKind::Call(it)
            if matches!(it.name, "histogram_quantile" | "histogram_fraction"))
    })
}

/// Whether what is made of a counter does not depend on its value.
fn is_sound(expr: &Expr, path: &[&Expr]) -> bool {
    let mut below = expr;
    for it in path.iter().rev() {
        let sound = match &it.kind {
            ExprKind::Call(call) => matches!(
                call.name,
                "rate"
                    | "irate"
                    | "increase"
                    | "absent"
                    | "absent_over_time"
                    | "present_over_time"
                    | "count_over_time"
                    | "changes"
                    | "resets"
                    | "timestamp"
                    | "delta"
                    | "idelta"
                    | "deriv"
                    | "predict_linear"
                    | "double_exponential_smoothing"
                    | "holt_winters"
                    | "info"
                    | "histogram_count"
                    | "histogram_sum"
            ),
            ExprKind::Aggregate(it) => matches!(
                it.op,
                AggregateOp::Count | AggregateOp::Group | AggregateOp::CountValues
            ),
            ExprKind::Binary(it) => match it.op {
                // The other side of a set operator only has to be there.
                BinaryOp::And | BinaryOp::Unless => std::ptr::eq(&*it.rhs, below),
                // `x - x offset 5m` and a comparison of the two.
                _ if same_metric(&it.lhs, &it.rhs) => true,
                // `used / total`: a capacity is called so, too.
                op if !op.is_set() => {
                    let left = std::ptr::eq(&*it.lhs, below);
                    has_gauge(if left { &it.rhs } else { &it.lhs })
                }
                _ => false,
            },
            _ => false,
        };
        if sound {
            return true;
        }
        below = it;
    }
    false
}

/// Whether an expression has a metric that is no counter.
fn has_gauge(expr: &Expr) -> bool {
    let all = expr.selectors();
    all.iter().any(|(_, it)| it.name.as_deref().is_some_and(|it| !kind::is_counter(it)))
}

/// Whether both sides are about the same metric, at two times or of two series.
fn same_metric(lhs: &Expr, rhs: &Expr) -> bool {
    let name = |it: &Expr| {
        let all = it.selectors();
        let [(_, only)] = all.as_slice() else { return None };
        only.name.clone()
    };
    name(lhs).is_some_and(|it| name(rhs) == Some(it))
}
