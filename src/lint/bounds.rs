//! Between which values the results of an expression lie, whatever the data are.
//!
//! It errs on one side only: what is said holds of every value that is a number. NaN is
//! outside of all of it, and compares as false.

use crate::lint::context::Context;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, Expr, ExprKind, Matcher, Name,
    Selector,
};
use crate::promql::syntax::same;
use crate::rules::comparison::number;
use crate::rules::group::Rule;

/// The least and the greatest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// No value is below it.
    pub least: f64,
    /// No value is above it.
    pub most: f64,
}

const ANY: Bounds = of(f64::NEG_INFINITY, f64::INFINITY);
const POSITIVE: Bounds = of(0.0, f64::INFINITY);
const SHARE: Bounds = of(0.0, 1.0);

/// Records of records are followed this far.
const MAX_DEPTH: usize = 16;

const fn of(least: f64, most: f64) -> Bounds {
    Bounds { least, most }
}

/// Between which values the results of an expression lie.
pub fn bounds(expr: &Expr, context: &Context<'_>) -> Bounds {
    Walk { context, depth: 0 }.expr(expr)
}

impl Bounds {
    /// Whether a value can pass a comparison with a number.
    pub fn passes(self, op: BinaryOp, limit: f64) -> bool {
        match op {
            // Of a single value, which is a number then.
            BinaryOp::Neq => self.least != limit || self.most != limit,
            BinaryOp::Eql => self.least <= limit && limit <= self.most,
            BinaryOp::Lss => self.least < limit,
            BinaryOp::Lte => self.least <= limit,
            BinaryOp::Gtr => limit < self.most,
            BinaryOp::Gte => limit <= self.most,
            _ => true,
        }
    }

    fn map(self, function: impl Fn(f64) -> f64) -> Bounds {
        of(function(self.least), function(self.most))
    }

    fn or(self, other: Bounds) -> Bounds {
        of(self.least.min(other.least), self.most.max(other.most))
    }

    fn and(self, other: Bounds) -> Bounds {
        of(self.least.max(other.least), self.most.min(other.most))
    }

    /// Of sums of at least one value.
    fn summed(self) -> Bounds {
        let least = if self.least < 0.0 { f64::NEG_INFINITY } else { self.least };
        let most = if 0.0 < self.most { f64::INFINITY } else { self.most };
        of(least, most)
    }

    /// Of an operation that is greatest and least at the ends of its sides.
    fn ends(self, other: Bounds, op: impl Fn(f64, f64) -> f64) -> Bounds {
        let all = [
            op(self.least, other.least),
            op(self.least, other.most),
            op(self.most, other.least),
            op(self.most, other.most),
        ];
        if all.iter().any(|it| it.is_nan()) {
            return ANY;
        }
        let least = all.into_iter().fold(f64::INFINITY, f64::min);
        of(least, all.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }
}

#[derive(Clone, Copy)]
struct Walk<'c, 'a> {
    context: &'c Context<'a>,
    depth: usize,
}

impl Walk<'_, '_> {
    fn expr(self, expr: &Expr) -> Bounds {
        match &expr.kind {
            ExprKind::Number { value, .. } if !value.is_nan() => of(*value, *value),
            ExprKind::Number { .. } | ExprKind::String(_) => ANY,
            ExprKind::Selector(it) => self.selector(it),
            ExprKind::Matrix(it) => self.expr(&it.selector),
            ExprKind::Subquery(it) => self.expr(&it.expr),
            ExprKind::Paren(it) => self.expr(it),
            ExprKind::Unary { op: BinaryOp::Sub, expr } => {
                let inner = self.expr(expr);
                of(-inner.most, -inner.least)
            }
            ExprKind::Unary { expr, .. } => self.expr(expr),
            ExprKind::Aggregate(it) => self.aggregate(it),
            ExprKind::Call(it) => self.call(it),
            ExprKind::Binary(it) => self.binary(it),
        }
    }

