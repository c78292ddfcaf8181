//! Logarithms, after FreeBSD's msun (`e_log.c`, `s_log1p.c`).

use super::horner;
use super::scale::{exponent_bits, frexp, mantissa_bits};

const LN2_HIGH: f64 = 6.93147180369123816490e-01;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// Coefficients of msun's approximation, for `s^2` to `s^14`.
const L: [f64; 7] = [
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
];

/// The natural logarithm.
///
/// A subnormal is taken for a normal number of the smallest exponent, as Go's amd64
/// assembly does.
pub fn ln(x: f64) -> f64 {
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if !x.is_finite() {
        return x;
    }
    let bits = x.to_bits();
    let mut k = f64::from(exponent_bits(bits) - 1022);
    let mut fraction = f64::from_bits(mantissa_bits(bits) | 0.5_f64.to_bits());
    if fraction <= std::f64::consts::FRAC_1_SQRT_2 {
        k -= 1.0;
        fraction *= 2.0;
    }
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * horner(s4, &[L[6], L[4], L[2], L[0]]);
    let even = s4 * horner(s4, &[L[5], L[3], L[1]]);
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + (odd + even)) + k * LN2_LOW)) - f)
}

/// The logarithm to base 2; exact for powers of two.
pub fn log2(x: f64) -> f64 {
    let (fraction, exponent) = frexp(x);
    match fraction == 0.5 {
        true => f64::from(exponent - 1),
        false => ln(fraction) * std::f64::consts::LOG2_E + f64::from(exponent),
    }
}

/// The logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    ln(x) * std::f64::consts::LOG10_E
}

/// `ln(1 + x)`, accurate near zero.
pub fn ln_1p(x: f64) -> f64 {
    const SQRT2_MINUS_1: f64 = 4.142135623730950488017e-01;
    const HALF_SQRT2_MINUS_1: f64 = -2.928932188134524755992e-01;
    const SQRT2_MANTISSA: u64 = 0x6_a09e_667f_3bcd;

    if x < -1.0 || x.is_nan() {
        return f64::NAN;
    }
    if x == -1.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let size = x.abs();
    if size < 1.0 / (1u64 << 54) as f64 {
        return x;
    }
    if size < 1.0 / (1u64 << 29) as f64 {
        return x - x * x * 0.5;
    }
    if size < SQRT2_MINUS_1 && x > HALF_SQRT2_MINUS_1 {
        return near_one(x, 0.0, 0.0, false);
    }
    // 1 + x = 2^k * (1 + f), with c making up for the rounding of 1 + x.
    let u = match size < (1u64 << 53) as f64 {
        true => 1.0 + x,
        false => x,
    };
    let k = exponent_bits(u.to_bits()) - 1023;
    let correction = match (size < (1u64 << 53) as f64, k > 0) {
        (true, true) => (1.0 - (u - x)) / u,
        (true, false) => (x - (u - 1.0)) / u,
        (false, _) => 0.0,
    };
    let mantissa = mantissa_bits(u.to_bits());
    let (k, f, is_tiny) = match mantissa < SQRT2_MANTISSA {
        true => (k, f64::from_bits(mantissa | 1.0_f64.to_bits()) - 1.0, mantissa == 0),
        false => (
            k + 1,
            f64::from_bits(mantissa | 0.5_f64.to_bits()) - 1.0,
            ((1u64 << 52) - mantissa) >> 2 == 0,
        ),
    };
    near_one(f, f64::from(k), correction, is_tiny)
}

/// `k * ln 2 + ln(1 + f) + c`, for `f` between `sqrt(2)/2 - 1` and `sqrt(2) - 1`.
fn near_one(f: f64, k: f64, c: f64, is_tiny: bool) -> f64 {
    let half = 0.5 * f * f;
    if is_tiny {
        if f == 0.0 {
            return match k == 0.0 {
                true => 0.0,
                false => k * LN2_HIGH + (c + k * LN2_LOW),
            };
        }
        let rest = half * (1.0 - 0.66666666666666666 * f);
        return match k == 0.0 {
            true => f - rest,
            false => k * LN2_HIGH - ((rest - (k * LN2_LOW + c)) - f),
        };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let rest = z * horner(z, &[L[6], L[5], L[4], L[3], L[2], L[1], L[0]]);
    match k == 0.0 {
        true => f - (half - s * (half + rest)),
        false => k * LN2_HIGH - ((half - (s * (half + rest) + (k * LN2_LOW + c))) - f),
    }
}
