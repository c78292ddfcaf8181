//! Functions of histograms, classic and native.

use std::collections::HashMap;

use crate::promql::annotation::{AnnotationKind, Monotonicity};
use crate::promql::dialect::Version;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::functions::kind::{self, Kind, Notes, metric_of};
use crate::promql::functions::{Arity, Buckets, Function, native};
use crate::promql::histogram::Histogram;
use crate::promql::labels::{Labels, Symbol};
use crate::promql::number;
use crate::promql::quantile::{Bucket, bucket_fraction, bucket_quantile, nan_first};
use crate::promql::syntax::types::ValueType::{Scalar, String, Vector};
use crate::promql::value::Column;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("histogram_avg", &[Vector], Vector)
        .since(2, 51)
        .instead("histogram_sum(v) / histogram_count(v)")
        .kind(Kind::PerHistogram(|it| it.sum / it.count))
        .buckets(Buckets::Unread),
    Function::new("histogram_count", &[Vector], Vector)
        .since(2, 40)
        .kind(Kind::PerHistogram(|it| it.count))
        .buckets(Buckets::Unread),
    Function::new("histogram_sum", &[Vector], Vector)
        .since(2, 40)
        .kind(Kind::PerHistogram(|it| it.sum))
        .buckets(Buckets::Unread),
    Function::new("histogram_stddev", &[Vector], Vector)
        .since(2, 47)
        .kind(Kind::PerHistogram(|it| native::variance(it).sqrt())),
    Function::new("histogram_stdvar", &[Vector], Vector)
        .since(2, 47)
        .kind(Kind::PerHistogram(native::variance)),
    Function::new("histogram_fraction", &[Scalar, Scalar, Vector], Vector)
        .since(2, 40)
        .kind(Kind::Columns(fraction))
        .buckets(Buckets::Needed),
    Function::new("histogram_quantile", &[Scalar, Vector], Vector)
        .kind(Kind::Columns(quantile))
        .buckets(Buckets::Needed),
    Function::new("histogram_quantiles", &[Vector, String, Scalar, Scalar], Vector)
        .arity(Arity::Optional(9))
        .experimental(3, 11)
        .kind(Kind::Columns(quantiles))
        .buckets(Buckets::Needed),
];

/// The label of a classic histogram's bucket: its upper bound.
const BOUND: &str = "le";

/// The buckets of one classic histogram: its labels without the bound, and the series
/// of each bucket.
struct Classic<'a> {
    labels: Labels,
    buckets: Vec<(f64, &'a Column)>,
    /// Steps at which a native histogram stands in the way.
    hidden: Vec<usize>,
}

impl Classic<'_> {
    /// Puts the buckets of a step into `buckets`; false where there are none.
    fn at(&self, step: usize, buckets: &mut Vec<Bucket>) -> bool {
        buckets.clear();
        if self.hidden.contains(&step) {
            return false;
        }
        buckets.extend(self.buckets.iter().filter_map(|(upper, column)| {
            let count = column.float(step)?;
            Some(Bucket { upper: *upper, count })
        }));
        !buckets.is_empty()
    }
}

/// Sorts the series of a vector into classic histograms (`resetHistograms`). Those
/// without a bound are warned about.
fn classic<'a>(
    columns: &'a [Column],
    notes: &mut Notes<'_>,
    arg: usize,
) -> Vec<Classic<'a>> {
    let mut histograms: Vec<Classic<'a>> = Vec::new();
    let mut by_labels: HashMap<Labels, usize> = HashMap::new();
    let has_floats = |it: &&Column| match it.histograms {
        Some(_) => (0..it.n_steps()).any(|step| it.float(step).is_some()),
        None => it.has.any(),
    };
    for column in columns.iter().filter(has_floats) {
        let bound = column.labels.symbol(BOUND);
        let Some(upper) = bound.and_then(|it| number::parse(it)) else {
            let label = bound.cloned().unwrap_or_else(|| Symbol::from(""));
            let metric = classic_metric(&column.labels, notes);
            notes.add(AnnotationKind::BadBucketLabel { metric, label }, arg);
            continue;
        };
        let labels = column.labels.filter(|it| it != BOUND);
        let idx = *by_labels.entry(labels).or_insert_with_key(|labels| {
            let labels = labels.clone();
            histograms.push(Classic { labels, buckets: Vec::new(), hidden: Vec::new() });
            histograms.len() - 1
        });
        histograms[idx].buckets.push((upper, column));
    }
    for it in &mut histograms {
        it.buckets.sort_by(|a, b| nan_first(&a.0, &b.0));
    }
    histograms
}