    fn selector(self, selector: &Selector) -> Bounds {
        let Some(name) = selector.name.as_deref() else { return ANY };
        match name {
            "up" | "probe_success" => return SHARE,
            "ALERTS" => return of(1.0, 1.0),
            _ => {}
        }
        let records =
            self.context.records.get(name).map(Vec::as_slice).unwrap_or_default();
        if records.is_empty() && !name.contains(':') {
            let counter = ["_total", "_bucket"].iter().any(|it| name.ends_with(it));
            return if counter { POSITIVE } else { ANY };
        }
        // Those of others may be recorded elsewhere, too.
        if MAX_DEPTH <= self.depth || records.is_empty() || self.context.book.is_none() {
            return ANY;
        }
        let below = Walk { depth: self.depth + 1, ..self };
        let own = records.iter().map(|it| match it.rule {
            Rule::Record(it) => below.expr(&it.expr.parsed.expr),
            Rule::Alert(_) => ANY,
        });
        own.reduce(Bounds::or).unwrap_or(ANY)
    }

    fn aggregate(self, it: &Aggregate) -> Bounds {
        match it.op {
            AggregateOp::Count | AggregateOp::CountValues => of(1.0, f64::INFINITY),
            AggregateOp::Group => of(1.0, 1.0),
            AggregateOp::Stddev | AggregateOp::Stdvar => POSITIVE,
            AggregateOp::Sum => self.expr(&it.expr).summed(),
            AggregateOp::Quantile => match it.param.as_deref().and_then(number) {
                Some(phi) if (0.0..=1.0).contains(&phi) => self.expr(&it.expr),
                _ => ANY,
            },
            AggregateOp::Min
            | AggregateOp::Max
            | AggregateOp::Avg
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Limitk
            | AggregateOp::LimitRatio => self.expr(&it.expr),
        }
    }

    fn call(self, call: &Call) -> Bounds {
        let arg = |idx: usize| call.args.get(idx).map_or(ANY, |it| self.expr(it));
        let number = |idx: usize| call.args.get(idx).and_then(number);
        match call.name {
            "absent" | "absent_over_time" | "present_over_time" => of(1.0, 1.0),
            "count_over_time" => of(1.0, f64::INFINITY),
            "rate" | "irate" | "increase" | "changes" | "resets" | "stddev_over_time"
            | "stdvar_over_time" | "abs" | "sqrt" | "exp" | "time" | "timestamp"
            | "histogram_count" => POSITIVE,
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time"
            | "first_over_time" | "scalar" | "vector" | "label_replace"
            | "label_join" | "sort" | "sort_desc" | "sort_by_label"
            | "sort_by_label_desc" => arg(0),
            "quantile_over_time" => match number(0) {
                Some(phi) if (0.0..=1.0).contains(&phi) => arg(1),
                _ => ANY,
            },
            "sum_over_time" => arg(0).summed(),
            "ceil" => arg(0).map(f64::ceil),
            "floor" => arg(0).map(f64::floor),
            "sgn" => of(-1.0, 1.0),
            "clamp_min" => number(1).map_or(ANY, |it| arg(0).map(|own| own.max(it))),
            "clamp_max" => number(1).map_or(ANY, |it| arg(0).map(|own| own.min(it))),
            "clamp" => match (number(1), number(2)) {
                (Some(low), Some(high)) if low <= high => {
                    arg(0).map(|it| it.clamp(low, high))
                }
                _ => ANY,
            },
            "histogram_fraction" => SHARE,
            "hour" => of(0.0, 23.0),
            "minute" => of(0.0, 59.0),
            "day_of_week" => of(0.0, 6.0),
            "day_of_month" => of(1.0, 31.0),
            "day_of_year" => of(1.0, 366.0),
            "days_in_month" => of(28.0, 31.0),
            "month" => of(1.0, 12.0),
            _ => ANY,
        }
    }

    fn binary(self, it: &Binary) -> Bounds {
        if it.matching.as_ref().is_some_and(|it| it.fill_lhs.or(it.fill_rhs).is_some()) {
            return ANY;
        }
        let (lhs, rhs) = (self.expr(&it.lhs), self.expr(&it.rhs));
        match it.op {
            BinaryOp::And | BinaryOp::Unless => lhs,
            BinaryOp::Or => lhs.or(rhs),
            op if op.is_comparison() && it.return_bool => SHARE,
            op if op.is_comparison() => match (number(&it.lhs), number(&it.rhs)) {
                (Some(_), None) => rhs,
                (_, Some(limit)) => match op {
                    BinaryOp::Gtr | BinaryOp::Gte => lhs.and(of(limit, f64::INFINITY)),
                    BinaryOp::Lss | BinaryOp::Lte => {
                        lhs.and(of(f64::NEG_INFINITY, limit))
                    }
                    BinaryOp::Eql => of(limit, limit),
                    _ => lhs,
                },
                (None, None) => lhs,
            },
            BinaryOp::Add => lhs.ends(rhs, |a, b| a + b),
            BinaryOp::Sub => lhs.ends(rhs, |a, b| a - b),
            BinaryOp::Mul => lhs.ends(rhs, |a, b| match (a, b) {
                // An end that is infinite is reached by no value.
                (0.0, _) | (_, 0.0) => 0.0,
                _ => a * b,
            }),
            BinaryOp::Div if self.is_part(it) => SHARE,
            BinaryOp::Div => match number(&it.rhs) {
                Some(by) if by != 0.0 => lhs.ends(of(by, by), |a, b| a / b),
                _ if 0.0 <= lhs.least && 0.0 <= rhs.least => POSITIVE,
                _ => ANY,
            },
            _ => ANY,
        }
    }

