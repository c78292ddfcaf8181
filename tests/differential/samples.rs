//! Written series as labels and samples.

use std::sync::Arc;

use aqua_alerts::case::notation::{self, Grid, Notation, Sample as Text};
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::Sample;

use crate::series::Data;

/// The labels of a series with its samples, none where there is a gap.
pub type Samples = (Labels, Vec<Option<Sample>>);

/// The samples of all series, sample `i` at `i * spacing`.
pub fn of(data: &Data) -> Vec<Samples> {
    let one = |it: &crate::series::Written| {
        let line = format!("{} {}", it.labels, it.values.join(" "));
        let (labels, items) =
            notation::series(&line, Notation::Prometheus).expect("a line of series");
        let grid = Grid { spacing: data.spacing, end: None };
        let samples = notation::expand(&items, grid).expect("samples");
        let sample = |it: &Text| match it {
            Text::Gap => None,
            Text::Float(it) => Some(Sample::Float(*it)),
            Text::Histogram(it) => Some(Sample::Histogram(Arc::new(it.histogram()))),
        };
        (labels, samples.iter().map(sample).collect())
    };
    data.series.iter().map(one).collect()
}

/// The samples as a server's database gives them back.
pub fn stored(data: &Data) -> MemoryStorage {
    let mut storage = MemoryStorage::new();
    for (labels, samples) in of(data) {
        let id = storage.series_id(&labels, 0);
        let mut before = None;
        for (idx, sample) in samples.into_iter().enumerate() {
            let time = idx as i64 * data.spacing;
            match sample {
                None => {}
                Some(Sample::Float(value)) => {
                    before = None;
                    storage.append(id, time, Sample::Float(value));
                }
                Some(Sample::Histogram(it)) => {
                    let it = it.as_ref().clone().stored_after(before.as_ref());
                    before = Some(it.clone());
                    storage.append(id, time, Sample::Histogram(Arc::new(it)));
                }
            }
        }
    }
    storage
}
