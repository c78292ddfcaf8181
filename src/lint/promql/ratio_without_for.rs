//! Arithmetic of two aggregations that is reported at once.

use std::collections::BTreeSet;

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "ratio-without-for",
    level: Level::Off,
    summary: "An alert without `for` on a ratio, or other arithmetic, of two aggregations.",
    why: "When Prometheus starts, targets are scraped one after the other: one side is \
          complete before the other is, and the ratio is wrong for a scrape interval.",
    example: "[alert.Errors]\nexpr = 'sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 0.1'",
    instead: "Give the alert a `for` of two scrapes at least.",
    peers: &["pint promql/fragile"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    if alert.hold.value.0 != 0 {
        return;
    }
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Binary(it) = &expr.kind else { return };
        // What only adds labels is no ratio.
        let adds = it.matching.as_ref().is_some_and(|it| !it.include.is_empty());
        if it.op.is_comparison() || it.op.is_set() || adds {
            return;
        }
        let compared = path
            .iter()
            .any(|it| matches!(&it.kind, ExprKind::Binary(it) if it.op.is_comparison()));
        // What has a window of its own looks past the start.
        let inside = path.iter().any(|it| matches!(&it.kind, ExprKind::Subquery(_)));
        // Of one metric both sides see the same scrapes.
        let other = metrics(&it.lhs) != metrics(&it.rhs);
        if compared && !inside && other && is_aggregate(&it.lhs) && is_aggregate(&it.rhs)
        {
            let title = format!("`{}` fires at once on two aggregations", site.name());
            let said = site.at(
                LINT.finding(title),
                it.op_span,
                "one side may be complete first",
            );
            out.push(said.help("give the alert a `for` of two scrapes at least"));
        }
    });
}

fn metrics(expr: &Expr) -> BTreeSet<Option<&str>> {
    expr.selectors().into_iter().map(|it| it.1.name.as_deref()).collect()
}

fn is_aggregate(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Aggregate(_))
}
