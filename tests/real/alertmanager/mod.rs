//! Inhibitions, given to amtool and to an Alertmanager.
//!
//! The alerts are those that fire in the platform's own tests, of both tiers of every
//! alert; beside each, copies that differ in one label: another instance, another job.

mod between;
mod inferred;
mod operator;
mod platform;
mod running;

use std::collections::{BTreeMap, BTreeSet};

use aqua_alerts::promql::labels::Labels;
use aqua_alerts::rules::inhibition::inhibited_by;
use libtest_mimic::{Failed, Trial};

use crate::alertmanager::platform::Platform;
use crate::alertmanager::running::{LAST, Running, text};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("alertmanager::every_tier_hides_its_own_and_no_other", tiers),
        Trial::test(
            "alertmanager::other_alerts_are_hidden_by_their_labels",
            between::hides,
        ),
        Trial::test("alertmanager::what_is_inferred_hides_no_other", inferred::hides),
        Trial::test("alertmanager::beside_those_of_kube_prometheus_stack", beside),
        Trial::test("alertmanager::an_api_server_takes_the_object", operator::takes),
        Trial::test("alertmanager::the_operator_keeps_to_a_namespace", operator::keeps),
    ]
}

/// What the Alertmanager says is what the model says: the same are suppressed, each by one
/// or more of those that the model names.
fn is_as_modelled(
    platform: &Platform,
    alerts: &[Labels],
    found: &BTreeMap<String, BTreeSet<String>>,
) {
    for it in alerts {
        let by = inhibited_by(&platform.book.inhibitions, alerts, it);
        let by: BTreeSet<String> = by.iter().map(|it| text(&alerts[*it])).collect();
        let none = BTreeSet::new();
        let found = found.get(&text(it)).unwrap_or(&none);
        assert_eq!(found.is_empty(), by.is_empty(), "{it:?}: {found:?} and {by:?}");
        assert!(found.is_subset(&by), "{it:?}: {found:?} and {by:?}");
    }
}

/// A label with another value, which a severity has to itself, so that no tier of the
/// copy hides it.
fn other(alert: &Labels, name: &str) -> Labels {
    let (value, severity) = (alert.get(name), alert.get("severity"));
    alert.with(name, &format!("{value}-other-{severity}"))
}

