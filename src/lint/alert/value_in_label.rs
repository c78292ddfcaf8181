//! Labels that change with the value.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::alert::texts;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "value-in-label",
    level: Level::Warn,
    summary: "A label of an alert that is made of its value.",
    why: "An alert is known by its labels: with each new value it is a new one, which waits \
          for `for` again and never fires, or is resolved and sent anew at every evaluation.",
    example: "labels = { size = \"{{ $value }}\" }",
    instead: "Say the value in an annotation.",
    peers: &["pint alerts/template"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    for (pair, usage) in texts::used(&alert.labels) {
        let Some(at) = usage.values.first() else { continue };
        let title = format!("label `{}` changes with the value", pair.name);
        let at = at.bytes();
        out.push(
            LINT.finding(title)
                .within(
                    &pair.value,
                    at.start,
                    at.end,
                    "another alert as the value changes it",
                )
                .help("say it in an annotation"),
        );
    }
}
