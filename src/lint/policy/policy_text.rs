//! Texts that the project does not take.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-text",
    level: Level::Deny,
    summary: "A label or an annotation with something that a `[[policy]]` forbids.",
    why: "The project says so: a note to oneself, an address that is no more, a word that \
          other systems do not take.",
    example: "[[policy]]\nforbidden = [\"TODO\"]\n\n[alert.ApiDown]\nsummary = \"TODO\"",
    instead: "Write it otherwise.",
    peers: &["pint rule/reject"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let annotations = site.alert().map(|it| &it.annotations[..]).unwrap_or_default();
    for it in policy::of(context, site) {
        for pattern in &it.forbidden {
            for pair in site.labels().iter().chain(annotations) {
                let found = pattern.regex.captures(pair.value.as_str());
                let Some((start, end)) = found.and_then(|it| *it.first()?) else {
                    continue;
                };
                let title =
                    format!("`{}` of `{}` has what is forbidden", pair.name, site.name());
                let said =
                    LINT.finding(title).within(&pair.value, start, end, "forbidden");
                let said = policy::demanded(said, it, pattern.text.span());
                out.push(said.help("write it otherwise"));
            }
        }
    }
}
