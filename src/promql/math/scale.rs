//! Taking a float apart into fraction and exponent, and putting it together.

const MANTISSA: u64 = (1 << 52) - 1;
const BIAS: i32 = 1023;

/// Splits `x` into a fraction in `[0.5, 1)` and a power of two (Go's `math.Frexp`).
///
/// Zero, infinities and NaN come back unchanged with exponent 0.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, shift) = normal(x);
    let bits = x.to_bits();
    let exponent = exponent_bits(bits) - BIAS + 1 + shift;
    let fraction = bits & !(0x7ff << 52) | ((BIAS - 1) as u64) << 52;
    (f64::from_bits(fraction), exponent)
}

/// `fraction * 2^exponent` (Go's `math.Ldexp`).
pub fn ldexp(fraction: f64, exponent: i32) -> f64 {
    if fraction == 0.0 || !fraction.is_finite() {
        return fraction;
    }
    let (x, shift) = normal(fraction);
    let bits = x.to_bits();
    let exponent = exponent.saturating_add(shift + exponent_bits(bits) - BIAS);
    let with = |exponent: i32| {
        f64::from_bits(bits & !(0x7ff << 52) | ((exponent + BIAS) as u64) << 52)
    };
    match exponent {
        ..-1075 => 0.0_f64.copysign(fraction),
        1024.. => f64::INFINITY.copysign(fraction),
        // One rounding on the way into the subnormals.
        -1075..-1022 => with(exponent + 53) * power_of_two(-53),
        _ => with(exponent),
    }
}

/// `2^exponent` for an exponent of the normal range.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + BIAS) as u64) << 52)
}

/// The biased exponent in the bits of a float.
pub(super) fn exponent_bits(bits: u64) -> i32 {
    (bits >> 52 & 0x7ff) as i32
}

/// The bits below the exponent.
pub(super) fn mantissa_bits(bits: u64) -> u64 {
    bits & MANTISSA
}

/// Brings a subnormal into the normal range; the second value is the exponent that
/// makes up for it.
fn normal(x: f64) -> (f64, i32) {
    match x.abs() < f64::MIN_POSITIVE {
        true => (x * power_of_two(52), -52),
        false => (x, 0),
    }
}
