//! A server scrapes an exporter and evaluates a project's rules every second; our engine
//! gets the samples that the server has, and must say the same of every alert at every
//! evaluation that was seen: state, labels, annotations, value, since when.
//!
//! Only the server's clock counts: which evaluation an answer belongs to follows from the
//! samples that its groups record at each, and from the time it says it is. What the
//! server itself did not do in order (a sample that came while a group was evaluated, an
//! evaluation left out or late on a busy machine) makes the run worthless, and it is
//! repeated.

use std::collections::BTreeSet;

use aqua_alerts::case::notation::Sample as Written;
use aqua_alerts::harness::plan::Plan;
use aqua_alerts::harness::run::{self, Pace, Run, Setup};
use aqua_alerts::harness::wake::Needs;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::{STALE_NAN, Sample};
use aqua_alerts::rules::group::{Group, Rule};
use libtest_mimic::Failed;

use crate::parts;
use crate::prometheus::observe::{Alerts, Seen, State, WARM_UP, observe, written};

/// A run is worthless about once in twenty.
const RUNS: usize = 5;

pub fn agrees() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    for _ in 0..RUNS {
        match observe(&peers)? {
            Ok(seen) => return compare(&seen),
            Err(why) => println!("again: {why}"),
        }
    }
    Err("no run in which the server did everything in order".into())
}

/// Our engine over the server's samples; the answers must be the same.
fn compare(seen: &Seen) -> Result<(), Failed> {
    let mut states: BTreeSet<(String, String)> = BTreeSet::new();
    let (mut n_compared, mut n_alerts, mut n_states) = (0, 0, 0);
    for group in &seen.book.groups {
        let ticks = &seen.ticks[&group.name];
        let plan = Plan::new(&[group]);
        let interval = group.interval.unwrap_or(seen.book.interval).0;
        // One before the first, so that what was scraped in between has a place.
        let (start, end) = (ticks[0] - interval, ticks[ticks.len() - 1]);
        let series = series(seen, start, end);
        let setup = Setup {
            dialect: seen.book.dialect,
            interval,
            pace: Pace::Group,
            start,
            end,
            spacing: 1,
            series: &series,
            external_labels: &seen.book.external_labels,
            // A server takes its slash away.
            external_url: "http://prometheus.example.com",
            needs: Needs { all: true, ..Needs::default() },
        };
        let run = run::run(&plan, &setup);
        assert!(run.errors.is_empty(), "{:?}", run.errors);
        // The last evaluation may still be writing.
        let ticks_of_states = &ticks[WARM_UP..ticks.len() - 1];
        n_states += compare_states(seen, &run, group, ticks_of_states);
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
    // The script means each of these to be seen.
    for (name, state) in EXPECTED {
        let it = ((*name).to_owned(), (*state).to_owned());
        assert!(states.contains(&it), "{name} was never seen {state}: {states:?}");
    }
    println!(
        "the same in {n_compared} evaluations of rules with {n_alerts} alerts, and in \
         {n_states} samples of their states"
    );
    Ok(())
}

/// At every evaluation, seen or not, the server's samples of `ALERTS` and
/// `ALERTS_FOR_STATE` are ours. Gives how many there are.
fn compare_states(seen: &Seen, run: &Run<'_>, group: &Group, ticks: &[i64]) -> usize {
    let names: BTreeSet<String> =
        (0..alerting(group).count()).map(|it| rule_name(group, it)).collect();
    let mut theirs = BTreeSet::new();
    for (labels, samples) in &seen.states {
        if names.contains(labels.get("alertname")) {
            let known = samples.iter().filter(|it| ticks.contains(it.0));
            theirs.extend(known.map(|it| (*it.0, written(labels), it.1.to_string())));
        }
    }
    let mut ours = BTreeSet::new();
    for timeline in run.alerts.iter().flat_map(|it| &it.timelines) {
        for tick in ticks {
            let Some(stretch) = timeline.stretch_at(*tick) else { continue };
            let since = stretch.active_at.div_euclid(1000).to_string();
            let state = timeline.labels.with("__name__", "ALERTS");
            let state = state.with("alertstate", stretch.state.as_str());
            let for_state = timeline.labels.with("__name__", "ALERTS_FOR_STATE");
            ours.insert((*tick, written(&state), "1".to_owned()));
            ours.insert((*tick, written(&for_state), since));
        }
    }
    let lines = |it: &BTreeSet<_>| format!("{it:#?}");
    pretty_assertions::assert_str_eq!(lines(&ours), lines(&theirs));
    theirs.len()
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

/// What was scraped, a place for each millisecond: a series that a scrape does not have
/// any more ends there.
fn series(seen: &Seen, start: i64, end: i64) -> Vec<(Labels, Vec<Written>)> {
    let mut out = Vec::new();
    for (labels, samples) in &seen.series {
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
