//! Aggregations over the samples of a window.

use crate::promql::annotation::AnnotationKind;
use crate::promql::dialect::Version;
use crate::promql::functions::kind::{Kind, Notes, Window};
use crate::promql::functions::{Function, native, sweep};
use crate::promql::kahan::Kahan;
use crate::promql::quantile::quantile;
use crate::promql::syntax::types::ValueType::{Matrix, Scalar, Vector};
use crate::promql::value::Sample;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("avg_over_time", &[Matrix], Vector)
        .sweep(|it, column| sweep::sums(it, column, |sum, n| sum / n, mean))
        .kind(Kind::Window(|window, notes| one_kind(window, notes, true, mean))),
    Function::new("sum_over_time", &[Matrix], Vector)
        .sweep(|it, column| sweep::sums(it, column, |sum, _| sum, sum))
        .kind(Kind::Window(|window, notes| one_kind(window, notes, false, sum))),
    Function::new("count_over_time", &[Matrix], Vector)
        .sweep(|it, column| it.each(column, |it| it.len() as f64))
        .kind(Kind::Window(count)),
    Function::new("present_over_time", &[Matrix], Vector)
        .since(2, 29)
        .instead("clamp_max(count_over_time(v), 1)")
        .sweep(|it, column| it.each(column, |_| 1.0))
        .kind(Kind::Window(|_, _| Some(1.0.into()))),
    Function::new("first_over_time", &[Matrix], Vector)
        .keeps_name()
        .experimental(3, 7)
        .promoted(3, 14)
        .sweep(|it, column| it.each(column, |it| it[0]))
        .kind(Kind::Window(first)),
    Function::new("last_over_time", &[Matrix], Vector)
        .keeps_name()
        .since(2, 26)
        .sweep(|it, column| it.each(column, |it| it[it.len() - 1]))
        .kind(Kind::Window(last)),
    Function::new("max_over_time", &[Matrix], Vector)
        .sweep(|it, column| sweep::extremes(it, column, |it, best| it > best))
        .kind(Kind::Window(|window, notes| {
            extreme(window, notes, |it, best| it > best, |_, value| value)
        })),
    Function::new("min_over_time", &[Matrix], Vector)
        .sweep(|it, column| sweep::extremes(it, column, |it, best| it < best))
        .kind(Kind::Window(|window, notes| {
            extreme(window, notes, |it, best| it < best, |_, value| value)
        })),
    Function::new("stddev_over_time", &[Matrix], Vector).kind(Kind::Window(
        |window, notes| floats_only(window, notes, |it| variance(it).sqrt()),
    )),
    Function::new("stdvar_over_time", &[Matrix], Vector)
        .kind(Kind::Window(|window, notes| floats_only(window, notes, variance))),
    Function::new("quantile_over_time", &[Scalar, Matrix], Vector)
        .kind(Kind::Window(quantile_over_time)),
    Function::new("mad_over_time", &[Matrix], Vector)
        .experimental(2, 49)
        .kind(Kind::Window(median_deviation)),
    Function::new("ts_of_first_over_time", &[Matrix], Vector)
        .experimental(3, 7)
        .kind(Kind::Window(time_of_first)),
    Function::new("ts_of_last_over_time", &[Matrix], Vector)
        .experimental(3, 5)
        .kind(Kind::Window(time_of_last)),
    Function::new("ts_of_max_over_time", &[Matrix], Vector).experimental(3, 5).kind(
        Kind::Window(|window, notes| {
            extreme(window, notes, |it, best| it >= best, |time, _| seconds(time))
        }),
    ),
    Function::new("ts_of_min_over_time", &[Matrix], Vector).experimental(3, 5).kind(
        Kind::Window(|window, notes| {
            extreme(window, notes, |it, best| it <= best, |time, _| seconds(time))
        }),
    ),
];

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// A function of floats that leaves histograms out, with an info.
fn floats_only(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    body: impl FnOnce(&[f64]) -> f64,
) -> Option<Sample> {
    if window.floats.is_empty() {
        return None;
    }
    if !window.histograms.is_empty() {
        let metric = window.metric();
        notes.add(AnnotationKind::IgnoredInMixedRange { metric }, 0);
    }
    Some(body(window.floats.values).into())
}

