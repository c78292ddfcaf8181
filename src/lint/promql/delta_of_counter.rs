//! Functions for gauges on counters.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::fix;
use crate::lint::promql::kind;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::ExprKind;

/// The lint.
pub static LINT: Lint = Lint {
    name: "delta-of-counter",
    level: Level::Warn,
    summary: "`delta`, `idelta` or `deriv` of a counter.",
    why: "They are for gauges: at a restart the counter falls to 0, and they give a large \
          negative number where `increase` and `rate` go on.",
    example: "delta(http_errors_total[1h]) > 100",
    instead: "Write `increase(…)` for `delta`, `rate(…)` for `deriv`, `irate(…)` for `idelta`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        let better = match call.name {
            "delta" => "increase",
            "deriv" => "rate",
            "idelta" => "irate",
            _ => return,
        };
        let Some(ExprKind::Matrix(it)) = call.args.first().map(|it| &it.kind) else {
            return;
        };
        let ExprKind::Selector(selector) = &it.selector.kind else { return };
        let Some(name) = selector.name.as_deref() else { return };
        if !kind::is_counter(name, context) || context.records.contains_key(name) {
            return;
        }
        let title = format!("`{}` of the counter `{name}`", call.name);
        let label = "takes a restart for a fall";
        let said = site.at(LINT.finding(title), call.name_span, label);
        // It changes the values, so that a person has to look.
        let edit = fix::edit(&site.expr().text, call.name_span, better);
        let fix = fix::safe(format!("write `{better}`"), [edit]);
        out.push(match fix {
            Some(fix) => said.fix(crate::diag::diagnostic::Fix { safe: false, ..fix }),
            None => said.help(format!("write `{better}`")),
        });
    });
}
