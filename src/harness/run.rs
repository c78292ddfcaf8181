//! Runs rules over a test's series: every group at its ticks, every result written back.
//!
//! [`run`] gives a [`Run`]: what the alerts did, which rules failed, and the series as
//! they are in the end, on which any expression can be asked.

use crate::case::notation::Sample as Written;
use crate::harness::alert::Alerts;
use crate::harness::load;
use crate::harness::plan::{Plan, RuleIdx, Slot};
use crate::harness::query::{self, Engine};
use crate::harness::result::{AlertResult, RuleError, State, Ticks, Timeline};
use crate::harness::schedule::{self, Batch};
use crate::harness::step::{Memory, Results, Stepper};
use crate::harness::template::{Moment, World};
use crate::harness::wake::{self, Needs};
use crate::promql::annotation::Annotation;
use crate::promql::dialect::Dialect;
use crate::promql::error::EvalError;
use crate::promql::labels::{Labels, Symbol};
use crate::promql::storage::{MemoryStorage, Rank, View};
use crate::promql::syntax::ast::{Expr, Parsed, TextRange};
use crate::promql::value::{Column, Grid, Value};
use crate::rules::group::{Group, Rule};
use crate::template::TemplateError;
use crate::template::misprint::Misprint;

/// When groups are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Every group at every tick of the global interval, as promtool does.
    Global,
    /// Each group at its own interval, as a server does.
    Group,
}

/// A test, as far as rules are concerned. Times are in milliseconds.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The PromQL that is spoken.
    pub dialect: Dialect,
    /// The global evaluation interval, also the default step of subqueries.
    pub interval: i64,
    /// When groups are evaluated.
    pub pace: Pace,
    /// The first tick.
    pub start: i64,
    /// No tick is later.
    pub end: i64,
    /// Distance of the samples of `series`.
    pub spacing: i64,
    /// What was scraped: labels and samples from `start` on. Of two with the same labels
    /// the later one counts.
    pub series: &'a [(Labels, Vec<Written>)],
    /// `external_labels`, for templates.
    pub external_labels: &'a [(String, String)],
    /// `$externalURL`, for templates.
    pub external_url: &'a str,
    /// Whether templates know of a server: promtool has none, so that the functions
    /// `externalURL` and `pathPrefix` fail.
    pub has_server: bool,
    /// What the assertions look at.
    pub needs: Needs,
}

impl Setup<'_> {
    /// The ticks of a group.
    pub fn ticks(&self, group: &Group) -> Ticks {
        let own = group.interval.map(|it| it.0).filter(|it| 0 < *it);
        let step = match self.pace {
            Pace::Global => self.interval,
            Pace::Group => own.unwrap_or(self.interval),
        };
        Ticks { start: self.start, end: self.end, step: step.max(1) }
    }

    /// The ticks of the global interval.
    pub fn global_ticks(&self) -> Ticks {
        Ticks { start: self.start, end: self.end, step: self.interval.max(1) }
    }
}

/// What rules did over a test.
#[derive(Debug)]
pub struct Run<'a> {
    /// Everything that was loaded and recorded.
    pub storage: MemoryStorage,
    /// Rules that failed, by tick and order of evaluation.
    pub errors: Vec<RuleError>,
    /// What each alerting rule did that was ever active.
    pub alerts: Vec<AlertResult>,
    plan: &'a Plan<'a>,
    setup: &'a Setup<'a>,
    engine: Engine,
    world: World<'a>,
}

/// Evaluates the rules that matter to a test over all of its ticks.
pub fn run<'a>(plan: &'a Plan<'a>, setup: &'a Setup<'a>) -> Run<'a> {
    run_some(plan, setup, |_| true)
}

/// As [`run`], of the rules that matter only those that are `wanted`: with a rule, all
/// whose results it may read.
pub fn run_some<'a>(
    plan: &'a Plan<'a>,
    setup: &'a Setup<'a>,
    wanted: impl Fn(RuleIdx) -> bool,
) -> Run<'a> {
    let storage = load::load(setup.series, setup.start, setup.spacing, setup.end);
    let mut awake = wake::awake(plan, setup.series.iter().map(|it| &it.0), &setup.needs);
    awake.retain(|it| wanted(*it));
    let batches = schedule::batches(plan, &awake);
    let engine = Engine::new(setup.dialect, setup.interval);
    let world = World::new(setup);
    let stepper = Stepper::new(plan, &awake, setup, world);
    let mut runner = Runner { plan, setup, engine, storage, stepper, errors: Vec::new() };
    for batch in &batches {
        runner.batch(batch);
    }
    let Runner { storage, mut errors, stepper, engine, .. } = runner;
    errors.sort_by_key(|it| (it.tick, it.rule_idx));
    let mut alerts = Vec::new();
    let (memories, world) = stepper.into_parts();
    for (rule_idx, memory) in memories {
        let Memory::Alert(Alerts { timelines, .. }) = memory else { continue };
        if timelines.is_empty() {
            continue;
        }
        let slot = &plan.slots[rule_idx];
        let (name, ticks) = (slot.name().to_string(), setup.ticks(slot.group));
        alerts.push(AlertResult { rule_idx, name, ticks, timelines });
    }
    Run { storage, errors, alerts, plan, setup, engine, world }
}

