//! Keys of panels.

use crate::doc::keys::{Key, LOWER_END, Shape, TEXT, Type, UPPER_END};
use crate::spec::form;
use crate::spec::keys::dashboard::{DISTANCE, LINK, RAW};
use crate::spec::keys::lint::ALLOW;
use crate::spec::keys::look::{
    AXIS, COLORS, COLUMN, MAPPING, REPEAT, REPEAT_TABLE, THRESHOLDS, UNIT, UNIT_TEXT,
};
use crate::spec::units::REDUCERS;

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
        Key::new("min", LOWER_END, "Lower end of the axis.").example("0"),
        Key::new("max", UPPER_END, "Upper end of the axis.").example("1"),
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
        Key::new("interval", Type::Text(&DISTANCE), "The least distance of points, by which `$__interval` and `$__rate_interval` grow.")
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
