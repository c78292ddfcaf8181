//! Hyperbolic functions (Hart & Cheney 2029, Cephes) and their inverses (msun).

use super::exp::exp;
use super::horner;
use super::log::{ln, ln_1p};

/// Below this, an inverse function equals its argument.
const NEAR_ZERO: f64 = 1.0 / (1 << 28) as f64;
/// Above this, adding one under a square root changes nothing.
const LARGE: f64 = (1 << 28) as f64;

/// The hyperbolic sine.
pub fn sinh(x: f64) -> f64 {
    const P: [f64; 4] = [
        -0.2630563213397497062819489e+2,
        -0.2894211355989563807284660366e+4,
        -0.8991272022039509355398013511e+5,
        -0.6307673640497716991184787251e+6,
    ];
    const Q: [f64; 4] = [
        1.0,
        -0.173678953558233699533450911e+3,
        0.1521517378790019070696485176e+5,
        -0.6307673640497716991212077277e+6,
    ];
    let size = match x < 0.0 {
        true => -x,
        false => x,
    };
    let value = if size > 21.0 {
        exp(size) * 0.5
    } else if size > 0.5 {
        let e = exp(size);
        (e - 1.0 / e) * 0.5
    } else {
        let square = size * size;
        horner(square, &P) * size / horner(square, &Q)
    };
    match x < 0.0 {
        true => -value,
        false => value,
    }
}

/// The hyperbolic cosine.
pub fn cosh(x: f64) -> f64 {
    let e = exp(x.abs());
    match x.abs() > 21.0 {
        true => e * 0.5,
        false => (e + 1.0 / e) * 0.5,
    }
}

/// The hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    /// The logarithm of 2^127.
    const MAX_LOG: f64 = 8.8029691931113054295988e+01;
    const P: [f64; 3] = [
        -9.64399179425052238628e-1,
        -9.92877231001918586564e1,
        -1.61468768441708447952e3,
    ];
    const Q: [f64; 4] = [
        1.0,
        1.12811678491632931402e2,
        2.23548839060100448583e3,
        4.84406305325125486048e3,
    ];
    let size = x.abs();
    if size > 0.5 * MAX_LOG {
        return 1.0_f64.copysign(x);
    }
    if size >= 0.625 {
        let value = 1.0 - 2.0 / (exp(2.0 * size) + 1.0);
        return match x < 0.0 {
            true => -value,
            false => value,
        };
    }
    if x == 0.0 {
        return x;
    }
    let square = x * x;
    x + x * square * horner(square, &P) / horner(square, &Q)
}

/// The inverse of the hyperbolic sine.
pub fn asinh(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let size = match x < 0.0 {
        true => -x,
        false => x,
    };
    let value = if size > LARGE {
        ln(size) + std::f64::consts::LN_2
    } else if size > 2.0 {
        ln(2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size))
    } else if size < NEAR_ZERO {
        size
    } else {
        ln_1p(size + size * size / (1.0 + (1.0 + size * size).sqrt()))
    };
    match x < 0.0 {
        true => -value,
        false => value,
    }
}

/// The inverse of the hyperbolic cosine.
pub fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        return f64::NAN;
    }
    if x == 1.0 {
        return 0.0;
    }
    if x >= LARGE {
        return ln(x) + std::f64::consts::LN_2;
    }
    if x > 2.0 {
        return ln(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()));
    }
    let t = x - 1.0;
    ln_1p(t + (2.0 * t + t * t).sqrt())
}

/// The inverse of the hyperbolic tangent.
pub fn atanh(x: f64) -> f64 {
    let size = match x < 0.0 {
        true => -x,
        false => x,
    };
    if size > 1.0 || size.is_nan() {
        return f64::NAN;
    }
    if size == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    let value = if size < NEAR_ZERO {
        size
    } else if size < 0.5 {
        let twice = size + size;
        0.5 * ln_1p(twice + twice * size / (1.0 - size))
    } else {
        0.5 * ln_1p((size + size) / (1.0 - size))
    };
    match x < 0.0 {
        true => -value,
        false => value,
    }
}
