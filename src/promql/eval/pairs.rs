//! Arithmetic and comparison between vectors.
//!
//! Where every match key has at most one series on each side that must be unique, pairs
//! are formed once and computed column by column. Otherwise, and with fill values, each
//! step is matched by itself, as `VectorBinop` in Prometheus `promql/engine.go` does.

use std::collections::{HashMap, HashSet};

use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::eval::Evaluator;
use crate::promql::eval::element::{Element, element};
use crate::promql::eval::last_notes::LastNotes;
use crate::promql::eval::matching::{Signatures, duplicate, match_group, result_labels};
use crate::promql::eval::merge::{self, Builder};
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{Binary, Cardinality, Expr, Matching};
use crate::promql::value::{Column, Grid, Sample};

/// Stands for a column that is not there.
const NONE: u32 = u32::MAX;

/// Both sides, the one that may have several series first.
struct Sides<'a> {
    matching: &'a Matching,
    many: &'a [Column],
    one: &'a [Column],
    many_keys: &'a [u32],
    one_keys: &'a [u32],
    n_keys: usize,
    /// The first side is the right one of the expression.
    swapped: bool,
}

impl Evaluator<'_> {
    /// `a + b`, `a > bool b`
    pub(super) fn match_vectors(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        lhs: &[Column],
        rhs: &[Column],
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let everything = Matching::EVERYTHING;
        let matching = binary.matching.as_deref().unwrap_or(&everything);
        let keys = Signatures::new(Some(matching), lhs, rhs);
        let n_keys = keys.n_distinct;
        let swapped = matching.cardinality == Cardinality::OneToMany;
        let sides = match swapped {
            false => Sides {
                matching,
                many: lhs,
                one: rhs,
                many_keys: &keys.lhs,
                one_keys: &keys.rhs,
                n_keys,
                swapped,
            },
            true => Sides {
                matching,
                many: rhs,
                one: lhs,
                many_keys: &keys.rhs,
                one_keys: &keys.lhs,
                n_keys,
                swapped,
            },
        };
        let columns = match self.fixed_pairs(binary, &sides) {
            Some(pairs) => self.column_by_column(expr, binary, &sides, pairs, grid),
            None => self.step_by_step(expr, binary, &sides, grid)?,
        };
        // The names are gone from results already, or only marked.
        merge::finish(columns, grid, self.delayed(), expr.span)
    }

    /// The pairs with the labels of their results, if they are the same at every step.
    fn fixed_pairs(
        &self,
        binary: &Binary,
        sides: &Sides<'_>,
    ) -> Option<Vec<(u32, u32, Labels)>> {
        let matching = sides.matching;
        if matching.fill_lhs.is_some() || matching.fill_rhs.is_some() {
            return None;
        }
        let mut of_key = vec![NONE; sides.n_keys];
        for (idx, key) in sides.one_keys.iter().enumerate() {
            let slot = &mut of_key[*key as usize];
            if *slot != NONE {
                return None;
            }
            *slot = idx as u32;
        }
        let mut is_taken = vec![false; sides.n_keys];
        let mut seen = HashSet::new();
        let mut pairs = Vec::with_capacity(sides.many.len());
        for (idx, key) in sides.many_keys.iter().enumerate() {
            let one = of_key[*key as usize];
            if one == NONE {
                continue;
            }
            let labels = self.labels_of(
                binary,
                matching,
                &sides.many[idx].labels,
                &sides.one[one as usize].labels,
            );
            let is_unique = match matching.cardinality {
                Cardinality::OneToOne => {
                    !std::mem::replace(&mut is_taken[*key as usize], true)
                }
                _ => seen.insert((*key, labels.clone())),
            };
            if !is_unique {
                return None;
            }
            pairs.push((idx as u32, one, labels));
        }
        Some(pairs)
    }

    fn labels_of(
        &self,
        binary: &Binary,
        matching: &Matching,
        many: &Labels,
        one: &Labels,
    ) -> Labels {
        let drop_name = !self.delayed() && binary.return_bool;
        result_labels(many, one, binary.op, matching, drop_name)
    }

    fn column_by_column(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        sides: &Sides<'_>,
        pairs: Vec<(u32, u32, Labels)>,
        grid: Grid,
    ) -> Vec<Column> {
        let mut columns = Vec::with_capacity(pairs.len());
        let mut last_notes = LastNotes::default();
        for (many, one, labels) in pairs {
            let (many, one) = (&sides.many[many as usize], &sides.one[one as usize]);
            let mut has = many.has.clone();
            has.and(&one.has);
            if !has.any() {
                continue;
            }
            let (lhs, rhs) = match sides.swapped {
                false => (many, one),
                true => (one, many),
            };
            let mut column = Column::empty(labels, grid.n_steps());
            column.drop_name = binary.return_bool;
            let plain = many.histograms.is_none() && one.histograms.is_none();
            let slots = column.floats.iter_mut().zip(lhs.floats.iter().zip(&rhs.floats));
            match element(binary.op) {
                Element::Value(f) if plain => {
                    for (slot, (a, b)) in slots {
                        *slot = f(*a, *b);
                    }
                    column.has = has;
                }
                Element::Filter(f) if plain && binary.return_bool => {
                    for (slot, (a, b)) in slots {
                        *slot = f64::from(u8::from(f(*a, *b)));
                    }
                    column.has = has;
                }
                Element::Filter(f) if plain => {
                    for step in has.iter() {
                        if f(lhs.floats[step], rhs.floats[step]) {
                            column.set_float(step, lhs.floats[step]);
                        }
                    }
                }
                _ => {
                    for step in has.iter() {
                        let (Some(a), Some(b)) = (lhs.sample(step), rhs.sample(step))
                        else {
                            continue;
                        };
                        let notes = last_notes.begin(&mut self.notes);
                        let result = self.one_result(expr, binary, &a, &b);
                        last_notes.end(step, &mut self.notes, notes);
                        if let Some(Some(sample)) = result {
                            column.set(step, sample);
                        }
                    }
                }
            }
            columns.push(column);
        }
        last_notes.put(&mut self.notes);
        columns
    }

    /// What comes out of two samples: nothing where they do not go together, and no
    /// sample where a comparison keeps none.
    fn one_result(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        lhs: &Sample,
        rhs: &Sample,
    ) -> Option<Option<Sample>> {
        let combined = self.combine(expr, binary.op, lhs, rhs)?;
        Some(match (binary.return_bool, combined.keep) {
            (true, keep) => Some(Sample::Float(f64::from(u8::from(keep)))),
            (false, true) => Some(combined.sample),
            (false, false) => None,
        })
    }

    fn step_by_step(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        sides: &Sides<'_>,
        grid: Grid,
    ) -> Result<Vec<Column>, EvalError> {
        let matching = sides.matching;
        // Prometheus does not swap the fill values along with the sides.
        let (fill_many, fill_one) = (matching.fill_lhs, matching.fill_rhs);
        let no_fill = fill_many.is_none() && fill_one.is_none();
        let mut results = Results::new(grid, self.delayed());
        let mut step_state = StepState::new(sides.n_keys);
        for step in 0..grid.n_steps() {
            let any_many = sides.many.iter().any(|it| it.has.get(step));
            let any_one = sides.one.iter().any(|it| it.has.get(step));
            if !any_many && !any_one || no_fill && !(any_many && any_one) {
                continue;
            }
            let at = Place { expr, time: grid.time(step), step };
            step_state.reset();
            step_state.gather(sides, at, self.dialect.has(3, 14))?;
            for (idx, column) in sides.many.iter().enumerate() {
                let key = sides.many_keys[idx];
                let one = step_state.of_key[key as usize];
                if !column.has.get(step) || one == NONE && fill_one.is_none() {
                    continue;
                }
                let pair = Pair { many: idx as u32, one, key };
                self.one_pair(binary, sides, pair, at, &mut step_state, &mut results)?;
            }
            if fill_many.is_none() {
                continue;
            }
            for (idx, column) in sides.one.iter().enumerate() {
                let key = sides.one_keys[idx];
                if !column.has.get(step) || step_state.is_matched[key as usize] {
                    continue;
                }
                let pair = Pair { many: NONE, one: idx as u32, key };
                self.one_pair(binary, sides, pair, at, &mut step_state, &mut results)?;
            }
        }
        results.last_notes.put(&mut self.notes);
        Ok(results.builder.finish())
    }

    /// One pair at one step; a side that is missing is filled.
    fn one_pair(
        &mut self,
        binary: &Binary,
        sides: &Sides<'_>,
        pair: Pair,
        at: Place<'_>,
        state: &mut StepState,
        results: &mut Results,
    ) -> Result<(), EvalError> {
        let matching = sides.matching;
        let value = |columns: &[Column], idx: u32, fill: Option<f64>| {
            let sample = columns.get(idx as usize).and_then(|it| it.sample(at.step));
            sample.unwrap_or(Sample::Float(fill.unwrap_or(f64::NAN)))
        };
        let many = value(sides.many, pair.many, matching.fill_lhs);
        let one = value(sides.one, pair.one, matching.fill_rhs);
        let (lhs, rhs) = if sides.swapped { (one, many) } else { (many, one) };
        let notes = results.last_notes.begin(&mut self.notes);
        let result = self.one_result(at.expr, binary, &lhs, &rhs);
        results.last_notes.end(at.step, &mut self.notes, notes);
        let Some(result) = result else { return Ok(()) };
        // Versions before 3.9 ask for unique matches of what a comparison keeps only.
        if result.is_none() && !self.dialect.has(3, 9) {
            return Ok(());
        }
        let id = results.id(pair, || {
            let (many, one) = sides.labels(pair);
            self.labels_of(binary, matching, &many, &one)
        });
        self.budget.fits(results.labels.len(), results.n_steps, at.expr.span)?;
        let was_matched = state.is_matched[pair.key as usize];
        state.is_matched[pair.key as usize] = true;
        match matching.cardinality {
            Cardinality::OneToOne if was_matched => {
                return Err(at.error(ErrorKind::ManyToOne));
            }
            Cardinality::OneToOne => {}
            _ if !state.inserted.insert((pair.key, id)) => {
                return Err(at.error(ErrorKind::GroupNotUnique));
            }
            _ => {}
        }
        match result {
            Some(sample) => results.put(id, sample, binary.return_bool, at),
            None => Ok(()),
        }
    }
}

