//! Keys of probes: targets that an exporter asks on behalf of Prometheus, under the
//! Prometheus Operator's own names (v0.93).

use crate::doc::keys::{Key, Names, Others, Shape, Type, joined};
use crate::spec::form;
use crate::spec::keys::endpoint::SCHEME;
use crate::spec::keys::scrape::{
    self, EXPRESSIONS, MAYBE_WORD, MAYBE_WORDS, PARAMS, RELABELINGS,
};
use crate::spec::keys::service::MATCH_LABELS;
use crate::spec::keys::{ENVIRONMENT, http, text};
use crate::spec::object_form;

const PROBER: Key = Key::new(
    "prober",
    Type::Table(&PROBER_SHAPE),
    "The exporter that asks the targets, such as the blackbox exporter.",
)
.example("{ url = \"blackbox-exporter:9115\" }");
const MODULE: Key = Key::new("module", MAYBE_WORD, "The exporter's module.")
    .default("the exporter's own")
    .example("\"http_2xx\"");
const TARGETS: Key = Key::new("targets", Type::Table(&TARGETS_SHAPE), "What is asked.")
    .example("{ staticConfig = { static = [\"https://api.example.com\"] } }");
const PARAMS_KEY_TYPE: Type = Type::Any(&[Type::Table(&PARAMS), Type::Only(false)]);
const PARAMS_KEY: Key = Key::new(
    "params",
    PARAMS_KEY_TYPE,
    "Further parameters of the request to the exporter.",
)
.example("{ hostname = [\"api.example.com\"] }");

/// Keys that a probe and its override take alike.
const SHARED: &[Key] = &[
    scrape::INTERVAL_KEY,
    scrape::SCRAPE_TIMEOUT,
    PARAMS_KEY,
    scrape::METRIC_RELABELINGS,
    http::AUTHORIZATION,
    http::BASIC_AUTH,
    http::OAUTH2,
    http::BEARER_TOKEN_SECRET,
    http::TLS_CONFIG,
    http::FOLLOW_REDIRECTS,
    http::ENABLE_HTTP2,
];

static PROBE_KEYS: [Key; 29] = joined(&[
    &[Key { required: true, ..PROBER }, MODULE, Key { required: true, ..TARGETS }],
    SHARED,
    scrape::LIMITS,
    scrape::PROTOCOLS,
    &[Key::new("env", Type::Table(&ENVS), "What differs in an environment.")],
]);

static OVERRIDE_KEYS: [Key; 28] =
    joined(&[&[PROBER, MODULE, TARGETS], SHARED, scrape::LIMITS, scrape::PROTOCOLS]);

/// A probe.
pub static PROBE: Shape = Shape {
    name: "a probe",
    header: "[probe.<name>]",
    doc: "Targets that an exporter asks: a Probe. The probe's name is the label `job` of its \
          series; `instance` is the target as it stands here, or the Ingress's address.",
    keys: &PROBE_KEYS,
    others: None,
};

static ENVS: Shape = Shape {
    name: "the overrides of a probe by environment",
    header: "[probe.<name>.env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&OVERRIDE)]),
        doc: "A table merges, `false` drops the probe there.",
        example: "staging.interval = \"5m\"",
        reserved: None,
    }),
};

/// An override of a probe.
pub static OVERRIDE: Shape = Shape {
    name: "an override of a probe",
    header: "[probe.<name>.env.<env>]",
    doc: "Keys of the probe with other values.",
    keys: &OVERRIDE_KEYS,
    others: None,
};

