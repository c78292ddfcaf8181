//! `info`: labels from metrics that describe others.

use crate::promql::functions::kind::Kind;
use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::Vector;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[Function::new("info", &[Vector, Vector], Vector)
    .arity(Arity::Optional(1))
    .experimental(2, 55)
    .kind(Kind::Info)];
