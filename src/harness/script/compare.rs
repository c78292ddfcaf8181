//! Whether a result is the expected one.

use std::collections::HashSet;

use crate::case::notation::Sample as Written;
use crate::case::script::{Eval, ExpectedSeries, RemarkKind};
use crate::harness::script::is_scalar;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::number::general;
use crate::promql::quantile::almost_equal;
use crate::promql::series::Series;
use crate::promql::value::{Column, Grid, Sample, Value, is_stale_nan};

/// The relative difference that values may have.
const EPSILON: f64 = 0.000_001;

fn is_close(a: f64, b: f64) -> bool {
    match is_stale_nan(a) || is_stale_nan(b) {
        true => is_stale_nan(a) && is_stale_nan(b),
        false => almost_equal(a, b, EPSILON),
    }
}

/// Compares the result of an instant query.
pub(super) fn instant(eval: &Eval, value: &Value) -> Result<(), String> {
    match value {
        Value::Scalar(values) => scalar(eval, values.first().copied()),
        Value::Text(text) => {
            let wanted = eval.expected.text.as_deref().unwrap_or("");
            match wanted == &**text {
                true => Ok(()),
                false => Err(format!("expected string {wanted:?} but got {text:?}")),
            }
        }
        Value::Vector(columns) => {
            let samples =
                columns.iter().filter_map(|it| Some((&it.labels, it.sample(0)?)));
            vector(eval, samples.collect())
        }
        Value::Matrix(all) => matrix(eval, all),
    }
}

/// Compares the middle step of a range query with what an instant query wants.
pub(super) fn middle(eval: &Eval, value: &Value, instant: &Value) -> Result<(), String> {
    match value {
        Value::Scalar(values) => scalar(eval, values.get(1).copied()),
        Value::Vector(columns) if is_scalar(instant) => {
            scalar(eval, columns.first().and_then(|it| it.float(1)))
        }
        Value::Vector(columns) => {
            let samples =
                columns.iter().filter_map(|it| Some((&it.labels, it.sample(1)?)));
            vector(eval, samples.collect())
        }
        Value::Text(_) | Value::Matrix(_) => Err("not a result of a range query".into()),
    }
}

fn scalar(eval: &Eval, value: Option<f64>) -> Result<(), String> {
    let Some(wanted) = eval.expected.scalar else {
        return Err("expected vector or matrix result, but got a scalar".into());
    };
    let value = value.ok_or("a scalar without a value")?;
    match is_close(wanted, value) {
        true => Ok(()),
        false => {
            let (wanted, value) = (general(wanted), general(value));
            Err(format!("expected scalar {wanted} but got {value}"))
        }
    }
}

fn find<'a>(eval: &'a Eval, labels: &Labels) -> Option<&'a ExpectedSeries> {
    eval.expected.series.iter().find(|it| it.labels == *labels)
}

fn vector(eval: &Eval, samples: Vec<(&Labels, Sample)>) -> Result<(), String> {
    if eval.expected.scalar.is_some() {
        return Err("expected scalar result, but got a vector".into());
    }
    let is_ordered = eval.remarks.iter().any(|it| it.kind == RemarkKind::Ordered);
    let mut seen = HashSet::new();
    for (idx, (labels, sample)) in samples.iter().enumerate() {
        let Some(wanted) = find(eval, labels) else {
            let value = show(sample);
            return Err(format!(
                "unexpected metric {labels} in result, has value {value}"
            ));
        };
        if is_ordered && wanted.place as usize != idx + 1 {
            return Err(format!(
                "expected metric {labels} at position {} but was at {}",
                wanted.place,
                idx + 1
            ));
        }
        let first = wanted.samples.first().unwrap_or(&Written::Gap);
        if !agrees(first, sample) {
            let (wanted, value) = (show_written(first), show(sample));
            return Err(format!("expected {wanted} for {labels} but got {value}"));
        }
        seen.insert(*labels);
    }
    match eval.expected.series.iter().find(|it| !seen.contains(&it.labels)) {
        Some(missing) => Err(format!("expected metric {} not found", missing.labels)),
        None => Ok(()),
    }
}

/// Compares the result of a range query.
pub(super) fn columns(eval: &Eval, value: &Value, grid: Grid) -> Result<(), String> {
    match value {
        Value::Vector(columns) => {
            let all = columns.iter().map(|it| (&it.labels, points(it, grid)));
            timed(eval, all.collect(), grid)
        }
        Value::Scalar(values) => {
            let column = Column::full(Labels::empty(), values.clone());
            let all = vec![(&column.labels, points(&column, grid))];
            timed(eval, all, grid)
        }
        Value::Text(_) | Value::Matrix(_) => Err("not a result of a range query".into()),
    }
}

fn points(column: &Column, grid: Grid) -> Vec<(i64, Sample)> {
    let steps = column.has.iter();
    steps.filter_map(|it| Some((grid.time(it), column.sample(it)?))).collect()
}

