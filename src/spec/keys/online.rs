//! Keys of the manifest about links of the web.

use crate::doc::keys::{Key, Names, Others, PARAMETRIC, Shape, TEXT, Type};
use crate::spec::form;
use crate::spec::keys::{DURATION, INTERVAL, text};

/// How links are looked at.
pub static ONLINE: Shape = Shape {
    name: "the links of the web",
    header: "[runbooks.online]",
    doc: "How `aqua-alerts runbooks --online` asks for links: those of annotations, of \
          dashboards and of runbook pages. Proxies are taken from `HTTPS_PROXY`, \
          `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.",
    keys: &[
        Key::new("timeout", INTERVAL, "The longest time for one request.")
            .default("`\"10s\"`")
            .example("\"20s\""),
        Key::new("total", INTERVAL, "The longest time for all links; what is left is not judged.")
            .default("`\"10m\"`")
            .example("\"5m\""),
        Key::new("cache", DURATION, "For how long a link that was good is not asked for again; `\"0\"` keeps nothing.")
            .default("`\"1d\"`")
            .example("\"12h\""),
        Key::new("concurrency", Type::Integer(1, 128), "The most requests at once.")
            .default("`16`")
            .example("32"),
        Key::new("per_host", Type::Integer(1, 32), "The most requests at once to one host.")
            .default("`2`")
            .example("4"),
        Key::new("pause", DURATION, "The least time between two requests to one host.")
            .default("`\"100ms\"`")
            .example("\"1s\""),
        Key::new("retries", Type::Integer(0, 10), "How often a request is sent again after a failure that may pass, with growing waits or those of `Retry-After`.")
            .default("`2`")
            .example("3"),
        Key::new("redirects", Type::Integer(0, 20), "The most redirects of one link.")
            .default("`5`")
            .example("3"),
        Key::new("allow_private", Type::Array(&text(&form::HOST)), "Hosts (`*.internal`), addresses and networks that may be asked though they are not public. All others are refused, in redirects too, after their names were looked up; behind a proxy, which looks names up itself, by their address only.")
            .default("none")
            .example("[\"grafana.example.internal\", \"10.20.0.0/16\"]"),
        Key::new("ca", text(&TEXT), "A file with certificates (PEM) of authorities to trust beside the public ones.")
            .example("\"certs/ca.pem\""),
        Key::new("headers", Type::Table(&HEADERS), "Headers by host."),
        Key::new("except", Type::Array(&Type::Table(&EXCEPT)), "Links that are not asked for."),
    ],
    others: None,
};

static HEADERS: Shape = Shape {
    name: "the table of headers",
    header: "[runbooks.online.headers]",
    doc: "Headers by host. They are sent to that host only, whatever redirects say, and \
          over `https` only, unless the host is written with `http://`.",
    keys: &[],
    others: Some(Others {
        what: "a host",
        names: Names::Form(&form::HEADER_HOST),
        value: Type::Table(&HEADER),
        doc: "The headers of requests to that host.",
        example: "\"github.com\" = { Authorization = \"Bearer env:GITHUB_TOKEN\" }",
        reserved: None,
    }),
};

static HEADER: Shape = Shape {
    name: "a table of headers of a host",
    header: "[runbooks.online.headers.<host>]",
    doc: "Headers of one host.",
    keys: &[],
    others: Some(Others {
        what: "a header",
        names: Names::Form(&form::HEADER_NAME),
        value: text(&form::HEADER_VALUE),
        doc: "The value of the header of that name; what follows `env:` is the name of a \
              variable of the environment, whose value is never printed.",
        example: "Authorization = \"Bearer env:GITHUB_TOKEN\"",
        reserved: None,
    }),
};

static EXCEPT: Shape = Shape {
    name: "an exception",
    header: "[[runbooks.online.except]]",
    doc: "Links that are not asked for, and why not. One that excepts nothing is a finding.",
    keys: &[
        Key::new(
            "url",
            text(&TEXT),
            "The address; `*` is anything without `/`, `**` anything.",
        )
        .required()
        .example("\"https://vpn.example.com/**\""),
        Key::new("why", text(&PARAMETRIC), "Why they are not asked for.")
            .required()
            .example("\"not reachable from CI\""),
    ],
    others: None,
};
