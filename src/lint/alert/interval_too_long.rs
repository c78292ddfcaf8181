//! Groups that are evaluated too seldom.

use std::collections::HashMap;

use crate::lint::context::Context;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::promql::syntax::ast::{Expr, ExprKind};
use crate::rules::group::{Group, Millis, Rule};

/// The lint.
pub static LINT: Lint = Lint {
    name: "interval-too-long",
    level: Level::Warn,
    summary: "A group with records whose interval is longer than a sample counts.",
    why: "A sample counts for the server's `lookback`, 5 minutes unless it says otherwise. A \
          record that is written less often is not there between its evaluations: graphs \
          have gaps, and alerts on it end and begin again.",
    example: "[group.slow]\ninterval = \"15m\"",
    instead: "Evaluate the group at least every 5 minutes, or read its records over a time: \
              `last_over_time(x[20m])`.",
    peers: &["pint group/interval", "promruval hasAllowedEvaluationInterval"],
    check: Check::Book(run),
};

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let lookback = Millis(context.dialect.lookback);
    let seldom = |it: &Group| it.interval.filter(|it| lookback < *it);
    if !context.groups.iter().any(|it| seldom(it).is_some()) {
        return;
    }
    let read = at_instants(context);
    let mut said_of: Vec<&Group> = Vec::new();
    for site in context.sites() {
        let (Some(interval), Rule::Record(record)) = (seldom(site.group), site.rule)
        else {
            continue;
        };
        let over_time = read.get(record.name.as_str()).is_some_and(|it| !it);
        if over_time || said_of.iter().any(|it| std::ptr::eq(*it, site.group)) {
            continue;
        }
        said_of.push(site.group);
        let title = format!("group `{}` is evaluated every {interval}", site.group.name);
        let said = LINT.finding(title);
        let said = said.at(site.group.span, format!("a sample counts for {lookback}"));
        let said = said.context(site.span(), "not there in between");
        out.push((Some(site), said.help(format!("write `{lookback}` or less"))));
    }
}

/// The metrics that rules read, and whether one of them asks for the value at its time.
fn at_instants<'a>(context: &Context<'a>) -> HashMap<&'a str, bool> {
    let mut out: HashMap<&str, bool> = HashMap::new();
    for site in context.sites() {
        site.tree().walk_path(&mut |expr, path| {
            let ExprKind::Selector(it) = &expr.kind else { return };
            let over_time = |it: &&Expr| {
                matches!(&it.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_))
            };
            if let Some(name) = it.name.as_deref() {
                *out.entry(name).or_default() |= !path.iter().any(over_time);
            }
        });
    }
    out
}
