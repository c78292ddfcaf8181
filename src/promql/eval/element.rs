//! Binary operators on single values.

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::eval::Evaluator;
use crate::promql::histogram::{Histogram, Keep, ResetHint, Style};
use crate::promql::math;
use crate::promql::syntax::ast::{BinaryOp, Expr};
use crate::promql::value::{Bits, Sample};

/// What an operator does with two floats.
#[derive(Clone, Copy)]
pub(super) enum Element {
    /// Computes a value.
    Value(fn(f64, f64) -> f64),
    /// Keeps the left value or not.
    Filter(fn(f64, f64) -> bool),
    /// Has no meaning for floats.
    None,
}

/// What an operator does with two floats (`vectorElemBinop` and `scalarBinop` in
/// Prometheus `promql/engine.go`).
pub(super) fn element(op: BinaryOp) -> Element {
    match op {
        BinaryOp::Add => Element::Value(|a, b| a + b),
        BinaryOp::Sub => Element::Value(|a, b| a - b),
        BinaryOp::Mul => Element::Value(|a, b| a * b),
        BinaryOp::Div => Element::Value(|a, b| a / b),
        BinaryOp::Mod => Element::Value(|a, b| a % b),
        BinaryOp::Pow => Element::Value(math::pow),
        BinaryOp::Atan2 => Element::Value(math::atan2),
        BinaryOp::Eql => Element::Filter(|a, b| a == b),
        BinaryOp::Neq => Element::Filter(|a, b| a != b),
        BinaryOp::Lss => Element::Filter(|a, b| a < b),
        BinaryOp::Gtr => Element::Filter(|a, b| a > b),
        BinaryOp::Lte => Element::Filter(|a, b| a <= b),
        BinaryOp::Gte => Element::Filter(|a, b| a >= b),
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Unless
        | BinaryOp::TrimUpper
        | BinaryOp::TrimLower => Element::None,
    }
}

/// Computes all values of a column; `pick` says which operands belong to the old value
/// and the one beside it. The frequent operators are compiled into their loops.
pub(super) fn compute<T>(
    op: BinaryOp,
    f: fn(f64, f64) -> f64,
    column: &mut [f64],
    others: impl Iterator<Item = T>,
    pick: impl Fn(f64, T) -> (f64, f64),
) {
    fn each<T>(
        column: &mut [f64],
        others: impl Iterator<Item = T>,
        pick: impl Fn(f64, T) -> (f64, f64),
        f: impl Fn(f64, f64) -> f64,
    ) {
        for (slot, other) in column.iter_mut().zip(others) {
            let (a, b) = pick(*slot, other);
            *slot = f(a, b);
        }
    }
    match op {
        BinaryOp::Add => each(column, others, pick, |a, b| a + b),
        BinaryOp::Sub => each(column, others, pick, |a, b| a - b),
        BinaryOp::Mul => each(column, others, pick, |a, b| a * b),
        BinaryOp::Div => each(column, others, pick, |a, b| a / b),
        _ => each(column, others, pick, f),
    }
}

/// The steps at which a comparison holds.
pub(super) fn compare(
    op: BinaryOp,
    f: fn(f64, f64) -> bool,
    holds: &mut Bits,
    lhs: &[f64],
    rhs: &[f64],
) {
    match op {
        BinaryOp::Lss => holds.fill_with(|it| lhs[it] < rhs[it]),
        BinaryOp::Gtr => holds.fill_with(|it| lhs[it] > rhs[it]),
        BinaryOp::Lte => holds.fill_with(|it| lhs[it] <= rhs[it]),
        BinaryOp::Gte => holds.fill_with(|it| lhs[it] >= rhs[it]),
        _ => holds.fill_with(|it| f(lhs[it], rhs[it])),
    }
}

/// Whether results are no longer of the metric of an operand.
pub(super) fn changes_metric(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::Atan2 => true,
        BinaryOp::Eql
        | BinaryOp::Neq
        | BinaryOp::Lss
        | BinaryOp::Gtr
        | BinaryOp::Lte
        | BinaryOp::Gte
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Unless
        | BinaryOp::TrimUpper
        | BinaryOp::TrimLower => false,
    }
}

