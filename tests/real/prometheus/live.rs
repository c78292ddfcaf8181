//! A server scrapes an exporter and evaluates rules every second; our engine gets the
//! samples that the server has, and must say the same of every alert at every evaluation
//! that was seen: state, labels, annotations, value, since when.
//!
//! The rules are those of `tests/fixtures/live`, with an exporter that follows a script, and
//! those that `build` writes of the bundled platform, with the series of its tests
//! (`platform.rs`).
//!
//! Only the server's clock counts: which evaluation an answer belongs to follows from the
//! samples that its groups record at each, and from the time it says it is. What the
//! server itself did not do in order (a sample that came while a group was evaluated, an
//! evaluation left out or late on a busy machine) makes the run worthless, and it is
//! repeated.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aqua_alerts::case::notation::Sample as Written;
use aqua_alerts::harness::plan::Plan;
use aqua_alerts::harness::run::{self, Pace, Run, Setup};
use aqua_alerts::harness::wake::Needs;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::{STALE_NAN, Sample};
use aqua_alerts::rules::group::{Group, Rule};
use libtest_mimic::Failed;

use crate::parts;
use crate::prometheus::exporter::Exporter;
use crate::prometheus::observe::{
    Alerts, Scene, Seen, Series, State, WARM_UP, load, observe, written,
};
use crate::prometheus::script;

/// A run is worthless about once in twenty.
const RUNS: usize = 5;

const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/live");

/// The project whose exporter follows a script.
pub fn scripted() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let project = Path::new(PROJECT);
    let out = parts::build(project)?;
    let scene = || {
        Ok(Scene {
            files: parts::files(out.path(), "production/rules")?,
            book: load(project)?.books.remove(0),
            exporter: Exporter::serve(false, script::metrics)?,
            steps: script::STEPS,
            offset: 0,
            // Nothing is wrong in the first steps.
            n_before: 1,
            pause: Duration::from_millis(40),
        })
    };
    agree(&peers, scene, EXPECTED)
}

/// Our engine agrees with a server on a scene, in which these states are seen.
pub fn agree(
    peers: &Path,
    scene: impl Fn() -> Result<Scene, Failed>,
    expected: &[(&str, &str)],
) -> Result<(), Failed> {
    for _ in 0..RUNS {
        match observe(peers, scene()?)? {
            Ok(seen) => return compare(&seen, expected),
            Err(why) => println!("again: {why}"),
        }
    }
    Err("no run in which the server did everything in order".into())
}

/// Our engine over the server's samples; the answers must be the same.
fn compare(seen: &Seen, expected: &[(&str, &str)]) -> Result<(), Failed> {
    let book = &seen.scene.book;
    let mut states: BTreeSet<(String, String)> = BTreeSet::new();
    let mut ours_of_states = BTreeSet::new();
    let (mut n_compared, mut n_alerts) = (0, 0);
    for group in &book.groups {
        let ticks = &seen.ticks[&group.name];
        let plan = Plan::new(&[group]);
        let interval = group.interval.unwrap_or(book.interval).0;
        let start = ticks[0] - seen.scene.n_before * interval;
        let end = ticks[ticks.len() - 1];
        let series = series(seen, &plan, start, end);
        let setup = Setup {
            dialect: book.dialect,
            interval,
            pace: Pace::Group,
            start,
            end,
            spacing: 1,
            series: &series,
            external_labels: &book.external_labels,
            // A server takes its slash away.
            external_url: "http://prometheus.example.com",
            has_server: true,
            needs: Needs { all: true, ..Needs::default() },
        };
        let run = run::run(&plan, &setup);
        assert!(run.errors.is_empty(), "{:?}", run.errors);
        ours_of_states.extend(written_states(&run, ticks));
        for snapshot in seen.snapshots.iter().filter(|it| it.group == group.name) {
            let (idx, tick, theirs) = (snapshot.idx, snapshot.tick, &snapshot.alerts);
            let ours = alerts(&run, group, idx, tick);
            if ours != *theirs {
                let of = |it: &Alerts| format!("{it:#?}");
                let rule = format!("alert {idx} of {} at {tick}", group.name);
                println!("{rule}, from {start}");
                pretty_assertions::assert_str_eq!(of(&ours), of(theirs), "{rule}");
            }
            n_compared += 1;
            n_alerts += theirs.len();
            let name = rule_name(group, idx);
            states.extend(theirs.values().map(|it| (name.clone(), it.state.clone())));
        }
    }
    let n_states = compare_states(seen, &ours_of_states);
    // The scene means each of these to be seen.
    for (name, state) in expected {
        let it = ((*name).to_owned(), (*state).to_owned());
        assert!(states.contains(&it), "{name} was never seen {state}: {states:?}");
    }
    let n_firing = states.iter().filter(|it| it.1 == "firing").count();
    println!(
        "the same in {n_compared} evaluations of rules with {n_alerts} alerts, {n_firing} \
         of them firing by their names, and in {n_states} samples of their states"
    );
    Ok(())
}

/// A sample of the state of an alert: when, of what, its value.
type StateAt = (i64, String, String);

