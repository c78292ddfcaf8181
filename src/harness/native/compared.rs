//! What an alert compares, and how near it came: who looks for the reason of silence wants
//! to know by how much the limit was missed.

use crate::harness::result::Ticks;
use crate::harness::run::Run;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{Binary, BinaryOp, Expr, ExprKind, Parsed, TextRange};
use crate::promql::value::Column;

/// A comparison that decides over an alert, at the tick at which it came nearest.
#[derive(Clone, Debug)]
pub struct Miss {
    /// The comparison, in the expression's text.
    pub at: TextRange,
    /// Its operator.
    pub op: BinaryOp,
    /// The tick.
    pub tick: i64,
    /// The labels of the compared series.
    pub labels: Labels,
    /// The compared value.
    pub value: f64,
    /// The limit.
    pub limit: f64,
}

/// An expression on the series of a test, at the ticks of its rule.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The test.
    pub run: &'a Run<'a>,
    /// The rule's expression.
    pub whole: &'a Parsed,
    /// The rule's ticks.
    pub ticks: Ticks,
}

impl Asked<'_> {
    /// What a part gives; `None` where it cannot be evaluated alone.
    pub fn columns(&self, part: &Expr) -> Option<Vec<Column>> {
        self.run.over_part(self.whole, part, self.ticks).ok()
    }
}

/// Whether it leaves out what it does not hold for.
pub fn is_filter(it: &Binary) -> bool {
    it.op.is_comparison() && !it.return_bool
}

/// For each comparison of an alert with one limit at each tick, outermost first: where it
/// came nearest to holding, or, with `at`, what it compared at that tick. Of one that had
/// nothing to compare, or whose sides count what holds, those in its sides.
pub fn misses(asked: Asked<'_>, at: Option<i64>) -> Vec<Miss> {
    let mut out = Vec::new();
    collect(asked, &asked.whole.expr, at, &mut out);
    out
}

fn collect(asked: Asked<'_>, expr: &Expr, at: Option<i64>, out: &mut Vec<Miss>) {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => {
            collect(asked, inner, at, out);
        }
        ExprKind::Binary(it) => {
            let own = match is_filter(it) {
                true => nearest(asked, expr, it, at),
                false => None,
            };
            let counts = || [&it.lhs, &it.rhs].iter().any(|it| counts_filter(it));
            let inside = own.is_none() || counts();
            out.extend(own);
            if inside {
                collect(asked, &it.lhs, at, out);
            }
            // What is there on the right of `unless` takes away.
            if inside && it.op != BinaryOp::Unless {
                collect(asked, &it.rhs, at, out);
            }
        }
        ExprKind::Aggregate(it) => collect(asked, &it.expr, at, out),
        ExprKind::Call(it) => it.args.iter().for_each(|it| collect(asked, it, at, out)),
        ExprKind::Selector(_)
        | ExprKind::Matrix(_)
        | ExprKind::Subquery(_)
        | ExprKind::Number { .. }
        | ExprKind::String(_) => {}
    }
}

/// Whether an aggregation in it is one of what exceeds a limit.
fn counts_filter(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        found |= matches!(&it.kind, ExprKind::Aggregate(it) if has_filter(&it.expr));
    });
    found
}

fn has_filter(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        found |= matches!(&it.kind, ExprKind::Binary(it) if is_filter(it));
    });
    found
}

fn nearest(
    asked: Asked<'_>,
    expr: &Expr,
    comparison: &Binary,
    at: Option<i64>,
) -> Option<Miss> {
    let lhs = asked.columns(&comparison.lhs)?;
    let rhs = asked.columns(&comparison.rhs)?;
    // One side is a single column (a number, or one series): the limit.
    let (columns, limit, op) = match (&lhs[..], &rhs[..]) {
        (_, [limit]) => (&lhs, limit, comparison.op),
        ([limit], _) => (&rhs, limit, flipped(comparison.op)),
        (_, _) => return None,
    };
    let mut best: Option<(f64, Miss)> = None;
    for column in columns {
        for (step, tick) in asked.ticks.iter().enumerate() {
            if at.is_some_and(|at| at != tick) {
                continue;
            }
            let Some((value, limit)) = pair(column, limit, step) else { continue };
            // NaN is far from everything.
            let gap = Some(gap(op, value, limit)).filter(|it| !it.is_nan());
            let gap = gap.unwrap_or(f64::INFINITY);
            if best.as_ref().is_none_or(|it| gap < it.0) {
                let labels = column.labels.clone();
                let miss = Miss { at: expr.span, op, tick, labels, value, limit };
                best = Some((gap, miss));
            }
        }
    }
    best.map(|it| it.1)
}

fn pair(column: &Column, limit: &Column, step: usize) -> Option<(f64, f64)> {
    Some((column.float(step)?, limit.float(step)?))
}

/// How far a value is from satisfying a comparison; zero or less where it does.
fn gap(op: BinaryOp, value: f64, limit: f64) -> f64 {
    match op {
        BinaryOp::Gtr | BinaryOp::Gte => limit - value,
        BinaryOp::Lss | BinaryOp::Lte => value - limit,
        BinaryOp::Neq => -(value - limit).abs(),
        _ => (value - limit).abs(),
    }
}

fn flipped(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Gtr => BinaryOp::Lss,
        BinaryOp::Gte => BinaryOp::Lte,
        BinaryOp::Lss => BinaryOp::Gtr,
        BinaryOp::Lte => BinaryOp::Gte,
        other => other,
    }
}
