//! Which labels the result of an expression can carry, without evaluating it.
//!
//! Follows how the engine makes labels (Prometheus `promql/engine.go`: `resultMetric`,
//! aggregation, `funcLabelReplace`, `createLabelsForAbsentFunction`). What cannot be known
//! is taken as possible.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Binary, Call, Cardinality, Expr, ExprKind, MatchOp, Matching,
    Name, Selector,
};

/// What is known of the labels of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFacts {
    /// Labels of which something is known.
    known: BTreeMap<Arc<str>, Fact>,
    /// Whether labels that are not known can occur.
    open: bool,
}

/// What is known of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It does not occur.
    Never,
    /// It can occur.
    May,
    /// Every series has it.
    Always,
    /// Every series has it, with this value.
    Value(Arc<str>),
}

impl LabelFacts {
    /// What is known of one label.
    pub fn fact(&self, name: &str) -> Fact {
        match self.known.get(name) {
            Some(fact) => fact.clone(),
            None if self.open => Fact::May,
            None => Fact::Never,
        }
    }

    /// Whether a series can have the label.
    pub fn may_have(&self, name: &str) -> bool {
        self.fact(name) != Fact::Never
    }

    /// The value that the label has in every series, if that is certain.
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.known.get(name) {
            Some(Fact::Value(value)) => Some(value),
            Some(Fact::Never | Fact::May | Fact::Always) | None => None,
        }
    }

    /// Whether no other labels than the known ones can occur.
    pub fn is_closed(&self) -> bool {
        !self.open
    }

    /// The labels that can occur and of which something is known, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.known.iter().filter(|it| *it.1 != Fact::Never).map(|it| (&**it.0, it.1))
    }

    fn set(&mut self, name: &str, fact: Fact) {
        self.known.insert(name.into(), fact);
    }

    fn without_name(mut self) -> LabelFacts {
        self.set(METRIC_NAME, Fact::Never);
        self
    }

    /// Only these labels.
    fn only(&self, names: &[Name]) -> LabelFacts {
        let known = names.iter().map(|it| (it.text.clone(), self.fact(&it.text)));
        LabelFacts { known: known.collect(), open: false }
    }

    /// All but these labels.
    fn except(mut self, names: &[Name]) -> LabelFacts {
        names.iter().for_each(|it| self.set(&it.text, Fact::Never));
        self
    }

    /// A series of one or of the other.
    fn or(&self, other: &LabelFacts) -> LabelFacts {
        let names = self.known.keys().chain(other.known.keys());
        let known = names.map(|name| {
            let fact = match (self.fact(name), other.fact(name)) {
                (a, b) if a == b => a,
                (Fact::Never | Fact::May, _) | (_, Fact::Never | Fact::May) => Fact::May,
                (_, _) => Fact::Always,
            };
            (name.clone(), fact)
        });
        LabelFacts { known: known.collect(), open: self.open || other.open }
    }

    /// The same labels are in both, but for those that `apart` names.
    fn matched(
        mut self,
        other: &LabelFacts,
        shared: impl Fn(&str) -> bool,
    ) -> LabelFacts {
        for (name, fact) in &other.known {
            if &**name == METRIC_NAME || !shared(name) {
                continue;
            }
            let stronger = match (self.fact(name), fact) {
                (Fact::May | Fact::Always, Fact::Value(_) | Fact::Never) => true,
                (Fact::May, Fact::Always) => true,
                (_, _) => false,
            };
            if stronger {
                self.set(name, fact.clone());
            }
        }
        self
    }
}

/// What is known of the labels of an expression's result. An alert's labels are these
/// without the metric name, and its own.
pub fn labels(expr: &Expr) -> LabelFacts {
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => LabelFacts::default(),
        ExprKind::Selector(it) => selector(it),
        ExprKind::Matrix(it) => labels(&it.selector),
        ExprKind::Subquery(it) => labels(&it.expr),
        ExprKind::Paren(inner) => labels(inner),
        ExprKind::Unary { expr, .. } => labels(expr).without_name(),
        ExprKind::Call(it) => call(it),
        ExprKind::Aggregate(it) => aggregate(it),
        ExprKind::Binary(it) => binary(it),
    }
}

