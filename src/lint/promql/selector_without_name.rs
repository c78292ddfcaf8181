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
        let positive = |it: &&Matcher| {
            &*it.name == METRIC_NAME && matches!(it.op, MatchOp::Equal | MatchOp::Regexp)
        };
        let mut names = selector.matchers.iter().filter(positive);
        if selector.name.is_some()
            || selector.bypass_empty_check
            || names.clone().any(|it| matchers::values(it).is_some())
        {
            return;
        }
        // One that matches any name is none.
        let pattern = names.find(|it| !matches!(&*it.value, ".*" | ".+"));
        let said = match pattern {
            Some(it) => site.at(
                LINT.finding("selector knows its metrics by a pattern only"),
                it.span,
                "all metrics of such a name",
            ),
            None => site.at(
                LINT.finding("selector names no metric"),
                expr.span,
                "all metrics with these labels",
            ),
        };
        out.push(said.help("name the metric, or list them: `__name__=~\"a|b\"`"));
    });
}
