//! `load`: written samples to series.

use std::sync::Arc;

use crate::case::notation::Sample as Written;
use crate::case::script::Load;
use crate::harness::script::nhcb;
use crate::promql::histogram::Histogram;
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
                    let stored = text.histogram().stored_after(before.as_ref());
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
            let stored = Histogram::clone(&histogram).stored_after(before.as_ref());
            before = Some(stored.clone());
            histograms.push(time, Arc::new(stored));
        }
        storage.insert(Series { labels, histograms, ..Series::default() });
    }
    Ok(())
}
