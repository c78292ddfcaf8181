//! Whether a counter histogram was reset since the one before.

use crate::promql::histogram::sum::{same_bounds, shared_bounds};
use crate::promql::histogram::{Histogram, ResetHint, Side, coarser, entries};

impl Histogram {
    /// This histogram as Prometheus's database gives it back: with a hint that there was
    /// no reset since the one before, where it has seen that. A reset is never hinted at
    /// (prometheus/prometheus#15346): whoever reads looks again. There is none before the
    /// first of a series, and none after a float or a staleness marker.
    pub fn stored_after(mut self, before: Option<&Histogram>) -> Histogram {
        let forced = self.reset_hint == ResetHint::Reset;
        if self.reset_hint == ResetHint::Gauge {
            return self;
        }
        self.reset_hint = ResetHint::Unknown;
        let goes_on = before.is_some_and(|it| {
            it.reset_hint != ResetHint::Gauge
                && it.schema == self.schema
                && it.zero_threshold == self.zero_threshold
                && same_bounds(&it.custom_values, &self.custom_values)
                && !self.is_reset_since(it)
        });
        if goes_on && !forced {
            self.reset_hint = ResetHint::NotReset;
        }
        self
    }

    /// Whether there was a reset between `previous` and this one
    /// (`FloatHistogram.DetectReset` in Prometheus `model/histogram`).
    pub fn is_reset_since(&self, previous: &Histogram) -> bool {
        match self.reset_hint {
            ResetHint::Reset => return true,
            ResetHint::NotReset => return false,
            ResetHint::Unknown | ResetHint::Gauge => {}
        }
        if self.count < previous.count {
            return true;
        }
        if self.has_custom_buckets() != previous.has_custom_buckets() {
            return true;
        }
        if self.has_custom_buckets() {
            return match same_bounds(&self.custom_values, &previous.custom_values) {
                true => self.has_fallen(previous, Side::Positive),
                false => self.has_fallen_between(previous),
            };
        }
        // A finer resolution or a narrower zero bucket come with a reset only.
        if previous.schema < self.schema || self.zero_threshold < previous.zero_threshold
        {
            return true;
        }
        let Some(zero_count) = previous.zero_count_up_to(self.zero_threshold) else {
            return true;
        };
        self.zero_count < zero_count
            || self.has_fallen(previous, Side::Positive)
            || self.has_fallen(previous, Side::Negative)
    }

    /// Whether a bucket counts less than before.
    fn has_fallen(&self, previous: &Histogram, side: Side) -> bool {
        let mut before: Vec<(i32, f64)> = Vec::new();
        for (idx, count) in entries(previous, side) {
            let idx = match previous.has_custom_buckets() {
                true => idx,
                false => coarser(idx, previous.schema, self.schema),
            };
            match before.last_mut() {
                Some(last) if last.0 == idx => last.1 += count,
                _ => before.push((idx, count)),
            }
        }
        let is_outside = |it: &(i32, f64)| {
            let bucket = self.bucket(side, it.0, it.1);
            let far = match side {
                Side::Positive => bucket.upper,
                Side::Negative => -bucket.lower,
            };
            self.has_custom_buckets() || self.zero_threshold < far
        };
        let mut now = entries(self, side).peekable();
        before.into_iter().filter(is_outside).any(|(idx, count)| {
            while now.peek().is_some_and(|it| it.0 < idx) {
                now.next();
            }
            match now.peek() {
                Some(it) if it.0 == idx => it.1 < count,
                _ => count != 0.0,
            }
        })
    }

    /// Whether less is counted between bounds that both have.
    fn has_fallen_between(&self, previous: &Histogram) -> bool {
        let mut shared = shared_bounds(&self.custom_values, &previous.custom_values);
        shared.push(f64::INFINITY);
        let counts = |it: &Histogram| {
            let mut counts = vec![0.0; shared.len()];
            for bucket in it.side(Side::Positive) {
                let idx = shared.partition_point(|bound| *bound < bucket.upper);
                counts[idx.min(shared.len() - 1)] += bucket.count;
            }
            counts
        };
        counts(self).iter().zip(&counts(previous)).any(|(now, before)| now < before)
    }
}
