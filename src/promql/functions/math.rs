//! Arithmetic on single samples.

use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[Vector], Vector),
    Function::new("ceil", &[Vector], Vector),
    Function::new("floor", &[Vector], Vector),
    Function::new("exp", &[Vector], Vector),
    Function::new("ln", &[Vector], Vector),
    Function::new("log2", &[Vector], Vector),
    Function::new("log10", &[Vector], Vector),
    Function::new("sqrt", &[Vector], Vector),
    Function::new("sgn", &[Vector], Vector).since(2, 26),
    Function::new("round", &[Vector, Scalar], Vector).arity(Arity::Optional(1)),
    Function::new("clamp", &[Vector, Scalar, Scalar], Vector).since(2, 26),
    Function::new("clamp_max", &[Vector, Scalar], Vector),
    Function::new("clamp_min", &[Vector, Scalar], Vector),
    Function::new("pi", &[], Scalar).since(2, 31),
    Function::new("min_of", &[Scalar, Scalar], Scalar).experimental(3, 13),
    Function::new("max_of", &[Scalar, Scalar], Scalar).experimental(3, 13),
];
