//! Which labels the results of an expression can carry, without evaluating it.
//!
//! Used to tell that an expected label cannot occur, for lints, and for what alerts have
//! in common. It errs on one side only: what is said to be certain or impossible is so
//! for any data; results that cannot exist at all may be described anyhow.

mod binary;
mod by_name;
mod facts;
mod relabel;
#[cfg(test)]
mod soundness;
#[cfg(test)]
mod tests;

use crate::promql::functions::kind::Kind;
use crate::promql::functions::{self, Function, absent};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, BinaryOp, Call, Expr, ExprKind, MatchOp, Matcher, Selector,
};

pub use by_name::ByName;
pub use facts::{Fact, LabelFacts, Presence};

/// What is known of a recorded metric's series, by its name.
pub type Recorded<'a> = &'a dyn Fn(&str) -> Option<LabelFacts>;

/// Records of records of records: what is not known after so many rounds stays unknown.
const ROUNDS: usize = 8;

/// Repeats what follows from what is known already, until a round changes nothing.
pub fn until_settled(mut changes: impl FnMut() -> bool) {
    for _ in 0..ROUNDS {
        if !changes() {
            return;
        }
    }
}

/// Which labels the results of an expression can carry.
pub fn labels(expr: &Expr) -> LabelFacts {
    labels_with(expr, &|_| None)
}

/// The same where something is known of the metrics that it selects.
pub fn labels_with(expr: &Expr, recorded: Recorded<'_>) -> LabelFacts {
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => LabelFacts::none(),
        ExprKind::Selector(it) => selector(it, recorded),
        ExprKind::Matrix(it) => labels_with(&it.selector, recorded),
        ExprKind::Subquery(it) => labels_with(&it.expr, recorded),
        ExprKind::Paren(inner) => labels_with(inner, recorded),
        ExprKind::Unary { op, expr } => match op {
            BinaryOp::Sub => labels_with(expr, recorded).without_name(),
            _ => labels_with(expr, recorded),
        },
        ExprKind::Aggregate(it) => aggregate(it, recorded),
        ExprKind::Binary(it) => binary::binary(it, recorded),
        ExprKind::Call(it) => match functions::lookup(it.name) {
            Some(function) => call(it, function, recorded),
            None => LabelFacts::open(),
        },
    }
}

/// The one metric that a selector selects, if it names one.
pub fn metric(selector: &Selector) -> Option<&Symbol> {
    let named = |it: &&Matcher| it.op == MatchOp::Equal && &*it.name == METRIC_NAME;
    selector.matchers.iter().find(named).map(|it| &it.value)
}

fn selector(selector: &Selector, recorded: Recorded<'_>) -> LabelFacts {
    let mut facts =
        metric(selector).and_then(|it| recorded(it)).unwrap_or_else(LabelFacts::open);
    facts.set(&facts::NAME, Fact::UNKNOWN);
    for it in &selector.matchers {
        let fact = facts.look(&it.name).and(&matched(it));
        facts.set(&it.name, fact);
    }
    facts
}

/// What a matcher says of its label.
fn matched(matcher: &Matcher) -> Fact {
    let value = &matcher.value;
    let pattern = || Pattern::new(value).ok();
    let present = |it: bool| if it { Fact::ALWAYS } else { Fact::UNKNOWN };
    match matcher.op {
        MatchOp::Equal => Fact::value(value.clone()),
        MatchOp::NotEqual => present(value.is_empty()),
        MatchOp::NotRegexp => present(pattern().is_some_and(|it| it.is_match(""))),
        MatchOp::Regexp => match pattern() {
            None => Fact::UNKNOWN,
            Some(pattern) => match pattern.values() {
                Some(values) => Fact::one_of(values.map(Symbol::from)),
                None => present(!pattern.is_match("")),
            },
        },
    }
}

fn aggregate(aggregate: &Aggregate, recorded: Recorded<'_>) -> LabelFacts {
    let mut facts = labels_with(&aggregate.expr, recorded);
    let mut names: Vec<Symbol> =
        aggregate.grouping.iter().map(|it| it.text.clone()).collect();
    match aggregate.op {
        AggregateOp::Topk
        | AggregateOp::Bottomk
        | AggregateOp::Limitk
        | AggregateOp::LimitRatio => return facts,
        AggregateOp::CountValues => {
            let param = aggregate.param.as_ref().map(|it| &it.without_parens().kind);
            let Some(ExprKind::String(label)) = param else { return LabelFacts::open() };
            facts.set(label, Fact::ALWAYS);
            if !aggregate.without {
                names.push(label.clone());
            }
        }
        _ => {}
    }
    if !aggregate.without {
        return facts.keep(&names);
    }
    for name in &names {
        facts.remove(name);
    }
    facts.without_name()
}

fn call(call: &Call, function: &Function, recorded: Recorded<'_>) -> LabelFacts {
    let of_arg = |idx: usize| match call.args.get(idx) {
        Some(arg) => labels_with(arg, recorded),
        None => LabelFacts::none(),
    };
    // The one argument that has labels.
    let input = || {
        let facts = call.args.iter().map(|it| labels_with(it, recorded));
        facts.reduce(|a, b| if a == LabelFacts::none() { b } else { a })
    };
    let input = || input().unwrap_or_else(LabelFacts::none);
    match function.kind {
        Kind::Absent | Kind::AbsentOverTime => {
            constant(&call.args.first().map_or(Labels::empty(), absent::labels))
        }
        Kind::Scalars(_) | Kind::Query(_) | Kind::ToScalar | Kind::ToVector => {
            LabelFacts::none()
        }
        Kind::Info => relabel::info(of_arg(0), call.args.get(1)),
        Kind::Window(_) if function.keeps_name => input(),
        Kind::Columns(_) if function.sorts => input(),
        Kind::Columns(_) if function.relabels => {
            relabel::relabel(call, function, of_arg(0))
        }
        Kind::Columns(_) => relabel::histogram(call, input().without_name()),
        Kind::Missing
        | Kind::PerSample(_)
        | Kind::PerSampleWith(_)
        | Kind::PerHistogram(_)
        | Kind::Date(_)
        | Kind::Timestamp
        | Kind::StartTimestamp
        | Kind::Window(_) => input().without_name(),
    }
}

fn constant(labels: &Labels) -> LabelFacts {
    let mut facts = LabelFacts::none();
    for (name, value) in labels.iter() {
        facts.set(name, Fact::value(value.clone()));
    }
    facts
}
