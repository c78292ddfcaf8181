//! What each `[[inhibit]]` of the platform must hide, stated by hand: which alerts, and
//! which labels must be the same. Every alert that fires in the platform's tests is put
//! beside every source, as it is and with each of its labels changed or taken away.

use std::collections::BTreeSet;

use aqua_alerts::promql::labels::Labels;
use libtest_mimic::Failed;

use crate::alertmanager::Case;
use crate::alertmanager::platform::Platform;
use crate::alertmanager::running::{LAST, Running};

/// What a source hides.
struct Hides {
    source: &'static str,
    targets: &'static [&'static str],
    /// Whether their critical tiers are hidden too.
    critical: bool,
    /// What source and target must have in common.
    same: &'static [&'static str],
}

const ALL: &[Hides] = &[
    Hides {
        source: "PostgresDown",
        targets: &[
            "PostgresCacheHits",
            "PostgresConnections",
            "PostgresDeadRows",
            "PostgresDeadlocks",
            "PostgresLongTransaction",
            "PostgresReplicationLag",
            "PostgresRollbacks",
        ],
        critical: false,
        same: &["job", "namespace", "instance", CLUSTER],
    },
    Hides {
        source: "RedisDown",
        targets: &["RedisBackupFailed", "RedisEvictions", "RedisHitRatio", "RedisMemory"],
        critical: false,
        same: &["job", "namespace", "instance", CLUSTER],
    },
    Hides {
        source: "NodeDown",
        targets: &[
            "NodeClockSkew",
            "NodeCpu",
            "NodeDiskFull",
            "NodeInodesFull",
            "NodeMemory",
        ],
        critical: true,
        same: &["instance", CLUSTER],
    },
    // All that is alerted about a service by its job, exporters' own alerts included.
    Hides {
        source: "ServiceDown",
        targets: &[
            "ApiErrorBudgetBurn",
            "ApiTrafficLost",
            "FileDescriptorsExhausted",
            "HttpErrors",
            "HttpLatency",
            "InferenceBatchQueue",
            "InferenceErrors",
            "InferenceLatency",
            "InstanceDown",
            "PostgresCacheHits",
            "PostgresConnections",
            "PostgresDeadRows",
            "PostgresDeadlocks",
            "PostgresLongTransaction",
            "PostgresReplicationLag",
            "PostgresRollbacks",
            "QueueBacklog",
            "QueueBacklogAbsent",
            "QueueNeverDrains",
            "RedisBackupFailed",
            "RedisEvictions",
            "RedisHitRatio",
            "RedisMemory",
            "TaskFailures",
            "TaskRuntime",
            "WorkersLost",
        ],
        critical: false,
        same: &["job", "namespace", CLUSTER],
    },
];

/// The server's own label, which every inhibition compares: alerts of one cluster hide none
/// of another, so that clusters of the tests' own keep what is tried at once apart. They
/// stand for the one that both sides match.
const CLUSTER: &str = "cluster";
const MATCHED: [&str; 2] = [r#"cluster="production""#, r#"cluster=~"cluster-.+""#];

impl Hides {
    fn is_hidden(&self, source: &Labels, alert: &Labels) -> bool {
        let name = alert.get("alertname");
        let tier = alert.get("severity");
        self.targets.contains(&name)
            && (tier == "warning" || self.critical)
            && self.same.iter().all(|it| alert.get(it) == source.get(it))
    }
}

/// Alerts that must not meet: critical tiers hide warning tiers, and a source the targets of
/// its own.
fn kind(alert: &Labels) -> usize {
    let is_source = ALL.iter().any(|it| it.source == alert.get("alertname"));
    match alert.get("severity") {
        _ if is_source => 0,
        "critical" => 1,
        _ => 2,
    }
}

/// An alert as it is, and with each of its labels changed, to a value that no other has,
/// or taken away.
fn varied(alert: &Labels, n_values: &mut usize) -> Vec<Labels> {
    let mut out = vec![alert.clone()];
    for (name, value) in alert.iter() {
        *n_values += 1;
        out.push(alert.with(name, &format!("{value}-other-{n_values}")));
        // Every alert has a name, and without a cluster they would meet.
        if !["alertname", CLUSTER].contains(&&**name) {
            out.push(alert.filter(|it| it != &**name));
        }
    }
    out
}

pub(super) fn hides() -> Result<(), Failed> {
    let platform = Platform::get()?;
    let configuration = platform.configuration(LAST)?;
    assert!(configuration.contains(MATCHED[0]), "{configuration}");
    let configuration = configuration.replace(MATCHED[0], MATCHED[1]);
    let Some(running) = Running::start(&configuration)? else { return Ok(()) };
    let of_book: BTreeSet<&str> =
        platform.book.inhibits.iter().map(|it| it.source.as_str()).collect();
    let by_hand: BTreeSet<&str> = ALL.iter().map(|it| it.source).collect();
    pretty_assertions::assert_eq!(of_book, by_hand);
    let mut case = Case::default();
    let (mut n_values, mut counts) = (0, Vec::new());
    for (idx, it) in ALL.iter().enumerate() {
        let is_named = |alert: &&Labels| alert.get("alertname") == it.source;
        let source = platform.firing.iter().find(is_named);
        let source = source.ok_or_else(|| format!("{} fires in no test", it.source))?;
        let mut hidden = BTreeSet::new();
        let n_before = (case.hidden.len(), case.shown.len());
        for of_kind in 0..3 {
            let source = source.with(CLUSTER, &format!("cluster-{idx}-{of_kind}"));
            case.shown(source.clone());
            for alert in platform.firing.iter().filter(|it| kind(it) == of_kind) {
                let mut same = alert.clone();
                for name in it.same.iter().filter(|it| !alert.get(it).is_empty()) {
                    same = same.with(name, source.get(name));
                }
                for alert in varied(&same, &mut n_values) {
                    match it.is_hidden(&source, &alert) {
                        true => {
                            hidden.insert(alert.get("alertname").to_owned());
                            case.hidden(alert);
                        }
                        false => case.shown(alert),
                    }
                }
            }
        }
        let targets = it.targets.iter().map(|it| (*it).to_owned()).collect();
        pretty_assertions::assert_eq!(hidden, targets, "some fire in no test");
        let n_hidden = case.hidden.len() - n_before.0;
        counts.push((it.source, n_hidden, case.shown.len() - n_before.1));
    }
    case.check(&running)?;
    for (source, n_hidden, n_shown) in counts {
        println!("{source}: {n_hidden} hidden, {n_shown} shown beside them");
    }
    Ok(())
}
