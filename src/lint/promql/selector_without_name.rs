//! Selectors of any metric.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{ExprKind, MatchOp, Matcher};

/// The lint.
pub static LINT: Lint = Lint {
    name: "selector-without-name",
    level: Level::Off,
    summary: "A selector that names no metric, nor a list of them.",
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
        // Several that are listed are named as well.
        let positive = |it: &Matcher| matches!(it.op, MatchOp::Equal | MatchOp::Regexp);
        let named = selector.matchers.iter().any(|it| {
            &*it.name == METRIC_NAME && positive(it) && matchers::values(it).is_some()
        });
        if selector.name.is_none() && !named && !selector.bypass_empty_check {
            let said = LINT.finding("selector names no metric");
            let said = site.at(said, expr.span, "all metrics with these labels");
            out.push(said.help("name the metric"));
        }
    });
}
