//! Keys of dashboards.

use crate::doc::keys::{Fault, Form, Key, Names, Others, Shape, TEXT, Type};
use crate::spec::duration;
use crate::spec::keys::SEVERITY;
use crate::spec::lints::LINTS;
use crate::spec::units::UNITS;

/// A time such as Grafana shows: `6h`.
static SPAN_OF_TIME: Form = Form {
    name: "a time",
    pattern: "^([0-9]+[smhdwMy])+$",
    parameters: false,
    fault: |text| match duration::parse(text).is_ok() || text.is_empty() {
        true => None,
        false => Fault::new("is not a time", "write a number with a unit: `6h`"),
    },
};

/// The name of a variable.
static VARIABLE_NAME: Form = Form {
    name: "the name of a variable",
    pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$",
    parameters: false,
    fault: |text| {
        let name = text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        match text {
            "datasource" => {
                Fault::new("is always there", "take it out, or choose another name")
            }
            _ if text.starts_with("__") => {
                Fault::new("begins with `__`", "such names are Grafana's own")
            }
            "" => Fault::new("is empty", "write a name: `region`"),
            _ if name && !text.as_bytes()[0].is_ascii_digit() => None,
            _ => Fault::new("is no name", "write letters, digits and `_`"),
        }
    },
};

/// A reason.
static REASON: Form = Form {
    name: "a reason",
    pattern: "\\S",
    parameters: false,
    fault: |text| match text.trim().is_empty() {
        true => Fault::new("gives no reason", "write why the finding is meant"),
        false => None,
    },
};

const QUERY_TEXT: &str = "PromQL. `$name` belongs to Grafana here: its variables, and \
                          `$__rate_interval` and the like.";

/// A dashboard.
pub static DASHBOARD: Shape = Shape {
    name: "a dashboard",
    header: "dashboards/<name>.toml",
    doc: "A dashboard: rows of panels. Variables that its queries use under the names \
          `cluster`, `namespace`, `job`, `instance` and `pod` need no declaration.",
    keys: &[
        Key::new("title", Type::Text(&TEXT), "The title.")
            .required()
            .example("\"Platform Overview\""),
        Key::new("description", Type::Text(&TEXT), "What it is for.")
            .example("\"Health of the platform at a glance.\""),
        Key::new("tags", Type::Array(&Type::Text(&TEXT)), "Tags by which it is found; project and environment are added.")
            .example("[\"overview\"]"),
        Key::new("from", Type::Text(&SPAN_OF_TIME), "How far back it looks at first.")
            .default("`\"6h\"`")
            .example("\"24h\""),
        Key::new("refresh", Type::Text(&SPAN_OF_TIME), "How often it is drawn again.")
            .default("`\"1m\"`; an empty string is never")
            .example("\"30s\""),
        Key::new("alerts", Type::Boolean, "Whether firing alerts are marked on the time axis: those that its panels show, or all if no panel shows one.")
            .default("`true`")
            .example("false"),
        Key::new("variable", Type::Table(&VARIABLES), "Variables, in the order in which people choose."),
        Key::new("link", Type::Array(&Type::Table(&LINK)), "Links to other pages."),
        Key::new("allow", Type::Array(&Type::Table(&ALLOW)), "Findings that are meant, on the dashboard and all of its panels."),
        Key::new("row", Type::Array(&Type::Table(&ROW)), "The rows.")
            .required()
            .example("[{ panel = [] }]"),
    ],
    others: None,
};

static VARIABLES: Shape = Shape {
    name: "a table of variables",
    header: "[variable]",
    doc: "Variables of a dashboard. The data source is always one, under the name \
          `datasource`.",
    keys: &[],
    others: Some(Others {
        what: "a variable",
        names: Names::Form(&VARIABLE_NAME),
        value: Type::Table(&VARIABLE),
        doc: "The variable of that name.",
        example: "namespace = { query = \"label_values(up, namespace)\" }",
        reserved: None,
    }),
};

/// A variable.
pub static VARIABLE: Shape = Shape {
    name: "a variable",
    header: "[variable.<name>]",
    doc: "A variable of a dashboard: `query` or `values`.",
    keys: &[
        Key::new("label", Type::Text(&TEXT), "What people see.")
            .default("the name, capitalised")
            .example("\"Namespace\""),
        Key::new(
            "query",
            Type::Text(&TEXT),
            "A query of Grafana's Prometheus data source: `label_values(metric, label)`.",
        )
        .example("\"label_values(up, namespace)\""),
        Key::new("values", Type::Array(&Type::Text(&TEXT)), "A fixed list.")
            .example("[\"0.5\", \"0.99\"]"),
        Key::new("value", Type::Text(&TEXT), "What is chosen at first.")
            .example("\"0.99\""),
        Key::new("multi", Type::Boolean, "Whether several values can be chosen.")
            .default("true where every query uses it in `=~` or `!~` only")
            .example("true"),
        Key::new("all", Type::Boolean, "Whether \"All\" can be chosen.")
            .default("as `multi`")
            .example("false"),
    ],
    others: None,
};