/// The metric name, where it is not about to go.
fn known_metric(labels: &Labels, notes: &Notes<'_>) -> Symbol {
    match notes.dialect.features.delayed_name_removal {
        true => metric_of(labels),
        false => Symbol::from(""),
    }
}

/// The metric name of a classic histogram; versions before 3.7 know it always.
fn classic_metric(labels: &Labels, notes: &Notes<'_>) -> Symbol {
    match notes.dialect.has(3, 7) {
        true => known_metric(labels, notes),
        false => metric_of(labels),
    }
}

/// Which argument remarks about native histograms point at: the vector, but the first
/// one in versions before 3.14.
fn remark_arg(vector: usize, notes: &Notes<'_>) -> usize {
    if notes.dialect.has(3, 14) { vector } else { 0 }
}

/// The native histograms of a vector, which `value` is computed of at each step. Where
/// there is a classic one of the same name and labels, neither counts: the step is
/// taken from both, with a warning.
fn native_columns<'a>(
    columns: &'a [Column],
    classics: &mut [Classic<'a>],
    notes: &mut Notes<'_>,
    arg: usize,
    mut value: impl FnMut(&Histogram, usize, &Symbol, &mut Notes<'_>) -> f64,
) -> Vec<Column> {
    let mut results = Vec::new();
    for column in columns.iter().filter(|it| it.histograms.is_some()) {
        let metric = known_metric(&column.labels, notes);
        let mut classic = classics.iter_mut().find(|it| it.labels == column.labels);
        let mut values = result(column.labels.clone(), column.n_steps());
        for step in 0..column.n_steps() {
            let Some(histogram) = column.histogram(step) else { continue };
            if let Some(classic) = &mut classic
                && classic.buckets.iter().any(|it| it.1.float(step).is_some())
            {
                classic.hidden.push(step);
                let metric = classic_metric(&column.labels, notes);
                notes.add(AnnotationKind::MixedClassicNative { metric }, arg);
                continue;
            }
            let found = value(histogram, step, &metric, notes);
            values.set_float(step, found);
        }
        results.push(values);
    }
    results
}

/// `histogram_fraction(lower, upper, v)`
fn fraction(
    vector: kind::Vector<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let [lower, upper] = vector.scalars else { return Ok(Vec::new()) };
    let old = notes.dialect.version < Version::new(3, 8);
    let mut buckets = Vec::new();
    let mut histograms = classic(&vector.columns, notes, 2);
    let of_native =
        |it: &Histogram, step: usize, metric: &Symbol, notes: &mut Notes<'_>| {
            let (lower, upper) = (lower[step], upper[step]);
            let (value, remark) =
                native::fraction(lower, upper, it, metric, notes.dialect);
            let arg = remark_arg(2, notes);
            remark.into_iter().for_each(|it| notes.add(it, arg));
            value
        };
    let mut all = native_columns(&vector.columns, &mut histograms, notes, 2, of_native);
    let results = histograms.iter().map(|it| {
        let mut column = result(it.labels.clone(), vector.grid.n_steps());
        for step in 0..column.n_steps() {
            if it.at(step, &mut buckets) {
                let value = bucket_fraction(lower[step], upper[step], &mut buckets, old);
                column.set_float(step, value);
            }
        }
        column
    });
    all.extend(results);
    Ok(all)
}

