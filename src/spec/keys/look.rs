//! Keys of how a panel looks: units, colours, limits, columns.

use crate::doc::keys::{
    FINITE, Fault, Form, Key, LOWER_END, Names, Others, Shape, TEXT, Type, UPPER_END,
};
use crate::spec::keys::SEVERITY;
use crate::spec::units::{UNIT_FORM, UNITS};

/// A unit.
pub(super) const UNIT: Type = Type::Any(&[Type::Text(&UNIT_FORM), Type::Choice(UNITS)]);

pub(super) const UNIT_TEXT: &str = "Grafana's id of the unit, or one of the project's own as Grafana takes them: \
     `suffix:mg/l`, `prefix:≈`, `si:W`, `count:fish`, `currency:€`, `time:HH:mm`, \
     `bool:open/closed`.";

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
        value: FINITE,
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
            LOWER_END,
            "The least of the values, where `value` is not given.",
        )
        .default("no bound")
        .example("0.5"),
        Key::new("to", UPPER_END, "The largest of the values.")
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
            LOWER_END,
            "The lower end, as long as no value is below it.",
        )
        .example("0"),
        Key::new(
            "soft_max",
            UPPER_END,
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
