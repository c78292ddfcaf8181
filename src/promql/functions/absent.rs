//! Whether there is something at all.

use crate::promql::functions::Function;
use crate::promql::functions::kind::Kind;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("absent", &[Vector], Vector).kind(Kind::Absent),
    Function::new("absent_over_time", &[Matrix], Vector)
        .since(2, 16)
        .kind(Kind::AbsentOverTime),
];
