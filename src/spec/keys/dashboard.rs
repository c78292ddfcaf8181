//! Keys of dashboards.

use crate::doc::keys::{Fault, Form, Key, Names, Others, Shape, TEXT, Type};
use crate::spec::duration;
use crate::spec::form;
use crate::spec::keys::lint::ALLOW;
use crate::spec::keys::look::{COLOR, REPEAT};
use crate::spec::keys::panel::{PANEL, QUERY_TEXT};

/// How far back Grafana looks: `6h`.
static BACK: Form = Form {
    name: "a time",
    pattern: "^0*[1-9][0-9]*[smhdwMy]$",
    parameters: false,
    fault: |text| time(text, "write how far back it looks: `6h`"),
};

/// How often Grafana draws again, if at all.
static REFRESH: Form = Form {
    name: "a time",
    pattern: "^(0*[1-9][0-9]*[smhdwMy])?$",
    parameters: false,
    fault: |text| match text {
        "" => None,
        text => time(text, "write `\"\"` for never, or a time: `1m`"),
    },
};

/// The distance of points, if it is given.
pub(super) static DISTANCE: Form = Form {
    name: "a time",
    pattern: "^(0*[1-9][0-9]*(ms|[smhdwMy]))?$",
    parameters: false,
    fault: |text| match text {
        "" => None,
        text => match text.strip_suffix("ms") {
            Some(number) => time(&format!("{number}s"), NO_DISTANCE),
            None => time(text, NO_DISTANCE),
        },
    },
};

const NO_DISTANCE: &str = "take it out, or write a time: `1m`";

/// Units of time that Grafana knows.
const UNITS: &str = "smhdwMy";

/// What is wrong with a time: Grafana reads one number with one unit. `zero` is what to
/// write where it is none.
fn time(text: &str, zero: &str) -> Option<Fault> {
    let number = text.trim_end_matches(|it: char| !it.is_ascii_digit());
    let unit = &text[number.len()..];
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let is_unit = unit.chars().count() == 1 && UNITS.contains(unit);
    if is_number && number.bytes().all(|it| it == b'0') && (is_unit || unit.is_empty()) {
        return Fault::new("is zero", zero);
    }
    if is_number && is_unit {
        return None;
    }
    let seconds = match duration::parse(text) {
        Ok(0) => return Fault::new("is zero", zero),
        Ok(millis) => millis.unsigned_abs().div_ceil(1000),
        Err(_) => return Fault::new("is not a time", "write a number with a unit: `6h`"),
    };
    let parts = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let whole = parts.iter().find(|it| seconds % it.0 == 0);
    let one = whole.map(|(part, unit)| format!("{}{unit}", seconds / part));
    let help = format!("write `{}`", one.unwrap_or_default());
    match is_number {
        true => Fault::new("is in milliseconds, which Grafana does not take here", help),
        false => Fault::new("has several units, of which Grafana reads one", help),
    }
}

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

/// The uid of a dashboard, which Grafana takes in no other form.
pub static UID: Form = Form {
    name: "a uid",
    pattern: "^[a-zA-Z0-9_-]{1,40}$",
    parameters: false,
    fault: |text| {
        let valid = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        match text.len() {
            0 => Fault::new("is empty", "write a uid: `overview`"),
            1..=40 if text.bytes().all(valid) => None,
            1..=40 => Fault::new("is no uid", "write letters, digits, `-` and `_`"),
            _ => Fault::new("is too long", "a uid has at most 40 characters"),
        }
    },
};

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
        Key::new("uid", Type::Text(&UID), "The beginning of its uid, where links to it exist; the environment is added.")
            .default("project, environment and file name")
            .example("\"overview\""),
        Key::new("from", Type::Text(&BACK), "How far back it looks at first.")
            .default("`\"6h\"`")
            .example("\"24h\""),
        Key::new("refresh", Type::Text(&REFRESH), "How often it is drawn again.")
            .default("`\"1m\"`; an empty string is never")
            .example("\"30s\""),
        Key::new("alerts", Type::Boolean, "Whether firing alerts are marked on the time axis: those that its panels show, or all if no panel shows one.")
            .default("`true`")
            .example("false"),
        Key::new("annotation", Type::Array(&Type::Table(&ANNOTATION)), "Events that are marked on the time axis."),
        Key::new("derive", Type::Array(&Type::Text(&TEXT)), "Alerts files that it covers: each of their alerts that no panel shows gets one, in a row for each file (or each of its services), below the rows that are written; of rule files of others in a row for each group.")
            .example("[\"alerts/database.toml\"]"),
        Key::new("variable", Type::Table(&VARIABLES), "Variables, in the order in which people choose."),
        Key::new("link", Type::Array(&Type::Table(&LINK)), "Links to other pages."),
        Key::new("allow", Type::Array(&Type::Table(&ALLOW)), "Findings that are meant, on the dashboard and all of its panels."),
        Key::new("row", Type::Array(&Type::Table(&ROW)), "The rows; needed without `derive`.")
            .example("[{ panel = [] }]"),
        Key::new("grafana", Type::Table(&RAW), "For what no key says: merged over the dashboard's JSON, as Grafana writes it."),
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
        Key::new("regex", Type::Text(&TEXT), "What is taken of the values that `query` gives: a regular expression of Grafana's.")
            .example("\"/(.*):[0-9]+/\""),
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
        Key::new("hide", Type::Boolean, "Whether people do not see it.")
            .default("`false`")
            .example("true"),
    ],
    others: None,
};

