//! Projects whose inhibitions are inferred: what an Alertmanager must hide is stated by hand.

use std::collections::BTreeSet;
use std::fs;

use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::syntax::parse_metric;
use libtest_mimic::Failed;

use crate::alertmanager::platform::configuration;
use crate::alertmanager::running::{LAST, Running, text};
use crate::parts;

/// Alerts that fire together.
struct Case {
    /// A folder of `tests/fixtures/inhibit`.
    project: &'static str,
    /// The environment.
    env: &'static str,
    shown: &'static [&'static str],
    hidden: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        project: "by_tests",
        env: "staging",
        shown: &[
            // By `by`, though no test shows it.
            r#"Grouped{severity="critical",device="sda"}"#,
            r#"Grouped{severity="warning",device="sdb"}"#,
            // Another device, instance, or zone.
            r#"Raw{severity="critical",job="db",instance="a",device="sda",zone="x"}"#,
            r#"Raw{severity="warning",job="db",instance="a",device="sdb",zone="x"}"#,
            r#"Raw{severity="warning",job="db",instance="b",device="sda",zone="x"}"#,
            r#"Raw{severity="warning",job="db",instance="a",device="sda",zone="y"}"#,
            r#"Raw{severity="warning",job="db",instance="a",device="sda"}"#,
            r#"Selected{severity="critical",job="db",instance="a",fs="ext4"}"#,
            r#"Selected{severity="warning",job="db",instance="a",fs="xfs"}"#,
            // By `per`: another device.
            r#"Given{severity="critical",job="db",instance="a",device="sda"}"#,
            r#"Given{severity="warning",job="db",instance="a",device="sdb"}"#,
            // The test has no instances.
            r#"Down{severity="critical",job="db",instance="a"}"#,
            r#"Slow{severity="warning",job="db",instance="b"}"#,
            r#"Slow{severity="warning",job="db"}"#,
        ],
        hidden: &[
            r#"Grouped{severity="warning",device="sda"}"#,
            r#"Raw{severity="warning",job="db",instance="a",device="sda",zone="x"}"#,
            r#"Selected{severity="warning",job="db",instance="a",fs="ext4"}"#,
            r#"Given{severity="warning",job="db",instance="a",device="sda"}"#,
            r#"Slow{severity="warning",job="db",instance="a"}"#,
        ],
    },
    Case {
        project: "between_services",
        env: "default",
        shown: &[
            r#"Down{severity="critical",job="api"}"#,
            r#"Slow{severity="warning",job="web"}"#,
            r#"Errors{severity="warning",job="web",route="/"}"#,
            r#"Queue{severity="warning",job="queue"}"#,
            r#"Total{severity="warning"}"#,
        ],
        hidden: &[
            r#"Slow{severity="warning",job="api"}"#,
            r#"Errors{severity="warning",job="api",route="/"}"#,
            r#"Errors{severity="warning",job="api",route="/x"}"#,
        ],
    },
    Case {
        project: "by_templates",
        env: "default",
        shown: &[
            r#"DiskFull{severity="critical",job="node",instance="a",device="sda"}"#,
            r#"DiskFull{severity="warning",job="node",instance="a",device="sdb"}"#,
        ],
        hidden: &[r#"DiskFull{severity="warning",job="node",instance="a",device="sda"}"#],
    },
    // One of a device hides that device, one of an instance all of its.
    Case {
        project: "namesakes",
        env: "default",
        shown: &[
            r#"X{severity="business",instance="a",device="sda"}"#,
            r#"X{severity="business",instance="b"}"#,
            r#"Y{severity="business",instance="a",device="sdb"}"#,
            r#"Down{severity="business",instance="c",device="sda"}"#,
            r#"X{severity="business",instance="c",device="sdb"}"#,
            r#"Tier{severity="critical",instance="a",device="sda"}"#,
            r#"Tier{severity="warning",instance="a",device="sdb"}"#,
            r#"Tier{severity="critical",instance="b"}"#,
        ],
        hidden: &[
            r#"Y{severity="business",instance="a",device="sda"}"#,
            r#"Y{severity="business",instance="b",device="sda"}"#,
            r#"X{severity="business",instance="c",device="sda"}"#,
            r#"X{severity="business",instance="c"}"#,
            r#"Tier{severity="warning",instance="a",device="sda"}"#,
            r#"Tier{severity="warning",instance="b"}"#,
        ],
    },
    // Rules of one name: what one hides, another must not.
    Case {
        project: "one_name",
        env: "default",
        shown: &[
            r#"Down{severity="critical",instance="a"}"#,
            r#"Down{severity="critical",zone="eu"}"#,
            r#"Slow{severity="warning",instance="b"}"#,
            r#"Slow{severity="warning",zone="us",shop="1"}"#,
            r#"Slow{severity="warning",row="1"}"#,
            r#"Gone{severity="business",instance="a"}"#,
            r#"Gone{severity="business"}"#,
            r#"Late{severity="business",instance="b"}"#,
            r#"Late{severity="business"}"#,
            // What they select or set tells them apart.
            r#"TooManyErrors{severity="critical",job="api",namespace="n"}"#,
            r#"TooManyErrors{severity="warning",job="worker",namespace="n"}"#,
            r#"TankFull{severity="critical",tank="1",zone="eu"}"#,
            r#"TankFull{severity="warning",tank="1",zone="us"}"#,
            r#"BudgetBurn{severity="critical",route="/",long="1h"}"#,
            r#"BudgetBurn{severity="warning",route="/x",long="1d"}"#,
            r#"DiskFull{severity="critical",instance="a",zone="eu"}"#,
            r#"DiskFull{severity="critical",instance="b",device="sda",zone="db"}"#,
            r#"DiskFull{severity="warning",instance="a",zone="us"}"#,
            r#"DiskFull{severity="warning",instance="b",zone="us"}"#,
            r#"Memory{severity="critical",job="web"}"#,
            r#"Memory{severity="critical",job="api",pod="p"}"#,
            r#"Memory{severity="warning",job="api",pod="q"}"#,
            r#"CpuSpent{severity="critical",job="api"}"#,
            r#"CpuHigh{severity="warning",job="web"}"#,
            r#"CpuHigh{severity="warning",row="1"}"#,
            r#"Busy5m{severity="critical",job="api"}"#,
            r#"Used1h{severity="warning",job="api"}"#,
        ],
        hidden: &[
            r#"Slow{severity="warning",instance="a"}"#,
            r#"Slow{severity="warning",zone="eu",shop="1"}"#,
            r#"Late{severity="business",instance="a"}"#,
            r#"BudgetBurn{severity="warning",route="/",long="1d"}"#,
            r#"DiskFull{severity="warning",instance="a",zone="eu"}"#,
            r#"Memory{severity="warning",job="web",pod="p"}"#,
            r#"CpuHigh{severity="warning",job="api"}"#,
            r#"Used5m{severity="warning",job="api"}"#,
        ],
    },
    // The tests' series have neither device nor mountpoint.
    Case {
        project: "by_records",
        env: "default",
        shown: &[
            r#"DiskFull{severity="critical",job="node",instance="a",device="sda"}"#,
            r#"DiskFull{severity="warning",job="node",instance="a",device="sdb"}"#,
            r#"DiskFuller{severity="critical",job="node",instance="a",mountpoint="/"}"#,
            r#"DiskFuller{severity="warning",job="node",instance="a",mountpoint="/x"}"#,
        ],
        hidden: &[
            r#"DiskFull{severity="warning",job="node",instance="a",device="sda"}"#,
            r#"DiskFuller{severity="warning",job="node",instance="a",mountpoint="/"}"#,
        ],
    },
    // What fires in other environments is theirs.
    Case {
        project: "external",
        env: "production",
        shown: &[
            r#"Errors{severity="critical",job="api",cluster="eu"}"#,
            r#"Errors{severity="critical",job="web",cluster="test",zone="a"}"#,
            r#"Errors{severity="warning",job="web",cluster="test",zone="a"}"#,
            r#"Errors{severity="critical",job="db"}"#,
            r#"Errors{severity="warning",job="db"}"#,
            r#"Errors{severity="warning",job="db",cluster="eu"}"#,
        ],
        hidden: &[r#"Errors{severity="warning",job="api",cluster="eu"}"#],
    },
    Case {
        project: "external",
        env: "staging",
        shown: &[
            r#"Errors{severity="critical",job="api"}"#,
            r#"Errors{severity="warning",job="api",cluster="eu"}"#,
            r#"Errors{severity="critical",job="web",cluster="eu"}"#,
            r#"Errors{severity="warning",job="web"}"#,
        ],
        hidden: &[r#"Errors{severity="warning",job="api"}"#],
    },
];

/// An alert, written as a series.
pub(super) fn labels(alert: &str) -> Labels {
    let all = parse_metric(alert).unwrap();
    let name = all.metric_name().to_owned();
    all.drop_name().with("alertname", &name)
}

pub(super) fn hides() -> Result<(), Failed> {
    for case in CASES {
        let project = parts::platform().join("tests/fixtures/inhibit").join(case.project);
        let out = parts::build(&project)?;
        let rules = out.path().join(case.env).join("alertmanager/inhibit-rules.yaml");
        let configuration = configuration(LAST, &fs::read_to_string(rules)?)?;
        let Some(running) = Running::start(&configuration)? else { return Ok(()) };
        let alerts: Vec<Labels> =
            case.shown.iter().chain(case.hidden).map(|it| labels(it)).collect();
        let found: BTreeSet<String> = running.suppressed(&alerts)?.into_keys().collect();
        let hidden = case.hidden.iter().map(|it| text(&labels(it))).collect();
        pretty_assertions::assert_eq!(found, hidden, "{}", case.project);
    }
    Ok(())
}
