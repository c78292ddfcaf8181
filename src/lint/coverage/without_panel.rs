//! Alerts that no dashboard shows.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::coverage::panels;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "without-panel",
    level: Level::Off,
    summary: "An alert whose metrics are on no panel of a dashboard.",
    why: "Who is called at night begins with the course of what the alert looks at.",
    example: "[alert.QueueFull]\nexpr = 'queue_length > 100'\n\n# and no panel asks for `queue_length`",
    instead: "Add a panel: `[[row.panel]] alert = \"QueueFull\"`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let (Some(alert), Some(book)) = (site.alert(), context.book) else { return };
    let companion = alert.about.as_ref().is_some_and(|it| it.companion_of.is_some());
    // Nothing to look at: a dead man's switch.
    if companion || site.tree().selectors().is_empty() {
        return;
    }
    if !panels::are_there(context, book, site) {
        let said = LINT.finding(format!("no panel shows what `{}` looks at", alert.name));
        let key = alert.about.as_ref().map_or(alert.name.as_str(), |it| &it.definition);
        out.push(
            said.at(alert.span, "on no dashboard")
                .help(format!("add a panel: `[[row.panel]] alert = \"{key}\"`")),
        );
    }
}
