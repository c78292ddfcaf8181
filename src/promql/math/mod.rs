//! Elementary functions, bit for bit as Go computes them on amd64.
//!
//! A sum over series or a threshold comparison can hang on the last digit, so the
//! published algorithms that Go's `math` package builds on (msun, Cephes, SLEEF) are
//! implemented here with the same order of operations. The standard library's functions
//! differ in the last digit for about a fifth of all arguments and are banned elsewhere.
//! Only `sqrt`, `floor`, `ceil`, `trunc`, `abs`, `mul_add` and `%` are equal in both.

#![expect(clippy::excessive_precision, reason = "published constants stay as published")]

mod exp;
mod hyperbolic;
mod log;
mod pow;
mod round;
mod scale;
#[cfg(test)]
mod tests;
mod trig;

pub use exp::{exp, exp2};
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use log::{ln, ln_1p, log2, log10};
pub use pow::pow;
pub use round::{degrees, max, min, modulo, radians, round, round_to};
pub use scale::{frexp, ldexp};
pub use trig::{acos, asin, atan, atan2, cos, sin, tan};

/// Evaluates a polynomial, highest coefficient first, by Horner's rule.
fn horner(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().copied().reduce(|sum, it| sum * x + it).unwrap_or(0.0)
}
