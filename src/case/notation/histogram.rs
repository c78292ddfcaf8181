//! Native histograms as tests write them: `{{schema:0 count:4 buckets:[1 2 1]}}`.
//!
//! Only what is written; the histogram itself is built from it where it is needed
//! (`promql/parser/parse.go`, `buildHistogramFromMap`).

use std::fmt;

use crate::case::notation::MAX_BUCKETS;
use crate::promql::histogram::{BucketSpan, Histogram, ResetHint, Side};

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

impl HistogramText {
    /// The histogram that is described.
    pub fn histogram(&self) -> Histogram {
        let spans = |buckets: &[f64], offset: i32| match buckets.len() {
            0 => Vec::new(),
            n => vec![BucketSpan { offset, length: n as u32 }],
        };
        Histogram {
            reset_hint: match self.hint {
                None | Some(Hint::Unknown) => ResetHint::Unknown,
                Some(Hint::Reset) => ResetHint::Reset,
                Some(Hint::NotReset) => ResetHint::NotReset,
                Some(Hint::Gauge) => ResetHint::Gauge,
            },
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: self.zero_count,
            count: self.count,
            sum: self.sum,
            positive_spans: spans(&self.positive, self.positive_offset),
            positive_buckets: self.positive.clone(),
            negative_spans: spans(&self.negative, self.negative_offset),
            negative_buckets: self.negative.clone(),
            custom_values: self.custom_values.clone(),
        }
    }

    /// The description of a histogram, with the hint as it is to be written.
    fn describe(histogram: &Histogram, hint: Option<Hint>) -> HistogramText {
        let (positive_offset, positive) = histogram.dense(Side::Positive);
        let (negative_offset, negative) = histogram.dense(Side::Negative);
        HistogramText {
            schema: histogram.schema,
            sum: histogram.sum,
            count: histogram.count,
            zero_count: histogram.zero_count,
            zero_threshold: histogram.zero_threshold,
            positive,
            positive_offset,
            negative,
            negative_offset,
            custom_values: histogram.custom_values.clone(),
            hint,
        }
    }

    /// The next one in a series that rises, or falls, by `step`; none where the two
    /// cannot be combined.
    pub(super) fn next(
        &self,
        step: &HistogramText,
        rises: bool,
    ) -> Option<HistogramText> {
        let (this, step) = (self.histogram(), step.histogram());
        if step.schema < this.schema && !step.has_custom_buckets() {
            return None;
        }
        let (next, _) = match rises {
            true => this.plus(&step).ok()?,
            false => this.minus(&step).ok()?,
        };
        let is_wide = |it| MAX_BUCKETS < next.width(it);
        if is_wide(Side::Positive) || is_wide(Side::Negative) {
            return None;
        }
        Some(HistogramText::describe(&next, self.hint))
    }
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
