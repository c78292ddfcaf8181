//! Warnings and infos of an evaluation, with Prometheus's texts.
//!
//! Mirrors Prometheus `util/annotations`: equal texts are one annotation, at the place
//! of the last one. The place is printed only when the query's text is at hand.

use std::fmt;

use crate::promql::histogram::Remarks;
use crate::promql::labels::{Symbol, quote};
use crate::promql::number;
use crate::promql::syntax::ast::{BinaryOp, TextRange};

/// How grave an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gravity {
    /// The result may be wrong.
    Warning,
    /// The author may want to know.
    Info,
}

/// What combined histograms, for the texts that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HistogramOp {
    /// `+`
    Addition,
    /// `-`
    Subtraction,
    /// `sum`, `avg`, …
    Aggregation,
}

/// What an annotation says. A metric name that is not known is empty.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum AnnotationKind {
    InvalidRatio { value: f64, capped: f64 },
    InvalidQuantile { value: f64 },
    BadBucketLabel { metric: Symbol, label: Symbol },
    MixedFloatsHistograms { metric: Symbol },
    MixedFloatsHistogramsAggregation,
    MixedClassicNative { metric: Symbol },
    NativeNotCounter { metric: Symbol },
    NativeNotGauge { metric: Symbol },
    MixedExponentialCustom { metric: Symbol },
    IncompatibleCustomBuckets { metric: Symbol },
    IncompatibleBucketLayout { op: BinaryOp },
    SortInRange,
    PossibleNonCounter { metric: Symbol },
    PossibleNonCounterLabel { metric: Symbol, label: Symbol },
    ForcedMonotonicity(Monotonicity),
    IncompatibleTypes { lhs: &'static str, op: BinaryOp, rhs: &'static str },
    IgnoredInAggregation { aggregation: &'static str },
    IgnoredInMixedRange { metric: Symbol },
    QuantileNanResult { metric: Symbol },
    QuantileNanSkew { metric: Symbol },
    FractionNans { metric: Symbol },
    ResetCollision { op: HistogramOp },
    MismatchedCustomBuckets { op: HistogramOp },
    StartTimeOverlap { metric: Symbol, count: u32 },
}

/// What `histogram_quantile` had to bend.
#[derive(Clone, Debug, PartialEq)]
pub struct Monotonicity {
    /// The metric, where it is known.
    pub metric: Symbol,
    /// The first step, in milliseconds.
    pub min_time: i64,
    /// The last step.
    pub max_time: i64,
    /// The lowest bucket that was raised.
    pub min_bucket: f64,
    /// The highest one.
    pub max_bucket: f64,
    /// By how much at most.
    pub max_diff: f64,
    /// How many times more than once.
    pub count: u32,
}

/// A warning or an info.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// What it says.
    pub kind: AnnotationKind,
    /// The expression that it is about.
    pub at: TextRange,
}

impl AnnotationKind {
    /// Whether this is a warning or an info.
    pub fn gravity(&self) -> Gravity {
        use AnnotationKind::*;
        match self {
            InvalidRatio { .. }
            | InvalidQuantile { .. }
            | BadBucketLabel { .. }
            | MixedFloatsHistograms { .. }
            | MixedFloatsHistogramsAggregation
            | MixedClassicNative { .. }
            | NativeNotCounter { .. }
            | NativeNotGauge { .. }
            | MixedExponentialCustom { .. }
            | IncompatibleCustomBuckets { .. }
            | IncompatibleBucketLayout { .. }
            | SortInRange
            | ResetCollision { .. }
            | StartTimeOverlap { .. } => Gravity::Warning,
            PossibleNonCounter { .. }
            | PossibleNonCounterLabel { .. }
            | ForcedMonotonicity(_)
            | IncompatibleTypes { .. }
            | IgnoredInAggregation { .. }
            | IgnoredInMixedRange { .. }
            | QuantileNanResult { .. }
            | QuantileNanSkew { .. }
            | FractionNans { .. }
            | MismatchedCustomBuckets { .. } => Gravity::Info,
        }
    }
}

