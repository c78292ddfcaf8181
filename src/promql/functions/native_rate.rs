//! How fast native histograms rise or change.
//!
//! As `histogramRate` and `extendedHistogramRate` in Prometheus `promql/functions.go`:
//! what floats do in `rate.rs`, on whole histograms.

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::functions::kind::{Extension, Notes, Window};
use crate::promql::functions::rate::{Flavour, Start};
use crate::promql::histogram::{Histogram, Incompatible, Remarks, ResetHint, Style};
use crate::promql::series::Points;

type Histograms<'a> = Points<'a, Arc<Histogram>>;

/// The change over a window that holds histograms only.
pub(super) fn change(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    flavour: Flavour,
) -> Option<Histogram> {
    match window.extension {
        Extension::None => extrapolated(window, notes, flavour),
        Extension::Anchored | Extension::Smoothed => extended(window, notes, flavour),
    }
}

/// Combines, and notes what was peculiar but for conflicting hints: resets are looked
/// for here.
fn noted(
    result: Result<(Histogram, Remarks), Incompatible>,
    op: HistogramOp,
    window: &Window<'_>,
    notes: &mut Notes<'_>,
) -> Option<Histogram> {
    match result {
        Ok((_, remarks))
            if remarks.reconciled && !Style::of(notes.dialect).reconciles =>
        {
            let metric = window.metric();
            notes.add(AnnotationKind::IncompatibleCustomBuckets { metric }, 0);
            None
        }
        Ok((histogram, remarks)) => {
            if remarks.reconciled {
                notes.add(AnnotationKind::MismatchedCustomBuckets { op }, 0);
            }
            Some(histogram)
        }
        Err(Incompatible) => mixed(window, notes),
    }
}

