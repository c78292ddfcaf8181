//! What the tests of an environment prove of its alerts, as plain data.

use crate::case::native::timeline::{State, TimeLine};
use crate::harness::panels::stage::Stage;
use crate::lint::context::Tests;

/// What the tests of an environment prove.
pub(super) fn proofs(stage: &Stage<'_>) -> Tests {
    let mut out = Tests::default();
    out.metrics.extend(stage.loaded.iter().map(|it| it.metric_name().to_owned()));
    for scene in &stage.scenes {
        for it in &scene.ready.expects {
            let proof = out.alerts.entry(it.selector.name.clone()).or_default();
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
        }
        for it in &scene.ready.moments {
            let Some(firing) = &it.firing else { continue };
            for it in firing {
                let name = it.labels.get("alertname").to_owned();
                out.alerts.entry(name).or_default().fires = true;
            }
            if let Some(alert) = it.alert.as_ref().filter(|_| firing.is_empty()) {
                out.alerts.entry(alert.to_string()).or_default().silent = true;
            }
        }
    }
    out
}