    /// Whether a division is that of a part by its whole.
    fn is_part(self, it: &Binary) -> bool {
        let part = it.lhs.without_parens();
        let whole = unfiltered(&it.rhs);
        if 0.0 > self.expr(part).least {
            return false;
        }
        // `a / (a + b)`
        if let ExprKind::Binary(Binary { op: BinaryOp::Add, lhs, rhs, .. }) = &whole.kind
        {
            let terms = [lhs, rhs].map(|it| it.without_parens());
            let own = terms.iter().any(|it| same(it, part));
            return own && terms.iter().all(|it| 0.0 <= self.expr(it).least);
        }
        let (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) = (&part.kind, &whole.kind)
        else {
            return false;
        };
        let coarser = |it: &Name| a.grouping.iter().any(|own| own.text == it.text);
        let grouped = match (a.without, b.without) {
            (false, false) => b.grouping.iter().all(coarser),
            (true, true) => {
                a.grouping.len() == b.grouping.len() && b.grouping.iter().all(coarser)
            }
            _ => false,
        };
        let summed = match (a.op, b.op) {
            (AggregateOp::Sum, AggregateOp::Sum) => {
                is_selected(&a.expr, &b.expr) && 0.0 <= self.expr(&b.expr).least
            }
            (AggregateOp::Count, AggregateOp::Count) => {
                is_selected(unfiltered(&a.expr), unfiltered(&b.expr)) && {
                    same(unfiltered(&b.expr), b.expr.without_parens())
                }
            }
            _ => false,
        };
        grouped && summed
    }
}

/// An expression without a comparison around it that leaves its values as they are.
fn unfiltered(expr: &Expr) -> &Expr {
    match &expr.without_parens().kind {
        ExprKind::Binary(it)
            if it.op.is_comparison()
                && !it.return_bool
                && number(&it.rhs).is_some()
                && number(&it.lhs).is_none() =>
        {
            it.lhs.without_parens()
        }
        _ => expr.without_parens(),
    }
}

/// Whether one expression is the other with further matchers.
fn is_selected(part: &Expr, whole: &Expr) -> bool {
    let (part, whole) = (part.without_parens(), whole.without_parens());
    match (&part.kind, &whole.kind) {
        (ExprKind::Selector(a), ExprKind::Selector(b)) => {
            let matcher = |a: &Matcher, b: &Matcher| {
                (&a.name, a.op, &a.value) == (&b.name, b.op, &b.value)
            };
            let mut wanted = b.matchers.iter();
            a.name.is_some()
                && same_but_matchers(a, b)
                && wanted.all(|b| a.matchers.iter().any(|a| matcher(a, b)))
        }
        (ExprKind::Matrix(a), ExprKind::Matrix(b)) => {
            a.range.literal_nanos().is_some()
                && a.range.literal_nanos() == b.range.literal_nanos()
                && is_selected(&a.selector, &b.selector)
        }
        (ExprKind::Call(a), ExprKind::Call(b)) => {
            matches!(a.name, "rate" | "irate" | "increase")
                && a.name == b.name
                && is_selected(&a.args[0], &b.args[0])
        }
        _ => false,
    }
}

/// Whether selectors differ in their matchers only.
fn same_but_matchers(a: &Selector, b: &Selector) -> bool {
    let offset = |it: &Selector| it.offset.as_ref().map(|it| it.literal_nanos());
    a.name == b.name
        && a.at == b.at
        && offset(a) == offset(b)
        && (a.anchored, a.smoothed) == (b.anchored, b.smoothed)
}
