//! The tests of an environment, with what their series are.

use std::collections::BTreeSet;

use crate::case::native::ready::Ready;
use crate::harness::native;
use crate::harness::plan::{Plan, RuleIdx};
use crate::harness::reads::{Read, Reads};
use crate::harness::run::{self, Run, Setup};
use crate::harness::wake::{self, Needs};
use crate::promql::labels::Labels;
use crate::rules::book::Book;

/// A test of an environment, and the rules that it sees.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The test.
    pub ready: &'a Ready,
    /// The rules.
    pub plan: &'a Plan<'a>,
}

impl<'a> Scene<'a> {
    fn labels(&self) -> impl Iterator<Item = &'a Labels> + use<'a> {
        self.ready.series.iter().map(|it| &it.labels)
    }

    /// The rules that its series wake.
    fn awake(&self) -> Vec<RuleIdx> {
        wake::awake(self.plan, self.labels(), &Needs::default())
    }
}

/// What a query looks for in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finds {
    /// Nothing is there.
    Nothing,
    /// Series that the test loads.
    Loaded,
    /// Maybe results of rules.
    Recorded,
}

/// The tests of an environment.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The environment.
    pub book: &'a Book,
    /// Its tests.
    pub scenes: Vec<Scene<'a>>,
    /// The rules that each of them wakes.
    awake: Vec<Vec<RuleIdx>>,
    /// All series that some test loads, each once, by labels.
    pub loaded: Vec<&'a Labels>,
    nothing: Plan<'static>,
}

/// The rules whose results queries may read, and those whose results these read.
fn needed(plan: &Plan<'_>, reads: &[Reads]) -> BTreeSet<RuleIdx> {
    let selectors = || reads.iter().flat_map(|it| &it.selectors);
    let read =
        |it: &RuleIdx| selectors().any(|read| read.may_select(&plan.slots[*it].output));
    let mut todo: Vec<RuleIdx> = (0..plan.slots.len()).filter(read).collect();
    let mut out: BTreeSet<RuleIdx> = todo.iter().copied().collect();
    while let Some(idx) = todo.pop() {
        todo.extend(plan.sources(idx).iter().filter(|it| out.insert(**it)));
    }
    out
}

impl<'a> Stage<'a> {
    /// The tests of an environment.
    pub fn new(book: &'a Book, scenes: Vec<Scene<'a>>) -> Stage<'a> {
        let loaded: BTreeSet<&Labels> = scenes.iter().flat_map(Scene::labels).collect();
        let awake = scenes.iter().map(Scene::awake).collect();
        let loaded = loaded.into_iter().collect();
        Stage { book, scenes, awake, loaded, nothing: Plan::new(&[]) }
    }

    /// What a query finds in a test, at most, and by how many of its selectors.
    pub fn finds(&self, scene: usize, reads: &Reads) -> (Finds, usize) {
        let Scene { plan, .. } = self.scenes[scene];
        let mut best = match reads.selectors.is_empty() {
            true => Finds::Loaded,
            false => Finds::Nothing,
        };
        let mut n_found = 0;
        for read in &reads.selectors {
            let mut outputs = self.awake[scene].iter().map(|it| &plan.slots[*it].output);
            let finds = if outputs.any(|it| read.may_select(it)) {
                Finds::Recorded
            } else if self.scenes[scene].labels().any(|it| read.selects(it)) {
                Finds::Loaded
            } else {
                continue;
            };
            n_found += 1;
            best = best.max(finds);
        }
        (best, n_found)
    }

    /// How much a test is, to be compared with others.
    pub fn size(&self, scene: usize) -> u64 {
        let Scene { ready, .. } = self.scenes[scene];
        let n_samples = (ready.until / ready.interval.max(1)).max(1) as u64;
        n_samples * (ready.series.len() + self.awake[scene].len()) as u64
    }

    /// Whether some rule may write what a selector selects.
    pub fn may_be_recorded(&self, read: &Read) -> bool {
        let plans = self.scenes.iter().map(|it| it.plan);
        plans.flat_map(|it| &it.slots).any(|it| read.may_select(&it.output))
    }

    /// The names that rules write.
    pub fn recorded_names(&self) -> BTreeSet<&str> {
        let slots = self.scenes.iter().flat_map(|it| &it.plan.slots);
        slots.flat_map(|it| it.output.metrics.iter().map(|it| &**it)).collect()
    }

    /// Runs a test with the rules that it wakes, as far as somebody looks at what they
    /// record; only loads its series where nobody does.
    pub fn play<R>(
        &self,
        scene: usize,
        recorded: Vec<Reads>,
        ask: impl FnOnce(&Run<'_>) -> R,
    ) -> R {
        let Scene { ready, plan } = self.scenes[scene];
        let series = native::series(ready);
        let setup = native::setup(ready, self.book, &series);
        let needed = needed(plan, &recorded);
        let plan = if recorded.is_empty() { &self.nothing } else { plan };
        let needs = Needs { reads: recorded, ..Needs::default() };
        ask(&run::run_some(plan, &Setup { needs, ..setup }, |it| needed.contains(&it)))
    }
}