/// A function of floats or of histograms, not of both.
fn one_kind(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    is_mean: bool,
    body: impl FnOnce(&[f64]) -> f64,
) -> Option<Sample> {
    if window.histograms.is_empty() {
        return Some(body(window.floats.values).into());
    }
    if window.floats.is_empty() {
        return native::total(window, notes, is_mean);
    }
    let metric = window.metric();
    notes.add(AnnotationKind::MixedFloatsHistograms { metric }, 0);
    None
}

fn sum(values: &[f64]) -> f64 {
    let mut sum = Kahan::default();
    for it in values {
        sum.add(*it);
    }
    match sum.sum.is_infinite() {
        true => sum.sum,
        false => sum.total(),
    }
}

/// The sum through the number, or a running mean from where the sum would overflow.
fn mean(values: &[f64]) -> f64 {
    let [first, rest @ ..] = values else { return f64::NAN };
    let mut sum = Kahan::from(*first);
    for (idx, it) in rest.iter().enumerate() {
        let mut next = sum;
        next.add(*it);
        if next.sum.is_infinite() {
            return running_mean(sum, idx + 1, &rest[idx..]);
        }
        sum = next;
    }
    let n = values.len() as f64;
    sum.sum / n + sum.lost / n
}

/// The mean of `n` values with a known sum and of some more.
fn running_mean(sum: Kahan, n: usize, rest: &[f64]) -> f64 {
    let mut n = n as f64;
    let mut mean = Kahan { sum: sum.sum / n, lost: sum.lost / n };
    for it in rest {
        n += 1.0;
        let share = (n - 1.0) / n;
        mean = Kahan { sum: share * mean.sum, lost: share * mean.lost };
        mean.add(it / n);
    }
    mean.total()
}

fn variance(values: &[f64]) -> f64 {
    let mut n = 0.0;
    let (mut mean, mut squares) = (Kahan::default(), Kahan::default());
    for it in values {
        n += 1.0;
        let delta = it - mean.total();
        mean.add(delta / n);
        squares.add(delta * (it - mean.total()));
    }
    squares.total() / n
}

fn count(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    let n_samples = window.floats.len() + window.histograms.len();
    Some((n_samples as f64).into())
}

fn first(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    match (window.floats.first(), window.histograms.first()) {
        (Some((time, value)), Some((other, _))) if time < other => Some((*value).into()),
        (_, Some((_, histogram))) => Some(Sample::Histogram(histogram.clone())),
        (Some((_, value)), None) => Some((*value).into()),
        (None, None) => None,
    }
}

fn last(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    match (window.floats.last(), window.histograms.last()) {
        (Some((time, value)), Some((other, _))) if other < time => Some((*value).into()),
        (_, Some((_, histogram))) => Some(Sample::Histogram(histogram.clone())),
        (Some((_, value)), None) => Some((*value).into()),
        (None, None) => None,
    }
}

fn time_of_first(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    let times = [window.floats.times.first(), window.histograms.times.first()];
    times.into_iter().flatten().min().map(|it| seconds(*it).into())
}

fn time_of_last(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    let times = [window.floats.times.last(), window.histograms.times.last()];
    times.into_iter().flatten().max().map(|it| seconds(*it).into())
}

/// The float that no other one beats (NaN only where all are), or its time.
fn extreme(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    beats: fn(f64, f64) -> bool,
    result: fn(i64, f64) -> f64,
) -> Option<Sample> {
    let (mut time, best) = window.floats.first()?;
    let mut best = *best;
    if !window.histograms.is_empty() {
        let metric = window.metric();
        notes.add(AnnotationKind::IgnoredInMixedRange { metric }, 0);
    }
    for (it_time, it) in window.floats.iter() {
        if beats(*it, best) || best.is_nan() {
            (time, best) = (it_time, *it);
        }
    }
    Some(result(time, best).into())
}

