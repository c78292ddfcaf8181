//! One rule at one tick: from what its expression gave to what it writes
//! (`rules/group.go`, `Eval`).

use std::collections::HashMap;

use crate::harness::alert::{Alerts, Candidate, Patience};
use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::query::Engine;
use crate::harness::reads::{ALERTS, ALERTS_FOR_STATE};
use crate::harness::record;
use crate::harness::result::State;
use crate::harness::run::Setup;
use crate::harness::template::{Moment, World};
use crate::harness::write::{At, Written};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::storage::{MemoryStorage, Rank, SeriesId, View};
use crate::promql::value::{Column, Sample};
use crate::rules::group::{Alert, Rule};

/// What an expression gave, over one or more ticks.
#[derive(Debug)]
pub(super) struct Results {
    columns: Vec<Column>,
    /// Labels of what is written for each column, once they are known.
    outputs: Vec<Labels>,
    /// Series of what is recorded for each column.
    ids: Vec<Option<SeriesId>>,
}

impl Results {
    pub(super) fn new(columns: Vec<Column>) -> Results {
        let ids = vec![None; columns.len()];
        Results { columns, outputs: Vec::new(), ids }
    }

    fn given(&self, step: usize) -> Vec<usize> {
        (0..self.columns.len()).filter(|it| self.columns[*it].has.get(step)).collect()
    }
}

/// What a rule remembers from tick to tick.
#[derive(Debug)]
pub(super) enum Memory {
    Record,
    Alert(Alerts),
}

struct RuleState {
    memory: Memory,
    written: Written,
    /// The labels of the group and the rule, raw.
    labels: Vec<(Symbol, Symbol)>,
    /// No label is a template.
    plain: bool,
    /// `ALERTS` is written: somebody may look at it.
    writes: bool,
}

/// Takes rules from tick to tick.
pub(super) struct Stepper<'a> {
    plan: &'a Plan<'a>,
    world: World<'a>,
    states: HashMap<RuleIdx, RuleState>,
}

impl<'a> Stepper<'a> {
    pub(super) fn new(
        plan: &'a Plan<'a>,
        awake: &[RuleIdx],
        setup: &Setup<'_>,
        world: World<'a>,
    ) -> Stepper<'a> {
        let mut stepper = Stepper { plan, world, states: HashMap::new() };
        for idx in awake {
            let slot = &plan.slots[*idx];
            let (memory, writes) = match slot.rule {
                Rule::Record(_) => (Memory::Record, true),
                Rule::Alert(_) => (
                    Memory::Alert(Alerts::default()),
                    states_matter(plan, *idx, awake, setup),
                ),
            };
            let labels = slot.labels();
            let plain = !labels.iter().any(|it| it.1.contains("{{"));
            let written = Written::default();
            let state = RuleState { memory, written, labels, plain, writes };
            stepper.states.insert(*idx, state);
        }
        stepper
    }

    /// The memories, by rule, and the templates.
    pub(super) fn into_parts(self) -> (Vec<(RuleIdx, Memory)>, World<'a>) {
        let mut out: Vec<_> =
            self.states.into_iter().map(|(idx, it)| (idx, it.memory)).collect();
        out.sort_by_key(|it| it.0);
        (out, self.world)
    }

    /// Evaluates a rule at a tick, given what its expression gave at `step`.
    pub(super) fn step(
        &mut self,
        idx: RuleIdx,
        storage: &mut MemoryStorage,
        engine: &Engine,
        results: &mut Results,
        step: usize,
        tick: i64,
    ) -> Result<(), String> {
        let slot = &self.plan.slots[idx];
        let rank = idx as Rank + 1;
        let time = tick - slot.offset;
        let at = At { dialect: engine.dialect(), tick, time };
        let Some(state) = self.states.get_mut(&idx) else { return Ok(()) };
        match (slot.rule, &mut state.memory) {
            (Rule::Alert(alert), Memory::Alert(alerts)) => {
                let candidates = {
                    let view = View { storage, until: tick, rank };
                    let maker = Maker {
                        name: alert.name.shared(),
                        world: &self.world,
                        engine,
                        view: &view,
                    };
                    maker.candidates(state.plain, &state.labels, results, step, tick)
                };
                let patience = Patience {
                    hold: alert.hold.value.0,
                    keep: alert.keep_firing_for.value.0,
                    limit: slot.group.limit,
                };
                alerts.step(tick, &candidates, patience)?;
                if !state.writes {
                    return Ok(());
                }
                write_states(
                    alert,
                    alerts,
                    &state.labels,
                    &mut state.written,
                    storage,
                    rank,
                    at,
                )
            }
            _ => {
                let given = results.given(step);
                if results.outputs.is_empty() {
                    results.outputs =
                        record::outputs(&results.columns, slot.name(), &state.labels);
                }
                record::check(&given, &results.outputs, slot.group.limit)?;
                let mut fault = Ok(());
                for n in given {
                    let Some(sample) = results.columns[n].sample(step) else { continue };
                    let id = *results.ids[n].get_or_insert_with(|| {
                        storage.series_id(&results.outputs[n], rank)
                    });
                    fault = state.written.sample(storage, id, at, sample).and(fault);
                }
                state.written.finish(storage, at);
                fault
            }
        }
    }
}

