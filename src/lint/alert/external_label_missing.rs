//! External labels that a text reads and the server does not have.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::lint::alert::texts;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "external-label-missing",
    level: Level::Warn,
    summary: "A text that reads an external label which the environment does not have.",
    why: "It is always empty there.",
    example: "summary = \"{{ $externalLabels.cluster }}: the API is down\"",
    instead: "Declare it: `[env.production] external_labels = { cluster = \"eu\" }`, or take \
              it out of the text.",
    peers: &["pint alerts/external_labels"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let (Some(alert), Some(book)) = (site.alert(), context.book) else { return };
    let names = || book.external_labels.iter().map(|it| it.0.as_str());
    for (pair, usage) in texts::all(alert) {
        for it in &usage.external_labels {
            if names().any(|own| own == it.name) || it.name.is_empty() {
                continue;
            }
            let title = format!("`{}` has no external label `{}`", book.env, it.name);
            let label = match suggest::nearest(&it.name, names()) {
                Some(near) => format!("always empty; did you mean `{near}`?"),
                None => "always empty".to_owned(),
            };
            let at = it.at.bytes();
            out.push(
                LINT.finding(title)
                    .within(&pair.value, at.start, at.end, label)
                    .help("declare it in `external_labels`, or take it out of the text"),
            );
        }
    }
}
