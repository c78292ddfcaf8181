//! The keys of a test file, as a table.

use crate::case::duration;
use crate::case::native::timeline;
use crate::doc::keys::{
    Fault, Form, Key, Names, Others, PARAMETRIC, REASON, Shape, TEXT, Type,
};
use crate::doc::parameter;

/// A duration such as `1h30m`.
static DURATION: Form = Form {
    name: "a duration",
    pattern: "^([0-9]+(ms|[smhdwy]))+$|\\$\\{",
    parameters: true,
    fault: |text| match duration::parse(text) {
        Ok(_) => None,
        Err(_) => Fault::new("no duration", "write a number and a unit, such as `30m`"),
    },
};

/// PromQL.
pub static EXPRESSION: Form =
    Form { name: "a string", pattern: "", parameters: true, fault: |_| None };

/// A duration that is not zero.
static SPACING: Form = Form {
    name: "a duration above zero",
    pattern: "^([0-9]+(ms|[smhdwy]))+$",
    parameters: false,
    fault: |text| match duration::parse(text) {
        Ok(1..) => None,
        Ok(_) | Err(_) => Fault::new("no duration above zero", "write `30s` or the like"),
    },
};

/// A time line.
static LINE: Form = Form {
    name: "a time line",
    pattern: "",
    parameters: true,
    fault: |text| match timeline::parse(text) {
        Ok(_) => None,
        Err(error) => Fault::within(
            error.at.bytes(),
            error.message,
            error.help.unwrap_or_else(|| timeline::USAGE.to_string()),
        ),
    },
};

/// The name of a parameter.
static PARAMETER: Form = Form {
    name: "a parameter's name",
    pattern: "^[a-zA-Z][a-zA-Z0-9_]*$",
    parameters: false,
    fault: |text| match parameter::is_name(text) {
        true => None,
        false => {
            Fault::new("no parameter's name", "write a letter, then letters, digits, `_`")
        }
    },
};

/// A time: RFC 3339.
static TIME: Form = Form {
    name: "a time",
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$",
    parameters: false,
    fault: |text| match chrono::DateTime::parse_from_rfc3339(text) {
        Ok(_) => None,
        Err(_) => Fault::new("no time", "write it as `2026-01-05T06:00:00Z`"),
    },
};

/// What a parameter may be.
const VALUE: Type = Type::Any(&[Type::Text(&PARAMETRIC), Type::Number]);
/// What a label or an annotation is compared with.
const WORD: Type = Type::Text(&PARAMETRIC);

/// Names and values of parameters.
static LET: Shape = Shape {
    name: "parameters of a test",
    header: "let",
    doc: "Values for `${name}` in the series and expectations of the test.",
    keys: &[],
    others: Some(Others {
        what: "a parameter",
        names: Names::Form(&PARAMETER),
        value: VALUE,
        doc: "The value of `${name}`.",
        example: "bad = 6",
        reserved: None,
    }),
};

/// Names and values of labels or annotations.
static PAIRS: Shape = Shape {
    name: "expected labels or annotations",
    header: "labels",
    doc: "Each must be there with this value: literal, or `re:` and a regular expression \
          that matches the whole value.",
    keys: &[],
    others: Some(Others {
        what: "a label or annotation",
        names: Names::Form(&TEXT),
        value: WORD,
        doc: "What it must be.",
        example: "team = \"platform\"",
        reserved: None,
    }),
};

/// What an expectation says in one environment.
static OVERRIDES: Shape = Shape {
    name: "expectations by environment",
    header: "env",
    doc: "What differs in an environment: a time line, or keys of the expectation.",
    keys: &[],
    others: Some(Others {
        what: "an environment",
        names: Names::Declared("an environment"),
        value: Type::Any(&[Type::Text(&LINE), Type::Table(&WANT)]),
        doc: "The expectation there.",
        example: "staging = \"never\"",
        reserved: None,
    }),
};

/// The keys of an expectation that may differ by environment.
static WANT: Shape = Shape {
    name: "an expectation of one environment",
    header: "env.<name>",
    doc: "Keys of an expectation that differ in one environment.",
    keys: WANT_KEYS,
    others: None,
};

