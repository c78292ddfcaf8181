//! Labels of the functions that set some.

use crate::promql::functions::{Arity, Function};
use crate::promql::infer::{Fact, LabelFacts, Presence};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::number;
use crate::promql::re2::Regex;
use crate::promql::syntax::ast::{Call, Expr, ExprKind};

/// `label_replace` and `label_join`.
pub(super) fn relabel(
    call: &Call,
    function: &Function,
    mut facts: LabelFacts,
) -> LabelFacts {
    let texts: Option<Vec<&Symbol>> = call.args.iter().skip(1).map(text).collect();
    match (function.arity, texts.as_deref()) {
        (Arity::Fixed, Some([target, replacement, source, pattern])) => {
            let fact = replaced(&facts, target, replacement, source, pattern);
            facts.set(target, fact);
            facts
        }
        (_, Some([target, separator, sources @ ..])) => {
            let fact = joined(&facts, separator, sources);
            facts.set(target, fact);
            facts
        }
        (_, _) => LabelFacts::open(),
    }
}

fn text(expr: &Expr) -> Option<&Symbol> {
    match &expr.without_parens().kind {
        ExprKind::String(it) => Some(it),
        _ => None,
    }
}

/// The values that a label can have, absence as the empty one, if they are known.
fn possible(fact: &Fact) -> Option<Vec<Symbol>> {
    let mut values = match fact.presence {
        Presence::Never => Vec::new(),
        Presence::Always | Presence::Maybe => fact.values.as_ref()?.to_vec(),
    };
    if fact.presence != Presence::Always {
        values.push(Symbol::from(""));
    }
    Some(values)
}

/// What is known of a label that is read. A metric name that is to go may still be there.
fn read(facts: &LabelFacts, name: &str) -> Fact {
    match facts.get(name) {
        Fact { presence: Presence::Never, .. } if name == METRIC_NAME => Fact::UNKNOWN,
        fact => fact,
    }
}

/// What `label_replace` makes of its target.
fn replaced(
    facts: &LabelFacts,
    target: &Symbol,
    replacement: &str,
    source: &str,
    pattern: &str,
) -> Fact {
    let before = facts.get(target);
    let Ok(regex) = Regex::anchored(pattern) else { return before };
    if let Some(values) = possible(&read(facts, source)) {
        let mut all_match = true;
        let mut results = Vec::new();
        for value in &values {
            match regex.captures(value) {
                None => all_match = false,
                Some(groups) => {
                    results.push(regex.expand(replacement, value, &groups).into());
                }
            }
        }
        let is_same = source == &**target;
        let unmatched = values.iter().filter(|it| is_same && !regex.is_match(it));
        results.extend(unmatched.cloned());
        return match (results.is_empty(), all_match || is_same) {
            (true, _) => before,
            (false, true) => Fact::one_of(results),
            (false, false) => Fact::one_of(results).or(&before),
        };
    }
    let always_matches = matches!(pattern, ".*" | "(.*)" | "|.*" | ".*|");
    let result = match replacement {
        "" => Fact::NEVER,
        it if !it.contains('$') => Fact::one_of([Symbol::from(it)]),
        "$1" | "${1}" if pattern == "(.*)" => read(facts, source),
        it if has_text(it) => Fact::ALWAYS,
        _ => Fact::UNKNOWN,
    };
    match always_matches {
        true => result,
        false => result.or(&before),
    }
}

/// Whether a replacement has text outside of its references, so that it is never empty.
fn has_text(replacement: &str) -> bool {
    let starts_plain = !replacement.starts_with('$') && !replacement.is_empty();
    let ends_plain = replacement
        .ends_with(|it: char| !it.is_alphanumeric() && !matches!(it, '_' | '}' | '$'));
    starts_plain || ends_plain
}

fn joined(facts: &LabelFacts, separator: &str, sources: &[&Symbol]) -> Fact {
    let each: Vec<Fact> = sources.iter().map(|it| read(facts, it)).collect();
    let single = |fact: &Fact| match possible(fact)?.as_slice() {
        [one] => Some(one.to_string()),
        _ => None,
    };
    let constants: Option<Vec<String>> = each.iter().map(single).collect();
    if let Some(values) = constants {
        return Fact::one_of([Symbol::from(values.join(separator))]);
    }
    let separated = 1 < sources.len() && !separator.is_empty();
    match separated || each.iter().any(|it| it.presence == Presence::Always) {
        true => Fact::ALWAYS,
        false => Fact::UNKNOWN,
    }
}

/// `histogram_quantile` and its like: without the bound.
pub(super) fn histogram(call: &Call, mut facts: LabelFacts) -> LabelFacts {
    facts.remove("le");
    if let Some(label) = call.args.get(1).and_then(text) {
        let quantile = |it: &Expr| match it.without_parens().kind {
            ExprKind::Number { value, .. } => {
                Some(Symbol::from(number::open_metrics(value)))
            }
            _ => None,
        };
        let values: Option<Vec<Symbol>> =
            call.args.iter().skip(2).map(quantile).collect();
        facts.set(label, values.map_or(Fact::ALWAYS, Fact::one_of));
    }
    facts
}

/// `info`: labels of other metrics are added to those that are there.
pub(super) fn info(mut facts: LabelFacts, selector: Option<&Expr>) -> LabelFacts {
    let names: Vec<Symbol> = match selector.map(|it| &it.without_parens().kind) {
        Some(ExprKind::Selector(it)) => it
            .matchers
            .iter()
            .map(|it| it.name.clone())
            .filter(|it| &**it != METRIC_NAME)
            .collect(),
        _ => Vec::new(),
    };
    let may_be_added = |it: &Fact| match it.presence {
        Presence::Always => it.clone(),
        Presence::Maybe | Presence::Never => Fact::UNKNOWN,
    };
    if names.is_empty() {
        facts.closed = false;
        facts
            .known
            .retain(|name, it| name == METRIC_NAME || it.presence == Presence::Always);
        return facts;
    }
    for name in &names {
        let fact = may_be_added(&facts.get(name));
        facts.set(name, fact);
    }
    facts
}
