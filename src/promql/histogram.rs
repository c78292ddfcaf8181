//! Native histograms: the data.
//!
//! Mirrors the fields of `FloatHistogram` in Prometheus `model/histogram`. A histogram
//! of integers is one of floats here, as in the engine of Prometheus.

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
}
