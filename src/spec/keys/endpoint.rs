//! Keys of endpoints: the Prometheus Operator's own names below the port.

use crate::doc::keys::{Key, Names, Others, Shape, Type};
use crate::spec::form;
use crate::spec::keys::http;
use crate::spec::keys::scrape::{self, MAYBE_WORD, PARAMS, RELABELINGS};
use crate::spec::keys::text;

/// Endpoints by port.
pub(super) static ENDPOINTS: Shape = Shape {
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
          Endpoint (v0.93), under their own names. In an override a field that is a table \
          merges, and `false` drops one.",
    keys: &[
        Key::new(
            "port",
            Type::Any(&[text(&form::PORT_NAME), Type::Only(false)]),
            "The port's name, where the endpoint's key is not it: for two endpoints of one port.",
        )
        .default("the endpoint's key")
        .example("\"metrics\""),
        Key::new(
            "targetPort",
            Type::Any(&[
                Type::Integer(1, 65_535),
                text(&form::PORT_NAME),
                Type::Only(false),
            ]),
            "The container's port by number or name, where the endpoint's key is not it.",
        )
        .example("8000"),
        Key::new(
            "portNumber",
            Type::Any(&[Type::Integer(1, 65_535), Type::Only(false)]),
            "The same for a PodMonitor, which alone has it.",
        )
        .example("8000"),
        Key::new("path", MAYBE_WORD, "The path of the metrics.")
            .default("`\"/metrics\"`")
            .example("\"/metrics\""),
        Key::new("scheme", SCHEME, "The protocol.")
            .default("`\"http\"`")
            .example("\"https\""),
        scrape::INTERVAL_KEY,
        scrape::SCRAPE_TIMEOUT,
        Key::new(
            "params",
            Type::Any(&[Type::Table(&PARAMS), Type::Only(false)]),
            "Parameters of the request.",
        )
        .example("{ module = [\"http_2xx\"] }"),
        Key::new("relabelings", RELABELINGS, "Changes of the target's labels.").example(
            "[{ sourceLabels = [\"__meta_kubernetes_pod_node_name\"], targetLabel = \"node\" }]",
        ),
        scrape::METRIC_RELABELINGS,
        Key::new(
            "honorLabels",
            Type::Boolean,
            "Labels of the series win over those of the target.",
        )
        .default("`false`")
        .example("true"),
        Key::new("honorTimestamps", Type::Boolean, "Timestamps of the samples are kept.")
            .default("`true`")
            .example("false"),
        Key::new(
            "trackTimestampsStaleness",
            Type::Boolean,
            "Series with timestamps end as soon as they are missing.",
        )
        .default("`false`")
        .example("true"),
        Key::new("filterRunning", Type::Boolean, "Pods that do not run are left out.")
            .default("`true`")
            .example("false"),
        http::FOLLOW_REDIRECTS,
        http::ENABLE_HTTP2,
        http::AUTHORIZATION,
        http::BASIC_AUTH,
        http::OAUTH2,
        http::BEARER_TOKEN_SECRET,
        http::BEARER_TOKEN_FILE,
        http::TLS_CONFIG_WITH_FILES,
        http::PROXY_URL,
        http::NO_PROXY,
        http::PROXY_FROM_ENVIRONMENT,
        http::PROXY_CONNECT_HEADER,
    ],
    others: None,
};

/// A protocol, as the operator writes it.
pub(super) const SCHEME: Type =
    Type::Any(&[Type::Choice(&["http", "https", "HTTP", "HTTPS"]), Type::Only(false)]);