/// A link.
pub static LINK: Shape = Shape {
    name: "a link",
    header: "[[link]]",
    doc: "A link to a dashboard of the project, to all dashboards with a tag, or to any \
          other page: one of `dashboard`, `tag` and `url`. Dashboards open with the same \
          time and the same values of variables.",
    keys: &[
        Key::new("title", Type::Text(&TEXT), "Its text; needed with `url`.")
            .default("the dashboard's title, the tag")
            .example("\"Runbook\""),
        Key::new(
            "dashboard",
            Type::Text(&TEXT),
            "The file of the dashboard below `dashboards/`, without extension.",
        )
        .example("\"database\""),
        Key::new("tag", Type::Text(&TEXT), "The tag; not of a panel's link.")
            .example("\"database\""),
        Key::new("url", Type::Text(&TEXT), "Where it leads.")
            .example("\"https://docs.example.com/\""),
    ],
    others: None,
};

/// Events that are marked.
pub static ANNOTATION: Shape = Shape {
    name: "an annotation",
    header: "[[annotation]]",
    doc: "Events that are marked on the time axis of every panel: each time at which the \
          query has a value.",
    keys: &[
        Key::new(
            "name",
            Type::Text(&TEXT),
            "Its name, by which people switch it off and on.",
        )
        .required()
        .example("\"Deployments\""),
        Key::new("query", Type::Text(&form::QUERY), QUERY_TEXT).required().example(
            "'changes(kube_deployment_status_observed_generation[$__interval]) > 0'",
        ),
        Key::new("title", Type::Text(&TEXT), "What an event is called.")
            .default("its name")
            .example("\"{{deployment}}\""),
        Key::new("text", Type::Text(&TEXT), "What is said of an event.")
            .example("\"in {{namespace}}\""),
        Key::new("color", Type::Text(&COLOR), "The colour of the mark.")
            .default("`\"blue\"`")
            .example("\"purple\""),
        Key::new("on", Type::Boolean, "Whether it is shown at first.")
            .default("`true`")
            .example("false"),
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
        Key::new(
            "repeat",
            Type::Text(&REPEAT),
            "The variable for each of whose values the row is drawn once.",
        )
        .example("\"instance\""),
        Key::new("panel", Type::Array(&Type::Table(&PANEL)), "Its panels.")
            .required()
            .example("[{ alert = \"ApiErrors\" }]"),
    ],
    others: None,
};

/// Fields under Grafana's own names.
pub static RAW: Shape = Shape {
    name: "a table of Grafana's fields",
    header: "grafana",
    doc: "Fields of Grafana's JSON under its own names, passed on as they are.",
    keys: &[],
    others: Some(Others {
        what: "a field of Grafana's",
        names: Names::Form(&TEXT),
        value: Type::Anything,
        doc: "A field. A table is merged over what stands there, anything else replaces it.",
        example: "timezone = \"utc\"",
        reserved: None,
    }),
};