fn matrix(eval: &Eval, all: &[Series]) -> Result<(), String> {
    let Some((start, end, step)) = eval.expected.range else {
        return match (all.is_empty(), eval.expected.series.first()) {
            (true, None) => Ok(()),
            (true, Some(it)) => Err(format!("expected metric {} not found", it.labels)),
            (false, _) => Err("got a range vector without `expect range vector`".into()),
        };
    };
    let all = all.iter().map(|it| {
        let floats = it.floats.points();
        let floats = floats.iter().map(|(time, value)| (time, Sample::Float(*value)));
        let histograms = it.histograms.points();
        let histograms = histograms
            .iter()
            .map(|(time, value)| (time, Sample::Histogram(value.clone())));
        let mut points: Vec<_> = floats.chain(histograms).collect();
        points.sort_by_key(|it| it.0);
        (&it.labels, points)
    });
    timed(eval, all.collect(), Grid { start, end, step })
}

/// Compares series whose samples have times.
fn timed(
    eval: &Eval,
    all: Vec<(&Labels, Vec<(i64, Sample)>)>,
    grid: Grid,
) -> Result<(), String> {
    if eval.remarks.iter().any(|it| it.kind == RemarkKind::Ordered) {
        return Err("expected ordered result, but query returned a matrix".into());
    }
    if eval.expected.scalar.is_some() {
        return Err("expected scalar result, but got a matrix".into());
    }
    if !all.is_sorted_by(|a, b| a.0 <= b.0) {
        return Err("matrix results should always be sorted by labels".into());
    }
    let mut seen = HashSet::new();
    for (labels, points) in &all {
        let show_all = || {
            let texts = points.iter().map(|it| format!("{} @[{}]", show(&it.1), it.0));
            texts.collect::<Vec<_>>().join(" ")
        };
        let Some(wanted) = find(eval, labels) else {
            let has = show_all();
            return Err(format!("unexpected metric {labels} in result, has {has}"));
        };
        seen.insert(*labels);
        let n_written = wanted.samples.len();
        let last = grid.start + n_written.saturating_sub(1) as i64 * grid.step;
        if grid.end < last {
            return Err(format!(
                "expected {n_written} points for {labels}, but query time range cannot \
                 return this many points"
            ));
        }
        let written: Vec<(i64, &Written)> = wanted
            .samples
            .iter()
            .enumerate()
            .filter(|it| !matches!(it.1, Written::Gap))
            .map(|(idx, it)| (grid.start + idx as i64 * grid.step, it))
            .collect();
        if written.len() != points.len() {
            return Err(format!(
                "expected {} points for {labels}, but got {}: {}",
                written.len(),
                points.len(),
                show_all()
            ));
        }
        for ((time, wanted), (at, sample)) in written.iter().zip(points) {
            if time != at || !agrees(wanted, sample) {
                return Err(format!(
                    "expected {} @[{time}] for {labels}, but got {} @[{at}] (result has \
                     {})",
                    show_written(wanted),
                    show(sample),
                    show_all()
                ));
            }
        }
    }
    match eval.expected.series.iter().find(|it| !seen.contains(&it.labels)) {
        Some(missing) => Err(format!("expected metric {} not found", missing.labels)),
        None => Ok(()),
    }
}

fn agrees(wanted: &Written, sample: &Sample) -> bool {
    match (wanted, sample) {
        (Written::Float(wanted), Sample::Float(value)) => is_close(*wanted, *value),
        (Written::Histogram(text), Sample::Histogram(value)) => {
            let mut wanted = text.histogram().compacted();
            if text.hint.is_none() {
                wanted.reset_hint = value.reset_hint;
            }
            same_histogram(&wanted, &Histogram::clone(value).compacted())
        }
        // A gap in an instant query is a value of zero.
        (Written::Gap, Sample::Float(value)) => is_close(0.0, *value),
        (_, _) => false,
    }
}

fn same_histogram(a: &Histogram, b: &Histogram) -> bool {
    let close = |a: &[f64], b: &[f64]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_close(*a, *b))
    };
    a.schema == b.schema
        && a.reset_hint == b.reset_hint
        && a.zero_threshold == b.zero_threshold
        && a.custom_values == b.custom_values
        && is_close(a.count, b.count)
        && is_close(a.sum, b.sum)
        && is_close(a.zero_count, b.zero_count)
        && a.positive_spans == b.positive_spans
        && a.negative_spans == b.negative_spans
        && close(&a.positive_buckets, &b.positive_buckets)
        && close(&a.negative_buckets, &b.negative_buckets)
}

fn show(sample: &Sample) -> String {
    match sample {
        Sample::Float(value) => general(*value),
        Sample::Histogram(it) => show_histogram(it),
    }
}

fn show_written(sample: &Written) -> String {
    match sample {
        Written::Gap => "_".into(),
        Written::Float(value) => general(*value),
        Written::Histogram(text) => show_histogram(&text.histogram()),
    }
}

fn show_histogram(histogram: &Histogram) -> String {
    let Histogram { reset_hint, schema, .. } = histogram;
    format!("{histogram} (schema {schema}, {reset_hint:?})")
}
