//! Alerts whose condition holds whenever there are series.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::functions::{self, kind::Kind};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{
    Binary, BinaryOp, Call, Expr, ExprKind, MatchOp, Matcher, Selector,
};
use crate::rules::group::Rule;

/// The lint.
pub static LINT: Lint = Lint {
    name: "comparison-missing",
    level: Level::Warn,
    summary: "An alert whose expression compares nothing, or compares with `bool`.",
    why: "An alert fires for every result of its expression, whatever the value. Without a \
          comparison it fires as soon as the series are there; `bool` gives 0 or 1 in place \
          of fewer results. A constant, `vector(1)`, is taken for a dead man's switch, and a \
          matcher of a state, `disk_info{health!=\"OK\"}`, for a condition.",
    example: "rate(http_errors_total[5m]) > bool 0.1",
    instead: "Compare: `rate(http_errors_total[5m]) > 0.1`, `up == 0`.",
    peers: &["pint alerts/comparison"],
    check: Check::Rule(run),
};

/// Records of records are followed this far.
const MAX_DEPTH: usize = 16;

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    if site.alert().is_none() || is_constant(site.tree()) {
        return;
    }
    let mut found = Vec::new();
    always(site.tree(), context, 0, &mut found);
    let is_part = |it: &&Expr| !std::ptr::eq(*it, site.tree().without_parens());
    for it in found {
        let title = match is_part(&it) {
            false => format!("`{}` fires whenever its series are there", site.name()),
            true => {
                format!("a part of `{}` fires whenever its series are there", site.name())
            }
        };
        let (label, help) = match &it.kind {
            ExprKind::Binary(Binary { return_bool: true, op, .. })
                if op.is_comparison() =>
            {
                ("gives 0 where the comparison fails, which fires too", "take `bool` out")
            }
            _ if is_constant(it) => {
                ("always has a result", "compare it, or take this part out")
            }
            _ => ("no value is compared with anything", "compare it: `… > 0`"),
        };
        out.push(site.at(LINT.finding(title), it.span, label).help(help));
    }
}

/// Whether an expression asks for no series.
fn is_constant(expr: &Expr) -> bool {
    expr.selectors().is_empty()
}

/// Collects the parts of an expression that have results whenever there are series; gives
/// whether there are any.
fn always<'e>(
    expr: &'e Expr,
    context: &Context<'_>,
    depth: usize,
    out: &mut Vec<&'e Expr>,
) -> bool {
    let n_before = out.len();
    let expr = expr.without_parens();
    match &expr.kind {
        ExprKind::Binary(it) if it.op == BinaryOp::Or => {
            always(&it.lhs, context, depth, out);
            always(&it.rhs, context, depth, out);
        }
        _ if filters(expr, context, depth) => {}
        _ => out.push(expr),
    }
    n_before < out.len()
}

/// Whether an expression can be without results although its series are there.
fn filters(expr: &Expr, context: &Context<'_>, depth: usize) -> bool {
    let inner = |it: &Expr| filters(it, context, depth);
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => false,
        ExprKind::Selector(it) => selector(it, context, depth),
        ExprKind::Matrix(it) => inner(&it.selector),
        ExprKind::Subquery(it) => inner(&it.expr),
        ExprKind::Paren(it) | ExprKind::Unary { expr: it, .. } => inner(it),
        ExprKind::Aggregate(it) => inner(&it.expr),
        ExprKind::Call(it) => call(it, context, depth),
        ExprKind::Binary(it) => match it.op {
            op if op.is_comparison() && !it.return_bool => true,
            BinaryOp::Unless => true,
            BinaryOp::Or => inner(&it.lhs) && inner(&it.rhs),
            _ => inner(&it.lhs) || inner(&it.rhs),
        },
    }
}

fn call(call: &Call, context: &Context<'_>, depth: usize) -> bool {
    let Some(function) = functions::lookup(call.name) else { return true };
    match function.kind {
        Kind::Absent | Kind::AbsentOverTime => true,
        // A scalar is always there.
        Kind::ToScalar | Kind::ToVector | Kind::Scalars(_) => false,
        // What is counted is there while all is well, whatever its labels say.
        _ if COUNTING.contains(&call.name) => {
            let inner = |it: &Expr| !is_bare(it) && filters(it, context, depth);
            call.args.iter().any(inner)
        }
        _ => call.args.iter().any(|it| filters(it, context, depth)),
    }
}

/// Functions of counters and histograms.
#[rustfmt::skip]
const COUNTING: &[&str] = &[
    "rate", "irate", "increase", "histogram_quantile", "histogram_fraction",
    "histogram_avg", "histogram_count", "histogram_sum",
];

/// Whether an expression is nothing but series, or sums of them.
fn is_bare(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Selector(it) => {
            // A record may compare.
            !it.name.as_deref().is_some_and(|it| it.contains(':') || it == "ALERTS")
        }
        ExprKind::Matrix(it) => is_bare(&it.selector),
        ExprKind::Paren(it) => is_bare(it),
        ExprKind::Aggregate(it) => is_bare(&it.expr),
        _ => false,
    }
}

/// How the names of labels end whose values are conditions.
const STATES: &[&str] =
    &["state", "status", "health", "phase", "result", "condition", "reason", "outcome"];

/// How the names of metrics end whose values say nothing, and whose labels everything.
const FACTS: &[&str] =
    &["info", "label", "labels", "annotations", "metadata", "tag", "tags", "config"];

/// Labels that say which thing it is, and not how it is.
#[rustfmt::skip]
const TARGETS: &[&str] = &[
    "job", "namespace", "instance", "cluster", "pod", "container", "node", "service",
    "app", "env", "environment", "region",
];

/// Series that are there only while something is so.
fn selector(selector: &Selector, context: &Context<'_>, depth: usize) -> bool {
    let Some(name) = selector.name.as_deref() else { return false };
    // Alerts are conditions themselves.
    if name == "ALERTS" || name == "ALERTS_FOR_STATE" {
        return true;
    }
    // So are facts with certain values.
    // A search that finds nothing has no buckets.
    if name.ends_with("_doc_count") {
        return true;
    }
    let last = name.rsplit('_').next().unwrap_or_default();
    let fact = FACTS.contains(&last) || name.split('_').any(|it| it == "info");
    let counted = matches!(last, "total" | "bucket" | "count" | "sum");
    let state = |it: &str| {
        let it = it.to_ascii_lowercase();
        STATES.iter().any(|end| it.ends_with(end))
    };
    let mut chosen = selector.matchers.iter().filter(|it| &*it.name != METRIC_NAME);
    // Of counters the series of what went wrong come when it first does: those of all
    // states but the good one are a condition, one of them is counted.
    let excludes = |it: &Matcher| matches!(it.op, MatchOp::NotEqual | MatchOp::NotRegexp);
    let by_label = chosen.any(|it| match counted {
        true => state(&it.name) && excludes(it),
        false => state(&it.name) || fact && !TARGETS.contains(&&*it.name),
    });
    // kube-state-metrics gives all states, with 0.
    let ends = ["_info", "_labels", "_annotations"];
    if by_label
        && (!name.starts_with("kube_") || ends.iter().any(|it| name.ends_with(it)))
    {
        return true;
    }
    let Some(records) = context.records.get(name) else { return false };
    let filters = |it: &Site<'_>| {
        let Rule::Record(it) = it.rule else { return false };
        filters(&it.expr.parsed.expr, context, depth + 1)
    };
    MAX_DEPTH <= depth || records.iter().all(filters)
}
