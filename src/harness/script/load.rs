//! `load`: written samples to series.

use std::sync::Arc;

use crate::case::notation::Sample as Written;
use crate::case::script::Load;
use crate::harness::script::nhcb;
use crate::promql::histogram::{Histogram, ResetHint};
use crate::promql::series::{Samples, Series};
use crate::promql::storage::MemoryStorage;
use crate::promql::value::is_stale_nan;

/// Adds the series of a `load`.
pub(super) fn load(storage: &mut MemoryStorage, load: &Load) -> Result<(), String> {
    for series in &load.series {
        let mut floats = Samples::default();
        let mut histograms = Samples::default();
        let mut starts = (Vec::new(), Vec::new());
        let mut before = None;
        for (idx, sample) in series.samples.iter().enumerate() {
            let time = idx as i64 * load.gap;
            let start = series.starts.get(idx).copied().flatten();
            let start = start.map_or(0, |it| time + it);
            match sample {
                Written::Gap => {}
                Written::Float(value) => {
                    floats.push(time, *value);
                    starts.0.push(start);
                    before = None;
                }
                Written::Histogram(text) => {
                    let stored = stored(text.histogram(), before.as_ref());
                    before = (!is_stale_nan(stored.sum)).then(|| stored.clone());
                    histograms.push(time, Arc::new(stored));
                    starts.1.push(start);
                }
            }
        }
        if !series.starts.is_empty() {
            (floats.starts, histograms.starts) = starts;
        }
        let labels = series.labels.clone();
        storage.insert(Series { labels, drop_name: false, floats, histograms });
    }
    if !load.with_nhcb {
        return Ok(());
    }
    for (labels, by_time) in nhcb::convert(load)? {
        let mut histograms = Samples::default();
        let mut before: Option<Histogram> = None;
        for (time, histogram) in by_time {
            let stored = stored(Histogram::clone(&histogram), before.as_ref());
            before = Some(stored.clone());
            histograms.push(time, Arc::new(stored));
        }
        storage.insert(Series { labels, histograms, ..Series::default() });
    }
    Ok(())
}

/// A histogram as a time series database gives it back: it has looked whether there was
/// a reset since the one before.
pub(in crate::harness) fn stored(
    mut histogram: Histogram,
    before: Option<&Histogram>,
) -> Histogram {
    if histogram.reset_hint == ResetHint::Gauge {
        return histogram;
    }
    let is_reset = histogram.reset_hint == ResetHint::Reset;
    histogram.reset_hint = match before {
        _ if is_reset => ResetHint::Reset,
        None => ResetHint::Unknown,
        Some(before) if before.reset_hint == ResetHint::Gauge => ResetHint::Unknown,
        Some(before) => {
            let unknown =
                Histogram { reset_hint: ResetHint::Unknown, ..histogram.clone() };
            let differs = before.schema != histogram.schema
                || before.zero_threshold != histogram.zero_threshold
                || before.custom_values != histogram.custom_values;
            match differs || unknown.is_reset_since(before) {
                true => ResetHint::Reset,
                false => ResetHint::NotReset,
            }
        }
    };
    histogram
}
