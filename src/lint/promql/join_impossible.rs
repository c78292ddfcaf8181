//! Sides of an operator whose series never match.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::infer::{Fact, LabelFacts, Presence};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{Binary, BinaryOp, Expr, ExprKind, Matching};

/// The lint.
pub static LINT: Lint = Lint {
    name: "join-impossible",
    level: Level::Warn,
    summary: "An operator between vectors of which no two series have the same labels.",
    why: "The result is empty, and the alert never fires; `unless` excludes nothing. It is \
          said only where the labels of both sides are certain, from aggregations, matchers \
          and recording rules.",
    example: "sum by (job, instance) (errors) / sum by (job) (requests)",
    instead: "Aggregate both sides by the same labels, or name those that count: \
              `… / on (job) group_left () …`.",
    peers: &["pint promql/impossible", "pint promql/vector_matching"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    look(context, site, site.tree(), out);
}

/// Looks at an expression, its parts first; whether something was found. What a part
/// without results does to those around it is the same mistake.
fn look<'a>(
    context: &Context<'a>,
    site: Site<'a>,
    expr: &Expr,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let n_before = out.len();
    for it in expr.children() {
        look(context, site, it, out);
    }
    if n_before == out.len() {
        out.extend(found(context, site, expr));
    }
    n_before < out.len()
}

fn found<'a>(context: &Context<'a>, site: Site<'a>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Binary(it) = &expr.kind else { return None };
    let matching = it.matching.as_ref()?;
    if it.op == BinaryOp::Or || fills(matching) {
        return None;
    }
    let (lhs, rhs) = (context.labels(&it.lhs), context.labels(&it.rhs));
    let (label, why) = conflict(it, matching, [&lhs, &rhs], context)?;
    let title = match it.op {
        BinaryOp::Unless => format!("`{}` never excludes anything", it.op.as_str()),
        _ => format!("`{}` never has a result", it.op.as_str()),
    };
    let said = site.at(LINT.finding(title), it.op_span, why);
    let said = [(&it.lhs, &lhs), (&it.rhs, &rhs)].into_iter().fold(said, |said, side| {
        let at = side.0.span.bytes();
        let place = site.expr().text.place(at.start, at.end);
        said.context(place.span, describe(&side.1.get(label), label))
    });
    Some(said.help(match matching.on {
        true => "match on labels that both sides have",
        false => "give both sides the same labels, or name those that count: `on (…)`",
    }))
}

fn fills(matching: &Matching) -> bool {
    matching.fill_lhs.is_some() || matching.fill_rhs.is_some()
}

/// The first label that keeps all series apart.
fn conflict<'f>(
    it: &Binary,
    matching: &'f Matching,
    [lhs, rhs]: [&'f LabelFacts; 2],
    context: &Context<'_>,
) -> Option<(&'f str, String)> {
    let named = |name: &str| matching.labels.iter().any(|it| &*it.text == name);
    let known = lhs.known.keys().chain(rhs.known.keys()).map(|it| &**it);
    // Where a file of others runs, such labels may be on no series.
    let outside = |it: &str| context.book.is_none() && EXTERNAL.contains(&it);
    // With `on` a label that one side cannot have is said by another lint.
    let counts = |it: &&str| {
        *it != METRIC_NAME && named(it) == matching.on && !context.is_external(it)
    };
    for name in known.filter(counts) {
        let (left, right) = (lhs.get(name), rhs.get(name));
        let apart = match (left.presence, right.presence) {
            // A label that one side is aggregated by is meant to be there.
            (Presence::Maybe, Presence::Never) if !outside(name) => {
                lhs.closed && !matching.on && plain(it)
            }
            (Presence::Never, Presence::Maybe) if !outside(name) => {
                rhs.closed && !matching.on && plain(it)
            }
            (_, _) => left.excludes(&right),
        };
        if apart {
            return Some((name, format!("`{name}` keeps the sides apart")));
        }
    }
    None
}

/// Labels that servers add to what they send, and that are on no series of their own.
const EXTERNAL: &[&str] = &[
    "cluster",
    "datacenter",
    "dc",
    "env",
    "environment",
    "prometheus",
    "prometheus_replica",
    "region",
    "replica",
    "site",
];

/// Whether all labels of both sides count.
fn plain(it: &Binary) -> bool {
    it.matching.as_ref().is_none_or(|it| !it.on)
}

fn describe(fact: &Fact, name: &str) -> String {
    match (fact.presence, &fact.values) {
        (Presence::Never, _) => format!("has no `{name}`"),
        (_, Some(values)) if values.len() == 1 => format!("`{name}` is `{}`", values[0]),
        (_, _) => format!("has `{name}`"),
    }
}
