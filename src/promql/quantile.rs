//! Quantiles of samples and of classic histograms (Prometheus `promql/quantile.go`).

use std::cmp::Ordering;

use crate::promql::gosort;

/// Counts of neighbouring buckets that differ by less than this, relatively, differ by
/// rounding only.
const SMALL_DELTA: f64 = 1e-12;

/// The order of samples in quantiles and `topk`: NaN before all else, `-0` beside `0`.
pub fn nan_first(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// What a quantile is whatever the data: NaN, or infinite outside of 0 to 1.
fn degenerate(q: f64) -> Option<f64> {
    match q {
        it if it.is_nan() => Some(f64::NAN),
        it if it < 0.0 => Some(f64::NEG_INFINITY),
        it if it > 1.0 => Some(f64::INFINITY),
        _ => None,
    }
}

/// The `q`-quantile of some values, whose order is changed by this.
pub fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    if let Some(it) = degenerate(q) {
        return it;
    }
    let last = values.len() - 1;
    let rank = q * last as f64;
    let lower = rank.floor();
    let weight = rank - lower;
    let lower = (lower as usize).min(last);
    let upper = (lower + 1).min(last);
    let (low, high) = neighbours(values, lower, upper);
    low * (1.0 - weight) + high * weight
}

/// Two values that follow each other in order, or the same one twice.
fn neighbours(values: &mut [f64], lower: usize, upper: usize) -> (f64, f64) {
    // Where equal values can differ, and NaN, their order is that of Go's sorting.
    if values.iter().any(|it| it.is_nan() || it.to_bits() == (-0.0f64).to_bits()) {
        gosort::sort(values, |a, b| a.is_nan() || a < b);
        return (values[lower], values[upper]);
    }
    let (_, low, above) = values.select_nth_unstable_by(lower, f64::total_cmp);
    let low = *low;
    match lower == upper {
        true => (low, low),
        false => (low, above.iter().copied().fold(f64::INFINITY, f64::min)),
    }
}

/// A bucket of a classic histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The upper bound, inclusive.
    pub upper: f64,
    /// The observations up to there.
    pub count: f64,
}

/// Where the counts of buckets had to be raised, since a higher bucket cannot have
/// counted less than a lower one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raised {
    /// The lowest upper bound.
    pub min: f64,
    /// The highest upper bound.
    pub max: f64,
    /// By how much at most.
    pub diff: f64,
}

/// Sorts buckets by their bounds and adds up those of equal bounds; `None` unless the
/// last one is `+Inf`.
fn normalize(buckets: &mut Vec<Bucket>) -> Option<()> {
    buckets.sort_by(|a, b| nan_first(&a.upper, &b.upper));
    if buckets.last()?.upper != f64::INFINITY {
        return None;
    }
    buckets.dedup_by(|it, kept| {
        let same = it.upper == kept.upper;
        if same {
            kept.count += it.count;
        }
        same
    });
    Some(())
}

/// The `q`-quantile of a classic histogram (`BucketQuantile`), and where its counts had
/// to be raised for it. The buckets are sorted and changed by this.
pub fn bucket_quantile(q: f64, buckets: &mut Vec<Bucket>) -> (f64, Option<Raised>) {
    if let Some(it) = degenerate(q) {
        return (it, None);
    }
    if normalize(buckets).is_none() {
        return (f64::NAN, None);
    }
    let raised = raise(buckets);
    (quantile_of_cumulative(q, buckets), raised)
}

/// The quantile of sorted buckets with rising counts.
fn quantile_of_cumulative(q: f64, buckets: &[Bucket]) -> f64 {
    let [lower @ .., last] = buckets else { return f64::NAN };
    let [first, ..] = lower else { return f64::NAN };
    if last.count == 0.0 {
        return f64::NAN;
    }
    let rank = q * last.count;
    // Prometheus searches for the first count that is not below the rank; NaN counts
    // are below nothing, so the condition must stay as it is.
    let at = search(lower.len(), |idx| lower[idx].count >= rank);
    match at {
        _ if at == lower.len() => lower[at - 1].upper,
        0 if first.upper <= 0.0 => first.upper,
        0 => first.upper * (rank / first.count),
        _ => {
            let (below, here) = (lower[at - 1], lower[at]);
            let share = (rank - below.count) / (here.count - below.count);
            below.upper + (here.upper - below.upper) * share
        }
    }
}

