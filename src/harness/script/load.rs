//! `load`: written samples to series.

use std::sync::Arc;

use crate::case::notation::Sample as Written;
use crate::case::script::Load;
use crate::harness::script::nhcb;
use crate::promql::histogram::Histogram;
use crate::promql::series::{Samples, Series};
use crate::promql::storage::MemoryStorage;
use crate::promql::value::{Sample, is_stale_nan};

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
        append(storage, Series { labels, drop_name: false, floats, histograms })?;
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
        append(storage, Series { labels, histograms, ..Series::default() })?;
    }
    Ok(())
}

/// Adds the samples of a series behind those that it has, as Prometheus's database does:
/// the last one may be repeated, none may come before it.
fn append(storage: &mut MemoryStorage, series: Series) -> Result<(), String> {
    let id = storage.series_id(&series.labels, 0);
    let ends = (end(&storage.series()[id as usize], true), end(&series, false));
    if let (Some((last, old)), Some((first, new))) = ends {
        if first < last {
            return Err("out of order sample".into());
        }
        if first == last && !same(&old, &new) {
            return Err("duplicate sample for timestamp".into());
        }
    }
    storage.insert(series);
    Ok(())
}

/// The first or the last sample of a series.
fn end(series: &Series, is_last: bool) -> Option<(i64, Sample)> {
    let (floats, histograms) = (series.floats.points(), series.histograms.points());
    let (float, histogram) = match is_last {
        true => (floats.last(), histograms.last()),
        false => (floats.first(), histograms.first()),
    };
    let float = float.map(|(time, it)| (time, Sample::Float(*it)));
    let histogram = histogram.map(|(time, it)| (time, Sample::Histogram(it.clone())));
    match (float, histogram) {
        (Some(one), Some(two)) => {
            Some(if (one.0 < two.0) == is_last { two } else { one })
        }
        (one, two) => one.or(two),
    }
}

fn same(one: &Sample, two: &Sample) -> bool {
    match (one, two) {
        (Sample::Float(one), Sample::Float(two)) => one.to_bits() == two.to_bits(),
        (Sample::Histogram(one), Sample::Histogram(two)) => one.same_data(two),
        (_, _) => false,
    }
}
