//! How fast a counter rises or a gauge changes, from the whole window.

use std::sync::Arc;

use crate::promql::annotation::AnnotationKind;
use crate::promql::functions::kind::{Extension, Kind, Notes, Sweep, Window};
use crate::promql::functions::time::seconds;
use crate::promql::functions::{Function, native_rate};
use crate::promql::quantile;
use crate::promql::series::Points;
use crate::promql::syntax::types::ValueType::{Matrix, Vector};
use crate::promql::value::{Column, Sample};

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("rate", &[Matrix], Vector)
        .counter()
        .anchored()
        .smoothed()
        .start_times()
        .sweep(|sweep, column| changes(sweep, column, RATE))
        .kind(Kind::Window(|window, notes| change(window, notes, RATE))),
    Function::new("increase", &[Matrix], Vector)
        .counter()
        .anchored()
        .smoothed()
        .start_times()
        .sweep(|sweep, column| changes(sweep, column, INCREASE))
        .kind(Kind::Window(|window, notes| change(window, notes, INCREASE))),
    Function::new("delta", &[Matrix], Vector)
        .anchored()
        .smoothed()
        .sweep(|sweep, column| changes(sweep, column, DELTA))
        .kind(Kind::Window(|window, notes| change(window, notes, DELTA))),
];

/// Which of the family.
#[derive(Clone, Copy)]
pub(super) struct Flavour {
    /// Falling values are resets.
    pub(super) counter: bool,
    /// Per second.
    pub(super) rate: bool,
}

const RATE: Flavour = Flavour { counter: true, rate: true };
const INCREASE: Flavour = Flavour { counter: true, rate: false };
const DELTA: Flavour = Flavour { counter: false, rate: false };

fn change(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    flavour: Flavour,
) -> Option<Sample> {
    if !window.histograms.is_empty() {
        if window.floats.is_empty() {
            let histogram = native_rate::change(window, notes, flavour)?;
            return Some(Sample::Histogram(Arc::new(histogram)));
        }
        let metric = window.metric();
        notes.add(AnnotationKind::MixedFloatsHistograms { metric }, 0);
        return None;
    }
    let value = match window.extension {
        Extension::None => extrapolated(window, notes, flavour)?,
        Extension::Anchored | Extension::Smoothed => extended(window, flavour)?,
    };
    Some(value.into())
}

/// The change between the first and the last sample, extrapolated to the borders of the
/// window (`extrapolatedRate`).
fn extrapolated(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    flavour: Flavour,
) -> Option<f64> {
    let floats = window.floats;
    let first = floats.first()?;
    let last = floats.last()?;
    let mut change = last.1 - first.1;
    if flavour.counter {
        change = with_resets(change, window, notes);
    }
    let created =
        floats.starts.first().copied().filter(|it| {
            flavour.counter && *it != 0 && window.start < *it && *it < first.0
        });
    let sampled = Sampled {
        n: floats.len(),
        first: *first.1,
        from: first.0,
        to: last.0,
        start: window.start,
        end: window.end,
    };
    extrapolate(change, &sampled, created, flavour)
}

/// Where the samples lie in a window; all times are in milliseconds.
struct Sampled {
    /// How many there are.
    n: usize,
    /// The first value.
    first: f64,
    /// The time of the first one.
    from: i64,
    /// The time of the last one.
    to: i64,
    /// Where the window begins.
    start: i64,
    /// Where it ends.
    end: i64,
}

/// Extrapolates a change to the borders of its window where the samples come close to
/// them; `created` is since when a counter counts, if that is in the window.
#[inline]
fn extrapolate(
    mut change: f64,
    samples: &Sampled,
    created: Option<i64>,
    flavour: Flavour,
) -> Option<f64> {
    let to_seconds = |millis: i64| millis as f64 / 1000.0;
    let mut to_start = to_seconds(samples.from - samples.start);
    let mut to_end = to_seconds(samples.end - samples.to);
    let mut sampled = to_seconds(samples.to - samples.from);
    let spacing = match samples.n {
        1 => 0.0,
        n => sampled / (n - 1) as f64,
    };
    let threshold = spacing * 1.1;

    if let Some(created) = created {
        // The counter was zero then: no need to guess.
        to_start = 0.0;
        sampled = to_seconds(samples.to - created);
        change += samples.first;
    } else if samples.n < 2 {
        return None;
    } else {
        if to_start >= threshold {
            to_start = spacing / 2.0;
        }
        if flavour.counter && change > 0.0 && samples.first >= 0.0 {
            // A counter was not below zero.
            let to_zero = sampled * (samples.first / change);
            if to_zero < to_start {
                to_start = to_zero;
            }
        }
    }
    if to_end >= threshold {
        to_end = spacing / 2.0;
    }

    let mut factor = match sampled == 0.0 {
        true => 1.0,
        false => (sampled + to_start + to_end) / sampled,
    };
    if flavour.rate {
        factor /= seconds(samples.end - samples.start);
    }
    Some(change * factor)
}

