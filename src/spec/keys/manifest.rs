//! Keys of the manifest `aqua-alerts.toml`.

use crate::doc::keys::{Key, Names, Others, PARAMETRIC, Shape, TEXT, Type};
use crate::spec::keys::{
    ANNOTATIONS, ENVIRONMENT, INTERVAL, LABELS, LET, OBJECT_ANNOTATIONS, OBJECT_LABELS,
    RULE_LABELS, SEVERITY, alert, lint, online, policy, target, text,
};
use crate::spec::{form, object_form};

/// The manifest.
pub static MANIFEST: Shape = Shape {
    name: "the manifest",
    header: "aqua-alerts.toml",
    doc: "The file that makes a folder a project. Files under `alerts/`, `packs/`, \
          `dashboards/` and `testdata/` are found by themselves.",
    keys: &[
        Key::new("project", Type::Table(&PROJECT), "What the project is called.")
            .required()
            .example("{ name = \"shop\", edition = 1 }"),
        Key::new(
            "prometheus",
            Type::Table(&PROMETHEUS),
            "The server that runs the rules.",
        ),
        Key::new(
            "build",
            Type::Table(&BUILD),
            "What is written, and what generated objects are called.",
        ),
        Key::new("runbooks", Type::Table(&RUNBOOKS), "Where runbooks are."),
        Key::new("grafana", Type::Table(&GRAFANA), "Where dashboards are."),
        Key::new(
            "defaults",
            Type::Table(&DEFAULTS),
            "What holds for every alert that does not say otherwise.",
        ),
        Key::new(
            "severity",
            Type::Table(&SEVERITIES),
            "Severities, beside the built-in `critical`, `warning` and `business`.",
        ),
        Key::new(
            "owner",
            Type::Table(&OWNERS),
            "Teams, and the labels by which their alerts are routed.",
        ),
        Key::new(
            "env",
            Type::Table(&ENVIRONMENTS),
            "Environments, each one Prometheus server.",
        )
        .also(&["environment", "environments"])
        .default("one environment, `default`"),
        Key::new("job", Type::Table(&JOBS), "Jobs that somebody else scrapes."),
        Key::new(
            "inhibit",
            Type::Array(&Type::Table(&INHIBIT)),
            "Inhibitions between different alerts.",
        ),
        Key::new(
            "lints",
            Type::Table(&lint::LINTS_TABLE),
            "What becomes of findings of `check`.",
        ),
        Key::new(
            "policy",
            Type::Array(&Type::Table(&policy::POLICY)),
            "What the project demands of its rules.",
        ),
        Key::new(
            "target",
            Type::Table(&target::TARGETS),
            "Targets of the project's own.",
        ),
    ],
    others: None,
};

static PROJECT: Shape = Shape {
    name: "the project",
    header: "[project]",
    doc: "What the project is called, and the edition of the language.",
    keys: &[
        Key::new("name", text(&object_form::OBJECT_NAME), "The project's name; part of the names of generated objects.")
            .required()
            .example("\"aquaculture-platform\""),
        Key::new("edition", Type::Integer(1, 1), "The edition of the language. It fixes the reserved words, so that a later key cannot swallow a parameter.")
            .required()
            .example("1"),
    ],
    others: None,
};

/// The server.
pub static PROMETHEUS: Shape = Shape {
    name: "the server",
    header: "[prometheus]",
    doc: "The Prometheus server that will run the rules. It decides which PromQL is \
          allowed. Rules for versions below 3.0 are built, but not tested: ranges were \
          closed intervals then.",
    keys: &[
        Key::new("version", text(&form::VERSION), "The server's version.")
            .default("`\"3.14\"`")
            .example("\"3.5\""),
        Key::new(
            "interval",
            INTERVAL,
            "The global `evaluation_interval`: that of groups without one.",
        )
        .default("`\"30s\"`")
        .example("\"30s\""),
        Key::new("lookback", INTERVAL, "The server's `query.lookback-delta`.")
            .default("`\"5m\"`")
            .example("\"5m\""),
        Key::new(
            "retention",
            INTERVAL,
            "How long the server keeps samples, its `storage.tsdb.retention.time`: what \
             looks further back is a finding.",
        )
        .default("not known")
        .example("\"15d\""),
        Key::new(
            "features",
            Type::Array(&Type::Choice(&[
                "promql-experimental-functions",
                "promql-duration-expr",
                "promql-extended-range-selectors",
                "promql-binop-fill-modifiers",
                "promql-delayed-name-removal",
                "type-and-unit-labels",
                "promql-at-modifier",
                "promql-negative-offset",
            ])),
            "The server's `--enable-feature` flags that change PromQL.",
        )
        .default("none")
        .example("[\"promql-experimental-functions\"]"),
        Key::new(
            "names",
            Type::Choice(&["legacy", "utf8"]),
            "Which names of metrics, labels and annotations rules may set: `utf8` is any \
             text, as servers from 3.0 on take it.",
        )
        .default("`\"legacy\"`: letters, digits and `_`, in metrics `:` too")
        .example("\"utf8\""),
    ],
    others: None,
};

