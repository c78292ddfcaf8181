//! Aggregations that take samples one by one: `sum`, `avg`, `min`, `count`, …
//!
//! A series streams into the accumulators of its group, of which there is one per step
//! (`aggregation` in Prometheus `promql/engine.go`). What the floats of a group add up
//! to is kept in arrays, so that whole columns are added in loops without a branch.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::eval::Evaluator;
use crate::promql::functions::kind::metric_of;
use crate::promql::histogram::{Histogram, Style, Total};
use crate::promql::kahan::{Kahan, add};
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{AggregateOp, TextRange};
use crate::promql::value::{Bits, Column};

/// How an aggregation takes samples one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    Avg,
    Count,
    Group,
    Min,
    Max,
    Stdvar,
    Stddev,
}

impl Fold {
    /// That of an operator; none where it has to see all samples of a step.
    pub(super) fn of(op: AggregateOp) -> Option<Fold> {
        match op {
            AggregateOp::Sum => Some(Fold::Sum),
            AggregateOp::Avg => Some(Fold::Avg),
            AggregateOp::Count => Some(Fold::Count),
            AggregateOp::Group => Some(Fold::Group),
            AggregateOp::Min => Some(Fold::Min),
            AggregateOp::Max => Some(Fold::Max),
            AggregateOp::Stdvar => Some(Fold::Stdvar),
            AggregateOp::Stddev => Some(Fold::Stddev),
            AggregateOp::Quantile
            | AggregateOp::CountValues
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio => None,
        }
    }

    fn takes_histograms(self) -> bool {
        matches!(self, Fold::Count | Fold::Group)
    }
}

/// What a group has come to.
pub(super) struct Folded {
    labels: Labels,
    /// The last step of the series whose names are to go.
    last_nameless: Option<usize>,
    /// The steps at which it has a float (or a sample at all, where kinds do not count).
    seen: Bits,
    /// The sum, the extremum, or the squared deviation.
    value: Vec<f64>,
    /// What rounding took from a sum, or the mean where deviations are wanted.
    second: Vec<f64>,
    /// The number of samples.
    count: Vec<f64>,
    /// The steps at which a sum would have overflowed: `value` is the mean.
    running: Vec<bool>,
    /// The sums of histograms by step.
    histograms: BTreeMap<usize, FoldedHistograms>,
}

struct FoldedHistograms {
    /// None where they do not go together.
    total: Option<Total>,
    /// The first one has custom bounds.
    is_custom: bool,
}

impl Folded {
    /// Of no series yet.
    pub(super) fn new(fold: Fold, labels: Labels, n_steps: usize) -> Folded {
        let zeros = |wanted: bool| vec![0.0; if wanted { n_steps } else { 0 }];
        let has_second =
            matches!(fold, Fold::Sum | Fold::Avg | Fold::Stdvar | Fold::Stddev);
        let has_count =
            matches!(fold, Fold::Avg | Fold::Count | Fold::Stdvar | Fold::Stddev);
        // Nothing but -0 leaves every number as it is when it is added.
        let value = match fold {
            Fold::Sum | Fold::Avg => vec![-0.0; n_steps],
            Fold::Count | Fold::Group => Vec::new(),
            Fold::Min | Fold::Max | Fold::Stdvar | Fold::Stddev => zeros(true),
        };
        Folded {
            labels,
            last_nameless: None,
            seen: Bits::none(n_steps),
            value,
            second: zeros(has_second),
            count: zeros(has_count),
            running: Vec::new(),
            histograms: BTreeMap::new(),
        }
    }