/// The changes of all windows: a counter's resets are looked for only once.
fn changes(sweep: &Sweep<'_>, column: &mut Column, flavour: Flavour) {
    let Points { times, values, .. } = sweep.floats;
    let mut resets: Vec<u32> = Vec::new();
    if flavour.counter {
        let pairs = values.windows(2).zip(1u32..);
        resets.extend(pairs.filter(|(pair, _)| pair[1] < pair[0]).map(|it| it.1));
    }
    let mut next_reset = 0;
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        let n = (to - from) as usize;
        if n < 2 {
            continue;
        }
        while resets.get(next_reset).is_some_and(|it| it <= from) {
            next_reset += 1;
        }
        let (first, last) = (*from as usize, *to as usize - 1);
        let mut change = values[last] - values[first];
        for reset in resets[next_reset..].iter().take_while(|it| **it < *to) {
            change += values[*reset as usize - 1];
        }
        let end = (sweep.ends)(step);
        let sampled = Sampled {
            n,
            first: values[first],
            from: times[first],
            to: times[last],
            start: end - sweep.range,
            end,
        };
        if let Some(value) = extrapolate(change, &sampled, None, flavour) {
            column.floats[step] = value;
            column.has.set(step);
        }
    }
}

/// The change of a counter, with what its resets took.
fn with_resets(mut change: f64, window: &Window<'_>, notes: &mut Notes<'_>) -> f64 {
    let floats = window.floats;
    if floats.starts.is_empty() {
        for pair in floats.values.windows(2) {
            if pair[1] < pair[0] {
                change += pair[0];
            }
        }
        return change;
    }
    let mut overlap = false;
    for (idx, pair) in floats.values.windows(2).enumerate() {
        let (before, here) = (Start::of(floats, idx), Start::of(floats, idx + 1));
        if !overlap && here.overlaps(before) {
            overlap = true;
            let metric = window.metric();
            notes.add(AnnotationKind::StartTimeOverlap { metric, count: 1 }, 0);
        }
        if pair[1] < pair[0] || here.is_reset_since(before) {
            change += pair[0];
        }
    }
    change
}

/// The time of a sample and since when its counter counts; 0 where that is not known.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Since when.
    pub start: i64,
    /// The sample's time.
    pub time: i64,
}

impl Start {
    /// That of the sample at an index.
    pub fn of<T>(samples: Points<'_, T>, idx: usize) -> Start {
        let start = samples.starts.get(idx).copied().unwrap_or(0);
        Start { start, time: samples.times[idx] }
    }

    /// Whether the start times say that the counter was reset (`isStartTimestampReset`).
    pub fn is_reset_since(self, before: Start) -> bool {
        if self.start == 0 || self.start >= self.time || self.start < before.time {
            return false;
        }
        if self.start > before.time {
            return true;
        }
        // The counter starts at the sample before: so does a delta, or one that does
        // not know its start.
        before.start <= before.time && before.start != 0 && before.start != before.time
    }

    /// Whether the counter starts before the last sample without being the same one
    /// (`checkStartTimeOverlap`).
    pub fn overlaps(self, before: Start) -> bool {
        self.start != 0 && self.start < before.time && self.start != before.start
    }
}

