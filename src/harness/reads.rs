//! What a rule reads and writes, as far as its text shows.
//!
//! From this follow the order of evaluation and which rules a test can wake. All answers
//! err on the side of "may": a series that a rule could read counts as read.

use std::sync::{Arc, OnceLock};

use crate::promql::check::constants;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::{
    At, BinaryOp, Call, Duration, DurationKind, Expr, ExprKind, MatchOp, Selector,
};
use crate::rules::group::{Group, Rule};

/// The series that hold the states of alerts.
pub const ALERTS: &str = "ALERTS";
/// The series that hold since when alerts are active.
pub const ALERTS_FOR_STATE: &str = "ALERTS_FOR_STATE";

/// A selector of a rule.
#[derive(Clone, Debug)]
pub struct Read {
    /// The metric, where the selector names exactly one.
    pub metric: Option<Arc<str>>,
    parts: Vec<(Symbol, MatchOp, Symbol)>,
    compiled: OnceLock<Matchers>,
}

impl Read {
    fn new(selector: &Selector) -> Read {
        let parts: Vec<_> = selector
            .matchers
            .iter()
            .map(|it| (it.name.clone(), it.op, it.value.clone()))
            .collect();
        let metric = parts
            .iter()
            .find(|it| &*it.0 == METRIC_NAME && it.1 == MatchOp::Equal)
            .map(|it| it.2.clone());
        Read { metric, parts, compiled: OnceLock::new() }
    }

    fn matchers(&self) -> &Matchers {
        let parts = || self.parts.iter().cloned();
        self.compiled.get_or_init(|| Matchers::from_parts(parts()))
    }

    /// Whether it selects a series.
    pub fn selects(&self, labels: &Labels) -> bool {
        self.matchers().holds(labels)
    }

    /// Whether it may select a series of which only some labels are known.
    pub fn may_select(&self, output: &Output) -> bool {
        let known = |name: &str| {
            let it = output.known.iter().find(|it| &*it.0 == name)?;
            Some(&*it.1)
        };
        output.metrics.iter().any(|metric| {
            let known = |name: &str| match name {
                METRIC_NAME => Some(&**metric),
                name => known(name),
            };
            self.matchers().may_hold(known)
        })
    }
}

/// The series that a rule writes.
#[derive(Clone, Debug)]
pub struct Output {
    /// Their names.
    pub metrics: Vec<Arc<str>>,
    /// The labels that every one of them has for certain; an empty value is a label
    /// that none of them has.
    pub known: Vec<(Symbol, Symbol)>,
}

impl Output {
    /// Whether two that write one metric may write one series of it.
    pub(super) fn may_share_with(&self, other: &Output) -> bool {
        let contradicts = |it: &(Symbol, Symbol)| {
            other.known.iter().any(|other| other.0 == it.0 && other.1 != it.1)
        };
        !self.known.iter().any(contradicts)
    }

    /// What a rule of a group writes.
    pub fn of(rule: &Rule, group: &Group) -> Output {
        let labels = match rule {
            Rule::Record(it) => &it.labels,
            Rule::Alert(it) => &it.labels,
        };
        let mut known: Vec<(Symbol, Symbol)> = Vec::new();
        for pair in group.labels.iter().chain(labels) {
            known.retain(|it| *it.0 != *pair.name.as_str());
            let template =
                matches!(rule, Rule::Alert(_)) && pair.value.as_str().contains("{{");
            if !template {
                known.push((pair.name.shared(), pair.value.shared()));
            }
        }
        match rule {
            Rule::Record(it) => Output { metrics: vec![it.name.shared()], known },
            Rule::Alert(it) => {
                known.retain(|it| &*it.0 != "alertname" && &*it.0 != "alertstate");
                known.push(("alertname".into(), it.name.shared()));
                Output { metrics: vec![ALERTS.into(), ALERTS_FOR_STATE.into()], known }
            }
        }
    }
}

/// What an expression looks at.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Its selectors.
    pub selectors: Vec<Read>,
    /// One evaluation over a range of ticks is not the same as one at each tick.
    pub single_ticks: bool,
    /// What it may do without any series.
    pub alone: Alone,
}

/// What an expression may do where its selectors find nothing. Of the parts of an
/// expression the worst counts, so that what may fail is never hidden below what may not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alone {
    /// It has no result and does not fail.
    #[default]
    Nothing,
    /// It has at most one result and does not fail: `vector(1)`, `absent(x)`.
    One,
    /// Anything.
    Anything,
}