/// Prometheus's text without place and details.
impl fmt::Display for AnnotationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use AnnotationKind::*;
        match self.gravity() {
            Gravity::Warning => f.write_str("PromQL warning: ")?,
            Gravity::Info => f.write_str("PromQL info: ")?,
        }
        match self {
            InvalidRatio { value, capped } => write!(
                f,
                "ratio value should be between -1 and 1, got {}, capping to {}",
                number::general(*value),
                number::general(*capped)
            ),
            InvalidQuantile { value } => write!(
                f,
                "quantile value should be between 0 and 1, got {}",
                number::general(*value)
            ),
            BadBucketLabel { metric, label } => {
                let label = quote(label);
                write!(
                    f,
                    "bucket label \"le\" is missing or has a malformed value of {label}"
                )?;
                for_metric(f, metric)
            }
            MixedFloatsHistograms { metric } => write!(
                f,
                "encountered a mix of histograms and floats for metric name {}",
                quote(metric)
            ),
            MixedFloatsHistogramsAggregation => {
                f.write_str("encountered a mix of histograms and floats for aggregation")
            }
            MixedClassicNative { metric } => {
                f.write_str("vector contains a mix of classic and native histograms")?;
                for_metric(f, metric)
            }
            NativeNotCounter { metric } => {
                let metric = quote(metric);
                write!(f, "this native histogram metric is not a counter: {metric}")
            }
            NativeNotGauge { metric } => {
                let metric = quote(metric);
                write!(f, "this native histogram metric is not a gauge: {metric}")
            }
            MixedExponentialCustom { metric } => write!(
                f,
                "vector contains a mix of histograms with exponential and custom \
                 buckets schemas for metric name {}",
                quote(metric)
            ),
            IncompatibleCustomBuckets { metric } => write!(
                f,
                "vector contains histograms with incompatible custom buckets for metric \
                 name {}",
                quote(metric)
            ),
            IncompatibleBucketLayout { op } => write!(
                f,
                "incompatible bucket layout encountered for binary operator {}",
                op.as_str()
            ),
            SortInRange => f.write_str(
                "sort is ineffective for range queries since results are always \
                 ordered by labels",
            ),
            PossibleNonCounter { metric } => write!(
                f,
                "metric might not be a counter, name does not end in \
                 _total/_sum/_count/_bucket: {}",
                quote(metric)
            ),
            PossibleNonCounterLabel { metric, label } => write!(
                f,
                "metric might not be a counter, __type__ label is not set to \
                 \"counter\" or \"histogram\", got {}: {}",
                quote(label),
                quote(metric)
            ),
            ForcedMonotonicity(it) => {
                f.write_str(
                    "input to histogram_quantile needed to be fixed for monotonicity \
                     (see https://prometheus.io/docs/prometheus/latest/querying/\
                     functions/#histogram_quantile)",
                )?;
                for_metric(f, &it.metric)
            }
            IncompatibleTypes { lhs, op, rhs } => {
                let op = op.as_str();
                write!(
                    f,
                    "incompatible sample types encountered for binary operator {}: \
                     {lhs} {op} {rhs}",
                    quote(op)
                )
            }
            IgnoredInAggregation { aggregation } => {
                write!(f, "ignored histogram in {aggregation} aggregation")
            }
            IgnoredInMixedRange { metric } => write!(
                f,
                "ignored histograms in a range containing both floats and histograms \
                 for metric name {}",
                quote(metric)
            ),
            QuantileNanResult { metric } => {
                f.write_str(
                    "input to histogram_quantile has NaN observations, result is NaN",
                )?;
                for_metric(f, metric)
            }
            QuantileNanSkew { metric } => {
                f.write_str(
                    "input to histogram_quantile has NaN observations, result is skewed \
                     higher",
                )?;
                for_metric(f, metric)
            }
            FractionNans { metric } => {
                f.write_str(
                    "input to histogram_fraction has NaN observations, which are \
                     excluded from all fractions",
                )?;
                for_metric(f, metric)
            }
            ResetCollision { op } => {
                write!(f, "conflicting counter resets during histogram {op}")
            }
            MismatchedCustomBuckets { op } => {
                write!(f, "mismatched custom buckets were reconciled during {op}")
            }
            StartTimeOverlap { metric, count: _ } => write!(
                f,
                "sample has start time that overlaps with previous sample timestamp \
                 for metric {}",
                quote(metric)
            ),
        }
    }
}

fn for_metric(f: &mut fmt::Formatter<'_>, metric: &str) -> fmt::Result {
    match metric.is_empty() {
        true => Ok(()),
        false => write!(f, " for metric name {}", quote(metric)),
    }
}