fn mixed<T>(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<T> {
    let metric = window.metric();
    notes.add(AnnotationKind::MixedExponentialCustom { metric }, 0);
    None
}

fn not_counter(window: &Window<'_>, notes: &mut Notes<'_>) {
    let metric = window.metric();
    notes.add(AnnotationKind::NativeNotCounter { metric }, 0);
}

fn is_gauge(histogram: &Histogram) -> bool {
    histogram.reset_hint == ResetHint::Gauge
}

fn extrapolated(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    flavour: Flavour,
) -> Option<Histogram> {
    let points = window.histograms;
    let (first_time, first) = points.first()?;
    let (last_time, _) = points.last()?;
    let mut change = match points.len() {
        1 => None,
        _ => Some(sampled_change(window, notes, flavour.counter)?),
    };

    let to_seconds = |millis: i64| millis as f64 / 1000.0;
    let mut to_start = to_seconds(first_time - window.start);
    let mut to_end = to_seconds(window.end - last_time);
    let mut sampled = to_seconds(last_time - first_time);
    let spacing = match points.len() {
        1 => 0.0,
        n => sampled / (n - 1) as f64,
    };
    let threshold = spacing * 1.1;
    let created = points.starts.first().copied().filter(|it| {
        flavour.counter && *it != 0 && window.start < *it && *it < first_time
    });
    if let Some(created) = created {
        // The counter was zero then: no need to guess.
        to_start = 0.0;
        sampled = to_seconds(last_time - created);
        change = Some(match change {
            None => Histogram::clone(first),
            Some(it) => noted(it.plus(first), HistogramOp::Addition, window, notes)?,
        });
    } else {
        let change = change.as_ref()?;
        if threshold <= to_start {
            to_start = spacing / 2.0;
        }
        let stops = flavour.counter && Style::of(notes.dialect).stops_at_zero;
        if stops && 0.0 < change.count && 0.0 <= first.count {
            let to_zero = sampled * (first.count / change.count);
            if to_zero < to_start {
                to_start = to_zero;
            }
        }
    }
    if threshold <= to_end {
        to_end = spacing / 2.0;
    }
    let mut factor = match sampled == 0.0 {
        true => 1.0,
        false => (sampled + to_start + to_end) / sampled,
    };
    if flavour.rate {
        factor /= to_seconds(window.end - window.start);
    }
    change.map(|it| it.times(factor))
}

/// The change between the first and the last of at least two samples.
fn sampled_change(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    counter: bool,
) -> Option<Histogram> {
    let points = window.histograms;
    let all = points.values;
    let [first, .., last] = all else { return None };
    if counter && (is_gauge(first) || is_gauge(last)) {
        not_counter(window, notes);
    }
    let style = Style::of(notes.dialect);
    let is_reset = |idx: usize, before: &Histogram| {
        let starts = Start::of(points, idx).is_reset_since(Start::of(points, idx - 1));
        !points.starts.is_empty() && starts || style.is_reset(before, &all[idx])
    };
    // Of a counter that is reset at once the first sample does not matter at all.
    let mut before = match counter && is_reset(1, first) {
        true => Arc::new(Histogram {
            schema: all[1].schema,
            custom_values: all[1].custom_values.clone(),
            ..Histogram::default()
        }),
        false => first.clone(),
    };
    let custom = before.has_custom_buckets();
    if last.has_custom_buckets() != custom {
        return mixed(window, notes);
    }
    let mut schema = last.schema.min(before.schema);
    if counter {
        for it in &all[1..all.len() - 1] {
            if is_gauge(it) {
                not_counter(window, notes);
            }
            if it.has_custom_buckets() != custom {
                return mixed(window, notes);
            }
            schema = schema.min(it.schema);
        }
    }
    let last_reduced = match custom {
        true => Histogram::clone(last),
        false => last.reduced(schema),
    };
    let op = HistogramOp::Subtraction;
    let mut change = noted(last_reduced.minus(&before), op, window, notes)?;
    if counter {
        let mut overlap = false;
        for (idx, here) in all.iter().enumerate().skip(1) {
            let (old, new) = (Start::of(points, idx - 1), Start::of(points, idx));
            if !overlap && !points.starts.is_empty() && new.overlaps(old) {
                overlap = true;
                let metric = window.metric();
                notes.add(AnnotationKind::StartTimeOverlap { metric, count: 1 }, 0);
            }
            if is_reset(idx, &before) {
                let op = HistogramOp::Addition;
                change = noted(change.plus(&before), op, window, notes)?;
            }
            before = here.clone();
        }
    } else if !is_gauge(first) || !is_gauge(last) {
        let metric = window.metric();
        notes.add(AnnotationKind::NativeNotGauge { metric }, 0);
    }
    change.reset_hint = ResetHint::Gauge;
    Some(change.compacted())
}

/// The change between the borders of an `anchored` or `smoothed` window.
fn extended(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    flavour: Flavour,
) -> Option<Histogram> {
    let Points { times, values, .. } = window.histograms;
    let smoothed = window.extension == Extension::Smoothed;
    let mut last = times.len().checked_sub(1)?;
    let first = times[..last].partition_point(|it| *it <= window.start);
    let first = first.saturating_sub(1);
    if smoothed {
        last = times[..last].partition_point(|it| *it < window.end);
    }
    if times[last] <= window.start || smoothed && window.end < times[first] {
        return None;
    }
    let custom = values[first].has_custom_buckets();
    for it in &values[first..=last] {
        if it.has_custom_buckets() != custom {
            return mixed(window, notes);
        }
        if flavour.counter && is_gauge(it) {
            not_counter(window, notes);
        }
    }
    let line = Line { points: window.histograms, counter: flavour.counter };
    let left = match smoothed && times[first] < window.start {
        true => line.at(first, window.start, window, notes)?,
        false => Histogram::clone(&values[first]),
    };
    let right = match smoothed && 0 < last && window.end < times[last] {
        true => line.at(last - 1, window.end, window, notes)?,
        false => Histogram::clone(&values[last]),
    };
    if !(flavour.counter || is_gauge(&left) && is_gauge(&right)) {
        let metric = window.metric();
        notes.add(AnnotationKind::NativeNotGauge { metric }, 0);
    }
    let op = HistogramOp::Subtraction;
    let mut change = noted(right.minus(&left), op, window, notes)?;
    if flavour.counter {
        for lost in resets(window, first, last, &left, &right) {
            let op = HistogramOp::Addition;
            change = noted(change.plus(&lost), op, window, notes)?;
        }
    }
    if flavour.rate {
        change = change.divided((window.end - window.start) as f64 / 1000.0);
    }
    change.reset_hint = ResetHint::Gauge;
    Some(change.compacted())
}

/// What was counted before each reset between the borders.
fn resets(
    window: &Window<'_>,
    first: usize,
    last: usize,
    left: &Histogram,
    right: &Histogram,
) -> Vec<Histogram> {
    let Points { times, values, .. } = window.histograms;
    let smoothed = window.extension == Extension::Smoothed;
    let mut from = first + 1;
    let mut before = left;
    let is_between = smoothed && times[first] < window.start;
    if is_between && values[first + 1].is_reset_since(&values[first]) {
        // The border lies on the rise after this reset already.
        before = &values[first + 1];
        from += 1;
    }
    if last < from {
        return Vec::new();
    }
    let mut lost = Vec::new();
    for here in &values[from..last] {
        if here.is_reset_since(before) {
            lost.push(before.clone());
        }
        before = here;
    }
    if right.is_reset_since(before) {
        lost.push(before.clone());
    }
    lost
}

/// The straight lines between histograms.
pub(super) struct Line<'a> {
    /// The histograms.
    pub(super) points: Histograms<'a>,
    /// A reset counter rises from zero.
    pub(super) counter: bool,
}

impl Line<'_> {
    fn at(
        &self,
        idx: usize,
        time: i64,
        window: &Window<'_>,
        notes: &mut Notes<'_>,
    ) -> Option<Histogram> {
        match self.between(idx, time) {
            Ok((histogram, reconciled)) => {
                if reconciled {
                    let op = HistogramOp::Subtraction;
                    notes.add(AnnotationKind::MismatchedCustomBuckets { op }, 0);
                }
                Some(histogram)
            }
            Err(Incompatible) => mixed(window, notes),
        }
    }

    /// The value at a time between a sample and the next one, and whether custom bounds
    /// had to be brought together.
    pub(super) fn between(
        &self,
        idx: usize,
        time: i64,
    ) -> Result<(Histogram, bool), Incompatible> {
        let Points { times, values, .. } = self.points;
        interpolate(
            (times[idx], &values[idx]),
            (times[idx + 1], &values[idx + 1]),
            time,
            self.counter,
        )
    }
}

/// A histogram on the straight line between two.
pub fn interpolate(
    (from_time, from): (i64, &Histogram),
    (to_time, to): (i64, &Histogram),
    time: i64,
    counter: bool,
) -> Result<(Histogram, bool), Incompatible> {
    if time == from_time {
        return Ok((from.clone(), false));
    }
    if time == to_time {
        return Ok((to.clone(), false));
    }
    let share = (time - from_time) as f64 / (to_time - from_time) as f64;
    if counter && to.is_reset_since(from) {
        return Ok((to.times(share), false));
    }
    let (rise, one) = to.minus(from)?;
    let (sum, two) = rise.times(share).plus(from)?;
    Ok((sum, one.reconciled || two.reconciled))
}
