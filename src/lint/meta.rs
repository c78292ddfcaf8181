//! Lints about permissions themselves.

use crate::lint::table::{Check, Level, Lint};

/// Both.
pub const LINTS: &[&Lint] = &[&UNUSED, &UNKNOWN];

/// A permission without a finding.
pub static UNUSED: Lint = Lint {
    name: "allow-unused",
    level: Level::Warn,
    summary: "An `allow` that permits nothing.",
    why: "The finding that it was about is gone, and the next one would be permitted \
          unseen. It is said only of lints that looked.",
    example: "# the expression has no such selector any more\n\
              allow = [{ lint = \"regexp-needless\", why = \"kept as the dashboard has it\" }]",
    instead: "Take the `allow` out.",
    peers: &["pint pint/comment"],
    check: Check::Elsewhere,
};

/// A permission of nothing that there is.
pub static UNKNOWN: Lint = Lint {
    name: "allow-unknown",
    level: Level::Warn,
    summary: "A comment in a rule file that allows a lint which there is not.",
    why: "It permits nothing. In the project's own files such a name is an error.",
    example: "# aqua-alerts: allow regexp-needles: kept as the dashboard has it",
    instead: "Write the lint's name as `aqua-alerts explain` lists it.",
    peers: &["pint pint/comment"],
    check: Check::Elsewhere,
};
