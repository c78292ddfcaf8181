//! `load_with_nhcb`: classic histograms as native ones with custom bounds, too.
//!
//! As `util/convertnhcb` of Prometheus.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::notation::Sample as Written;
use crate::case::script::Load;
use crate::promql::histogram::{BucketSpan, CUSTOM_BUCKETS_SCHEMA, Histogram};
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::number;

/// The label of a classic histogram's bucket.
const BUCKET_LABEL: &str = "le";

/// What the series of a classic histogram say at one time.
#[derive(Default)]
struct Classic {
    /// Upper bounds, ascending, with counts up to them.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

/// What a series of a classic histogram holds.
enum Role {
    Bucket(f64),
    Count,
    Sum,
}

/// The native histograms of the classic ones in a `load`, by labels and time.
pub(super) fn convert(
    load: &Load,
) -> Result<BTreeMap<Labels, BTreeMap<i64, Arc<Histogram>>>, String> {
    let mut all: BTreeMap<Labels, BTreeMap<i64, Classic>> = BTreeMap::new();
    for series in &load.series {
        let Some((base, role)) = role(&series.labels) else { continue };
        let of_base = all.entry(base).or_default();
        for (idx, sample) in series.samples.iter().enumerate() {
            let Written::Float(value) = sample else { continue };
            let classic = of_base.entry(idx as i64 * load.gap).or_default();
            match role {
                Role::Bucket(bound) => classic.put(bound, *value)?,
                Role::Count => classic.count = Some(*value),
                Role::Sum => classic.sum = *value,
            }
        }
    }
    let mut converted = BTreeMap::new();
    for (labels, of_base) in all {
        let mut histograms = BTreeMap::new();
        for (time, classic) in of_base {
            histograms.insert(time, Arc::new(classic.convert()?));
        }
        converted.insert(labels, histograms);
    }
    Ok(converted)
}

fn role(labels: &Labels) -> Option<(Labels, Role)> {
    let name = labels.metric_name();
    let (base, role) = if let Some(base) = name.strip_suffix("_bucket") {
        let bound = number::parse(labels.get(BUCKET_LABEL)).filter(|it| !it.is_nan())?;
        (base, Role::Bucket(bound))
    } else if let Some(base) = name.strip_suffix("_count") {
        (base, Role::Count)
    } else {
        (name.strip_suffix("_sum")?, Role::Sum)
    };
    Some((labels.with(METRIC_NAME, base).with(BUCKET_LABEL, ""), role))
}

impl Classic {
    fn put(&mut self, bound: f64, count: f64) -> Result<(), String> {
        if count < 0.0 {
            return Err("bucket count must be non-negative".into());
        }
        let at = self.buckets.partition_point(|it| it.0 < bound);
        if self.buckets.get(at).is_some_and(|it| it.0 == bound) {
            return Ok(());
        }
        let below = at.checked_sub(1).map(|it| self.buckets[it].1);
        let above = self.buckets.get(at).map(|it| it.1);
        if below.is_some_and(|it| count < it) || above.is_some_and(|it| it < count) {
            return Err("count is not cumulative".into());
        }
        self.buckets.insert(at, (bound, count));
        Ok(())
    }

    fn convert(mut self) -> Result<Histogram, String> {
        let highest = self.buckets.last().map(|it| it.1);
        let count = self.count.or(highest).unwrap_or(0.0);
        if self.buckets.last().is_none_or(|it| it.0 != f64::INFINITY) {
            self.buckets.push((f64::INFINITY, count));
        }
        if self.buckets.last().is_none_or(|it| it.1 != count) {
            return Err("count mismatch".into());
        }
        let mut before = 0.0;
        let mut counts = Vec::with_capacity(self.buckets.len());
        for (_, count) in &self.buckets {
            counts.push(count - before);
            before = *count;
        }
        let bounds = self.buckets.iter().map(|it| it.0);
        let histogram = Histogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count,
            sum: self.sum,
            positive_spans: vec![BucketSpan { offset: 0, length: counts.len() as u32 }],
            positive_buckets: counts,
            custom_values: bounds.filter(|it| *it != f64::INFINITY).collect(),
            ..Histogram::default()
        };
        Ok(histogram.compacted())
    }
}
