//! `irate` in rules.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::ExprKind;

/// The lint.
pub static LINT: Lint = Lint {
    name: "irate-in-rule",
    level: Level::Off,
    summary: "`irate` in a rule.",
    why: "It looks at the last two samples only: what happens between two evaluations is \
          not seen, and one odd scrape resets `for`.",
    example: "irate(http_errors_total[5m]) > 1",
    instead: "Write `rate(…)`.",
    peers: &["promruval expressionDoesNotUseIrate"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        if call.name == "irate" {
            let said = LINT.finding("`irate` in a rule");
            let said = site.at(said, call.name_span, "sees the last two samples only");
            out.push(said.help("write `rate`"));
        }
    });
}