    /// Adds the floats of a series, or all samples where kinds do not count.
    fn add(&mut self, fold: Fold, floats: &[f64], has: &Bits) {
        let is_full = has.is_full();
        match fold {
            Fold::Sum if is_full => add_all(&mut self.value, &mut self.second, floats),
            Fold::Sum => {
                for step in has.iter() {
                    let (value, second) = (&mut self.value[step], &mut self.second[step]);
                    (*value, *second) = add(*value, *second, floats[step]);
                }
            }
            Fold::Avg => self.add_to_mean(floats, has, is_full),
            Fold::Count => has.iter().for_each(|step| self.count[step] += 1.0),
            Fold::Group => {}
            Fold::Min => self.keep(floats, has, is_full, |it, kept| it < kept),
            Fold::Max => self.keep(floats, has, is_full, |it, kept| kept < it),
            Fold::Stdvar | Fold::Stddev => self.add_deviations(floats, has),
        }
        self.seen.or(has);
    }

    fn keep(
        &mut self,
        floats: &[f64],
        has: &Bits,
        is_full: bool,
        beats: impl Fn(f64, f64) -> bool,
    ) {
        if is_full && self.seen.is_full() {
            for (kept, it) in self.value.iter_mut().zip(floats) {
                *kept = if beats(*it, *kept) || kept.is_nan() { *it } else { *kept };
            }
            return;
        }
        for step in has.iter() {
            let kept = &mut self.value[step];
            if !self.seen.get(step) || beats(floats[step], *kept) || kept.is_nan() {
                *kept = floats[step];
            }
        }
    }

    /// The plain sum divided at the end is more exact than a running mean; the latter
    /// takes over only where the sum would overflow.
    fn add_to_mean(&mut self, floats: &[f64], has: &Bits, is_full: bool) {
        let overflows = |(sum, it): (&f64, &f64)| (sum + it).is_infinite();
        let is_plain = self.running.is_empty() && is_full;
        if is_plain && !self.value.iter().zip(floats).any(overflows) {
            add_all(&mut self.value, &mut self.second, floats);
            self.count.iter_mut().for_each(|it| *it += 1.0);
            return;
        }
        for step in has.iter() {
            let (value, second) = (&mut self.value[step], &mut self.second[step]);
            let count = &mut self.count[step];
            *count += 1.0;
            let is_running = self.running.get(step).is_some_and(|it| *it);
            if !is_running {
                let (sum, lost) = add(*value, *second, floats[step]);
                // A single value is the mean, even if it is infinite.
                if !sum.is_infinite() || *count == 1.0 {
                    (*value, *second) = (sum, lost);
                    continue;
                }
                self.running.resize(floats.len(), false);
                self.running[step] = true;
                *value /= *count - 1.0;
                *second /= *count - 1.0;
            }
            let share = (*count - 1.0) / *count;
            let mut mean = Kahan { sum: share * *value, lost: share * *second };
            mean.add(floats[step] / *count);
            (*value, *second) = (mean.sum, mean.lost);
        }
    }

    fn add_deviations(&mut self, floats: &[f64], has: &Bits) {
        for step in has.iter() {
            let it = floats[step];
            self.count[step] += 1.0;
            if self.count[step] == 1.0 {
                self.second[step] = it;
                self.value[step] = if it.is_finite() { 0.0 } else { f64::NAN };
                continue;
            }
            let delta = it - self.second[step];
            self.second[step] += delta / self.count[step];
            self.value[step] += delta * (it - self.second[step]);
        }
    }

    /// The floats that it has come to; meaningless where it has seen none.
    fn floats(&mut self, fold: Fold) -> Vec<f64> {
        let mut values = std::mem::take(&mut self.value);
        let seconds = self.second.iter();
        match fold {
            Fold::Sum => {
                values.iter_mut().zip(seconds).for_each(|(it, lost)| *it += lost)
            }
            Fold::Avg => {
                let counts = self.count.iter();
                let all = values.iter_mut().zip(seconds.zip(counts));
                for (step, (it, (lost, count))) in all.enumerate() {
                    *it = match self.running.get(step) {
                        Some(true) => *it + lost,
                        _ => *it / count + lost / count,
                    };
                }
            }
            Fold::Count => values = std::mem::take(&mut self.count),
            Fold::Group => values = vec![1.0; self.seen.len()],
            Fold::Min | Fold::Max => {}
            Fold::Stdvar | Fold::Stddev => {
                for (it, count) in values.iter_mut().zip(&self.count) {
                    *it /= count;
                    if fold == Fold::Stddev {
                        *it = it.sqrt();
                    }
                }
            }
        }
        values
    }
}

