//! Patterns that match one value only.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::fix;
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::MatchOp;

/// The lint.
pub static LINT: Lint = Lint {
    name: "regexp-needless",
    level: Level::Warn,
    summary: "A regular expression that matches one value only.",
    why: "It says that several values may match, which is not so. A value that comes from a \
          parameter may be another one elsewhere, so that nothing is said of it.",
    example: "up{job=~\"api\"} == 0",
    instead: "Write `=` or `!=`: `up{job=\"api\"} == 0`.",
    peers: &["pint promql/regexp"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for matcher in matchers::patterns(site) {
        let Ok(pattern) = Pattern::new(matchers::without_anchors(&matcher.value)) else {
            continue;
        };
        let one =
            pattern.values().and_then(|mut it| it.next().filter(|_| it.next().is_none()));
        // The empty pattern is said otherwise, and escapes may be kept for safety.
        let Some(value) = one.filter(|it| !it.is_empty()) else { continue };
        let (op, plain) = match matcher.op {
            MatchOp::NotRegexp => ("!~", "!="),
            _ => ("=~", "="),
        };
        let title = format!("`{op}` with a pattern that matches `{value}` only");
        let said = site.at(LINT.finding(title), matcher.span, "matches one value");
        let sign = matchers::operator(site, matcher);
        let sign = sign.filter(|_| *value == *matcher.value);
        let edit = sign.and_then(|at| fix::edit(&site.expr().text, at, plain));
        out.push(match fix::safe(format!("write `{plain}`"), [edit]) {
            Some(fix) => said.fix(fix),
            None => said.help(format!("write `{plain}`")),
        });
    }
}