fn result(labels: Labels, n_steps: usize) -> Column {
    Column { drop_name: true, ..Column::empty(labels, n_steps) }
}

/// `histogram_quantile(q, v)`
fn quantile(
    vector: kind::Vector<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let [q] = vector.scalars else { return Ok(Vec::new()) };
    warn_of_quantiles(q, notes, 0);
    let mut buckets = Vec::new();
    let mut histograms = classic(&vector.columns, notes, 1);
    let of_native =
        |it: &Histogram, step: usize, metric: &Symbol, notes: &mut Notes<'_>| {
            let (value, remark) = native::quantile(q[step], it, metric);
            let arg = remark_arg(1, notes);
            remark.into_iter().for_each(|it| notes.add(it, arg));
            value
        };
    let mut results =
        native_columns(&vector.columns, &mut histograms, notes, 1, of_native);
    for it in histograms {
        let mut column = result(it.labels.clone(), q.len());
        for (step, q) in q.iter().enumerate() {
            if it.at(step, &mut buckets) {
                let time = vector.grid.time(step);
                column
                    .set_float(step, quantile_at(*q, &it, &mut buckets, time, notes, 1));
            }
        }
        results.push(column);
    }
    Ok(results)
}

/// `histogram_quantiles(v, label, q…)`
fn quantiles(
    vector: kind::Vector<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let [label] = vector.texts else { return Ok(Vec::new()) };
    for (idx, q) in vector.scalars.iter().enumerate() {
        warn_of_quantiles(q, notes, 2 + idx);
    }
    let mut histograms = classic(&vector.columns, notes, 0);
    let n_steps = vector.grid.n_steps();
    let mut buckets = Vec::new();
    let mut results: Vec<Column> = Vec::new();
    for q in vector.scalars {
        let of_native =
            |it: &Histogram, step: usize, metric: &Symbol, notes: &mut Notes<'_>| {
                let (value, remark) = native::quantile(q[step], it, metric);
                remark.into_iter().for_each(|it| notes.add(it, 0));
                value
            };
        let natives =
            native_columns(&vector.columns, &mut histograms, notes, 0, of_native);
        for column in natives {
            for step in column.has.iter() {
                let labels = column.labels.with(label, &number::open_metrics(q[step]));
                let idx = slot(&mut results, labels, n_steps);
                if results[idx].has.get(step) {
                    let time = vector.grid.time(step);
                    let kind = ErrorKind::SameLabelset;
                    return Err(EvalError::at_step(notes.call, time, kind));
                }
                results[idx].set_float(step, column.floats[step]);
            }
        }
    }
    for q in vector.scalars {
        for it in &histograms {
            // A quantile that changes over time goes from one series to another.
            let mut current: Option<(f64, usize)> = None;
            for (step, q) in q.iter().enumerate() {
                if !it.at(step, &mut buckets) {
                    continue;
                }
                let idx = match current {
                    Some((last, idx)) if last == *q => idx,
                    _ => {
                        let labels = it.labels.with(label, &number::open_metrics(*q));
                        slot(&mut results, labels, n_steps)
                    }
                };
                current = Some((*q, idx));
                let time = vector.grid.time(step);
                let value = quantile_at(*q, it, &mut buckets, time, notes, 0);
                if results[idx].has.get(step) {
                    let kind = ErrorKind::SameLabelset;
                    return Err(EvalError::at_step(notes.call, time, kind));
                }
                results[idx].set_float(step, value);
            }
        }
    }
    Ok(results)
}

/// The result with these labels, which is made if need be.
fn slot(results: &mut Vec<Column>, labels: Labels, n_steps: usize) -> usize {
    let known = results.iter().position(|it| it.labels == labels);
    known.unwrap_or_else(|| {
        results.push(result(labels, n_steps));
        results.len() - 1
    })
}

