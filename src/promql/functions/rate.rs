//! How fast a counter rises or a gauge changes.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("rate", &[Matrix], Vector),
    Function::new("increase", &[Matrix], Vector),
    Function::new("delta", &[Matrix], Vector),
    Function::new("irate", &[Matrix], Vector),
    Function::new("idelta", &[Matrix], Vector),
    Function::new("changes", &[Matrix], Vector),
    Function::new("resets", &[Matrix], Vector),
];
