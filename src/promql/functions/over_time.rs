//! Aggregations over the samples of a window.

use crate::promql::functions::Function;
use crate::promql::syntax::types::ValueType::{Matrix, Scalar, Vector};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("avg_over_time", &[Matrix], Vector),
    Function::new("count_over_time", &[Matrix], Vector),
    Function::new("first_over_time", &[Matrix], Vector)
        .keeps_name()
        .experimental(3, 7)
        .promoted(3, 14),
    Function::new("last_over_time", &[Matrix], Vector).keeps_name().since(2, 26),
    Function::new("max_over_time", &[Matrix], Vector),
    Function::new("min_over_time", &[Matrix], Vector),
    Function::new("sum_over_time", &[Matrix], Vector),
    Function::new("stddev_over_time", &[Matrix], Vector),
    Function::new("stdvar_over_time", &[Matrix], Vector),
    Function::new("quantile_over_time", &[Scalar, Matrix], Vector),
    Function::new("mad_over_time", &[Matrix], Vector).experimental(2, 49),
    Function::new("ts_of_first_over_time", &[Matrix], Vector).experimental(3, 7),
    Function::new("ts_of_last_over_time", &[Matrix], Vector).experimental(3, 5),
    Function::new("ts_of_max_over_time", &[Matrix], Vector).experimental(3, 5),
    Function::new("ts_of_min_over_time", &[Matrix], Vector).experimental(3, 5),
];
