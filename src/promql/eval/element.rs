//! Binary operators on single values.

use crate::promql::math;
use crate::promql::syntax::ast::BinaryOp;

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
