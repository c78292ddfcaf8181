//! A set of rules, made ready for evaluation: who reads what from whom.
//!
//! Made once for all tests of a set of rules. The order within a tick is Prometheus's:
//! groups in the given order, rules in the order of their group.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::reads::{ALERTS, ALERTS_FOR_STATE, Alone, Output, Read, Reads};
use crate::harness::write;
use crate::promql::labels::{Labels, Symbol};
use crate::promql::syntax::ast::Parsed;
use crate::rules::group::{Group, Pair, Rule};

/// The number of a rule: its place in the order of evaluation, from 0.
pub type RuleIdx = usize;

/// A rule and what is known of it.
#[derive(Debug)]
pub struct Slot<'a> {
    /// The group's place in the given order.
    pub group_idx: usize,
    /// Its group.
    pub group: &'a Group,
    /// The rule.
    pub rule: &'a Rule,
    /// What it reads.
    pub reads: Reads,
    /// What it writes.
    pub output: Output,
    /// Milliseconds by which it is evaluated in the past.
    pub offset: i64,
    /// A label of it is a template that runs a query.
    pub queries_in_labels: bool,
    /// A label or an annotation of it is a template that runs a query.
    pub queries: bool,
}

impl<'a> Slot<'a> {
    /// The name of the alert or of the recorded metric.
    pub fn name(&self) -> &'a str {
        match self.rule {
            Rule::Record(it) => it.name.as_str(),
            Rule::Alert(it) => it.name.as_str(),
        }
    }

    /// What it evaluates.
    pub fn expr(&self) -> &'a Parsed {
        match self.rule {
            Rule::Record(it) => &it.expr.parsed,
            Rule::Alert(it) => &it.expr.parsed,
        }
    }

    /// The text of what it evaluates.
    pub fn expr_text(&self) -> &'a Text {
        match self.rule {
            Rule::Record(it) => &it.expr.text,
            Rule::Alert(it) => &it.expr.text,
        }
    }

    /// Where it is declared.
    pub fn span(&self) -> Span {
        match self.rule {
            Rule::Record(it) => it.span,
            Rule::Alert(it) => it.span,
        }
    }

    /// The labels of its group and its own, which win, by name.
    pub fn labels(&self) -> Vec<(Symbol, Symbol)> {
        let own = match self.rule {
            Rule::Record(it) => &it.labels,
            Rule::Alert(it) => &it.labels,
        };
        let mut out: BTreeMap<Symbol, Symbol> = BTreeMap::new();
        for it in self.group.labels.iter().chain(own) {
            out.insert(it.name.shared(), it.value.shared());
        }
        out.into_iter().collect()
    }
}

/// Rules in the order of their evaluation, with an index from metrics to readers.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The rules.
    pub slots: Vec<Slot<'a>>,
    /// Metric -> selectors that name it.
    readers: HashMap<Arc<str>, Vec<(RuleIdx, usize)>>,
    /// Selectors that name no metric.
    nameless: Vec<(RuleIdx, usize)>,
    /// Metric -> rules that write it.
    writers: HashMap<Arc<str>, Vec<RuleIdx>>,
    /// Name of an alert -> its rules.
    alerts: HashMap<Arc<str>, Vec<RuleIdx>>,
    /// Records that are called like the series of alerts.
    false_alerts: Vec<RuleIdx>,
    /// For each rule, those whose results it may read.
    sources: Vec<Vec<RuleIdx>>,
    /// For each rule, those that may read its results.
    sinks: Vec<Vec<RuleIdx>>,
    /// Rules that matter to every test: they may have results, or fail, without series.
    pub always: Vec<RuleIdx>,
    /// Some template runs a query: it may look at anything.
    pub queries_in_templates: bool,
    /// Rules that may have one result without series, and cannot fail by it.
    pub harmless: Vec<RuleIdx>,
}

