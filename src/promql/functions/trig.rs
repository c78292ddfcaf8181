//! Trigonometry.

use crate::promql::functions::Function;
use crate::promql::functions::kind::Kind;
use crate::promql::math;
use crate::promql::syntax::types::ValueType::Vector;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("sin", &[Vector], Vector).since(2, 31).kind(Kind::PerSample(math::sin)),
    Function::new("cos", &[Vector], Vector).since(2, 31).kind(Kind::PerSample(math::cos)),
    Function::new("tan", &[Vector], Vector).since(2, 31).kind(Kind::PerSample(math::tan)),
    Function::new("asin", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::asin)),
    Function::new("acos", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::acos)),
    Function::new("atan", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::atan)),
    Function::new("sinh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::sinh)),
    Function::new("cosh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::cosh)),
    Function::new("tanh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::tanh)),
    Function::new("asinh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::asinh)),
    Function::new("acosh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::acosh)),
    Function::new("atanh", &[Vector], Vector)
        .since(2, 31)
        .kind(Kind::PerSample(math::atanh)),
    Function::new("deg", &[Vector], Vector)
        .since(2, 31)
        .instead("v * 180 / 3.141592653589793")
        .kind(Kind::PerSample(math::degrees)),
    Function::new("rad", &[Vector], Vector)
        .since(2, 31)
        .instead("v * 3.141592653589793 / 180")
        .kind(Kind::PerSample(math::radians)),
];
