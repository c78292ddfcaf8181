//! Times that the project does not take.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-for",
    level: Level::Deny,
    summary: "An alert whose `for` or `keep_firing_for` is shorter or longer than a `[[policy]]` allows.",
    why: "The project says so: what is over at once wakes nobody, and what waits for hours \
          comes too late.",
    example: "[[policy]]\nseverity = [\"critical\"]\nmin_for  = \"1m\"\n\n[alert.ApiDown]\nseverity = \"critical\"\nfor      = \"10s\"",
    instead: "Write a `for` between both.",
    peers: &[
        "pint rule/for",
        "promruval forIsNotLongerThan",
        "promruval keepFiringForIsNotLongerThan",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let own = alert.hold.value;
    let at = alert.hold.defined_by.last().copied().unwrap_or(alert.span);
    for it in policy::of(context, site) {
        let kept = &alert.keep_firing_for;
        if let Some((limit, place)) = it.most_keep.filter(|it| it.0 < kept.value) {
            let title =
                format!("`keep_firing_for` of `{}` is longer than demanded", site.name());
            let at = kept.defined_by.last().copied().unwrap_or(alert.span);
            let said = LINT.finding(title).at(at, kept.value.to_string());
            let said = policy::demanded(said, it, place);
            out.push(said.help(format!("write `{limit}` or less")));
        }
        let short =
            it.least_hold.filter(|it| own < it.0).map(|it| (it, "shorter", "more"));
        let long = it.most_hold.filter(|it| it.0 < own).map(|it| (it, "longer", "less"));
        let Some(((limit, place), word, way)) = short.or(long) else { continue };
        let title = format!("`for` of `{}` is {word} than demanded", site.name());
        let label = match own.0 {
            0 => "none".to_owned(),
            _ => own.to_string(),
        };
        let said = policy::demanded(LINT.finding(title).at(at, label), it, place);
        out.push(said.help(format!("write `{limit}` or {way}")));
    }
}
