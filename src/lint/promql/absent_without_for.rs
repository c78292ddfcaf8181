//! Absence that is reported at once.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{Expr, ExprKind};
use crate::rules::group::Millis;

/// The lint.
pub static LINT: Lint = Lint {
    name: "absent-without-for",
    level: Level::Warn,
    summary: "An alert on `absent(…)` that fires at once, or before two scrapes.",
    why: "When Prometheus starts it has no sample yet, and everything is absent until the \
          first scrape; a target that restarts is absent for one.",
    example: "[alert.ApiAbsent]\nexpr = 'absent(up{job=\"api\"})'",
    instead: "Wait for two scrapes at least: `for = \"5m\"`; or look back: \
              `absent_over_time(up{job=\"api\"}[5m])`.",
    peers: &["pint alerts/absent"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let mut found: Option<&Expr> = None;
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Call(call) = &expr.kind else { return };
        // A part of `or` may be absent at once; one that only excludes may not.
        let alone = path.iter().all(|it| {
            matches!(&it.kind, ExprKind::Paren(_) | ExprKind::Aggregate(_))
                || matches!(&it.kind, ExprKind::Binary(it)
                    if it.op == crate::promql::syntax::ast::BinaryOp::Or
                        || it.op.is_comparison())
        });
        if call.name == "absent" && alone && found.is_none() {
            found = Some(expr);
        }
    });
    let Some(expr) = found else { return };
    let job = context.labels(expr).value("job").map(str::to_owned);
    let scrape = job.as_deref().and_then(|it| context.scrapes.get(it)).copied();
    let least = scrape.map_or(Millis(1), |it| Millis(2 * it.0));
    if least <= alert.hold.value {
        return;
    }
    let (label, help) = match scrape {
        Some(it) => (
            format!("scraped every {it}, and `for` is {}", alert.hold.value),
            format!("write `for = \"{}\"` or longer", Millis(4 * it.0)),
        ),
        None => (
            "has a result as long as the first scrape is missing".to_owned(),
            "give the alert a `for` of two scrapes at least: `5m`".to_owned(),
        ),
    };
    let title = format!("`{}` fires as soon as a sample is missing", site.name());
    out.push(site.at(LINT.finding(title), expr.span, label).help(help));
}