const WANT_KEYS: &[Key] = &[
    Key::new(
        "is",
        Type::Text(&LINE),
        "The time line: when the alert is pending and firing, or `never`.",
    )
    .example("\"pending 5m..6m, firing 6m..\""),
    Key::new("summary", WORD, "The annotation `summary` when it begins to fire.")
        .example("\"a:8000 is down\""),
    Key::new("description", WORD, "The annotation `description` when it begins to fire.")
        .example("\"re:.*down.*\""),
    Key::new(
        "annotations",
        Type::Table(&PAIRS),
        "Annotations when it begins to fire; others may be there.",
    )
    .example("{ dashboard = \"re:https://.*\" }"),
    Key::new(
        "labels",
        Type::Table(&PAIRS),
        "Labels that it must carry; others may be there unless `exact`.",
    )
    .example("{ team = \"platform\" }"),
    Key::new(
        "exact",
        Type::Boolean,
        "Whether `labels` and the selector name all labels that it carries.",
    )
    .default("false")
    .example("true"),
    Key::new(
        "value",
        VALUE,
        "The value when it begins to fire: a number, `\"0.05 +- 0.001\"`, \
         `\"0.05 +- 1%\"` or `\"0.04..0.06\"`.",
    )
    .example("0.05"),
    Key::new(
        "at",
        Type::Text(&DURATION),
        "When `summary`, `annotations` and `value` are looked at, instead of the moment \
         in which it begins to fire.",
    )
    .example("\"10m\""),
];

/// An expectation with its differences by environment.
static EXPECT: Shape = Shape {
    name: "an expectation",
    header: "expect.'<alert>{<labels>}'",
    doc: "What is expected of an alert. The key selects, the value asserts.",
    keys: &[
        WANT_KEYS[0],
        WANT_KEYS[1],
        WANT_KEYS[2],
        WANT_KEYS[3],
        WANT_KEYS[4],
        WANT_KEYS[5],
        WANT_KEYS[6],
        WANT_KEYS[7],
        Key::new(
            "env",
            Type::Table(&OVERRIDES),
            "What differs in an environment: a time line, or keys of this table.",
        )
        .example("{ staging = \"never\" }"),
    ],
    others: None,
};

/// Selectors and what is expected of them.
static EXPECTS: Shape = Shape {
    name: "expectations",
    header: "test.expect",
    doc: "A selector of alerts and what is expected of each alert that it selects. Other \
          label sets of the same alert must not fire.",
    keys: &[],
    others: Some(Others {
        what: "a selector of alerts",
        names: Names::Form(&TEXT),
        value: Type::Any(&[Type::Text(&LINE), Type::Table(&EXPECT)]),
        doc: "A time line, or a table with more to assert.",
        example: "'ApiDown{instance=\"a:8000\"}' = \"firing 6m..15m\"",
        reserved: None,
    }),
};

/// The annotations of an alert, all of them.
static EXACT_PAIRS: Shape = Shape {
    name: "further annotations of an alert",
    header: "annotations",
    doc: "Every annotation but `summary` and `description`, literally.",
    keys: &[],
    others: Some(Others {
        what: "an annotation",
        names: Names::Form(&TEXT),
        value: WORD,
        doc: "Its text.",
        example: "dashboard = \"https://grafana.example.com/d/api\"",
        reserved: None,
    }),
};

/// An alert that fires at a moment, with its annotations.
static FIRING: Shape = Shape {
    name: "an alert that fires",
    header: "[[test.at.firing]]",
    doc: "An alert with all of its labels and all of its annotations, literally: where \
          none is named it has none.",
    keys: &[
        Key::new("alert", WORD, "Its name and all of its labels.")
            .required()
            .example("'ApiDown{instance=\"a:8000\",severity=\"critical\"}'"),
        Key::new("summary", WORD, "The annotation `summary`.")
            .example("\"a:8000 is down\""),
        Key::new("description", WORD, "The annotation `description`.")
            .example("\"nobody answers\""),
        Key::new("annotations", Type::Table(&EXACT_PAIRS), "All further annotations.")
            .example("{ dashboard = \"https://grafana.example.com/d/api\" }"),
    ],
    others: None,
};

/// The shape of an alert that fires at a moment.
pub fn firing() -> &'static Shape {
    &FIRING
}

