//! Heatmaps of classic histograms need their buckets.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::syntax::ast::{Expr, ExprKind};

/// Warns of a query over buckets that sums them up.
pub(super) fn check(query: &Text, expr: &Expr, sink: &mut Sink) {
    let buckets = |it: &Expr| {
        let selectors = it.selectors();
        let mut names = selectors.iter().filter_map(|it| it.1.name.as_deref());
        names.any(|it| it.ends_with("_bucket"))
    };
    expr.walk(&mut |it| {
        let ExprKind::Aggregate(aggregate) = &it.kind else { return };
        let named = aggregate.grouping.iter().any(|it| &*it.text == "le");
        if named == aggregate.without && buckets(&aggregate.expr) {
            let range = it.span.bytes();
            sink.push_once(
                Diagnostic::warning("heatmap-without-buckets", "no buckets are left")
                    .within(query, range.start, range.end, "has no label `le`")
                    .help("write `sum by (le) (…)`"),
            );
        }
    });
}
