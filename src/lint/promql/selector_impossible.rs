//! Selectors that no series can satisfy.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::{dashboard_variable, matchers};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::re2::matches_nothing;
use crate::promql::syntax::ast::{MatchOp, Matcher};

/// The lint.
pub static LINT: Lint = Lint {
    name: "selector-impossible",
    level: Level::Warn,
    summary: "A selector whose matchers contradict each other, or of which one takes no value.",
    why: "It selects nothing, so that the alert never fires, or the ratio has no result.",
    example: "http_requests_total{status=\"500\", status=~\"4..\"}",
    instead: "Take one of the matchers out, or join the values: `status=~\"4..|500\"`.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for (_, selector) in site.tree().selectors() {
        for (idx, matcher) in selector.matchers.iter().enumerate() {
            if let Some(said) = never(site, matcher) {
                out.push(said);
                continue;
            }
            if matcher.op == MatchOp::NotRegexp
                && matches!(&*matcher.value, ".*" | "(.*)")
            {
                let title =
                    format!("no series satisfies the matcher of `{}`", matcher.name);
                let said =
                    site.at(LINT.finding(title), matcher.span, "excludes every value");
                out.push(said.help("take it out"));
                continue;
            }
            let Some(values) = matchers::values(matcher) else { continue };
            let others = selector.matchers.iter().enumerate();
            let mut others = others.filter(|(other_idx, it)| {
                // Of two lists of values the later one is to blame.
                it.name == matcher.name
                    && (*other_idx < idx
                        || *other_idx > idx && matchers::values(it).is_none())
            });
            let against = others
                .find(|(_, it)| !values.iter().any(|value| matchers::holds(it, value)));
            if let Some((_, against)) = against {
                let title =
                    format!("matchers of `{}` contradict each other", matcher.name);
                let said = site.at(LINT.finding(title), matcher.span, "this one");
                let at = against.span.bytes();
                let place = site.expr().text.place(at.start, at.end);
                out.push(said.context(place.span, "and this one never hold together"));
            }
        }
    }
}

/// What is wrong with a pattern that matches nothing. One with a variable of a dashboard is
/// named as such.
fn never(site: Site<'_>, matcher: &Matcher) -> Option<Diagnostic> {
    let anchors = matcher.value.contains(['^', '$']);
    let matches_nothing =
        || matcher.op == MatchOp::Regexp && matches_nothing(&matcher.value);
    if !anchors || !matches_nothing() || dashboard_variable::variable(matcher).is_some() {
        return None;
    }
    let title = format!("no value matches the pattern of `{}`", matcher.name);
    let said = site.at(
        LINT.finding(title),
        matcher.value_span,
        "`^` is the beginning of the value, and `$` its end",
    );
    Some(said.help("take the anchor out, or escape it where the character is meant"))
}
