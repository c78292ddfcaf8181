//! Trigonometric functions and their inverses, after S. Moshier's Cephes, with the
//! argument reduction of Payne and Hanek for large angles.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::horner;
use super::scale::{exponent_bits, mantissa_bits};

const SIN: [f64; 6] = [
    1.58962301576546568060e-10,
    -2.50507477628578072866e-8,
    2.75573136213857245213e-6,
    -1.98412698295895385996e-4,
    8.33333333332211858878e-3,
    -1.66666666666666307295e-1,
];

const COS: [f64; 6] = [
    -1.13585365213876817300e-11,
    2.08757008419747316778e-9,
    -2.75573141792967388112e-7,
    2.48015872888517045348e-5,
    -1.38888888888730564116e-3,
    4.16666666666665929218e-2,
];

const TAN_NUMERATOR: [f64; 3] =
    [-1.30936939181383777646e4, 1.15351664838587416140e6, -1.79565251976484877988e7];
const TAN_DENOMINATOR: [f64; 5] = [
    1.0,
    1.36812963470692954678e4,
    -1.32089234440210967447e6,
    2.50083801823357915839e7,
    -5.38695755929454629881e7,
];

const ATAN_NUMERATOR: [f64; 5] = [
    -8.750608600031904122785e-01,
    -1.615753718733365076637e+01,
    -7.500855792314704667340e+01,
    -1.228866684490136173410e+02,
    -6.485021904942025371773e+01,
];
const ATAN_DENOMINATOR: [f64; 6] = [
    1.0,
    2.485846490142306297962e+01,
    1.650270098316988542046e+02,
    4.328810604912902668951e+02,
    4.853903996359136964868e+02,
    1.945506571482613964425e+02,
];

/// The binary digits of 4/π, 64 to a word; the first word is the whole part.
const FOUR_OVER_PI: [u64; 20] = [
    0x0000_0000_0000_0001,
    0x45f3_06dc_9c88_2a53,
    0xf84e_afa3_ea69_bb81,
    0xb6c5_2b32_7887_2083,
    0xfca2_c757_bd77_8ac3,
    0x6e48_dc74_849b_a5c0,
    0x0c92_5dd4_13a3_2439,
    0xfc3b_d639_6253_4e7d,
    0xd104_6bea_5d76_8909,
    0xd338_e04d_68be_fc82,
    0x7323_ac73_06a6_73e9,
    0x3908_bf17_7bf2_5076,
    0x3ff1_2fff_bc0b_301f,
    0xde5e_2316_b414_da3e,
    0xda6c_fd9e_4f96_136e,
    0x9e8c_7ecd_3cbf_d45a,
    0xea4f_758f_d7cb_e2f6,
    0x7a0e_73ef_14a5_25d4,
    0xd7f6_bf62_3f1a_ba10,
    0xac06_608d_f8f6_d757,
];

/// The sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let value = match octant & 3 {
        1 | 2 => cos_series(z),
        _ => sin_series(z),
    };
    match (octant > 3) != (x < 0.0) {
        true => -value,
        false => value,
    }
}

/// The cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let value = match octant & 3 {
        1 | 2 => sin_series(z),
        _ => cos_series(z),
    };
    match (octant > 3) != (octant & 3 > 1) {
        true => -value,
        false => value,
    }
}

/// The tangent of an angle in radians.
pub fn tan(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let zz = z * z;
    let mut value = z;
    if zz > 1e-14 {
        value = z + z * (zz * horner(zz, &TAN_NUMERATOR) / horner(zz, &TAN_DENOMINATOR));
    }
    if octant & 2 == 2 {
        value = -1.0 / value;
    }
    match x < 0.0 {
        true => -value,
        false => value,
    }
}

/// The angle whose tangent is `x`.
pub fn atan(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    match x > 0.0 {
        true => atan_of_positive(x),
        false => -atan_of_positive(-x),
    }
}

/// The angle whose sine is `x`.
pub fn asin(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    let size = x.abs();
    if size > 1.0 {
        return f64::NAN;
    }
    let other = (1.0 - size * size).sqrt();
    let value = match size > 0.7 {
        true => FRAC_PI_2 - atan_of_positive(other / size),
        false => atan_of_positive(size / other),
    };
    match x < 0.0 {
        true => -value,
        false => value,
    }
}

/// The angle whose cosine is `x`.
pub fn acos(x: f64) -> f64 {
    FRAC_PI_2 - asin(x)
}

