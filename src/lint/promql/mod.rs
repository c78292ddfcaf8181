//! Lints about expressions.

pub mod absent_without_for;
pub mod aggregate_label_missing;
pub mod beyond_retention;
pub mod bucket_arithmetic;
pub mod comparison_impossible;
pub mod comparison_missing;
pub mod counter_without_rate;
pub mod dashboard_variable;
pub mod delta_of_counter;
pub mod division_in_sum;
pub mod duplicate_rule;
pub mod irate_in_rule;
pub mod job_unknown;
pub mod join_impossible;
pub mod join_label_missing;
mod kind;
mod matchers;
pub mod or_side_dead;
pub mod quantile_out_of_range;
pub mod quantile_without_le;
pub mod range_too_short;
pub mod rate_of_gauge;
pub mod ratio_without_for;
pub mod regexp_anchored;
pub mod regexp_matches_all;
pub mod regexp_needless;
pub mod regexp_substring;
pub mod sampling_in_alert;
pub mod selector_impossible;
pub mod selector_without_name;

use crate::lint::table::Lint;

/// All of them.
pub const LINTS: &[&Lint] = &[
    &absent_without_for::LINT,
    &aggregate_label_missing::LINT,
    &beyond_retention::LINT,
    &bucket_arithmetic::LINT,
    &comparison_impossible::LINT,
    &comparison_missing::LINT,
    &counter_without_rate::LINT,
    &dashboard_variable::LINT,
    &delta_of_counter::LINT,
    &division_in_sum::LINT,
    &duplicate_rule::LINT,
    &irate_in_rule::LINT,
    &job_unknown::LINT,
    &join_impossible::LINT,
    &join_label_missing::LINT,
    &or_side_dead::LINT,
    &quantile_out_of_range::LINT,
    &quantile_without_le::LINT,
    &range_too_short::LINT,
    &rate_of_gauge::LINT,
    &ratio_without_for::LINT,
    &regexp_anchored::LINT,
    &regexp_matches_all::LINT,
    &regexp_needless::LINT,
    &regexp_substring::LINT,
    &sampling_in_alert::LINT,
    &selector_impossible::LINT,
    &selector_without_name::LINT,
];
