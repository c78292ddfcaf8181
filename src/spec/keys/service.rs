//! Keys of services: the Prometheus Operator's own names and types (v0.93), with the
//! labels of its selector as `match`, its namespaces and its endpoints by port.

use crate::doc::keys::{Key, Names, Others, Shape, Type, joined};
use crate::spec::keys::endpoint::ENDPOINTS;
use crate::spec::keys::scrape::{self, EXPRESSIONS, MAYBE_WORDS};
use crate::spec::keys::{ENVIRONMENT, text};
use crate::spec::object_form;

const KIND: Key = Key::new("kind", Type::Choice(&["service", "pod"]), "How targets are found: through Services (a ServiceMonitor), or directly (`pod`, a PodMonitor).")
    .default("`\"service\"`")
    .example("\"pod\"");
const MATCH: Key = Key::new(
    "match",
    Type::Table(&MATCH_LABELS),
    "Labels that the Services, or Pods, must have.",
)
.also(&["selector", "matchLabels"])
.example("{ app = \"api-service\" }");
const NAMESPACES_TYPE: Type = Type::Array(&text(&object_form::NAMESPACES));
const NAMESPACES: Key = Key::new(
    "namespaces",
    NAMESPACES_TYPE,
    "Namespaces in which they are looked for; `[\"*\"]` for all.",
)
.default("`[\"${namespace}\"]`, where that parameter has a value; else the monitor's own")
.example("[\"${namespace}\"]");
const ENDPOINT_KEY: Key =
    Key::new("endpoint", Type::Table(&ENDPOINTS), "The ports that are scraped.");
const MATCH_EXPRESSIONS: Key =
    Key::new("matchExpressions", EXPRESSIONS, "Further conditions on their labels.")
        .example("[{ key = \"tier\", operator = \"NotIn\", values = [\"canary\"] }]");
const TARGET_LABELS: Key = Key::new(
    "targetLabels",
    MAYBE_WORDS,
    "Labels of the Service that its series get; not in PodMonitors.",
)
.example("[\"team\"]");
const POD_TARGET_LABELS: Key =
    Key::new("podTargetLabels", MAYBE_WORDS, "Labels of the Pod that its series get.")
        .example("[\"version\"]");
const BODY_SIZE_LIMIT_TYPE: Type =
    Type::Any(&[text(&object_form::SIZE), Type::Only(false)]);
const BODY_SIZE_LIMIT: Key = Key::new(
    "bodySizeLimit",
    BODY_SIZE_LIMIT_TYPE,
    "The longest answer, before it is unpacked.",
)
.example("\"10MB\"");
const ATTACH_METADATA_TYPE: Type =
    Type::Any(&[Type::Table(&METADATA), Type::Only(false)]);
const ATTACH_METADATA: Key = Key::new(
    "attachMetadata",
    ATTACH_METADATA_TYPE,
    "Metadata that relabelings may use.",
)
.example("{ node = true }");
const SELECTOR_MECHANISM_TYPE: Type =
    Type::Any(&[Type::Choice(&["RelabelConfig", "RoleSelector"]), Type::Only(false)]);
const SELECTOR_MECHANISM: Key = Key::new(
    "selectorMechanism",
    SELECTOR_MECHANISM_TYPE,
    "Who looks at the labels: Prometheus, or the API server (`RoleSelector`).",
)
.default("`\"RelabelConfig\"`")
.example("\"RoleSelector\"");
const SERVICE_DISCOVERY_ROLE_TYPE: Type =
    Type::Any(&[Type::Choice(&["Endpoints", "EndpointSlice"]), Type::Only(false)]);
const SERVICE_DISCOVERY_ROLE: Key = Key::new(
    "serviceDiscoveryRole",
    SERVICE_DISCOVERY_ROLE_TYPE,
    "By which objects targets are found; not in PodMonitors.",
)
.default("that of the Prometheus object")
.example("\"EndpointSlice\"");

/// Keys that a service and its override take alike, between others.
const OF_TARGETS: &[Key] = &[TARGET_LABELS, POD_TARGET_LABELS];
const OF_DISCOVERY: &[Key] =
    &[SELECTOR_MECHANISM, SERVICE_DISCOVERY_ROLE, ATTACH_METADATA];

static SERVICE_KEYS: [Key; 26] = joined(&[
    &[
        Key { required: true, ..MATCH },
        MATCH_EXPRESSIONS,
        KIND,
        NAMESPACES,
        Key { required: true, example: "{ metrics = {} }", ..ENDPOINT_KEY },
    ],
    OF_TARGETS,
    scrape::LIMITS,
    &[BODY_SIZE_LIMIT],
    scrape::PROTOCOLS,
    OF_DISCOVERY,
    &[Key::new("env", Type::Table(&ENVS), "What differs in an environment.")],
]);

static OVERRIDE_KEYS: [Key; 25] = joined(&[
    &[KIND, MATCH, MATCH_EXPRESSIONS, NAMESPACES, ENDPOINT_KEY],
    OF_TARGETS,
    scrape::LIMITS,
    &[BODY_SIZE_LIMIT],
    scrape::PROTOCOLS,
    OF_DISCOVERY,
]);

/// A service.
pub static SERVICE: Shape = Shape {
    name: "a service",
    header: "[service.<name>]",
    doc: "A service that is scraped: a ServiceMonitor or PodMonitor. The service's name is \
          the label `job` of its series, pinned by a relabeling. Keys with capitals are the \
          Prometheus Operator's own (v0.93); `false` drops one in an override.",
    keys: &SERVICE_KEYS,
    others: None,
};

/// Keys of [`SERVICE`] that are not passed on under their own names.
pub const OWN: &[&str] = &["match", "kind", "namespaces", "endpoint", "env"];

static METADATA: Shape = Shape {
    name: "the metadata of targets",
    header: "attachMetadata = { … }",
    doc: "Metadata that relabelings may use.",
    keys: &[Key::new(
        "node",
        Type::Boolean,
        "That of the node, as `__meta_kubernetes_node_…`.",
    )
    .default("`false`")
    .example("true")],
    others: None,
};

/// Labels of a selector.
pub(super) static MATCH_LABELS: Shape = Shape {
    name: "the labels of a service",
    header: "match",
    doc: "Labels and their values.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&object_form::OBJECT_KEY),
        value: Type::Any(&[text(&object_form::LABEL_VALUE), Type::Only(false)]),
        doc: "The value that the label must have; `false` drops it.",
        example: "app = \"api-service\"",
        reserved: Some(|| &SERVICE),
    }),
};

static ENVS: Shape = Shape {
    name: "the overrides of a service by environment",
    header: "[service.<name>.env]",
    doc: "What differs in an environment.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared(ENVIRONMENT),
        value: Type::Any(&[Type::Boolean, Type::Table(&OVERRIDE)]),
        doc: "A table merges, `false` drops the service there.",
        example: "staging.endpoint.metrics.interval = \"60s\"",
        reserved: None,
    }),
};

/// An override of a service.
pub static OVERRIDE: Shape = Shape {
    name: "an override of a service",
    header: "[service.<name>.env.<env>]",
    doc: "Keys of the service with other values.",
    keys: &OVERRIDE_KEYS,
    others: None,
};