impl fmt::Display for HistogramOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HistogramOp::Addition => "addition",
            HistogramOp::Subtraction => "subtraction",
            HistogramOp::Aggregation => "aggregation",
        })
    }
}

impl Annotation {
    /// The text with details and the place in `query`, as Prometheus's API prints it.
    pub fn in_query(&self, query: &str) -> String {
        let place = place(query, self.at.start as usize);
        match &self.kind {
            AnnotationKind::ForcedMonotonicity(it) => format!(
                "{}, from buckets {} to {}, with a max diff of {}, over {} samples from \
                 {} to {} ({place})",
                self.kind,
                number::general(it.min_bucket),
                number::general(it.max_bucket),
                number::general_digits(it.max_diff, 2),
                it.count + 1,
                rfc3339(it.min_time),
                rfc3339(it.max_time),
            ),
            AnnotationKind::StartTimeOverlap { count, .. } if *count > 1 => {
                format!("{} ({count} occurrences) ({place})", self.kind)
            }
            _ => format!("{} ({place})", self.kind),
        }
    }
}

/// `line:column` of a byte offset, both from 1; columns count bytes as Prometheus does.
fn place(query: &str, offset: usize) -> String {
    let before = &query.as_bytes()[..offset.min(query.len())];
    let line = before.iter().filter(|it| **it == b'\n').count() + 1;
    let start = before.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
    format!("{line}:{}", before.len() - start + 1)
}

fn rfc3339(millis: i64) -> String {
    match chrono::DateTime::from_timestamp(millis.div_euclid(1000), 0) {
        Some(it) => it.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => millis.to_string(),
    }
}

/// The annotations of an evaluation: equal texts once.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    list: Vec<Annotation>,
}

impl Annotations {
    /// None yet.
    pub fn new() -> Annotations {
        Annotations::default()
    }

    /// Adds one; one of the same text before it is replaced or merged.
    pub fn add(&mut self, kind: AnnotationKind, at: TextRange) {
        let same = self.list.iter_mut().rev().find(|it| same_text(&it.kind, &kind));
        let Some(old) = same else {
            self.list.push(Annotation { kind, at });
            return;
        };
        match (&mut old.kind, kind) {
            (
                AnnotationKind::ForcedMonotonicity(old),
                AnnotationKind::ForcedMonotonicity(new),
            ) => {
                old.min_time = old.min_time.min(new.min_time);
                old.max_time = old.max_time.max(new.max_time);
                old.min_bucket = old.min_bucket.min(new.min_bucket);
                old.max_bucket = old.max_bucket.max(new.max_bucket);
                old.max_diff = old.max_diff.max(new.max_diff);
                old.count += new.count + 1;
            }
            (
                AnnotationKind::StartTimeOverlap { count, .. },
                AnnotationKind::StartTimeOverlap { count: more, .. },
            ) => *count += more,
            (_, _) => old.at = at,
        }
    }

    /// Adds what was peculiar about combining native histograms.
    pub fn remarks(&mut self, remarks: Remarks, op: HistogramOp, at: TextRange) {
        if remarks.collision {
            self.add(AnnotationKind::ResetCollision { op }, at);
        }
        if remarks.reconciled {
            self.add(AnnotationKind::MismatchedCustomBuckets { op }, at);
        }
    }

    /// Adds all of another evaluation.
    pub fn merge(&mut self, other: Annotations) {
        for it in other.list {
            self.add(it.kind, it.at);
        }
    }

    /// All, in the order in which they first came.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.list.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Annotation> {
        self.iter().filter(|it| it.kind.gravity() == Gravity::Warning)
    }

    /// The infos.
    pub fn infos(&self) -> impl Iterator<Item = &Annotation> {
        self.iter().filter(|it| it.kind.gravity() == Gravity::Info)
    }
}

/// Whether both print the same text.
fn same_text(a: &AnnotationKind, b: &AnnotationKind) -> bool {
    use AnnotationKind::*;
    match (a, b) {
        (ForcedMonotonicity(a), ForcedMonotonicity(b)) => a.metric == b.metric,
        (StartTimeOverlap { metric: a, .. }, StartTimeOverlap { metric: b, .. }) => {
            a == b
        }
        // NaN prints as itself.
        (InvalidQuantile { value: a }, InvalidQuantile { value: b }) => {
            a == b || a.is_nan() && b.is_nan()
        }
        (a, b) => a == b,
    }
}
