//! Aggregations that give one series per group.
//!
//! The group of a series is resolved once; then its samples stream into the group's
//! accumulators, one per step (`rangeEvalAgg`, `aggregation` in Prometheus
//! `promql/engine.go`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, HistogramOp};
use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::plan::unwrap;
use crate::promql::functions::kind::metric_of;
use crate::promql::histogram::{Style, Total};
use crate::promql::kahan::Kahan;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::quantile::quantile;
use crate::promql::syntax::ast::{Aggregate, AggregateOp, Expr};
use crate::promql::value::{Bits, Column, Grid};

/// The groups of series.
pub(super) struct Groups {
    /// The group of each series.
    pub of_series: Vec<u32>,
    /// The labels of each group.
    pub labels: Vec<Labels>,
}

impl Groups {
    /// Groups series as `by` or `without` says.
    pub(super) fn new(aggregate: &Aggregate, columns: &[Column]) -> Groups {
        let mut numbers: HashMap<Labels, u32> = HashMap::new();
        let mut labels = Vec::new();
        let number = |column: &Column| {
            let group = group_labels(aggregate, &column.labels);
            *numbers.entry(group).or_insert_with_key(|group| {
                labels.push(group.clone());
                labels.len() as u32 - 1
            })
        };
        let of_series = columns.iter().map(number).collect();
        Groups { of_series, labels }
    }
}

/// The labels that are left of a series in its group.
pub(super) fn group_labels(aggregate: &Aggregate, labels: &Labels) -> Labels {
    let is_named = |name: &str| aggregate.grouping.iter().any(|it| &*it.text == name);
    match (aggregate.without, aggregate.grouping.is_empty()) {
        (true, _) => labels.filter(|it| it != METRIC_NAME && !is_named(it)),
        (false, true) => Labels::empty(),
        (false, false) => labels.filter(is_named),
    }
}

/// What is known of a group at a step.
#[derive(Clone, Copy, Default)]
struct Acc {
    /// The sum, extremum or squared deviation so far.
    value: Kahan,
    mean: f64,
    count: f64,
    /// The sum would have overflowed: `mean` counts, with the compensation in `value`.
    incremental: bool,
}

/// How an aggregation begins with a value, goes on, and ends.
struct Streaming {
    first: fn(f64) -> Acc,
    next: fn(&mut Acc, f64),
    last: fn(&Acc) -> f64,
    takes_histograms: bool,
}

fn streaming(op: AggregateOp) -> Option<Streaming> {
    let start = |value: f64| Acc {
        value: Kahan::from(value),
        mean: value,
        count: 1.0,
        ..Acc::default()
    };
    Some(match op {
        AggregateOp::Sum => Streaming {
            first: start,
            next: |acc, value| acc.value.add(value),
            last: |acc| acc.value.total(),
            takes_histograms: false,
        },
        AggregateOp::Avg => Streaming {
            first: start,
            next: add_to_mean,
            last: mean,
            takes_histograms: false,
        },
        AggregateOp::Count => Streaming {
            first: start,
            next: |acc, _| acc.count += 1.0,
            last: |acc| acc.count,
            takes_histograms: true,
        },
        AggregateOp::Group => Streaming {
            first: start,
            next: |_, _| {},
            last: |_| 1.0,
            takes_histograms: true,
        },
        AggregateOp::Min => Streaming {
            first: start,
            next: |acc, value| {
                if value < acc.value.sum || acc.value.sum.is_nan() {
                    acc.value.sum = value;
                }
            },
            last: |acc| acc.value.sum,
            takes_histograms: false,
        },
        AggregateOp::Max => Streaming {
            first: start,
            next: |acc, value| {
                if acc.value.sum < value || acc.value.sum.is_nan() {
                    acc.value.sum = value;
                }
            },
            last: |acc| acc.value.sum,
            takes_histograms: false,
        },
        AggregateOp::Stdvar => Streaming {
            first: first_deviation,
            next: add_deviation,
            last: |acc| acc.value.sum / acc.count,
            takes_histograms: false,
        },
        AggregateOp::Stddev => Streaming {
            first: first_deviation,
            next: add_deviation,
            last: |acc| (acc.value.sum / acc.count).sqrt(),
            takes_histograms: false,
        },
        AggregateOp::Quantile
        | AggregateOp::CountValues
        | AggregateOp::Topk
        | AggregateOp::Bottomk
        | AggregateOp::Limitk
        | AggregateOp::LimitRatio => return None,
    })
}