static PROBER_SHAPE: Shape = Shape {
    name: "a prober",
    header: "prober = { … }",
    doc: "The exporter that asks the targets.",
    keys: &[
        Key::new(
            "url",
            Type::Any(&[text(&object_form::HOST), Type::Only(false)]),
            "Its host and port; needed.",
        )
        .example("\"blackbox-exporter.monitoring:9115\""),
        Key::new("scheme", SCHEME, "Its protocol.")
            .default("`\"http\"`")
            .example("\"https\""),
        Key::new("path", MAYBE_WORD, "Its path.")
            .default("`\"/probe\"`")
            .example("\"/probe\""),
        http::PROXY_URL,
        http::NO_PROXY,
        http::PROXY_FROM_ENVIRONMENT,
        http::PROXY_CONNECT_HEADER,
    ],
    others: None,
};

static TARGETS_SHAPE: Shape = Shape {
    name: "the targets of a probe",
    header: "targets = { … }",
    doc: "A list, or the addresses of Ingresses.",
    keys: &[
        Key::new(
            "staticConfig",
            Type::Any(&[Type::Table(&STATIC), Type::Only(false)]),
            "A list.",
        )
        .example("{ static = [\"https://api.example.com\"] }"),
        Key::new(
            "ingress",
            Type::Any(&[Type::Table(&INGRESS), Type::Only(false)]),
            "The addresses of Ingresses.",
        )
        .example("{ selector = { matchLabels = { app = \"api\" } } }"),
    ],
    others: None,
};

static STATIC: Shape = Shape {
    name: "a list of targets",
    header: "staticConfig = { … }",
    doc: "Targets, and labels that their series get; they have a label `namespace`, that of \
          the objects, unless `labels` gives another.",
    keys: &[
        Key::new("static", MAYBE_WORDS, "The targets.")
            .example("[\"https://api.example.com\"]"),
        Key::new("labels", Type::Table(&STATIC_LABELS), "Labels of their series.")
            .example("{ namespace = \"${namespace}\" }"),
        Key::new("relabelingConfigs", RELABELINGS, "Changes of the targets' labels.")
            .example("[{ sourceLabels = [\"instance\"], targetLabel = \"host\" }]"),
    ],
    others: None,
};

static STATIC_LABELS: Shape = Shape {
    name: "the labels of targets",
    header: "labels",
    doc: "Labels and their values.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&form::FREE_LABEL_NAME),
        value: text(&crate::doc::keys::PARAMETRIC),
        doc: "The value of the label of that name.",
        example: "team = \"platform\"",
        reserved: None,
    }),
};

static INGRESS: Shape = Shape {
    name: "a choice of Ingresses",
    header: "ingress = { … }",
    doc: "Ingresses by labels: each host with each path is a target.",
    keys: &[
        Key::new("selector", Type::Table(&SELECTOR), "Labels that they must have.")
            .example("{ matchLabels = { app = \"api\" } }"),
        Key::new(
            "namespaceSelector",
            Type::Table(&NAMESPACES),
            "Namespaces in which they are looked for.",
        )
        .default("that of the objects")
        .example("{ matchNames = [\"${namespace}\"] }"),
        Key::new("relabelingConfigs", RELABELINGS, "Changes of the targets' labels.")
            .example("[{ sourceLabels = [\"ingress\"], targetLabel = \"site\" }]"),
    ],
    others: None,
};

static SELECTOR: Shape = Shape {
    name: "a selector",
    header: "selector = { … }",
    doc: "Conditions on the labels of objects; all must hold.",
    keys: &[
        Key::new("matchLabels", Type::Table(&MATCH_LABELS), "Labels and their values.")
            .example("{ app = \"api\" }"),
        Key::new("matchExpressions", EXPRESSIONS, "Further conditions.")
            .example("[{ key = \"app\", operator = \"Exists\" }]"),
    ],
    others: None,
};

static NAMESPACES: Shape = Shape {
    name: "a choice of namespaces",
    header: "namespaceSelector = { … }",
    doc: "Namespaces by name, or all of them.",
    keys: &[
        Key::new("any", Type::Boolean, "All namespaces.")
            .default("`false`")
            .example("true"),
        Key::new("matchNames", MAYBE_WORDS, "The namespaces.")
            .example("[\"${namespace}\"]"),
    ],
    others: None,
};
