//! Sides of `or` that are never used.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "or-side-dead",
    level: Level::Warn,
    summary: "A right side of `or` that is never used, since the left one always has a \
              result.",
    why: "`or` takes from its right side only what the left one has no match for. A constant \
          on the left is there always.",
    example: "(vector(0) or sum(errors)) > 10",
    instead: "Put the constant on the right: `(sum(errors) or vector(0)) > 10`.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Binary(it) = &expr.kind else { return };
        if it.op != BinaryOp::Or || !is_constant(&it.lhs) {
            return;
        }
        let facts = context.labels(&it.rhs);
        let bare =
            facts.closed && facts.certain().next().is_none() && facts.known.is_empty();
        // `on ()` makes all series of the right side match the one on the left.
        let on_nothing =
            it.matching.as_ref().is_some_and(|it| it.on && it.labels.is_empty());
        if bare || on_nothing {
            let said = LINT.finding("right side of `or` is never used");
            let said = site.at(said, it.rhs.span, "the left side always has a result");
            out.push(said.help("put the constant on the right"));
        }
    });
}

/// Whether an expression has one result without labels, whatever is there.
fn is_constant(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Call(it) => it.name == "vector",
        ExprKind::Binary(it) if it.op == BinaryOp::Or => is_constant(&it.lhs),
        _ => false,
    }
}