/// The plain sum divided at the end is more exact than a running mean; the latter takes
/// over only where the sum would overflow.
fn add_to_mean(acc: &mut Acc, value: f64) {
    acc.count += 1.0;
    if !acc.incremental {
        let mut sum = acc.value;
        sum.add(value);
        if !sum.sum.is_infinite() {
            acc.value = sum;
            return;
        }
        acc.incremental = true;
        acc.mean = acc.value.sum / (acc.count - 1.0);
        acc.value.lost /= acc.count - 1.0;
    }
    let share = (acc.count - 1.0) / acc.count;
    let mut sum = Kahan { sum: share * acc.mean, lost: share * acc.value.lost };
    sum.add(value / acc.count);
    acc.mean = sum.sum;
    acc.value.lost = sum.lost;
}

fn mean(acc: &Acc) -> f64 {
    match acc.incremental {
        true => acc.mean + acc.value.lost,
        false => acc.value.sum / acc.count + acc.value.lost / acc.count,
    }
}

fn first_deviation(value: f64) -> Acc {
    let deviation = if value.is_finite() { 0.0 } else { f64::NAN };
    Acc { value: Kahan::from(deviation), mean: value, count: 1.0, ..Acc::default() }
}

fn add_deviation(acc: &mut Acc, value: f64) {
    acc.count += 1.0;
    let delta = value - acc.mean;
    acc.mean += delta / acc.count;
    acc.value.sum += delta * (value - acc.mean);
}

/// The parameter of an aggregation, a value per step.
pub(super) struct Param {
    /// The values.
    pub values: Vec<f64>,
    /// The least of them, as Go's `math.Min` has it.
    pub min: f64,
    /// The greatest of them.
    pub max: f64,
    /// Whether any is not a number.
    pub any_nan: bool,
}

impl Param {
    fn new(values: Vec<f64>) -> Param {
        use crate::promql::math;
        let any_nan = values.iter().any(|it| it.is_nan());
        let min = values.iter().copied().fold(f64::MAX, math::min);
        let max = values.iter().copied().fold(f64::MIN, math::max);
        // A single infinite value is its own bound.
        let bound = |folded: f64| match values.as_slice() {
            [one] => *one,
            _ => folded,
        };
        Param { min: bound(min), max: bound(max), any_nan, values }
    }
}

