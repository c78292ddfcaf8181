//! Keys that services, endpoints and probes share: the Prometheus Operator's own names
//! and types (v0.93). In a layer above another, `false` drops what is not a switch.

use crate::doc::keys::{FINITE, Key, Names, Others, PARAMETRIC, Shape, Type};
use crate::spec::keys::{INTERVAL, text};
use crate::spec::object_form;

/// A number that counts something.
pub(super) const COUNT: Type = Type::Integer(0, i64::MAX);
/// A count, or `false`.
pub(super) const MAYBE_COUNT: Type = Type::Any(&[COUNT, Type::Only(false)]);
/// A duration above zero, or `false`.
pub(super) const MAYBE_INTERVAL: Type = Type::Any(&[INTERVAL, Type::Only(false)]);
/// Text that is not empty, or `false`.
pub(super) const MAYBE_WORD: Type =
    Type::Any(&[text(&object_form::WORD), Type::Only(false)]);
/// Texts that are not empty, or `false`.
pub(super) const MAYBE_WORDS: Type =
    Type::Any(&[Type::Array(&text(&object_form::WORD)), Type::Only(false)]);
/// An address of a proxy, or `false`.
pub(super) const MAYBE_PROXY: Type =
    Type::Any(&[text(&object_form::PROXY_URL), Type::Only(false)]);

const PROTOCOL: Type = Type::Choice(&[
    "PrometheusProto",
    "OpenMetricsText0.0.1",
    "OpenMetricsText1.0.0",
    "PrometheusText0.0.4",
    "PrometheusText1.0.0",
]);

/// `interval`
pub(super) const INTERVAL_KEY: Key =
    Key::new("interval", MAYBE_INTERVAL, "How often it is scraped.")
        .default("the server's")
        .example("\"15s\"");
/// `scrapeTimeout`
pub(super) const SCRAPE_TIMEOUT: Key = Key::new(
    "scrapeTimeout",
    MAYBE_INTERVAL,
    "How long a scrape may take; not longer than the interval.",
)
.default("the server's")
.example("\"10s\"");
/// `metricRelabelings`
pub(super) const METRIC_RELABELINGS: Key = Key::new(
    "metricRelabelings",
    RELABELINGS,
    "Changes of the series' labels, and which series are kept.",
)
.example("[{ sourceLabels = [\"__name__\"], regex = \"go_.*\", action = \"drop\" }]");
/// `sampleLimit`
pub(super) const SAMPLE_LIMIT: Key =
    Key::new("sampleLimit", MAYBE_COUNT, "The most samples that one scrape may give.")
        .example("10000");
/// `targetLimit`
pub(super) const TARGET_LIMIT: Key =
    Key::new("targetLimit", MAYBE_COUNT, "The most targets.").example("50");
/// `labelLimit`
pub(super) const LABEL_LIMIT: Key =
    Key::new("labelLimit", MAYBE_COUNT, "The most labels that a series may have.")
        .example("50");
/// `labelNameLengthLimit`
pub(super) const LABEL_NAME_LENGTH_LIMIT: Key =
    Key::new("labelNameLengthLimit", MAYBE_COUNT, "The longest name of a label.")
        .example("100");
/// `labelValueLengthLimit`
pub(super) const LABEL_VALUE_LENGTH_LIMIT: Key =
    Key::new("labelValueLengthLimit", MAYBE_COUNT, "The longest value of a label.")
        .example("500");
/// `keepDroppedTargets`
pub(super) const KEEP_DROPPED_TARGETS: Key = Key::new(
    "keepDroppedTargets",
    MAYBE_COUNT,
    "How many targets that relabelings dropped the server remembers.",
)
.example("100");
const SCRAPE_PROTOCOLS_TYPE: Type =
    Type::Any(&[Type::Array(&PROTOCOL), Type::Only(false)]);
/// `scrapeProtocols`
pub(super) const SCRAPE_PROTOCOLS: Key = Key::new(
    "scrapeProtocols",
    SCRAPE_PROTOCOLS_TYPE,
    "The formats that are asked for, the best first.",
)
.default("the server's")
.example("[\"PrometheusProto\", \"OpenMetricsText1.0.0\"]");
const FALLBACK_SCRAPE_PROTOCOL_TYPE: Type = Type::Any(&[PROTOCOL, Type::Only(false)]);
/// `fallbackScrapeProtocol`
pub(super) const FALLBACK_SCRAPE_PROTOCOL: Key = Key::new(
    "fallbackScrapeProtocol",
    FALLBACK_SCRAPE_PROTOCOL_TYPE,
    "The format of an answer that does not name one.",
)
.example("\"PrometheusText0.0.4\"");
/// `scrapeClass`
pub(super) const SCRAPE_CLASS: Key =
    Key::new("scrapeClass", MAYBE_WORD, "A scrape class of the Prometheus object.")
        .example("\"istio-mtls\"");
