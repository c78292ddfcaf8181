//! Trends: linear regression and exponential smoothing.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::ErrorKind;
use crate::promql::functions::Function;
use crate::promql::functions::kind::{Kind, Notes, Sweep, Window};
use crate::promql::kahan::Kahan;
use crate::promql::series::Points;
use crate::promql::syntax::types::ValueType::{Matrix, Scalar, Vector};
use crate::promql::value::{Column, Sample};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("deriv", &[Matrix], Vector)
        .sweep(|it, column| lines(it, column, |_, first| first, |_, line| line.0))
        .kind(Kind::Window(deriv)),
    Function::new("predict_linear", &[Matrix, Scalar], Vector)
        .uses_time()
        .sweep(|it, column| {
            let value = |step: usize, (slope, intercept): (f64, f64)| {
                slope * it.scalars[0][step] + intercept
            };
            lines(it, column, |step, _| it.grid.time(step), value);
        })
        .kind(Kind::Window(predict_linear)),
    Function::new("double_exponential_smoothing", &[Matrix, Scalar, Scalar], Vector)
        .experimental(3, 0)
        .instead("holt_winters(v, sf, tf)")
        .kind(Kind::Window(double_exponential_smoothing)),
    Function::new("holt_winters", &[Matrix, Scalar, Scalar], Vector)
        .renamed(3, 0, "double_exponential_smoothing")
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
    let mut places = Places::default();
    places.look(samples.times, at);
    places.line(samples.values)
}

/// Where the samples of a line lie: their times in seconds, counted from a time.
#[derive(Default)]
struct Places {
    /// In milliseconds.
    offsets: Vec<i64>,
    seconds: Vec<f64>,
    sum: f64,
    sum_of_squares: f64,
}

impl Places {
    /// Looks at other times; nothing is computed where they have the same places.
    fn look(&mut self, times: &[i64], at: i64) {
        let offset = |time: &i64| time.wrapping_sub(at);
        let mut all = times.iter().zip(&self.offsets);
        if times.len() == self.offsets.len() && all.all(|(it, old)| offset(it) == *old) {
            return;
        }
        self.offsets.clear();
        self.offsets.extend(times.iter().map(offset));
        self.seconds.clear();
        self.seconds.extend(self.offsets.iter().map(|it| *it as f64 / 1e3));
        let (mut sum, mut squares) = (Kahan::default(), Kahan::default());
        for x in &self.seconds {
            sum.add(*x);
            squares.add(x * x);
        }
        (self.sum, self.sum_of_squares) = (sum.total(), squares.total());
    }

    /// Slope and intercept of the line through values at these places.
    fn line(&self, values: &[f64]) -> (f64, f64) {
        let Some(first) = values.first() else { return (f64::NAN, f64::NAN) };
        if values.iter().skip(1).all(|it| it == first) {
            return match first.is_infinite() {
                true => (f64::NAN, f64::NAN),
                false => (0.0, *first),
            };
        }
        let (mut sum, mut products) = (Kahan::default(), Kahan::default());
        for (x, y) in self.seconds.iter().zip(values) {
            sum.add(*y);
            products.add(x * y);
        }
        let n = values.len() as f64;
        let (x, y) = (self.sum, sum.total());
        let slope = (products.total() - x * y / n) / (self.sum_of_squares - x * x / n);
        (slope, y / n - slope * x / n)
    }
}

/// The lines of all windows, counted from a time that depends on the step and on the
/// first sample's. Where samples come regularly, their places in all windows are the
/// same.
fn lines(
    sweep: &Sweep<'_>,
    column: &mut Column,
    at: impl Fn(usize, i64) -> i64,
    result: impl Fn(usize, (f64, f64)) -> f64,
) {
    let mut places = Places::default();
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        let (from, to) = (*from as usize, *to as usize);
        if to - from < 2 {
            continue;
        }
        let samples = sweep.floats.part(from, to);
        places.look(samples.times, at(step, samples.times[0]));
        column.floats[step] = result(step, places.line(samples.values));
        column.has.set(step);
    }
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
