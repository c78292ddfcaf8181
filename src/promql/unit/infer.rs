//! From expressions to units.

use std::collections::{BTreeSet, HashMap};

use super::arithmetic::{either, power, product, quotient, sum};
use super::{Amount, SECONDS, THINGS, Unit, What, metric, part};
use crate::promql::infer::until_settled;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Binary, BinaryOp, Call, Expr, ExprKind, Matcher,
};

/// The units of what rules record.
#[derive(Debug, Default)]
pub struct Units {
    recorded: HashMap<String, Unit>,
}

impl Units {
    /// Those of records, by their names and expressions.
    pub fn of_records<'a>(
        records: impl IntoIterator<Item = (&'a str, &'a Expr)>,
    ) -> Units {
        let records: Vec<(&str, &Expr)> = records.into_iter().collect();
        let mut out = Units::default();
        until_settled(|| {
            let next = out.round(&records);
            std::mem::replace(&mut out.recorded, next) != out.recorded
        });
        out
    }

    fn round(&self, records: &[(&str, &Expr)]) -> HashMap<String, Unit> {
        let mut out: HashMap<String, Unit> = HashMap::new();
        for (name, expr) in records {
            let unit = self.of(expr);
            let unit = match out.remove(*name) {
                Some(other) => either(other, unit),
                None => unit,
            };
            out.insert((*name).to_owned(), unit);
        }
        out
    }

    /// The unit of the values of an expression.
    pub fn of(&self, expr: &Expr) -> Unit {
        match &expr.kind {
            ExprKind::Number { value, .. } => Unit::Number(Some(*value)),
            ExprKind::String(_) => Unit::Unknown,
            ExprKind::Selector(it) => it.name.as_ref().map_or(Unit::Unknown, |name| {
                match self.of_metric(name, &it.matchers) {
                    Unit::Unknown => {
                        Unit::of(What::Opaque(BTreeSet::from([name.clone()])))
                    }
                    it => it,
                }
            }),
            ExprKind::Matrix(it) => self.of(&it.selector),
            ExprKind::Subquery(it) => self.of(&it.expr),
            ExprKind::Paren(it) => self.of(it),
            ExprKind::Unary { op, expr } => match (op, self.of(expr)) {
                (BinaryOp::Sub, Unit::Number(it)) => Unit::Number(it.map(|it| -it)),
                (_, it) => it,
            },
            ExprKind::Aggregate(it) => self.of_aggregate(it),
            ExprKind::Call(it) => self.of_call(it),
            ExprKind::Binary(it) => self.of_binary(it),
        }
    }

    fn of_metric(&self, name: &str, matchers: &[Matcher]) -> Unit {
        match self.recorded.get(name) {
            None | Some(Unit::Unknown) => metric::of_selector(name, matchers),
            Some(it) if is_opaque(it) => metric::of_selector(name, matchers),
            Some(it) => it.clone(),
        }
    }

    fn of_aggregate(&self, it: &Aggregate) -> Unit {
        use AggregateOp::{
            Avg, Bottomk, Count, CountValues, Group, LimitRatio, Limitk, Max, Min,
            Quantile, Stddev, Stdvar, Sum, Topk,
        };
        match it.op {
            Count | CountValues => Unit::of(THINGS),
            Group => Unit::Number(Some(1.0)),
            Stdvar => Unit::Unknown,
            Sum => total(self.of(&it.expr)),
            Avg => mean(self.of(&it.expr)),
            Stddev => spread(self.of(&it.expr)),
            Bottomk | LimitRatio | Limitk | Max | Min | Quantile | Topk => {
                self.of(&it.expr)
            }
        }
    }

    fn of_call(&self, it: &Call) -> Unit {
        let arg = |idx: usize| it.args.get(idx).map_or(Unit::Unknown, |it| self.of(it));
        match it.name {
            "rate" | "irate" | "deriv" => arg(0).per_second(),
            "delta" | "idelta" => spread(arg(0)),
            "time"
            | "timestamp"
            | "start"
            | "end"
            | "start_timestamp"
            | "ts_of_first_over_time"
            | "ts_of_last_over_time"
            | "ts_of_max_over_time"
            | "ts_of_min_over_time" => Unit::of(What::Timestamp),
            "step" | "range" => Unit::of(SECONDS),
            "count_over_time" | "changes" | "resets" => Unit::of(THINGS),
            "absent" | "absent_over_time" | "present_over_time" => {
                Unit::Number(Some(1.0))
            }
            "sgn" | "hour" | "minute" | "month" | "year" | "day_of_month"
            | "day_of_week" | "day_of_year" | "days_in_month" => Unit::Number(None),
            "sum_over_time" => match it.args.first() {
                Some(it) => over_time(self.of(it), it),
                None => Unit::Unknown,
            },
            "avg_over_time" => mean(arg(0)),
            "stddev_over_time" | "mad_over_time" => spread(arg(0)),
            "quantile_over_time" => arg(1),
            "increase"
            | "predict_linear"
            | "holt_winters"
            | "double_exponential_smoothing"
            | "min_over_time"
            | "max_over_time"
            | "first_over_time"
            | "last_over_time"
            | "abs"
            | "ceil"
            | "floor"
            | "round"
            | "clamp"
            | "clamp_min"
            | "clamp_max"
            | "scalar"
            | "vector"
            | "sort"
            | "sort_desc"
            | "sort_by_label"
            | "sort_by_label_desc"
            | "label_replace"
            | "label_join"
            | "info" => arg(0),
            "min_of" | "max_of" => either(arg(0), arg(1)),
            "histogram_quantile" => it.args.get(1).map_or(Unit::Unknown, of_histogram),
            "histogram_quantiles" | "histogram_avg" | "histogram_stddev" => {
                it.args.first().map_or(Unit::Unknown, of_histogram)
            }
            "histogram_fraction" => Unit::of(What::Ratio),
            "histogram_sum" => rated(it, metric::observed),
            "histogram_count" => rated(it, metric::observations),
            "deg" => Unit::of(What::Measured("degree")),
            "rad" => Unit::of(What::Measured("radian")),
            _ => Unit::Unknown,
        }
    }

    fn of_binary(&self, it: &Binary) -> Unit {
        let (lhs, rhs) = (self.of(&it.lhs), self.of(&it.rhs));
        match it.op {
            BinaryOp::Add => sum(lhs, rhs, false),
            BinaryOp::Sub => sum(lhs, rhs, true),
            BinaryOp::Mul => product(lhs, rhs),
            BinaryOp::Div => quotient(lhs, rhs, || {
                let is_flag = |it: &Expr| counts_in_sums(&self.of(it));
                part::is_part(&it.lhs, &it.rhs, &is_flag)
            }),
            BinaryOp::Pow => power(&lhs, &rhs),
            BinaryOp::Atan2 => Unit::Unknown,
            BinaryOp::Or => either(lhs, rhs),
            BinaryOp::And | BinaryOp::Unless | BinaryOp::Mod => lhs,
            _ if it.return_bool => Unit::of(What::Flag),
            // Of a scalar and a vector the values of the vector are kept.
            _ if lhs.is_number() => rhs,
            _ => lhs,
        }
    }
}