/// A pair of columns, or one with a fill value, and its match key.
#[derive(Clone, Copy)]
struct Pair {
    many: u32,
    one: u32,
    key: u32,
}

/// A step of an expression.
#[derive(Clone, Copy)]
struct Place<'a> {
    expr: &'a Expr,
    time: i64,
    step: usize,
}

impl Place<'_> {
    fn error(&self, kind: ErrorKind) -> EvalError {
        EvalError::at_step(self.expr.span, self.time, kind)
    }
}

impl Sides<'_> {
    /// The labels of both; a fill value has those that match.
    fn labels(&self, pair: Pair) -> (Labels, Labels) {
        let group = |labels: &Labels| match_group(Some(self.matching), labels);
        let many = self.many.get(pair.many as usize).map(|it| &it.labels);
        let one = self.one.get(pair.one as usize).map(|it| &it.labels);
        match (many, one) {
            (Some(many), Some(one)) => (many.clone(), one.clone()),
            (Some(many), None) => (many.clone(), group(many)),
            (None, Some(one)) => (group(one), one.clone()),
            (None, None) => (Labels::empty(), Labels::empty()),
        }
    }
}

/// What is known about the match keys at a step; its memory is kept between steps.
struct StepState {
    /// The series of the one side.
    of_key: Vec<u32>,
    is_matched: Vec<bool>,
    /// Match keys with the labels of results.
    inserted: HashSet<(u32, u32)>,
}

