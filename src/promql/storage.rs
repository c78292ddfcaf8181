//! Series in memory, with a label index.
//!
//! Holds the series that a test loads and those that rules write while they run. An
//! evaluation reads it, or a [`View`] of it that hides what a rule must not see yet.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::promql::labels::{Labels, Symbol};
use crate::promql::matcher::Matchers;
use crate::promql::series::{Points, Samples, Series, SeriesRef, Storage};
use crate::promql::value::{STALE_NAN, Sample};

/// The number of a series in a [`MemoryStorage`].
pub type SeriesId = u32;

/// Who writes a series: 0 for data, a rule's place in the order of evaluation (from 1)
/// for its results.
pub type Rank = u32;

/// Series in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    series: Vec<Series>,
    ranks: Vec<Rank>,
    by_labels: HashMap<Labels, SeriesId>,
    /// Name and value of a label -> series that have it, ascending.
    index: HashMap<(Symbol, Symbol), Vec<SeriesId>>,
    /// The place of each series in the order of labels, once somebody has asked.
    places: OnceLock<Vec<u32>>,
}

impl MemoryStorage {
    /// A storage without series.
    pub fn new() -> MemoryStorage {
        MemoryStorage::default()
    }

    /// Adds a whole series. Samples of a series that is there already are merged by
    /// time; of two at the same time the new one wins.
    pub fn insert(&mut self, series: Series) {
        let id = self.series_id(&series.labels, 0);
        let old = &mut self.series[id as usize];
        if old.floats.is_empty() && old.histograms.is_empty() {
            old.floats = series.floats;
            old.histograms = series.histograms;
            return;
        }
        for (time, value) in series.floats.points().iter() {
            put(old, time, Sample::Float(*value));
        }
        for (time, value) in series.histograms.points().iter() {
            put(old, time, Sample::Histogram(value.clone()));
        }
    }

    /// The id of the series with these labels, which is made if need be. The lowest
    /// rank of its writers is kept.
    pub fn series_id(&mut self, labels: &Labels, rank: Rank) -> SeriesId {
        if let Some(id) = self.by_labels.get(labels) {
            let old = &mut self.ranks[*id as usize];
            *old = (*old).min(rank);
            return *id;
        }
        self.places.take();
        let id = self.series.len() as SeriesId;
        self.series.push(Series { labels: labels.clone(), ..Series::default() });
        self.ranks.push(rank);
        self.by_labels.insert(labels.clone(), id);
        for (name, value) in labels.iter() {
            self.index.entry((name.clone(), value.clone())).or_default().push(id);
        }
        id
    }

    /// Adds a sample, usually the latest of its series; one at the same time is
    /// replaced.
    pub fn append(&mut self, id: SeriesId, time: i64, sample: Sample) {
        put(&mut self.series[id as usize], time, sample);
    }

    /// Marks a series as gone at a time.
    pub fn append_stale(&mut self, id: SeriesId, time: i64) {
        self.append(id, time, Sample::Float(STALE_NAN));
    }

    /// All series, in the order in which they came.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.series.iter().map(|it| it.floats.len() + it.histograms.len()).sum()
    }

    /// The ids of the series that match, in the order of their labels.
    pub fn matching(&self, matchers: &Matchers) -> Vec<SeriesId> {
        let shortest = matchers
            .equalities()
            .map(|(name, value)| {
                let key = (Symbol::from(name), Symbol::from(value));
                self.index.get(&key).map_or(&[] as &[SeriesId], |it| it)
            })
            .min_by_key(|it| it.len());
        let holds = |id: &SeriesId| matchers.holds(&self.series[*id as usize].labels);
        let mut ids: Vec<SeriesId> = match shortest {
            Some(ids) => ids.iter().copied().filter(holds).collect(),
            None => (0..self.series.len() as SeriesId).filter(holds).collect(),
        };
        // To order all series pays where many of them are asked for, but only once.
        let places = match self.series.len() <= 4 * ids.len() {
            true => Some(self.places.get_or_init(|| self.in_order())),
            false => self.places.get(),
        };
        match places {
            Some(places) => ids.sort_unstable_by_key(|it| places[*it as usize]),
            None => ids.sort_by(|a, b| self.labels(*a).cmp(self.labels(*b))),
        }
        ids
    }

    fn labels(&self, id: SeriesId) -> &Labels {
        &self.series[id as usize].labels
    }

    fn in_order(&self) -> Vec<u32> {
        let mut ids: Vec<SeriesId> = (0..self.series.len() as SeriesId).collect();
        ids.sort_by(|a, b| self.labels(*a).cmp(self.labels(*b)));
        let mut places = vec![0; ids.len()];
        for (place, id) in (0..).zip(ids) {
            places[id as usize] = place;
        }
        places
    }
}