/// The objects.
pub static BUILD: Shape = Shape {
    name: "the build",
    header: "[build]",
    doc: "What is written, and what generated Kubernetes objects have in common.",
    keys: &[
        target::NAMES,
        Key::new(
            "namespace",
            text(&object_form::NAMESPACE),
            "The namespace in which the objects live.",
        )
        .example("\"monitoring\""),
        Key::new(
            "labels",
            Type::Table(&OBJECT_LABELS),
            "Labels by which the operator finds the objects.",
        )
        .example("{ release = \"kube-prometheus-stack\" }"),
        Key::new(
            "annotations",
            Type::Table(&OBJECT_ANNOTATIONS),
            "Annotations of every object.",
        )
        .example("{ \"example.com/source\" = \"aqua-alerts\" }"),
        Key::new("mimir", Type::Table(&target::MIMIR), "Of the target `mimir`."),
        Key::new("thanos", Type::Table(&target::THANOS), "Of the target `thanos`."),
        Key::new(
            "alertmanager-config",
            Type::Table(&target::ALERTMANAGER_CONFIG),
            "Of the target `alertmanager-config`.",
        ),
        Key::new("grafana", Type::Table(&target::SIDECAR), "Of the target `grafana`."),
        Key::new(
            "grafana-dashboard",
            Type::Table(&target::GRAFANA_DASHBOARD),
            "Of the target `grafana-dashboard`.",
        ),
    ],
    others: None,
};

static RUNBOOKS: Shape = Shape {
    name: "the runbooks",
    header: "[runbooks]",
    doc: "Where the runbooks are. With `url`, every alert gets the annotation \
          `runbook_url`: the address, the page and, where `runbook = \"page#anchor\"` names \
          one, the anchor.",
    keys: &[
        Key::new("url", text(&form::URL), "The address under which the pages are published.")
            .example("\"https://runbooks.example.com/\""),
        Key::new("source", text(&TEXT), "The folder with the pages as Markdown, for checking links.")
            .also(&["path", "folder", "directory"])
            .example("\"docs/runbooks\""),
        Key::new("page", text(&PARAMETRIC), "The page of an alert without `runbook`. `${alert.kebab}` is the alert's name as `api-down`.")
            .default("`\"${alert.kebab}\"`")
            .example("\"${alert.kebab}\""),
        Key::new("sections", Type::Array(&text(&form::SECTION)), "Headings that the page of every alert must have, with text below them; `runbooks new` writes them.")
            .default("none")
            .example("[\"Impact\", \"Diagnosis\", \"Mitigation\"]"),
        Key::new("online", Type::Table(&online::ONLINE), "How links of the web are asked for."),
    ],
    others: None,
};

static GRAFANA: Shape = Shape {
    name: "the Grafana",
    header: "[grafana]",
    doc: "Where dashboards are. With `url`, every alert gets the annotation \
          `dashboard_url`: the address of the panel that shows it, else of the dashboard \
          that shows most of the metrics that it looks at.",
    keys: &[Key::new(
        "url",
        text(&form::GRAFANA),
        "The address of Grafana; what follows `?` stays: `?orgId=2`.",
    )
    .example("\"https://grafana.example.com/\"")],
    others: None,
};

static SEVERITIES: Shape = Shape {
    name: "the table of severities",
    header: "[severity]",
    doc: "Severities. Built in are `critical`, which inhibits `warning`, `warning`, and \
          `business`, which has no rank.",
    keys: &[],
    others: Some(Others {
        what: "a severity",
        names: Names::Form(&form::SEVERITY_NAME),
        value: Type::Any(&[Type::Table(&SEVERITY_SHAPE), Type::Only(false)]),
        doc: "Declares a severity, or changes a built-in one; `false` drops it.",
        example: "info = {}",
        reserved: None,
    }),
};

static SEVERITY_SHAPE: Shape = Shape {
    name: "a severity",
    header: "[severity.<name>]",
    doc: "A severity: the label `severity` of its alerts, and a key under which an alert \
          has a tier.",
    keys: &[
        Key::new(
            "inhibits",
            Type::Array(&Type::Declared(SEVERITY)),
            "Severities of the same alert that are silent while this one fires.",
        )
        .example("[\"warning\"]"),
        Key::new(
            "requires",
            Type::Array(&Type::Choice(&[
                "summary",
                "description",
                "owner",
                "runbook",
                "test",
                "panel",
            ])),
            "What an alert of this severity must have.",
        )
        .example("[\"summary\", \"runbook\", \"test\"]"),
    ],
    others: None,
};

