//! Selectors that no series can satisfy.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{MatchOp, Matcher};

/// The lint.
pub static LINT: Lint = Lint {
    name: "selector-impossible",
    level: Level::Warn,
    summary: "A selector whose matchers contradict each other.",
    why: "It selects nothing, so that the alert never fires, or the ratio has no result.",
    example: "http_requests_total{status=\"500\", status=~\"4..\"}",
    instead: "Take one of the matchers out, or join the values: `status=~\"4..|500\"`.",
    peers: &["pint promql/impossible"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for (_, selector) in site.tree().selectors() {
        for (idx, matcher) in selector.matchers.iter().enumerate() {
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
            let Some(values) = values(matcher) else { continue };
            let others = selector.matchers.iter().enumerate();
            let mut others = others.filter(|(other_idx, it)| {
                // Of two lists of values the later one is to blame.
                it.name == matcher.name
                    && (*other_idx < idx
                        || *other_idx > idx && self::values(it).is_none())
            });
            let against =
                others.find(|(_, it)| !values.iter().any(|value| holds(it, value)));
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

/// The values that a matcher takes, where these are few.
fn values(matcher: &Matcher) -> Option<Vec<String>> {
    match matcher.op {
        MatchOp::Equal => Some(vec![matcher.value.to_string()]),
        MatchOp::Regexp => {
            let pattern = Pattern::new(&matcher.value).ok()?;
            let values = pattern.values()?.map(str::to_owned).collect();
            Some(values)
        }
        MatchOp::NotEqual | MatchOp::NotRegexp => None,
    }
}

fn holds(matcher: &Matcher, value: &str) -> bool {
    let own = Matchers::new(std::slice::from_ref(matcher));
    own.holds(&match value {
        "" => Labels::empty(),
        value => Labels::from_strs(&[(&*matcher.name, value)]),
    })
}