fn selector(it: &Selector) -> LabelFacts {
    let mut facts = LabelFacts { known: BTreeMap::new(), open: true };
    for matcher in it.matchers.iter().filter(|it| it.op == MatchOp::Equal) {
        let fact = match &*matcher.value {
            "" => Fact::Never,
            _ => Fact::Value(matcher.value.clone()),
        };
        facts.set(&matcher.name, fact);
    }
    for matcher in it.matchers.iter().filter(|it| it.op == MatchOp::NotEqual) {
        if matcher.value.is_empty() && facts.fact(&matcher.name) == Fact::May {
            facts.set(&matcher.name, Fact::Always);
        }
    }
    facts
}

fn call(it: &Call) -> LabelFacts {
    let vector = || it.args.iter().find(|it| is_vector(it)).map(labels);
    match it.name {
        "absent" | "absent_over_time" => it.args.first().map(absent).unwrap_or_default(),
        "scalar" | "time" | "pi" | "vector" => LabelFacts::default(),
        "label_replace" | "label_join" => {
            let mut facts = vector().unwrap_or_default();
            if let Some(ExprKind::String(name)) = it.args.get(1).map(|it| &it.kind) {
                facts.set(name, Fact::May);
            }
            facts
        }
        "info" => LabelFacts { known: BTreeMap::new(), open: true },
        "histogram_quantile" | "histogram_fraction" => {
            let mut facts = vector().unwrap_or_default().without_name();
            facts.set("le", Fact::Never);
            facts
        }
        "histogram_quantiles" => {
            let mut facts = vector().unwrap_or_default().without_name();
            facts.set("le", Fact::Never);
            if let Some(ExprKind::String(name)) = it.args.get(1).map(|it| &it.kind) {
                facts.set(name, Fact::Always);
            }
            facts
        }
        "last_over_time" | "first_over_time" | "sort" | "sort_desc" | "sort_by_label"
        | "sort_by_label_desc" => vector().unwrap_or_default(),
        _ => vector().unwrap_or_default().without_name(),
    }
}

/// The labels that `absent` takes from its selector's equality matchers.
fn absent(arg: &Expr) -> LabelFacts {
    let matchers = match &arg.without_parens().kind {
        ExprKind::Selector(it) => &it.matchers,
        ExprKind::Matrix(it) => match &it.selector.kind {
            ExprKind::Selector(it) => &it.matchers,
            _ => return LabelFacts::default(),
        },
        _ => return LabelFacts::default(),
    };
    let mut facts = LabelFacts::default();
    for matcher in matchers.iter().filter(|it| &*it.name != METRIC_NAME) {
        let twice = matchers.iter().filter(|it| it.name == matcher.name).count() != 1;
        if matcher.op == MatchOp::Equal && !twice && !matcher.value.is_empty() {
            facts.set(&matcher.name, Fact::Value(matcher.value.clone()));
        }
    }
    facts
}

fn aggregate(it: &Aggregate) -> LabelFacts {
    let inner = labels(&it.expr);
    match it.op {
        AggregateOp::Topk
        | AggregateOp::Bottomk
        | AggregateOp::Limitk
        | AggregateOp::LimitRatio => return inner,
        AggregateOp::Avg
        | AggregateOp::Count
        | AggregateOp::CountValues
        | AggregateOp::Group
        | AggregateOp::Max
        | AggregateOp::Min
        | AggregateOp::Quantile
        | AggregateOp::Stddev
        | AggregateOp::Stdvar
        | AggregateOp::Sum => {}
    }
    let mut facts = match it.without {
        true => inner.except(&it.grouping).without_name(),
        false => inner.only(&it.grouping),
    };
    if it.op == AggregateOp::CountValues
        && let Some(ExprKind::String(name)) = it.param.as_ref().map(|it| &it.kind)
    {
        facts.set(name, Fact::Always);
    }
    facts
}