fn add_all(sums: &mut [f64], lost: &mut [f64], terms: &[f64]) {
    for ((sum, lost), term) in sums.iter_mut().zip(lost).zip(terms) {
        (*sum, *lost) = add(*sum, *lost, *term);
    }
}

impl Evaluator<'_> {
    /// Adds a series to its group.
    pub(super) fn fold(
        &mut self,
        fold: Fold,
        group: &mut Folded,
        column: &Column,
        aggregation: &'static str,
        at: TextRange,
    ) {
        if column.drop_name {
            group.last_nameless = group.last_nameless.max(column.has.last());
        }
        let is_plain = column.histograms.is_none() && group.histograms.is_empty();
        if is_plain || fold.takes_histograms() {
            return group.add(fold, &column.floats, &column.has);
        }
        let mut has = column.has.clone();
        // Nothing more is taken once histograms did not go together.
        for (step, it) in &group.histograms {
            if it.total.is_none() && !group.seen.get(*step) {
                has.unset(*step);
            }
        }
        let Some(histograms) = &column.histograms else {
            return group.add(fold, &column.floats, &has);
        };
        for step in column.has.iter() {
            let Some(histogram) = &histograms[step] else { continue };
            has.unset(step);
            match fold {
                Fold::Sum | Fold::Avg => {
                    self.fold_histogram(fold, group, step, histogram, &column.labels, at);
                }
                _ => {
                    let kind = AnnotationKind::IgnoredInAggregation { aggregation };
                    self.notes.add(kind, at);
                }
            }
        }
        group.add(fold, &column.floats, &has);
    }

    fn fold_histogram(
        &mut self,
        fold: Fold,
        group: &mut Folded,
        step: usize,
        histogram: &Histogram,
        labels: &Labels,
        at: TextRange,
    ) {
        match group.histograms.entry(step) {
            // Behind a float the histograms are not even looked at.
            Entry::Vacant(it) if group.seen.get(step) => {
                it.insert(FoldedHistograms { total: None, is_custom: false });
            }
            Entry::Vacant(it) => {
                let style = Style::of(self.dialect);
                let total = Some(Total::new(histogram, fold == Fold::Avg, style));
                let is_custom = histogram.has_custom_buckets();
                it.insert(FoldedHistograms { total, is_custom });
            }
            Entry::Occupied(mut it) => {
                let FoldedHistograms { total, is_custom } = it.get_mut();
                if total.as_mut().is_some_and(|it| it.add(histogram).is_err()) {
                    *total = None;
                    let metric = metric_of(labels);
                    let kind = match *is_custom && histogram.has_custom_buckets() {
                        true => AnnotationKind::IncompatibleCustomBuckets { metric },
                        false => AnnotationKind::MixedExponentialCustom { metric },
                    };
                    self.notes.add(kind, at);
                }
            }
        }
    }

    /// The result of a group.
    pub(super) fn folded(
        &mut self,
        fold: Fold,
        mut group: Folded,
        at: TextRange,
    ) -> Column {
        let floats = group.floats(fold);
        let Folded { labels, last_nameless, seen: has, .. } = group;
        let mut column =
            Column { labels, drop_name: false, floats, has, histograms: None };
        for (step, FoldedHistograms { total, .. }) in group.histograms {
            if column.has.get(step) {
                column.clear(step);
                self.notes.add(AnnotationKind::MixedFloatsHistogramsAggregation, at);
            } else if let Some(total) = total {
                let (histogram, remarks) = total.finish();
                self.notes.remarks(remarks, HistogramOp::Aggregation, at);
                column.set_histogram(step, Arc::new(histogram.compacted()));
            }
        }
        // The name goes as at the last step, where a single series suffices.
        column.drop_name = last_nameless.is_some() && last_nameless == column.has.last();
        column
    }
}
