//! The buckets of a native histogram, with their bounds.

use std::fmt;

use crate::promql::histogram::{BucketSpan, Histogram, bounds};
use crate::promql::math;
use crate::promql::number::general;

/// The side of zero on which buckets lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above zero; all buckets with custom bounds.
    Positive,
    /// Below zero.
    Negative,
}

/// A bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Where it begins.
    pub lower: f64,
    /// Where it ends.
    pub upper: f64,
    /// The beginning belongs to it.
    pub lower_inclusive: bool,
    /// The end belongs to it.
    pub upper_inclusive: bool,
    /// What it counts.
    pub count: f64,
}

impl Bucket {
    /// The share of the bucket below a value in it: along a line, or along the
    /// logarithm.
    pub fn share_below(&self, value: f64, linear: bool) -> f64 {
        if linear {
            return (value - self.lower) / (self.upper - self.lower);
        }
        let lower = math::log2(self.lower.abs());
        let upper = math::log2(self.upper.abs());
        let value_log = math::log2(value.abs());
        match 0.0 < value {
            true => (value_log - lower) / (upper - lower),
            false => 1.0 - ((value_log - upper) / (lower - upper)),
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.lower_inclusive { '[' } else { '(' };
        let close = if self.upper_inclusive { ']' } else { ')' };
        let (lower, upper) = (general(self.lower), general(self.upper));
        write!(f, "{open}{lower},{upper}{close}:{}", general(self.count))
    }
}

/// Index and count of the buckets of a side, away from zero.
pub(super) fn entries(
    histogram: &Histogram,
    side: Side,
) -> impl Iterator<Item = (i32, f64)> + '_ {
    let (spans, buckets) = match side {
        Side::Positive => (&histogram.positive_spans, &histogram.positive_buckets),
        Side::Negative => (&histogram.negative_spans, &histogram.negative_buckets),
    };
    let mut next = 0i32;
    let indices = spans.iter().flat_map(move |span| {
        let start = next.wrapping_add(span.offset);
        next = start.wrapping_add(span.length as i32);
        start..next
    });
    indices.zip(buckets.iter().copied())
}

/// Spans and counts of buckets that are sorted by index.
pub(super) fn layout(buckets: Vec<(i32, f64)>) -> (Vec<BucketSpan>, Vec<f64>) {
    let mut spans: Vec<BucketSpan> = Vec::new();
    let mut counts = Vec::with_capacity(buckets.len());
    let mut end = 0;
    for (idx, count) in buckets {
        match spans.last_mut() {
            Some(last) if idx == end => last.length += 1,
            _ => spans.push(BucketSpan { offset: idx.wrapping_sub(end), length: 1 }),
        }
        end = idx.wrapping_add(1);
        counts.push(count);
    }
    (spans, counts)
}

/// The index of a bucket in a coarser schema. Indexes wrap around, as Go's do.
pub(super) fn coarser(idx: i32, from: i32, to: i32) -> i32 {
    (idx.wrapping_sub(1) >> from.saturating_sub(to).clamp(0, 31)).wrapping_add(1)
}

impl Histogram {
    fn bound(&self, idx: i32) -> f64 {
        if !self.has_custom_buckets() {
            return bounds::exponential(idx, self.schema);
        }
        match usize::try_from(idx) {
            Ok(idx) => self.custom_values.get(idx).copied().unwrap_or(f64::INFINITY),
            Err(_) => f64::NEG_INFINITY,
        }
    }

    /// The bucket of an index.
    pub(super) fn bucket(&self, side: Side, idx: i32, count: f64) -> Bucket {
        let (near, far) = (self.bound(idx.wrapping_sub(1)), self.bound(idx));
        let (lower, upper) = match side {
            Side::Positive => (near, far),
            Side::Negative => (-far, -near),
        };
        let (lower_inclusive, upper_inclusive) = match self.has_custom_buckets() {
            true => (idx == 0, true),
            false => (lower < 0.0, 0.0 < upper),
        };
        Bucket { lower, upper, lower_inclusive, upper_inclusive, count }
    }

    /// The buckets of a side, away from zero.
    pub fn side(&self, side: Side) -> impl Iterator<Item = Bucket> + '_ {
        entries(self, side).map(move |(idx, count)| self.bucket(side, idx, count))
    }

    /// The counts of a side from the first bucket to the last, gaps as zero, and the
    /// index of the first. What comes after a gap of millions is left out.
    pub fn dense(&self, side: Side) -> (i32, Vec<f64>) {
        const MOST: i64 = 1 << 20;
        let mut first = 0;
        let mut counts: Vec<f64> = Vec::new();
        for (idx, count) in entries(self, side) {
            if counts.is_empty() {
                first = idx;
            }
            let n_before = i64::from(idx) - i64::from(first);
            if MOST < n_before {
                break;
            }
            counts.resize(n_before.max(0) as usize, 0.0);
            counts.push(count);
        }
        (first, counts)
    }

    /// Number of buckets from the first to the last of a side, gaps included.
    pub fn width(&self, side: Side) -> i64 {
        let mut indexes = entries(self, side).map(|it| i64::from(it.0));
        let Some(first) = indexes.next() else { return 0 };
        indexes.last().unwrap_or(first) - first + 1
    }

    /// The bucket around zero.
    pub fn zero_bucket(&self) -> Bucket {
        Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            lower_inclusive: true,
            upper_inclusive: true,
            count: self.zero_count,
        }
    }

    /// All buckets in ascending order. Those that reach into the zero bucket are cut.
    pub fn all_buckets(&self) -> Vec<Bucket> {
        let threshold = self.zero_threshold;
        let cut = |mut it: Bucket| {
            if it.upper < 0.0 && -threshold < it.upper {
                it.upper = -threshold;
            } else if 0.0 < it.lower && it.lower < threshold {
                it.lower = threshold;
            }
            it
        };
        let mut all: Vec<Bucket> = self.side(Side::Negative).map(cut).collect();
        all.reverse();
        if 0.0 < self.zero_count {
            all.push(self.zero_bucket());
        }
        all.extend(self.side(Side::Positive).map(cut));
        all
    }
}

/// As Prometheus's `FloatHistogram.String`.
impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{count:{}, sum:{}", general(self.count), general(self.sum))?;
        let mut negative: Vec<Bucket> = self.side(Side::Negative).collect();
        negative.reverse();
        let zero = (!self.has_custom_buckets()).then(|| self.zero_bucket());
        let all = negative.into_iter().chain(zero).chain(self.side(Side::Positive));
        for bucket in all.filter(|it| it.count != 0.0) {
            write!(f, ", {bucket}")?;
        }
        f.write_str("}")
    }
}