static OWNERS: Shape = Shape {
    name: "the table of owners",
    header: "[owner]",
    doc: "Owners.",
    keys: &[],
    others: Some(Others {
        what: "an owner",
        names: Names::Form(&form::NAME),
        value: Type::Table(&OWNER),
        doc: "Declares an owner.",
        example: "platform = { labels = { team = \"platform\" } }",
        reserved: None,
    }),
};

static OWNER: Shape = Shape {
    name: "an owner",
    header: "[owner.<name>]",
    doc: "Who answers an alert.",
    keys: &[
        Key::new("labels", Type::Table(&LABELS), "Labels of the owner's alerts.")
            .example("{ team = \"platform\" }"),
        Key::new(
            "annotations",
            Type::Table(&ANNOTATIONS),
            "Annotations of the owner's alerts.",
        )
        .example("{ contact = \"#platform\" }"),
    ],
    others: None,
};

static ENVIRONMENTS: Shape = Shape {
    name: "the table of environments",
    header: "[env]",
    doc: "Environments.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Form(&object_form::OBJECT_NAME),
        value: Type::Table(&ENVIRONMENT_SHAPE),
        doc: "Declares an environment.",
        example: "production = { let = { namespace = \"shop\" } }",
        reserved: None,
    }),
};

static ENVIRONMENT_SHAPE: Shape = Shape {
    name: "an environment",
    header: "[env.<name>]",
    doc: "An environment: one Prometheus server. What an alert says under `env.<name>` \
          holds in it.",
    keys: &[
        Key::new("like", Type::Declared(ENVIRONMENT), "The environment from which it inherits everything, the overrides of alerts included.")
            .example("\"production\""),
        Key::new("let", Type::Table(&LET), "Parameters. They give values to names that no file and no alert gives; `namespace` and `cluster` are built in.")
            .example("{ namespace = \"shop\" }"),
        Key::new("external_labels", Type::Table(&LABELS), "Labels that the server adds to everything it sends; `cluster` is also a parameter.")
            .example("{ cluster = \"prod-eu\" }"),
        Key::new("severities", Type::Array(&Type::Declared(SEVERITY)), "Only tiers of these severities, as written before any override under `env`; `true` under `env` brings an alert or a tier back.")
            .default("all")
            .example("[\"critical\"]"),
        Key::new("prometheus", Type::Table(&PROMETHEUS), "What differs from `[prometheus]`."),
        Key::new("build", Type::Table(&BUILD), "What differs from `[build]`."),
        Key::new("grafana", Type::Table(&GRAFANA), "What differs from `[grafana]`."),
    ],
    others: None,
};

static JOBS: Shape = Shape {
    name: "the table of jobs",
    header: "[job]",
    doc: "Jobs that somebody else scrapes.",
    keys: &[],
    others: Some(Others {
        what: "a job",
        names: Names::Form(&TEXT),
        value: Type::Table(&JOB),
        doc: "Declares a job.",
        example: "node-exporter = { interval = \"30s\" }",
        reserved: None,
    }),
};

static JOB: Shape = Shape {
    name: "a job",
    header: "[job.<name>]",
    doc: "A job that somebody else scrapes: known to the lints, without a monitor.",
    keys: &[Key::new("interval", INTERVAL, "How often it is scraped.").example("\"30s\"")],
    others: None,
};

/// An inhibition.
pub static INHIBIT: Shape = Shape {
    name: "an inhibition",
    header: "[[inhibit]]",
    doc: "While the source fires, the target is silent, where the labels `equal` are the \
          same in both.",
    keys: &[
        Key::new(
            "source",
            text(&TEXT),
            "The alert that inhibits: its name or a selector.",
        )
        .required()
        .example("\"NodeDown\""),
        Key::new(
            "target",
            text(&TEXT),
            "The alerts that are inhibited: a name or a selector.",
        )
        .required()
        .example("'{severity=\"warning\"}'"),
        Key::new(
            "equal",
            Type::Array(&text(&form::LABEL_NAME)),
            "Labels that must be equal in both; `[]` for none.",
        )
        .default("the labels that both have, inferred")
        .example("[\"node\"]"),
    ],
    others: None,
};

static DEFAULTS: Shape = Shape {
    name: "the defaults",
    header: "[defaults]",
    doc: "What holds for every alert of the project whose file, pack, definition or \
          environment does not say otherwise.",
    keys: &[
        alert::FOR,
        alert::KEEP_FIRING_FOR,
        alert::SEVERITY_KEY,
        alert::OWNER_KEY,
        alert::RUNBOOK,
        Key::new("labels", Type::Table(&RULE_LABELS), "Labels of every alert.")
            .example("{ product = \"shop\" }"),
        Key::new("annotations", Type::Table(&ANNOTATIONS), "Annotations of every alert."),
        Key::new("let", Type::Table(&LET), "Parameters of every alert and record."),
    ],
    others: None,
};
