//! Keys of services and endpoints: the Prometheus Operator's own names below the port.

use crate::doc::keys::{Key, Names, Others, PARAMETRIC, Shape, TEXT, Type};
use crate::spec::form;
use crate::spec::keys::{ENVIRONMENT, INTERVAL, text};

static PARAMETRIC_TEXT: Type = Type::Text(&PARAMETRIC);
static PLAIN_TEXT: Type = Type::Text(&TEXT);

const KIND: Key = Key::new("kind", Type::Choice(&["service", "pod"]), "How targets are found: through Services (a ServiceMonitor), or directly (`pod`, a PodMonitor).")
    .default("`\"service\"`")
    .example("\"pod\"");
const MATCH: Key = Key::new(
    "match",
    Type::Table(&MATCH_LABELS),
    "Labels that the Services, or Pods, must have.",
)
.example("{ app = \"api-service\" }");
const NAMESPACES: Key = Key::new(
    "namespaces",
    Type::Array(&PARAMETRIC_TEXT),
    "Namespaces in which they are looked for; `[\"*\"]` for all.",
)
.default("`[\"${namespace}\"]`, where that parameter has a value; else the monitor's own")
.example("[\"${namespace}\"]");
const ENDPOINT_KEY: Key =
    Key::new("endpoint", Type::Table(&ENDPOINTS), "The ports that are scraped.");
const TARGET_LABELS: Key = Key::new(
    "targetLabels",
    Type::Array(&PLAIN_TEXT),
    "Labels of the Service that its series get.",
)
.example("[\"team\"]");
const POD_TARGET_LABELS: Key = Key::new(
    "podTargetLabels",
    Type::Array(&PLAIN_TEXT),
    "Labels of the Pod that its series get.",
)
.example("[\"version\"]");
const SAMPLE_LIMIT: Key = Key::new(
    "sampleLimit",
    Type::Integer(0, i64::MAX),
    "The most samples that one scrape may give.",
)
.example("10000");
const TARGET_LIMIT: Key =
    Key::new("targetLimit", Type::Integer(0, i64::MAX), "The most targets.")
        .example("50");
const LABEL_LIMIT: Key = Key::new(
    "labelLimit",
    Type::Integer(0, i64::MAX),
    "The most labels that a series may have.",
)
.example("50");
const ATTACH_METADATA: Key =
    Key::new("attachMetadata", Type::Anything, "Metadata that relabelings may use.")
        .example("{ node = true }");

/// A service.
pub static SERVICE: Shape = Shape {
    name: "a service",
    header: "[service.<name>]",
    doc: "A service that is scraped: a ServiceMonitor or PodMonitor. The service's name is \
          the label `job` of its series, pinned by a relabeling.",
    keys: &[
        Key { required: true, ..MATCH },
        KIND,
        NAMESPACES,
        Key { required: true, example: "{ metrics = {} }", ..ENDPOINT_KEY },
        TARGET_LABELS,
        POD_TARGET_LABELS,
        SAMPLE_LIMIT,
        TARGET_LIMIT,
        LABEL_LIMIT,
        ATTACH_METADATA,
        Key::new("env", Type::Table(&ENVS), "What differs in an environment."),
    ],
    others: None,
};

/// Keys of [`SERVICE`] that are passed on under their own names.
pub const PASSED_ON: &[&str] = &[
    "targetLabels",
    "podTargetLabels",
    "sampleLimit",
    "targetLimit",
    "labelLimit",
    "attachMetadata",
];

static MATCH_LABELS: Shape = Shape {
    name: "the labels of a service",
    header: "match",
    doc: "Labels and their values.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&form::OBJECT_KEY),
        value: Type::Any(&[Type::Text(&PARAMETRIC), Type::Only(false)]),
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
    keys: &[
        KIND,
        MATCH,
        NAMESPACES,
        ENDPOINT_KEY,
        TARGET_LABELS,
        POD_TARGET_LABELS,
        SAMPLE_LIMIT,
        TARGET_LIMIT,
        LABEL_LIMIT,
        ATTACH_METADATA,
    ],
    others: None,
};

static ENDPOINTS: Shape = Shape {
    name: "the table of endpoints",
    header: "[service.<name>.endpoint]",
    doc: "Endpoints by port.",
    keys: &[],
    others: Some(Others {
        what: "a port",
        names: Names::Form(&form::PORT),
        value: Type::Any(&[Type::Boolean, Type::Table(&ENDPOINT)]),
        doc: "The port, by its name in the Service (or Pod), or by its number; `false` drops \
              it, `true` is one with nothing but defaults.",
        example: "metrics = { interval = \"15s\" }",
        reserved: None,
    }),
};

