//! `</` and `>/`: what a histogram counts below or above a value.

use crate::promql::histogram::{Bucket, Histogram, Side};

/// Which part is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// What lies below the value (`</`).
    Below,
    /// What lies above it (`>/`).
    Above,
}

impl Histogram {
    /// The part below or above a value (`FloatHistogram.TrimBuckets` in Prometheus
    /// `model/histogram`). Within a bucket the share is interpolated; the sum is
    /// estimated from the middles of buckets.
    pub fn trimmed(&self, value: f64, keep: Keep) -> Histogram {
        let mut out = self.clone();
        let (mut count, mut sum) = (0.0, 0.0);
        let mut changed = false;
        let linear = self.has_custom_buckets();
        let mut has = [false; 2];
        for side in [Side::Positive, Side::Negative] {
            let counts = match side {
                Side::Positive => &mut out.positive_buckets,
                Side::Negative => &mut out.negative_buckets,
            };
            for (slot, bucket) in counts.iter_mut().zip(self.side(side)) {
                if bucket.count == 0.0 {
                    continue;
                }
                has[side as usize] = true;
                let (whole, part) = match keep {
                    Keep::Below => (bucket.upper <= value, bucket.lower < value),
                    Keep::Above => (value <= bucket.lower, value < bucket.upper),
                };
                let (kept, middle) = match (whole, part) {
                    (true, _) => {
                        (bucket.count, middle(bucket.lower, bucket.upper, side, linear))
                    }
                    (false, true) => part_of(bucket, value, keep, side, linear),
                    (false, false) => (0.0, 0.0),
                };
                if whole || part {
                    count += kept;
                    sum += middle * kept;
                }
                changed |= kept != bucket.count;
                *slot = kept;
            }
        }
        if 0.0 < self.zero_count {
            let [positive, negative] = has;
            let (kept, middle) =
                part_of_zero(self.zero_bucket(), value, keep, positive, negative);
            changed |= kept != self.zero_count;
            out.zero_count = kept;
            sum += middle * kept;
            count += kept;
        }
        if changed {
            out.count = count;
            out.sum = sum;
            out.compact();
        }
        out
    }
}

/// What is kept of a bucket around the value, and the middle of that.
fn part_of(
    bucket: Bucket,
    value: f64,
    keep: Keep,
    side: Side,
    linear: bool,
) -> (f64, f64) {
    if bucket.lower.is_infinite() || bucket.upper.is_infinite() {
        return part_of_endless(bucket, value, keep);
    }
    let below = match (value <= bucket.lower, bucket.upper <= value) {
        (true, _) => 0.0,
        (_, true) => bucket.count,
        (false, false) => bucket.count * bucket.share_below(value, linear),
    };
    match keep {
        Keep::Below => (below, middle(bucket.lower, value, side, linear)),
        Keep::Above => (bucket.count - below, middle(value, bucket.upper, side, linear)),
    }
}

/// Nothing is known of how an endless bucket is filled: it is kept or not. One that
/// begins nowhere and ends above zero is taken to begin at zero.
fn part_of_endless(bucket: Bucket, value: f64, keep: Keep) -> (f64, f64) {
    let Bucket { lower, upper, count, .. } = bucket;
    let finite = |it: f64| if it.is_infinite() { 0.0 } else { it };
    let ends = !(upper.is_infinite() && 0.0 < upper);
    if lower == f64::NEG_INFINITY {
        return match keep {
            Keep::Below if upper <= value => (count, 0.0),
            Keep::Below if 0.0 < value && 0.0 < upper && ends => {
                (count * value / upper, value / 2.0)
            }
            Keep::Below if upper <= 0.0 => (count, value),
            Keep::Below => (0.0, finite(upper)),
            Keep::Above if value <= lower => (count, 0.0),
            Keep::Above if 0.0 <= value && value < upper && ends => {
                (count * (1.0 - value / upper), (value + upper) / 2.0)
            }
            Keep::Above => (0.0, finite(upper)),
        };
    }
    match keep {
        Keep::Above if lower <= value => (count, value),
        Keep::Above | Keep::Below => (0.0, finite(lower)),
    }
}

/// The zero bucket counts on one side only where only that side has buckets.
fn part_of_zero(
    bucket: Bucket,
    value: f64,
    keep: Keep,
    positive: bool,
    negative: bool,
) -> (f64, f64) {
    let lower = if positive && !negative { 0.0 } else { bucket.lower };
    let upper = if negative && !positive { 0.0 } else { bucket.upper };
    let all = (bucket.count, (lower + upper) / 2.0);
    let (share, middle) = match keep {
        Keep::Below if value <= lower => return (0.0, 0.0),
        Keep::Below if upper <= value => return all,
        Keep::Below => ((value - lower) / (upper - lower), (lower + value) / 2.0),
        Keep::Above if value <= lower => return all,
        Keep::Above if upper <= value => return (0.0, 0.0),
        Keep::Above => ((upper - value) / (upper - lower), (value + upper) / 2.0),
    };
    (bucket.count * share, middle)
}

/// Where the observations between two bounds are taken to lie.
fn middle(lower: f64, upper: f64, side: Side, linear: bool) -> f64 {
    match (lower.is_infinite(), upper.is_infinite()) {
        (true, true) => 0.0,
        (true, false) if 0.0 < upper => upper / 2.0,
        (true, false) => upper,
        (false, true) => lower,
        (false, false) if linear => (lower + upper) / 2.0,
        (false, false) => {
            let middle = (lower * upper).abs().sqrt();
            if side == Side::Positive { middle } else { -middle }
        }
    }
}
