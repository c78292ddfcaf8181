//! How fast a counter rises or a gauge changes.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("rate", &[Matrix], Vector)
        .counter()
        .anchored()
        .smoothed()
        .start_times(),
    Function::new("increase", &[Matrix], Vector)
        .counter()
        .anchored()
        .smoothed()
        .start_times(),
    Function::new("delta", &[Matrix], Vector).anchored().smoothed(),
    Function::new("irate", &[Matrix], Vector).start_times(),
    Function::new("idelta", &[Matrix], Vector),
    Function::new("changes", &[Matrix], Vector).anchored(),
    Function::new("resets", &[Matrix], Vector).anchored().start_times(),
];