struct Runner<'a> {
    plan: &'a Plan<'a>,
    setup: &'a Setup<'a>,
    engine: Engine,
    storage: MemoryStorage,
    stepper: Stepper<'a>,
    errors: Vec<RuleError>,
}

impl<'a> Runner<'a> {
    fn slot(&self, idx: RuleIdx) -> &'a Slot<'a> {
        &self.plan.slots[idx]
    }

    fn batch(&mut self, batch: &Batch) {
        match batch.rules[..] {
            [idx] if !batch.interleaved => self.alone(idx),
            _ => self.in_turn(&batch.rules),
        }
    }

    /// A rule whose sources are complete: all ticks at once, where that is the same.
    fn alone(&mut self, idx: RuleIdx) {
        let slot = self.slot(idx);
        let ticks = self.setup.ticks(slot.group);
        let heavy = self.engine.may_exceed_limit(slot.expr(), &self.storage);
        if slot.reads.single_ticks || heavy || ticks.is_empty() {
            return self.in_turn(&[idx]);
        }
        let start = ticks.start - slot.offset;
        let end = start + (ticks.len() as i64 - 1) * ticks.step;
        let grid = Grid::range(start, end, ticks.step);
        match self.engine.unlimited().vector(slot.expr(), &self.storage, grid) {
            Ok(columns) => {
                let mut results = Results::new(columns);
                for (step, tick) in ticks.iter().enumerate() {
                    self.step(idx, &mut results, step, tick);
                }
            }
            // Which tick is the first to fail shows only tick by tick; and checks over a
            // range are stricter.
            Err(_) => self.in_turn(&[idx]),
        }
    }

    /// Tick by tick, each rule in turn.
    fn in_turn(&mut self, rules: &[RuleIdx]) {
        let mut ticks: Vec<(i64, RuleIdx)> = Vec::new();
        for idx in rules {
            let own = self.setup.ticks(self.slot(*idx).group);
            ticks.extend(own.iter().map(|it| (it, *idx)));
        }
        ticks.sort_unstable();
        for (tick, idx) in ticks {
            let slot = self.slot(idx);
            let view = View { storage: &self.storage, until: tick, rank: Rank::MAX };
            let grid = Grid::instant(tick - slot.offset);
            match self.engine.vector(slot.expr(), &view, grid) {
                Ok(columns) => self.step(idx, &mut Results::new(columns), 0, tick),
                Err(error) => self.fail(idx, tick, error.to_string(), Some(error.at)),
            }
        }
    }

    fn step(&mut self, idx: RuleIdx, results: &mut Results, step: usize, tick: i64) {
        let stepped =
            self.stepper.step(idx, &mut self.storage, &self.engine, results, step, tick);
        if let Err(message) = stepped {
            self.fail(idx, tick, message, None);
        }
    }

    fn fail(
        &mut self,
        rule_idx: RuleIdx,
        tick: i64,
        message: String,
        part: Option<TextRange>,
    ) {
        let slot = self.slot(rule_idx);
        let (rule, span) = (slot.name().to_string(), slot.span());
        self.errors.push(RuleError { rule_idx, rule, tick, message, span, part });
    }
}

/// What a rule sees of the series: nothing after a tick, and at the tick itself no
/// results of its own and of later rules.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// The tick.
    pub tick: i64,
    /// The rule's place in the order of evaluation.
    pub rule: RuleIdx,
}

/// An alert that fires.
#[derive(Clone, Debug)]
pub struct Firing<'r> {
    /// The rule's place in the order of evaluation.
    pub rule_idx: RuleIdx,
    /// What it did.
    pub timeline: &'r Timeline,
    /// Its annotations, by name.
    pub annotations: Labels,
}

impl<'a> Run<'a> {
    /// The rules.
    pub fn plan(&self) -> &'a Plan<'a> {
        self.plan
    }

    /// The test.
    pub fn setup(&self) -> &'a Setup<'a> {
        self.setup
    }

    /// The alerts of a name, from all groups.
    pub fn alerts_named(&self, name: &str) -> impl Iterator<Item = &AlertResult> {
        self.alerts.iter().filter(move |it| it.name == name)
    }

