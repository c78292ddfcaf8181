//! The states of an alert: inactive, pending, firing (`rules/alerting.go`, `Eval`).
//!
//! One [`Alerts`] per alerting rule. A step takes what the expression gave at a tick and
//! moves every alert of the rule; what is written as `ALERTS` follows from the result.

use std::collections::{HashMap, HashSet};

use crate::harness::result::{Point, State, Stretch, Timeline};
use crate::promql::labels::Labels;
use crate::promql::storage::SeriesId;
use crate::promql::value::Sample;

/// What the expression of an alert gave at a tick.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The labels of the alert.
    pub(super) labels: Labels,
    /// The labels of the sample, metric name included.
    pub(super) source: Labels,
    /// The value of the sample.
    pub(super) value: Sample,
}

/// An alert that is pending or firing.
#[derive(Clone, Debug)]
pub(super) struct Active {
    pub(super) labels: Labels,
    pub(super) state: State,
    pub(super) active_at: i64,
    /// Firing although the expression gives nothing, since then.
    keep_since: Option<i64>,
    /// Series of `ALERTS` as pending and firing, and of `ALERTS_FOR_STATE`.
    pub(super) series: [Option<SeriesId>; 3],
    timeline: usize,
}

/// How long a rule waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// `for`
    pub(super) hold: i64,
    /// `keep_firing_for`
    pub(super) keep: i64,
    /// The most active alerts; 0 is no limit.
    pub(super) limit: u32,
}

/// All alerts of a rule.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    active: Vec<Active>,
    by_labels: HashMap<Labels, usize>,
    pub(super) timelines: Vec<Timeline>,
    timeline_of: HashMap<Labels, usize>,
}

impl Alerts {
    /// The alerts that are pending or firing.
    pub(super) fn active_mut(&mut self) -> &mut [Active] {
        &mut self.active
    }

    /// Moves to a tick.
    pub(super) fn step(
        &mut self,
        tick: i64,
        candidates: &[Candidate],
        patience: Patience,
    ) -> Result<(), String> {
        let mut given = vec![false; self.active.len()];
        let mut fresh = HashSet::new();
        for it in candidates {
            let twice = match self.by_labels.get(&it.labels) {
                Some(at) if *at < given.len() => std::mem::replace(&mut given[*at], true),
                _ => !fresh.insert(&it.labels),
            };
            if twice {
                return Err("vector contains metrics with the same labelset after \
                            applying alert labels"
                    .to_string());
            }
        }
        for it in candidates {
            self.refresh(tick, it);
        }
        given.resize(self.active.len(), true);
        let mut n_active = 0;
        let mut gone = Vec::new();
        for (at, alert) in self.active.iter_mut().enumerate() {
            match given[at] {
                true => alert.keep_since = None,
                false if !keeps_firing(alert, tick, patience.keep) => {
                    gone.push(at);
                    continue;
                }
                false => {}
            }
            n_active += 1;
            let waited = tick - alert.active_at;
            if alert.state == State::Pending && patience.hold <= waited {
                alert.state = State::Firing;
            }
        }
        gone.iter().for_each(|at| self.end(*at, tick));
        for at in gone.into_iter().rev() {
            self.remove(at);
        }
        if 0 < patience.limit && patience.limit < n_active {
            for at in 0..self.active.len() {
                self.end(at, tick);
            }
            self.active.clear();
            self.by_labels.clear();
            let limit = patience.limit;
            return Err(format!("exceeded limit of {limit} with {n_active} alerts"));
        }
        for at in 0..self.active.len() {
            self.record(at, tick);
        }
        Ok(())
    }

    fn refresh(&mut self, tick: i64, candidate: &Candidate) {
        let timeline = self.timeline(&candidate.labels);
        let (source, value) = (candidate.source.clone(), candidate.value.clone());
        self.timelines[timeline].points.push(Point { tick, source, value });
        if self.by_labels.contains_key(&candidate.labels) {
            return;
        }
        self.by_labels.insert(candidate.labels.clone(), self.active.len());
        self.active.push(Active {
            labels: candidate.labels.clone(),
            state: State::Pending,
            active_at: tick,
            keep_since: None,
            series: [None; 3],
            timeline,
        });
    }

