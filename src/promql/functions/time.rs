//! The clock of the evaluation, timestamps and dates.

use crate::promql::functions::kind::Kind;
use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("time", &[], Scalar).uses_time(),
    Function::new("timestamp", &[Vector], Vector).kind(Kind::Timestamp).uses_time(),
    Function::new("start_timestamp", &[Vector], Vector)
        .experimental(3, 14)
        .kind(Kind::StartTimestamp),
    Function::new("minute", &[Vector], Vector).arity(Arity::Optional(1)).uses_time(),
    Function::new("hour", &[Vector], Vector).arity(Arity::Optional(1)).uses_time(),
    Function::new("day_of_week", &[Vector], Vector).arity(Arity::Optional(1)).uses_time(),
    Function::new("day_of_month", &[Vector], Vector)
        .arity(Arity::Optional(1))
        .uses_time(),
    Function::new("day_of_year", &[Vector], Vector)
        .arity(Arity::Optional(1))
        .uses_time()
        .since(2, 39),
    Function::new("days_in_month", &[Vector], Vector)
        .arity(Arity::Optional(1))
        .uses_time(),
    Function::new("month", &[Vector], Vector).arity(Arity::Optional(1)).uses_time(),
    Function::new("year", &[Vector], Vector).arity(Arity::Optional(1)).uses_time(),
    Function::new("start", &[], Scalar).experimental(3, 12),
    Function::new("end", &[], Scalar).experimental(3, 12),
    Function::new("range", &[], Scalar).experimental(3, 12),
    Function::new("step", &[], Scalar).experimental(3, 12),
];
