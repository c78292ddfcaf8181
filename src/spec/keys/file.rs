//! Keys of alerts files and packs.

use crate::doc::keys::{Key, Names, Others, Shape, TEXT, Type};
use crate::spec::keys::alert::{
    ALERT, FOR, GROUP_KEY, JOB_KEY, KEEP_FIRING_FOR, OWNER_KEY, RECORD, RECORD_OVERRIDE,
    RUNBOOK, SEVERITY_KEY, USE_OVERRIDE,
};
use crate::spec::keys::lint::ALLOW_KEY;
use crate::spec::keys::manifest::INHIBIT;
use crate::spec::keys::probe::PROBE;
use crate::spec::keys::service::SERVICE;
use crate::spec::keys::vendor;
use crate::spec::keys::{
    ANNOTATIONS, ENVIRONMENT, INTERVAL, LABELS, LET, RULE_LABELS, text,
};
use crate::spec::{form, object_form};

const OWNER: Key = Key { doc: "Short for `[defaults] owner`.", ..OWNER_KEY };
const LET_KEY: Key =
    Key::new("let", Type::Table(&LET), "Parameters of everything in the file.")
        .example("{ node = 'job=\"node-exporter\"' }");
const DEFAULTS_KEY: Key = Key::new(
    "defaults",
    Type::Table(&DEFAULTS),
    "What holds for every alert of the file that does not say otherwise.",
);
const USE: Key = Key::new(
    "use",
    Type::Table(&USES),
    "Packs whose rules the file takes, for its service; and rule files.",
);
const GROUP: Key = Key::new(
    "group",
    Type::Table(&GROUPS),
    "Groups, where one for the whole file is not enough.",
);
const RECORD_KEY: Key = Key::new("record", Type::Table(&RECORDS), "Recording rules.");
const ALERT_KEY: Key = Key::new("alert", Type::Table(&ALERTS), "Alerts.");
const INHIBIT_KEY: Key = Key::new(
    "inhibit",
    Type::Array(&INHIBITION),
    "Inhibitions between different alerts.",
);
static INHIBITION: Type = Type::Table(&INHIBIT);
const ENV: Key = Key::new(
    "env",
    Type::Table(&ENVS),
    "What differs in an environment for everything in the file.",
);

/// An alerts file.
pub static FILE: Shape = Shape {
    name: "an alerts file",
    header: "alerts/<name>.toml",
    doc: "Services, the alerts and records about them, and the packs that they use. Rules \
          are evaluated in the order of the file, in one group named like it unless they \
          say otherwise.",
    keys: &[
        OWNER,
        JOB_KEY,
        LET_KEY,
        DEFAULTS_KEY,
        Key::new("service", Type::Table(&SERVICES), "Services that are scraped."),
        Key::new("probe", Type::Table(&PROBES), "Targets that an exporter asks."),
        USE,
        GROUP,
        RECORD_KEY,
        ALERT_KEY,
        INHIBIT_KEY,
        ALLOW_KEY,
        ENV,
    ],
    others: None,
};

/// A pack.
pub static PACK: Shape = Shape {
    name: "a pack",
    header: "packs/<name>.toml",
    doc: "Rules for several services: an alerts file without services. `${job}` is the \
          service of the file that uses it.",
    keys: &[
        OWNER,
        LET_KEY,
        DEFAULTS_KEY,
        USE,
        GROUP,
        RECORD_KEY,
        ALERT_KEY,
        INHIBIT_KEY,
        ALLOW_KEY,
        ENV,
    ],
    others: None,
};

/// What holds for every alert of a file.
pub static DEFAULTS: Shape = Shape {
    name: "the defaults of a file",
    header: "[defaults]",
    doc: "What holds for every alert of the file that does not say otherwise; `group`, \
          `job` and `let` for its records too.",
    keys: &[
        FOR,
        KEEP_FIRING_FOR,
        SEVERITY_KEY,
        OWNER_KEY,
        RUNBOOK,
        GROUP_KEY,
        JOB_KEY,
        Key::new("labels", Type::Table(&RULE_LABELS), "Labels of every alert."),
        Key::new("annotations", Type::Table(&ANNOTATIONS), "Annotations of every alert."),
        Key::new("let", Type::Table(&LET), "Parameters of every alert and record."),
    ],
    others: None,
};

static ENVS: Shape = Shape {
    name: "the overrides of a file by environment",
    header: "[env]",
    doc: "What differs in an environment for everything in the file.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&DEFAULTS)]),
        doc: "A table merges into every alert, before the alert's own `env`; `false` drops \
              everything in the file there, its services and probes included.",
        example: "staging = false",
        reserved: None,
    }),
};

static SERVICES: Shape = Shape {
    name: "the table of services",
    header: "[service]",
    doc: "Services.",
    keys: &[],
    others: Some(Others {
        what: "a service",
        names: Names::Form(&object_form::OBJECT_NAME),
        value: Type::Table(&SERVICE),
        doc: "Declares a service. Its name is the label `job` of its series.",
        example: "api-service = { match = { app = \"api\" } }",
        reserved: None,
    }),
};

static PROBES: Shape = Shape {
    name: "the table of probes",
    header: "[probe]",
    doc: "Probes.",
    keys: &[],
    others: Some(Others {
        what: "a probe",
        names: Names::Form(&object_form::OBJECT_NAME),
        value: Type::Table(&PROBE),
        doc: "Declares a probe. Its name is the label `job` of its series.",
        example: "blackbox = { prober.url = \"blackbox:9115\", targets.staticConfig.static = [\"https://example.com\"] }",
        reserved: None,
    }),
};

