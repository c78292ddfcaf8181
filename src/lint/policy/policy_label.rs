//! Labels that the project demands.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-label",
    level: Level::Deny,
    summary: "A rule without a label that a `[[policy]]` demands, or with another value.",
    why: "The project says so: alerts are routed and silenced by their labels.",
    example: "[[policy]]\nlabels = { team = \"platform|sre\" }\n\n[alert.ApiDown]\nlabels = { team = \"platfrom\" }",
    instead: "Write a value that the pattern matches. One that is empty, `page = \"\"`, takes no \
              such label.",
    peers: &[
        "pint rule/label",
        "promruval hasLabels",
        "promruval labelMatchesRegexp",
        "promruval labelHasAllowedValue",
        "promruval doesNotHaveLabels",
        "promruval exclusiveLabels",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let wanted: Vec<_> = policy::of(context, site)
        .flat_map(|policy| policy.labels.iter().map(move |it| (policy, &it.0, &it.1)))
        .collect();
    // Those of the rule win over those of its group.
    let own: Vec<_> = site.labels().iter().chain(&site.group.labels).collect();
    policy::pairs(&LINT, "label", site, &own, &wanted, out);
}
