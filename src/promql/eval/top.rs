//! `topk`, `bottomk`, `limitk` and `limit_ratio`: some series of each group.
//!
//! Which of several equal values stay, and in what order, follows Go's heap and sorting,
//! as in `aggregationK` of Prometheus `promql/engine.go`.

use crate::promql::annotation::AnnotationKind;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::Evaluator;
use crate::promql::eval::aggregate::{Groups, Param};
use crate::promql::eval::plan::unwrap;
use crate::promql::gosort;
use crate::promql::labels::Labels;
use crate::promql::number;
use crate::promql::syntax::ast::{Aggregate, AggregateOp, Expr, TextRange};
use crate::promql::value::{Bits, Column, Grid};
use crate::promql::xxhash::xxhash64;

/// The largest number below 2^63 that a float can be.
const MAX_INT: f64 = 9_223_372_036_854_774_784.0;
const MIN_INT: f64 = -9_223_372_036_854_775_808.0;

/// A value and the series that has it.
#[derive(Clone, Copy)]
struct Entry {
    value: f64,
    series: u32,
}

/// The best values of a group at each step.
struct Heaps {
    of_step: Vec<Vec<Entry>>,
    /// The entry that goes first, where there is room for no more.
    tops: Vec<Option<Entry>>,
}

impl Evaluator<'_> {
    /// `topk(3, x)`
    pub(super) fn top(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let is_new = self.dialect.has(3, 6);
        let is_used = match is_new {
            true => self.check_param(expr, aggregate, param)?,
            false => self.check_old_param(expr, aggregate, param),
        };
        if !is_used {
            // What the operand has to say is said all the same.
            self.each_column(unwrap(&aggregate.expr), grid, &mut |_, _| Ok(()))?;
            return Ok(Vec::new());
        }
        let mut seen = Bits::none(grid.n_steps());
        let results = match aggregate.op {
            AggregateOp::Limitk | AggregateOp::LimitRatio => {
                self.limited(aggregate, param, grid, &mut seen)?
            }
            _ => self.best(expr, aggregate, param, grid, &mut seen)?,
        };
        match seen.iter().find_map(|it| bad_old_param(aggregate, param.at(it))) {
            Some(text) if !is_new => {
                let at = aggregate.param.as_ref().map_or(expr.span, |it| unwrap(it).span);
                Err(EvalError::new(at, ErrorKind::Other(text)))
            }
            _ => Ok(results),
        }
    }

    /// `limitk`, `limit_ratio`: whether a sample stays does not depend on its value.
    fn limited(
        &mut self,
        aggregate: &Aggregate,
        param: &Param,
        grid: Grid,
        seen: &mut Bits,
    ) -> Result<Vec<Column>, EvalError> {
        let mut groups = Groups::new(aggregate);
        let mut n_taken: Vec<Vec<f64>> = Vec::new();
        let mut results: Vec<(usize, Column)> = Vec::new();
        let operand = unwrap(&aggregate.expr);
        self.each_column(operand, grid, &mut |evaluator, column| {
            evaluator.budget.fits(results.len() + 1, grid.n_steps(), operand.span)?;
            let group = groups.of(&column.labels, |_| {
                n_taken.push(vec![0.0; grid.n_steps()]);
            });
            let offset = match aggregate.op {
                AggregateOp::LimitRatio => sample_offset(&column.labels),
                _ => 0.0,
            };
            seen.or(&column.has);
            let mut kept = column.take();
            for (step, n_taken) in n_taken[group].iter_mut().enumerate() {
                if !kept.has.get(step) {
                    continue;
                }
                let number = param.at(step);
                let stays = match aggregate.op {
                    AggregateOp::LimitRatio => takes(number.clamp(-1.0, 1.0), offset),
                    _ => *n_taken < number.trunc(),
                };
                match stays {
                    true => *n_taken += 1.0,
                    false => kept.clear(step),
                }
            }
            if kept.has.any() {
                results.push((group, kept));
            }
            Ok(())
        })?;
        results.sort_by_key(|it| it.0);
        if grid.n_steps() == 1 {
            results = results.chunk_by(|a, b| a.0 == b.0).flat_map(in_heap).collect();
        }
        Ok(results.into_iter().map(|it| it.1).collect())
    }

    /// `topk`, `bottomk`
    fn best(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
        grid: Grid,
        seen: &mut Bits,
    ) -> Result<Vec<Column>, EvalError> {
        let less: Less = match aggregate.op {
            AggregateOp::Bottomk => descending,
            _ => ascending,
        };
        let n_steps = grid.n_steps();
        let mut groups = Groups::new(aggregate);
        let mut heaps: Vec<Heaps> = Vec::new();
        let mut series: Vec<(Labels, bool)> = Vec::new();
        let operand = unwrap(&aggregate.expr);
        let mut has_histograms = false;
        self.each_column(operand, grid, &mut |evaluator, column| {
            let n_kept = (param.max as usize).clamp(1, series.len() + 1);
            let n_kept = n_kept.saturating_mul(heaps.len() + 1);
            evaluator.budget.fits(n_kept.min(series.len() + 1), n_steps, operand.span)?;
            let group = groups.of(&column.labels, |_| {
                let (of_step, tops) = (vec![Vec::new(); n_steps], vec![None; n_steps]);
                heaps.push(Heaps { of_step, tops });
            });
            let Heaps { of_step, tops } = &mut heaps[group];
            let number = series.len() as u32;
            series.push((column.labels.clone(), column.drop_name));
            seen.or(&column.has);
            for step in column.has.iter() {
                if column.histogram(step).is_some() {
                    has_histograms |= 1.0 <= param.at(step);
                    continue;
                }
                let entry = Entry { value: column.floats[step], series: number };
                // Most values are not among the best.
                if !tops[step].is_none_or(|top| less(top, entry)) {
                    continue;
                }
                let k = param.at(step) as usize;
                if k == 0 {
                    continue;
                }
                let heap = &mut of_step[step];
                offer(heap, entry, k, less);
                if heap.len() == k {
                    tops[step] = Some(heap[0]);
                }
            }
            Ok(())
        })?;
        if has_histograms {
            let aggregation = aggregate.op.as_str();
            let kind = AnnotationKind::IgnoredInAggregation { aggregation };
            self.notes.add(kind, expr.span);
        }
        let mut chosen = Chosen::new(&series, n_steps);
        for Heaps { of_step, .. } in &mut heaps {
            for (step, heap) in of_step.iter_mut().enumerate() {
                // The heap has on top what is to come last.
                gosort::sort(heap, |a, b| less(*b, *a));
                for entry in heap.iter() {
                    chosen.take(*entry, step);
                }
            }
        }
        Ok(chosen.results)
    }

    /// As versions before 3.6 do: see what is wrong later, at the steps that have samples.
    fn check_old_param(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        param: &Param,
    ) -> bool {
        let at = aggregate.param.as_ref().map_or(expr.span, |it| unwrap(it).span);
        match aggregate.op {
            AggregateOp::LimitRatio if param.max == 0.0 && param.min == 0.0 => false,
            AggregateOp::LimitRatio => {
                self.note_ratio(param, at);
                true
            }
            // One that is not a number is found later.
            _ => param.max.is_nan() || 1.0 <= param.max,
        }
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

/// The columns of a group, of one step each, in the order of a heap: Prometheus pushes
/// them on one, although their values do not matter.
fn in_heap(group: &[(usize, Column)]) -> Vec<(usize, Column)> {
    let mut heap = Vec::with_capacity(group.len());
    for (series, (_, column)) in (0u32..).zip(group) {
        let value = column.float(0).unwrap_or(0.0);
        push(&mut heap, Entry { value, series }, ascending);
    }
    heap.iter().map(|it| group[it.series as usize].clone()).collect()
}

/// What is wrong with a parameter for versions before 3.6.
fn bad_old_param(aggregate: &Aggregate, value: f64) -> Option<String> {
    let text = number::general(value);
    match aggregate.op {
        AggregateOp::LimitRatio if value.is_nan() => {
            Some(format!("Ratio value {text} is NaN"))
        }
        AggregateOp::LimitRatio => None,
        _ if (MIN_INT..=MAX_INT).contains(&value) => None,
        _ => Some(format!("Scalar value {text} overflows int64")),
    }
}

/// The samples that were chosen; at a single step they are in the order of the heap.
struct Chosen<'a> {
    series: &'a [(Labels, bool)],
    n_steps: usize,
    of_series: Vec<u32>,
    results: Vec<Column>,
}

impl<'a> Chosen<'a> {
    fn new(series: &'a [(Labels, bool)], n_steps: usize) -> Chosen<'a> {
        let of_series = vec![u32::MAX; series.len()];
        Chosen { series, n_steps, of_series, results: Vec::new() }
    }

    fn take(&mut self, entry: Entry, step: usize) {
        let slot = &mut self.of_series[entry.series as usize];
        if *slot == u32::MAX {
            *slot = self.results.len() as u32;
            let (labels, drop_name) = &self.series[entry.series as usize];
            let mut result = Column::empty(labels.clone(), self.n_steps);
            result.drop_name = *drop_name;
            self.results.push(result);
        }
        self.results[*slot as usize].set_float(step, entry.value);
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
