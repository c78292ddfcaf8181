//! Rates of what is no counter.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::kind;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, Expr, ExprKind};
use crate::rules::group::Rule;

/// The lint.
pub static LINT: Lint = Lint {
    name: "rate-of-gauge",
    level: Level::Warn,
    summary: "`rate`, `irate` or `increase` of a gauge, or of a sum that is recorded or \
              computed.",
    why: "Each fall counts as a restart, after which everything is counted again. A sum of \
          counters falls when one of them restarts or goes away, so that its rate jumps. \
          Gauges are known by their names (`_ratio`, `_timestamp_seconds`, `up`, …) and by \
          the rules that record them.",
    example: "rate(sum(http_errors_total)[5m:1m])",
    instead: "Take the rate first: `sum(rate(http_errors_total[5m]))`; of gauges take \
              `delta(…)` or `deriv(…)`.",
    peers: &[
        "pint promql/rate",
        "promruval validFunctionsOnCounters",
        "promruval rateBeforeAggregation",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        let Some(arg) = call.args.first().filter(|_| kind::of_counters(call.name)) else {
            return;
        };
        let found = match &arg.kind {
            ExprKind::Subquery(it) => made(&it.expr).map(|what| (it.expr.span, what)),
            ExprKind::Matrix(it) => {
                let ExprKind::Selector(selector) = &it.selector.kind else { return };
                let Some(name) = selector.name.as_deref() else { return };
                let what = named(name, context);
                what.map(|what| (it.selector.span, what))
            }
            _ => None,
        };
        let Some((at, what)) = found else { return };
        let title = format!("`{}` of what is no counter", call.name);
        let said = site.at(LINT.finding(title), at, what.label);
        out.push(said.help(what.help));
    });
}

struct What {
    label: &'static str,
    help: &'static str,
}

const SUM: What = What {
    label: "a sum falls when one of its counters restarts",
    help: "take the rate first: `sum(rate(…))`",
};
const GAUGE: What = What {
    label: "rises and falls",
    help: "write `delta(…)` or `deriv(…)`, or compare the value itself",
};

/// What a name tells, or the rules that record it.
fn named(name: &str, context: &Context<'_>) -> Option<What> {
    if kind::is_gauge(name) {
        return Some(GAUGE);
    }
    let sites = context.records.get(name)?;
    let mut all = sites.iter().filter_map(|it| match it.rule {
        Rule::Record(it) => Some(made(&it.expr.parsed.expr)),
        Rule::Alert(_) => None,
    });
    let first = all.next()??;
    all.all(|it| it.is_some()).then_some(first)
}

/// Whether an expression is surely no counter.
fn made(expr: &Expr) -> Option<What> {
    match &expr.without_parens().kind {
        ExprKind::Aggregate(it) => match it.op {
            AggregateOp::Sum if made(&it.expr).is_none() => Some(SUM),
            // The greatest of counters is one as long as none goes away.
            AggregateOp::Max
            | AggregateOp::Min
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Group
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio => None,
            _ => Some(GAUGE),
        },
        ExprKind::Call(it) => match it.name {
            "rate" | "irate" | "increase" | "delta" | "idelta" | "deriv"
            | "histogram_quantile" | "avg_over_time" | "time" | "timestamp" => {
                Some(GAUGE)
            }
            _ => None,
        },
        _ => None,
    }
}