    fn timeline(&mut self, labels: &Labels) -> usize {
        if let Some(at) = self.timeline_of.get(labels) {
            return *at;
        }
        let at = self.timelines.len();
        self.timelines.push(Timeline {
            labels: labels.clone(),
            stretches: Vec::new(),
            points: Vec::new(),
        });
        self.timeline_of.insert(labels.clone(), at);
        at
    }

    /// Notes the state of an alert at a tick.
    fn record(&mut self, at: usize, tick: i64) {
        let alert = &self.active[at];
        let stretches = &mut self.timelines[alert.timeline].stretches;
        match stretches.last_mut() {
            Some(last) if last.to.is_none() && last.state == alert.state => {}
            last => {
                if let Some(last) = last {
                    last.to.get_or_insert(tick);
                }
                let (state, active_at) = (alert.state, alert.active_at);
                stretches.push(Stretch { state, from: tick, to: None, active_at });
            }
        }
    }

    fn end(&mut self, at: usize, tick: i64) {
        let timeline = &mut self.timelines[self.active[at].timeline];
        if let Some(last) = timeline.stretches.last_mut() {
            last.to.get_or_insert(tick);
        }
    }

    fn remove(&mut self, at: usize) {
        let alert = self.active.remove(at);
        self.by_labels.remove(&alert.labels);
        for (idx, alert) in self.active.iter().enumerate().skip(at) {
            if let Some(place) = self.by_labels.get_mut(&alert.labels) {
                *place = idx;
            }
        }
    }
}

/// Whether an alert whose expression gives nothing goes on firing.
fn keeps_firing(alert: &mut Active, tick: i64, keep: i64) -> bool {
    if alert.state != State::Firing || keep <= 0 {
        return false;
    }
    tick - *alert.keep_since.get_or_insert(tick) < keep
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// States at minutes 0, 1, 2, …, where `given` says when the expression holds.
    fn check(given: &str, hold: i64, keep: i64) -> String {
        let mut alerts = Alerts::default();
        let labels = Labels::from_strs(&[("alertname", "A")]);
        let patience = Patience { hold: hold * MINUTE, keep: keep * MINUTE, limit: 0 };
        let mut out = String::new();
        for (idx, it) in given.chars().enumerate() {
            let (source, value) = (labels.clone(), Sample::Float(1.0));
            let candidate = Candidate { labels: labels.clone(), source, value };
            let candidates = if it == '1' { vec![candidate] } else { Vec::new() };
            alerts.step(idx as i64 * MINUTE, &candidates, patience).unwrap();
            out.push(match alerts.active_mut() {
                [] => '.',
                [it] if it.state == State::Pending => 'p',
                _ => 'f',
            });
        }
        let timeline = alerts.timelines.first();
        for (idx, it) in out.chars().enumerate() {
            let state = timeline.and_then(|it| it.state_at(idx as i64 * MINUTE));
            let expect = match it {
                'p' => Some(State::Pending),
                'f' => Some(State::Firing),
                _ => None,
            };
            assert_eq!(state, expect, "{given} at {idx}");
        }
        out
    }

    #[test]
    fn an_alert_waits_fires_and_is_kept() {
        assert_eq!(check("01110", 0, 0), ".fff.");
        assert_eq!(check("011110", 2, 0), ".ppff.");
        assert_eq!(check("0110111", 2, 0), ".pp.ppf");
        assert_eq!(check("0110000", 0, 3), ".fffff.");
        assert_eq!(check("01101000000", 0, 3), ".fffffff...");
        assert_eq!(check("0100", 1, 3), ".p..");
    }

    #[test]
    fn equal_labels_and_too_many_alerts_are_errors() {
        let mut alerts = Alerts::default();
        let patience = Patience { hold: 0, keep: 0, limit: 1 };
        let candidate = |name: &str| Candidate {
            labels: Labels::from_strs(&[("a", name)]),
            source: Labels::empty(),
            value: Sample::Float(1.0),
        };
        let twice = [candidate("1"), candidate("1")];
        assert!(alerts.step(0, &twice, patience).unwrap_err().contains("same labelset"));
        assert!(alerts.active_mut().is_empty());
        alerts.step(1, &twice[..1], patience).unwrap();
        assert!(alerts.step(2, &twice, patience).unwrap_err().contains("same labelset"));
        let error = alerts.step(3, &[candidate("1"), candidate("2")], patience);
        assert_eq!(error.unwrap_err(), "exceeded limit of 1 with 2 alerts");
        assert!(alerts.active_mut().is_empty());
    }
}
