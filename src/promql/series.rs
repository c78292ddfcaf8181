//! Series of samples, and where an evaluation finds them.
//!
//! [`Storage`] is the one seam between the engine and data: an evaluation knows nothing
//! of where series come from. `storage.rs` holds them in memory.

use std::sync::Arc;

use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;

/// Samples of one kind, sorted by time.
#[derive(Clone, Debug)]
pub struct Samples<T> {
    /// Times in milliseconds; shared by the series of one load until one is appended to.
    pub times: Arc<Vec<i64>>,
    /// Values, as many as times.
    pub values: Vec<T>,
    /// Start timestamps, as many as times; empty where no sample has one.
    pub starts: Vec<i64>,
}

impl<T> Default for Samples<T> {
    fn default() -> Samples<T> {
        Samples { times: Arc::default(), values: Vec::new(), starts: Vec::new() }
    }
}

impl<T> Samples<T> {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All of them.
    pub fn points(&self) -> Points<'_, T> {
        Points { times: &self.times, values: &self.values, starts: &self.starts }
    }

    /// Adds a sample that is later than those that are there.
    pub fn push(&mut self, time: i64, value: T) {
        Arc::make_mut(&mut self.times).push(time);
        self.values.push(value);
        if !self.starts.is_empty() {
            self.starts.push(0);
        }
    }
}

/// A run of samples of one kind, borrowed.
#[derive(Debug)]
pub struct Points<'a, T> {
    /// Times in milliseconds, ascending.
    pub times: &'a [i64],
    /// Values, as many as times.
    pub values: &'a [T],
    /// Start timestamps, as many as times, or none.
    pub starts: &'a [i64],
}

impl<T> Clone for Points<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Points<'_, T> {}

impl<'a, T> Points<'a, T> {
    /// No samples.
    pub fn none() -> Points<'a, T> {
        Points { times: &[], values: &[], starts: &[] }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The samples `from..to`, by index.
    pub fn part(&self, from: usize, to: usize) -> Points<'a, T> {
        Points {
            times: &self.times[from..to],
            values: &self.values[from..to],
            starts: self.starts.get(from..to).unwrap_or_default(),
        }
    }

    /// Time and value of the first sample.
    pub fn first(&self) -> Option<(i64, &'a T)> {
        Some((*self.times.first()?, self.values.first()?))
    }

    /// Time and value of the last sample.
    pub fn last(&self) -> Option<(i64, &'a T)> {
        Some((*self.times.last()?, self.values.last()?))
    }

    /// Times and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &'a T)> + use<'a, T> {
        self.times.iter().copied().zip(self.values)
    }
}

/// A series with its samples; at one time it has a float or a histogram, not both.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The labels.
    pub labels: Labels,
    /// The metric name is to go, but is still kept (results of subqueries only).
    pub drop_name: bool,
    /// The floats.
    pub floats: Samples<f64>,
    /// The native histograms.
    pub histograms: Samples<Arc<Histogram>>,
}

impl Series {
    /// The series, borrowed.
    pub fn as_ref(&self) -> SeriesRef<'_> {
        SeriesRef {
            labels: &self.labels,
            drop_name: self.drop_name,
            floats: self.floats.points(),
            histograms: self.histograms.points(),
        }
    }
}

/// A series that somebody else holds, or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct SeriesRef<'a> {
    /// The labels.
    pub labels: &'a Labels,
    /// The metric name is to go, but is still kept.
    pub drop_name: bool,
    /// The floats, staleness markers among them.
    pub floats: Points<'a, f64>,
    /// The native histograms.
    pub histograms: Points<'a, Arc<Histogram>>,
}

impl<'a> SeriesRef<'a> {
    /// The series with other histograms, if there are any.
    pub fn with<'b>(
        self,
        histograms: Option<&'b Samples<Arc<Histogram>>>,
    ) -> SeriesRef<'b>
    where
        'a: 'b,
    {
        let histograms = histograms.map_or(self.histograms, Samples::points);
        SeriesRef { histograms, ..self }
    }
}

/// Where an evaluation finds its series.
pub trait Storage: Sync {
    /// The series that match, in the order of their labels. Only samples with
    /// `start <= time <= end` will be looked at: more may be returned, fewer not.
    fn select<'a>(
        &'a self,
        matchers: &Matchers,
        start: i64,
        end: i64,
    ) -> Vec<SeriesRef<'a>>;
}
