//! Alerts that no test has seen fire.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::coverage;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "untested-firing",
    level: Level::Off,
    summary: "An alert that no test expects to fire.",
    why: "A misspelt metric or label, a join that matches nothing: it would never fire, and nobody would know.",
    example: "[alert.ApiDown]\nexpr = 'up{job=\"api\"} == 0'\n\n# and no test in which it is to fire",
    instead: "Write a test in which it fires: `expect.ApiDown = \"firing 5m..\"`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let (Some(alert), Some(tests)) = (site.alert(), context.tests) else { return };
    // What is derived from an alert needs no test of its own.
    let companion = alert.about.as_ref().is_some_and(|it| it.companion_of.is_some());
    if companion || tests.of(site).fires {
        return;
    }
    let (at, tier) = coverage::place(alert);
    let title = format!("no test expects {tier}`{}` to fire", alert.name);
    out.push(
        LINT.finding(title)
            .at(at, "not tested")
            .help("write a test that expects `firing …`"),
    );
}