/// The first index below `n` for which `holds`, by bisection; `n` if there is none.
/// Unlike the standard library's search it is defined for predicates that are not
/// monotonic.
pub fn search(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let mid = low + (high - low) / 2;
        match holds(mid) {
            true => high = mid,
            false => low = mid + 1,
        }
    }
    low
}

/// Makes counts rise with the bounds; tiny differences are levelled without a word.
fn raise(buckets: &mut [Bucket]) -> Option<Raised> {
    let mut raised: Option<Raised> = None;
    let (first, rest) = buckets.split_first_mut()?;
    let mut count = first.count;
    for it in rest {
        if it.count == count {
            continue;
        }
        if almost_equal(count, it.count, SMALL_DELTA) {
            it.count = count;
            continue;
        }
        if it.count < count {
            let diff = count - it.count;
            it.count = count;
            let so_far = raised.get_or_insert(Raised {
                min: f64::INFINITY,
                max: f64::NEG_INFINITY,
                diff: 0.0,
            });
            so_far.min = so_far.min.min(it.upper);
            so_far.max = so_far.max.max(it.upper);
            so_far.diff = so_far.diff.max(diff);
            continue;
        }
        count = it.count;
    }
    raised
}

/// Whether two values are equal but for rounding (Prometheus `util/almost`).
pub fn almost_equal(a: f64, b: f64, epsilon: f64) -> bool {
    if a == b || a.is_nan() && b.is_nan() {
        return true;
    }
    let sum = a.abs() + b.abs();
    let diff = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return diff < epsilon * f64::MIN_POSITIVE;
    }
    diff / sum.min(f64::MAX) < epsilon
}

/// The share of a classic histogram's observations between two values
/// (`BucketFraction`). Before 3.8 (`old`) the first bucket began at `-Inf` always.
pub fn bucket_fraction(
    lower: f64,
    upper: f64,
    buckets: &mut Vec<Bucket>,
    old: bool,
) -> f64 {
    if normalize(buckets).is_none() {
        return f64::NAN;
    }
    let total = buckets.last().map_or(0.0, |it| it.count);
    if total == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let below = |value| match observations_below(value, buckets, old) {
        it if it > total => total,
        it => it,
    };
    (below(upper) - below(lower)) / total
}