/// A link.
pub static LINK: Shape = Shape {
    name: "a link",
    header: "[[link]]",
    doc: "A link to another page.",
    keys: &[
        Key::new("title", Type::Text(&TEXT), "Its text.")
            .required()
            .example("\"Runbook\""),
        Key::new("url", Type::Text(&TEXT), "Where it leads.")
            .required()
            .example("\"https://docs.example.com/\""),
    ],
    others: None,
};

/// A finding that is meant.
pub static ALLOW: Shape = Shape {
    name: "a permission",
    header: "[[allow]]",
    doc: "A finding that is meant, with the reason.",
    keys: &[
        Key::new("lint", Type::Choice(LINTS), "The finding's name.")
            .required()
            .example("\"target-job-rule\""),
        Key::new("why", Type::Text(&REASON), "Why it is meant.")
            .required()
            .example("\"the metric is the cluster's and has no job\""),
    ],
    others: None,
};

/// A row.
pub static ROW: Shape = Shape {
    name: "a row",
    header: "[[row]]",
    doc: "A row: panels under a title. They stand from left to right, 24 columns wide.",
    keys: &[
        Key::new("title", Type::Text(&TEXT), "Its title.").example("\"API\""),
        Key::new("collapsed", Type::Boolean, "Whether it is closed at first.")
            .default("`false`")
            .example("true"),
        Key::new("panel", Type::Array(&Type::Table(&PANEL)), "Its panels.")
            .required()
            .example("[{ alert = \"ApiErrors\" }]"),
    ],
    others: None,
};

/// A panel.
pub static PANEL: Shape = Shape {
    name: "a panel",
    header: "[[row.panel]]",
    doc: "A panel, over queries of its own or over an alert. `alert` shows the alert's \
          compared side with the limits of all its tiers as lines, its description and a \
          link to its runbook; every other key overrides what the alert gives.",
    keys: &[
        Key::new("alert", Type::Text(&TEXT), "The alert that it shows; where an environment lacks the alert, the panel is left out.")
            .example("\"ApiErrors\""),
        Key::new("job", Type::Text(&TEXT), "The service whose alert it shows, where a pack gives the alert to several.")
            .default("all of them")
            .example("\"api-service\""),
        Key::new("title", Type::Text(&TEXT), "Its title; needed without `alert`.")
            .default("the alert's name")
            .example("\"Requests\""),
        Key::new("description", Type::Text(&TEXT), "What it shows, in Markdown.")
            .default("the alert's")
            .example("\"Requests per second by status.\""),
        Key::new("kind", Type::Choice(&["timeseries", "stat", "table"]), "How it shows it: lines over time, the last value, or a row per series.")
            .default("`\"timeseries\"`")
            .example("\"stat\""),
        Key::new("query", Type::Any(&[Type::Text(&TEXT), Type::Array(&Type::Table(&QUERY))]), QUERY_TEXT)
            .example("'sum(rate(http_requests_total[$__rate_interval]))'"),
        Key::new("legend", Type::Text(&TEXT), "What a series is called.")
            .default("Grafana's choice")
            .example("\"{{status}}\""),
        Key::new("unit", Type::Choice(UNITS), "Grafana's id of the unit.")
            .default("what the alert's summary or the metrics' names tell, else `\"short\"`")
            .example("\"percentunit\""),
        Key::new("decimals", Type::Integer(0, 20), "Number of decimals.").example("2"),
        Key::new("min", Type::Number, "Lower end of the axis.").example("0"),
        Key::new("max", Type::Number, "Upper end of the axis.").example("1"),
        Key::new("width", Type::Integer(1, 24), "Width in columns.")
            .default("what the line leaves room for")
            .example("12"),
        Key::new("height", Type::Integer(2, 60), "Height in lines.")
            .default("8; of single numbers 4")
            .example("8"),
        Key::new("thresholds", Type::Table(&THRESHOLDS), "Limits by severity.")
            .default("the alert's")
            .example("{ warning = 0.01, critical = 0.05 }"),
        Key::new("link", Type::Array(&Type::Table(&LINK)), "Links to other pages, before the one to the runbook."),
        Key::new("allow", Type::Array(&Type::Table(&ALLOW)), "Findings that are meant, on this panel."),
    ],
    others: None,
};

/// One of several queries.
pub static QUERY: Shape = Shape {
    name: "a query",
    header: "[[row.panel.query]]",
    doc: "One of several queries of a panel.",
    keys: &[
        Key::new("expr", Type::Text(&TEXT), QUERY_TEXT)
            .required()
            .example("'rate(http_requests_total[$__rate_interval])'"),
        Key::new("legend", Type::Text(&TEXT), "What a series is called.")
            .default("the panel's")
            .example("\"{{status}}\""),
    ],
    others: None,
};

/// Limits.
pub static THRESHOLDS: Shape = Shape {
    name: "a table of limits",
    header: "thresholds",
    doc: "Limits by severity, drawn as lines and as colours.",
    keys: &[Key::new(
        "below",
        Type::Boolean,
        "Whether values below the limits are the bad ones.",
    )
    .default("whether the more severe limit is the lower one")
    .example("true")],
    others: Some(Others {
        what: "a severity",
        names: Names::Declared(SEVERITY),
        value: Type::Number,
        doc: "The limit of that severity.",
        example: "critical = 0.05",
        reserved: None,
    }),
};
