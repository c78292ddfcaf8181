//! What the series of an alert's panel are called: by the labels that tell them apart.

use std::collections::BTreeSet;

use crate::promql::infer::{self, Fact, LabelFacts, Presence};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::syntax::ast::Expr;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Record, Rule};
use crate::rules::prose;

/// Records of records are followed this far.
const MAX_DEPTH: usize = 4;

/// The labels in which the series of an expression differ, as a legend writes them: all
/// that they can have, where that is certain, else those that the alert's summary names.
/// Where they are the whole name, there is one for a single series too.
pub(super) fn labels(
    expr: &Expr,
    alert: &Alert,
    whole: bool,
    book: &Book,
) -> Option<String> {
    let facts = infer::labels_with(expr, &|name| recorded(name, book, MAX_DEPTH));
    let summary = alert.annotation("summary").unwrap_or_default();
    let told = prose::labels(summary);
    let carries = |it: &&str| facts.can_carry(it);
    let varies = |it: &&str| *it != METRIC_NAME && facts.value(it).is_none();
    let mut names: Vec<&str> =
        told.iter().copied().filter(carries).filter(varies).collect();
    if facts.closed {
        let all = facts.known.keys().map(|it| &**it).filter(carries).filter(varies);
        let others: Vec<&str> = all.filter(|it| !names.contains(it)).collect();
        names.extend(others);
    }
    if names.is_empty() && whole {
        names.extend(told.iter().copied().filter(carries));
    }
    if names.is_empty() && whole && facts.closed {
        names.extend(Some("job").filter(carries));
    }
    let parts: Vec<String> = names.iter().map(|it| format!("{{{{{it}}}}}")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What labels the series of a recorded metric have, whatever their values.
fn recorded(name: &str, book: &Book, depth: usize) -> Option<LabelFacts> {
    let rules = book.groups.iter().flat_map(|it| &it.rules);
    let records = rules.filter_map(|it| match it {
        Rule::Record(it) if it.name.as_str() == name => Some(it),
        Rule::Record(_) | Rule::Alert(_) => None,
    });
    let mut out: Option<LabelFacts> = None;
    for record in records {
        let facts = of_record(record, book, depth.checked_sub(1)?);
        match &out {
            Some(it)
                if it.closed != facts.closed
                    || !it.known.keys().eq(facts.known.keys()) =>
            {
                return None;
            }
            _ => out = Some(facts),
        }
    }
    out
}

fn of_record(record: &Record, book: &Book, depth: usize) -> LabelFacts {
    let facts =
        infer::labels_with(&record.expr.parsed.expr, &|name| recorded(name, book, depth));
    let own: BTreeSet<&str> = record.labels.iter().map(|it| it.name.as_str()).collect();
    let mut known = facts.known;
    for fact in known.values_mut() {
        if fact.presence != Presence::Never {
            fact.values = None;
        }
    }
    known.extend(own.into_iter().map(|it| (Symbol::from(it), Fact::ALWAYS)));
    LabelFacts { closed: facts.closed, known }
}