    /// The alerts of a name that fire at a tick, with their annotations.
    pub fn firing(&self, name: &str, tick: i64) -> Vec<Firing<'_>> {
        let mut out = Vec::new();
        for alert in self.alerts_named(name) {
            for timeline in &alert.timelines {
                if timeline.state_at(tick) == Some(State::Firing) {
                    let annotations = self.annotations(alert.rule_idx, timeline, tick);
                    out.push(Firing { rule_idx: alert.rule_idx, timeline, annotations });
                }
            }
        }
        out
    }

    /// The annotations of an alert at a tick, by name: those of the last tick at which
    /// its expression gave something.
    pub fn annotations(
        &self,
        rule_idx: RuleIdx,
        timeline: &Timeline,
        tick: i64,
    ) -> Labels {
        let Rule::Alert(alert) = self.plan.slots[rule_idx].rule else {
            return Labels::empty();
        };
        let expand = |world: &World<'_>, moment: &Moment<'_>| {
            let text = |it: &Symbol| world.expand(it, moment);
            let pairs = alert.annotations.iter();
            pairs.map(|it| (it.name.shared(), text(&it.value.shared()))).collect()
        };
        // Unlike labels, annotations keep empty values.
        let mut pairs: Vec<_> =
            self.as_seen(rule_idx, timeline, tick, expand).unwrap_or_default();
        pairs.sort();
        Labels::from_sorted(pairs)
    }

    /// The text of a label or annotation of an alert at a tick, or why Prometheus cannot
    /// expand it; nothing where its expression gave nothing before.
    pub fn text(
        &self,
        rule_idx: RuleIdx,
        timeline: &Timeline,
        tick: i64,
        text: &Symbol,
    ) -> Option<Result<Symbol, TemplateError>> {
        let expand =
            |world: &World<'_>, moment: &Moment<'_>| world.try_expand(text, moment);
        self.as_seen(rule_idx, timeline, tick, expand)
    }

    /// The first call of `printf` in such a text whose verbs and arguments do not fit.
    pub fn misprint(
        &self,
        rule_idx: RuleIdx,
        timeline: &Timeline,
        tick: i64,
        text: &Symbol,
    ) -> Option<Misprint> {
        let misprint =
            |world: &World<'_>, moment: &Moment<'_>| world.misprint(text, moment);
        self.as_seen(rule_idx, timeline, tick, misprint)?
    }

    /// What `of` gives for what templates of an alert saw at the last tick at which its
    /// expression gave something: nothing later, no results of later rules.
    fn as_seen<T>(
        &self,
        rule_idx: RuleIdx,
        timeline: &Timeline,
        tick: i64,
        of: impl FnOnce(&World<'_>, &Moment<'_>) -> T,
    ) -> Option<T> {
        let Rule::Alert(alert) = self.plan.slots[rule_idx].rule else { return None };
        let point = timeline.point_at(tick)?;
        let view = self.view(Sight { tick: point.tick, rule: rule_idx });
        let moment = Moment {
            alert: &alert.name.shared(),
            source: &point.source,
            value: &point.value,
            tick: point.tick,
            storage: &view,
            engine: &self.engine,
        };
        Some(of(&self.world, &moment))
    }

    /// What an expression gives at a time, on the series as they are in the end.
    pub fn instant(&self, expr: &Parsed, time: i64) -> Result<Value, EvalError> {
        self.engine.value(expr, &self.storage, Grid::instant(time))
    }

    /// What an expression gives over ticks, on the series as they are in the end: the
    /// compared side of an alert, for a report.
    pub fn over(&self, expr: &Parsed, ticks: Ticks) -> Result<Vec<Column>, EvalError> {
        let grid = Grid::range(ticks.start, ticks.end, ticks.step);
        self.engine.unlimited().vector(expr, &self.storage, grid)
    }

    /// What an expression gives at a time, as a rule sees the series, or else as they are
    /// in the end.
    pub fn seen(
        &self,
        expr: &Parsed,
        sight: Option<Sight>,
        time: i64,
    ) -> Result<Value, EvalError> {
        let (engine, grid) = (self.engine.unlimited(), Grid::instant(time));
        match sight {
            None => engine.value(expr, &self.storage, grid),
            Some(sight) => engine.value(expr, &self.view(sight), grid),
        }
    }

    /// The series as a rule sees them.
    pub fn view(&self, sight: Sight) -> View<'_> {
        let rank = sight.rule as Rank + 1;
        View { storage: &self.storage, until: sight.tick, rank }
    }

    /// What PromQL remarks on an expression over ticks.
    pub fn remarks(&self, expr: &Parsed, ticks: Ticks) -> Vec<Annotation> {
        let grid = Grid::range(ticks.start, ticks.end, ticks.step);
        self.engine.unlimited().remarks(expr, &self.storage, grid)
    }

    /// What PromQL remarks on an expression at a time.
    pub fn remarks_at(&self, expr: &Parsed, time: i64) -> Vec<Annotation> {
        self.engine.remarks(expr, &self.storage, Grid::instant(time))
    }

    /// As [`Run::over`], for a part of an expression.
    pub fn over_part(
        &self,
        whole: &Parsed,
        part: &Expr,
        ticks: Ticks,
    ) -> Result<Vec<Column>, EvalError> {
        self.over(&query::part(whole, part), ticks)
    }
}
