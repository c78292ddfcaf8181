//! Comparisons that no value can pass.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::bounds::{Bounds, bounds};
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, BinaryOp, Expr, ExprKind};
use crate::rules::comparison::{flipped, number};

/// The lint.
pub static LINT: Lint = Lint {
    name: "comparison-impossible",
    level: Level::Warn,
    summary: "A comparison that no value of its side can pass: `count(…) == 0`, a share above 1.",
    why: "The alert never fires. `count(x) == 0` is the usual one: a count of nothing is no \
          result, not 0. A share, of a part by its whole, is from 0 to 1, and a limit in percent \
          is a hundred times too large.",
    example: "count(up{job=\"api\"} == 1) == 0",
    instead: "Ask for absence: `absent(up{job=\"api\"} == 1)`; or give the count a floor: \
              `(count(up{job=\"api\"} == 1) or vector(0)) == 0`. Write `0.05` for 5 %.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Binary(it) = &expr.kind else { return };
        if !it.op.is_comparison() || it.return_bool {
            return;
        }
        let (side, number, op) = match (number(&it.lhs), number(&it.rhs)) {
            (None, Some(number)) => (&it.lhs, number, it.op),
            (Some(number), None) => (&it.rhs, number, flipped(it.op)),
            (_, _) => return,
        };
        let range = bounds(side, context);
        if range.passes(op, number) {
            return;
        }
        let title = "comparison is never true";
        let said = site.at(LINT.finding(title), expr.span, label(range));
        out.push(said.help(help(side, range, op, number)));
    });
}

fn label(range: Bounds) -> String {
    match (range.least, range.most) {
        (least, most) if least == most => format!("the value is always {least}"),
        (least, f64::INFINITY) => format!("the value is at least {least}"),
        (f64::NEG_INFINITY, most) => format!("the value is at most {most}"),
        (least, most) => format!("the value is from {least} to {most}"),
    }
}

fn help(side: &Expr, range: Bounds, op: BinaryOp, number: f64) -> String {
    let below = number < range.least || number == range.least && op == BinaryOp::Lss;
    let share = range == Bounds { least: 0.0, most: 1.0 } && is_division(side);
    match () {
        () if is_absence(side) => {
            "`absent` alone asks for it: it has a result only where nothing is there"
                .to_owned()
        }
        () if below && is_count(side) => {
            "a count of nothing is no result: ask `absent(…)`, or count `… or vector(0)`"
                .to_owned()
        }
        () if share && 1.0 < number && number <= 100.0 => {
            format!("write `{}` for {number} %", number / 100.0)
        }
        () => "compare with a value that it can have".to_owned(),
    }
}

fn is_absence(side: &Expr) -> bool {
    matches!(&side.without_parens().kind, ExprKind::Call(it) if it.name.starts_with("absent"))
}

fn is_division(side: &Expr) -> bool {
    matches!(&side.without_parens().kind, ExprKind::Binary(it) if it.op == BinaryOp::Div)
}

/// Whether the value is a number of things, of which there is one at least.
fn is_count(side: &Expr) -> bool {
    match &side.without_parens().kind {
        ExprKind::Aggregate(it) => match it.op {
            AggregateOp::Count | AggregateOp::Group => true,
            AggregateOp::Sum | AggregateOp::Min | AggregateOp::Max | AggregateOp::Avg => {
                is_count(&it.expr)
            }
            _ => false,
        },
        ExprKind::Call(it) => matches!(it.name, "count_over_time" | "present_over_time"),
        _ => false,
    }
}
