//! `topk`, `bottomk`, `limitk` and `limit_ratio`: some series of each group.
//!
//! Which of several equal values stay, and in what order, follows Go's heap and sorting, as in `aggregationK` of
//! Prometheus `promql/engine.go`.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::Evaluator;
use crate::promql::eval::aggregate::{Groups, Param};
use crate::promql::eval::plan::unwrap;
use crate::promql::gosort;
use crate::promql::labels::Labels;
use crate::promql::number;
use crate::promql::syntax::ast::{Aggregate, AggregateOp, Expr, TextRange};
use crate::promql::value::{Column, Grid};
use crate::promql::xxhash::xxhash64;

/// The largest number below 2^63 that a float can be.
const MAX_INT: f64 = 9_223_372_036_854_774_784.0;
const MIN_INT: f64 = -9_223_372_036_854_775_808.0;

/// A value and the column that has it.
#[derive(Clone, Copy)]
struct Entry {
    value: f64,
    column: u32,
}

impl Evaluator<'_> {
    /// `topk(3, x)`
    pub(super) fn top(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
        columns: &[Column],
        groups: &Groups,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let is_used = match self.dialect.has(3, 6) {
            true => self.check_param(expr, aggregate, param)?,
            false => self.check_old_param(expr, aggregate, param, columns)?,
        };
        if !is_used {
            return Ok(Vec::new());
        }
        let mut chosen = Chosen::new(columns, grid);
        let mut heaps: Vec<Vec<Entry>> = vec![Vec::new(); groups.labels.len()];
        let mut offsets = Vec::new();
        if aggregate.op == AggregateOp::LimitRatio {
            offsets.extend(columns.iter().map(|it| sample_offset(&it.labels)));
        }
        for step in 0..grid.n_steps() {
            heaps.iter_mut().for_each(Vec::clear);
            let number = param.values.get(step).copied().unwrap_or(0.0);
            let k = (number as i64).clamp(0, columns.len() as i64) as usize;
            let ratio = number.clamp(-1.0, 1.0);
            for (idx, column) in columns.iter().enumerate() {
                if !column.has.get(step) {
                    continue;
                }
                let value = column.float(step).unwrap_or(0.0);
                let entry = Entry { value, column: idx as u32 };
                let heap = &mut heaps[groups.of_series[idx] as usize];
                match aggregate.op {
                    AggregateOp::LimitRatio if takes(ratio, offsets[idx]) => {
                        push(heap, entry, ascending);
                    }
                    AggregateOp::LimitRatio => {}
                    AggregateOp::Limitk if heap.len() < k => {
                        push(heap, entry, ascending);
                    }
                    AggregateOp::Limitk => {}
                    _ if column.histogram(step).is_some() => {
                        let aggregation = aggregate.op.as_str();
                        let kind = AnnotationKind::IgnoredInAggregation { aggregation };
                        self.notes.add(kind, expr.span);
                    }
                    AggregateOp::Bottomk => offer(heap, entry, k, descending),
                    _ => offer(heap, entry, k, ascending),
                }
            }
            for heap in &mut heaps {
                match aggregate.op {
                    // The heap has on top what is to come last.
                    AggregateOp::Topk => gosort::sort(heap, |a, b| ascending(*b, *a)),
                    AggregateOp::Bottomk => gosort::sort(heap, |a, b| descending(*b, *a)),
                    _ => {}
                }
                for entry in heap.iter() {
                    chosen.take(entry.column, step);
                }
            }
        }
        Ok(chosen.results)
    }

    /// As versions before 3.6 do: each step by itself, where there is something to
    /// choose from.
    fn check_old_param(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
        columns: &[Column],
    ) -> Result<bool, EvalError> {
        let at = aggregate.param.as_ref().map_or(expr.span, |it| unwrap(it).span);
        let is_ratio = aggregate.op == AggregateOp::LimitRatio;
        match is_ratio {
            true if param.max == 0.0 && param.min == 0.0 => return Ok(false),
            true => self.note_ratio(param, at),
            false if param.max < 1.0 => return Ok(false),
            false => {}
        }
        for (step, value) in param.values.iter().enumerate() {
            let is_fine = match is_ratio {
                true => !value.is_nan(),
                false => (MIN_INT..=MAX_INT).contains(value),
            };
            if is_fine || !columns.iter().any(|it| it.has.get(step)) {
                continue;
            }
            let value = number::general(*value);
            let text = match is_ratio {
                true => format!("Ratio value {value} is NaN"),
                false => format!("Scalar value {value} overflows int64"),
            };
            return Err(EvalError::new(at, ErrorKind::Other(text)));
        }
        Ok(true)
    }

    fn note_ratio(&mut self, param: &Param, at: TextRange) {
        for (value, capped) in [(param.max, 1.0), (param.min, -1.0)] {
            if 1.0 < value * capped {
                self.notes.add(AnnotationKind::InvalidRatio { value, capped }, at);
            }
        }
    }

    /// Whether there is anything to choose at all.
    fn check_param(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
    ) -> Result<bool, EvalError> {
        let at = aggregate.param.as_ref().map_or(expr.span, |it| unwrap(it).span);
        let fail = |text: String| Err(EvalError::new(at, ErrorKind::Other(text)));
        if aggregate.op == AggregateOp::LimitRatio {
            if param.max == 0.0 && param.min == 0.0 {
                return Ok(false);
            }
            if param.any_nan {
                return fail("Ratio value is NaN".into());
            }
            self.note_ratio(param, at);
            return Ok(true);
        }
        if param.max < 1.0 {
            return Ok(false);
        }
        if param.any_nan {
            return fail("Parameter value is NaN".into());
        }
        if param.min <= MIN_INT {
            let value = number::general(param.min);
            return fail(format!("Scalar value {value} underflows int64"));
        }
        if MAX_INT <= param.max {
            let value = number::general(param.max);
            return fail(format!("Scalar value {value} overflows int64"));
        }
        Ok(true)
    }
}