impl StepState {
    fn new(n_keys: usize) -> StepState {
        let of_key = vec![NONE; n_keys];
        StepState { of_key, is_matched: vec![false; n_keys], inserted: HashSet::new() }
    }

    fn reset(&mut self) {
        self.of_key.fill(NONE);
        self.is_matched.fill(false);
        self.inserted.clear();
    }

    /// Finds the series of the one side, of which no two may have the same key.
    fn gather(
        &mut self,
        sides: &Sides<'_>,
        at: Place<'_>,
        is_sorted: bool,
    ) -> Result<(), EvalError> {
        for (idx, column) in sides.one.iter().enumerate() {
            if !column.has.get(at.step) {
                continue;
            }
            let slot = &mut self.of_key[sides.one_keys[idx] as usize];
            if let Some(other) = sides.one.get(*slot as usize) {
                let (one, two) = (&column.labels, &other.labels);
                let (matching, span) = (sides.matching, at.expr.span);
                return Err(duplicate(matching, one, two, is_sorted, span, at.time));
            }
            *slot = idx as u32;
        }
        Ok(())
    }
}

/// The results, and which labels each pair has.
struct Results {
    n_steps: usize,
    builder: Builder,
    of_pair: HashMap<(u32, u32), u32>,
    ids: HashMap<Labels, u32>,
    labels: Vec<Labels>,
    last_notes: LastNotes,
}

impl Results {
    fn new(grid: Grid, delayed: bool) -> Results {
        Results {
            n_steps: grid.n_steps(),
            builder: Builder::new(grid, delayed),
            of_pair: HashMap::new(),
            ids: HashMap::new(),
            labels: Vec::new(),
            last_notes: LastNotes::default(),
        }
    }

    /// The number of the labels of a pair's result.
    fn id(&mut self, pair: Pair, make: impl FnOnce() -> Labels) -> u32 {
        if let Some(id) = self.of_pair.get(&(pair.many, pair.one)) {
            return *id;
        }
        let labels = make();
        let next = self.labels.len() as u32;
        let id = *self.ids.entry(labels.clone()).or_insert(next);
        if id == next {
            self.labels.push(labels);
        }
        self.of_pair.insert((pair.many, pair.one), id);
        id
    }

    fn put(
        &mut self,
        id: u32,
        sample: Sample,
        drop_name: bool,
        at: Place<'_>,
    ) -> Result<(), EvalError> {
        let column = self.builder.column(&self.labels[id as usize], drop_name);
        self.builder.put(column, at.step, sample, at.expr.span)
    }
}
