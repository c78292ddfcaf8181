//! Matchers that the project demands.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::lint::context::{Context, Site};
use crate::lint::policy;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::ExprKind;

/// The lint.
pub static LINT: Lint = Lint {
    name: "policy-selector",
    level: Level::Deny,
    summary: "A selector without a matcher of a label that a `[[policy]]` demands.",
    why: "The project says so: where several teams or environments share a server, a selector \
          without their label sees the series of all.",
    example: "[[policy]]\nselects = [\"namespace\"]\n\n[alert.ApiDown]\nexpr = 'up{job=\"api\"} == 0'",
    instead: "Match the label: `up{job=\"api\", namespace=\"${namespace}\"}`. Records of the \
              project, and `ALERTS`, are left alone.",
    peers: &["pint promql/selector"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for it in policy::of(context, site).filter(|it| !it.selects.is_empty()) {
        site.tree().walk(&mut |expr| {
            let ExprKind::Selector(selector) = &expr.kind else { return };
            let name = selector.name.as_deref().unwrap_or_default();
            let made = context.records.contains_key(name) || name.starts_with("ALERTS");
            // The second argument of `info` selects by what it joins.
            if made || selector.bypass_empty_check {
                return;
            }
            let lacks = |label: &&Text| {
                let mut all = selector.matchers.iter();
                !all.any(|own| &*own.name == label.as_str())
            };
            let missing: Vec<&Text> = it.selects.iter().filter(lacks).collect();
            let Some(first) = missing.first() else { return };
            let names = suggest::list(missing.iter().map(|it| it.as_str()), 8);
            let said = LINT.finding(format!("selector has no matcher of {names}"));
            let said = site.at(said, expr.span, "sees the series of all");
            let said = policy::demanded(said, it, first.span());
            out.push(said.help(format!("add a matcher of {names}")));
        });
    }
}