impl Evaluator<'_> {
    /// `sum by (job) (x)`
    pub(super) fn eval_aggregate(
        &mut self,
        expr: &Expr,
        aggregate: &Aggregate,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let before = self.limit.held();
        let operand = unwrap(&aggregate.expr);
        if aggregate.op == AggregateOp::CountValues {
            return self.count_values(expr, aggregate, grid);
        }
        let param = match &aggregate.param {
            Some(it) => Param::new(self.eval_scalar(unwrap(it), grid)?),
            None => Param::new(Vec::new()),
        };
        let columns = self.eval_vector(operand, grid)?;
        let groups = Groups::new(aggregate, &columns);
        let results = match (aggregate.op, streaming(aggregate.op)) {
            (_, Some(how)) => self.stream(aggregate, &columns, &groups, &how, grid),
            (AggregateOp::Quantile, None) => {
                self.quantiles(aggregate, &param, &columns, &groups, grid)
            }
            (_, None) => self.top(expr, aggregate, &param, &columns, &groups, grid)?,
        };
        self.limit.set(before + super::limit::weight(&results));
        Ok(results)
    }

    fn note_ignored(&mut self, aggregate: &Aggregate) {
        let aggregation = aggregate.op.as_str();
        let kind = AnnotationKind::IgnoredInAggregation { aggregation };
        self.notes.add(kind, unwrap(&aggregate.expr).span);
    }

    fn stream(
        &mut self,
        aggregate: &Aggregate,
        columns: &[Column],
        groups: &Groups,
        how: &Streaming,
        grid: Grid,
    ) -> Vec<Column> {
        let n_steps = grid.n_steps();
        let n_groups = groups.labels.len();
        let mut accs = vec![Acc::default(); n_groups * n_steps];
        let mut seen = vec![Bits::none(n_steps); n_groups];
        let mut drop_name = vec![false; n_groups];
        let mut histograms: BTreeMap<(usize, usize), Option<Total>> = BTreeMap::new();
        let adds = matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Avg);
        let style = Style::of(self.dialect);
        // Groups and steps whose first histogram has custom bounds.
        let mut custom: HashSet<(usize, usize)> = HashSet::new();
        let at = unwrap(&aggregate.expr).span;
        for (column, group) in columns.iter().zip(&groups.of_series) {
            let group = *group as usize;
            let accs = &mut accs[group * n_steps..(group + 1) * n_steps];
            let seen = &mut seen[group];
            drop_name[group] |= column.drop_name;
            for step in column.has.iter() {
                if let Some(histogram) = column.histogram(step)
                    && !how.takes_histograms
                {
                    if !adds {
                        self.note_ignored(aggregate);
                        continue;
                    }
                    match histograms.entry((group, step)) {
                        Entry::Occupied(mut it) => {
                            let total = it.get_mut();
                            if total.as_mut().is_some_and(|it| it.add(histogram).is_err())
                            {
                                *total = None;
                                let metric = metric_of(&column.labels);
                                let kind = match custom.contains(&(group, step)) {
                                    true if histogram.has_custom_buckets() => {
                                        AnnotationKind::IncompatibleCustomBuckets {
                                            metric,
                                        }
                                    }
                                    _ => {
                                        AnnotationKind::MixedExponentialCustom { metric }
                                    }
                                };
                                self.notes.add(kind, at);
                            }
                        }
                        Entry::Vacant(it) => {
                            let is_mean = aggregate.op == AggregateOp::Avg;
                            it.insert(Some(Total::new(histogram, is_mean, style)));
                            if histogram.has_custom_buckets() {
                                custom.insert((group, step));
                            }
                        }
                    }
                    continue;
                }
                let value = column.floats[step];
                match seen.get(step) {
                    true => (how.next)(&mut accs[step], value),
                    false => {
                        accs[step] = (how.first)(value);
                        seen.set(step);
                    }
                }
            }
        }
        let mut results = Vec::with_capacity(n_groups);
        for (group, (labels, has)) in groups.labels.iter().zip(seen).enumerate() {
            let accs = &accs[group * n_steps..(group + 1) * n_steps];
            let floats = accs.iter().map(how.last).collect();
            let drop_name = drop_name[group];
            let labels = labels.clone();
            results.push(Column { labels, drop_name, floats, has, histograms: None });
        }
        for ((group, step), total) in histograms {
            let result = &mut results[group];
            if result.has.get(step) {
                result.clear(step);
                let kind = AnnotationKind::MixedFloatsHistogramsAggregation;
                self.notes.add(kind, at);
            } else if let Some(total) = total {
                let (histogram, remarks) = total.finish();
                self.notes.remarks(remarks, HistogramOp::Aggregation, at);
                result.set_histogram(step, Arc::new(histogram.compacted()));
            }
        }
        results.retain(|it| it.has.any());
        results
    }

    fn quantiles(
        &mut self,
        aggregate: &Aggregate,
        param: &Param,
        columns: &[Column],
        groups: &Groups,
        grid: Grid,
    ) -> Vec<Column> {
        let at = aggregate.param.as_ref().map_or(aggregate.op_span, |it| unwrap(it).span);
        let mut warn = |value: f64| {
            self.notes.add(AnnotationKind::InvalidQuantile { value }, at);
        };
        if param.any_nan {
            warn(f64::NAN);
        }
        if 1.0 < param.max {
            warn(param.max);
        }
        if param.min < 0.0 {
            warn(param.min);
        }
        if columns.iter().any(|it| it.histograms.is_some()) {
            self.note_ignored(aggregate);
        }
        let mut results = Vec::with_capacity(groups.labels.len());
        let mut values = Vec::new();
        for (group, labels) in groups.labels.iter().enumerate() {
            let of_group = || {
                let all = columns.iter().zip(&groups.of_series);
                all.filter(|it| *it.1 as usize == group).map(|it| it.0)
            };
            let mut result = Column::empty(labels.clone(), grid.n_steps());
            result.drop_name = of_group().any(|it| it.drop_name);
            let members: Vec<&Column> = of_group().collect();
            for step in 0..grid.n_steps() {
                values.clear();
                values.extend(members.iter().filter_map(|it| it.float(step)));
                if !values.is_empty() {
                    let q = param.values.get(step).copied().unwrap_or(0.0);
                    result.set_float(step, quantile(q, &mut values));
                }
            }
            if result.has.any() {
                results.push(result);
            }
        }
        results
    }
}