/// Whether anybody may look at the states that an alert writes, or contradict them.
fn states_matter(
    plan: &Plan<'_>,
    idx: RuleIdx,
    awake: &[RuleIdx],
    setup: &Setup<'_>,
) -> bool {
    let slot = &plan.slots[idx];
    let output = &slot.output;
    setup.needs.all
        || !plan.sinks(idx).is_empty()
        || plan.queries_in_templates
        || setup
            .needs
            .reads
            .iter()
            .flat_map(|it| &it.selectors)
            .any(|it| it.may_select(output))
        || plan.rivals(idx).any(|it| awake.binary_search(&it).is_ok())
        || setup
            .series
            .iter()
            .any(|it| output.metrics.iter().any(|m| **m == *it.0.metric_name()))
}

/// Makes alerts of samples.
struct Maker<'m> {
    name: Symbol,
    world: &'m World<'m>,
    engine: &'m Engine,
    view: &'m View<'m>,
}

impl Maker<'_> {
    fn candidates(
        &self,
        plain: bool,
        labels: &[(Symbol, Symbol)],
        results: &mut Results,
        step: usize,
        tick: i64,
    ) -> Vec<Candidate> {
        if plain && results.outputs.is_empty() {
            let all = results.columns.iter();
            results.outputs =
                all.map(|it| self.labels(&it.labels, labels.iter().cloned())).collect();
        }
        let mut out = Vec::new();
        for n in results.given(step) {
            let column = &results.columns[n];
            let Some(value) = column.sample(step) else { continue };
            let source = column.labels.clone();
            let labels = match plain {
                true => results.outputs[n].clone(),
                false => {
                    let moment = Moment {
                        alert: &self.name,
                        source: &source,
                        value: &value,
                        tick,
                        storage: self.view,
                        engine: self.engine,
                    };
                    let expanded = labels
                        .iter()
                        .map(|it| (it.0.clone(), self.world.expand(&it.1, &moment)));
                    self.labels(&source, expanded)
                }
            };
            out.push(Candidate { labels, source, value });
        }
        out
    }

    fn labels(
        &self,
        source: &Labels,
        labels: impl Iterator<Item = (Symbol, Symbol)>,
    ) -> Labels {
        let mut pairs: Vec<(Symbol, Symbol)> =
            source.iter().filter(|it| &*it.0 != METRIC_NAME).cloned().collect();
        pairs.extend(labels);
        pairs.push(("alertname".into(), self.name.clone()));
        Labels::from_pairs(pairs)
    }
}

/// Writes `ALERTS` and `ALERTS_FOR_STATE` of every active alert.
fn write_states(
    alert: &Alert,
    alerts: &mut Alerts,
    raw: &[(Symbol, Symbol)],
    written: &mut Written,
    storage: &mut MemoryStorage,
    rank: Rank,
    at: At,
) -> Result<(), String> {
    let mut fault = Ok(());
    for active in alerts.active_mut() {
        let labels = |metric: &str, state: Option<State>| {
            let mut pairs: Vec<(Symbol, Symbol)> =
                raw.iter().filter(|it| !it.1.is_empty()).cloned().collect();
            pairs.extend(active.labels.iter().cloned());
            pairs.push((METRIC_NAME.into(), metric.into()));
            pairs.push(("alertname".into(), alert.name.shared()));
            if let Some(state) = state {
                pairs.push(("alertstate".into(), state.as_str().into()));
            }
            Labels::from_pairs(pairs)
        };
        let which = match active.state {
            State::Pending => 0,
            State::Firing => 1,
        };
        let state_id = active.series[which].unwrap_or_else(|| {
            storage.series_id(&labels(ALERTS, Some(active.state)), rank)
        });
        let since_id = active.series[2]
            .unwrap_or_else(|| storage.series_id(&labels(ALERTS_FOR_STATE, None), rank));
        active.series[which] = Some(state_id);
        active.series[2] = Some(since_id);
        let since = active.active_at.div_euclid(1000) as f64;
        let one = written.sample(storage, state_id, at, Sample::Float(1.0));
        let two = written.sample(storage, since_id, at, Sample::Float(since));
        fault = two.and(one).and(fault);
    }
    written.finish(storage, at);
    fault
}
