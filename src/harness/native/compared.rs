//! What an alert compares, and how near it came.
//!
//! Silence proves something only if there was something to compare; and who looks for
//! the reason of silence wants to know by how much the limit was missed.

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
    fn columns(&self, part: &Expr) -> Option<Vec<Column>> {
        self.run.over_part(self.whole, part, self.ticks).ok()
    }
}

/// Whether the compared sides of an expression ever had samples.
pub fn had_data(asked: Asked<'_>, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => {
            had_data(asked, inner)
        }
        ExprKind::Binary(it) if is_filter(it) => {
            [&it.lhs, &it.rhs].iter().all(|it| had_data(asked, it))
        }
        ExprKind::Binary(Binary { op: BinaryOp::And, lhs, rhs, .. }) => {
            had_data(asked, lhs) && had_data(asked, rhs)
        }
        ExprKind::Binary(Binary { op: BinaryOp::Or, lhs, rhs, .. }) => {
            had_data(asked, lhs) || had_data(asked, rhs)
        }
        ExprKind::Binary(Binary { op: BinaryOp::Unless, lhs, .. }) => {
            had_data(asked, lhs)
        }
        // An aggregation of what exceeds a limit is empty while nothing does.
        ExprKind::Aggregate(it) if has_filter(&it.expr) => had_data(asked, &it.expr),
        // `absent` is silent because its argument has data.
        ExprKind::Call(it) if it.name.starts_with("absent") => {
            it.args.iter().all(|it| selects_data(asked, it))
        }
        ExprKind::Call(it) if it.args.iter().any(has_filter) => {
            it.args.iter().filter(|it| has_filter(it)).all(|it| had_data(asked, it))
        }
        ExprKind::Number { .. } | ExprKind::String(_) => true,
        ExprKind::Selector(_)
        | ExprKind::Matrix(_)
        | ExprKind::Subquery(_)
        | ExprKind::Call(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Binary(_) => any(asked, expr),
    }
}

/// Whether an expression is one that Prometheus evaluates to a vector or scalar.
fn any(asked: Asked<'_>, expr: &Expr) -> bool {
    match asked.columns(expr) {
        Some(columns) => columns.iter().any(|it| it.has.any()),
        None => selects_data(asked, expr),
    }
}

/// Whether some selector in an expression finds samples.
fn selects_data(asked: Asked<'_>, expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        if !found && matches!(it.kind, ExprKind::Selector(_)) {
            found = asked
                .columns(it)
                .is_some_and(|columns| columns.iter().any(|it| it.has.any()));
        }
    });
    found
}

fn is_filter(it: &Binary) -> bool {
    it.op.is_comparison() && !it.return_bool
}

fn has_filter(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        found |= matches!(&it.kind, ExprKind::Binary(it) if is_filter(it));
    });
    found
}

/// The comparisons that decide over an alert, outermost first: those that are joined by
/// `and`, `or` and `unless`, or whose results are counted.
pub fn comparisons(expr: &Expr) -> Vec<(&Expr, &Binary)> {
    let mut out = Vec::new();
    collect(expr, &mut out);
    out
}

fn collect<'e>(expr: &'e Expr, out: &mut Vec<(&'e Expr, &'e Binary)>) {
    match &expr.kind {
        ExprKind::Paren(inner) => collect(inner, out),
        ExprKind::Binary(it) if is_filter(it) => {
            // `count(x > 5) > 0` is decided inside.
            match [&it.lhs, &it.rhs].iter().any(|it| counts_filter(it)) {
                true => [&it.lhs, &it.rhs].iter().for_each(|it| collect(it, out)),
                false => out.push((expr, it)),
            }
        }
        ExprKind::Binary(it) if it.op.is_set() => {
            collect(&it.lhs, out);
            collect(&it.rhs, out);
        }
        ExprKind::Aggregate(it) => collect(&it.expr, out),
        ExprKind::Call(it) => it.args.iter().for_each(|it| collect(it, out)),
        ExprKind::Binary(_)
        | ExprKind::Unary { .. }
        | ExprKind::Selector(_)
        | ExprKind::Matrix(_)
        | ExprKind::Subquery(_)
        | ExprKind::Number { .. }
        | ExprKind::String(_) => {}
    }
}

fn counts_filter(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Aggregate(it) => has_filter(&it.expr),
        _ => false,
    }
}

/// For each comparison of an alert with one limit at each tick: where it came nearest to
/// holding, or, with `at`, what it compared at that tick.
pub fn misses(asked: Asked<'_>, at: Option<i64>) -> Vec<Miss> {
    comparisons(&asked.whole.expr)
        .into_iter()
        .filter_map(|(expr, it)| nearest(asked, expr, it, at))
        .collect()
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
            let gap = gap(op, value, limit);
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