impl Storage for MemoryStorage {
    fn select<'a>(
        &'a self,
        matchers: &Matchers,
        start: i64,
        end: i64,
    ) -> Vec<SeriesRef<'a>> {
        let ids = self.matching(matchers).into_iter();
        let all = ids.map(|id| cut(self.series[id as usize].as_ref(), start, end));
        all.filter(|it| !it.floats.is_empty() || !it.histograms.is_empty()).collect()
    }
}

/// A storage as one rule sees it at one tick: nothing after `until`, and at `until`
/// itself nothing that a rule writes which comes later in the order of evaluation.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The series.
    pub storage: &'a MemoryStorage,
    /// The time of the tick.
    pub until: i64,
    /// The rule that looks: results of this rank and above are hidden at the tick.
    pub rank: Rank,
}

impl Storage for View<'_> {
    fn select<'a>(
        &'a self,
        matchers: &Matchers,
        start: i64,
        end: i64,
    ) -> Vec<SeriesRef<'a>> {
        let ids = self.storage.matching(matchers).into_iter();
        let all = ids.map(|id| {
            let rank = self.storage.ranks[id as usize];
            let hidden = rank != 0 && self.rank <= rank;
            let until = if hidden { self.until - 1 } else { self.until };
            cut(self.storage.series[id as usize].as_ref(), start, end.min(until))
        });
        all.filter(|it| !it.floats.is_empty() || !it.histograms.is_empty()).collect()
    }
}

/// The part of a series within `start..=end`.
fn cut(series: SeriesRef<'_>, start: i64, end: i64) -> SeriesRef<'_> {
    SeriesRef {
        floats: cut_points(series.floats, start, end),
        histograms: cut_points(series.histograms, start, end),
        ..series
    }
}

fn cut_points<T>(points: Points<'_, T>, start: i64, end: i64) -> Points<'_, T> {
    let from = points.times.partition_point(|it| *it < start);
    let to = points.times.partition_point(|it| *it <= end);
    points.part(from, to.max(from))
}

/// Puts a sample where its time belongs.
fn put(series: &mut Series, time: i64, sample: Sample) {
    match sample {
        Sample::Float(value) => {
            remove_at(&mut series.histograms, time);
            put_sample(&mut series.floats, time, value);
        }
        Sample::Histogram(value) => {
            remove_at(&mut series.floats, time);
            put_sample(&mut series.histograms, time, value);
        }
    }
}

fn put_sample<T>(samples: &mut Samples<T>, time: i64, value: T) {
    if samples.times.last().is_none_or(|it| *it < time) {
        samples.push(time, value);
        return;
    }
    match samples.times.binary_search(&time) {
        Ok(at) => samples.values[at] = value,
        Err(at) => {
            Arc::make_mut(&mut samples.times).insert(at, time);
            samples.values.insert(at, value);
            if !samples.starts.is_empty() {
                samples.starts.insert(at, 0);
            }
        }
    }
}

fn remove_at<T>(samples: &mut Samples<T>, time: i64) {
    let Ok(at) = samples.times.binary_search(&time) else { return };
    Arc::make_mut(&mut samples.times).remove(at);
    samples.values.remove(at);
    if !samples.starts.is_empty() {
        samples.starts.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::syntax::ast::MatchOp;

    fn all(storage: &dyn Storage, end: i64) -> Vec<(String, usize)> {
        let name = [("__name__".into(), MatchOp::Equal, "a".into())];
        let matchers = Matchers::from_parts(name);
        let series = storage.select(&matchers, i64::MIN, end);
        series.iter().map(|it| (it.labels.to_string(), it.floats.len())).collect()
    }

    #[test]
    fn a_view_hides_the_future_and_later_rules() {
        let mut storage = MemoryStorage::new();
        let loaded = storage.series_id(&Labels::from_strs(&[("__name__", "a")]), 0);
        let labels = Labels::from_strs(&[("__name__", "a"), ("b", "1")]);
        let written = storage.series_id(&labels, 2);
        for time in [0, 10, 20] {
            storage.append(loaded, time, Sample::Float(1.0));
            storage.append(written, time, Sample::Float(1.0));
        }
        let one = r#"{__name__="a"}"#.to_string();
        let two = r#"{__name__="a", b="1"}"#.to_string();
        assert_eq!(all(&storage, 10), [(one.clone(), 2), (two.clone(), 2)]);
        let view = |rank| View { storage: &storage, until: 10, rank };
        assert_eq!(all(&view(1), 99), [(one.clone(), 2), (two.clone(), 1)]);
        assert_eq!(all(&view(2), 99), [(one.clone(), 2), (two.clone(), 1)]);
        assert_eq!(all(&view(3), 99), [(one, 2), (two, 2)]);
    }
}