/// The change between the borders of an `anchored` or `smoothed` window
/// (`extendedRate`).
fn extended(window: &Window<'_>, flavour: Flavour) -> Option<f64> {
    let Points { times, values, .. } = window.floats;
    let smoothed = window.extension == Extension::Smoothed;
    let mut last = times.len().checked_sub(1)?;
    let mut first = quantile::search(last, |it| times[it] > window.start);
    first = first.saturating_sub(1);
    if smoothed {
        last = quantile::search(last, |it| times[it] >= window.end);
    }
    if times[last] <= window.start || smoothed && times[first] > window.end {
        return None;
    }

    let between = |idx: usize, at: i64| {
        let (mut low, high) = (values[idx], values[idx + 1]);
        if flavour.counter && high < low {
            low = 0.0;
        }
        let part = (at - times[idx]) as f64;
        low + (high - low) * part / (times[idx + 1] - times[idx]) as f64
    };
    let left = match smoothed && times[first] < window.start {
        true => between(first, window.start),
        false => values[first],
    };
    let right = match smoothed && 0 < last && times[last] > window.end {
        true => between(last - 1, window.end),
        false => values[last],
    };
    let mut change = right - left;
    if flavour.counter {
        let from = if times[first] <= window.start { first + 1 } else { first };
        let to = if times[last] >= window.end { last } else { last + 1 };
        change += reset_correction(left, values.get(from..to)?, right);
    }
    if flavour.rate {
        change /= seconds(window.end - window.start);
    }
    Some(change)
}

fn reset_correction(left: f64, values: &[f64], right: f64) -> f64 {
    let mut correction = 0.0;
    let mut before = left;
    for value in values.iter().chain([&right]) {
        if *value < before {
            correction += before;
        }
        before = *value;
    }
    correction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::testing::{Case, check_windows};

    fn case<'a>(
        body: crate::promql::functions::testing::Body,
        times: &'a [i64],
        values: &'a [f64],
        want: &'a str,
    ) -> Case<'a> {
        Case { body, times, values, want, ..Case::DEFAULT }
    }

    fn rate(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
        change(window, notes, RATE)
    }

    fn increase(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
        change(window, notes, INCREASE)
    }

    fn delta(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<Sample> {
        change(window, notes, DELTA)
    }

    const MINUTE: i64 = 60_000;

    /// The window is that of five minutes before minute 5.
    #[test]
    fn changes_over_windows() {
        let minutes = [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE, 5 * MINUTE];
        let one_to_five = [1.0, 2.0, 3.0, 4.0, 5.0];
        let anchored = Extension::Anchored;
        let smoothed = Extension::Smoothed;
        check_windows(&[
            case(rate, &minutes, &one_to_five, "0.016666666666666666"),
            case(increase, &minutes, &one_to_five, "5"),
            case(delta, &minutes, &one_to_five, "5"),
            case(increase, &minutes, &[1.0, 2.0, 1.0, 2.0, 3.0], "5"),
            case(delta, &minutes, &[5.0, 4.0, 3.0, 2.0, 1.0], "-5"),
            case(increase, &minutes, &[100.0, 101.0, 102.0, 103.0, 104.0], "5"),
            case(increase, &minutes[..1], &[1.0], "none"),
            case(increase, &minutes[2..4], &[10.0, 20.0], "25"),
            case(increase, &minutes[2..4], &[1.0, 11.0], "21"),
            case(delta, &minutes[2..4], &[10.0, f64::NAN], "NaN"),
            Case {
                starts: &[30_000, 30_000],
                ..case(increase, &minutes[..2], &[3.0, 6.0], "8")
            },
            Case { starts: &[30_000], ..case(increase, &minutes[..1], &[3.0], "3") },
            Case {
                extension: anchored,
                ..case(increase, &[-1, MINUTE, 4 * MINUTE], &[1.0, 3.0, 7.0], "6")
            },
            Case {
                extension: smoothed,
                ..case(increase, &[-MINUTE, MINUTE, 6 * MINUTE], &[0.0, 2.0, 7.0], "5")
            },
            Case {
                extension: smoothed,
                ..case(increase, &[-MINUTE, MINUTE, 6 * MINUTE], &[8.0, 2.0, 1.0], "1.8")
            },
            Case { extension: anchored, ..case(increase, &[-1], &[1.0], "none") },
        ]);
    }

    #[test]
    fn start_times_tell_resets() {
        let cases = [
            ((0, 10), (0, 20), false),
            ((5, 10), (5, 20), false),
            ((5, 10), (15, 20), true),
            ((5, 10), (10, 20), true),
            ((0, 10), (10, 20), false),
            ((10, 10), (10, 20), false),
            ((11, 10), (10, 20), false),
            ((5, 10), (20, 20), false),
        ];
        for (before, here, want) in cases {
            let [before, here] =
                [before, here].map(|(start, time)| Start { start, time });
            assert_eq!(here.is_reset_since(before), want, "{before:?} {here:?}");
        }
    }
}
