//! Functions of histograms, classic and native.

use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{Scalar, String, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("histogram_avg", &[Vector], Vector).since(2, 51),
    Function::new("histogram_count", &[Vector], Vector).since(2, 40),
    Function::new("histogram_sum", &[Vector], Vector).since(2, 40),
    Function::new("histogram_stddev", &[Vector], Vector).since(2, 48),
    Function::new("histogram_stdvar", &[Vector], Vector).since(2, 48),
    Function::new("histogram_fraction", &[Scalar, Scalar, Vector], Vector).since(2, 40),
    Function::new("histogram_quantile", &[Scalar, Vector], Vector),
    Function::new("histogram_quantiles", &[Vector, String, Scalar, Scalar], Vector)
        .arity(Arity::Optional(9))
        .experimental(3, 11),
];
