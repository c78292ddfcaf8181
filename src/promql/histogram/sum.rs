//! Adding and subtracting native histograms.
//!
//! Schemas, zero buckets and custom bounds that differ are brought together first
//! (`Add`, `Sub`, `KahanAdd` of `FloatHistogram` in Prometheus `model/histogram`).

use crate::promql::histogram::{Histogram, ResetHint, Side, bounds, entries, layout};
use crate::promql::kahan::Kahan;

/// Exponential and custom bounds cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incompatible;

/// What was peculiar about an addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// One histogram says that there was a reset, the other that there was none.
    pub collision: bool,
    /// Custom bounds differed: those that both have are left.
    pub reconciled: bool,
}

/// Buckets by index.
type Buckets = Vec<(i32, Kahan)>;

/// A sum of histograms under way, with what rounding takes from each number.
#[derive(Clone, Debug)]
pub struct HistogramSum {
    /// All but the numbers below.
    shape: Histogram,
    zero: Kahan,
    count: Kahan,
    sum: Kahan,
    positive: Buckets,
    negative: Buckets,
    /// What rounding takes is kept.
    exact: bool,
}

impl HistogramSum {
    /// A sum that keeps what rounding takes.
    pub fn exact(first: &Histogram) -> HistogramSum {
        HistogramSum::new(first, true)
    }

    /// A sum that loses what rounding takes.
    pub fn plain(first: &Histogram) -> HistogramSum {
        HistogramSum::new(first, false)
    }

    fn new(first: &Histogram, exact: bool) -> HistogramSum {
        HistogramSum {
            zero: Kahan::from(first.zero_count),
            count: Kahan::from(first.count),
            sum: Kahan::from(first.sum),
            positive: buckets(first, Side::Positive),
            negative: buckets(first, Side::Negative),
            shape: Histogram {
                positive_spans: Vec::new(),
                positive_buckets: Vec::new(),
                negative_spans: Vec::new(),
                negative_buckets: Vec::new(),
                ..first.clone()
            },
            exact,
        }
    }

    /// Adds a histogram.
    pub fn add(&mut self, other: &Histogram) -> Result<Remarks, Incompatible> {
        self.combine(other, 1.0)
    }

    fn combine(&mut self, other: &Histogram, sign: f64) -> Result<Remarks, Incompatible> {
        if self.shape.has_custom_buckets() != other.has_custom_buckets() {
            return Err(Incompatible);
        }
        let (reset_hint, collision) = joint_hint(self.shape.reset_hint, other.reset_hint);
        self.shape.reset_hint = reset_hint;
        let mut remarks = Remarks { collision, reconciled: false };
        if other.has_custom_buckets() {
            self.put_totals(other, sign);
            remarks.reconciled = self.combine_custom(other, sign);
            return Ok(remarks);
        }
        let other_zero = self.reconcile_zero(other);
        self.put(|it| &mut it.zero, sign * other_zero.sum);
        if self.exact {
            self.put(|it| &mut it.zero, sign * other_zero.lost);
        }
        self.put_totals(other, sign);
        let schema = self.shape.schema.min(other.schema);
        self.positive = reduce(&self.positive, self.shape.schema, schema, self.exact);
        self.negative = reduce(&self.negative, self.shape.schema, schema, self.exact);
        self.shape.schema = schema;
        let threshold = self.shape.zero_threshold;
        for side in [Side::Positive, Side::Negative] {
            let theirs = buckets(other, side);
            let theirs = reduce(&theirs, other.schema, schema, self.exact);
            let is_inside =
                |it: &(i32, Kahan)| bounds::exponential(it.0, schema) <= threshold;
            let theirs: Buckets = theirs.into_iter().skip_while(is_inside).collect();
            let exact = self.exact;
            let ours = match side {
                Side::Positive => &mut self.positive,
                Side::Negative => &mut self.negative,
            };
            merge(ours, &theirs, sign, exact);
        }
        Ok(remarks)
    }

    fn put(&mut self, of: fn(&mut HistogramSum) -> &mut Kahan, value: f64) {
        let exact = self.exact;
        let slot = of(self);
        match exact {
            true => slot.add(value),
            false => slot.sum += value,
        }
    }

    fn put_totals(&mut self, other: &Histogram, sign: f64) {
        self.put(|it| &mut it.count, sign * other.count);
        self.put(|it| &mut it.sum, sign * other.sum);
    }

