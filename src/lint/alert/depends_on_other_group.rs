//! Rules that read what another group writes less often.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{Expr, ExprKind};

/// The lint.
pub static LINT: Lint = Lint {
    name: "depends-on-other-group",
    level: Level::Off,
    summary: "An alert that reads a record which only a group writes that is evaluated less \
              often.",
    why: "Groups are evaluated side by side, each at its own time: the record is as old as \
          its group's interval allows, and several evaluations of the alert see the same \
          value.",
    example: "[group.slow]\ninterval = \"5m\"\n\n[record.\"job:errors:rate5m\"]\ngroup = \"slow\"",
    instead: "Put the record before the alert in one group, or evaluate both as often.",
    peers: &["pint rule/dependency"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    if site.alert().is_none() {
        return;
    }
    let mut said_of = Vec::new();
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Selector(it) = &expr.kind else { return };
        // Over a time, and in the past, an interval more or less does not count.
        let over_time =
            |it: &&Expr| matches!(&it.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_));
        if it.offset.is_some() || it.at.is_some() || path.iter().any(over_time) {
            return;
        }
        let Some(name) = it.name.as_deref() else { return };
        let writers = context.records.get(name).map(Vec::as_slice).unwrap_or_default();
        let Some(other) = writers.first() else { return };
        let own = |it: &Site<'_>| std::ptr::eq(it.group, site.group);
        if writers.iter().any(own) || said_of.contains(&name) {
            return;
        }
        let (Some(theirs), Some(ours)) =
            (context.interval(other.group), context.interval(site.group))
        else {
            return;
        };
        if theirs <= ours {
            return;
        }
        said_of.push(name);
        let title = format!("`{}` reads `{name}`, which is older than it", site.name());
        let label = format!("up to {theirs} old; the alert is evaluated every {ours}");
        let said = site.at(LINT.finding(title), expr.span, label);
        let group = format!("written in group `{}`", other.group.name);
        let said = said.context(other.span(), group);
        out.push(said.help("put both in one group"));
    });
}