/// The result of an operator on two samples.
pub(super) struct Combined {
    /// The value.
    pub sample: Sample,
    /// Whether a comparison keeps it.
    pub keep: bool,
}

impl Evaluator<'_> {
    /// Applies an operator to two samples of any kind; none where they do not go
    /// together, which is noted.
    pub(super) fn combine(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        lhs: &Sample,
        rhs: &Sample,
    ) -> Option<Combined> {
        let keep = |sample: Sample| Some(Combined { sample, keep: true });
        let histogram = |it: Histogram| keep(Sample::Histogram(Arc::new(it.compacted())));
        match (lhs, rhs) {
            (Sample::Float(a), Sample::Float(b)) => match element(op) {
                Element::Value(f) => keep(Sample::Float(f(*a, *b))),
                Element::Filter(f) => {
                    Some(Combined { sample: lhs.clone(), keep: f(*a, *b) })
                }
                Element::None => self.note_types(expr, op, "float", "float"),
            },
            (Sample::Float(a), Sample::Histogram(b)) => match op {
                BinaryOp::Mul => histogram(self.scaled(b, b.times(*a))),
                _ => self.note_types(expr, op, "float", "histogram"),
            },
            (Sample::Histogram(a), Sample::Float(b)) => match op {
                BinaryOp::Mul => histogram(self.scaled(a, a.times(*b))),
                BinaryOp::Div => histogram(self.scaled(a, a.divided(*b))),
                BinaryOp::TrimUpper => {
                    keep(Sample::Histogram(Arc::new(a.trimmed(*b, Keep::Below))))
                }
                BinaryOp::TrimLower => {
                    keep(Sample::Histogram(Arc::new(a.trimmed(*b, Keep::Above))))
                }
                _ => self.note_types(expr, op, "histogram", "float"),
            },
            (Sample::Histogram(a), Sample::Histogram(b)) => match op {
                BinaryOp::Add | BinaryOp::Sub => {
                    self.add_histograms(expr, op, a, b).and_then(histogram)
                }
                BinaryOp::Eql => {
                    Some(Combined { sample: lhs.clone(), keep: a.same_data(b) })
                }
                BinaryOp::Neq => {
                    Some(Combined { sample: lhs.clone(), keep: !a.same_data(b) })
                }
                _ => self.note_types(expr, op, "histogram", "histogram"),
            },
        }
    }

    /// What became of a histogram; in old versions it is a counter or gauge as before.
    pub(super) fn scaled(&self, before: &Histogram, after: Histogram) -> Histogram {
        match Style::of(self.dialect).marks_gauges {
            true => after,
            false => Histogram { reset_hint: before.reset_hint, ..after },
        }
    }

    fn add_histograms(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        a: &Histogram,
        b: &Histogram,
    ) -> Option<Histogram> {
        let (result, what) = match op {
            BinaryOp::Sub => (a.minus(b), HistogramOp::Subtraction),
            _ => (a.plus(b), HistogramOp::Addition),
        };
        let Ok((mut sum, remarks)) = result else {
            self.notes.add(AnnotationKind::IncompatibleBucketLayout { op }, expr.span);
            return None;
        };
        let style = Style::of(self.dialect);
        if remarks.reconciled && !style.reconciles {
            self.notes.add(AnnotationKind::IncompatibleBucketLayout { op }, expr.span);
            return None;
        }
        if remarks.collision && style.tells_collisions {
            self.notes.add(AnnotationKind::ResetCollision { op: what }, expr.span);
            return None;
        }
        if remarks.reconciled {
            self.notes
                .add(AnnotationKind::MismatchedCustomBuckets { op: what }, expr.span);
        }
        if op == BinaryOp::Sub {
            sum.reset_hint = match style.marks_gauges {
                true => ResetHint::Gauge,
                false => a.reset_hint,
            };
        }
        Some(sum)
    }

    fn note_types(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        lhs: &'static str,
        rhs: &'static str,
    ) -> Option<Combined> {
        self.notes.add(AnnotationKind::IncompatibleTypes { lhs, op, rhs }, expr.span);
        None
    }
}
