//! The clock of the evaluation, timestamps and dates.

use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("time", &[], Scalar),
    Function::new("timestamp", &[Vector], Vector),
    Function::new("start_timestamp", &[Vector], Vector).experimental(3, 14),
    Function::new("minute", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("hour", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("day_of_week", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("day_of_month", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("day_of_year", &[Vector], Vector)
        .arity(Arity::Optional(1))
        .since(2, 39),
    Function::new("days_in_month", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("month", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("year", &[Vector], Vector).arity(Arity::Optional(1)),
    Function::new("start", &[], Scalar).experimental(3, 12),
    Function::new("end", &[], Scalar).experimental(3, 12),
    Function::new("range", &[], Scalar).experimental(3, 12),
    Function::new("step", &[], Scalar).experimental(3, 12),
];
