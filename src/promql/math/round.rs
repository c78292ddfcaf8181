//! Rounding, remainders, extremes and angles: exact operations and short formulas.

use std::f64::consts::PI;

/// Rounds half away from zero (Go's `math.Round`).
pub fn round(x: f64) -> f64 {
    let whole = x.trunc();
    match (x - whole).abs() >= 0.5 {
        true => whole + 1.0_f64.copysign(x),
        false => whole,
    }
}

/// Rounds to a multiple of `nearest`, half up: PromQL's `round`
/// (`promql/functions.go`).
pub fn round_to(x: f64, nearest: f64) -> f64 {
    let inverse = 1.0 / nearest;
    (x * inverse + 0.5).floor() / inverse
}

/// The remainder with the sign of `x`: PromQL's `%`.
pub fn modulo(x: f64, y: f64) -> f64 {
    x % y
}

/// The greater of two; NaN where one is, unless the other is `+Inf` (Go's `math.Max`).
pub fn max(x: f64, y: f64) -> f64 {
    if x == f64::INFINITY || y == f64::INFINITY {
        return f64::INFINITY;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    match x > y || (x == y && y.is_sign_negative()) {
        true => x,
        false => y,
    }
}

/// The lesser of two; NaN where one is, unless the other is `-Inf` (Go's `math.Min`).
pub fn min(x: f64, y: f64) -> f64 {
    if x == f64::NEG_INFINITY || y == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    match x < y || (x == y && x.is_sign_negative()) {
        true => x,
        false => y,
    }
}

/// Radians to degrees: PromQL's `deg`.
pub fn degrees(x: f64) -> f64 {
    x * 180.0 / PI
}

/// Degrees to radians: PromQL's `rad`.
pub fn radians(x: f64) -> f64 {
    x * PI / 180.0
}