/// How many observations lie below a value, interpolated inside its bucket.
fn observations_below(value: f64, buckets: &[Bucket], old: bool) -> f64 {
    let positive = !old && buckets.first().is_some_and(|it| it.upper > 0.0);
    let mut start = if positive { 0.0 } else { f64::NEG_INFINITY };
    let mut rank = 0.0;
    for it in buckets {
        if start >= value {
            return rank;
        }
        if start < value && it.upper > value {
            return match start == f64::NEG_INFINITY && !old {
                true => it.count,
                false => rank + (it.count - rank) * (value - start) / (it.upper - start),
            };
        }
        rank = it.count;
        start = it.upper;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(pairs: &[(f64, f64)]) -> Vec<Bucket> {
        pairs.iter().map(|it| Bucket { upper: it.0, count: it.1 }).collect()
    }

    type Pairs = &'static [(f64, f64)];

    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;

    #[test]
    fn quantiles_of_samples() {
        let cases: &[(f64, &[f64], f64)] = &[
            (0.5, &[], NAN),
            (NAN, &[1.0], NAN),
            (-0.1, &[1.0], -INF),
            (1.1, &[1.0], INF),
            (0.0, &[3.0, 1.0, 2.0], 1.0),
            (1.0, &[3.0, 1.0, 2.0], 3.0),
            (0.5, &[4.0, 1.0], 2.5),
            (0.3, &[1.0, 2.0, 3.0], 1.6),
            (0.0, &[1.0, NAN], NAN),
            (1.0, &[1.0, NAN, 5.0], 5.0),
        ];
        for (q, values, want) in cases {
            let got = quantile(*q, &mut values.to_vec());
            assert_eq!(got.to_string(), want.to_string(), "{q} of {values:?}");
        }
    }

    #[test]
    fn quantiles_of_classic_histograms() {
        let cases: &[(f64, Pairs, f64)] = &[
            (0.5, &[], NAN),
            (0.5, &[(1.0, 5.0), (2.0, 10.0)], NAN),
            (0.5, &[(INF, 10.0)], NAN),
            (0.5, &[(1.0, 0.0), (INF, 0.0)], NAN),
            (-0.5, &[], -INF),
            (1.5, &[], INF),
            (NAN, &[], NAN),
            (0.5, &[(1.0, 5.0), (INF, 10.0)], 1.0),
            (0.25, &[(INF, 10.0), (1.0, 5.0)], 0.5),
            (0.9, &[(1.0, 5.0), (INF, 10.0)], 1.0),
            (0.1, &[(-1.0, 5.0), (INF, 10.0)], -1.0),
            (0.75, &[(1.0, 5.0), (3.0, 10.0), (INF, 10.0)], 2.0),
            (0.5, &[(1.0, 2.0), (1.0, 3.0), (INF, 10.0)], 1.0),
            (1.0, &[(1.0, NAN), (2.0, 5.0), (INF, 10.0)], 2.0),
        ];
        for (q, pairs, want) in cases {
            let got = bucket_quantile(*q, &mut buckets(pairs)).0;
            assert_eq!(got.to_string(), want.to_string(), "{q} of {pairs:?}");
        }
    }

    #[test]
    fn counts_that_fall_are_raised() {
        let falling = [(1.0, 10.0), (2.0, 8.0), (3.0, 9.0), (4.0, 12.0), (INF, 11.0)];
        let (got, raised) = bucket_quantile(1.0, &mut buckets(&falling));
        assert_eq!(got, 4.0);
        assert_eq!(raised, Some(Raised { min: 2.0, max: INF, diff: 2.0 }));
        let rounding = [(1.0, 10.0), (2.0, 10.0 - 1e-13), (INF, 10.0)];
        assert_eq!(bucket_quantile(0.5, &mut buckets(&rounding)), (0.5, None));
    }

    #[test]
    fn fractions_of_classic_histograms() {
        let some: Pairs = &[(1.0, 5.0), (3.0, 15.0), (INF, 20.0)];
        let negative: Pairs = &[(-1.0, 5.0), (1.0, 15.0), (INF, 20.0)];
        let cases: &[(f64, f64, Pairs, f64)] = &[
            (0.0, 1.0, &[], NAN),
            (0.0, 1.0, &[(1.0, 5.0)], NAN),
            (0.0, 1.0, &[(INF, 0.0)], NAN),
            (NAN, 1.0, some, NAN),
            (2.0, 1.0, some, 0.0),
            (0.0, 1.0, some, 0.25),
            (0.5, 2.0, some, 0.375),
            (-5.0, 0.5, some, 0.125),
            (2.0, INF, some, 0.5),
            (-INF, INF, some, 1.0),
            (4.0, 5.0, some, 0.0),
            (-2.0, 0.0, negative, 0.25),
            (-INF, 0.0, negative, 0.5),
        ];
        for (lower, upper, pairs, want) in cases {
            let got = bucket_fraction(*lower, *upper, &mut buckets(pairs), false);
            let what = format!("{lower} to {upper} of {pairs:?}");
            assert_eq!(got.to_string(), want.to_string(), "{what}");
        }
        assert!(bucket_fraction(0.5, 2.0, &mut buckets(some), true).is_nan());
    }
}
