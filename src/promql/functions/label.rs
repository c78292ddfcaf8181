//! Functions that change labels.

use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{String, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("label_replace", &[Vector, String, String, String, String], Vector)
        .relabels(),
    Function::new("label_join", &[Vector, String, String, String], Vector)
        .relabels()
        .arity(Arity::Any),
];
