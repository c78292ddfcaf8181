//! Exponential functions.
//!
//! `exp` follows SLEEF as published by N. Shibata (2010) with fused multiply-adds, as
//! Go's amd64 assembly does; `exp2` follows FreeBSD's msun `e_exp.c`.

use super::horner;
use super::scale::{ldexp, power_of_two};

/// `ln 2` in two parts; the upper one has 28 significant bits.
const LN2_UPPER: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
const LN2_LOWER: f64 =
    0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;

/// Reciprocal factorials 1/8! to 1/1!: the Taylor series of `(e^x - 1) / x`.
const SERIES: [f64; 8] = [
    2.480_158_730_158_730_158_7e-5,
    1.984_126_984_126_984_127e-4,
    1.388_888_888_888_888_888_9e-3,
    8.333_333_333_333_333_333_3e-3,
    4.166_666_666_666_666_666_7e-2,
    1.666_666_666_666_666_666_7e-1,
    0.5,
    1.0,
];

/// `e^x`.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 7.09782712893384e+02 {
        return f64::INFINITY;
    }
    if x < -800.0 {
        return 0.0;
    }
    let k = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-k).mul_add(LN2_LOWER, (-k).mul_add(LN2_UPPER, x)) * 0.0625;
    let mut series = SERIES[0];
    for it in &SERIES[1..] {
        series = series.mul_add(rest, *it);
    }
    // e^r - 1 for a sixteenth of the argument, squared four times:
    // (1 + y)^2 - 1 = y * (y + 2).
    let mut y = rest * series;
    for _ in 0..3 {
        y *= y + 2.0;
    }
    let fraction = (y + 2.0).mul_add(y, 1.0);
    match k as i32 {
        // Earlier than needed by half a binary order: so does the assembly.
        1024.. => f64::INFINITY,
        ..-1075 => 0.0,
        k @ ..-1022 => fraction * power_of_two(k + 1022) * power_of_two(-1022),
        k => fraction * power_of_two(k),
    }
}

/// `2^x`.
pub fn exp2(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.93147180369123816490e-01;
    const LN2_LOW: f64 = 1.90821492927058770002e-10;
    if x.is_nan() {
        return x;
    }
    if x > 1.0239999999999999e+03 {
        return f64::INFINITY;
    }
    if x < -1.0740e+03 {
        return 0.0;
    }
    let k = match x {
        0.0 => 0.0,
        x => (x + 0.5_f64.copysign(x)).trunc(),
    };
    let rest = x - k;
    ldexp(exp_of_difference(rest * LN2_HIGH, -rest * LN2_LOW), k as i32)
}

/// `e^(high - low)` for small arguments by msun's rational approximation.
fn exp_of_difference(high: f64, low: f64) -> f64 {
    const P: [f64; 5] = [
        4.13813679705723846039e-08,
        -1.65339022054652515390e-06,
        6.61375632143793436117e-05,
        -2.77777777770155933842e-03,
        1.66666666666666657415e-01,
    ];
    let r = high - low;
    let t = r * r;
    let c = r - t * horner(t, &P);
    1.0 - ((low - (r * c) / (2.0 - c)) - high)
}
