//! Keys of panels.

use crate::doc::keys::{Fault, Form, Key, Names, Others, Shape, TEXT, Type};
use crate::spec::form;
use crate::spec::keys::SEVERITY;
use crate::spec::keys::dashboard::{LINK, RAW, SPAN_OF_TIME};
use crate::spec::keys::lint::ALLOW;
use crate::spec::units::{REDUCERS, UNIT_FORM, UNITS};

pub(super) const QUERY_TEXT: &str = "PromQL. `$name` belongs to Grafana here: its variables, and `$__rate_interval` and \
     the like.";

/// How a panel shows its data.
pub const KINDS: &[&str] = &[
    "timeseries",
    "stat",
    "gauge",
    "bargauge",
    "table",
    "heatmap",
    "state-timeline",
    "text",
    "alerts",
];

/// Which kinds of panels take a key; keys that are not named are taken by all.
pub const TAKEN_BY: &[(&str, &[&str])] = &[
    ("alert", DATA),
    ("job", DATA),
    ("query", DATA),
    ("legend", DATA),
    ("unit", DATA),
    ("decimals", DATA),
    ("min", RANGED),
    ("max", RANGED),
    ("mapping", DISCRETE),
    ("colors", &["timeseries", "stat", "gauge", "bargauge", "state-timeline"]),
    ("style", &["timeseries"]),
    ("stack", &["timeseries"]),
    ("fill", &["timeseries", "state-timeline"]),
    ("axis", &["timeseries", "heatmap"]),
    ("legend_place", &["timeseries", "state-timeline", "heatmap"]),
    ("legend_values", &["timeseries"]),
    ("reduce", &["stat", "gauge", "bargauge"]),
    ("color", &["stat"]),
    ("sparkline", &["stat"]),
    ("column", &["table"]),
    ("sort", &["table"]),
    ("content", &["text"]),
    ("filter", &["alerts"]),
    ("states", &["alerts"]),
    ("interval", DATA),
    ("thresholds", DISCRETE),
];

const DATA: &[&str] =
    &["timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "state-timeline"];
const DISCRETE: &[&str] =
    &["timeseries", "stat", "gauge", "bargauge", "table", "state-timeline"];
const RANGED: &[&str] = &["timeseries", "stat", "gauge", "bargauge", "table", "heatmap"];

/// A variable that repeats.
pub(super) static REPEAT: Form = Form {
    name: "the name of a variable",
    pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$",
    parameters: false,
    fault: |text| {
        let name = text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        match text.strip_prefix('$') {
            Some(rest) => Fault::new("begins with `$`", format!("write `{rest}`")),
            None if name && !text.is_empty() => None,
            None => Fault::new("is no name", "write the name of a variable: `instance`"),
        }
    },
};

/// A colour.
pub(super) static COLOR: Form = Form {
    name: "a colour",
    pattern: "^(((super-light|light|semi-dark|dark)-)?(red|orange|yellow|green|blue|purple)|text|transparent|#[0-9a-fA-F]{6})$",
    parameters: false,
    fault: |text| {
        let shades = ["super-light-", "light-", "semi-dark-", "dark-"];
        let hue = shades.iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text);
        let named = ["red", "orange", "yellow", "green", "blue", "purple"].contains(&hue);
        let hex = text.strip_prefix('#').is_some_and(|it| {
            it.len() == 6 && it.bytes().all(|it| it.is_ascii_hexdigit())
        });
        match named || hex || matches!(text, "text" | "transparent") {
            true => None,
            false => Fault::new(
                "is no colour of Grafana's",
                "write red, orange, yellow, green, blue or purple, `dark-` or `light-` \
                 before it, or `#rrggbb`",
            ),
        }
    },
};

/// A unit.
const UNIT: Type = Type::Any(&[Type::Text(&UNIT_FORM), Type::Choice(UNITS)]);

