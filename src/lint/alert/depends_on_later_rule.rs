//! Rules that read what a later rule of their group writes.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::infer::Fact;
use crate::promql::labels::Symbol;
use crate::promql::syntax::ast::{ExprKind, MatchOp, Selector};

/// The lint.
pub static LINT: Lint = Lint {
    name: "depends-on-later-rule",
    level: Level::Warn,
    summary: "A rule that reads a record, or `ALERTS`, which a later rule of its group writes.",
    why: "The rules of a group are evaluated in order: it sees the record as it was one \
          interval ago, and nothing at the first evaluation.",
    example: "- alert: ApiErrors\n  expr: job:errors:rate5m > 1\n\
              - record: job:errors:rate5m\n  expr: sum by (job) (rate(errors_total[5m]))",
    instead: "Put the record before the rules that read it.",
    peers: &["pint rule/dependency"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    site.tree().walk_path(&mut |expr, path| {
        let ExprKind::Selector(it) = &expr.kind else { return };
        // Over a time, and in the past, an interval more or less does not count.
        let over_time = |it: &&crate::promql::syntax::ast::Expr| {
            matches!(&it.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_))
        };
        if it.offset.is_none() && it.at.is_none() && !path.iter().any(over_time) {
            found.push((expr, it));
        }
    });
    let mut said_of = Vec::new();
    for (expr, selector) in found {
        let Some(name) = selector.name.as_deref() else { continue };
        if said_of.contains(&name) {
            continue;
        }
        let writers = writers(context, site, selector);
        let Some(later) = writers.iter().find(|it| site.idx < it.idx) else { continue };
        if writers.iter().any(|it| it.idx <= site.idx) {
            continue;
        }
        said_of.push(name);
        let what = match later.alert() {
            Some(it) => format!("alert `{}`", it.name),
            None => format!("`{name}`"),
        };
        let title = format!("`{}` reads {what} before it is evaluated", site.name());
        let said = site.at(LINT.finding(title), expr.span, "one interval old");
        out.push(
            said.context(later.span(), "evaluated later in the same group")
                .help("put the rule that is read before the one that reads it"),
        );
    }
}

/// The rules of the same group that may write what a selector selects.
fn writers<'a>(
    context: &Context<'a>,
    site: Site<'a>,
    selector: &Selector,
) -> Vec<Site<'a>> {
    let Some(name) = selector.name.as_deref() else { return Vec::new() };
    if name == "ALERTS" {
        let wanted = selector.matchers.iter().find(|it| {
            &*it.name == "alertname" && it.op == MatchOp::Equal && !it.value.is_empty()
        });
        let Some(wanted) = wanted else { return Vec::new() };
        let Some(first) = first_of_group(site) else { return Vec::new() };
        let alerts = site.group.rules.iter().enumerate().map(|(idx, rule)| Site {
            idx: first + idx,
            rule,
            group: site.group,
        });
        return alerts
            .filter(|it| it.alert().is_some_and(|it| it.name.as_str() == &*wanted.value))
            .collect();
    }
    let all = context.records.get(name).into_iter().flatten().copied();
    all.filter(|it| {
        std::ptr::eq(it.group, site.group) && may_write(context, *it, selector)
    })
    .collect()
}

/// The place of the first rule of a rule's group among all.
fn first_of_group(site: Site<'_>) -> Option<usize> {
    let own = site.group.rules.iter().position(|it| std::ptr::eq(it, site.rule))?;
    site.idx.checked_sub(own)
}

/// Whether what a rule records can satisfy the matchers of a selector.
fn may_write(context: &Context<'_>, record: Site<'_>, selector: &Selector) -> bool {
    let mut facts = context.labels(record.tree());
    for it in record.group.labels.iter().chain(record.labels()) {
        let value = Symbol::from(it.value.as_str());
        facts.set(&Symbol::from(it.name.as_str()), Fact::one_of([value]));
    }
    let name = selector.name.as_deref().unwrap_or_default();
    selector.matchers.iter().all(|it| {
        it.op != MatchOp::Equal
            || *it.value == *name
            || facts.get(&it.name).allows(&it.value)
    })
}
