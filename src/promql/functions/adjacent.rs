//! What happens between samples that follow each other.

use std::sync::Arc;

use crate::promql::annotation::AnnotationKind;
use crate::promql::functions::kind::{Extension, Kind, Notes, Sweep, Window};
use crate::promql::functions::rate::Start;
use crate::promql::functions::{Function, native, sweep};
use crate::promql::histogram::{Histogram, Style};
use crate::promql::series::Points;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};
use crate::promql::value::{Column, Sample};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("irate", &[Matrix], Vector)
        .start_times()
        .sweep(|sweep, column| last_changes(sweep, column, true))
        .kind(Kind::Window(|window, notes| last_change(window, notes, true))),
    Function::new("idelta", &[Matrix], Vector)
        .sweep(|sweep, column| last_changes(sweep, column, false))
        .kind(Kind::Window(|window, notes| last_change(window, notes, false))),
    Function::new("changes", &[Matrix], Vector)
        .anchored()
        .sweep(|it, column| sweep::differences(it, column, is_change))
        .kind(Kind::Window(changes)),
    Function::new("resets", &[Matrix], Vector)
        .anchored()
        .start_times()
        .sweep(|it, column| sweep::differences(it, column, |before, here| here < before))
        .kind(Kind::Window(resets)),
];

/// The change between the last two samples; per second and aware of resets if `rate`
/// (`instantValue`).
fn last_change(window: &Window<'_>, notes: &mut Notes<'_>, rate: bool) -> Option<Sample> {
    let Window { floats, histograms, .. } = *window;
    if !histograms.is_empty() {
        // The last two samples by time, of either kind.
        let newest_float = floats.times.last().copied();
        let newest = histograms.times.last().copied();
        let mixed = match histograms.len() {
            _ if floats.is_empty() => false,
            1 => true,
            n => newest_float > histograms.times.get(n - 2).copied(),
        };
        let floats_only =
            2 <= floats.len() && newest < floats.times.get(floats.len() - 2).copied();
        match (floats_only, mixed) {
            (true, _) => {}
            (false, true) => {
                let metric = window.metric();
                notes.add(AnnotationKind::MixedFloatsHistograms { metric }, 0);
                return None;
            }
            (false, false) if floats.len() + histograms.len() < 2 => return None,
            (false, false) => return native::last_change(window, notes, rate),
        }
    }
    let last = floats.len().checked_sub(1)?;
    let before = last.checked_sub(1)?;
    let interval = floats.times[last] - floats.times[before];
    if interval == 0 {
        return None;
    }
    let (old, new) = (floats.values[before], floats.values[last]);
    let start = Start::of(floats, last);
    let is_reset = start.is_reset_since(Start::of(floats, before));
    Some(step_of(old, new, interval, rate, is_reset).into())
}

/// The change from a sample to the next one, `interval` milliseconds later.
fn step_of(old: f64, new: f64, interval: i64, rate: bool, is_reset: bool) -> f64 {
    let is_reset = rate && (new < old || is_reset);
    let mut change = if is_reset { new } else { new - old };
    if rate {
        change /= interval as f64 / 1000.0;
    }
    change
}

/// The last changes of all windows.
fn last_changes(sweep: &Sweep<'_>, column: &mut Column, rate: bool) {
    let Points { times, values, .. } = sweep.floats;
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        if to - from < 2 {
            continue;
        }
        let last = *to as usize - 1;
        let interval = times[last] - times[last - 1];
        if interval != 0 {
            let (old, new) = (values[last - 1], values[last]);
            column.floats[step] = step_of(old, new, interval, rate, false);
            column.has.set(step);
        }
    }
}

/// A sample among others, of either kind.
enum Item {
    Float(f64, Start),
    Histogram(Arc<Histogram>, Start),
}

/// Calls `differ` with all neighbours of a window and counts how often it says so; in
/// an `anchored` window the last sample before its start is one of them.
fn count(
    window: &Window<'_>,
    mut differ: impl FnMut(&Item, &Item) -> bool,
) -> Option<Sample> {
    let Window { mut floats, mut histograms, .. } = *window;
    if window.extension == Extension::Anchored {
        (floats, histograms) = from_anchor(window)?;
    }
    let items = merged(floats, histograms);
    let mut n_found = 0;
    let mut before: Option<Item> = None;
    for item in items {
        if before.as_ref().is_some_and(|it| differ(it, &item)) {
            n_found += 1;
        }
        before = Some(item);
    }
    before?;
    Some(f64::from(n_found).into())
}

