//! The order of the elements of an instant vector.

use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{String, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("sort", &[Vector], Vector).sorts(),
    Function::new("sort_desc", &[Vector], Vector).sorts(),
    Function::new("sort_by_label", &[Vector, String], Vector)
        .arity(Arity::Any)
        .experimental(2, 49)
        .sorts(),
    Function::new("sort_by_label_desc", &[Vector, String], Vector)
        .arity(Arity::Any)
        .experimental(2, 49)
        .sorts(),
];
