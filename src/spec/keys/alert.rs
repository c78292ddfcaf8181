//! Keys of alerts, tiers, records and their overrides.

use crate::doc::keys::{Key, Names, Others, Shape, Type};
use crate::spec::form;
use crate::spec::keys::lint::ALLOW_KEY;
use crate::spec::keys::{
    ANNOTATIONS, EACH, ENVIRONMENT, GROUP, LET, MAYBE_DURATION, MAYBE_OWNER,
    MAYBE_SEVERITY, MAYBE_TEXTUAL, RULE_LABELS, SEVERITY, TEXTUAL, VALUE, text,
};

pub(super) const EXPR: Key = Key::new(
    "expr",
    text(&form::EXPRESSION),
    "The condition, in PromQL. `${name}` is a parameter.",
)
.example("'up{job=\"${job}\"} == 0'");
const NAME: Key =
    Key::new("name", TEXTUAL, "The label `alertname`, where the key is not the name.")
        .also(&["alert", "alertname"])
        .default("the alert's key")
        .example("\"ApiDown\"");
/// `severity`
pub(super) const SEVERITY_KEY: Key = Key::new(
    "severity",
    MAYBE_SEVERITY,
    "The severity, which becomes the label `severity`; `false` for an alert without one, \
     or one whose label stands under `labels`.",
)
.example("\"critical\"");
/// `for`
pub(super) const FOR: Key = Key::new(
    "for",
    MAYBE_DURATION,
    "How long the condition must hold before the alert fires.",
)
.default("`\"0s\"`: it fires at once")
.example("\"5m\"");
/// `keep_firing_for`
pub(super) const KEEP_FIRING_FOR: Key = Key::new(
    "keep_firing_for",
    MAYBE_DURATION,
    "How long the alert fires on after its condition has ended.",
)
.default("`\"0s\"`")
.example("\"10m\"");
pub(super) const SUMMARY: Key = Key::new(
    "summary",
    MAYBE_TEXTUAL,
    "The annotation `summary`: what happened, in one line.",
)
.example("\"{{ $labels.instance }} is down\"");
pub(super) const DESCRIPTION: Key = Key::new(
    "description",
    MAYBE_TEXTUAL,
    "The annotation `description`: what it means, and for whom.",
)
.example("\"No instance answers: logins fail.\"");
/// `runbook`
pub(super) const RUNBOOK: Key = Key::new("runbook", MAYBE_TEXTUAL, "The runbook: `page` or `page#anchor` below `[runbooks] url`, or a whole address; `false` for none.")
    .default("`[runbooks] page`")
    .example("\"api#errors\"");
/// `owner`
pub(super) const OWNER_KEY: Key =
    Key::new("owner", MAYBE_OWNER, "Who answers the alert; gives it the owner's labels.")
        .example("\"platform\"");
pub(super) const LABELS: Key =
    Key::new("labels", Type::Table(&RULE_LABELS), "Labels of the rule.")
        .example("{ team = \"platform\" }");
pub(super) const ANNOTATIONS_KEY: Key =
    Key::new("annotations", Type::Table(&ANNOTATIONS), "Further annotations.")
        .example("{ dashboard = \"https://grafana.example.com/d/api\" }");
const LET_KEY: Key =
    Key::new("let", Type::Table(&LET), "Parameters.").example("{ ratio = 0.05 }");
const EACH_KEY: Key =
    Key::new("each", Type::Table(&EACH), "One rule for each value of a parameter.")
        .example("{ w = [\"5m\", \"1h\"] }");
/// `group`
pub(super) const GROUP_KEY: Key =
    Key::new("group", Type::Declared(GROUP), "The group in which the rule is evaluated.")
        .default("one group for the file, named like it")
        .example("\"slo\"");
/// `job`
pub(super) const JOB_KEY: Key =
    Key::new("job", TEXTUAL, "The job that the rules are about: the parameter `${job}`.")
        .default("the service of the file, if it declares exactly one")
        .example("\"api-service\"");