/// Both kinds of samples in order of time.
fn merged<'a>(
    floats: Points<'a, f64>,
    histograms: Points<'a, Arc<Histogram>>,
) -> impl Iterator<Item = Item> + use<'a> {
    let (mut next_float, mut next_histogram) = (0, 0);
    std::iter::from_fn(move || {
        let float = floats.times.get(next_float);
        let histogram = histograms.times.get(next_histogram);
        match (float, histogram) {
            (None, None) => None,
            (Some(float), Some(histogram)) if histogram < float => {
                next_histogram += 1;
                let idx = next_histogram - 1;
                let start = Start::of(histograms, idx);
                Some(Item::Histogram(histograms.values[idx].clone(), start))
            }
            (Some(_), _) => {
                next_float += 1;
                let idx = next_float - 1;
                Some(Item::Float(floats.values[idx], Start::of(floats, idx)))
            }
            (None, Some(_)) => {
                next_histogram += 1;
                let idx = next_histogram - 1;
                let start = Start::of(histograms, idx);
                Some(Item::Histogram(histograms.values[idx].clone(), start))
            }
        }
    })
}

type Both<'a> = (Points<'a, f64>, Points<'a, Arc<Histogram>>);

/// The samples from the last one at or before the window's start on; none if nothing
/// lies inside (`pickFirstSampleIndices`).
fn from_anchor<'a>(window: &Window<'a>) -> Option<Both<'a>> {
    let Window { floats, histograms, start, .. } = *window;
    let n_floats_before = floats.times.partition_point(|it| *it <= start);
    let n_histograms_before = histograms.times.partition_point(|it| *it <= start);
    if n_floats_before == floats.len() && n_histograms_before == histograms.len() {
        return None;
    }
    let last_float = floats.times[..n_floats_before].last();
    let last_histogram = histograms.times[..n_histograms_before].last();
    let (mut from_float, mut from_histogram) = (n_floats_before, n_histograms_before);
    match (last_float, last_histogram) {
        (None, None) => {}
        (float, histogram) if histogram <= float => from_float -= 1,
        (_, _) => from_histogram -= 1,
    }
    Some((
        floats.part(from_float, floats.len()),
        histograms.part(from_histogram, histograms.len()),
    ))
}

fn is_change(before: f64, here: f64) -> bool {
    before != here && !(before.is_nan() && here.is_nan())
}

fn changes(window: &Window<'_>, _: &mut Notes<'_>) -> Option<Sample> {
    count(window, |before, here| match (before, here) {
        (Item::Float(a, _), Item::Float(b, _)) => is_change(*a, *b),
        (Item::Float(..), Item::Histogram(..))
        | (Item::Histogram(..), Item::Float(..)) => true,
        (Item::Histogram(a, _), Item::Histogram(b, _)) => !a.same_data(b),
    })
}

fn resets(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
    let style = Style::of(notes.dialect);
    count(window, |before, here| match (before, here) {
        (Item::Float(a, before), Item::Float(b, here)) => {
            b < a || here.is_reset_since(*before)
        }
        (Item::Float(..), Item::Histogram(..))
        | (Item::Histogram(..), Item::Float(..)) => true,
        (Item::Histogram(a, before), Item::Histogram(b, here)) => {
            here.is_reset_since(*before) || style.is_reset(a, b)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::testing::{Body, Case, check_windows};

    const TIMES: [i64; 5] = [60_000, 120_000, 180_000, 240_000, 300_000];
    const NAN: f64 = f64::NAN;

    #[test]
    fn neighbours() {
        let irate: Body = |window, notes| last_change(window, notes, true);
        let idelta: Body = |window, notes| last_change(window, notes, false);
        let cases: &[(Body, &[f64], &str)] = &[
            (irate, &[1.0], "none"),
            (irate, &[1.0, 10.0, 70.0], "1"),
            (irate, &[1.0, 100.0, 6.0], "0.1"),
            (idelta, &[1.0, 100.0, 6.0], "-94"),
            (irate, &[1.0, NAN], "NaN"),
            (changes, &[1.0], "0"),
            (changes, &[1.0, 1.0, 2.0, NAN, NAN], "2"),
            (resets, &[1.0, 2.0, 1.0, 1.0, 0.0], "2"),
            (resets, &[1.0, NAN, 0.0], "0"),
        ];
        for (body, values, want) in cases {
            let times = &TIMES[..values.len()];
            check_windows(&[Case { body: *body, times, values, want, ..Case::DEFAULT }]);
        }
    }

    #[test]
    fn anchors_and_start_times() {
        let anchored =
            Case { body: changes, extension: Extension::Anchored, ..Case::DEFAULT };
        check_windows(&[
            Case { times: &[-9, -5, 7], values: &[1.0, 2.0, 3.0], want: "1", ..anchored },
            Case { times: &[0, 7], values: &[2.0, 3.0], want: "1", ..anchored },
            Case { times: &[-5], values: &[2.0], want: "none", ..anchored },
            Case {
                body: resets,
                times: &[10, 20],
                values: &[1.0, 2.0],
                starts: &[5, 15],
                want: "1",
                ..Case::DEFAULT
            },
        ]);
    }
}
