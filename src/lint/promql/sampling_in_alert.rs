//! Alerts on a choice of series.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{
    AggregateOp, Binary, BinaryOp, Cardinality, Expr, ExprKind,
};

/// The lint.
pub static LINT: Lint = Lint {
    name: "sampling-in-alert",
    level: Level::Warn,
    summary: "`topk`, `bottomk`, `limitk` or `limit_ratio` in the condition of an alert.",
    why: "Which series it gives changes from evaluation to evaluation, and with it the \
          labels of the alert: one ends and another begins, `for` starts again each time.",
    example: "topk(3, rate(http_errors_total[5m])) > 1",
    instead: "Compare all of them: `rate(http_errors_total[5m]) > 1`.",
    peers: &["pint promql/fragile"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    if site.alert().is_none() {
        return;
    }
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Aggregate(it) = &expr.kind else { return };
        let chooses = |it: AggregateOp| {
            matches!(
                it,
                AggregateOp::Topk
                    | AggregateOp::Bottomk
                    | AggregateOp::Limitk
                    | AggregateOp::LimitRatio
            )
        };
        // What is aggregated again has the labels of the outer one.
        let below = path.iter().skip(1).copied().chain([expr]);
        let joined = path.iter().zip(below).any(|(it, below)| match &it.kind {
            // So has what only chooses or labels the other side's series.
            ExprKind::Binary(it) => {
                let right = std::ptr::eq(&*it.rhs, below);
                match it.matching.as_ref().map(|it| (it.cardinality, it.on)) {
                    Some((Cardinality::ManyToMany, _)) => right && it.op != BinaryOp::Or,
                    Some((Cardinality::ManyToOne, _)) => right,
                    Some((Cardinality::OneToMany, _)) => !right,
                    Some((Cardinality::OneToOne, on)) => {
                        on || left_out(it, below, context)
                    }
                    None => false,
                }
            }
            ExprKind::Aggregate(it) => !chooses(it.op),
            ExprKind::Call(it) => matches!(it.name, "scalar" | "absent"),
            _ => false,
        });
        // One of those with the same labels: a way to have it once.
        let one = matches!(
            it.param.as_deref().map(|it| &it.kind),
            Some(ExprKind::Number { value: 1.0, .. })
        );
        let once = one
            && matches!(it.op, AggregateOp::Topk | AggregateOp::Bottomk)
            && !it.grouping.is_empty();
        if chooses(it.op) && !joined && !once {
            let title = format!("`{}` in an alert", it.op.as_str());
            let label = "gives other series each time";
            let said = site.at(LINT.finding(title), it.op_span, label);
            out.push(said.help("compare all of the series"));
        }
    });
}

/// Whether an operator leaves all labels of a side out of its result.
fn left_out(it: &Binary, side: &Expr, context: &Context<'_>) -> bool {
    let facts = context.labels(side);
    let ignored = |name: &str| {
        let mut names = it.matching.iter().flat_map(|it| &it.labels);
        name == METRIC_NAME || names.any(|it| &*it.text == name)
    };
    facts.closed && facts.known.keys().all(|it| ignored(it))
}