static LABEL_NAME: Type = text(&form::LABEL_NAME);
pub(super) const PER: Key = Key::new(
    "per",
    Type::Array(&LABEL_NAME),
    "Labels that tell what the alert is about: `equal` of its inhibitions, where the \
     expression and the tests do not show them.",
)
.default("inferred")
.example("[\"instance\", \"mountpoint\"]");
const ABSENT_KEY: Key = Key::new(
    "absent",
    Type::Any(&ABSENT_TYPES),
    "A companion `<name>Absent` that fires when the alert's series are missing.",
)
.default("none")
.example("{ for = \"5m\" }");
const TIER_KEY: Key = Key::new(
    "tier",
    Type::Table(&TIERS),
    "Tiers with names of their own, where severities do not tell them apart.",
);

const SEVERITY_TIERS: Others = Others {
    what: "a severity",
    names: Names::Declared(SEVERITY),
    value: Type::Table(&TIER),
    doc: "A tier of that severity: short for `tier.<severity>` with `severity`.",
    example: "critical = { ratio = 0.05, for = \"2m\" }",
    reserved: None,
};

const SEVERITY_OVERRIDES: Others = Others {
    value: Type::Any(&[Type::Boolean, Type::Table(&TIER)]),
    doc: "Changes the tier of that name; `false` drops it, `true` brings it back.",
    example: "critical.ratio = 0.2",
    ..SEVERITY_TIERS
};

/// An alert.
pub static ALERT: Shape = Shape {
    name: "an alert",
    header: "[alert.<name>]",
    doc: "An alert: a condition and what is said when it holds. Without tiers it is one \
          rule; each tier is a rule of its own, which takes from the alert what it does \
          not say itself.",
    keys: &[
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
        LET_KEY,
        EACH_KEY,
        PER,
        ABSENT_KEY,
        TIER_KEY,
        GROUP_KEY,
        JOB_KEY,
        NAME,
        ALLOW_KEY,
        ENV,
    ],
    others: Some(SEVERITY_TIERS),
};

const ENV: Key = Key::new(
    "env",
    Type::Table(&ENVS),
    "What differs in an environment; `false` drops it.",
)
.also(&["enable", "enabled", "disable", "disabled"])
.instead(
    "every alert in a file is on: take one out that is wanted nowhere; \
     `env = { NAME = false }` drops it in an environment",
)
.example("{ staging = false }");

static TIERS: Shape = Shape {
    name: "the table of tiers",
    header: "[alert.<name>.tier]",
    doc: "Tiers by name.",
    keys: &[],
    others: Some(Others {
        what: "a tier",
        names: Names::Form(&form::NAME),
        value: Type::Table(&TIER),
        doc: "A tier of that name.",
        example: "fast = { severity = \"critical\", long = \"1h\", factor = 14.4 }",
        reserved: None,
    }),
};

/// A tier.
pub static TIER: Shape = Shape {
    name: "a tier",
    header: "[alert.<name>.<severity>]",
    doc: "One rule of an alert. A key that is none of these is a parameter.",
    keys: &[
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
        LET_KEY,
        GROUP_KEY,
        JOB_KEY,
        NAME,
        ALLOW_KEY,
    ],
    others: Some(Others {
        what: "a parameter",
        names: Names::Form(&form::PARAMETER_NAME),
        value: VALUE,
        doc: "The value of the parameter of that name in this tier.",
        example: "ratio = 0.05",
        reserved: None,
    }),
};

static ABSENT_TYPES: [Type; 2] = [Type::Boolean, Type::Table(&ABSENT)];

static ABSENT: Shape = Shape {
    name: "an `absent` companion",
    header: "[alert.<name>.absent]",
    doc: "An alert `<name>Absent` that fires when the series are missing on which the \
          alert depends. Its condition is `absent()` of the left-most selector of the \
          alert's expression, with its metric and its equality matchers. It takes from \
          the alert (from its first tier) severity, owner, runbook, `for`, and those \
          labels and annotations that use no template.",
    keys: &[
        Key::new(
            "expr",
            text(&form::EXPRESSION),
            "The condition, where it cannot be derived.",
        )
        .default("`absent(…)` of the left-most selector")
        .example("'absent(up{job=\"${job}\"})'"),
        SEVERITY_KEY,
        FOR,
        KEEP_FIRING_FOR,
        SUMMARY,
        DESCRIPTION,
        RUNBOOK,
        OWNER_KEY,
        LABELS,
        ANNOTATIONS_KEY,
        Key::new("name", TEXTUAL, "The label `alertname`.")
            .default("the alert's name and `Absent`")
            .example("\"ApiGone\""),
    ],
    others: None,
};

