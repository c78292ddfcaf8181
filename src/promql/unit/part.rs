//! Whether what one expression counts is among what another one counts.

use std::collections::BTreeSet;

use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind};

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

/// Whether the things of `part` are some of those of `whole`: of a metric of its, or by
/// their names, `http_errors_total` of `http_requests_total`.
pub(super) fn is_part(part: &Expr, whole: &Expr) -> bool {
    let (mut parts, mut wholes) = (BTreeSet::new(), BTreeSet::new());
    counted(part, &mut parts);
    counted(whole, &mut wholes);
    !parts.is_disjoint(&wholes)
        || parts.iter().any(|part| wholes.iter().any(|it| is_some(part, it)))
}

/// The metrics whose values are counted, histograms by what they observe. What only filters
/// or adds labels is none.
fn counted<'a>(expr: &'a Expr, out: &mut BTreeSet<&'a str>) {
    match &expr.kind {
        ExprKind::Selector(it) => {
            out.extend(it.name.as_deref().map(family));
        }
        ExprKind::Matrix(it) => counted(&it.selector, out),
        ExprKind::Subquery(it) => counted(&it.expr, out),
        ExprKind::Paren(it) | ExprKind::Unary { expr: it, .. } => counted(it, out),
        ExprKind::Aggregate(it) => counted(&it.expr, out),
        ExprKind::Call(it) => it.args.iter().for_each(|it| counted(it, out)),
        ExprKind::Binary(it) => {
            counted(&it.lhs, out);
            let scaled = it.lhs.selectors().is_empty();
            if scaled || matches!(it.op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or) {
                counted(&it.rhs, out);
            }
        }
        ExprKind::Number { .. } | ExprKind::String(_) => {}
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
