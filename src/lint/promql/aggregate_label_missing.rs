//! Labels in `by` that what is aggregated cannot have.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "aggregate-label-missing",
    level: Level::Warn,
    summary: "An aggregation by a label that what is aggregated cannot have.",
    why: "The result lacks the label: what should be an alert for each of its values is one \
          for all.",
    example: "sum by (namespace) (sum by (job) (rate(http_errors_total[5m]))) > 1",
    instead: "Keep the label below: `sum by (namespace, job) (…)`, or take it out.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Aggregate(it) = &expr.kind else { return };
        if it.without || it.grouping.is_empty() || it.op == AggregateOp::CountValues {
            return;
        }
        let facts = context.labels(&it.expr);
        for name in it.grouping.iter().filter(|it| !facts.can_carry(&it.text)) {
            let op = it.op.as_str();
            let title =
                format!("`{op}` by the label `{}`, which is not there", name.text);
            let known: Vec<&str> = match facts.closed {
                true => facts.known.keys().map(|it| &**it).collect(),
                false => Vec::new(),
            };
            let label = match suggest::nearest(&name.text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if facts.closed && known.is_empty() => {
                    "what is aggregated has no labels".to_owned()
                }
                None if facts.closed => {
                    format!("what is aggregated has {}", suggest::list(known, 8))
                }
                None => "what is aggregated cannot have it".to_owned(),
            };
            out.push(site.at(LINT.finding(title), name.span, label));
        }
    });
}