impl<'a> Plan<'a> {
    /// Makes rules ready. The groups come in the order in which they are evaluated.
    pub fn new(groups: &[&'a Group]) -> Plan<'a> {
        let mut slots: Vec<Slot<'a>> = Vec::new();
        for (group_idx, group) in groups.iter().enumerate() {
            for rule in &group.rules {
                slots.push(slot(group_idx, group, rule));
            }
        }
        let mut plan = Plan {
            slots,
            readers: HashMap::new(),
            nameless: Vec::new(),
            writers: HashMap::new(),
            alerts: HashMap::new(),
            false_alerts: Vec::new(),
            sources: Vec::new(),
            sinks: Vec::new(),
            always: Vec::new(),
            harmless: Vec::new(),
            queries_in_templates: false,
        };
        for (idx, slot) in plan.slots.iter().enumerate() {
            for metric in &slot.output.metrics {
                plan.writers.entry(metric.clone()).or_default().push(idx);
            }
            match slot.rule {
                Rule::Alert(it) => {
                    plan.alerts.entry(it.name.shared()).or_default().push(idx);
                }
                Rule::Record(it) => {
                    if [ALERTS, ALERTS_FOR_STATE].contains(&it.name.as_str()) {
                        plan.false_alerts.push(idx);
                    }
                }
            }
            for (n, read) in slot.reads.selectors.iter().enumerate() {
                match &read.metric {
                    Some(metric) => {
                        plan.readers.entry(metric.clone()).or_default().push((idx, n));
                    }
                    None => plan.nameless.push((idx, n)),
                }
            }
        }
        plan.sources = (0..plan.slots.len()).map(|it| plan.find_sources(it)).collect();
        plan.sinks = vec![Vec::new(); plan.slots.len()];
        for (idx, sources) in plan.sources.iter().enumerate() {
            sources.iter().for_each(|it| plan.sinks[*it].push(idx));
        }
        plan.queries_in_templates = plan.slots.iter().any(|it| it.queries);
        for (idx, slot) in plan.slots.iter().enumerate() {
            match slot.reads.alone {
                Alone::Nothing => {}
                Alone::One if plan.rivals(idx).next().is_some() => plan.always.push(idx),
                Alone::One => plan.harmless.push(idx),
                Alone::Anything => plan.always.push(idx),
            }
        }
        // Whether the database takes what is written so late depends on what anybody has
        // written before.
        match plan.slots.iter().any(|it| write::MAX_DELAY < it.offset) {
            true => plan.without_shortcuts(),
            false => plan,
        }
    }

    /// The same rules, evaluated as Prometheus does: all of them, tick by tick, in turn.
    /// Every shortcut of this room is held against it in tests.
    pub fn without_shortcuts(mut self) -> Plan<'a> {
        let all: Vec<RuleIdx> = (0..self.slots.len()).collect();
        self.sources = vec![all.clone(); all.len()];
        self.sinks = self.sources.clone();
        self.always = all;
        self.queries_in_templates = true;
        self
    }

    /// The other rules that may write a series of this one: of two different values at
    /// one time, the second fails.
    pub(super) fn rivals(&self, idx: RuleIdx) -> impl Iterator<Item = RuleIdx> {
        let slot = &self.slots[idx];
        let (first, second): (&[RuleIdx], &[RuleIdx]) = match slot.rule {
            Rule::Alert(it) => {
                let same_name = self.alerts.get(it.name.as_str());
                (same_name.map_or(&[], |it| it), &self.false_alerts)
            }
            Rule::Record(it) => (self.writers(it.name.as_str()), &[]),
        };
        first.iter().chain(second).copied().filter(move |other| {
            *other != idx && slot.output.may_share_with(&self.slots[*other].output)
        })
    }

    fn find_sources(&self, idx: RuleIdx) -> Vec<RuleIdx> {
        let slot = &self.slots[idx];
        if slot.queries_in_labels {
            return (0..self.slots.len()).collect();
        }
        self.writers_for(&slot.reads.selectors)
    }

    /// The rules whose results some selectors may read, ascending.
    pub fn writers_for(&self, reads: &[Read]) -> Vec<RuleIdx> {
        let mut out = Vec::new();
        for read in reads {
            match &read.metric {
                Some(metric) => {
                    let writers = self.writers.get(metric).map_or(&[][..], |it| it);
                    let may = |it: &&RuleIdx| read.may_select(&self.slots[**it].output);
                    out.extend(writers.iter().filter(may).copied());
                }
                None => out.extend(
                    (0..self.slots.len())
                        .filter(|it| read.may_select(&self.slots[*it].output)),
                ),
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The rules whose results a rule may read.
    pub fn sources(&self, idx: RuleIdx) -> &[RuleIdx] {
        &self.sources[idx]
    }

    /// The rules that may read the results of a rule.
    pub fn sinks(&self, idx: RuleIdx) -> &[RuleIdx] {
        &self.sinks[idx]
    }

    /// The rules that write a metric, ascending.
    pub fn writers(&self, metric: &str) -> &[RuleIdx] {
        self.writers.get(metric).map_or(&[], |it| it)
    }

    /// The rules that select a series.
    pub fn readers_of(&self, labels: &Labels) -> Vec<RuleIdx> {
        let named = self.readers.get(labels.metric_name()).map_or(&[][..], |it| it);
        let selects = |it: &&(RuleIdx, usize)| {
            self.slots[it.0].reads.selectors[it.1].selects(labels)
        };
        let all = named.iter().chain(&self.nameless).filter(selects);
        let mut out: Vec<RuleIdx> = all.map(|it| it.0).collect();
        out.dedup();
        out
    }
}

fn slot<'a>(group_idx: usize, group: &'a Group, rule: &'a Rule) -> Slot<'a> {
    let (expr, labels, annotations) = match rule {
        Rule::Record(it) => (&it.expr, &[][..], &[][..]),
        Rule::Alert(it) => (&it.expr, &it.labels[..], &it.annotations[..]),
    };
    let is_alert = matches!(rule, Rule::Alert(_));
    let queries = |it: &Pair| is_query(it.value.as_str());
    let queries_in_labels = is_alert && group.labels.iter().chain(labels).any(queries);
    Slot {
        group_idx,
        group,
        rule,
        reads: Reads::of(&expr.parsed.expr),
        output: Output::of(rule, group),
        offset: group.query_offset.map_or(0, |it| it.0),
        queries_in_labels,
        queries: queries_in_labels || annotations.iter().any(queries),
    }
}

fn is_query(text: &str) -> bool {
    text.contains("{{") && text.contains("query")
}
