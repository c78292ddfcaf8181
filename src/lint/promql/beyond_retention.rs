//! Times that the server has forgotten.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{Duration, Expr, ExprKind};
use crate::rules::group::Millis;

/// The lint.
pub static LINT: Lint = Lint {
    name: "beyond-retention",
    level: Level::Warn,
    summary: "An expression that looks further back than the server keeps samples.",
    why: "What is older is gone: an average over a month is one over the days that are left, \
          and `offset` finds nothing at all. It is said where the manifest tells how long \
          samples are kept.",
    example: "[prometheus]\nretention = \"15d\"\n\n[alert.Grows]\nexpr = 'users > 2 * users offset 30d'",
    instead: "Look back less far, record what is needed longer, or keep samples longer.",
    peers: &[
        "pint promql/offset",
        "pint promql/range_query",
        "promruval expressionDoesNotUseOlderDataThan",
    ],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(kept) = context.book.and_then(|it| it.retention) else { return };
    let mut said_of = Vec::new();
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Selector(_) = &expr.kind else { return };
        let all = path.iter().copied().chain([expr]);
        let times: Vec<(&Duration, i64)> = all
            .flat_map(times)
            .filter_map(|it| Some((it, it.literal_millis()?)))
            .collect();
        let back: i64 = times.iter().map(|it| it.1).sum();
        let Some((longest, _)) = times.iter().max_by_key(|it| it.1) else { return };
        if back <= kept.0 || said_of.contains(&longest.span) {
            return;
        }
        said_of.push(longest.span);
        let title =
            format!("`{}` looks further back than there are samples", site.name());
        let label = match times.len() {
            1 => format!("the server keeps {kept}"),
            _ => format!("{} back in all; the server keeps {kept}", Millis(back)),
        };
        let said = site.at(LINT.finding(title), longest.span, label);
        out.push(said.help("look back less far, or keep samples longer"));
    });
}

/// The times by which an expression looks back itself. With `@` it looks elsewhere.
fn times(expr: &Expr) -> Vec<&Duration> {
    match &expr.kind {
        ExprKind::Selector(it) if it.at.is_none() => {
            it.offset.as_deref().into_iter().collect()
        }
        ExprKind::Matrix(it) => vec![&it.range],
        ExprKind::Subquery(it) if it.at.is_none() => {
            [&it.range].into_iter().chain(it.offset.as_deref()).collect()
        }
        _ => Vec::new(),
    }
}
