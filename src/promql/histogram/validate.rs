//! What Prometheus's database refuses to store.

use crate::promql::dialect::Dialect;
use crate::promql::histogram::Histogram;
use crate::promql::number::general;

impl Histogram {
    /// Why the database refuses this histogram, if it does (`FloatHistogram.Validate` in
    /// Prometheus `model/histogram`): it counts observations, which cannot be negative.
    pub fn refusal(&self, dialect: &Dialect) -> Option<String> {
        const NEGATIVE: &str =
            "histogram has a bucket whose observation count is negative";
        let side = |name: &str, counts: &[f64]| {
            let idx = counts.iter().position(|it| *it < 0.0)?;
            let (number, count) = (idx + 1, general(counts[idx]));
            Some(format!(
                "{name} side: bucket number {number} has observation count of {count}: \
                 {NEGATIVE}"
            ))
        };
        let checks_totals = dialect.has(3, 8);
        if self.has_custom_buckets() {
            if self.zero_count != 0.0 {
                return Some("custom buckets: must have zero count of 0".to_string());
            }
        } else if let Some(refusal) = side("negative", &self.negative_buckets) {
            return Some(refusal);
        } else if checks_totals && self.zero_count < 0.0 {
            let count = general(self.zero_count);
            return Some(format!(
                "zero bucket has observation count of {count}: {NEGATIVE}"
            ));
        }
        if checks_totals && self.count < 0.0 {
            let count = general(self.count);
            return Some(format!(
                "observation count is  {count}: histogram's observation count is \
                 negative"
            ));
        }
        side("positive", &self.positive_buckets)
    }
}