static ENVS: Shape = Shape {
    name: "the overrides of an alert by environment",
    header: "[alert.<name>.env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&OVERRIDE)]),
        doc: "A table merges, `false` drops the alert there, `true` brings it back where \
              `severities` filter it.",
        example: "staging.critical.ratio = 0.2",
        reserved: None,
    }),
};

static OVERRIDE: Shape = Shape {
    name: "an override",
    header: "[alert.<name>.env.<env>]",
    doc: "Keys of the alert with other values; `false` drops what the alert has. What it \
          overrides must exist.",
    keys: &[
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
        LET_KEY,
        EACH_KEY,
        PER,
        ABSENT_KEY,
        TIER_OVERRIDE,
        GROUP_KEY,
        JOB_KEY,
        NAME,
        ALLOW_KEY,
    ],
    others: Some(SEVERITY_OVERRIDES),
};

/// An override of a pack's alert.
pub static USE_OVERRIDE: Shape = Shape {
    name: "an override of a pack's alert",
    header: "[use.<pack>.<alert>]",
    doc: "Keys of the pack's alert with other values; `false` drops what it has. What it \
          overrides must exist.",
    keys: &[
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
        LET_KEY,
        EACH_KEY,
        PER,
        ABSENT_KEY,
        TIER_OVERRIDE,
        JOB_KEY,
        NAME,
        ALLOW_KEY,
        ENV,
    ],
    others: Some(SEVERITY_OVERRIDES),
};

const TIER_OVERRIDE: Key = Key::new(
    "tier",
    Type::Table(&TIER_OVERRIDES),
    "Changes of tiers with names of their own.",
);

static TIER_OVERRIDES: Shape = Shape {
    name: "the overrides of tiers",
    header: "[alert.<name>.env.<env>.tier]",
    doc: "Changes of tiers.",
    keys: &[],
    others: Some(Others {
        what: "a tier",
        names: Names::Form(&form::NAME),
        value: Type::Any(&[Type::Boolean, Type::Table(&TIER)]),
        doc: "Changes the tier of that name; `false` drops it, `true` brings it back.",
        example: "slow = false",
        reserved: None,
    }),
};

/// A recording rule.
pub static RECORD: Shape = Shape {
    name: "a record",
    header: "[record.\"<metric>\"]",
    doc: "A recording rule. `[record] \"metric\" = \"expr\"` is short for one with nothing \
          but an expression.",
    keys: &[
        Key { required: true, ..RECORD_EXPR },
        LABELS,
        LET_KEY,
        EACH_KEY,
        GROUP_KEY,
        JOB_KEY,
        RECORD_NAME,
        ALLOW_KEY,
        Key::new("env", Type::Table(&RECORD_ENVS), "What differs in an environment."),
    ],
    others: None,
};

const RECORD_NAME: Key = Key::new(
    "name",
    TEXTUAL,
    "The metric, where the key is not its name: several records of one metric, or a name \
     that only Prometheus 3.0 and later take.",
)
.also(&["record"])
.default("the record's key")
.example("\"job:http_requests:rate5m\"");

pub(super) const RECORD_EXPR: Key =
    Key::new("expr", text(&form::EXPRESSION), "What is recorded, in PromQL.")
        .example("'sum by (job) (rate(http_requests_total[5m]))'");

static RECORD_ENVS: Shape = Shape {
    name: "the overrides of a record by environment",
    header: "[record.\"<metric>\".env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&RECORD_OVERRIDE)]),
        doc: "A table merges, `false` drops the record there.",
        example: "staging = false",
        reserved: None,
    }),
};

/// An override of a recording rule.
pub static RECORD_OVERRIDE: Shape = Shape {
    name: "an override of a record",
    header: "[record.\"<metric>\".env.<env>]",
    doc: "Keys of the record with other values.",
    keys: &[RECORD_EXPR, LABELS, LET_KEY, EACH_KEY, GROUP_KEY, JOB_KEY],
    others: None,
};
