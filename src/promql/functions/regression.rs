//! Trends: linear regression and exponential smoothing.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::{Matrix, Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("deriv", &[Matrix], Vector),
    Function::new("predict_linear", &[Matrix, Scalar], Vector).uses_time(),
    Function::new("double_exponential_smoothing", &[Matrix, Scalar, Scalar], Vector)
        .experimental(3, 0),
];