const UNIT_TEXT: &str = "Grafana's id of the unit, or one of the project's own as Grafana takes them: \
     `suffix: mg/l`, `prefix:≈`, `si:W`, `count:fish`, `currency:€`, `time:HH:mm`, \
     `bool:open/closed`.";

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
        Key::new("kind", Type::Choice(KINDS), "How it shows it: lines over time; the last value as a number, a dial or a bar; a row for each series; a histogram over time; states over time; Markdown; the alerts that fire.")
            .default("`\"timeseries\"`")
            .example("\"stat\""),
        Key::new("query", Type::Any(&[Type::Text(&form::QUERY), Type::Array(&Type::Table(&QUERY))]), QUERY_TEXT)
            .example("'sum(rate(http_requests_total[$__rate_interval]))'"),
        Key::new("legend", Type::Text(&TEXT), "What a series is called.")
            .default("Grafana's choice")
            .example("\"{{status}}\""),
        Key::new("unit", UNIT, UNIT_TEXT)
            .default("what the alert's summary or the metrics' names tell, else `\"short\"`")
            .example("\"percentunit\""),
        Key::new("decimals", Type::Integer(0, 20), "Number of decimals.").example("2"),
        Key::new("min", Type::Number, "Lower end of the axis.").example("0"),
        Key::new("max", Type::Number, "Upper end of the axis.").example("1"),
        Key::new("mapping", Type::Array(&Type::Table(&MAPPING)), "What values are called and which colour they have."),
        Key::new("colors", Type::Table(&COLORS), "Colours of series."),
        Key::new("style", Type::Choice(&["lines", "bars", "points"]), "How a time series is drawn.")
            .default("`\"lines\"`")
            .example("\"bars\""),
        Key::new("stack", Type::Any(&[Type::Boolean, Type::Choice(&["percent"])]), "Whether series stand on each other, or which part of the whole each is.")
            .default("`false`")
            .example("\"percent\""),
        Key::new("fill", Type::Integer(0, 100), "How much the area below a line is filled, in percent.")
            .default("10; of stacked series 30; of states 70")
            .example("0"),
        Key::new("axis", Type::Table(&AXIS), "The axis of values."),
        Key::new("legend_place", Type::Choice(&["bottom", "right", "hidden"]), "Where the names of the series stand.")
            .default("`\"bottom\"`")
            .example("\"right\""),
        Key::new("legend_values", Type::Array(&Type::Choice(REDUCERS)), "Values beside the names of the series, which makes a table of them.")
            .example("[\"mean\", \"max\", \"lastNotNull\"]"),
        Key::new("reduce", Type::Choice(REDUCERS), "Which one value a series is shown by.")
            .default("`\"lastNotNull\"`")
            .example("\"max\""),
        Key::new("color", Type::Choice(&["value", "background", "none"]), "What a number gives its colour to.")
            .default("`\"value\"`")
            .example("\"background\""),
        Key::new("sparkline", Type::Boolean, "Whether a number stands on its course over time.")
            .default("`true`")
            .example("false"),
        Key::new("column", Type::Array(&Type::Table(&COLUMN)), "Columns of a table, in order; those that are not named follow."),
        Key::new("sort", Type::Text(&TEXT), "The column by which a table is sorted; with `-` before it, the largest first.")
            .example("\"-Value\""),
        Key::new("content", Type::Text(&TEXT), "Markdown.").example("\"What to do at night.\""),
        Key::new("filter", Type::Text(&TEXT), "Which alerts are listed, by matchers of their labels.")
            .default("all")
            .example("'severity=\"critical\"'"),
        Key::new("states", Type::Array(&Type::Choice(&["firing", "pending", "inactive"])), "Which alerts are listed, by their states.")
            .default("`[\"firing\", \"pending\"]`")
            .example("[\"firing\"]"),
        Key::new("interval", Type::Text(&SPAN_OF_TIME), "The least distance of points, by which `$__interval` and `$__rate_interval` grow.")
            .default("the data source's")
            .example("\"1m\""),
        Key::new("repeat", Type::Any(&[Type::Text(&REPEAT), Type::Table(&REPEAT_TABLE)]), "The variable for each of whose values the panel is drawn once.")
            .example("\"instance\""),
        Key::new("transparent", Type::Boolean, "Whether it has no background.")
            .default("`false`")
            .example("true"),
        Key::new("width", Type::Integer(1, 24), "Width in columns.")
            .default("what the line leaves room for")
            .example("12"),
        Key::new("height", Type::Integer(2, 60), "Height in lines.")
            .default("8; of single numbers 4; of gauges and text 6; with `legend_values` 10")
            .example("8"),
        Key::new("thresholds", Type::Table(&THRESHOLDS), "Limits by severity.")
            .default("the alert's")
            .example("{ warning = 0.01, critical = 0.05 }"),
        Key::new("link", Type::Array(&Type::Table(&LINK)), "Links to other pages, before the one to the runbook."),
        Key::new("allow", Type::Array(&Type::Table(&ALLOW)), "Findings that are meant, on this panel."),
        Key::new("grafana", Type::Table(&RAW), "For what no key says: merged over the panel's JSON, as Grafana writes it."),
    ],
    others: None,
};

