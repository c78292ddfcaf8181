//! Arithmetic on single samples.

use std::f64::consts::PI;

use crate::promql::functions::kind::Kind;
use crate::promql::functions::{Arity, Function};
use crate::promql::math;
use crate::promql::syntax::types::ValueType::{Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[Vector], Vector).kind(Kind::PerSample(f64::abs)),
    Function::new("ceil", &[Vector], Vector).kind(Kind::PerSample(f64::ceil)),
    Function::new("floor", &[Vector], Vector).kind(Kind::PerSample(f64::floor)),
    Function::new("exp", &[Vector], Vector).kind(Kind::PerSample(math::exp)),
    Function::new("ln", &[Vector], Vector).kind(Kind::PerSample(math::ln)),
    Function::new("log2", &[Vector], Vector).kind(Kind::PerSample(math::log2)),
    Function::new("log10", &[Vector], Vector).kind(Kind::PerSample(math::log10)),
    Function::new("sqrt", &[Vector], Vector).kind(Kind::PerSample(f64::sqrt)),
    Function::new("sgn", &[Vector], Vector).since(2, 26).kind(Kind::PerSample(sign)),
    Function::new("round", &[Vector, Scalar], Vector)
        .arity(Arity::Optional(1))
        .kind(Kind::PerSampleWith(round)),
    Function::new("clamp", &[Vector, Scalar, Scalar], Vector)
        .since(2, 26)
        .instead("clamp_min(clamp_max(v, max), min)")
        .kind(Kind::PerSampleWith(clamp)),
    Function::new("clamp_max", &[Vector, Scalar], Vector)
        .kind(Kind::PerSampleWith(clamp_max)),
    Function::new("clamp_min", &[Vector, Scalar], Vector)
        .kind(Kind::PerSampleWith(clamp_min)),
    Function::new("pi", &[], Scalar)
        .since(2, 31)
        .instead("3.141592653589793")
        .kind(Kind::Scalars(|_, _| PI)),
    Function::new("min_of", &[Scalar, Scalar], Scalar)
        .experimental(3, 13)
        .kind(Kind::Scalars(min_of)),
    Function::new("max_of", &[Scalar, Scalar], Scalar)
        .experimental(3, 13)
        .kind(Kind::Scalars(max_of)),
];

fn sign(x: f64) -> f64 {
    match x {
        it if it < 0.0 => -1.0,
        it if it > 0.0 => 1.0,
        it => it,
    }
}

fn round(x: f64, args: &[f64]) -> Option<f64> {
    Some(math::round_to(x, args.first().copied().unwrap_or(1.0)))
}

fn clamp(x: f64, args: &[f64]) -> Option<f64> {
    let &[min, max] = args else { return None };
    within(x, min, max)
}

fn clamp_max(x: f64, args: &[f64]) -> Option<f64> {
    within(x, f64::NEG_INFINITY, *args.first()?)
}

fn clamp_min(x: f64, args: &[f64]) -> Option<f64> {
    within(x, *args.first()?, f64::INFINITY)
}

/// Nothing if the limits are the wrong way round.
fn within(x: f64, min: f64, max: f64) -> Option<f64> {
    match max < min {
        true => None,
        false => Some(math::max(min, math::min(max, x))),
    }
}

fn min_of(_: i64, args: &[f64]) -> f64 {
    args.iter().copied().reduce(math::min).unwrap_or(f64::NAN)
}

fn max_of(_: i64, args: &[f64]) -> f64 {
    args.iter().copied().reduce(math::max).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;

    type Case<'a> = (fn(f64, &[f64]) -> Option<f64>, f64, &'a [f64], Option<f64>);

    #[test]
    fn single_samples() {
        let cases: &[Case<'_>] = &[
            (round, 2.5, &[], Some(3.0)),
            (round, -2.5, &[], Some(-2.0)),
            (round, 0.7, &[0.5], Some(0.5)),
            (round, 1.0, &[0.0], Some(NAN)),
            (clamp, 5.0, &[0.0, 3.0], Some(3.0)),
            (clamp, -5.0, &[0.0, 3.0], Some(0.0)),
            (clamp, 1.0, &[3.0, 0.0], None),
            (clamp, 1.0, &[NAN, 3.0], Some(NAN)),
            (clamp, NAN, &[0.0, 3.0], Some(NAN)),
            (clamp_max, NAN, &[-INF], Some(-INF)),
            (clamp_min, 1.0, &[NAN], Some(NAN)),
            (clamp_min, 1.0, &[INF], Some(INF)),
            (|x, _| Some(sign(x)), -0.0, &[], Some(-0.0)),
            (|x, _| Some(sign(x)), -3.0, &[], Some(-1.0)),
            (|_, args| Some(max_of(0, args)), 0.0, &[1.0, NAN], Some(NAN)),
            (|_, args| Some(min_of(0, args)), 0.0, &[1.0, 2.0], Some(1.0)),
        ];
        for (body, x, args, want) in cases {
            let got = body(*x, args);
            assert_eq!(format!("{got:?}"), format!("{want:?}"), "{x} with {args:?}");
        }
    }
}
