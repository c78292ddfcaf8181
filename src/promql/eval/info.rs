//! `info`: labels from metrics that describe others.
//!
//! Series and info series belong together by `instance` and `job` (`promql/info.go` of
//! Prometheus).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::call::Calling;
use crate::promql::eval::merge::Builder;
use crate::promql::eval::selector::{Latest, Looks};
use crate::promql::eval::{Evaluator, limit};
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::{Expr, ExprKind, MatchOp, Matcher};
use crate::promql::value::{Column, Value};

/// The info metric where none is named.
const TARGET_INFO: &str = "target_info";

/// The labels that say what an info series describes.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

/// Name, operator and value of a matcher.
type Part = (Arc<str>, MatchOp, Arc<str>);

/// An info series over the steps: when each sample was taken, in milliseconds.
struct InfoSeries {
    labels: Labels,
    /// Metric name and identifying labels.
    signature: Labels,
    times: Vec<Option<i64>>,
}

/// The data labels that are wanted, with their matchers.
struct Wanted {
    by_name: BTreeMap<Arc<str>, Vec<Part>>,
}

impl Wanted {
    /// Whether all labels are wanted, or this one.
    fn takes(&self, name: &str) -> bool {
        self.by_name.is_empty() || self.by_name.contains_key(name)
    }

    /// Whether a series without any info labels will do.
    fn takes_nothing(&self) -> bool {
        let all = self.by_name.values().flatten().cloned();
        Matchers::from_parts(all).hold_for("")
    }
}

impl Evaluator<'_> {
    /// `info(metric, {label="value"})`
    pub(super) fn info(&mut self, calling: &Calling<'_>) -> Result<Value, EvalError> {
        let grid = calling.grid;
        let at = calling.expr.span;
        let base_expr = calling.arg(0)?;
        let before = self.limit.held();
        let columns = self.eval_vector(base_expr, grid)?;
        let matchers: &[Matcher] = match calling.args.get(1).map(|it| &it.kind) {
            Some(ExprKind::Selector(it)) => &it.matchers,
            _ => &[],
        };
        let mut by_name: BTreeMap<Arc<str>, Vec<Part>> = BTreeMap::new();
        for it in matchers {
            let part = (it.name.clone(), it.op, it.value.clone());
            by_name.entry(it.name.clone()).or_default().push(part);
        }
        let names = info_names(by_name.remove(METRIC_NAME).unwrap_or_default());
        let wanted = Wanted { by_name };
        let is_info = Matchers::from_parts(names.iter().cloned());
        let bases: Vec<bool> =
            columns.iter().map(|it| !is_info.holds(&it.labels.name_only())).collect();
        let infos = self.info_series(calling, &columns, &bases, &wanted, names)?;
        let gathered = match self.limit.is_set() {
            true => limit::gathered(&[&columns], grid.n_steps()),
            false => Vec::new(),
        };
        let results = combine(calling, &columns, &bases, &infos, &wanted)?;
        self.limit.step_by_step(before, &gathered, &results, at)?;
        Ok(Value::Vector(results))
    }

    /// The info series that may describe one of the columns.
    fn info_series(
        &mut self,
        calling: &Calling<'_>,
        columns: &[Column],
        bases: &[bool],
        wanted: &Wanted,
        names: Vec<Part>,
    ) -> Result<Vec<InfoSeries>, EvalError> {
        let grid = calling.grid;
        let mut values: [BTreeSet<&str>; 2] = Default::default();
        for (column, _) in columns.iter().zip(bases).filter(|it| *it.1) {
            for (values, name) in values.iter_mut().zip(IDENTIFYING) {
                let value = column.labels.get(name);
                if !value.is_empty() {
                    values.insert(value);
                }
            }
        }
        if values.iter().all(BTreeSet::is_empty) {
            return Ok(Vec::new());
        }
        let looks = match self.first_look(calling.arg(0)?) {
            Some((at, offset)) => Looks::fixed(grid, at, offset),
            None => Looks::fixed(grid, None, 0),
        };
        let (first, last) = looks.bounds();
        let parts = wanted.by_name.values().flatten().cloned().chain(names);
        let matchers = Matchers::from_parts(parts);
        let lookback = self.dialect.lookback;
        let mut infos = Vec::new();
        for series in self.storage.select(&matchers, first - lookback + 1, last) {
            let may_describe = values.iter().zip(IDENTIFYING).all(|(values, name)| {
                values.is_empty() || values.contains(series.labels.get(name))
            });
            if !may_describe {
                continue;
            }
            let mut latest = Latest::new(series, lookback);
            let mut times = Vec::with_capacity(grid.n_steps());
            for step in 0..grid.n_steps() {
                let found = latest.at(looks.at(step));
                if found.is_some_and(|it| it.histogram.is_some()) {
                    let labels = series.labels;
                    let text = format!(
                        "this should be an info metric, with float samples: {labels}"
                    );
                    let kind = ErrorKind::Other(text);
                    return Err(EvalError::new(calling.expr.span, kind));
                }
                times.push(found.map(|it| it.time));
            }
            let n_found = times.iter().flatten().count();
            self.limit.add(n_found as u64, calling.expr.span)?;
            let signature = signature(series.labels, series.labels.metric_name());
            infos.push(InfoSeries { labels: series.labels.clone(), signature, times });
        }
        Ok(infos)
    }

    /// The `@` time and the offset that hold for the first selector of an expression.
    fn first_look(&self, expr: &Expr) -> Option<(Option<i64>, i64)> {
        if let ExprKind::Selector(_) = &expr.kind {
            let facts = self.plan.of(expr);
            return Some((facts.at, facts.offset));
        }
        let (at, offset) = expr.children().find_map(|it| self.first_look(it))?;
        match (&expr.kind, at) {
            (ExprKind::Subquery(_), None) => {
                let facts = self.plan.of(expr);
                Some((facts.at, offset + facts.offset))
            }
            (_, at) => Some((at, offset)),
        }
    }
}

