//! Native histograms as tests write them: `{{schema:0 count:4 buckets:[1 2 1]}}`.
//!
//! Only what is written; the histogram itself is built from it where it is needed
//! (`promql/parser/parse.go`, `buildHistogramFromMap`).

use std::fmt;

/// What a histogram description says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramText {
    /// `schema`
    pub schema: i32,
    /// `sum`
    pub sum: f64,
    /// `count`
    pub count: f64,
    /// `z_bucket`: the count of the zero bucket.
    pub zero_count: f64,
    /// `z_bucket_w`: the width of the zero bucket.
    pub zero_threshold: f64,
    /// `buckets`: counts of consecutive buckets.
    pub positive: Vec<f64>,
    /// `offset`: index of the first of them.
    pub positive_offset: i32,
    /// `n_buckets`
    pub negative: Vec<f64>,
    /// `n_offset`
    pub negative_offset: i32,
    /// `custom_values`: upper bounds, for schema -53.
    pub custom_values: Vec<f64>,
    /// `counter_reset_hint`, if it is written.
    pub hint: Option<Hint>,
}

/// `counter_reset_hint`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// `unknown`
    Unknown,
    /// `reset`
    Reset,
    /// `not_reset`
    NotReset,
    /// `gauge`
    Gauge,
}

impl Hint {
    pub(super) fn from_name(name: &str) -> Option<Hint> {
        match name {
            "unknown" => Some(Hint::Unknown),
            "reset" => Some(Hint::Reset),
            "not_reset" => Some(Hint::NotReset),
            "gauge" => Some(Hint::Gauge),
            _ => None,
        }
    }
}

/// A key of a histogram description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Schema,
    Sum,
    Count,
    ZeroBucket,
    ZeroWidth,
    Buckets,
    Offset,
    NegativeBuckets,
    NegativeOffset,
    CustomValues,
    CounterResetHint,
}

impl Key {
    pub(super) const NAMES: [&str; 11] = [
        "schema",
        "sum",
        "count",
        "z_bucket",
        "z_bucket_w",
        "buckets",
        "offset",
        "n_buckets",
        "n_offset",
        "custom_values",
        "counter_reset_hint",
    ];

    const ALL: [Key; 11] = [
        Key::Schema,
        Key::Sum,
        Key::Count,
        Key::ZeroBucket,
        Key::ZeroWidth,
        Key::Buckets,
        Key::Offset,
        Key::NegativeBuckets,
        Key::NegativeOffset,
        Key::CustomValues,
        Key::CounterResetHint,
    ];

    pub(super) fn from_name(name: &str) -> Option<Key> {
        let idx = Key::NAMES.iter().position(|it| *it == name)?;
        Some(Key::ALL[idx])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let idx = Key::ALL.iter().position(|it| it == self).unwrap_or(0);
        f.write_str(Key::NAMES[idx])
    }
}
