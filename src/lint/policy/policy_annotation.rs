//! Annotations that the project demands.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-annotation",
    level: Level::Deny,
    summary: "An alert without an annotation that a `[[policy]]` demands, or with another text.",
    why: "The project says so: what shows the alert asks for it.",
    example: "[[policy]]\nannotations = { summary = \".{10,}\" }\n\n[alert.ApiDown]\nsummary = \"down\"",
    instead: "Write a text that the pattern matches.",
    peers: &[
        "pint alerts/annotation",
        "promruval hasAnnotations",
        "promruval annotationMatchesRegexp",
        "promruval annotationHasAllowedValue",
        "promruval doesNotHaveAnnotations",
        "mixtool alert-description-missing-rule",
        "mixtool alert-summary-missing-rule",
        "mixtool alert-summary-style",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let wanted: Vec<_> = policy::of(context, site)
        .flat_map(|policy| {
            policy.annotations.iter().map(move |it| (policy, &it.0, &it.1))
        })
        .collect();
    let own: Vec<_> = alert.annotations.iter().collect();
    policy::pairs(&LINT, "annotation", site, &own, &wanted, out);
}