static USES: Shape = Shape {
    name: "the table of packs",
    header: "[use]",
    doc: "Packs and rule files that are used.",
    keys: &[],
    others: Some(Others {
        what: "a pack",
        names: Names::Form(&TEXT),
        value: Type::TableByName(&vendor::USE),
        doc: "Takes the rules of `packs/<name>.toml`, or of the rule file of a path that \
              ends in `.yaml` or `.yml`, with changes.",
        example: "http = {}",
        reserved: None,
    }),
};

/// A use of a pack.
pub static USE_SHAPE: Shape = Shape {
    name: "a use of a pack",
    header: "[use.<pack>]",
    doc: "Takes the rules of a pack. A key that is none of these is the name of one of its \
          alerts: a table merges into it, `false` drops it.",
    keys: &[
        Key::new(
            "pack",
            text(&TEXT),
            "The pack, where the key is not its name: to use it twice in a file.",
        )
        .default("the key")
        .example("\"http\""),
        OWNER_KEY,
        JOB_KEY,
        Key::new("let", Type::Table(&LET), "Other values for parameters of the pack.")
            .example("{ window = \"10m\" }"),
        Key::new("record", Type::Table(&USE_RECORDS), "Changes of the pack's records."),
    ],
    others: Some(Others {
        what: "an alert of the pack",
        names: Names::Form(&form::ALERT_KEY),
        value: Type::Any(&[Type::Boolean, Type::Table(&USE_OVERRIDE)]),
        doc: "Changes the pack's alert of that name; `false` drops it.",
        example: "HttpErrors.critical.ratio = 0.04",
        reserved: None,
    }),
};

static USE_RECORDS: Shape = Shape {
    name: "the changes of a pack's records",
    header: "[use.<pack>.record]",
    doc: "Changes of the pack's records.",
    keys: &[],
    others: Some(Others {
        what: "a record of the pack",
        names: Names::Form(&form::METRIC_NAME),
        value: Type::Any(&[Type::Boolean, Type::Table(&RECORD_OVERRIDE)]),
        doc: "Changes the pack's record of that name; `false` drops it.",
        example: "\"job:http_errors:ratio_rate5m\" = false",
        reserved: None,
    }),
};

static GROUPS: Shape = Shape {
    name: "the table of groups",
    header: "[group]",
    doc: "Groups.",
    keys: &[],
    others: Some(Others {
        what: "a group",
        names: Names::Form(&form::NAME),
        value: Type::Table(&GROUP_SHAPE),
        doc: "Declares a group.",
        example: "slo = { interval = \"1m\" }",
        reserved: None,
    }),
};

static GROUP_SHAPE: Shape = Shape {
    name: "a group",
    header: "[group.<name>]",
    doc: "Rules that are evaluated together, in order. A group named like the file is the \
          one of the rules that name none.",
    keys: &[
        GROUP_INTERVAL,
        GROUP_OFFSET,
        GROUP_LIMIT,
        GROUP_LABELS,
        Key::new(
            "name",
            text(&form::GROUP_NAME),
            "The group's name, where the key is not it: any text.",
        )
        .default("the group's key")
        .example("\"Node alerts\""),
        ALLOW_KEY,
        Key::new("env", Type::Table(&GROUP_ENVS), "What differs in an environment."),
    ],
    others: None,
};

const GROUP_INTERVAL: Key = Key::new("interval", INTERVAL, "How often it is evaluated.")
    .default("`[prometheus] interval`")
    .example("\"1m\"");
const GROUP_OFFSET: Key = Key::new(
    "query_offset",
    text(&form::DURATION),
    "How far in the past it is evaluated.",
)
.default("the server's")
.example("\"30s\"");
const GROUP_LIMIT: Key = Key::new(
    "limit",
    Type::Integer(0, 4_294_967_295),
    "The most alerts or series that a rule may give; 0 is no limit.",
)
.default("`0`")
.example("100");
const GROUP_LABELS: Key =
    Key::new("labels", Type::Table(&LABELS), "Labels of every rule in it.")
        .example("{ kind = \"slo\" }");

static GROUP_ENVS: Shape = Shape {
    name: "the overrides of a group by environment",
    header: "[group.<name>.env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Table(&GROUP_OVERRIDE),
        doc: "A table merges.",
        example: "staging.interval = \"2m\"",
        reserved: None,
    }),
};

static GROUP_OVERRIDE: Shape = Shape {
    name: "an override of a group",
    header: "[group.<name>.env.<env>]",
    doc: "Keys of the group with other values.",
    keys: &[GROUP_INTERVAL, GROUP_OFFSET, GROUP_LIMIT, GROUP_LABELS],
    others: None,
};

static RECORDS: Shape = Shape {
    name: "the table of records",
    header: "[record]",
    doc: "Recording rules.",
    keys: &[],
    others: Some(Others {
        what: "a metric",
        names: Names::Form(&form::METRIC_NAME),
        value: Type::Any(&[text(&form::EXPRESSION), Type::Table(&RECORD)]),
        doc: "Records a metric of that name: an expression, or a table.",
        example: "\"job:http_requests:rate5m\" = 'sum by (job) (rate(http_requests_total[5m]))'",
        reserved: None,
    }),
};

static ALERTS: Shape = Shape {
    name: "the table of alerts",
    header: "[alert]",
    doc: "Alerts.",
    keys: &[],
    others: Some(Others {
        what: "an alert",
        names: Names::Form(&form::ALERT_KEY),
        value: Type::Table(&ALERT),
        doc: "Declares an alert. Its name is the label `alertname` unless `name` says \
              otherwise.",
        example: "ApiDown = { severity = \"critical\", expr = 'up == 0' }",
        reserved: None,
    }),
};