/// The angle of the point `(x, y)`: PromQL's `atan2`.
pub fn atan2(y: f64, x: f64) -> f64 {
    const THREE_QUARTERS_PI: f64 = 2.356_194_490_192_344_928_846_982_537_459_627_16;
    if y.is_nan() || x.is_nan() {
        return f64::NAN;
    }
    if y == 0.0 {
        return match x.is_sign_negative() {
            true => PI.copysign(y),
            false => y,
        };
    }
    if x == 0.0 {
        return FRAC_PI_2.copysign(y);
    }
    match (x.is_infinite(), y.is_infinite(), x > 0.0) {
        (true, true, true) => FRAC_PI_4.copysign(y),
        (true, false, true) => 0.0_f64.copysign(y),
        (true, true, false) => THREE_QUARTERS_PI.copysign(y),
        (true, false, false) => PI.copysign(y),
        (false, true, _) => FRAC_PI_2.copysign(y),
        (false, false, true) => atan(y / x),
        (false, false, false) => {
            let angle = atan(y / x);
            match angle <= 0.0 {
                true => angle + PI,
                false => angle - PI,
            }
        }
    }
}

fn sin_series(z: f64) -> f64 {
    let zz = z * z;
    z + z * zz * horner(zz, &SIN)
}

fn cos_series(z: f64) -> f64 {
    let zz = z * z;
    1.0 - 0.5 * zz + zz * zz * horner(zz, &COS)
}

fn atan_of_positive(x: f64) -> f64 {
    /// What `FRAC_PI_2` lacks of π/2.
    const MORE_BITS: f64 = 6.123233995736765886130e-17;
    const TAN_3_PI_8: f64 = 2.41421356237309504880;
    if x <= 0.66 {
        return atan_series(x);
    }
    if x > TAN_3_PI_8 {
        return FRAC_PI_2 - atan_series(1.0 / x) + MORE_BITS;
    }
    FRAC_PI_4 + atan_series((x - 1.0) / (x + 1.0)) + 0.5 * MORE_BITS
}

fn atan_series(x: f64) -> f64 {
    let z = x * x;
    let z = z * horner(z, &ATAN_NUMERATOR) / horner(z, &ATAN_DENOMINATOR);
    x * z + x
}

/// The octant of an angle, made even and counted modulo 8, and the distance from it.
fn reduce(x: f64) -> (u64, f64) {
    // π/4 in three parts that a small integer multiplies exactly.
    const PI_4_A: f64 = 7.85398125648498535156e-1;
    const PI_4_B: f64 = 3.77489470793079817668e-8;
    const PI_4_C: f64 = 2.69515142907905952645e-15;
    if x >= (1u64 << 29) as f64 {
        return reduce_large(x);
    }
    let mut octant = (x * (2.0 * std::f64::consts::FRAC_2_PI)) as u64;
    octant += octant & 1;
    let y = octant as f64;
    (octant & 7, ((x - y * PI_4_A) - y * PI_4_B) - y * PI_4_C)
}

/// Payne and Hanek: only those digits of 4/π are multiplied that can reach the octant
/// or the fraction.
fn reduce_large(x: f64) -> (u64, f64) {
    let bits = x.to_bits();
    let mantissa = u128::from(mantissa_bits(bits) | 1 << 52);
    let skip = (exponent_bits(bits) - 1023 - 52 + 61) as usize;
    let digits = |idx: usize| {
        let (word, shift) = (skip / 64 + idx, skip % 64);
        let two =
            u128::from(FOUR_OVER_PI[word]) << 64 | u128::from(FOUR_OVER_PI[word + 1]);
        two << shift >> 64
    };
    let product = (digits(0).wrapping_mul(mantissa) << 64)
        .wrapping_add(digits(1) * mantissa)
        .wrapping_add((digits(2) * mantissa) >> 64);
    let octant = (product >> 125) as u64;
    // Go shifts the octant out of the upper half alone, so that three bits of the lower
    // half count twice; it shows where the fraction has many leading zeros.
    let fraction = (product << 3) >> 64 << 64 | (product & u128::from(u64::MAX));
    let zeros = ((fraction >> 64) as u64).leading_zeros();
    let mantissa = ((fraction << (zeros + 1).min(127)) >> 76) as u64;
    let exponent = u64::from(1023 - (zeros + 1));
    let z = f64::from_bits(exponent << 52 | mantissa);
    match octant & 1 {
        1 => ((octant + 1) & 7, (z - 1.0) * FRAC_PI_4),
        _ => (octant, z * FRAC_PI_4),
    }
}
