//! Selectors of any metric.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{ExprKind, MatchOp};

/// The lint.
pub static LINT: Lint = Lint {
    name: "selector-without-name",
    level: Level::Off,
    summary: "A selector that does not name one metric.",
    why: "Prometheus looks at the series of all metrics with these labels at every \
          evaluation, and a new metric joins unseen.",
    example: "count({job=\"api\"}) == 0",
    instead: "Name the metric: `count(up{job=\"api\"})`.",
    peers: &["promruval expressionWithNoMetricName"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Selector(selector) = &expr.kind else { return };
        let named = selector
            .matchers
            .iter()
            .any(|it| &*it.name == METRIC_NAME && it.op == MatchOp::Equal);
        if selector.name.is_none() && !named && !selector.bypass_empty_check {
            let said = LINT.finding("selector names no metric");
            let said = site.at(said, expr.span, "all metrics with these labels");
            out.push(said.help("name the metric"));
        }
    });
}
