//! Labels of operations between two expressions (`resultMetric` and the set operators
//! in Prometheus `promql/engine.go`).

use crate::promql::check::value_type;
use crate::promql::infer::facts::NAME;
use crate::promql::infer::{Fact, LabelFacts, Recorded, labels_with};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{Binary, BinaryOp, Cardinality, Matching, Name};
use crate::promql::syntax::types::ValueType;

pub(super) fn binary(binary: &Binary, recorded: Recorded<'_>) -> LabelFacts {
    let lhs = labels_with(&binary.lhs, recorded);
    let rhs = labels_with(&binary.rhs, recorded);
    let drops_name = binary.return_bool || is_arithmetic(binary.op);
    let of_result = |it: LabelFacts| if drops_name { it.without_name() } else { it };
    let is_vector = |it| value_type(it) == ValueType::Vector;
    match (is_vector(&binary.lhs), is_vector(&binary.rhs)) {
        (true, true) => {}
        (true, false) => return of_result(lhs),
        (false, true) => return of_result(rhs),
        (false, false) => return LabelFacts::none(),
    }
    let everything = Matching::EVERYTHING;
    let matching = binary.matching.as_deref().unwrap_or(&everything);
    // A comparison of two vectors forgets that a name was to go later: where removal is
    // delayed it is there again.
    let of_result = |mut it: LabelFacts| {
        if !drops_name && !it.closed && !it.can_carry(METRIC_NAME) {
            it.set(&NAME, Fact::UNKNOWN);
        }
        of_result(it)
    };
    match binary.op {
        BinaryOp::And => shared(lhs, &rhs, matching),
        BinaryOp::Unless => lhs,
        BinaryOp::Or => lhs.or(&rhs),
        _ => match matching.cardinality {
            Cardinality::OneToMany => of_result(many(rhs, &lhs, matching, true)),
            Cardinality::ManyToOne => of_result(many(lhs, &rhs, matching, false)),
            Cardinality::OneToOne | Cardinality::ManyToMany => {
                of_result(one_to_one(&lhs, &rhs, matching))
            }
        },
    }
}

fn is_arithmetic(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Add | Sub | Mul | Div | Mod | Pow | Atan2)
}

fn is_listed(name: &str, labels: &[Name]) -> bool {
    labels.iter().any(|it| &*it.text == name)
}

/// The labels of one side, given that they match those of the other.
fn shared(mut side: LabelFacts, other: &LabelFacts, matching: &Matching) -> LabelFacts {
    if matching.on {
        for name in &matching.labels {
            let fact = side.look(&name.text).and(other.look(&name.text));
            side.set(&name.text, fact);
        }
        return side;
    }
    let is_free = |it: &str| it == METRIC_NAME || is_listed(it, &matching.labels);
    side.and_shared(other, |it| !is_free(it));
    if other.closed && !side.closed {
        // All labels but the free ones are the other side's.
        let free = matching.labels.iter().map(|it| it.text.clone());
        let theirs = other.known.keys().filter(|it| !is_free(it)).cloned();
        let names: Vec<_> = theirs.chain(free).chain([NAME.clone()]).collect();
        side = side.keep(&names);
    }
    side
}

fn one_to_one(lhs: &LabelFacts, rhs: &LabelFacts, matching: &Matching) -> LabelFacts {
    let names = matching.labels.iter().map(|it| &it.text);
    let left = |mut it: LabelFacts| match matching.on {
        true => it.keep(names.clone()),
        false => {
            names.clone().for_each(|name| it.remove(name));
            it
        }
    };
    let mut facts = left(shared(lhs.clone(), rhs, matching));
    // A side that is filled in has the labels of the other.
    if matching.fill_rhs.is_some() {
        facts = facts.or(&left(lhs.clone()));
    }
    if matching.fill_lhs.is_some() {
        facts = facts.or(&left(rhs.clone()));
    }
    facts
}

fn many(
    many: LabelFacts,
    one: &LabelFacts,
    matching: &Matching,
    many_is_right: bool,
) -> LabelFacts {
    let (fill_many, fill_one) = match many_is_right {
        true => (matching.fill_rhs, matching.fill_lhs),
        false => (matching.fill_lhs, matching.fill_rhs),
    };
    let mut facts = shared(many.clone(), one, matching);
    for name in &matching.include {
        facts.set(&name.text, one.get(&name.text));
    }
    if fill_one.is_some() {
        let mut unmatched = many;
        for name in &matching.include {
            unmatched.remove(&name.text);
        }
        facts = facts.or(&unmatched);
    }
    if fill_many.is_some() {
        facts = facts.or(one);
    }
    facts
}
