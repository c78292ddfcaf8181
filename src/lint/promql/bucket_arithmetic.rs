//! Differences of the buckets of one histogram.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "bucket-arithmetic",
    level: Level::Off,
    summary: "A difference or a ratio of buckets of a classic histogram.",
    why: "Where samples come by remote write, or from another server, the buckets of one \
          scrape may arrive one after the other: for a moment a smaller bucket holds more \
          than a greater one, and the difference is negative.",
    example: "rate(latency_bucket{le=\"+Inf\"}[5m]) - rate(latency_bucket{le=\"1\"}[5m]) > 1",
    instead: "Count at the source, ask `histogram_fraction(0, 1, …)`, or take a native \
              histogram, whose buckets arrive as one.",
    peers: &["promruval expressionDoesNotUseClassicHistogramBucketOperations"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Binary(it) = &expr.kind else { return };
        // Sums of buckets of different series compare nothing.
        if !matches!(it.op, BinaryOp::Sub | BinaryOp::Div) {
            return;
        }
        let (Some(lhs), Some(rhs)) = (histogram(&it.lhs), histogram(&it.rhs)) else {
            return;
        };
        if lhs == rhs {
            let title = format!("arithmetic of the buckets of `{lhs}`");
            let label = "both sides are buckets";
            let said = site.at(LINT.finding(title), it.op_span, label);
            out.push(said.help("ask `histogram_fraction`, or count at the source"));
        }
    });
}

/// The only histogram whose buckets an expression reads as they are.
fn histogram(expr: &Expr) -> Option<&str> {
    let mut quantile = false;
    expr.walk(&mut |it| {
        quantile |=
            matches!(&it.kind, ExprKind::Call(it) if it.name.starts_with("histogram_"));
    });
    let all = expr.selectors();
    let mut names = all.iter().map(|it| it.1.name.as_deref());
    let first = names.next()??.strip_suffix("_bucket")?;
    let same =
        |it: Option<&str>| it.and_then(|it| it.strip_suffix("_bucket")) == Some(first);
    (!quantile && names.all(same)).then_some(first)
}
