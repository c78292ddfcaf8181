//! `load`: written samples to series.

use std::sync::Arc;

use crate::case::notation::{Hint, HistogramText, Sample as Written};
use crate::case::script::Load;
use crate::promql::histogram::{BucketSpan, Histogram, ResetHint};
use crate::promql::series::{Samples, Series};
use crate::promql::storage::MemoryStorage;

/// Adds the series of a `load`.
pub(super) fn load(storage: &mut MemoryStorage, load: &Load) -> Result<(), String> {
    for series in &load.series {
        let mut floats = Samples::default();
        let mut histograms = Samples::default();
        let mut starts = (Vec::new(), Vec::new());
        for (idx, sample) in series.samples.iter().enumerate() {
            let time = idx as i64 * load.gap;
            let start = series.starts.get(idx).copied().flatten();
            let start = start.map_or(0, |it| time + it);
            match sample {
                Written::Gap => {}
                Written::Float(value) => {
                    floats.push(time, *value);
                    starts.0.push(start);
                }
                Written::Histogram(text) => {
                    histograms.push(time, Arc::new(histogram(text)));
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
    match load.with_nhcb {
        true => Err("load_with_nhcb: not supported yet".into()),
        false => Ok(()),
    }
}

/// The histogram that a description stands for.
pub(super) fn histogram(text: &HistogramText) -> Histogram {
    let spans = |buckets: &[f64], offset: i32| match buckets.len() {
        0 => Vec::new(),
        n => vec![BucketSpan { offset, length: n as u32 }],
    };
    Histogram {
        reset_hint: match text.hint {
            None | Some(Hint::Unknown) => ResetHint::Unknown,
            Some(Hint::Reset) => ResetHint::Reset,
            Some(Hint::NotReset) => ResetHint::NotReset,
            Some(Hint::Gauge) => ResetHint::Gauge,
        },
        schema: text.schema,
        zero_threshold: text.zero_threshold,
        zero_count: text.zero_count,
        count: text.count,
        sum: text.sum,
        positive_spans: spans(&text.positive, text.positive_offset),
        positive_buckets: text.positive.clone(),
        negative_spans: spans(&text.negative, text.negative_offset),
        negative_buckets: text.negative.clone(),
        custom_values: text.custom_values.clone(),
    }
}