    /// Widens the zero bucket until it ends at a bound of both; what the other one's
    /// zero bucket then counts.
    fn reconcile_zero(&mut self, other: &Histogram) -> Kahan {
        let theirs = HistogramSum::new(other, false);
        let mut zero = theirs.zero;
        let mut threshold = other.zero_threshold;
        while threshold != self.shape.zero_threshold {
            if threshold < self.shape.zero_threshold {
                (zero, threshold) = theirs.widened(self.shape.zero_threshold);
            }
            if self.shape.zero_threshold < threshold {
                let (mine, widened) = self.widened(threshold);
                self.zero = mine;
                if !self.exact {
                    self.zero.lost = 0.0;
                }
                self.shape.zero_threshold = widened;
                self.trim_zero();
            }
            if threshold.is_nan() || self.shape.zero_threshold.is_nan() {
                break;
            }
        }
        zero
    }

    /// What the zero bucket counts if it reaches at least to `threshold`, and how far it
    /// then reaches: not into a bucket that counts anything.
    fn widened(&self, mut threshold: f64) -> (Kahan, f64) {
        let schema = self.shape.schema;
        'widen: loop {
            let mut zero = self.zero;
            for side in [&self.positive, &self.negative] {
                let is_negative = std::ptr::eq(side, &self.negative);
                for (idx, count) in side {
                    if threshold <= bounds::exponential(idx.wrapping_sub(1), schema) {
                        break;
                    }
                    zero.add(count.sum);
                    zero.add(count.lost);
                    let upper = bounds::exponential(*idx, schema);
                    if threshold < upper {
                        if count.sum == 0.0 {
                            break;
                        }
                        threshold = upper;
                        match is_negative {
                            // The positive buckets must be looked at again.
                            true => continue 'widen,
                            false => break,
                        }
                    }
                }
            }
            return (zero, threshold);
        }
    }

    fn trim_zero(&mut self) {
        let (schema, threshold) = (self.shape.schema, self.shape.zero_threshold);
        let is_outside = |it: &(i32, Kahan)| {
            threshold <= bounds::exponential(it.0.wrapping_sub(1), schema)
                && (it.1.sum != 0.0 || it.1.lost != 0.0)
        };
        self.positive.retain(is_outside);
        self.negative.retain(is_outside);
    }

    /// Adds buckets with custom bounds; whether the bounds differed.
    fn combine_custom(&mut self, other: &Histogram, sign: f64) -> bool {
        let theirs = buckets(other, Side::Positive);
        if same_bounds(&self.shape.custom_values, &other.custom_values) {
            merge(&mut self.positive, &theirs, sign, self.exact);
            return false;
        }
        let shared = shared_bounds(&self.shape.custom_values, &other.custom_values);
        let mut target = vec![Kahan::default(); shared.len() + 1];
        let place = |idx: i32, bounds: &[f64]| match bounds.get(idx as usize) {
            Some(bound) => shared.partition_point(|it| it < bound),
            None => shared.len(),
        };
        for (idx, count) in &self.positive {
            let slot = &mut target[place(*idx, &self.shape.custom_values)];
            slot.add(count.sum);
            slot.add(count.lost);
        }
        for (idx, count) in &theirs {
            target[place(*idx, &other.custom_values)].add(sign * count.sum);
        }
        let all = target.into_iter().enumerate().map(|(idx, it)| (idx as i32, it));
        self.positive = all.filter(|it| it.1.sum != 0.0 || it.1.lost != 0.0).collect();
        if !self.exact {
            self.positive.iter_mut().for_each(|it| it.1.lost = 0.0);
        }
        self.shape.custom_values = shared;
        true
    }

    /// All numbers divided.
    pub fn divide(&mut self, by: f64) {
        self.each(|it| {
            it.sum /= by;
            it.lost /= by;
        });
        if by < 0.0 {
            self.shape.reset_hint = ResetHint::Gauge;
        }
    }

    /// All numbers multiplied.
    pub fn multiply(&mut self, by: f64) {
        self.each(|it| {
            it.sum *= by;
            it.lost *= by;
        });
    }

    fn each(&mut self, f: impl Fn(&mut Kahan)) {
        f(&mut self.zero);
        f(&mut self.count);
        f(&mut self.sum);
        self.positive.iter_mut().for_each(|it| f(&mut it.1));
        self.negative.iter_mut().for_each(|it| f(&mut it.1));
    }

    /// Whether a number is infinite.
    pub fn overflows(&self) -> bool {
        let mut totals = [self.zero, self.count, self.sum].into_iter();
        let mut buckets = self.positive.iter().chain(&self.negative).map(|it| it.1);
        totals.any(|it| it.sum.is_infinite()) || buckets.any(|it| it.sum.is_infinite())
    }

    /// The sum as a histogram.
    pub fn finish(self) -> Histogram {
        let total = |all: &Buckets| {
            let total = all.iter().map(|(idx, it)| (*idx, it.total()));
            layout(total.collect())
        };
        let (positive_spans, positive_buckets) = total(&self.positive);
        let (negative_spans, negative_buckets) = total(&self.negative);
        Histogram {
            zero_count: self.zero.total(),
            count: self.count.total(),
            sum: self.sum.total(),
            positive_spans,
            positive_buckets,
            negative_spans,
            negative_buckets,
            ..self.shape
        }
    }
}

