//! Lints about alerts: their texts, their times, how they stand to each other.

pub mod always_together;
pub mod depends_on_later_rule;
pub mod depends_on_other_group;
pub mod external_label_missing;
pub mod external_label_set;
pub mod for_shorter_than_interval;
pub mod for_zero;
pub mod interval_too_long;
mod limits;
mod shown_unit;
pub mod template_label_missing;
pub mod template_unit_wrong;
mod texts;
pub mod tiers_out_of_order;
pub mod value_in_label;
pub mod variable_not_filled;

use crate::lint::table::Lint;

/// All of them.
pub const LINTS: &[&Lint] = &[
    &always_together::LINT,
    &depends_on_later_rule::LINT,
    &depends_on_other_group::LINT,
    &external_label_missing::LINT,
    &external_label_set::LINT,
    &for_shorter_than_interval::LINT,
    &for_zero::LINT,
    &interval_too_long::LINT,
    &template_label_missing::LINT,
    &template_unit_wrong::LINT,
    &tiers_out_of_order::LINT,
    &value_in_label::LINT,
    &variable_not_filled::LINT,
];