/// The unit of what the histograms of an expression observe.
pub fn of_histogram(expr: &Expr) -> Unit {
    of_names(expr, metric::observed)
}

/// What all metrics of an expression agree on.
fn of_names(expr: &Expr, of: fn(&str) -> Unit) -> Unit {
    let selectors = expr.selectors();
    let names = selectors.iter().map(|it| it.1.name.as_deref());
    let units = names.map(|it| it.map_or(Unit::Unknown, of));
    units.reduce(either).unwrap_or(Unit::Unknown)
}

/// What is read of histograms that may be rates.
fn rated(call: &Call, of: fn(&str) -> Unit) -> Unit {
    let Some(expr) = call.args.first() else { return Unit::Unknown };
    let mut is_rate = false;
    expr.walk(&mut |it| {
        let ExprKind::Call(it) = &it.kind else { return };
        is_rate |= matches!(it.name, "rate" | "irate");
    });
    let unit = of_names(expr, of);
    if is_rate { unit.per_second() } else { unit }
}

/// Whether values are 0 or 1, or all of them 1: their sum is a count.
fn counts_in_sums(unit: &Unit) -> bool {
    unit.is_flag() || *unit == Unit::Number(Some(1.0))
}

/// The unit of a sum over series or time.
fn total(unit: Unit) -> Unit {
    match unit {
        it if counts_in_sums(&it) => Unit::of(THINGS),
        Unit::Amount(Amount { what: What::Timestamp, .. }) => Unit::Unknown,
        it => it,
    }
}

/// The unit of a sum over time: of what came in steps it is the whole of it, of levels it
/// depends on how often these are measured.
fn over_time(unit: Unit, expr: &Expr) -> Unit {
    let mut in_steps = false;
    expr.walk(&mut |it| {
        let ExprKind::Call(it) = &it.kind else { return };
        in_steps |= matches!(it.name, "increase" | "delta" | "idelta");
    });
    match total(unit) {
        Unit::Amount(it) if !in_steps && !is_count(&it) => {
            let selectors = expr.selectors();
            let names = selectors.iter().filter_map(|it| it.1.name.clone());
            Unit::of(What::Opaque(names.collect()))
        }
        it => it,
    }
}

fn is_count(it: &Amount) -> bool {
    matches!(it.what, What::Count(_)) && !it.per_second
}

/// The unit of a mean over series or time.
fn mean(unit: Unit) -> Unit {
    match unit {
        Unit::Amount(Amount { what: What::Flag, .. }) => Unit::of(What::Ratio),
        it => it,
    }
}

/// The unit of how far values lie apart.
fn spread(unit: Unit) -> Unit {
    match unit {
        Unit::Amount(it) if it.what == What::Timestamp => {
            Unit::Amount(Amount { what: SECONDS, ..it })
        }
        Unit::Amount(Amount { what: What::Flag, .. }) => Unit::Unknown,
        it => it,
    }
}

fn is_opaque(unit: &Unit) -> bool {
    matches!(unit, Unit::Amount(Amount { what: What::Opaque(_), .. }))
}