/// An assertion about one moment.
static AT: Shape = Shape {
    name: "an assertion about one moment",
    header: "[[test.at]]",
    doc: "What holds at one time: the alerts that fire, or the result of an expression.",
    keys: &[
        Key::new("time", Type::Text(&DURATION), "The time, from the test's start.")
            .required()
            .example("\"10m\""),
        Key::new("alert", WORD, "`firing` says all alerts of this name, and no others.")
            .default("`firing` says all alerts")
            .example("\"ApiDown\""),
        Key::new(
            "firing",
            Type::Array(&Type::Any(&[WORD, Type::Table(&FIRING)])),
            "All alerts that fire then, with all of their labels: no more and no fewer. A \
             text says nothing of annotations, a table says all of them.",
        )
        .example("['ApiDown{instance=\"a:8000\",severity=\"critical\"}']"),
        Key::new("expr", Type::Text(&EXPRESSION), "An expression to evaluate then.")
            .example("'sum(rate(x[5m]))'"),
        Key::new(
            "samples",
            Type::Array(&WORD),
            "The samples that `expr` gives, each a series and its value or native histogram, \
             in any order.",
        )
        .example("['{job=\"a\"} 5']"),
        Key::new(
            "value",
            VALUE,
            "The only value that `expr` gives, whatever its labels.",
        )
        .example("5"),
        Key::new(
            "exact",
            Type::Boolean,
            "Whether a sample that is written without a metric name must have none.",
        )
        .default("`false`: the name is compared where it is written")
        .example("true"),
    ],
    others: None,
};

const MOMENT: Type = Type::Table(&AT);
const NAME: Key = Key::new("name", WORD, "What is tested, in words.")
    .required()
    .example("\"one of three instances dies\"");
const ENV: Key = Key::new(
    "env",
    Type::Array(&Type::Declared("an environment")),
    "The environments in which it runs.",
)
.default("every environment that has one of its alerts")
.example("[\"production\"]");
const LETS: Key =
    Key::new("let", Type::Table(&LET), "Parameters of the series and expectations.")
        .example("{ bad = 6, good = 94 }");
const SERIES: Key = Key::new(
    "series",
    WORD,
    "The synthetic series, one a line: a series and its values in promtool's notation, \
     or with `V..T` (value V until T), `V..` (to the end), `+R/s..T` (rise by R a second).",
)
.also(&["input_series"])
.example("'up{job=\"api\",instance=\"a\"}  1..5m 0..'");
const FIXTURES: Key = Key::new(
    "fixtures",
    Type::Array(&Type::Declared("a fixture")),
    "Shared series, loaded before the test's own.",
)
.example("[\"quiet\"]");
const UNTIL: Key = Key::new("until", Type::Text(&DURATION), "How long the test lasts.")
    .example("\"30m\"");
const ONLY: Key = Key::new(
    "only",
    Type::Boolean,
    "Whether every alert that is not named must stay silent too.",
)
.default("false")
.example("true");
const EXPECTED: Key = Key::new(
    "expect",
    Type::Table(&EXPECTS),
    "Selectors of alerts and what is expected of them.",
)
.also(&["alert_rule_test", "exp_alerts"])
.example("{ ApiDown = \"never\" }");
const MOMENTS: Key =
    Key::new("at", Type::Array(&MOMENT), "Assertions about single moments.")
        .also(&["promql_expr_test"])
        .example("[{ time = \"10m\", firing = [] }]");

/// A finding about a test that is meant.
static ALLOW: Shape = Shape {
    name: "a permission of a test",
    header: "[[test.allow]]",
    doc: "A finding about series that is meant, with the reason.",
    keys: &[
        Key::new("lint", Type::Choice(&["series-not-read"]), "The finding's name.")
            .required()
            .example("\"series-not-read\""),
        Key::new("why", Type::Text(&REASON), "Why it is meant.")
            .required()
            .example("\"errors in sending are another alert's\""),
    ],
    others: None,
};

const PERMISSION: Type = Type::Table(&ALLOW);
const ALLOWED: Key = Key::new(
    "allow",
    Type::Array(&PERMISSION),
    "Findings that are meant here, with the reason.",
)
.example(
    "[{ lint = \"series-not-read\", why = \"errors in sending are another alert's\" }]",
);

const EVALUATION: Key = Key::new(
    "evaluation",
    Type::Text(&SPACING),
    "Every group is evaluated at this interval, whatever its own, and samples after the \
     last evaluation are not there: as promtool has it.",
)
.default("each group at its own interval")
.example("\"1m\"");

