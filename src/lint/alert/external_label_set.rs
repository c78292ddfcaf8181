//! Labels of rules that hide those of the server.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "external-label-set",
    level: Level::Warn,
    summary: "A rule that sets an external label of its server to another value.",
    why: "Prometheus adds an external label to what it sends only where that label is not \
          there: the alert seems to come from another server, and is routed and silenced as \
          if it did.",
    example: "[env.production]\nexternal_labels = { cluster = \"eu\" }\n\n\
              [alert.ApiDown]\nlabels = { cluster = \"api\" }",
    instead: "Give the label another name.",
    peers: &["pint labels/conflict"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(book) = context.book else { return };
    for (name, value) in &book.external_labels {
        let mut all = site.labels().iter().chain(&site.group.labels);
        let Some(own) = all.find(|it| it.name.as_str() == name) else { continue };
        // What a template makes of it may be the same; nothing takes the label away.
        let other = own.value.as_str() != value && !own.value.as_str().contains("{{");
        if other && !own.value.as_str().is_empty() {
            let title = format!("`{}` sets the external label `{name}`", site.name());
            let label = format!("`{value}` on the server of `{}`", book.env);
            let said = LINT.finding(title).at(own.value.span(), label);
            out.push(said.help("give the label another name"));
        }
    }
}
