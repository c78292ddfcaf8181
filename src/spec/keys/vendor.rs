//! Keys of the uses of rule files: what a project changes in rules that others wrote.

use crate::doc::keys::{ByName, Key, Names, Others, Shape, Type, joined};
use crate::spec::form;
use crate::spec::keys::alert::{
    ANNOTATIONS_KEY, DESCRIPTION, EXPR, FOR, KEEP_FIRING_FOR, LABELS, OWNER_KEY, PER,
    RECORD_EXPR, RUNBOOK, SEVERITY_KEY, SUMMARY,
};
use crate::spec::keys::file::USE_SHAPE;
use crate::spec::keys::lint::ALLOW_KEY;
use crate::spec::keys::{ANNOTATIONS, ENVIRONMENT, RULE_LABELS};

/// An alert of one of the rule files that the project uses.
pub const ALERT: &str = "an alert of a rule file";
/// A record of one of them.
pub const RECORD: &str = "a record of a rule file";
/// The label `severity` of an alert of one of them, as written.
pub const SEVERITY: &str = "a severity in a rule file";

/// A path is that of a rule file, any other name that of a pack.
pub(super) static USE: ByName =
    ByName { form: &form::RULE_FILE, formed: &RULE_FILE, plain: &USE_SHAPE };

const LABELS_KEY: Key =
    Key::new("labels", Type::Table(&RULE_LABELS), "Labels of every alert.")
        .example("{ team = \"platform\" }");
const ANNOTATIONS_OF_ALL: Key =
    Key::new("annotations", Type::Table(&ANNOTATIONS), "Annotations of every alert.")
        .example("{ dashboard = \"https://grafana.example.com/d/k8s\" }");
const RUNBOOK_OF_ALL: Key = Key { default: "the rule file's own", ..RUNBOOK }
    .example("\"kubernetes#${alert.kebab}\"");
const RECORD_KEY: Key =
    Key::new("record", Type::Table(&RECORDS), "Changes of the file's records.");

/// A use of a rule file.
pub static RULE_FILE: Shape = Shape {
    name: "a use of a rule file",
    header: "[use.\"<path>.yaml\"]",
    doc: "Takes the rules of a Prometheus rule file or of PrometheusRule objects, whose \
          path is relative to the manifest's folder. Groups, their order and everything \
          in them stay as they are; `${name}` means nothing there, and the file's \
          defaults and owner do not hold for them. A key that is none of these is the \
          name of an alert: a table merges into all alerts of that name, `false` drops \
          them.",
    keys: &[
        OWNER_KEY,
        LABELS_KEY,
        ANNOTATIONS_OF_ALL,
        RUNBOOK_OF_ALL,
        RECORD_KEY,
        ALLOW_KEY,
        Key::new("env", Type::Table(&ENVS), "What differs in an environment."),
    ],
    others: Some(Others {
        value: Type::Any(&[Type::Boolean, Type::Table(&CHANGE)]),
        ..ALERTS
    }),
};

const ALERTS: Others = Others {
    what: "an alert of the file",
    names: Names::Declared(ALERT),
    value: Type::Any(&[Type::Boolean, Type::Table(&ENV_CHANGE)]),
    doc: "Changes the alerts of that name; `false` drops them, `true` brings back those \
          that `severities` filter.",
    example: "KubePodCrashLooping = { for = \"30m\" }",
    reserved: None,
};

static RECORDS: Shape = Shape {
    name: "the changes of a rule file's records",
    header: "[use.\"<path>.yaml\".record]",
    doc: "Changes of the file's records.",
    keys: &[],
    others: Some(Others {
        what: "a record of the file",
        names: Names::Declared(RECORD),
        value: Type::Any(&[Type::Boolean, Type::Table(&RECORD_CHANGE)]),
        doc: "Changes the records of that name; `false` drops them.",
        example: "\"node:node_num_cpu:sum\" = false",
        reserved: None,
    }),
};

static RECORD_CHANGE: Shape = Shape {
    name: "a change of a rule file's record",
    header: "[use.\"<path>.yaml\".record.\"<metric>\"]",
    doc: "Keys of the record with other values.",
    keys: &[RECORD_EXPR, LABELS, ALLOW_KEY],
    others: None,
};

static ENVS: Shape = Shape {
    name: "the changes of a rule file by environment",
    header: "[use.\"<path>.yaml\".env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&ENV)]),
        doc: "A table merges, `false` drops the whole file there.",
        example: "staging.KubeCPUOvercommit = false",
        reserved: None,
    }),
};

static ENV: Shape = Shape {
    name: "the changes of a rule file in an environment",
    header: "[use.\"<path>.yaml\".env.<env>]",
    doc: "What differs in the environment: for all alerts, and by the names of alerts.",
    keys: &[OWNER_KEY, LABELS_KEY, ANNOTATIONS_OF_ALL, RUNBOOK_OF_ALL, RECORD_KEY],
    others: Some(ALERTS),
};

/// Keys of an alert that may have other values, wherever that is said.
const CHANGED: &[Key] = &[
    EXPR,
    SEVERITY_KEY,
    FOR,
    KEEP_FIRING_FOR,
    SUMMARY,
    DESCRIPTION,
    RUNBOOK,
    OWNER_KEY,
    LABELS,
    ANNOTATIONS_KEY,
];
static CHANGE_KEYS: [Key; 13] = joined(&[CHANGED, &[PER, ALLOW_KEY, CHANGE_ENV]]);
static ENV_CHANGE_KEYS: [Key; 12] = joined(&[CHANGED, &[PER, ALLOW_KEY]]);
static TIER_KEYS: [Key; 11] = joined(&[CHANGED, &[ALLOW_KEY]]);
const CHANGE_ENV: Key =
    Key::new("env", Type::Table(&CHANGE_ENVS), "What differs in an environment.");

/// Changes of one alert.
static CHANGE: Shape = Shape {
    name: "a change of a rule file's alert",
    header: "[use.\"<path>.yaml\".<alert>]",
    doc: "Keys of the alert with other values; `false` drops what it has. It holds for \
          all alerts of the name; a severity as the file has it (`KubeX.critical.for`) \
          chooses those that have it.",
    keys: &CHANGE_KEYS,
    others: Some(TIERS),
};

const TIERS: Others = Others {
    what: "a severity",
    names: Names::Declared(SEVERITY),
    value: Type::Any(&[Type::Boolean, Type::Table(&TIER)]),
    doc: "Changes only the alerts with that severity in the file; `false` drops them.",
    example: "critical.for = \"30m\"",
    reserved: None,
};

static CHANGE_ENVS: Shape = Shape {
    name: "the changes of a rule file's alert by environment",
    header: "[use.\"<path>.yaml\".<alert>.env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&ENV_CHANGE)]),
        doc: "A table merges, `false` drops the alert there, `true` brings it back.",
        example: "staging = false",
        reserved: None,
    }),
};

static ENV_CHANGE: Shape = Shape {
    name: "a change of a rule file's alert in an environment",
    header: "[use.\"<path>.yaml\".env.<env>.<alert>]",
    doc: "Keys of the alert with other values there.",
    keys: &ENV_CHANGE_KEYS,
    others: Some(TIERS),
};

/// Changes of the alerts of one severity.
pub static TIER: Shape = Shape {
    name: "a change of a rule file's alerts of one severity",
    header: "[use.\"<path>.yaml\".<alert>.<severity>]",
    doc: "Keys of these alerts with other values.",
    keys: &TIER_KEYS,
    others: None,
};
