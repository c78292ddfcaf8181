//! Trends: linear regression and exponential smoothing.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::ErrorKind;
use crate::promql::functions::Function;
use crate::promql::functions::kind::{Kind, Notes, Window};
use crate::promql::kahan::Sums;
use crate::promql::series::Points;
use crate::promql::syntax::types::ValueType::{Matrix, Scalar, Vector};
use crate::promql::value::Sample;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("deriv", &[Matrix], Vector).kind(Kind::Window(deriv)),
    Function::new("predict_linear", &[Matrix, Scalar], Vector)
        .uses_time()
        .kind(Kind::Window(predict_linear)),
    Function::new("double_exponential_smoothing", &[Matrix, Scalar, Scalar], Vector)
        .experimental(3, 0)
        .kind(Kind::Window(double_exponential_smoothing)),
];

fn deriv(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
    let floats = trend(window, notes)?;
    // Times near zero keep the sums precise.
    let (start, _) = floats.first()?;
    let (slope, _) = linear_regression(floats, start);
    Some(slope.into())
}

fn predict_linear(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
    let floats = trend(window, notes)?;
    let (slope, intercept) = linear_regression(floats, window.time);
    Some((slope * *window.scalars.first()? + intercept).into())
}

/// The floats, if there are enough for a trend.
fn trend<'a>(window: &Window<'a>, notes: &mut Notes<'_>) -> Option<Points<'a, f64>> {
    if window.floats.is_empty() {
        return None;
    }
    if !window.histograms.is_empty() {
        let metric = window.metric();
        notes.add(AnnotationKind::IgnoredInMixedRange { metric }, 0);
    }
    (2 <= window.floats.len()).then_some(window.floats)
}

/// The least-squares line through samples: its slope per second, and its value at a
/// time in milliseconds.
pub fn linear_regression(samples: Points<'_, f64>, at: i64) -> (f64, f64) {
    let Some((_, first)) = samples.first() else { return (f64::NAN, f64::NAN) };
    if samples.values.iter().skip(1).all(|it| it == first) {
        return match first.is_infinite() {
            true => (f64::NAN, f64::NAN),
            false => (0.0, *first),
        };
    }
    let mut sums: Sums<4> = Sums::zero();
    for (time, y) in samples.iter() {
        let x = (time.wrapping_sub(at)) as f64 / 1e3;
        sums.add([x, *y, x * y, x * x]);
    }
    let n = samples.len() as f64;
    let [x, y, xy, xx] = sums.totals();
    let slope = (xy - x * y / n) / (xx - x * x / n);
    (slope, y / n - slope * x / n)
}

fn double_exponential_smoothing(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
) -> Option<Sample> {
    let &[smoothing, trend_factor] = window.scalars else { return None };
    for (what, value) in [("smoothing", smoothing), ("trend", trend_factor)] {
        // NaN passes, as in Prometheus.
        if value <= 0.0 || value >= 1.0 {
            let short = &what[..1];
            return notes.fail(ErrorKind::Other(format!(
                "invalid {what} factor. Expected: 0 < {short}f < 1, got: {}",
                fixed(value)
            )));
        }
    }
    let floats = trend(window, notes)?;
    let (first, second) = (floats.values[0], floats.values[1]);
    let (mut before, mut smoothed) = (0.0, first);
    let mut slope = second - first;
    for (idx, value) in floats.values.iter().enumerate().skip(1) {
        if 1 < idx {
            slope = trend_factor * (smoothed - before) + (1.0 - trend_factor) * slope;
        }
        let next = smoothing * value + (1.0 - smoothing) * (smoothed + slope);
        (before, smoothed) = (smoothed, next);
    }
    Some(smoothed.into())
}

/// Go's `%f`.
fn fixed(value: f64) -> String {
    match value {
        f64::INFINITY => "+Inf".into(),
        f64::NEG_INFINITY => "-Inf".into(),
        it => format!("{it:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;
    use crate::promql::functions::testing::{Case, check_windows};

    const TIMES: [i64; 5] = [60_000, 120_000, 180_000, 240_000, 300_000];
    const INF: f64 = f64::INFINITY;

    #[test]
    fn trends() {
        let smoothing = "double_exponential_smoothing";
        let cases: &[(&str, &[f64], &[f64], &str)] = &[
            ("deriv", &[], &[1.0], "none"),
            ("deriv", &[], &[0.0, 60.0, 120.0], "1"),
            ("deriv", &[], &[7.0, 7.0], "0"),
            ("deriv", &[], &[INF, INF], "NaN"),
            ("deriv", &[], &[1.0, f64::NAN], "NaN"),
            ("predict_linear", &[60.0], &[0.0, 60.0, 120.0, 180.0, 240.0], "300"),
            ("predict_linear", &[60.0], &[7.0, 7.0], "7"),
            (smoothing, &[0.5, 0.5], &[1.0], "none"),
            (smoothing, &[0.5, 0.5], &[1.0, 2.0, 3.0, 4.0], "4"),
            (smoothing, &[0.1, 0.9], &[1.0, 5.0, 2.0], "8.299999999999999"),
            (
                smoothing,
                &[1.0, 0.5],
                &[1.0, 2.0],
                "error: invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000",
            ),
            (
                smoothing,
                &[0.5, -INF],
                &[1.0, 2.0],
                "error: invalid trend factor. Expected: 0 < tf < 1, got: -Inf",
            ),
        ];
        for (name, scalars, values, want) in cases {
            let Kind::Window(body) = lookup(name).unwrap().kind else { panic!() };
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
