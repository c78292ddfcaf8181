//! Warnings and infos of an evaluation, with Prometheus's texts.
//!
//! Mirrors Prometheus `util/annotations`: equal texts are one annotation, at the place
//! of the last one. The place is printed only when the query's text is at hand.

use std::fmt;

use crate::promql::dialect::Version;
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
    /// The version in whose words it is said.
    pub version: Version,
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
impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.write(f, self.version)
    }
}

impl AnnotationKind {
    /// Whether a version says this.
    fn is_in(&self, version: Version) -> bool {
        match self {
            AnnotationKind::SortInRange => Version::new(3, 11) <= version,
            _ => true,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, version: Version) -> fmt::Result {
        use AnnotationKind::*;
        let for_metric = |f: &mut fmt::Formatter<'_>, metric: &str| match metric
            .is_empty()
            && METRIC_IF_KNOWN <= version
        {
            true => Ok(()),
            false => write!(f, " for metric name {}", quote(metric)),
        };
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
            PossibleNonCounterLabel { metric, label } => {
                let wanted = match Version::new(3, 6) <= version {
                    true => "\"counter\" or \"histogram\"",
                    false => "\"counter\"",
                };
                write!(
                    f,
                    "metric might not be a counter, __type__ label is not set to \
                     {wanted}, got {}: {}",
                    quote(label),
                    quote(metric)
                )
            }
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

/// From this version on a metric is named only where it is known.
const METRIC_IF_KNOWN: Version = Version::new(3, 7);

/// From this version on it is told what `histogram_quantile` bent.
const TELLS_WHAT_WAS_BENT: Version = Version::new(3, 10);

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
            AnnotationKind::ForcedMonotonicity(it)
                if TELLS_WHAT_WAS_BENT <= self.version =>
            {
                format!(
                    "{self}, from buckets {} to {}, with a max diff of {}, over {} samples from \
                 {} to {} ({place})",
                    number::general(it.min_bucket),
                    number::general(it.max_bucket),
                    number::general_digits(it.max_diff, 2),
                    it.count + 1,
                    rfc3339(it.min_time),
                    rfc3339(it.max_time),
                )
            }
            AnnotationKind::StartTimeOverlap { count, .. } if *count > 1 => {
                format!("{self} ({count} occurrences) ({place})")
            }
            _ => format!("{self} ({place})"),
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
#[derive(Clone, Debug)]
pub struct Annotations {
    list: Vec<Annotation>,
    version: Version,
}

impl Annotations {
    /// None yet, of an evaluation as a version does it.
    pub fn new(version: Version) -> Annotations {
        Annotations { list: Vec::new(), version }
    }

    /// Adds one; one of the same text before it is replaced or merged.
    pub fn add(&mut self, kind: AnnotationKind, at: TextRange) {
        let version = self.version;
        if !kind.is_in(version) {
            return;
        }
        let same = self.list.iter_mut().rev().find(|it| same_text(&it.kind, &kind));
        let Some(old) = same else {
            self.list.push(Annotation { kind, at, version });
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

    /// The version in whose words they are said.
    pub fn version(&self) -> Version {
        self.version
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

impl IntoIterator for Annotations {
    type Item = Annotation;
    type IntoIter = std::vec::IntoIter<Annotation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_use_other_words() {
        let none = Symbol::from("");
        let label = Symbol::from("x");
        let monotonicity = Monotonicity {
            metric: none.clone(),
            min_time: 0,
            max_time: 60_000,
            min_bucket: 1.0,
            max_bucket: f64::INFINITY,
            max_diff: 2.0,
            count: 1,
        };
        let all = [
            AnnotationKind::BadBucketLabel { metric: none.clone(), label: label.clone() },
            AnnotationKind::PossibleNonCounterLabel { metric: none, label },
            AnnotationKind::ForcedMonotonicity(monotonicity),
            AnnotationKind::SortInRange,
        ];
        let said = |major, minor| {
            let mut notes = Annotations::new(Version::new(major, minor));
            all.iter().for_each(|it| notes.add(it.clone(), TextRange::new(2, 3)));
            let said: Vec<_> = notes.iter().map(|it| it.in_query("\nabc")).collect();
            said.join("\n")
        };
        let old = r#"
PromQL warning: bucket label "le" is missing or has a malformed value of "x" for metric name "" (2:2)
PromQL info: metric might not be a counter, __type__ label is not set to "counter", got "x": "" (2:2)
PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name "" (2:2)"#;
        let new = r#"
PromQL warning: bucket label "le" is missing or has a malformed value of "x" (2:2)
PromQL info: metric might not be a counter, __type__ label is not set to "counter" or "histogram", got "x": "" (2:2)
PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from buckets 1 to +Inf, with a max diff of 2, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (2:2)
PromQL warning: sort is ineffective for range queries since results are always ordered by labels (2:2)"#;
        assert_eq!(said(3, 5), old.trim_start());
        assert_eq!(said(3, 14), new.trim_start());
    }
}
