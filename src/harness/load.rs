//! What a test loads: written samples to series in storage.

use std::collections::HashMap;
use std::sync::Arc;

use crate::case::notation::Sample as Written;
use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::series::{Samples, Series};
use crate::promql::storage::MemoryStorage;
use crate::promql::value::is_stale_nan;

/// Loads series whose samples lie at `start`, `start + spacing`, …, up to `end`. Of two
/// with the same labels the later one counts.
pub(super) fn load(
    series: &[(Labels, Vec<Written>)],
    start: i64,
    spacing: i64,
    end: i64,
) -> MemoryStorage {
    let mut last: HashMap<&Labels, usize> = HashMap::new();
    for (idx, (labels, _)) in series.iter().enumerate() {
        last.insert(labels, idx);
    }
    let mut storage = MemoryStorage::new();
    // Series without gaps share their times.
    let mut shared: HashMap<usize, Arc<Vec<i64>>> = HashMap::new();
    for (idx, (labels, samples)) in series.iter().enumerate() {
        if last.get(labels) != Some(&idx) {
            continue;
        }
        let time = |idx: usize| start + idx as i64 * spacing;
        let n = match end < start {
            true => 0,
            false => ((end - start) / spacing.max(1)) as usize + 1,
        };
        let samples = &samples[..samples.len().min(n)];
        let mut out = Series { labels: labels.clone(), ..Series::default() };
        match samples.iter().all(|it| matches!(it, Written::Float(_))) {
            true => {
                let times = shared
                    .entry(samples.len())
                    .or_insert_with(|| Arc::new((0..samples.len()).map(time).collect()));
                let values = samples.iter().filter_map(|it| match it {
                    Written::Float(value) => Some(*value),
                    Written::Gap | Written::Histogram(_) => None,
                });
                out.floats = Samples {
                    times: times.clone(),
                    values: values.collect(),
                    starts: Vec::new(),
                };
            }
            false => {
                let mut before: Option<Histogram> = None;
                for (idx, it) in samples.iter().enumerate() {
                    match it {
                        Written::Gap => {}
                        Written::Float(value) => {
                            out.floats.push(time(idx), *value);
                            before = None;
                        }
                        Written::Histogram(text) => {
                            let stored = text.histogram().stored_after(before.as_ref());
                            before = (!is_stale_nan(stored.sum)).then(|| stored.clone());
                            out.histograms.push(time(idx), Arc::new(stored));
                        }
                    }
                }
            }
        }
        storage.insert(out);
    }
    storage
}
