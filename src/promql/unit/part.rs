//! Whether what one expression counts is among what another one counts.

use std::collections::BTreeSet;

use crate::promql::syntax::ast::{AggregateOp, BinaryOp, Expr, ExprKind};

/// Last words of the names of things that are some of all, by what became of them.
const SOME: &[&str] = &[
    "aborted",
    "canceled",
    "cancelled",
    "conflicts",
    "denied",
    "discarded",
    "dropped",
    "drops",
    "error",
    "errors",
    "failed",
    "failure",
    "failures",
    "hits",
    "lost",
    "missed",
    "misses",
    "rejected",
    "retried",
    "retries",
    "retransmits",
    "skipped",
    "succeeded",
    "success",
    "successes",
    "timeouts",
];

/// What is counted of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// What its values say.
    Values,
    /// Its series.
    Series,
    /// Its samples.
    Samples,
    /// How often its values change.
    Changes,
}

/// Whether the things of `part` are some of those of `whole`: of a metric of its, or by
/// their names, `http_errors_total` of `http_requests_total`. Restarts for each series of
/// restarts are none. `is_flag` says whether values are 0 or 1: their sum counts them.
pub(super) fn is_part(
    part: &Expr,
    whole: &Expr,
    is_flag: &dyn Fn(&Expr) -> bool,
) -> bool {
    let metrics = |expr| {
        let mut out = Counted { is_flag, metrics: BTreeSet::new() };
        out.visit(expr, Of::Values);
        out.metrics
    };
    let (parts, wholes) = (metrics(part), metrics(whole));
    let is_some = |(of, part): &(Of, &str)| {
        wholes.iter().any(|it| it.0 == *of && is_some(part, it.1))
    };
    !parts.is_disjoint(&wholes) || parts.iter().any(is_some)
}

/// The metrics of which something is counted, histograms by what they observe. What only
/// filters or adds labels is none.
struct Counted<'a, 'f> {
    is_flag: &'f dyn Fn(&Expr) -> bool,
    metrics: BTreeSet<(Of, &'a str)>,
}

impl<'a> Counted<'a, '_> {
    fn visit(&mut self, expr: &'a Expr, of: Of) {
        match &expr.kind {
            ExprKind::Selector(it) => {
                self.metrics.extend(it.name.as_deref().map(|it| (of, family(it))));
            }
            ExprKind::Matrix(it) => self.visit(&it.selector, of),
            ExprKind::Subquery(it) => self.visit(&it.expr, of),
            ExprKind::Paren(it) | ExprKind::Unary { expr: it, .. } => self.visit(it, of),
            ExprKind::Aggregate(it) => {
                use AggregateOp::{Count, CountValues, Group, Sum};
                let counts = match it.op {
                    Count | CountValues | Group => true,
                    Sum => (self.is_flag)(&it.expr),
                    _ => false,
                };
                self.visit(&it.expr, if counts { Of::Series } else { of });
            }
            ExprKind::Call(it) => {
                let of = match (it.name, it.args.first()) {
                    ("count_over_time", _) => Of::Samples,
                    ("sum_over_time", Some(arg)) if (self.is_flag)(arg) => Of::Samples,
                    ("changes" | "resets", _) => Of::Changes,
                    (_, _) => of,
                };
                it.args.iter().for_each(|it| self.visit(it, of));
            }
            ExprKind::Binary(it) => {
                self.visit(&it.lhs, of);
                let scaled = it.lhs.selectors().is_empty();
                if scaled || matches!(it.op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or)
                {
                    self.visit(&it.rhs, of);
                }
            }
            ExprKind::Number { .. } | ExprKind::String(_) => {}
        }
    }
}

fn family(name: &str) -> &str {
    let ends = ["_bucket", "_count", "_total"].iter();
    ends.filter_map(|it| name.strip_suffix(it)).next().unwrap_or(name)
}

/// Whether two names begin alike, and only the first one tells what became of the things.
fn is_some(part: &str, whole: &str) -> bool {
    // Recording rules are called `level:metric:operations`.
    let metric = |it| str::split(it, ':').nth(1).unwrap_or(it).to_owned();
    let (part, whole) = (metric(part), metric(whole));
    let among = |it: &str| it.split('_').any(|it| SOME.contains(&it));
    match (part.split_once('_'), whole.split_once('_')) {
        (Some(a), Some(b)) => a.0 == b.0 && among(a.1) && !among(b.1),
        (_, _) => false,
    }
}
