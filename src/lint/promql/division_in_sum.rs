//! Ratios that are summed up.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, BinaryOp, Expr, ExprKind};
use crate::rules::comparison::number;

/// The lint.
pub static LINT: Lint = Lint {
    name: "division-in-sum",
    level: Level::Off,
    summary: "A sum or an average of ratios whose divisor may be 0.",
    why: "0 / 0 is NaN, and one NaN makes the whole sum NaN, which passes no comparison: one \
          idle series silences the alert for all.",
    example: "avg(rate(errors_total[5m]) / rate(requests_total[5m])) > 0.1",
    instead: "Divide the sums: `sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))`; \
              or leave idle series out: `… / (rate(requests_total[5m]) > 0)`.",
    peers: &["pint promql/nan"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Aggregate(it) = &expr.kind else { return };
        let op = it.op;
        if !matches!(
            op,
            AggregateOp::Sum
                | AggregateOp::Avg
                | AggregateOp::Stddev
                | AggregateOp::Stdvar
        ) {
            return;
        }
        let Some(divisor) = divisor(&it.expr) else { return };
        let title = format!("`{}` of ratios whose divisor may be 0", op.as_str());
        let said =
            site.at(LINT.finding(title), divisor.span, "0 makes the whole result NaN");
        out.push(said.help("divide sums, or leave series with 0 out: `… > 0`"));
    });
}

/// A divisor that may be 0, at the top of what is aggregated.
fn divisor(expr: &Expr) -> Option<&Expr> {
    match &expr.without_parens().kind {
        ExprKind::Binary(it) => match it.op {
            BinaryOp::Div | BinaryOp::Mod => {
                let rhs = it.rhs.without_parens();
                may_be_zero(rhs).then_some(rhs).or_else(|| divisor(&it.lhs))
            }
            // A comparison leaves NaN out.
            op if op.is_comparison() && !it.return_bool => None,
            BinaryOp::And | BinaryOp::Unless => divisor(&it.lhs),
            _ => divisor(&it.lhs).or_else(|| divisor(&it.rhs)),
        },
        ExprKind::Unary { expr, .. } => divisor(expr),
        _ => None,
    }
}

fn may_be_zero(expr: &Expr) -> bool {
    if let Some(value) = number(expr) {
        return value == 0.0;
    }
    match &expr.without_parens().kind {
        ExprKind::Binary(it) if it.op.is_comparison() && !it.return_bool => false,
        ExprKind::Selector(it) => {
            !it.name.as_deref().is_some_and(|it| CAPACITIES.contains(&it))
        }
        ExprKind::Call(it) => {
            !matches!(it.name, "clamp_min" | "clamp" | "scalar" | "vector" | "time")
        }
        ExprKind::Aggregate(it) => {
            !matches!(it.op, AggregateOp::Count | AggregateOp::Group)
        }
        _ => true,
    }
}

/// Metrics of everybody's exporters that are never 0: what a machine has.
#[rustfmt::skip]
const CAPACITIES: &[&str] = &[
    "container_spec_cpu_period", "machine_cpu_cores", "machine_memory_bytes",
    "node_memory_MemTotal_bytes",
];