/// One of several queries.
pub static QUERY: Shape = Shape {
    name: "a query",
    header: "[[row.panel.query]]",
    doc: "One of several queries of a panel.",
    keys: &[
        Key::new("expr", Type::Text(&form::QUERY), QUERY_TEXT)
            .required()
            .example("'rate(http_requests_total[$__rate_interval])'"),
        Key::new("legend", Type::Text(&TEXT), "What a series is called.")
            .default("the panel's")
            .example("\"{{status}}\""),
        Key::new("unit", UNIT, UNIT_TEXT)
            .default("the panel's, else what the metrics' names tell")
            .example("\"bytes\""),
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

/// What values are called.
pub static MAPPING: Shape = Shape {
    name: "a mapping",
    header: "[[row.panel.mapping]]",
    doc: "What a value, or the values between two, are called. The first that fits holds.",
    keys: &[
        Key::new(
            "value",
            Type::Any(&[Type::Number, Type::Text(&TEXT)]),
            "The value: a number, a text, or `\"null\"` and `\"nan\"` for none.",
        )
        .example("0"),
        Key::new(
            "from",
            Type::Number,
            "The least of the values, where `value` is not given.",
        )
        .default("no bound")
        .example("0.5"),
        Key::new("to", Type::Number, "The largest of the values.")
            .default("no bound")
            .example("1"),
        Key::new("text", Type::Text(&TEXT), "What they are called.")
            .default("the value")
            .example("\"down\""),
        Key::new("color", Type::Text(&COLOR), "Their colour.")
            .default("by the limits")
            .example("\"red\""),
    ],
    others: None,
};

/// Colours of series.
pub static COLORS: Shape = Shape {
    name: "a table of colours",
    header: "colors",
    doc: "Colours of series, by regular expressions that the whole name must match.",
    keys: &[],
    others: Some(Others {
        what: "a name",
        names: Names::Form(&TEXT),
        value: Type::Text(&COLOR),
        doc: "The colour of series of such a name.",
        example: "\"5..\" = \"red\"",
        reserved: None,
    }),
};

/// The axis of values.
pub static AXIS: Shape = Shape {
    name: "an axis",
    header: "axis",
    doc: "The axis of values.",
    keys: &[
        Key::new("label", Type::Text(&TEXT), "What stands at it.").example("\"seconds\""),
        Key::new("log", Type::Integer(2, 10), "The base of a logarithmic axis, 2 or 10.")
            .default("linear")
            .example("10"),
        Key::new(
            "soft_min",
            Type::Number,
            "The lower end, as long as no value is below it.",
        )
        .example("0"),
        Key::new(
            "soft_max",
            Type::Number,
            "The upper end, as long as no value is above it.",
        )
        .example("1"),
    ],
    others: None,
};

/// How a panel repeats.
pub static REPEAT_TABLE: Shape = Shape {
    name: "a repetition",
    header: "repeat",
    doc: "How a panel repeats.",
    keys: &[
        Key::new("by", Type::Text(&REPEAT), "The variable.")
            .required()
            .example("\"instance\""),
        Key::new("per_row", Type::Integer(1, 24), "How many stand beside each other.")
            .default("4")
            .example("3"),
        Key::new("down", Type::Boolean, "Whether they stand below each other.")
            .default("`false`")
            .example("true"),
    ],
    others: None,
};

/// A column.
pub static COLUMN: Shape = Shape {
    name: "a column",
    header: "[[row.panel.column]]",
    doc: "A column of a table: a label, or the value of a query, which is called by the \
          query's `legend`, else `Value`, and with several queries `Value #A`, `Value #B`.",
    keys: &[
        Key::new("name", Type::Text(&TEXT), "The label or the value.")
            .required()
            .example("\"instance\""),
        Key::new("title", Type::Text(&TEXT), "What stands above it.")
            .default("its name")
            .example("\"Instance\""),
        Key::new("hide", Type::Boolean, "Whether it is left out.")
            .default("`false`")
            .example("true"),
        Key::new("unit", UNIT, UNIT_TEXT).default("the panel's").example("\"bytes\""),
        Key::new("decimals", Type::Integer(0, 20), "Number of decimals.").example("2"),
        Key::new("width", Type::Integer(20, 4000), "Width in pixels.").example("120"),
        Key::new(
            "color",
            Type::Choice(&["text", "background"]),
            "What the limits and mappings give their colour to.",
        )
        .default("nothing")
        .example("\"background\""),
        Key::new("thresholds", Type::Table(&THRESHOLDS), "Limits by severity.")
            .default("the panel's")
            .example("{ warning = 0.8 }"),
        Key::new(
            "mapping",
            Type::Array(&Type::Table(&MAPPING)),
            "What values are called.",
        ),
    ],
    others: None,
};
