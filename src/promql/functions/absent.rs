//! Whether there is something at all.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("absent", &[Vector], Vector),
    Function::new("absent_over_time", &[Matrix], Vector).since(2, 16),
    Function::new("present_over_time", &[Matrix], Vector).since(2, 29),
];