fn warn_of_quantiles(q: &[f64], notes: &mut Notes<'_>, arg: usize) {
    for value in q.iter().copied().filter(|it| !(0.0..=1.0).contains(it)) {
        notes.add(AnnotationKind::InvalidQuantile { value }, arg);
    }
}

fn quantile_at(
    q: f64,
    histogram: &Classic<'_>,
    buckets: &mut Vec<Bucket>,
    time: i64,
    notes: &mut Notes<'_>,
    arg: usize,
) -> f64 {
    let (value, raised) = bucket_quantile(q, buckets);
    if let Some(raised) = raised {
        let monotonicity = Monotonicity {
            metric: classic_metric(&histogram.labels, notes),
            min_time: time,
            max_time: time,
            min_bucket: raised.min,
            max_bucket: raised.max,
            max_diff: raised.diff,
            count: 0,
        };
        notes.add(AnnotationKind::ForcedMonotonicity(monotonicity), arg);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;
    use crate::promql::functions::testing::{check_columns, show_columns};

    const SERIES: &str = r#"
        m_bucket{a="x", le="0.5"} 0 1 _
        m_bucket{a="x", le="1"} 5 2 _
        m_bucket{a="x", le="+Inf"} 10 2 4
        m_bucket{a="y", le="1"} 5 6 7
        m_bucket{a="y", le="+Inf"} 3 2 6
        m_bucket{a="z", le="one"} 3 2 1
        m_sum{a="x"} 3 2 1
    "#;

    const X: &str = r#"{__name__="m_bucket", a="x"}"#;
    const Y: &str = r#"{__name__="m_bucket", a="y"}"#;

    fn check(name: &str, scalars: &[f64], texts: &[&str], want: &[&str]) {
        let Kind::Columns(body) = lookup(name).unwrap().kind else { panic!() };
        let (columns, notes) = check_columns(body, SERIES, scalars, texts).unwrap();
        let mut got = show_columns(&columns);
        got.extend(notes);
        let want: Vec<_> =
            want.iter().map(|it| it.replace("$X", X).replace("$Y", Y)).collect();
        assert_eq!(got, want, "{name} {scalars:?}");
    }

    const BAD: [&str; 2] = [
        "PromQL warning: bucket label \"le\" is missing or has a malformed value of \
         \"one\" for metric name \"m_bucket\"",
        "PromQL warning: bucket label \"le\" is missing or has a malformed value of \"\" \
         for metric name \"m_sum\"",
    ];

    const FORCED: &str = "PromQL info: input to histogram_quantile needed to be fixed \
                          for monotonicity (see https://prometheus.io/docs/prometheus/\
                          latest/querying/functions/#histogram_quantile) for metric name \
                          \"m_bucket\"";

    #[test]
    fn classic_histograms() {
        check(
            "histogram_quantile",
            &[0.5],
            &[],
            &["$X 1 0.5 NaN", "$Y 0.5 0.5 0.5", BAD[0], BAD[1], FORCED],
        );
        let warning = "PromQL warning: quantile value should be between 0 and 1, got -1";
        check(
            "histogram_quantile",
            &[-1.0],
            &[],
            &["$X -Inf -Inf -Inf", "$Y -Inf -Inf -Inf", warning, BAD[0], BAD[1]],
        );
        check(
            "histogram_fraction",
            &[0.0, 0.75],
            &[],
            &["$X 0.25 0.75 0", "$Y 1 1 0.875", BAD[0], BAD[1]],
        );
        let labelled = |of: &str, q: &str| of.replace('}', &format!(", q=\"{q}\"}}"));
        check(
            "histogram_quantiles",
            &[0.5, 1.0],
            &["q"],
            &[
                &format!("{} 1 0.5 NaN", labelled(X, "0.5")),
                &format!("{} 0.5 0.5 0.5", labelled(Y, "0.5")),
                &format!("{} 1 1 NaN", labelled(X, "1.0")),
                &format!("{} 1 1 1", labelled(Y, "1.0")),
                BAD[0],
                BAD[1],
                FORCED,
            ],
        );
    }
}
