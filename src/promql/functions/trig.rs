//! Trigonometry.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::Vector;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("sin", &[Vector], Vector).since(2, 31),
    Function::new("cos", &[Vector], Vector).since(2, 31),
    Function::new("tan", &[Vector], Vector).since(2, 31),
    Function::new("asin", &[Vector], Vector).since(2, 31),
    Function::new("acos", &[Vector], Vector).since(2, 31),
    Function::new("atan", &[Vector], Vector).since(2, 31),
    Function::new("sinh", &[Vector], Vector).since(2, 31),
    Function::new("cosh", &[Vector], Vector).since(2, 31),
    Function::new("tanh", &[Vector], Vector).since(2, 31),
    Function::new("asinh", &[Vector], Vector).since(2, 31),
    Function::new("acosh", &[Vector], Vector).since(2, 31),
    Function::new("atanh", &[Vector], Vector).since(2, 31),
    Function::new("deg", &[Vector], Vector).since(2, 31),
    Function::new("rad", &[Vector], Vector).since(2, 31),
];
