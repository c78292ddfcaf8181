//! Times that are given and are nothing.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::rules::group::{Millis, Setting};

/// The lint.
pub static LINT: Lint = Lint {
    name: "for-zero",
    level: Level::Off,
    summary: "A `for` or `keep_firing_for` of 0.",
    why: "It is the default, unless it overrides another one.",
    example: "[alert.ApiDown]\nfor = \"0s\"",
    instead: "Take it out.",
    peers: &["pint alerts/for"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let mut check = |key: &str, it: &Setting<Millis>| {
        // Several places are a value and what it overrides.
        let [at] = it.defined_by[..] else { return };
        if it.value.0 == 0 {
            let title = format!("`{key}` of `{}` is 0", site.name());
            let said = LINT.finding(title).at(at, "the default");
            out.push(said.help("take it out"));
        }
    };
    check("for", &alert.hold);
    check("keep_firing_for", &alert.keep_firing_for);
}