/// At every evaluation, seen or not, the server's samples of `ALERTS` and
/// `ALERTS_FOR_STATE` are ours. Gives how many there are.
fn compare_states(seen: &Seen, ours: &BTreeSet<StateAt>) -> usize {
    // The last evaluation may still be writing.
    let first = seen.ticks.values().map(|it| it[WARM_UP]).max().unwrap();
    let last = seen.ticks.values().map(|it| it[it.len() - 1]).min().unwrap();
    let is_known = |it: &&StateAt| first <= it.0 && it.0 < last;
    let mut theirs = BTreeSet::new();
    for (labels, samples) in &seen.states {
        let all = samples.iter();
        theirs.extend(all.map(|it| (*it.0, written(labels), it.1.to_string())));
    }
    let lines = |all: &BTreeSet<StateAt>| {
        let known: BTreeSet<&StateAt> = all.iter().filter(is_known).collect();
        (known.len(), format!("{known:#?}"))
    };
    let (n_states, theirs) = lines(&theirs);
    pretty_assertions::assert_str_eq!(lines(ours).1, theirs);
    n_states
}

/// The samples of states that the server should have written.
fn written_states(run: &Run<'_>, ticks: &[i64]) -> BTreeSet<StateAt> {
    let mut out = BTreeSet::new();
    for timeline in run.alerts.iter().flat_map(|it| &it.timelines) {
        for tick in ticks {
            let Some(stretch) = timeline.stretch_at(*tick) else { continue };
            let since = stretch.active_at.div_euclid(1000).to_string();
            let state = timeline.labels.with("__name__", "ALERTS");
            let state = state.with("alertstate", stretch.state.as_str());
            let for_state = timeline.labels.with("__name__", "ALERTS_FOR_STATE");
            out.insert((*tick, written(&state), "1".to_owned()));
            out.insert((*tick, written(&for_state), since));
        }
    }
    out
}

/// States in which each alert must have been seen: those that last long enough to be sure.
const EXPECTED: &[(&str, &str)] = &[
    ("TankHot", "pending"),
    ("TankHot", "firing"),
    ("TankUnknown", "firing"),
    ("TankUnknownAbsent", "pending"),
    ("TankUnknownAbsent", "firing"),
    ("RequestsFail", "pending"),
    ("RequestsFail", "firing"),
    ("Slow", "firing"),
    ("Odd", "firing"),
    ("Firing", "firing"),
    ("TankCold", "pending"),
    ("TankCold", "firing"),
];

/// The alerting rules of a group, by their places among all of its rules.
fn alerting(group: &Group) -> impl Iterator<Item = (usize, &Rule)> {
    group.rules.iter().enumerate().filter(|it| matches!(it.1, Rule::Alert(_)))
}

fn rule_name(group: &Group, idx: usize) -> String {
    match alerting(group).nth(idx) {
        Some((_, Rule::Alert(it))) => it.name.to_string(),
        _ => String::new(),
    }
}

/// What was scraped of the metrics that rules read, a place for each millisecond: a series
/// that a scrape does not have any more ends there.
fn series(
    seen: &Seen,
    plan: &Plan<'_>,
    start: i64,
    end: i64,
) -> Vec<(Labels, Vec<Written>)> {
    let selectors = plan.slots.iter().flat_map(|it| it.expr().expr.selectors());
    let names: Option<BTreeSet<Arc<str>>> =
        selectors.map(|it| it.1.name.clone()).collect();
    let is_read = |it: &&Series| {
        names.as_ref().is_none_or(|names| names.contains(it.0.metric_name()))
    };
    let mut out = Vec::new();
    for (labels, samples) in seen.series.iter().filter(is_read) {
        let mut values = vec![Written::Gap; (end - start + 1) as usize];
        let place = |time: i64| {
            usize::try_from(time - start).ok().filter(|it| *it < values.len())
        };
        let mut ends = Vec::new();
        let mut was_there = false;
        for time in &seen.scrapes {
            let is_there = samples.contains_key(time);
            if was_there && !is_there {
                ends.extend(place(*time));
            }
            was_there = is_there;
        }
        let all = samples.iter().filter_map(|it| Some((place(*it.0)?, *it.1)));
        let all: Vec<(usize, f64)> = all.collect();
        for (place, value) in all {
            values[place] = Written::Float(value);
        }
        for place in ends {
            values[place] = Written::Float(STALE_NAN);
        }
        out.push((labels.clone(), values));
    }
    out
}

/// The alerts of an alerting rule at a tick, as our engine has them.
fn alerts(run: &Run<'_>, group: &Group, idx: usize, tick: i64) -> Alerts {
    let Some((rule_idx, _)) = alerting(group).nth(idx) else { return Alerts::new() };
    let mut out = Alerts::new();
    for it in run.alerts.iter().filter(|it| it.rule_idx == rule_idx) {
        for timeline in &it.timelines {
            let Some(stretch) = timeline.stretch_at(tick) else { continue };
            let annotations = run.annotations(rule_idx, timeline, tick);
            let value = match timeline.point_at(tick).map(|it| &it.value) {
                Some(Sample::Float(it)) => it.to_string(),
                other => format!("{other:?}"),
            };
            let state = State {
                state: stretch.state.as_str().to_owned(),
                active_at: stretch.active_at,
                value,
                annotations: annotations
                    .iter()
                    .map(|it| (it.0.to_string(), it.1.to_string()))
                    .collect(),
            };
            out.insert(written(&timeline.labels), state);
        }
    }
    out
}
