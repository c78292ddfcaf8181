//! Why an operation of two sides gives nothing: which of them is empty, who has no
//! partner, and which partners do not compare.

use std::collections::HashMap;

use crate::harness::explain::cause::{Asked, Cause, named, series};
use crate::harness::explain::pair::value_text;
use crate::harness::explain::wanted;
use crate::promql::check::value_type;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::syntax::ast::{Binary, BinaryOp, Cardinality, Expr, Matching};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::Column;

/// A sample of the left side and one of the right side that it meets.
type Partners<'c> = (&'c Column, &'c Column);

/// Says why `expr`, which is this operation, gives nothing.
pub fn nothing<'a>(
    asked: &Asked<'a>,
    expr: &'a Expr,
    it: &'a Binary,
    out: &mut Cause<'a>,
) {
    let (lhs, rhs) = (&*it.lhs, &*it.rhs);
    let [left, right] = wanted::of_sides(&asked.wanted, it).map(|it| asked.with(it));
    if it.op == BinaryOp::Or {
        // One that is not empty gives way to the other side.
        for (side, part) in [(left, lhs), (right, rhs)] {
            if side.is_empty(part) {
                side.follow(part, out);
            }
        }
        return;
    }
    if left.is_empty(lhs) {
        return left.follow(lhs, out);
    }
    let lefts = left.samples(lhs).unwrap_or_default();
    let both = [asked.part(lhs), asked.part(rhs)];
    if it.op == BinaryOp::Unless {
        let rights = right.all(rhs).unwrap_or_default();
        let text = match (&partners(it, &lefts, &rights)[..], &lefts[..]) {
            ([(_, by), ..], [_]) => format!("takes it away: {}", series(by)),
            ([(from, by), ..], _) => {
                format!("takes all away: {} by {}", named(&from.labels), series(by))
            }
            ([], _) => return,
        };
        out.look_at.extend(both);
        return out.reasons.push(asked.reason(rhs, text));
    }
    if right.is_empty(rhs) {
        return right.follow(rhs, out);
    }
    let rights = right.samples(rhs).unwrap_or_default();
    out.look_at.extend(both);
    let text = match &partners(it, &lefts, &rights)[..] {
        [] => without_partners(asked, it, [&lefts, &rights]),
        all => compared(it, all, &lefts),
    };
    if let Some(text) = text.or_else(|| asked.others(expr, "gives")) {
        out.reasons.push(asked.reason(expr, text));
    }
}

/// The pairs of samples that meet: those that share the labels of the join, or each with
/// each where a side is a scalar.
fn partners<'c>(
    it: &Binary,
    lefts: &'c [Column],
    rights: &'c [Column],
) -> Vec<Partners<'c>> {
    let Some(matching) = &it.matching else {
        let with_all = |left| rights.iter().map(move |right| (left, right));
        return lefts.iter().flat_map(with_all).collect();
    };
    let mut by_labels: HashMap<Labels, Vec<&Column>> = HashMap::new();
    for right in rights {
        by_labels.entry(shared(&right.labels, matching)).or_default().push(right);
    }
    let mut out = Vec::new();
    for left in lefts {
        let theirs = by_labels.get(&shared(&left.labels, matching));
        out.extend(theirs.into_iter().flatten().map(|right| (left, *right)));
    }
    out
}

/// The labels that partners have in common.
fn shared(labels: &Labels, matching: &Matching) -> Labels {
    let is_named = |name: &str| matching.labels.iter().any(|it| &*it.text == name);
    labels.filter(|name| match matching.on {
        true => is_named(name),
        false => name != METRIC_NAME && !is_named(name),
    })
}

fn without_partners(
    asked: &Asked<'_>,
    it: &Binary,
    [lefts, rights]: [&[Column]; 2],
) -> Option<String> {
    let matching = it.matching.as_ref()?;
    // Those to whom only the labels that are taken over contradict are partners too; and
    // what is filled in needs none.
    let is_filled = matching.fill_lhs.is_some() || matching.fill_rhs.is_some();
    let all = |part: &Expr| asked.all(part).unwrap_or_default();
    let has_others = match matching.cardinality {
        Cardinality::ManyToOne => !partners(it, lefts, &all(&it.rhs)).is_empty(),
        Cardinality::OneToMany => !partners(it, &all(&it.lhs), rights).is_empty(),
        Cardinality::OneToOne | Cardinality::ManyToMany => false,
    };
    if is_filled || has_others {
        return None;
    }
    let (left, right) = (series(lefts.first()?), series(rights.first()?));
    let by = labels_matched(matching);
    Some(format!("finds no partners{by}: left {left}, right {right}"))
}

/// The labels by which a join finds partners.
fn labels_matched(matching: &Matching) -> String {
    let names: Vec<&str> = matching.labels.iter().map(|it| &*it.text).collect();
    let names = names.join(", ");
    match (matching.on, names.is_empty()) {
        (true, _) => format!(" by `on ({names})`"),
        (false, true) => " with the same labels".to_string(),
        (false, false) => format!(" by `ignoring ({names})`"),
    }
}

/// What a comparison compares, if it holds for none of the partners.
fn compared(it: &Binary, all: &[Partners<'_>], lefts: &[Column]) -> Option<String> {
    let (left, right) = all.first()?;
    let fails = |it: &Partners<'_>, op| holds(op, it.0, it.1) == Some(false);
    if it.return_bool || !all.iter().all(|pair| fails(pair, it.op)) {
        return None;
    }
    let value = |it: &Column| it.sample(0).map_or(String::new(), |it| value_text(&it));
    let compared = format!("{} {} {}", value(left), it.op.as_str(), value(right));
    // Of a scalar on the left the samples of the right side are told apart.
    let who = match value_type(&it.lhs) {
        ValueType::Scalar => &right.labels,
        _ => &left.labels,
    };
    let lonely =
        lefts.iter().find(|left| all.iter().all(|it| !std::ptr::eq(it.0, *left)));
    let mut text = match (all.len(), lonely) {
        (1, None) => return Some(format!("does not hold: {compared}")),
        (1, Some(_)) => format!("does not hold: {compared} for {}", named(who)),
        (n, _) => format!("holds for none of {n}: {compared} for {}", named(who)),
    };
    if let Some(lonely) = lonely {
        text.push_str(&format!("; {} has no partner", named(&lonely.labels)));
    }
    Some(text)
}

/// Whether a comparison of two floats holds; `None` for anything else.
fn holds(op: BinaryOp, left: &Column, right: &Column) -> Option<bool> {
    let (left, right) = (left.float(0)?, right.float(0)?);
    match op {
        BinaryOp::Eql => Some(left == right),
        BinaryOp::Neq => Some(left != right),
        BinaryOp::Lss => Some(left < right),
        BinaryOp::Gtr => Some(left > right),
        BinaryOp::Lte => Some(left <= right),
        BinaryOp::Gte => Some(left >= right),
        BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::Atan2
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Unless
        | BinaryOp::TrimUpper
        | BinaryOp::TrimLower => None,
    }
}
