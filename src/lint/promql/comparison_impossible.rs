//! Comparisons that no value can pass.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{AggregateOp, Binary, BinaryOp, Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "comparison-impossible",
    level: Level::Warn,
    summary: "A comparison that no value of its side can pass.",
    why: "The alert never fires. `count(x) == 0` is the usual one: a count of nothing is no \
          result, not 0.",
    example: "count(up{job=\"api\"} == 1) == 0",
    instead: "Ask for absence: `absent(up{job=\"api\"} == 1)`; or give the count a floor: \
              `(count(up{job=\"api\"} == 1) or vector(0)) == 0`.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
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
        let Some(range) = range(side) else { return };
        if range.passes(op, number) {
            return;
        }
        let title = "comparison is never true";
        let said = site.at(LINT.finding(title), expr.span, range.label());
        out.push(match range.why {
            Why::Count => said.help("a count of nothing is no result: ask `absent(…)`, or count `… or vector(0)`"),
            Why::Absent => said.help("`absent` alone asks for it: it has a result only where nothing is there"),
            Why::Other => said.help("compare with a value that it can have"),
        });
    });
}

/// The value of a number, with a sign or in parentheses.
fn number(expr: &Expr) -> Option<f64> {
    match &expr.without_parens().kind {
        ExprKind::Number { value, .. } => Some(*value),
        ExprKind::Unary { op: BinaryOp::Sub, expr } => Some(-number(expr)?),
        _ => None,
    }
}

fn flipped(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lss => BinaryOp::Gtr,
        BinaryOp::Gtr => BinaryOp::Lss,
        BinaryOp::Lte => BinaryOp::Gte,
        BinaryOp::Gte => BinaryOp::Lte,
        other => other,
    }
}

#[derive(Clone, Copy)]
enum Why {
    Count,
    Absent,
    Other,
}

/// The values that results of an expression can have.
#[derive(Clone, Copy)]
struct Range {
    least: f64,
    most: f64,
    why: Why,
}

impl Range {
    fn passes(self, op: BinaryOp, number: f64) -> bool {
        match op {
            BinaryOp::Eql => self.least <= number && number <= self.most,
            BinaryOp::Neq => self.least != self.most || self.least != number,
            BinaryOp::Lss => self.least < number,
            BinaryOp::Lte => self.least <= number,
            BinaryOp::Gtr => number < self.most,
            BinaryOp::Gte => number <= self.most,
            _ => true,
        }
    }

    fn label(self) -> String {
        match self.most {
            most if most == self.least => format!("the value is always {most}"),
            f64::INFINITY => format!("the value is at least {}", self.least),
            most => format!("the value is from {} to {most}", self.least),
        }
    }
}

/// The values of an expression, where they are bounded from below by what it is.
fn range(expr: &Expr) -> Option<Range> {
    let of = |least, most, why| Some(Range { least, most, why });
    match &expr.without_parens().kind {
        ExprKind::Aggregate(it) => match it.op {
            AggregateOp::Count => of(1.0, f64::INFINITY, Why::Count),
            AggregateOp::Group => of(1.0, 1.0, Why::Count),
            AggregateOp::Stddev | AggregateOp::Stdvar => {
                of(0.0, f64::INFINITY, Why::Other)
            }
            AggregateOp::Sum => {
                let inner = range(&it.expr)?;
                // A sum of at least one value.
                (0.0 <= inner.least).then_some(Range { most: f64::INFINITY, ..inner })
            }
            AggregateOp::Min | AggregateOp::Max | AggregateOp::Avg => range(&it.expr),
            _ => None,
        },
        ExprKind::Call(it) => match it.name {
            "absent" | "absent_over_time" => of(1.0, 1.0, Why::Absent),
            "count_over_time" => of(1.0, f64::INFINITY, Why::Count),
            "present_over_time" => of(1.0, 1.0, Why::Count),
            "rate" | "irate" | "increase" | "changes" | "resets" | "abs"
            | "stddev_over_time" | "stdvar_over_time" | "histogram_count" => {
                of(0.0, f64::INFINITY, Why::Other)
            }
            _ => None,
        },
        ExprKind::Binary(Binary { op, return_bool: true, .. }) if op.is_comparison() => {
            of(0.0, 1.0, Why::Other)
        }
        _ => None,
    }
}