/// Alerts and what must become of them.
#[derive(Default)]
struct Case {
    alerts: Vec<Labels>,
    hidden: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl Case {
    fn hidden(&mut self, alert: Labels) {
        self.hidden.insert(text(&alert));
        self.alerts.push(alert);
    }

    fn shown(&mut self, alert: Labels) {
        self.shown.insert(text(&alert));
        self.alerts.push(alert);
    }

    /// Lets all of them fire; gives those that are suppressed, and by which.
    fn check(
        &mut self,
        running: &Running,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Failed> {
        self.alerts.sort_by_cached_key(text);
        self.alerts.dedup();
        let found = running.suppressed(&self.alerts)?;
        let suppressed: BTreeSet<&String> = found.keys().collect();
        let missed: Vec<_> =
            self.hidden.iter().filter(|it| !suppressed.contains(it)).collect();
        let wrong: Vec<_> =
            self.shown.iter().filter(|it| suppressed.contains(it)).collect();
        assert!(missed.is_empty(), "not suppressed: {missed:#?}");
        assert!(wrong.is_empty(), "suppressed: {wrong:#?}");
        Ok(found)
    }
}

/// Of each alert with both tiers: the critical ones that fire in its tests hide what is
/// the same in the warning tier, and nothing that differs in any label.
fn tiers() -> Result<(), Failed> {
    let platform = Platform::get()?;
    let Some(running) = Running::start(&platform.configuration(LAST)?)? else {
        return Ok(());
    };
    let mut case = Case::default();
    let mut names = BTreeSet::new();
    for critical in platform.firing.iter().filter(|it| it.get("severity") == "critical") {
        let name = critical.get("alertname");
        let sources = platform.rules(name, "critical");
        let targets = platform.rules(name, "warning");
        if targets.is_empty() {
            continue;
        }
        names.insert(name);
        case.shown(critical.clone());
        let set: BTreeSet<&str> = sources
            .iter()
            .chain(&targets)
            .flat_map(|it| it.labels.iter().map(|it| it.name.as_str()))
            .collect();
        for rule in targets {
            let given =
                rule.labels.iter().map(|it| (it.name.as_str(), it.value.as_str()));
            let mut same = critical.filter(|it| !set.contains(it));
            for (name, value) in given {
                same = same.with(name, value);
            }
            let of_results = critical.iter().map(|it| &*it.0);
            let of_results: Vec<&str> =
                of_results.filter(|it| !set.contains(it) && *it != "alertname").collect();
            for name in of_results {
                case.shown(other(&same, name));
            }
            case.hidden(same);
        }
    }
    // Warnings as they fire in the tests.
    case.alerts.extend(
        platform
            .firing
            .iter()
            .filter(|it| {
                it.get("severity") == "warning" && names.contains(it.get("alertname"))
            })
            .cloned(),
    );
    let rules = platform.book.groups.iter().flat_map(|it| &it.rules);
    let both: BTreeSet<&str> = rules
        .filter_map(|it| Some(it.as_alert()?.name.as_str()))
        .filter(|it| {
            ["critical", "warning"].iter().all(|s| !platform.rules(it, s).is_empty())
        })
        .collect();
    assert_eq!(names, both, "an alert is missing whose tiers are both there");
    let found = case.check(&running)?;
    is_as_modelled(&platform, &case.alerts, &found);
    println!(
        "{} alerts of both tiers: {} hidden, {} shown beside them",
        names.len(),
        case.hidden.len(),
        case.shown.len()
    );
    Ok(())
}

/// The rules of the chart's `values.yaml`; `ours` stands for what tells our alerts apart.
fn of_the_stack(ours: &str) -> String {
    format!(
        "- source_matchers: ['severity = critical']
  target_matchers: ['severity =~ warning|info'{ours}]
  equal: [namespace, alertname]
- source_matchers: ['severity = warning']
  target_matchers: ['severity = info'{ours}]
  equal: [namespace, alertname]
- source_matchers: ['alertname = InfoInhibitor']
  target_matchers: ['severity = info']
  equal: [namespace]
- target_matchers: ['alertname = InfoInhibitor']
{LAST}"
    )
}

/// The chart's own inhibition is wider than ours; with one matcher more, as the guide says,
/// each is for its own alerts.
fn beside() -> Result<(), Failed> {
    let platform = Platform::get()?;
    let alert = |name: &str, severity: &str, more: &[(&str, &str)]| {
        let mut all =
            vec![("alertname", name), ("severity", severity), ("namespace", "a")];
        all.extend(more);
        Labels::from_strs(&all)
    };
    let ours = |severity: &str, job: &str| {
        let own = [("team", "platform"), ("job", job), ("cluster", "production")];
        alert("HttpErrors", severity, &own)
    };
    let theirs = |severity: &str| alert("KubeQuota", severity, &[("pod", severity)]);
    let hidden = [ours("warning", "api"), theirs("warning"), alert("Any", "info", &[])];
    let wide = ours("warning", "web");
    let mut all = hidden.to_vec();
    all.extend([
        wide.clone(),
        ours("critical", "api"),
        theirs("critical"),
        alert("InfoInhibitor", "none", &[]),
        alert("Watchdog", "none", &[]),
    ]);
    for (matcher, is_wide) in [("", true), (", 'team=\"\"'", false)] {
        let configuration = platform.configuration(&of_the_stack(matcher))?;
        let Some(running) = Running::start(&configuration)? else { return Ok(()) };
        let found = running.suppressed(&all)?;
        let found: BTreeSet<String> = found.into_keys().collect();
        let mut expected: BTreeSet<String> = hidden.iter().map(text).collect();
        // Its target-only rule means: any alert inhibits it, but for itself.
        expected.insert(text(&alert("InfoInhibitor", "none", &[])));
        if is_wide {
            expected.insert(text(&wide));
        }
        pretty_assertions::assert_eq!(found, expected);
    }
    Ok(())
}
