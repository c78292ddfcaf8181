//! What each query of a dashboard shows: its answer in the first test that has one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diag::text::Text;
use crate::grafana::model::{Dashboard, Panel};
use crate::harness::panels::stage::{Finds, Stage};
use crate::harness::panels::values::{self, Values, Window};
use crate::harness::reads::Reads;
use crate::harness::result::Ticks;
use crate::harness::run::Run;
use crate::promql::check;
use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::Parsed;
use crate::promql::value::Column;

/// A series as a panel shows it.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its labels.
    pub labels: Labels,
    /// Times in milliseconds, and values; a native histogram has its count.
    pub points: Vec<(i64, f64)>,
}

/// Why a query shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// It has no data.
    Data,
    /// A heatmap gets series that are no buckets.
    Buckets,
    /// A panel that only shows numbers gets native histograms.
    Numbers,
}

/// A query of a panel, and what it shows.
#[derive(Debug)]
pub struct Shown<'b> {
    /// The panel.
    pub panel: &'b Panel,
    /// The place of the query among the panel's.
    pub target: usize,
    /// The query as it was asked at first.
    pub text: Text,
    /// What it looks for.
    pub reads: Vec<Reads>,
    /// Its parsed form.
    pub parsed: Parsed,
    /// How many tests have some of its series.
    pub n_asked: usize,
    /// The series that it shows, or why it shows none.
    pub frames: Result<Vec<Frame>, Lack>,
    choices: Vec<values::Choice>,
    query: &'b Text,
}

/// What the queries of a dashboard show, of those that are `wanted`. Queries of which
/// nothing can be said are left out: of other data sources, with faults, or with variables
/// that have no value.
pub fn show<'b>(
    board: &'b Dashboard,
    values: &Values,
    stage: &Stage<'_>,
    wanted: &dyn Fn(&Text) -> bool,
) -> Vec<Shown<'b>> {
    let mut items: Vec<Shown<'b>> = Vec::new();
    for panel in &board.panels {
        for (idx, target) in panel.targets.iter().flatten().enumerate() {
            let query = &target.expr;
            let asks = target.datasource.is_prometheus()
                && !query.as_str().trim().is_empty()
                && wanted(query)
                && !values.is_blind(query);
            if asks {
                items.extend(item(panel, idx, query, values, stage));
            }
        }
    }
    let tests: Vec<Vec<Candidate>> =
        items.par_iter().enumerate().map(|it| candidates(it, stage)).collect();
    for (it, tests) in items.iter_mut().zip(&tests) {
        it.n_asked = tests.len();
    }
    let mut tried = vec![vec![false; stage.scenes.len()]; items.len()];
    loop {
        let mut round: BTreeMap<usize, Vec<&Candidate>> = BTreeMap::new();
        let open = |it: &usize| items[*it].frames.is_err();
        // The most promising test of each query; then all that it may answer as well.
        for it in (0..items.len()).filter(open) {
            if let Some(best) = tests[it].iter().find(|test| !tried[it][test.scene]) {
                round.entry(best.scene).or_default();
            }
        }
        for it in (0..items.len()).filter(open) {
            for test in &tests[it] {
                if let Some(asked) = round.get_mut(&test.scene)
                    && !std::mem::replace(&mut tried[it][test.scene], true)
                {
                    asked.push(test);
                }
            }
        }
        if round.is_empty() {
            break;
        }
        let answer = |(scene, asked): (usize, Vec<&Candidate>)| {
            let recorded = asked.iter().filter(|it| it.finds == Finds::Recorded);
            let recorded = recorded.flat_map(|it| items[it.item].reads.clone()).collect();
            let window = Window::of(stage, scene);
            stage.play(scene, recorded, |run| {
                let ask =
                    |it: &&Candidate| (it.item, items[it.item].ask(run, &window, stage));
                asked.iter().map(ask).collect::<Vec<_>>()
            })
        };
        let answers: Vec<Vec<_>> = round.into_par_iter().map(answer).collect();
        for (idx, frames) in answers.into_iter().flatten() {
            let old = &mut items[idx].frames;
            match (&old, &frames) {
                (Err(_), Ok(_)) => *old = frames,
                (Err(before), Err(now)) if before < now => *old = frames,
                _ => {}
            }
        }
    }
    items
}