impl Histogram {
    /// This and another one.
    pub fn plus(&self, other: &Histogram) -> Result<(Histogram, Remarks), Incompatible> {
        let mut sum = HistogramSum::new(self, false);
        let remarks = sum.combine(other, 1.0)?;
        Ok((sum.finish(), remarks))
    }

    /// This without another one.
    pub fn minus(&self, other: &Histogram) -> Result<(Histogram, Remarks), Incompatible> {
        let mut sum = HistogramSum::new(self, false);
        let remarks = sum.combine(other, -1.0)?;
        Ok((sum.finish(), remarks))
    }

    /// This without another one, whose hint about resets does not count.
    pub(super) fn less(
        &self,
        other: &Histogram,
    ) -> Result<(Histogram, Remarks), Incompatible> {
        let (mut histogram, remarks) = self.minus(other)?;
        histogram.reset_hint = self.reset_hint;
        Ok((histogram, remarks))
    }

    /// With a lower resolution.
    pub fn reduced(&self, schema: i32) -> Histogram {
        let mut sum = HistogramSum::new(self, false);
        sum.positive = reduce(&sum.positive, self.schema, schema, false);
        sum.negative = reduce(&sum.negative, self.schema, schema, false);
        sum.shape.schema = schema;
        sum.finish()
    }

    /// What the zero bucket counts if it reaches to `threshold`; none where that lies
    /// within a bucket that counts anything.
    pub(super) fn zero_count_up_to(&self, threshold: f64) -> Option<f64> {
        if threshold == self.zero_threshold {
            return Some(self.zero_count);
        }
        let (zero, reached) = HistogramSum::new(self, false).widened(threshold);
        (reached == threshold).then_some(zero.sum)
    }
}

fn buckets(histogram: &Histogram, side: Side) -> Buckets {
    entries(histogram, side).map(|(idx, count)| (idx, Kahan::from(count))).collect()
}

/// Adds sorted buckets to sorted buckets.
fn merge(ours: &mut Buckets, theirs: &Buckets, sign: f64, exact: bool) {
    let mut at = 0;
    for (idx, count) in theirs {
        while ours.get(at).is_some_and(|it| it.0 < *idx) {
            at += 1;
        }
        match ours.get_mut(at) {
            Some((same, slot)) if same == idx => match exact {
                true => {
                    slot.add(sign * count.sum);
                    if count.lost != 0.0 {
                        slot.add(sign * count.lost);
                    }
                }
                false => slot.sum += sign * count.sum,
            },
            _ => {
                let count = Kahan { sum: sign * count.sum, lost: sign * count.lost };
                ours.insert(at, (*idx, count));
            }
        }
    }
}

/// Buckets of a coarser schema.
fn reduce(buckets: &Buckets, from: i32, to: i32, exact: bool) -> Buckets {
    if from == to {
        return buckets.clone();
    }
    let mut out: Buckets = Vec::with_capacity(buckets.len());
    for (idx, count) in buckets {
        let idx = super::coarser(*idx, from, to);
        match out.last_mut() {
            Some((last, slot)) if *last == idx => match exact {
                true => {
                    slot.add(count.sum);
                    slot.add(count.lost);
                }
                false => slot.sum += count.sum,
            },
            _ => out.push((idx, *count)),
        }
    }
    out
}

/// Whether custom bounds are the same.
pub(super) fn same_bounds(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// The bounds that both have.
pub(super) fn shared_bounds(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().copied().filter(|it| b.contains(it)).collect()
}

/// What a sum says about resets, and whether its parts contradict each other.
fn joint_hint(a: ResetHint, b: ResetHint) -> (ResetHint, bool) {
    match (a, b) {
        (a, b) if a == b => (a, false),
        (ResetHint::Gauge, _) | (_, ResetHint::Gauge) => (ResetHint::Gauge, false),
        (ResetHint::Unknown, _) | (_, ResetHint::Unknown) => (ResetHint::Unknown, false),
        (_, _) => (ResetHint::Unknown, true),
    }
}
