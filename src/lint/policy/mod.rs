//! Lints about what the project itself demands: `[[policy]]` in the manifest.

pub mod policy_annotation;
pub mod policy_for;
pub mod policy_label;
pub mod policy_name;
pub mod policy_result;
pub mod policy_selector;
pub mod policy_text;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::lint::context::{Context, Site};
use crate::lint::table::Lint;
use crate::rules::group::Pair;
use crate::rules::policy::{Pattern, Policy};

/// All of them.
pub const LINTS: &[&Lint] = &[
    &policy_annotation::LINT,
    &policy_for::LINT,
    &policy_label::LINT,
    &policy_name::LINT,
    &policy_result::LINT,
    &policy_selector::LINT,
    &policy_text::LINT,
];

/// The policies that are about a rule.
fn of<'a>(context: &Context<'a>, site: Site<'a>) -> impl Iterator<Item = &'a Policy> {
    let policies = context.book.map(|it| &it.policies[..]).unwrap_or_default();
    policies.iter().filter(move |it| match site.alert() {
        None => it.records,
        Some(alert) => {
            let meant = |own: &str| it.severities.iter().any(|it| it == own);
            let all = it.severities.is_empty();
            !it.records && (all || alert.severity().is_some_and(meant))
        }
    })
}

/// A finding, with what demands it.
fn demanded(said: Diagnostic, policy: &Policy, at: Span) -> Diagnostic {
    let said = said.context(at, "demanded here");
    match &policy.why {
        Some(why) => said.note(why),
        None => said,
    }
}

/// Whether a value is one of a pattern; what is a template may become one.
fn fits(pattern: &Pattern, value: &Text) -> bool {
    value.as_str().contains("{{") || pattern.regex.is_match(value.as_str())
}

/// Holds labels or annotations against patterns: findings at values that do not match, and
/// one at the rule for all that are not there.
fn pairs(
    lint: &Lint,
    what: &str,
    site: Site<'_>,
    own: &[&Pair],
    wanted: &[(&Policy, &Text, &Pattern)],
    out: &mut Vec<Diagnostic>,
) {
    let mut missing = Vec::new();
    for (policy, name, pattern) in wanted {
        let found = own.iter().find(|it| it.name.as_str() == name.as_str());
        match found {
            None if pattern.regex.is_match("") => {}
            None => missing.push((policy, name)),
            Some(it) if fits(pattern, &it.value) => {}
            Some(it) => {
                let title =
                    format!("{what} `{name}` of `{}` is not as demanded", site.name());
                let said = lint.finding(title).at(it.value.span(), "does not match");
                let said = demanded(said, policy, pattern.text.span());
                out.push(said.help(format!("write what `{}` matches", pattern.text)));
            }
        }
    }
    let Some((policy, name)) = missing.first() else { return };
    let names = suggest::list(missing.iter().map(|it| it.1.as_str()), 10);
    let title =
        format!("`{}` has no {what} {}", site.name(), names.replace(" and ", " and no "));
    let said = lint.finding(title).at(site.span(), "this rule");
    out.push(demanded(said, policy, name.span()).help("add what is missing"));
}
