//! Alerts that belong to nobody.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "without-owner",
    level: Level::Off,
    summary: "An alert without an owner.",
    why: "Nobody keeps it true, and its messages go to everybody.",
    example: "[alert.QueueFull]\nexpr = 'queue_length > 100'",
    instead: "Say who has it: `owner = \"platform\"` on the alert, or for the whole file.",
    peers: &["pint rule/owner"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let Some(about) = alert.about.as_ref().filter(|it| it.owner.is_none()) else {
        return;
    };
    let said = LINT.finding(format!("`{}` has no owner", about.definition));
    let said = said.at(alert.span, "nobody's");
    out.push(said.help("write `owner = \"…\"` here or at the top of the file"));
}
