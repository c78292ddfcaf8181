//! What rules write, with the checks of Prometheus's database (`tsdb/head_append.go`).

use std::sync::Arc;

use crate::promql::dialect::Dialect;
use crate::promql::histogram::Histogram;
use crate::promql::number::general;
use crate::promql::storage::{MemoryStorage, SeriesId};
use crate::promql::value::{STALE_NAN, Sample, is_stale_nan};

/// How much older a sample may be than the newest, in milliseconds: half of the range of
/// a chunk in promtool's database (`util/teststorage`, `tsdb/head_append.go`,
/// `appendableMinValidTime`).
pub(super) const MAX_DELAY: i64 = 12 * 3_600_000;

/// What a rule writes, and what it wrote the last time.
#[derive(Debug, Default)]
pub(super) struct Written {
    previous: Vec<SeriesId>,
    current: Vec<SeriesId>,
}

/// One evaluation of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// The version of the database.
    pub(super) dialect: &'a Dialect,
    /// The tick.
    pub(super) tick: i64,
    /// The time of what is written: the tick, less the query offset.
    pub(super) time: i64,
}

impl Written {
    /// Writes a sample; a fault is Prometheus's message.
    pub(super) fn sample(
        &mut self,
        storage: &mut MemoryStorage,
        id: SeriesId,
        at: At<'_>,
        sample: Sample,
    ) -> Result<(), String> {
        append(storage, id, at, sample)?;
        self.current.push(id);
        Ok(())
    }

    /// Ends an evaluation: series of the one before that were not written again end.
    pub(super) fn finish(&mut self, storage: &mut MemoryStorage, at: At<'_>) {
        self.current.sort_unstable();
        if self.current != self.previous {
            for id in &self.previous {
                if self.current.binary_search(id).is_err() {
                    // That another rule has written it meanwhile is no fault.
                    let _ = append(storage, *id, at, Sample::Float(STALE_NAN));
                }
            }
        }
        std::mem::swap(&mut self.previous, &mut self.current);
        self.current.clear();
    }
}

/// Adds a sample unless the database would refuse it. What is loaded for later ticks is
/// not there yet as far as this tick knows.
fn append(
    storage: &mut MemoryStorage,
    id: SeriesId,
    at: At<'_>,
    sample: Sample,
) -> Result<(), String> {
    if let Sample::Histogram(it) = &sample
        && let Some(refusal) = it.refusal(at.dialect)
    {
        return Err(refusal);
    }
    if MAX_DELAY < at.tick - at.time && at.time < newest(storage, at.tick) - MAX_DELAY {
        return Err("out of bounds".to_string());
    }
    let series = &storage.series()[id as usize];
    let floats = series.floats.times.partition_point(|it| *it <= at.tick);
    let histograms = series.histograms.times.partition_point(|it| *it <= at.tick);
    let last = [
        floats.checked_sub(1).map(|it| series.floats.times[it]),
        histograms.checked_sub(1).map(|it| series.histograms.times[it]),
    ];
    let last = last.into_iter().flatten().max();
    match last {
        Some(last) if at.time < last => Err("out of order sample".to_string()),
        Some(last) if at.time == last => {
            let float =
                floats.checked_sub(1).filter(|it| series.floats.times[*it] == last);
            let refusal = || Err("duplicate sample for timestamp".to_string());
            match (&sample, float) {
                (Sample::Float(new), Some(idx)) => {
                    let old = series.floats.values[idx];
                    match new.to_bits() == old.to_bits() {
                        true => Ok(()),
                        false => Err(format!(
                            "duplicate sample for timestamp {last}; overrides not \
                             allowed: existing {}, new value {}",
                            general(old),
                            general(*new)
                        )),
                    }
                }
                (Sample::Histogram(new), None)
                    if *new == series.histograms.values[histograms - 1] =>
                {
                    Ok(())
                }
                (Sample::Float(_), None) | (Sample::Histogram(_), _) => refusal(),
            }
        }
        _ => {
            // The database itself says of histograms whether there was a reset.
            let sample = match sample {
                Sample::Histogram(it) => {
                    let before = histograms
                        .checked_sub(1)
                        .filter(|it| Some(series.histograms.times[*it]) == last)
                        .map(|it| &*series.histograms.values[it]);
                    let before = before.filter(|it| !is_stale_nan(it.sum));
                    let stored = Histogram::clone(&it).stored_after(before);
                    Sample::Histogram(Arc::new(stored))
                }
                it @ Sample::Float(_) => it,
            };
            storage.append(id, at.time, sample);
            Ok(())
        }
    }
}

/// The time of the newest sample that is there at a tick.
fn newest(storage: &MemoryStorage, tick: i64) -> i64 {
    let last = |times: &[i64]| {
        let n = times.partition_point(|it| *it <= tick);
        n.checked_sub(1).map(|it| times[it])
    };
    let series = storage.series().iter();
    let all = series.flat_map(|it| [last(&it.floats.times), last(&it.histograms.times)]);
    all.flatten().max().unwrap_or(i64::MIN / 2)
}