/// An endpoint.
pub static ENDPOINT: Shape = Shape {
    name: "an endpoint",
    header: "[service.<name>.endpoint.<port>]",
    doc: "A port that is scraped. Its fields are those of the Prometheus Operator's \
          Endpoint, under their own names.",
    keys: &[
        Key::new("path", text(&TEXT), "The path of the metrics.").default("`\"/metrics\"`").example("\"/metrics\""),
        Key::new("scheme", Type::Choice(&["http", "https"]), "The protocol.").default("`\"http\"`").example("\"https\""),
        Key::new("interval", INTERVAL, "How often it is scraped.").default("the server's").example("\"15s\""),
        Key::new("scrapeTimeout", INTERVAL, "How long a scrape may take.").default("the server's").example("\"10s\""),
        Key::new("params", Type::Table(&PARAMS), "Parameters of the request.").example("{ module = [\"http_2xx\"] }"),
        Key::new("relabelings", Type::Array(&Type::Table(&RELABELING)), "Changes of the target's labels.")
            .example("[{ sourceLabels = [\"__meta_kubernetes_pod_node_name\"], targetLabel = \"node\" }]"),
        Key::new("metricRelabelings", Type::Array(&Type::Table(&RELABELING)), "Changes of the series' labels, and which series are kept.")
            .example("[{ sourceLabels = [\"__name__\"], regex = \"go_.*\", action = \"drop\" }]"),
        Key::new("honorLabels", Type::Boolean, "Labels of the series win over those of the target.").default("`false`").example("true"),
        Key::new("honorTimestamps", Type::Boolean, "Timestamps of the samples are kept.").default("`true`").example("false"),
        Key::new("followRedirects", Type::Boolean, "Redirects are followed.").default("`true`").example("false"),
        Key::new("enableHttp2", Type::Boolean, "HTTP/2 is used where the target offers it.").default("`true`").example("false"),
        Key::new("proxyUrl", text(&TEXT), "A proxy.").example("\"http://proxy:3128\""),
        Key::new("authorization", Type::Anything, "The operator's `authorization`.")
            .example("{ credentials = { name = \"token\", key = \"token\" } }"),
        Key::new("basicAuth", Type::Anything, "The operator's `basicAuth`.")
            .example("{ username = { name = \"auth\", key = \"user\" }, password = { name = \"auth\", key = \"password\" } }"),
        Key::new("tlsConfig", Type::Anything, "The operator's `tlsConfig`.").example("{ insecureSkipVerify = true }"),
    ],
    others: None,
};

static PARAMS: Shape = Shape {
    name: "the parameters of a request",
    header: "params",
    doc: "Parameters of the request and their values.",
    keys: &[],
    others: Some(Others {
        what: "a parameter of the request",
        names: Names::Form(&TEXT),
        value: Type::Array(&Type::Text(&PARAMETRIC)),
        doc: "The values of the parameter of that name.",
        example: "module = [\"http_2xx\"]",
        reserved: None,
    }),
};

static RELABELING: Shape = Shape {
    name: "a relabeling",
    header: "relabelings = [{ … }]",
    doc: "A step that changes labels, as in Prometheus's `relabel_config`.",
    keys: &[
        Key::new(
            "sourceLabels",
            Type::Array(&text(&form::ANY_LABEL_NAME)),
            "Labels whose values are joined.",
        )
        .example("[\"__name__\"]"),
        Key::new("separator", text(&TEXT), "What stands between them.")
            .default("`\";\"`")
            .example("\"/\""),
        Key::new("regex", text(&PARAMETRIC), "What they must match.")
            .default("`\"(.*)\"`")
            .example("\"go_.*\""),
        Key::new("modulus", Type::Integer(0, i64::MAX), "The modulus of `hashmod`.")
            .example("8"),
        Key::new("targetLabel", text(&PARAMETRIC), "The label that is written.")
            .example("\"node\""),
        Key::new("replacement", text(&PARAMETRIC), "Its value; `$1` is the first group.")
            .default("`\"$1\"`")
            .example("\"$1\""),
        Key::new("action", Type::Choice(ACTIONS), "What is done.")
            .default("`\"replace\"`")
            .example("\"drop\""),
    ],
    others: None,
};

const ACTIONS: &[&str] = &[
    "replace",
    "keep",
    "drop",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
    "keepequal",
    "dropequal",
    "Replace",
    "Keep",
    "Drop",
    "HashMod",
    "LabelMap",
    "LabelDrop",
    "LabelKeep",
    "Lowercase",
    "Uppercase",
    "KeepEqual",
    "DropEqual",
];
