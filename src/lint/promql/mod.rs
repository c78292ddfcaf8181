//! Lints about expressions.

pub mod comparison_missing;
mod matchers;
pub mod regexp_needless;

use crate::lint::table::Lint;

/// All of them.
pub const LINTS: &[&Lint] = &[&comparison_missing::LINT, &regexp_needless::LINT];
