//! Whether what was written means what it was written from.

use crate::promql::syntax::same;
use crate::rules::group::{Expression, Group, Pair, Rule};

/// The first difference between a group and the one that is read back, and the rule in
/// which it is; `None` where both are the same to Prometheus.
pub fn difference(old: &Group, new: &Group) -> Option<(Option<usize>, &'static str)> {
    if old.name != new.name {
        return Some((None, "name"));
    }
    let settings = [
        (old.interval == new.interval, "interval"),
        (old.query_offset == new.query_offset, "query_offset"),
        (old.limit == new.limit, "limit"),
        (pairs(&old.labels, "") == pairs(&new.labels, ""), "labels"),
        (old.rules.len() == new.rules.len(), "number of rules"),
    ];
    if let Some((_, what)) = settings.into_iter().find(|it| !it.0) {
        return Some((None, what));
    }
    let rules = old.rules.iter().zip(&new.rules).enumerate();
    for (idx, (old, new)) in rules {
        if let Some(what) = of_rule(old, new) {
            return Some((Some(idx), what));
        }
    }
    None
}

fn of_rule(old: &Rule, new: &Rule) -> Option<&'static str> {
    let facts = match (old, new) {
        (Rule::Record(old), Rule::Record(new)) => [
            (old.name == new.name, "record"),
            (same_expr(&old.expr, &new.expr), "expr"),
            (pairs(&old.labels, "") == pairs(&new.labels, ""), "labels"),
            (true, ""),
            (true, ""),
            (true, ""),
        ],
        (Rule::Alert(old), Rule::Alert(new)) => [
            (old.name == new.name, "alert"),
            (same_expr(&old.expr, &new.expr), "expr"),
            // The name overwrites such a label.
            (
                pairs(&old.labels, "alertname") == pairs(&new.labels, "alertname"),
                "labels",
            ),
            (old.hold.value == new.hold.value, "for"),
            (old.keep_firing_for.value == new.keep_firing_for.value, "keep_firing_for"),
            (pairs(&old.annotations, "") == pairs(&new.annotations, ""), "annotations"),
        ],
        (Rule::Record(_), Rule::Alert(_)) | (Rule::Alert(_), Rule::Record(_)) => {
            return Some("kind of rule");
        }
    };
    facts.into_iter().find(|it| !it.0).map(|it| it.1)
}

fn same_expr(old: &Expression, new: &Expression) -> bool {
    same(&old.parsed.expr, &new.parsed.expr)
}

/// Pairs by name but for one; the order means nothing.
fn pairs<'p>(all: &'p [Pair], but: &str) -> Vec<(&'p str, &'p str)> {
    let pairs = all.iter().map(|it| (it.name.as_str(), it.value.as_str()));
    let mut out: Vec<_> = pairs.filter(|it| it.0 != but).collect();
    out.sort_unstable();
    out
}
