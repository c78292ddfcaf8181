//! Keys about findings: their levels, and those that are meant.
//!
//! Every lint is a key here because it is one in the table of lints.

use crate::doc::keys::{Key, REASON, Shape, Type};
use crate::lint::{LINTS, N_LINTS, NAMES};

/// A finding that is meant.
pub static ALLOW: Shape = Shape {
    name: "a permission",
    header: "[[allow]]",
    doc: "A finding that is meant, with the reason. One that permits nothing is a finding \
          itself.",
    keys: &[
        Key::new("lint", Type::Choice(&NAMES), "The finding's name.")
            .required()
            .example("\"target-job-rule\""),
        Key::new("why", Type::Text(&REASON), "Why it is meant.")
            .required()
            .example("\"the metric is the cluster's and has no job\""),
    ],
    others: None,
};

static PERMISSION: Type = Type::Table(&ALLOW);

/// `allow`
pub(super) const ALLOW_KEY: Key = Key::new(
    "allow",
    Type::Array(&PERMISSION),
    "Findings that are meant here, with the reason.",
)
.example("[{ lint = \"counter-without-rate\", why = \"it never restarts\" }]");

/// What can be said of a lint.
pub const LEVELS: &[&str] = &["off", "warn", "deny"];

/// `strict`
pub const STRICT: &str = "strict";

const KEYS: [Key; N_LINTS + 1] = keys();

const fn keys() -> [Key; N_LINTS + 1] {
    let strict = Key::new(
        STRICT,
        Type::Boolean,
        "Whether those count, too, that are off because they are a matter of policy or \
         taste.",
    )
    .default("`false`")
    .example("true");
    let mut out = [strict; N_LINTS + 1];
    let mut idx = 0;
    while idx < N_LINTS {
        let lint = LINTS[idx];
        out[idx + 1] = Key::new(lint.name, Type::Choice(LEVELS), lint.summary)
            .default(lint.level.quoted())
            .example("\"deny\"");
        idx += 1;
    }
    out
}

/// `[lints]`
pub static LINTS_TABLE: Shape = Shape {
    name: "the table of lints",
    header: "[lints]",
    doc: "What becomes of findings of `check`: `off` is not looked for, `warn` is a \
          warning, `deny` fails. [lints](lints/README.md) explains each.",
    keys: &KEYS,
    others: None,
};