fn binary(it: &Binary) -> LabelFacts {
    let Some(matching) = &it.matching else {
        // One side is a scalar: the other's labels.
        let side = if is_vector(&it.lhs) { &it.lhs } else { &it.rhs };
        let facts = labels(side);
        return match it.op.is_comparison() && !it.return_bool {
            true => facts,
            false => facts.without_name(),
        };
    };
    let (lhs, rhs) = (labels(&it.lhs), labels(&it.rhs));
    if it.op.is_set() {
        return match it.op.as_str() {
            "or" => lhs.or(&rhs),
            "and" => lhs.matched(&rhs, |name| shares(matching, name)),
            _ => lhs,
        };
    }
    let facts = match matching.cardinality {
        Cardinality::OneToMany => sides(rhs, &lhs, matching),
        Cardinality::ManyToOne => sides(lhs, &rhs, matching),
        Cardinality::OneToOne | Cardinality::ManyToMany => {
            let facts = lhs.matched(&rhs, |name| shares(matching, name));
            match matching.on {
                true => facts.only(&matching.labels),
                false => facts.except(&matching.labels),
            }
        }
    };
    match it.op.is_comparison() && !it.return_bool {
        true => facts,
        false => facts.without_name(),
    }
}

fn sides(many: LabelFacts, one: &LabelFacts, matching: &Matching) -> LabelFacts {
    let mut facts = many.matched(one, |name| shares(matching, name));
    for name in &matching.include {
        facts.set(&name.text, one.fact(&name.text));
    }
    facts
}

/// Whether a label is the same on both sides.
fn shares(matching: &Matching, name: &str) -> bool {
    matching.on == matching.labels.iter().any(|it| &*it.text == name)
}

/// Whether an expression gives series, as far as its form shows.
fn is_vector(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => false,
        ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => is_vector(inner),
        ExprKind::Binary(it) => is_vector(&it.lhs) || is_vector(&it.rhs),
        ExprKind::Call(it) => !matches!(
            it.name,
            "scalar"
                | "time"
                | "pi"
                | "step"
                | "range"
                | "start"
                | "end"
                | "min_of"
                | "max_of"
        ),
        ExprKind::Selector(_)
        | ExprKind::Matrix(_)
        | ExprKind::Subquery(_)
        | ExprKind::Aggregate(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax;

    /// The facts as text: `a=always b="x" c? *` (`*`: others may occur).
    fn facts(text: &str) -> String {
        let parsed = syntax::parse(text, &Dialect::everything()).unwrap();
        let facts = labels(&parsed.expr);
        let mut out: Vec<String> = facts
            .iter()
            .map(|(name, fact)| match fact {
                Fact::Value(value) => format!("{name}={value}"),
                Fact::Always => format!("{name}!"),
                Fact::May | Fact::Never => format!("{name}?"),
            })
            .collect();
        if !facts.is_closed() {
            out.push("*".to_string());
        }
        out.join(" ")
    }

    #[test]
    fn labels_are_inferred() {
        let cases = [
            ("up{job=\"a\",x!=\"\",y=\"\"}", "__name__=up job=a x! *"),
            ("rate(up{job=\"a\"}[5m])", "job=a *"),
            ("sum by (job, pod) (up{job=\"a\"})", "job=a pod?"),
            ("sum without (job) (up{job=\"a\",x=\"1\"})", "x=1 *"),
            ("sum(up)", ""),
            ("topk(3, up{a=\"1\"})", "__name__=up a=1 *"),
            ("count_values(\"v\", up)", "v!"),
            ("absent(up{job=\"a\",x=~\"b\"})", "job=a"),
            ("absent_over_time(up{job=\"a\"}[5m])", "job=a"),
            ("vector(1) > 0", ""),
            ("up{a=\"1\"} > 0", "__name__=up a=1 *"),
            ("up{a=\"1\"} > bool 0", "a=1 *"),
            ("up{a=\"1\"} * on (a, b) down", "a=1 b?"),
            ("up{a=\"1\",b=\"2\"} / ignoring (b) down", "a=1 *"),
            ("up{a=\"1\"} * on (a) group_left (c) down{c=\"3\"}", "a=1 c=3 *"),
            ("up{c=\"3\"} * on (a) group_right (c) down{a=\"1\"}", "a=1 c=3 *"),
            ("up{a=\"1\"} and on (b) down{b=\"2\"}", "__name__=up a=1 b=2 *"),
            ("sum by (a) (up{a=\"1\"}) or sum by (b) (up)", "a? b?"),
            ("label_replace(sum(up), \"h\", \"$1\", \"i\", \"(.*)\")", "h?"),
            ("histogram_quantile(0.9, sum by (le, job) (x))", "job?"),
            ("max_over_time(sum by (a) (x)[5m:1m])", "a?"),
        ];
        for (text, wanted) in cases {
            assert_eq!(facts(text), wanted, "{text}");
        }
    }
}