fn quantile_over_time(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
    let q = *window.scalars.first()?;
    if window.floats.is_empty() {
        return None;
    }
    if !(0.0..=1.0).contains(&q) {
        notes.add(AnnotationKind::InvalidQuantile { value: q }, 0);
    }
    // Prometheus places both at the first argument, which is the quantile.
    floats_only(window, notes, |it| quantile(q, &mut it.to_vec()))
}

fn median_deviation(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
    // Before, NaN counted as the least value.
    let nan_spreads = Version::new(3, 14) <= notes.dialect.version;
    floats_only(window, notes, |values| {
        if nan_spreads && values.iter().any(|it| it.is_nan()) {
            return f64::NAN;
        }
        let mut values = values.to_vec();
        let median = quantile(0.5, &mut values);
        for it in &mut values {
            *it = (*it - median).abs();
        }
        quantile(0.5, &mut values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;
    use crate::promql::functions::testing::{Case, check_windows};

    const TIMES: [i64; 5] = [60_000, 120_000, 180_000, 240_000, 300_000];
    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;

    #[test]
    fn aggregations_over_time() {
        let big = f64::MAX;
        let cases: &[(&str, &[f64], &[f64], &str)] = &[
            ("sum", &[], &[1.0, 1e100, 1.0, -1e100], "2"),
            ("sum", &[], &[1.0, INF, 1.0], "+Inf"),
            ("sum", &[], &[INF, -INF], "NaN"),
            ("avg", &[], &[1.0, 2.0, 4.0], "2.3333333333333335"),
            ("avg", &[], &[big, big, big], "1.7976931348623155e+308"),
            ("avg", &[], &[big, -big, big, INF], "+Inf"),
            ("avg", &[], &[1.0, NAN], "NaN"),
            ("count", &[], &[NAN, 1.0], "2"),
            ("present", &[], &[NAN], "1"),
            ("first", &[], &[3.0, 4.0], "3"),
            ("last", &[], &[3.0, 4.0], "4"),
            ("max", &[], &[NAN, 3.0, 5.0, NAN], "5"),
            ("max", &[], &[NAN, NAN], "NaN"),
            ("min", &[], &[NAN, 3.0, 5.0, NAN], "3"),
            ("stdvar", &[], &[1.0, 2.0, 4.0, 8.0], "7.1875"),
            ("stddev", &[], &[0.0, 8.0, 8.0, 2.0, 3.0], "3.249615361854384"),
            ("stddev", &[], &[5.0], "0"),
            ("quantile", &[0.5], &[3.0, 1.0, 2.0], "2"),
            (
                "quantile",
                &[2.0],
                &[1.0],
                "+Inf\nPromQL warning: quantile value should be between 0 and 1, got 2",
            ),
            (
                "quantile",
                &[NAN],
                &[1.0],
                "NaN\nPromQL warning: quantile value should be between 0 and 1, got NaN",
            ),
            ("mad", &[], &[1.0, 2.0, 9.0, 4.0], "1.5"),
            ("mad", &[], &[1.0, 2.0, NAN], "NaN"),
            ("ts_of_first", &[], &[1.0, 2.0], "60"),
            ("ts_of_last", &[], &[1.0, 2.0], "120"),
            ("ts_of_max", &[], &[NAN, 3.0, 3.0, 1.0], "180"),
            ("ts_of_min", &[], &[3.0, 1.0, 1.0, NAN], "180"),
        ];
        for (name, scalars, values, want) in cases {
            let function = lookup(&format!("{name}_over_time")).unwrap();
            let Kind::Window(body) = function.kind else { panic!("{name}") };
            let times = &TIMES[..values.len()];
            check_windows(&[Case {
                body,
                times,
                values,
                scalars,
                want,
                ..Case::DEFAULT
            }]);
        }
    }
}