impl Reads {
    /// What an expression looks at.
    pub fn of(expr: &Expr) -> Reads {
        let fails = !constants(expr, &Dialect::new(Version::LATEST)).is_empty()
            || !is_rule_result(expr);
        let alone = if fails { Alone::Anything } else { alone(expr) };
        let mut reads = Reads { alone, ..Reads::default() };
        expr.walk(&mut |it| match &it.kind {
            ExprKind::Selector(selector) => {
                reads.selectors.push(Read::new(selector));
                reads.single_ticks |= moves(selector.offset.as_deref(), selector.at);
            }
            ExprKind::Matrix(matrix) => {
                reads.single_ticks |= !is_literal(&matrix.range);
            }
            ExprKind::Subquery(subquery) => {
                let step = subquery.step.as_ref();
                reads.single_ticks |= moves(subquery.offset.as_deref(), subquery.at)
                    || !is_literal(&subquery.range)
                    || step.is_some_and(|it| !is_literal(it));
            }
            ExprKind::Number { .. }
            | ExprKind::String(_)
            | ExprKind::Call(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Binary(_)
            | ExprKind::Unary { .. }
            | ExprKind::Paren(_) => {}
        });
        reads
    }
}

/// Whether an offset or `@` may look at samples after the tick, or depends on the ends
/// of the query.
fn moves(offset: Option<&Duration>, at: Option<At>) -> bool {
    let back = match offset {
        None => true,
        Some(it) => it.literal_millis().is_some_and(|it| 0 <= it),
    };
    !back || at.is_some()
}

fn is_literal(duration: &Duration) -> bool {
    matches!(duration.kind, DurationKind::Literal { .. })
}

/// Whether a rule can have a result of this type: a vector or a scalar.
fn is_rule_result(expr: &Expr) -> bool {
    !matches!(
        expr.without_parens().kind,
        ExprKind::Matrix(_) | ExprKind::Subquery(_) | ExprKind::String(_)
    )
}

/// What an expression may do where its selectors find nothing.
fn alone(expr: &Expr) -> Alone {
    // In the order of `Expr::children`, each looked at once.
    let parts: Vec<Alone> = expr.children().map(alone).collect();
    if parts.contains(&Alone::Anything) {
        return Alone::Anything;
    }
    let first = parts.first().copied().unwrap_or_default();
    match &expr.kind {
        ExprKind::Selector(_) | ExprKind::Matrix(_) => Alone::Nothing,
        ExprKind::Number { .. } | ExprKind::String(_) => Alone::One,
        ExprKind::Call(it) => call(it, &parts),
        ExprKind::Aggregate(it) => match &it.param {
            // A parameter can be out of range, of `topk` even for nothing.
            Some(param) if first != Alone::Nothing || !is_small(param) => Alone::Anything,
            _ => first,
        },
        // One result at each of its steps can be too many samples.
        ExprKind::Subquery(_) if first != Alone::Nothing => Alone::Anything,
        ExprKind::Subquery(_) | ExprKind::Unary { .. } | ExprKind::Paren(_) => first,
        ExprKind::Binary(it) => {
            let (lhs, rhs) = (first, parts.get(1).copied().unwrap_or_default());
            let both = lhs != Alone::Nothing && rhs != Alone::Nothing;
            let filled = it
                .matching
                .as_ref()
                .is_some_and(|it| it.fill_lhs.is_some() || it.fill_rhs.is_some());
            match it.op {
                BinaryOp::Or if both => Alone::Anything,
                BinaryOp::Or => lhs.max(rhs),
                BinaryOp::Unless => lhs,
                _ if both || filled => lhs.max(rhs),
                _ => Alone::Nothing,
            }
        }
    }
}

fn call(call: &Call, args: &[Alone]) -> Alone {
    match call.name {
        "absent" | "absent_over_time" | "vector" | "time" | "pi" | "scalar" => Alone::One,
        _ if args.is_empty() => Alone::One,
        _ => {
            let args = call.args.iter().zip(args).filter(|it| !is_parameter(it.0));
            args.map(|it| *it.1).max().unwrap_or_default()
        }
    }
}

/// The `0.9` of `histogram_quantile` makes no result.
fn is_parameter(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Number { .. } | ExprKind::String(_) => true,
        ExprKind::Call(it) => matches!(it.name, "time" | "pi" | "scalar"),
        _ => false,
    }
}

/// A parameter that no aggregation refuses. Names of labels are constants.
fn is_small(param: &Expr) -> bool {
    match &param.without_parens().kind {
        ExprKind::Number { value, .. } => value.abs() <= 1e9,
        ExprKind::String(_) => true,
        _ => false,
    }
}
