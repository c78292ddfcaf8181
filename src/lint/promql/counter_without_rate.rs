//! Counters that are used as if their value meant something.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::kind;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, Binary, BinaryOp, Expr, ExprKind};
use crate::rules::comparison::{flipped, number};

/// The lint.
pub static LINT: Lint = Lint {
    name: "counter-without-rate",
    level: Level::Warn,
    summary: "A counter, or buckets of a histogram, without `rate` or `increase`.",
    why: "A counter rises from the start of a process to its end: its value says how long \
          the process runs. A threshold on it is passed some day, and then until the next \
          restart. Counters are known by `_total` of what happens (`_errors_total`, not \
          `_seats_total`) or has its rate taken in another rule, and by `_bucket` under a \
          quantile.",
    example: "http_errors_total > 100",
    instead: "Ask how fast it rises: `rate(http_errors_total[5m]) > 1`, or how much: \
              `increase(http_errors_total[1h]) > 100`.",
    peers: &["pint promql/counter"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let mut said_of = Vec::new();
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Selector(selector) = &expr.kind else { return };
        let Some(name) = selector.name.as_deref() else { return };
        if said_of.contains(&name) {
            return;
        }
        if !kind::is_counter(name, context) || context.records.contains_key(name) {
            return;
        }
        let bucket = name.ends_with("_bucket");
        // What a sum of counters is recorded for is not known.
        let harmless = if bucket { !in_quantile(path) } else { site.alert().is_none() };
        if harmless || is_sound(expr, path) {
            return;
        }
        said_of.push(name);
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
            ExprKind::Binary(it) => is_sound_side(it, below),
            _ => false,
        };
        if sound {
            return true;
        }
        below = it;
    }
    false
}

/// The same of a side of an operator.
fn is_sound_side(it: &Binary, below: &Expr) -> bool {
    let left = std::ptr::eq(&*it.lhs, below);
    let other = if left { &it.rhs } else { &it.lhs };
    let op = if left { it.op } else { flipped(it.op) };
    match op {
        // `x - x offset 5m`, `x{a="b"} / x`, and a comparison of the two.
        op if same_metric(&it.lhs, &it.rhs)
            && (op.is_comparison() || matches!(op, BinaryOp::Sub | BinaryOp::Div)) =>
        {
            true
        }
        // The other side of a set operator only has to be there, and `x > 0` is a guard
        // where `increase(x[5m])` is judged.
        BinaryOp::And | BinaryOp::Unless if !left => true,
        BinaryOp::And => same_metric(&it.lhs, &it.rhs) && has_rate(other),
        BinaryOp::Unless | BinaryOp::Or => false,
        // Nothing of it since the start: that ends.
        BinaryOp::Eql | BinaryOp::Lss | BinaryOp::Lte if number(other).is_some() => true,
        // `started - finished` is how many there are.
        BinaryOp::Sub if counters(other) => true,
        // `used / total`, `total - used`: a capacity is called so, too.
        BinaryOp::Div => has_gauge(other),
        BinaryOp::Sub => has_gauge(other) && are_kin(below, other),
        _ => false,
    }
}

/// Whether an expression asks how fast something rises.
fn has_rate(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        if let ExprKind::Call(it) = &it.kind {
            found |=
                matches!(it.name, "rate" | "irate" | "increase" | "changes" | "delta");
        }
    });
    found
}

/// Whether all metrics of an expression are counters by their names.
fn counters(expr: &Expr) -> bool {
    let all = expr.selectors();
    let name = |it: &str| kind::may_be_counter(it);
    !all.is_empty() && all.iter().all(|(_, it)| it.name.as_deref().is_some_and(name))
}

/// Whether an expression has a metric that is no counter.
fn has_gauge(expr: &Expr) -> bool {
    let all = expr.selectors();
    let gauge = |it: &str| !kind::may_be_counter(it);
    all.iter().any(|(_, it)| it.name.as_deref().is_some_and(gauge))
}

/// Whether a gauge is called like a capacity: `slots_used` of `slots_total`.
fn are_kin(capacity: &Expr, gauge: &Expr) -> bool {
    let (all, gauges) = (capacity.selectors(), gauge.selectors());
    let stem = |it: &str| it.strip_suffix("_total").map(|it| it.to_owned() + "_");
    let stems: Vec<String> =
        all.iter().filter_map(|it| stem(it.1.name.as_deref()?)).collect();
    let mut names = gauges.iter().filter_map(|it| it.1.name.as_deref());
    names.any(|name| stems.iter().any(|stem| name.starts_with(stem)))
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
