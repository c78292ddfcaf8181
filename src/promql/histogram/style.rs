//! How native histograms were calculated with while they were experimental.

use crate::promql::dialect::Dialect;
use crate::promql::histogram::sum::same_bounds;
use crate::promql::histogram::{Histogram, ResetHint};

/// What a version of Prometheus does when it combines native histograms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Sums keep what rounding takes, and means are divided at the end (3.10).
    pub compensates: bool,
    /// Custom bounds that differ are brought together (3.8).
    pub reconciles: bool,
    /// It is told where hints about resets contradict each other (3.7).
    pub tells_collisions: bool,
    /// What may have become negative is a gauge (3.7).
    pub marks_gauges: bool,
    /// A rate is not extrapolated to before a counter was zero (3.6).
    pub stops_at_zero: bool,
}

impl Style {
    /// That of the version of a dialect.
    pub fn of(dialect: &Dialect) -> Style {
        Style {
            compensates: dialect.has(3, 10),
            reconciles: dialect.has(3, 8),
            tells_collisions: dialect.has(3, 7),
            marks_gauges: dialect.has(3, 7),
            stops_at_zero: dialect.has(3, 6),
        }
    }

    /// Whether there was a reset between two histograms; bounds that cannot be brought
    /// together are one.
    pub fn is_reset(self, before: &Histogram, after: &Histogram) -> bool {
        let differ = !self.reconciles && differ(before, after);
        match after.reset_hint {
            ResetHint::Unknown | ResetHint::Gauge if differ => true,
            _ => after.is_reset_since(before),
        }
    }
}

/// Whether both have custom bounds, but others.
pub fn differ(a: &Histogram, b: &Histogram) -> bool {
    a.has_custom_buckets()
        && b.has_custom_buckets()
        && !same_bounds(&a.custom_values, &b.custom_values)
}