/// The samples that were chosen; the order is that in which they first were.
struct Chosen<'a> {
    columns: &'a [Column],
    grid: Grid,
    of_column: Vec<u32>,
    results: Vec<Column>,
}

impl<'a> Chosen<'a> {
    fn new(columns: &'a [Column], grid: Grid) -> Chosen<'a> {
        let of_column = vec![u32::MAX; columns.len()];
        Chosen { columns, grid, of_column, results: Vec::new() }
    }

    fn take(&mut self, idx: u32, step: usize) {
        let column = &self.columns[idx as usize];
        let slot = &mut self.of_column[idx as usize];
        if *slot == u32::MAX {
            *slot = self.results.len() as u32;
            let mut result = Column::empty(column.labels.clone(), self.grid.n_steps());
            result.drop_name = column.drop_name;
            self.results.push(result);
        }
        if let Some(sample) = column.sample(step) {
            self.results[*slot as usize].set(step, sample);
        }
    }
}

/// Which of two entries is to be further up in a heap.
type Less = fn(Entry, Entry) -> bool;

/// The smaller one; NaN comes before all, itself included.
fn ascending(a: Entry, b: Entry) -> bool {
    a.value.is_nan() || a.value < b.value
}

/// The greater one; NaN comes before all, itself included.
fn descending(a: Entry, b: Entry) -> bool {
    a.value.is_nan() || b.value < a.value
}

/// Offers an entry to a heap of at most `k`, with the one to go first on top.
fn offer(heap: &mut Vec<Entry>, entry: Entry, k: usize, less: Less) {
    if heap.len() < k {
        return push(heap, entry, less);
    }
    let Some(top) = heap.first().copied() else { return };
    if !entry.value.is_nan() && less(top, entry) {
        heap[0] = entry;
        sift_down(heap, less);
    }
}

fn push(heap: &mut Vec<Entry>, entry: Entry, less: Less) {
    heap.push(entry);
    sift_up(heap, less);
}

fn sift_up(heap: &mut [Entry], less: Less) {
    let mut child = heap.len() - 1;
    while 0 < child {
        let parent = (child - 1) / 2;
        if !less(heap[child], heap[parent]) {
            return;
        }
        heap.swap(child, parent);
        child = parent;
    }
}

fn sift_down(heap: &mut [Entry], less: Less) {
    let mut parent = 0;
    loop {
        let left = 2 * parent + 1;
        if heap.len() <= left {
            return;
        }
        let right = left + 1;
        let child = match right < heap.len() && less(heap[right], heap[left]) {
            true => right,
            false => left,
        };
        if !less(heap[child], heap[parent]) {
            return;
        }
        heap.swap(child, parent);
        parent = child;
    }
}

/// Where a series falls between 0 and 1: the hash of Prometheus's own encoding.
fn sample_offset(labels: &Labels) -> f64 {
    xxhash64(&labels.encoded()) as f64 / u64::MAX as f64
}

/// A negative ratio takes what its complement leaves.
fn takes(ratio: f64, offset: f64) -> bool {
    match 0.0 <= ratio {
        true => offset < ratio,
        false => 1.0 + ratio <= offset,
    }
}