/// A test that may answer a query.
struct Candidate {
    item: usize,
    scene: usize,
    finds: Finds,
}

/// The tests that may answer a query: those with most of its selectors first, of these
/// the smallest.
fn candidates(item: (usize, &Shown<'_>), stage: &Stage<'_>) -> Vec<Candidate> {
    let (item, shown) = item;
    let mut out = Vec::new();
    for scene in 0..stage.scenes.len() {
        let all = shown.reads.iter().map(|reads| stage.finds(scene, reads));
        let (finds, n_found) = all.max().unwrap_or((Finds::Nothing, 0));
        if finds != Finds::Nothing {
            out.push((
                Reverse(n_found),
                stage.size(scene),
                Candidate { item, scene, finds },
            ));
        }
    }
    out.sort_by_key(|it| (it.0, it.1, it.2.scene));
    out.into_iter().map(|it| it.2).collect()
}

fn item<'b>(
    panel: &'b Panel,
    target: usize,
    query: &'b Text,
    values: &Values,
    stage: &Stage<'_>,
) -> Option<Shown<'b>> {
    let choices = values.choices(query, panel.repeat.as_deref());
    let window = Window { step: 60_000, spacing: 60_000, range: (0, 3_600_000) };
    let parse = |choice| {
        let text = values::filled(query, choice, &window);
        let parsed = check::parse(text.as_str(), &stage.book.dialect).ok()?;
        Some((text, parsed))
    };
    let all: Vec<(Text, Parsed)> = choices.iter().filter_map(parse).collect();
    let reads = all.iter().map(|it| Reads::of(&it.1.expr)).collect();
    let (text, parsed) = all.into_iter().next()?;
    let frames = Err(Lack::Data);
    Some(Shown { panel, target, text, reads, parsed, n_asked: 0, frames, choices, query })
}

impl Shown<'_> {
    /// What it shows in a test: with the first values of the variables with which it does.
    fn ask(
        &self,
        run: &Run<'_>,
        window: &Window,
        stage: &Stage<'_>,
    ) -> Result<Vec<Frame>, Lack> {
        let (start, end) = window.range;
        let ticks = Ticks { start, end, step: window.step };
        let mut worst = Lack::Data;
        for choice in &self.choices {
            let text = values::filled(self.query, choice, window);
            let Ok(parsed) = check::parse(text.as_str(), &stage.book.dialect) else {
                continue;
            };
            // `… or vector(0)` shows nothing of the series that are not there.
            let selectors = parsed.expr.selectors();
            let there = selectors.iter().any(|it| {
                !run.storage.matching(&Matchers::new(&it.1.matchers)).is_empty()
            });
            if !there && !selectors.is_empty() {
                continue;
            }
            let Ok(columns) = run.over(&parsed, ticks) else { continue };
            match frames(&columns, ticks, self.panel) {
                Ok(frames) => return Ok(frames),
                Err(lack) => worst = worst.max(lack),
            }
        }
        Err(worst)
    }
}

/// The series that a panel can show.
fn frames(columns: &[Column], ticks: Ticks, panel: &Panel) -> Result<Vec<Frame>, Lack> {
    let heatmap = panel.kind == "heatmap" && !panel.calculates;
    let mut out = Vec::new();
    let mut lack = Lack::Data;
    for it in columns {
        let bucket = it.labels.symbol("le").is_some();
        let mut points = Vec::new();
        for (step, tick) in ticks.iter().enumerate() {
            match (it.float(step), it.histogram(step)) {
                (Some(value), _) if value.is_nan() => {}
                (Some(_), _) if heatmap && !bucket => lack = Lack::Buckets,
                (Some(value), _) => points.push((tick, value)),
                (None, Some(histogram)) if panel.kind == "heatmap" => {
                    points.push((tick, histogram.count));
                }
                (None, Some(_)) => lack = Lack::Numbers,
                (None, None) => {}
            }
        }
        if !points.is_empty() {
            out.push(Frame { labels: it.labels.clone(), points });
        }
    }
    match out.is_empty() {
        true => Err(lack),
        false => Ok(out),
    }
}
