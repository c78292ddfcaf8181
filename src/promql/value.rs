//! What an expression evaluates to, over a grid of steps.
//!
//! Values are columns: one array per series with a slot per step, and a bit that says
//! whether the step has a sample. An instant query is a grid of one step, so nothing in
//! the engine tells the two apart. Mirrors Prometheus `promql/value.go` in meaning.

use std::sync::Arc;

use crate::promql::histogram::Histogram;
use crate::promql::labels::Labels;
use crate::promql::series::Series;
use crate::promql::syntax::types::ValueType;

/// The result of an evaluation.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number per step.
    Scalar(Vec<f64>),
    /// A text, the same at every step.
    Text(Arc<str>),
    /// Series over the steps of the grid. The order of the columns is the order of the
    /// result of an instant query.
    Vector(Vec<Column>),
    /// The samples of a range selector or subquery, with their own times. Only an
    /// instant query has one as its result.
    Matrix(Vec<Series>),
}

impl Value {
    /// The type of the value.
    pub fn value_type(&self) -> ValueType {
        match self {
            Value::Scalar(_) => ValueType::Scalar,
            Value::Text(_) => ValueType::String,
            Value::Vector(_) => ValueType::Vector,
            Value::Matrix(_) => ValueType::Matrix,
        }
    }
}

/// One sample's value.
#[derive(Clone, Debug)]
pub enum Sample {
    /// A float.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<Histogram>),
}

impl From<f64> for Sample {
    fn from(value: f64) -> Sample {
        Sample::Float(value)
    }
}

/// The steps at which an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The first step, in milliseconds.
    pub start: i64,
    /// No step is later.
    pub end: i64,
    /// Distance of the steps; 0 for an instant query, which has one.
    pub step: i64,
}

impl Grid {
    /// The one step of an instant query.
    pub fn instant(time: i64) -> Grid {
        Grid { start: time, end: time, step: 0 }
    }

    /// The steps of a range query. A `step` below one is taken as one.
    pub fn range(start: i64, end: i64, step: i64) -> Grid {
        Grid { start, end, step: step.max(1) }
    }

    /// Whether this is an instant query.
    pub fn is_instant(&self) -> bool {
        self.step == 0
    }

    /// Number of steps; none when the end lies before the start.
    pub fn n_steps(&self) -> usize {
        match self.start <= self.end {
            true => ((self.end - self.start) / self.step.max(1)) as usize + 1,
            false => 0,
        }
    }

    /// The time of a step.
    pub fn time(&self, step: usize) -> i64 {
        self.start + step as i64 * self.step.max(1)
    }

    /// The times of all steps.
    pub fn times(&self) -> impl Iterator<Item = i64> + use<> {
        let grid = *self;
        (0..grid.n_steps()).map(move |it| grid.time(it))
    }
}

/// One series over the steps of a grid.
#[derive(Clone, Debug)]
pub struct Column {
    /// The labels.
    pub labels: Labels,
    /// The metric name is to go, but is still kept (delayed name removal).
    pub drop_name: bool,
    /// The floats, a slot per step; meaningless where `has` is unset or a histogram is.
    pub floats: Vec<f64>,
    /// Which steps have a sample, of either kind.
    pub has: Bits,
    /// The histograms, a slot per step, where the series has any.
    pub histograms: Option<Box<[Option<Arc<Histogram>>]>>,
}

impl Column {
    /// A column of `n_steps` steps without samples.
    pub fn empty(labels: Labels, n_steps: usize) -> Column {
        Column {
            labels,
            drop_name: false,
            floats: vec![0.0; n_steps],
            has: Bits::none(n_steps),
            histograms: None,
        }
    }

    /// A column that has a float at every step.
    pub fn full(labels: Labels, floats: Vec<f64>) -> Column {
        let has = Bits::all(floats.len());
        Column { labels, drop_name: false, floats, has, histograms: None }
    }

    /// Becomes a column without samples, in the memory that it has. The floats stay as
    /// they are: they mean nothing until they are set.
    pub fn reset(&mut self, labels: Labels, n_steps: usize) {
        self.labels = labels;
        self.drop_name = false;
        self.histograms = None;
        match self.floats.len() == n_steps {
            true => self.has.unset_all(),
            false => {
                self.floats = vec![0.0; n_steps];
                self.has = Bits::none(n_steps);
            }
        }
    }

    /// Takes the column away and leaves one without steps.
    pub fn take(&mut self) -> Column {
        std::mem::replace(self, Column::empty(Labels::empty(), 0))
    }

    /// Number of steps.
    pub fn n_steps(&self) -> usize {
        self.floats.len()
    }

    /// The float at a step, if the sample there is one.
    pub fn float(&self, step: usize) -> Option<f64> {
        match self.has.get(step) && self.histogram(step).is_none() {
            true => Some(self.floats[step]),
            false => None,
        }
    }

    /// The histogram at a step, if the sample there is one.
    pub fn histogram(&self, step: usize) -> Option<&Arc<Histogram>> {
        match self.has.get(step) {
            true => self.histograms.as_ref()?[step].as_ref(),
            false => None,
        }
    }

    /// The sample at a step.
    pub fn sample(&self, step: usize) -> Option<Sample> {
        match self.histogram(step) {
            Some(it) => Some(Sample::Histogram(it.clone())),
            None => self.float(step).map(Sample::Float),
        }
    }

    /// Puts a float at a step.
    pub fn set_float(&mut self, step: usize, value: f64) {
        self.floats[step] = value;
        self.has.set(step);
        if let Some(histograms) = &mut self.histograms {
            histograms[step] = None;
        }
    }