/// `scrapeNativeHistograms`
pub(super) const SCRAPE_NATIVE_HISTOGRAMS: Key =
    Key::new("scrapeNativeHistograms", Type::Boolean, "Native histograms are taken.")
        .default("the server's")
        .example("true");
/// `scrapeClassicHistograms`
pub(super) const SCRAPE_CLASSIC_HISTOGRAMS: Key = Key::new(
    "scrapeClassicHistograms",
    Type::Boolean,
    "Classic histograms are taken beside native ones of the same name.",
)
.default("`false`")
.example("true");
/// `convertClassicHistogramsToNHCB`
pub(super) const CONVERT_CLASSIC_HISTOGRAMS: Key = Key::new(
    "convertClassicHistogramsToNHCB",
    Type::Boolean,
    "Classic histograms become native ones with their buckets.",
)
.default("`false`")
.example("true");
/// `nativeHistogramBucketLimit`
pub(super) const BUCKET_LIMIT: Key = Key::new(
    "nativeHistogramBucketLimit",
    MAYBE_COUNT,
    "The most buckets of a native histogram; buckets are merged above it.",
)
.example("160");
const MIN_BUCKET_FACTOR_TYPE: Type = Type::Any(&[FINITE, Type::Only(false)]);
/// `nativeHistogramMinBucketFactor`
pub(super) const MIN_BUCKET_FACTOR: Key = Key::new(
    "nativeHistogramMinBucketFactor",
    MIN_BUCKET_FACTOR_TYPE,
    "Buckets of native histograms grow at least by this factor.",
)
.example("1.1");

/// The most that is taken of targets and labels.
pub(super) const LIMITS: &[Key] = &[
    SAMPLE_LIMIT,
    TARGET_LIMIT,
    LABEL_LIMIT,
    LABEL_NAME_LENGTH_LIMIT,
    LABEL_VALUE_LENGTH_LIMIT,
];

/// How targets are asked, and what becomes of their histograms.
pub(super) const PROTOCOLS: &[Key] = &[
    KEEP_DROPPED_TARGETS,
    SCRAPE_PROTOCOLS,
    FALLBACK_SCRAPE_PROTOCOL,
    SCRAPE_CLASS,
    SCRAPE_NATIVE_HISTOGRAMS,
    SCRAPE_CLASSIC_HISTOGRAMS,
    CONVERT_CLASSIC_HISTOGRAMS,
    BUCKET_LIMIT,
    MIN_BUCKET_FACTOR,
];

/// Steps that change labels.
pub(super) const RELABELINGS: Type =
    Type::Any(&[Type::Array(&Type::Table(&RELABELING)), Type::Only(false)]);

/// A relabeling.
pub static RELABELING: Shape = Shape {
    name: "a relabeling",
    header: "relabelings = [{ … }]",
    doc: "A step that changes labels, as in Prometheus's `relabel_config`. What the action \
          needs must be there, and what it does not look at must not.",
    keys: &[
        Key::new(
            "sourceLabels",
            Type::Array(&text(&object_form::WORD)),
            "Labels whose values are joined.",
        )
        .example("[\"__name__\"]"),
        Key::new("separator", text(&PARAMETRIC), "What stands between them.")
            .default("`\";\"`")
            .example("\"/\""),
        Key::new("regex", text(&PARAMETRIC), "What they must match, as a whole.")
            .default("`\"(.*)\"`")
            .example("\"go_.*\""),
        Key::new("modulus", COUNT, "The modulus of `hashmod`.").example("8"),
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

/// Conditions on labels of objects.
pub(super) const EXPRESSIONS: Type =
    Type::Any(&[Type::Array(&Type::Table(&EXPRESSION)), Type::Only(false)]);

static EXPRESSION: Shape = Shape {
    name: "a condition on a label",
    header: "matchExpressions = [{ … }]",
    doc: "A condition on a label of an object, as in a Kubernetes selector.",
    keys: &[
        Key::new("key", text(&object_form::OBJECT_KEY), "The label.")
            .required()
            .example("\"app\""),
        Key::new(
            "operator",
            Type::Choice(&["In", "NotIn", "Exists", "DoesNotExist"]),
            "What must hold.",
        )
        .required()
        .example("\"In\""),
        Key::new(
            "values",
            Type::Array(&text(&object_form::LABEL_VALUE)),
            "The values of `In` and `NotIn`.",
        )
        .example("[\"api\", \"web\"]"),
    ],
    others: None,
};

/// Parameters of a request.
pub(super) static PARAMS: Shape = Shape {
    name: "the parameters of a request",
    header: "params",
    doc: "Parameters of the request and their values.",
    keys: &[],
    others: Some(Others {
        what: "a parameter of the request",
        names: Names::Form(&object_form::NAME),
        value: Type::Any(&[Type::Array(&Type::Text(&PARAMETRIC)), Type::Only(false)]),
        doc: "The values of the parameter of that name; `false` drops it.",
        example: "module = [\"http_2xx\"]",
        reserved: None,
    }),
};
