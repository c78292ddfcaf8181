//! What the tests of an environment prove of its alerts, as plain data.

use crate::case::native::timeline::{State, TimeLine};
use crate::harness::native::select;
use crate::harness::panels::stage::{Scene, Stage};
use crate::harness::plan::{Plan, RuleIdx};
use crate::lint::context::{Proof, RuleKey, Site, Tests};

/// What the tests of an environment prove.
pub(super) fn proofs(stage: &Stage<'_>) -> Tests {
    let mut out = Tests::default();
    out.metrics.extend(stage.loaded.iter().map(|it| it.metric_name().to_owned()));
    for scene in &stage.scenes {
        timelines(scene, &mut out);
        moments(scene, &mut out);
    }
    out
}

fn timelines(scene: &Scene<'_>, out: &mut Tests) {
    for it in &scene.ready.expects {
        let mut proof = Proof::default();
        match it.line.as_ref().map(|it| &it.0) {
            None | Some(TimeLine::Absent) => {}
            Some(TimeLine::Never { .. }) => proof.silent = true,
            Some(TimeLine::States(phases, _)) => {
                let mut firing = phases.iter().filter(|it| it.state == State::Firing);
                if let Some(first) = firing.next() {
                    proof.fires = true;
                    proof.silent |= 0 < first.from && !first.by;
                }
            }
        }
        add(scene.plan, select::rules(scene.plan, &it.selector), proof, out);
    }
}

fn moments(scene: &Scene<'_>, out: &mut Tests) {
    let alerts = || select::alerts(scene.plan);
    for it in &scene.ready.moments {
        let Some(firing) = &it.firing else { continue };
        for it in firing {
            let (name, severity) =
                (it.labels.get("alertname"), it.labels.get("severity"));
            let own = alerts().filter(|(_, alert)| {
                alert.name.as_str() == name
                    && alert.severity().is_none_or(|own| own == severity)
            });
            let own = own.map(|it| it.0).collect();
            add(scene.plan, own, Proof { fires: true, silent: false }, out);
        }
        if let Some(alert) = it.alert.as_ref().filter(|_| firing.is_empty()) {
            let own = alerts().filter(|it| it.1.name.as_str() == alert.as_str());
            let own = own.map(|it| it.0).collect();
            add(scene.plan, own, Proof { fires: false, silent: true }, out);
        }
    }
}

fn add(plan: &Plan<'_>, rules: Vec<RuleIdx>, proof: Proof, out: &mut Tests) {
    let key = |idx: RuleIdx| -> Option<RuleKey> {
        let slot = &plan.slots[idx];
        Site { group: slot.group, rule: slot.rule, idx }.key()
    };
    for key in rules.into_iter().filter_map(key) {
        let own = out.alerts.entry(key).or_default();
        own.fires |= proof.fires;
        own.silent |= proof.silent;
    }
}
