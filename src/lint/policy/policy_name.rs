//! Names that the project does not take.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-name",
    level: Level::Deny,
    summary: "A rule whose name does not match that of a `[[policy]]`.",
    why: "The project says so: people find rules by their names.",
    example: "[[policy]]\nof   = \"records\"\nname = \"[a-z_]+:[a-z_]+:[a-z0-9_]+\"\n\n[record]\napi_errors = 'sum(errors)'",
    instead: "Call it as the pattern demands: `job:api_errors:sum`.",
    peers: &[
        "pint rule/name",
        "promruval alertNameMatchesRegexp",
        "promruval recordedMetricNameMatchesRegexp",
        "promruval recordedMetricNameDoesNotMatchRegexp",
        "mixtool alert-name-camelcase",
        "mixtool alert-name-length",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for it in policy::of(context, site) {
        let Some(pattern) = &it.name else { continue };
        if pattern.regex.is_match(site.name().as_str()) {
            continue;
        }
        let title = format!("the name `{}` is not as demanded", site.name());
        let said = LINT.finding(title).at(site.name().span(), "does not match");
        let said = policy::demanded(said, it, pattern.text.span());
        out.push(said.help(format!("choose a name that `{}` matches", pattern.text)));
    }
}
