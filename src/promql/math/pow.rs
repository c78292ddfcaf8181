//! Powers: repeated squaring for the whole part of the exponent, `exp` and `ln` for
//! the rest, with the power of two kept apart.

use super::exp::exp;
use super::log::ln;
use super::scale::{frexp, ldexp};

/// `x` to the power of `y`: PromQL's `^`.
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if y == 1.0 {
        return x;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 {
        return power_of_zero(x, y);
    }
    if y.is_infinite() {
        return power_without_end(x, y);
    }
    if x.is_infinite() {
        return match (x < 0.0, y < 0.0) {
            (true, _) => pow(1.0 / x, -y),
            (false, true) => 0.0,
            (false, false) => f64::INFINITY,
        };
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let whole = y.abs().trunc();
    let part = y.abs() - whole;
    if part != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= (1u64 << 63) as f64 {
        return power_without_end(x, y);
    }
    finite(x, y, whole, part)
}

/// The general case: `x` finite and not zero, `y = ±(whole + part)`.
fn finite(x: f64, y: f64, whole: f64, part: f64) -> f64 {
    let (mut whole, mut part) = (whole, part);
    let mut product = 1.0;
    let mut exponent = 0i32;
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        product = exp(part * ln(x));
    }
    let (mut square, mut square_exponent) = frexp(x);
    let mut rest = whole as i64;
    while rest != 0 {
        // Far out of range already; one more doubling could overflow the counter.
        if square_exponent.abs() > 1 << 12 {
            exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            product *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    match y < 0.0 {
        true => ldexp(1.0 / product, -exponent),
        false => ldexp(product, exponent),
    }
}

fn power_of_zero(x: f64, y: f64) -> f64 {
    let keeps_sign = x.is_sign_negative() && is_odd(y);
    match (y < 0.0, keeps_sign) {
        (true, true) => f64::NEG_INFINITY,
        (true, false) => f64::INFINITY,
        (false, true) => x,
        (false, false) => 0.0,
    }
}

/// An exponent so large that only its sign counts, and that is even.
fn power_without_end(x: f64, y: f64) -> f64 {
    if x == -1.0 {
        return 1.0;
    }
    match (x.abs() < 1.0) == (y > 0.0) {
        true => 0.0,
        false => f64::INFINITY,
    }
}

fn is_odd(y: f64) -> bool {
    // Beyond 2^53 every float is even.
    y.abs() < (1u64 << 53) as f64 && y.trunc() == y && y as i64 & 1 == 1
}
