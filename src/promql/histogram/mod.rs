//! Native histograms.
//!
//! Mirrors `FloatHistogram` in Prometheus `model/histogram`. A histogram of integers is
//! one of floats here, as in the engine of Prometheus.

mod bounds;
mod bucket;
mod reset;
mod style;
mod sum;
mod total;
mod trim;
mod validate;

use bucket::{coarser, entries, layout};

pub use bucket::{Bucket, Side};
pub use style::{Style, differ};
pub use sum::{HistogramSum, Incompatible, Remarks};
pub use total::Total;
pub use trim::Keep;

/// The schema that stands for custom bounds rather than exponential ones.
pub const CUSTOM_BUCKETS_SCHEMA: i32 = -53;

/// What a histogram says about a reset of its counters since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResetHint {
    /// Nothing: the buckets are to be compared.
    #[default]
    Unknown,
    /// There was a reset.
    Reset,
    /// There was none.
    NotReset,
    /// The histogram is a gauge, which knows no resets.
    Gauge,
}

/// A run of buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketSpan {
    /// Gap to the end of the span before; for the first one the index of its first
    /// bucket, which may be negative.
    pub offset: i32,
    /// Number of buckets.
    pub length: u32,
}

/// A native histogram with float counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// What is known about a counter reset.
    pub reset_hint: ResetHint,
    /// The resolution (-4 to 8), or [`CUSTOM_BUCKETS_SCHEMA`].
    pub schema: i32,
    /// Half the width of the zero bucket.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: f64,
    /// All observations.
    pub count: f64,
    /// Their sum; the staleness marker makes the whole histogram one.
    pub sum: f64,
    /// Which positive buckets there are.
    pub positive_spans: Vec<BucketSpan>,
    /// Their counts, absolute.
    pub positive_buckets: Vec<f64>,
    /// Which negative buckets there are.
    pub negative_spans: Vec<BucketSpan>,
    /// Their counts, absolute.
    pub negative_buckets: Vec<f64>,
    /// The upper bounds of a histogram with custom bounds.
    pub custom_values: Vec<f64>,
}

impl Histogram {
    /// Whether the bounds are custom ones.
    pub fn has_custom_buckets(&self) -> bool {
        self.schema == CUSTOM_BUCKETS_SCHEMA
    }

    /// What it weighs in the engine's limit of samples, where a float weighs one
    /// (`HPoint.size` and `FloatHistogram.Size` of Prometheus).
    pub fn weight(&self) -> u64 {
        const FIXED: usize = 168;
        let spans = self.positive_spans.len() + self.negative_spans.len();
        let buckets = self.positive_buckets.len() + self.negative_buckets.len();
        let floats = buckets + self.custom_values.len();
        ((FIXED + spans * 8 + floats * 8 + 8) / 16) as u64
    }

    /// All numbers multiplied.
    pub fn times(&self, factor: f64) -> Histogram {
        let mut out = self.clone();
        out.each(|it| *it *= factor);
        if factor < 0.0 {
            out.reset_hint = ResetHint::Gauge;
        }
        out
    }

    /// All numbers divided; a division by zero leaves no buckets.
    pub fn divided(&self, by: f64) -> Histogram {
        let mut out = self.clone();
        if by == 0.0 {
            out.positive_spans.clear();
            out.positive_buckets.clear();
            out.negative_spans.clear();
            out.negative_buckets.clear();
        }
        out.each(|it| *it /= by);
        if by < 0.0 {
            out.reset_hint = ResetHint::Gauge;
        }
        out
    }

    fn each(&mut self, f: impl Fn(&mut f64)) {
        f(&mut self.zero_count);
        f(&mut self.count);
        f(&mut self.sum);
        self.positive_buckets.iter_mut().for_each(&f);
        self.negative_buckets.iter_mut().for_each(&f);
    }

    /// Takes empty buckets away.
    pub fn compact(&mut self) {
        for side in [Side::Positive, Side::Negative] {
            let kept = entries(self, side).filter(|it| it.1 != 0.0).collect();
            let (spans, buckets) = layout(kept);
            match side {
                Side::Positive => {
                    self.positive_spans = spans;
                    self.positive_buckets = buckets;
                }
                Side::Negative => {
                    self.negative_spans = spans;
                    self.negative_buckets = buckets;
                }
            }
        }
    }

    /// Without empty buckets.
    pub fn compacted(mut self) -> Histogram {
        self.compact();
        self
    }

    /// Whether both hold the same data, bit by bit; hints about resets do not count.
    pub fn same_data(&self, other: &Histogram) -> bool {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        let same_side = |side: Side| {
            let ours: Vec<_> = entries(self, side).collect();
            let theirs: Vec<_> = entries(other, side).collect();
            let mut pairs = ours.iter().zip(&theirs);
            ours.len() == theirs.len() && pairs.all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
        };
        self.schema == other.schema
            && same(self.count, other.count)
            && same(self.sum, other.sum)
            && self.zero_threshold == other.zero_threshold
            && same(self.zero_count, other.zero_count)
            && (!self.has_custom_buckets()
                || sum::same_bounds(&self.custom_values, &other.custom_values))
            && same_side(Side::Positive)
            && same_side(Side::Negative)
    }
}