/// The matchers on the names of info metrics.
fn info_names(mut names: Vec<Part>) -> Vec<Part> {
    let name: Arc<str> = METRIC_NAME.into();
    if names.iter().any(|it| matches!(it.1, MatchOp::Equal | MatchOp::Regexp)) {
        return names;
    }
    match names.is_empty() {
        true => vec![(name, MatchOp::Equal, TARGET_INFO.into())],
        false => {
            names.insert(0, (name, MatchOp::Regexp, ".+_info".into()));
            names
        }
    }
}

fn signature(labels: &Labels, metric: &str) -> Labels {
    labels.filter(|it| IDENTIFYING.contains(&it)).with(METRIC_NAME, metric)
}

fn combine(
    calling: &Calling<'_>,
    columns: &[Column],
    bases: &[bool],
    infos: &[InfoSeries],
    wanted: &Wanted,
) -> Result<Vec<Column>, EvalError> {
    let grid = calling.grid;
    let at = calling.expr.span;
    let metrics: BTreeSet<&str> =
        infos.iter().map(|it| it.labels.metric_name()).collect();
    let keys: Vec<Vec<Labels>> = columns
        .iter()
        .map(|it| metrics.iter().map(|name| signature(&it.labels, name)).collect())
        .collect();
    let takes_nothing = wanted.takes_nothing();
    let mut builder = Builder::new(grid, false);
    let mut newest: HashMap<&Labels, (i64, usize)> = HashMap::new();
    let mut known: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
    for (step, time) in grid.times().enumerate() {
        newest.clear();
        for (idx, info) in infos.iter().enumerate() {
            let Some(taken) = info.times[step] else { continue };
            match newest.get(&info.signature) {
                Some((other, _)) if taken < *other => {}
                Some((other, idx)) if taken == *other => {
                    let (old, new) = (&infos[*idx].labels, &info.labels);
                    let text = format!(
                        "found duplicate series for info metric: existing {old} @ \
                         {other}, new {new} @ {taken}"
                    );
                    return Err(EvalError::at_step(at, time, ErrorKind::Other(text)));
                }
                _ => {
                    newest.insert(&info.signature, (taken, idx));
                }
            }
        }
        for (idx, column) in columns.iter().enumerate() {
            let Some(sample) = column.sample(step) else { continue };
            let mut found: Vec<usize> = Vec::new();
            if bases[idx] {
                let newest = keys[idx].iter().filter_map(|it| newest.get(it));
                found.extend(newest.map(|it| it.1));
            }
            if bases[idx] && found.is_empty() && !takes_nothing {
                continue;
            }
            let slot = match known.get(&(idx, found.clone())) {
                Some(slot) => *slot,
                None => {
                    let described = found.iter().map(|it| &infos[*it].labels);
                    let labels = add_labels(&column.labels, described, wanted).map_err(
                        |text| EvalError::at_step(at, time, ErrorKind::Other(text)),
                    )?;
                    let slot = builder.column(&labels, column.drop_name);
                    known.insert((idx, found), slot);
                    slot
                }
            };
            builder.put(slot, step, sample, at)?;
        }
    }
    Ok(builder.finish())
}

/// The labels of a series with those of its info series that it does not have itself.
fn add_labels<'a>(
    base: &Labels,
    infos: impl Iterator<Item = &'a Labels>,
    wanted: &Wanted,
) -> Result<Labels, String> {
    let mut added = Labels::empty();
    for (name, value) in infos.flat_map(Labels::iter) {
        if &**name == METRIC_NAME || !wanted.takes(name) {
            continue;
        }
        let other = added.get(name);
        if !other.is_empty() && other != &**value {
            return Err(format!("conflicting label: {name}"));
        }
        if base.get(name).is_empty() {
            added = added.with(name, value);
        }
    }
    let mut labels = base.clone();
    for (name, value) in added.iter() {
        labels = labels.with(name, value);
    }
    Ok(labels)
}
