//! Between scalars and vectors.

use crate::promql::functions::Function;
use crate::promql::functions::kind::Kind;
use crate::promql::syntax::types::ValueType::{Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("scalar", &[Vector], Scalar).kind(Kind::ToScalar),
    Function::new("vector", &[Scalar], Vector).kind(Kind::ToVector),
];
