//! Labels of results that the project demands.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{Expr, ExprKind, TextRange};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-result",
    level: Level::Deny,
    summary: "A rule whose results lack a label that a `[[policy]]` keeps, or may have one that \
              it drops.",
    why: "The project says so: alerts are routed by the labels of their expression, and each \
          label of a record is paid for in series.",
    example: "[[policy]]\nof    = \"records\"\nkeeps = [\"job\"]\ndrops = [\"instance\"]\n\n\
              [record]\n\"errors:rate5m\" = 'sum(rate(errors_total[5m]))'",
    instead: "Aggregate by the label, or without it: `sum by (job) (…)`.",
    peers: &["pint promql/aggregate"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let mut facts = None;
    for it in policy::of(context, site) {
        let mut say = |name: &Text, title: String, label: &str, help: String| {
            let said = site.at(LINT.finding(title), at(site.tree()), label);
            out.push(policy::demanded(said, it, name.span()).help(help));
        };
        if it.keeps.is_empty() && it.drops.is_empty() {
            continue;
        }
        let facts = facts.get_or_insert_with(|| context.labels(site.tree()));
        let given = site.given();
        // What the rule sets is there whatever the expression has.
        let left = |name: &&Text| given.iter().all(|it| it.0 != name.as_str());
        for name in
            it.keeps.iter().filter(left).filter(|it| !facts.can_carry(it.as_str()))
        {
            let title = format!("results of `{}` have no label `{name}`", site.name());
            say(name, title, "drops it", format!("keep `{name}` in the aggregations"));
        }
        for name in it.drops.iter().filter(left).filter(|it| facts.can_carry(it.as_str()))
        {
            let title =
                format!("results of `{}` may have the label `{name}`", site.name());
            say(name, title, "lets it through", format!("aggregate without `{name}`"));
        }
    }
}

/// What decides about the labels: the outermost aggregation, or all of it.
fn at(expr: &Expr) -> TextRange {
    match &expr.without_parens().kind {
        ExprKind::Aggregate(it) => it.op_span,
        ExprKind::Binary(it) if it.op.is_comparison() => at(&it.lhs),
        _ => expr.span,
    }
}
