//! Labels of `on` and `group_left` that a side cannot have.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::infer::{LabelFacts, Presence};
use crate::promql::syntax::ast::{BinaryOp, Cardinality, ExprKind, Matching};

/// The lint.
pub static LINT: Lint = Lint {
    name: "join-label-missing",
    level: Level::Warn,
    summary: "A label in `on` or `group_left` that a side of the operator cannot have.",
    why: "In `on` it matches only series that lack it on the other side too, in \
          `group_left` it adds nothing: mostly an aggregation dropped it, or it is misspelt.",
    example: "sum by (job) (errors) / on (job, instance) sum by (job, instance) (requests)",
    instead: "Keep the label in the aggregation, or take it out of `on`.",
    peers: &["pint promql/impossible", "pint promql/vector_matching"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Binary(it) = &expr.kind else { return };
        let Some(matching) = &it.matching else { return };
        if matching.labels.is_empty() && matching.include.is_empty() {
            return;
        }
        let (lhs, rhs) = (context.labels(&it.lhs), context.labels(&it.rhs));
        // With `or` a constant on the right stands for what is missing.
        if matching.on && it.op != BinaryOp::Or {
            for name in &matching.labels {
                let Some(which) = lacking(&name.text, &lhs, &rhs) else { continue };
                let title =
                    format!("`on` names the label `{}`, which {which} lacks", name.text);
                let said = site.at(
                    LINT.finding(title),
                    name.span,
                    format!("{which} cannot have it"),
                );
                out.push(said.help("take it out, or keep it in what is aggregated"));
            }
        }
        included(matching, &lhs, &rhs, site, out);
    });
}

/// The side that lacks a label on which they match; those whose values are certain are
/// another lint's.
fn lacking(name: &str, lhs: &LabelFacts, rhs: &LabelFacts) -> Option<&'static str> {
    match (lhs.get(name).presence, rhs.get(name).presence) {
        (Presence::Never, Presence::Never) => Some("each side"),
        (Presence::Never, Presence::Maybe) => Some("the left side"),
        (Presence::Maybe, Presence::Never) => Some("the right side"),
        (_, _) => None,
    }
}

fn included<'a>(
    matching: &Matching,
    lhs: &LabelFacts,
    rhs: &LabelFacts,
    site: Site<'a>,
    out: &mut Vec<Diagnostic>,
) {
    let (one, word) = match matching.cardinality {
        Cardinality::ManyToOne => (rhs, "group_left"),
        Cardinality::OneToMany => (lhs, "group_right"),
        Cardinality::OneToOne | Cardinality::ManyToMany => return,
    };
    for name in matching.include.iter().filter(|it| !one.can_carry(&it.text)) {
        let title =
            format!("`{word}` takes the label `{}`, which is not there", name.text);
        let said = site.at(LINT.finding(title), name.span, "that side cannot have it");
        out.push(said.help("take it out, or keep it in what is aggregated"));
    }
}
