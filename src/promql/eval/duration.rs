//! Durations: literals and expressions over them, in milliseconds.
//!
//! As Prometheus `promql/durations.go`: expressions are computed in seconds, and
//! `step()` and `range()` are those of the whole query.

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::math;
use crate::promql::syntax::ast::{BinaryOp, Duration, DurationKind, TextRange};
use crate::promql::value::Grid;

/// Which durations a place takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Ranges and steps.
    Positive,
    /// Offsets.
    Any,
}

/// The largest duration in seconds: Go counts nanoseconds in 64 bits.
const LIMIT: f64 = 9_223_372_036.854_776;

/// The milliseconds of a duration.
pub(super) fn resolve(
    duration: &Duration,
    grid: Grid,
    sign: Sign,
) -> Result<i64, EvalError> {
    if let Some(millis) = duration.literal_millis() {
        return Ok(millis);
    }
    let seconds = seconds(duration, grid)?;
    if !seconds.is_finite() {
        return Err(fail(duration.span, "duration is NaN or infinite"));
    }
    if seconds <= 0.0 && sign == Sign::Positive {
        return Err(fail(duration.span, "duration must be greater than 0"));
    }
    if LIMIT < seconds.abs() {
        return Err(fail(duration.span, "duration is out of range"));
    }
    Ok((seconds * 1000.0) as i64)
}

fn fail(at: TextRange, text: &str) -> EvalError {
    let text = format!("{}:{}: {text}", at.start, at.end);
    EvalError::new(at, ErrorKind::Other(text))
}

fn seconds(duration: &Duration, grid: Grid) -> Result<f64, EvalError> {
    match &duration.kind {
        DurationKind::Literal { seconds, .. } => Ok(*seconds),
        DurationKind::Step => Ok(grid.step as f64 / 1000.0),
        DurationKind::Range => Ok((grid.end - grid.start) as f64 / 1000.0),
        DurationKind::Unary(BinaryOp::Sub, inner) => Ok(-seconds(inner, grid)?),
        DurationKind::Unary(_, inner) | DurationKind::Paren(inner) => {
            seconds(inner, grid)
        }
        DurationKind::MinOf(a, b) => Ok(math::min(seconds(a, grid)?, seconds(b, grid)?)),
        DurationKind::MaxOf(a, b) => Ok(math::max(seconds(a, grid)?, seconds(b, grid)?)),
        DurationKind::Binary(op, a, b) => {
            let (a, b) = (seconds(a, grid)?, seconds(b, grid)?);
            match op {
                BinaryOp::Add => Ok(a + b),
                BinaryOp::Sub => Ok(a - b),
                BinaryOp::Mul => Ok(a * b),
                BinaryOp::Div if b == 0.0 => Err(fail(duration.span, "division by zero")),
                BinaryOp::Div => Ok(a / b),
                BinaryOp::Mod if b == 0.0 => Err(fail(duration.span, "modulo by zero")),
                BinaryOp::Mod => Ok(a % b),
                BinaryOp::Pow => Ok(math::pow(a, b)),
                op => {
                    let text = format!(
                        "unexpected duration expression operator {}",
                        op.as_str()
                    );
                    Err(EvalError::new(duration.span, ErrorKind::Other(text)))
                }
            }
        }
    }
}
