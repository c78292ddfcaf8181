//! Heatmaps of classic histograms need their buckets.

use super::Context;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::syntax::ast::{Expr, ExprKind};
use crate::promql::syntax::parse;
use crate::rules::dashboard::Query;

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

/// Warns of an alert without buckets: what it compares with a limit are numbers, never
/// native histograms.
pub(super) fn check_alert(
    alert: &Text,
    queries: &[Query],
    context: Context<'_>,
    sink: &mut Sink,
) {
    let has_buckets = |it: &Query| {
        let Ok(parsed) = parse(it.expr.as_str(), &context.book.dialect) else {
            return true;
        };
        let selectors = parsed.expr.selectors();
        let mut names = selectors.iter().map(|it| it.1.name.as_deref());
        let may_be = names.any(|it| it.is_none_or(|it| it.contains("_bucket")));
        may_be && context.records.labels(&parsed.expr).can_carry("le")
    };
    if !queries.iter().any(has_buckets) {
        let title = format!("the alert `{alert}` has no buckets");
        sink.push_once(
            Diagnostic::warning("heatmap-without-buckets", title)
                .at(alert.span(), "its query has no label `le`")
                .help("take another `kind`, or write a `query` by `le`"),
        );
    }
}
