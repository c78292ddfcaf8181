//! Quantiles that are none.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "quantile-out-of-range",
    level: Level::Warn,
    summary: "A quantile below 0 or above 1.",
    why: "The result is an infinite number, which passes every comparison or none.",
    example: "histogram_quantile(99, sum by (le) (rate(latency_bucket[5m]))) > 1",
    instead: "Write a fraction: `histogram_quantile(0.99, …)`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let (quantile, name): (Option<&Expr>, &str) = match &expr.kind {
            ExprKind::Call(it) => match it.name {
                "histogram_quantile" | "quantile_over_time" => (it.args.first(), it.name),
                _ => return,
            },
            ExprKind::Aggregate(it) if it.op == AggregateOp::Quantile => {
                (it.param.as_deref(), "quantile")
            }
            _ => return,
        };
        let Some(quantile) = quantile else { return };
        let ExprKind::Number { value, .. } = quantile.without_parens().kind else {
            return;
        };
        if (0.0..=1.0).contains(&value) {
            return;
        }
        let title = format!("`{name}` with a quantile that is none");
        let said = site.at(LINT.finding(title), quantile.span, "not from 0 to 1");
        out.push(match 1.0 < value && value <= 100.0 {
            true => said.help(format!("write `{}`", value / 100.0)),
            false => said,
        });
    });
}
