//! Quantiles of histograms whose buckets were summed up.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::infer::Presence;
use crate::promql::syntax::ast::{Aggregate, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "quantile-without-le",
    level: Level::Warn,
    summary: "`histogram_quantile` of buckets without the label `le`.",
    why: "Without `le` the buckets of a classic histogram cannot be told apart, and there is \
          no result.",
    example: "histogram_quantile(0.99, sum by (job) (rate(latency_bucket[5m]))) > 1",
    instead: "Keep `le`: `sum by (job, le) (rate(latency_bucket[5m]))`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        let arg = match (call.name, call.args.as_slice()) {
            ("histogram_quantile", [_, arg]) | ("histogram_fraction", [_, _, arg]) => arg,
            _ => return,
        };
        // Native histograms have no `le`, and no `_bucket`.
        let all = arg.selectors();
        let classic = all
            .iter()
            .all(|(_, it)| it.name.as_deref().is_some_and(|it| it.ends_with("_bucket")));
        let facts = context.labels(arg);
        if all.is_empty() || !classic || facts.get("le").presence != Presence::Never {
            return;
        }
        let (at, help) = match &arg.without_parens().kind {
            ExprKind::Aggregate(it) => (it.op_span, with_le(it)),
            _ => (arg.span, "keep `le` below it".to_owned()),
        };
        let title = format!("`{}` of buckets without `le`", call.name);
        let said = site.at(LINT.finding(title), at, "drops the label `le`");
        out.push(said.help(help));
    });
}

/// An aggregation with the labels that it has, and `le`.
fn with_le(it: &Aggregate) -> String {
    let names = it.grouping.iter().map(|it| &*it.text);
    match it.without {
        true => {
            let left: Vec<&str> = names.filter(|it| *it != "le").collect();
            format!("keep `le`: `{} without ({}) (…)`", it.op.as_str(), left.join(", "))
        }
        false => {
            let all: Vec<&str> = names.chain(["le"]).collect();
            let (op, all) = (it.op.as_str(), all.join(", "));
            format!("aggregate by `le` too: `{op} by ({all}) (…)`")
        }
    }
}