    /// Puts a histogram at a step.
    pub fn set_histogram(&mut self, step: usize, value: Arc<Histogram>) {
        let n_steps = self.floats.len();
        let histograms =
            self.histograms.get_or_insert_with(|| vec![None; n_steps].into_boxed_slice());
        histograms[step] = Some(value);
        self.has.set(step);
    }

    /// Puts a sample at a step.
    pub fn set(&mut self, step: usize, value: Sample) {
        match value {
            Sample::Float(it) => self.set_float(step, it),
            Sample::Histogram(it) => self.set_histogram(step, it),
        }
    }

    /// Takes the sample at a step away.
    pub fn clear(&mut self, step: usize) {
        self.has.unset(step);
        if let Some(histograms) = &mut self.histograms {
            histograms[step] = None;
        }
    }

    /// Whether any sample is a histogram.
    pub fn has_histograms(&self) -> bool {
        let histograms = self.histograms.iter().flat_map(|it| it.iter());
        histograms.zip(0..).any(|(it, step)| it.is_some() && self.has.get(step))
    }

    /// Leaves only floats.
    pub fn drop_histograms(&mut self) {
        let Some(histograms) = self.histograms.take() else { return };
        for (step, it) in histograms.iter().enumerate() {
            if it.is_some() {
                self.has.unset(step);
            }
        }
    }

    /// What the samples weigh in the engine's limit: a float counts as one.
    pub fn weight(&self) -> u64 {
        if self.histograms.is_none() {
            return self.has.count() as u64;
        }
        self.has.iter().map(|it| self.histogram(it).map_or(1, |it| it.weight())).sum()
    }
}

/// A set of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// None of `len` steps.
    pub fn none(len: usize) -> Bits {
        Bits { words: vec![0; len.div_ceil(64)], len }
    }

    /// All of `len` steps.
    pub fn all(len: usize) -> Bits {
        let mut words = vec![u64::MAX; len.div_ceil(64)];
        if !len.is_multiple_of(64)
            && let Some(last) = words.last_mut()
        {
            *last = (1 << (len % 64)) - 1;
        }
        Bits { words, len }
    }

    /// Number of steps, set or not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no steps at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a step is in the set.
    pub fn get(&self, idx: usize) -> bool {
        self.words[idx / 64] >> (idx % 64) & 1 != 0
    }

    /// Puts a step into the set.
    pub fn set(&mut self, idx: usize) {
        self.words[idx / 64] |= 1 << (idx % 64);
    }

    /// Takes a step out of the set.
    pub fn unset(&mut self, idx: usize) {
        self.words[idx / 64] &= !(1 << (idx % 64));
    }

    /// Takes all steps out of the set.
    pub fn unset_all(&mut self) {
        self.words.fill(0);
    }

    /// Becomes a set of those steps for which `holds`.
    pub fn fill_with(&mut self, mut holds: impl FnMut(usize) -> bool) {
        let len = self.len;
        for (idx, word) in self.words.iter_mut().enumerate() {
            let first = idx * 64;
            let end = (first + 64).min(len);
            *word = (first..end)
                .fold(0, |bits, step| bits | u64::from(holds(step)) << (step - first));
        }
    }

    /// Becomes equal to another set of as many steps.
    pub fn copy_from(&mut self, other: &Bits) {
        self.words.copy_from_slice(&other.words);
    }

    /// Whether all steps are in the set.
    pub fn is_full(&self) -> bool {
        self.count() == self.len
    }

    /// Leaves the steps that are in both sets.
    pub fn and(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    /// Leaves the steps that are not in the other set.
    pub fn and_not(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
    }

    /// Adds the steps of the other set.
    pub fn or(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    /// Number of steps in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// Whether any step is in the set.
    pub fn any(&self) -> bool {
        self.words.iter().any(|it| *it != 0)
    }

    /// The last step in the set.
    pub fn last(&self) -> Option<usize> {
        let idx = self.words.iter().rposition(|it| *it != 0)?;
        Some(idx * 64 + 63 - self.words[idx].leading_zeros() as usize)
    }

    /// The steps in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(idx, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(idx * 64 + bit)
            })
        })
    }

    /// Whether both sets share a step.
    pub fn intersects(&self, other: &Bits) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }
}

/// The NaN that marks a series as stale (Prometheus `model/value`).
pub const STALE_NAN: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether a value is the staleness marker, which other NaNs are not.
pub fn is_stale_nan(value: f64) -> bool {
    value.to_bits() == STALE_NAN.to_bits()
}

/// Whether there is a staleness marker among some values.
pub fn has_stale_nan(values: &[f64]) -> bool {
    // Without a way out of the loop a chunk becomes a few vector instructions.
    values.chunks(128).any(|it| it.iter().fold(false, |any, it| any | is_stale_nan(*it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_and_iterate() {
        let mut bits = Bits::none(130);
        for idx in [0, 63, 64, 129] {
            bits.set(idx);
        }
        bits.unset(63);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 64, 129]);
        assert_eq!(bits.count(), 3);
        assert_eq!(bits.last(), Some(129));
        assert_eq!(Bits::none(130).last(), None);
        assert_eq!(Bits::all(130).count(), 130);
        assert!(Bits::all(64).intersects(&Bits::all(64)));
    }

    #[test]
    fn a_grid_has_its_ends() {
        assert_eq!(Grid::range(0, 25, 10).times().collect::<Vec<_>>(), [0, 10, 20]);
        assert_eq!(Grid::range(10, 0, 10).n_steps(), 0);
        assert_eq!(Grid::instant(7).times().collect::<Vec<_>>(), [7]);
    }
}
