//! What native histograms say: quantiles, fractions, deviations, sums over time.

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::dialect::Dialect;
use crate::promql::functions::kind::{Notes, Window};
use crate::promql::functions::rate::Start;
use crate::promql::histogram::{
    Bucket, Histogram, Incompatible, ResetHint, Style, Total, differ,
};
use crate::promql::kahan::Kahan;
use crate::promql::labels::Symbol;
use crate::promql::math;
use crate::promql::value::Sample;

/// A quantile (`HistogramQuantile` in Prometheus `promql/quantile.go`), and a remark
/// about observations that are not numbers.
pub(super) fn quantile(
    q: f64,
    histogram: &Histogram,
    metric: &Symbol,
) -> (f64, Option<AnnotationKind>) {
    if q < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if 1.0 < q {
        return (f64::INFINITY, None);
    }
    if histogram.count == 0.0 || q.is_nan() {
        return (f64::NAN, None);
    }
    // Observations that are not numbers are in no bucket: count from below.
    let has_nan = histogram.sum.is_nan();
    let forward = has_nan || q < 0.5;
    let mut buckets = histogram.all_buckets();
    if !forward {
        buckets.reverse();
    }
    let mut rank = if forward { q } else { 1.0 - q } * histogram.count;
    let mut count = 0.0;
    let mut found = None;
    let mut rest = buckets.iter();
    for bucket in rest.by_ref().filter(|it| it.count != 0.0) {
        count += bucket.count;
        found = Some(*bucket);
        if rank <= count {
            break;
        }
    }
    let nothing = Bucket {
        lower: 0.0,
        upper: 0.0,
        lower_inclusive: false,
        upper_inclusive: false,
        count: 0.0,
    };
    let mut bucket = found.unwrap_or(nothing);
    if histogram.has_custom_buckets() {
        if bucket.lower == f64::NEG_INFINITY {
            if bucket.upper <= 0.0 {
                return (bucket.upper, None);
            }
            bucket.lower = 0.0;
        } else if bucket.upper == f64::INFINITY {
            return (bucket.lower, None);
        }
    } else if bucket.lower < 0.0 && 0.0 < bucket.upper {
        cut_zero(histogram, &mut bucket);
    }
    count = if histogram.count < count { histogram.count } else { count };
    if count < rank {
        return match has_nan {
            true => {
                let metric = metric.clone();
                (f64::NAN, Some(AnnotationKind::QuantileNanResult { metric }))
            }
            false => (bucket.upper, None),
        };
    }
    rank = match forward {
        true => rank - (count - bucket.count),
        false => count - rank,
    };
    let mut remark = None;
    // Prometheus looks at the last bucket from here on where there are more.
    if has_nan {
        for it in rest {
            bucket = *it;
            count += it.count;
        }
        if count < histogram.count {
            let metric = metric.clone();
            remark = Some(AnnotationKind::QuantileNanSkew { metric });
        }
    }
    let share = rank / bucket.count;
    if histogram.has_custom_buckets() || bucket.lower <= 0.0 && 0.0 <= bucket.upper {
        return (bucket.lower + (bucket.upper - bucket.lower) * share, remark);
    }
    let lower = math::log2(bucket.lower.abs());
    let upper = math::log2(bucket.upper.abs());
    let value = match 0.0 < bucket.lower {
        true => math::exp2(lower + (upper - lower) * share),
        false => -math::exp2(upper + (lower - upper) * (1.0 - share)),
    };
    (value, remark)
}

/// The zero bucket lies on one side only where only that side has buckets.
fn cut_zero(histogram: &Histogram, bucket: &mut Bucket) {
    let positive = !histogram.positive_buckets.is_empty();
    let negative = !histogram.negative_buckets.is_empty();
    match (negative, positive) {
        (false, true) => bucket.lower = 0.0,
        (true, false) => bucket.upper = 0.0,
        (_, _) => {}
    }
}

