//! Patterns that match every value.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::MatchOp;

/// The lint.
pub static LINT: Lint = Lint {
    name: "regexp-matches-all",
    level: Level::Off,
    summary: "A matcher that every series satisfies: `=~\".*\"`.",
    why: "It costs time and says nothing. Charts leave such matchers where nobody gave a \
          value, so that it is looked for where a project is strict.",
    example: "up{namespace=~\".*\"} == 0",
    instead: "Take the matcher out; `=~\".+\"` asks that the label is there.",
    peers: &["pint promql/regexp"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let all = |it: &str| matches!(it, ".*" | "^.*" | ".*$" | "^.*$" | "(.*)" | "(?s:.*)");
    for matcher in matchers::patterns(site) {
        if matcher.op == MatchOp::Regexp && all(&matcher.value) {
            let title = format!("matcher of `{}` matches everything", matcher.name);
            let said = site.at(LINT.finding(title), matcher.span, "always holds");
            out.push(said.help("take it out; `=~\".+\"` asks that the label is there"));
        }
    }
}