/// External labels.
static EXTERNAL: Shape = Shape {
    name: "external labels of a test",
    header: "external_labels",
    doc: "What `$externalLabels` holds in templates.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&TEXT),
        value: Type::Text(&TEXT),
        doc: "Its value.",
        example: "cluster = \"eu\"",
        reserved: None,
    }),
};

/// A case of a test.
static CASE: Shape = Shape {
    name: "a case of a test",
    header: "[[test.case]]",
    doc: "A variant of the test above: its keys are added to the test's.",
    keys: &[NAME, LETS, SERIES, UNTIL, ENV, ONLY, EXPECTED, MOMENTS],
    others: None,
};

/// A test.
static TEST: Shape = Shape {
    name: "a test",
    header: "[[test]]",
    doc: "Series, and what the alerts do on them. It runs in every environment that has \
          one of the alerts that it names.",
    keys: &[
        NAME,
        UNTIL,
        Key::new(
            "interval",
            Type::Text(&SPACING),
            "The spacing of samples; rules are evaluated at the interval of their group.",
        )
        .default("the project's `interval`")
        .example("\"15s\""),
        Key { default: "that of the file", ..EVALUATION },
        Key::new("start", Type::Text(&TIME), "The time of the first sample.")
            .default("1970-01-01T00:00:00Z")
            .example("\"2026-01-05T06:00:00Z\""),
        Key::new(
            "external_labels",
            Type::Table(&EXTERNAL),
            "What `$externalLabels` holds in templates.",
        )
        .default("those of the environment")
        .example("{ cluster = \"eu\" }"),
        Key::new(
            "external_url",
            Type::Text(&TEXT),
            "What `$externalURL` holds in templates.",
        )
        .default("nothing")
        .example("\"https://prometheus.example.com\""),
        LETS,
        FIXTURES,
        SERIES,
        ENV,
        ONLY,
        EXPECTED,
        MOMENTS,
        ALLOWED,
        Key::new(
            "case",
            Type::Array(&Type::Table(&CASE)),
            "Variants: each runs on its own, with the keys of the test and its own.",
        ),
    ],
    others: None,
};

/// A fixture.
static FIXTURE: Shape = Shape {
    name: "a fixture",
    header: "[fixture.<name>]",
    doc: "Series that several tests share.",
    keys: &[
        SERIES,
        Key::new("let", Type::Table(&LET), "Values where the test gives none.")
            .example("{ rate = 10 }"),
    ],
    others: None,
};

static FIXTURES_OF: Shape = Shape {
    name: "fixtures",
    header: "[fixture]",
    doc: "Series that several tests share, by name.",
    keys: &[],
    others: Some(Others {
        what: "a fixture",
        names: Names::Form(&TEXT),
        value: Type::Table(&FIXTURE),
        doc: "A fixture.",
        example: "[fixture.quiet]",
        reserved: None,
    }),
};

/// A test file.
pub static FILE: Shape = Shape {
    name: "a test file",
    header: "testdata/*.toml",
    doc: "Tests of alerts: synthetic series, and when each alert fires on them.",
    keys: &[
        Key::new(
            "let",
            Type::Table(&LET),
            "Parameters of every test in the file; a test may give other values.",
        )
        .example("{ own = 'job=\"api\"' }"),
        EVALUATION,
        Key::new(
            "rules",
            Type::Array(&Type::Declared("an alerts file")),
            "The alerts files whose rules the tests see, in the order in which they are \
             evaluated: paths below `alerts/`, without `.toml`; or the path of a rule file that \
             one of them uses.",
        )
        .default("all, in the order of their paths")
        .example("[\"api\"]"),
        Key::new(
            "order",
            Type::Array(&Type::Declared("a group")),
            "Groups in the order in which they are evaluated; those that are not named go \
             with the first.",
        )
        .default("the order of files, and in them")
        .example("[\"records\", \"alerts\"]"),
        Key::new("fixture", Type::Table(&FIXTURES_OF), "Shared series by name."),
        ALLOWED,
        Key::new("test", Type::Array(&Type::Table(&TEST)), "The tests."),
    ],
    others: None,
};

/// The shape of an expectation.
pub fn expectation() -> &'static Shape {
    &EXPECT
}

/// The shape of what an expectation says in one environment.
pub fn expectation_of_environment() -> &'static Shape {
    &WANT
}