/// The share of observations between two values (`HistogramFraction`), and a remark
/// about those that are not numbers.
pub(super) fn fraction(
    lower: f64,
    upper: f64,
    histogram: &Histogram,
    metric: &Symbol,
    dialect: &Dialect,
) -> (f64, Option<AnnotationKind>) {
    if histogram.count == 0.0 || lower.is_nan() || upper.is_nan() {
        return (f64::NAN, None);
    }
    if upper <= lower {
        return (0.0, None);
    }
    let (mut count, mut rank) = (0.0, 0.0);
    let (mut lower_rank, mut upper_rank) = (None, None);
    let buckets = histogram.all_buckets();
    let mut rest = buckets.iter();
    for bucket in rest.by_ref() {
        let mut bucket = *bucket;
        count += bucket.count;
        let is_zero = bucket.lower <= 0.0 && 0.0 <= bucket.upper;
        if is_zero {
            cut_zero(histogram, &mut bucket);
        }
        let linear = histogram.has_custom_buckets() || is_zero;
        let is_endless = bucket.lower == f64::NEG_INFINITY && dialect.has(3, 8);
        let rank_at = |value: f64| match linear {
            // Nothing is known of how an endless bucket is filled.
            true if is_endless => bucket.count,
            true if !dialect.has(3, 11) => {
                let width = bucket.upper - bucket.lower;
                rank + bucket.count * (value - bucket.lower) / width
            }
            _ => rank + bucket.count * bucket.share_below(value, linear),
        };
        let find = |slot: &mut Option<f64>, value: f64| {
            if slot.is_none() && value <= bucket.lower {
                *slot = Some(rank);
            }
        };
        find(&mut lower_rank, lower);
        find(&mut upper_rank, upper);
        if lower_rank.is_some() && upper_rank.is_some() {
            break;
        }
        for (slot, value) in [(&mut lower_rank, lower), (&mut upper_rank, upper)] {
            if slot.is_none() && bucket.lower < value && value < bucket.upper {
                *slot = Some(rank_at(value));
            }
        }
        if lower_rank.is_some() && upper_rank.is_some() {
            break;
        }
        rank += bucket.count;
    }
    let mut remark = None;
    match histogram.sum.is_nan() {
        true => {
            count += rest.map(|it| it.count).sum::<f64>();
            if count < histogram.count {
                let metric = metric.clone();
                remark = Some(AnnotationKind::FractionNans { metric });
            }
        }
        false => count = histogram.count,
    }
    let end = |rank: Option<f64>| rank.filter(|it| *it <= count).unwrap_or(count);
    ((end(upper_rank) - end(lower_rank)) / histogram.count, remark)
}

/// The mean squared deviation of the observations, taken at the middles of buckets.
pub(super) fn variance(histogram: &Histogram) -> f64 {
    let mean = histogram.sum / histogram.count;
    let mut variance = Kahan::default();
    for bucket in histogram.all_buckets().into_iter().filter(|it| it.count != 0.0) {
        let Bucket { lower, upper, count, .. } = bucket;
        let middle = if histogram.has_custom_buckets() {
            (upper + lower) / 2.0
        } else if lower <= 0.0 && 0.0 <= upper {
            0.0
        } else {
            let middle = (upper * lower).sqrt();
            if upper < 0.0 { -middle } else { middle }
        };
        let delta = middle - mean;
        variance.add(count * delta * delta);
    }
    variance.total() / histogram.count
}

/// The sum or mean of the histograms of a window.
pub(super) fn total(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    is_mean: bool,
) -> Option<Sample> {
    let (first, rest) = window.histograms.values.split_first()?;
    let mut total = Total::new(first, is_mean, Style::of(notes.dialect));
    for it in rest {
        if total.add(it).is_err() {
            incompatible(window.metric(), (first, it), notes);
            return None;
        }
    }
    let (histogram, remarks) = total.finish();
    let at = notes.args.first().copied().unwrap_or(notes.call);
    notes.annotations.remarks(remarks, HistogramOp::Aggregation, at);
    Some(Sample::Histogram(Arc::new(histogram)))
}

/// Says why two histograms cannot be combined.
pub(super) fn incompatible(
    metric: Symbol,
    (a, b): (&Histogram, &Histogram),
    notes: &mut Notes<'_>,
) {
    let kind = match a.has_custom_buckets() && b.has_custom_buckets() {
        true => AnnotationKind::IncompatibleCustomBuckets { metric },
        false => AnnotationKind::MixedExponentialCustom { metric },
    };
    notes.add(kind, 0);
}

/// The change between the last two histograms of a window; per second and aware of
/// resets if `rate`.
pub(super) fn last_change(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    rate: bool,
) -> Option<Sample> {
    let points = window.histograms;
    let last = points.len().checked_sub(1)?;
    let before = last.checked_sub(1)?;
    let interval = points.times[last] - points.times[before];
    if interval == 0 {
        return None;
    }
    let (old, new) = (&points.values[before], &points.values[last]);
    let gauge = |it: &Histogram| it.reset_hint == ResetHint::Gauge;
    let metric = window.metric();
    match rate {
        true if gauge(old) || gauge(new) => {
            notes.add(AnnotationKind::NativeNotCounter { metric: metric.clone() }, 0);
        }
        false if !gauge(old) || !gauge(new) => {
            notes.add(AnnotationKind::NativeNotGauge { metric: metric.clone() }, 0);
        }
        _ => {}
    }
    let starts = Start::of(points, last).is_reset_since(Start::of(points, before));
    let style = Style::of(notes.dialect);
    let mut change = match rate && (starts || style.is_reset(old, new)) {
        true => Histogram::clone(new),
        false if !style.reconciles && differ(old, new) => {
            incompatible(metric, (old, new), notes);
            return None;
        }
        false => match new.minus(old) {
            Ok((change, remarks)) => {
                if remarks.reconciled {
                    let op = HistogramOp::Subtraction;
                    notes.add(AnnotationKind::MismatchedCustomBuckets { op }, 0);
                }
                change
            }
            Err(Incompatible) => {
                notes.add(AnnotationKind::MixedExponentialCustom { metric }, 0);
                return None;
            }
        },
    };
    change.reset_hint = ResetHint::Gauge;
    change.compact();
    if rate {
        change = change.divided(interval as f64 / 1000.0);
    }
    Some(Sample::Histogram(Arc::new(change)))
}
