//! What Prometheus's database takes as a histogram.

use crate::promql::dialect::Dialect;
use crate::promql::histogram::{BucketSpan, Histogram};
use crate::promql::number::{self, Layout, general};

const NEGATIVE: &str = "histogram has a bucket whose observation count is negative";

impl Histogram {
    /// Why the database refuses this histogram, if it does (`FloatHistogram.Validate` in
    /// Prometheus `model/histogram`): it counts observations, which cannot be negative,
    /// in buckets that follow each other.
    pub fn refusal(&self, dialect: &Dialect) -> Option<String> {
        let newer = dialect.has(3, 8);
        let fault = match self.has_custom_buckets() {
            true => self.custom_fault(),
            false => self.exponential_fault(newer),
        };
        if fault.is_some() {
            return fault;
        }
        if newer && self.count < 0.0 {
            let count = general(self.count);
            return Some(format!(
                "observation count is  {count}: histogram's observation count is negative"
            ));
        }
        buckets_fault("positive", &self.positive_buckets)
    }

    fn custom_fault(&self) -> Option<String> {
        if let Some(fault) =
            bounds_fault(&self.custom_values).or_else(|| self.extent_fault())
        {
            return Some(format!("custom buckets: {fault}"));
        }
        let fault = if self.zero_count != 0.0 {
            "must have zero count of 0"
        } else if self.zero_threshold != 0.0 {
            "must have zero threshold of 0"
        } else if !self.negative_spans.is_empty() {
            "must not have negative spans"
        } else if !self.negative_buckets.is_empty() {
            "must not have negative buckets"
        } else {
            return None;
        };
        Some(format!("custom buckets: {fault}"))
    }

    fn exponential_fault(&self, newer: bool) -> Option<String> {
        if newer && !(-4..=8).contains(&self.schema) {
            return Some(format!(
                "histogram has an invalid schema, which must be between -4 and 8 for \
                 exponential buckets, or -53 for custom buckets, got schema {}",
                self.schema
            ));
        }
        if let Some(fault) = buckets_fault("negative", &self.negative_buckets) {
            return Some(fault);
        }
        if newer && self.zero_count < 0.0 {
            let count = general(self.zero_count);
            return Some(format!(
                "zero bucket has observation count of {count}: {NEGATIVE}"
            ));
        }
        (!self.custom_values.is_empty()).then(|| {
            "histogram with exponential schema must not have custom bounds".to_string()
        })
    }

    /// Whether custom buckets have all the bounds that they need.
    fn extent_fault(&self) -> Option<String> {
        let mut extent = 0;
        for (idx, BucketSpan { offset, length }) in self.positive_spans.iter().enumerate()
        {
            if *offset < 0 {
                return Some(format!(
                    "span number {} with offset {offset}: histogram has a span whose \
                     offset is negative",
                    idx + 1
                ));
            }
            extent += i64::from(*offset) + i64::from(*length);
        }
        let n_bounds = self.custom_values.len();
        ((n_bounds as i64 + 1) < extent).then(|| {
            format!(
                "only {n_bounds} custom bounds defined which is insufficient to cover total \
                 span length of {extent}: histogram custom bounds are too few"
            )
        })
    }
}

fn bounds_fault(bounds: &[f64]) -> Option<String> {
    if bounds.iter().any(|it| it.is_nan()) {
        return Some("histogram custom bounds must not be NaN".to_string());
    }
    let falls = bounds.windows(2).find(|it| it[1] <= it[0]);
    if let Some(pair) = falls {
        let fixed = |it| number::format_float(it, Layout::Fixed, Some(6));
        return Some(format!(
            "previous bound is {} and current is {}: histogram custom bounds must be in \
             strictly increasing order",
            fixed(pair[0]),
            fixed(pair[1])
        ));
    }
    (bounds.last() == Some(&f64::INFINITY)).then(|| {
        "last +Inf bound must not be explicitly defined: histogram custom bounds must be \
         finite"
            .to_string()
    })
}

fn buckets_fault(side: &str, counts: &[f64]) -> Option<String> {
    let idx = counts.iter().position(|it| *it < 0.0)?;
    let (number, count) = (idx + 1, general(counts[idx]));
    Some(format!(
        "{side} side: bucket number {number} has observation count of {count}: {NEGATIVE}"
    ))
}
