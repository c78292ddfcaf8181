//! Why an expression gives nothing: down to the part that emptied it.
//!
//! An expression is followed from the outside in, along what is empty, to the part whose
//! own parts are not: the comparison that does not hold, the join that finds no partner,
//! the selector that no series matches. A recorded metric is followed into its rules.

use crate::diag::text::Text;
use crate::harness::explain::pair::value_text;
use crate::harness::explain::wanted::{self, Wanted};
use crate::harness::explain::{join, selector};
use crate::harness::failure::{self, Reason};
use crate::harness::query;
use crate::harness::run::{Run, Sight};
use crate::promql::labels::{Labels, METRIC_NAME, quote};
use crate::promql::series::Series;
use crate::promql::syntax::ast::{Call, Expr, ExprKind, Parsed};
use crate::promql::value::{Column, Value};

/// An expression at a time, of which the series matter that agree with some labels.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The test.
    pub run: &'a Run<'a>,
    /// The expression.
    pub whole: &'a Parsed,
    /// Its text.
    pub text: &'a Text,
    /// The time at which it is evaluated.
    pub time: i64,
    /// What is seen then; a query of the test sees everything.
    pub sight: Option<Sight>,
    /// Labels that a series must not contradict.
    pub wanted: Wanted,
    /// How many recorded metrics were followed so far.
    pub depth: usize,
}

/// A part of an expression with its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Where it belongs.
    pub whole: &'a Parsed,
    /// The text.
    pub text: &'a Text,
    /// The part.
    pub expr: &'a Expr,
}

/// What was found out.
#[derive(Debug, Default)]
pub struct Cause<'a> {
    /// Reasons, the outermost first.
    pub reasons: Vec<Reason>,
    /// Parts whose values show it.
    pub look_at: Vec<Part<'a>>,
}

/// A reason that tells nothing but that there is one.
pub const NOTHING: &str = "gives nothing";

impl<'a> Asked<'a> {
    /// The samples of a part that agree with the wanted labels; `None` where it cannot
    /// be evaluated to any.
    pub fn samples(&self, part: &Expr) -> Option<Vec<Column>> {
        let mut all = self.all(part)?;
        all.retain(|it| self.agrees(&it.labels));
        Some(all)
    }

    /// All samples of a part.
    pub fn all(&self, part: &Expr) -> Option<Vec<Column>> {
        let part = query::part(self.whole, part);
        match self.run.seen(&part, self.sight, self.time).ok()? {
            Value::Vector(mut all) => {
                all.retain(|it| it.has.get(0));
                Some(all)
            }
            Value::Scalar(values) => Some(vec![Column::full(Labels::empty(), values)]),
            Value::Text(_) | Value::Matrix(_) => None,
        }
    }

    /// Whether a series does not contradict the wanted labels.
    pub fn agrees(&self, labels: &Labels) -> bool {
        labels.iter().all(|(name, value)| {
            &**name == METRIC_NAME
                || self.wanted.iter().all(|it| it.0 != *name || it.1 == *value)
        })
    }

    /// Whether a part gives nothing; one that cannot be asked is not said to be empty.
    pub fn is_empty(&self, part: &Expr) -> bool {
        self.samples(part).is_some_and(|it| it.is_empty())
    }

    /// A reason about a part.
    pub fn reason(&self, part: &Expr, text: impl Into<String>) -> Reason {
        let at = part.span.bytes();
        let span = self.text.place(at.start, at.end).span;
        Reason { text: text.into(), span: Some(span) }
    }

    /// A part with its surroundings.
    pub fn part(&self, expr: &'a Expr) -> Part<'a> {
        Part { whole: self.whole, text: self.text, expr }
    }

    /// The same question about series with other labels.
    pub fn with(&self, wanted: Wanted) -> Asked<'a> {
        Asked { wanted, ..self.clone() }
    }

    /// Why the expression gives nothing; of one that gives something, nothing is said.
    pub fn cause(&self) -> Cause<'a> {
        let mut out = Cause::default();
        if self.is_empty(&self.whole.expr) {
            self.follow(&self.whole.expr, &mut out);
        }
        failure::once(&mut out.reasons);
        out
    }

    /// Goes on with a part that gives nothing.
    pub fn follow(&self, expr: &'a Expr, out: &mut Cause<'a>) {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Unary { expr: inner, .. } => {
                self.follow(inner, out);
            }
            ExprKind::Selector(it) => selector::nothing(self, expr, it, None, out),
            ExprKind::Matrix(it) => {
                let ExprKind::Selector(inner) = &it.selector.kind else { return };
                let range = it.range.literal_millis();
                selector::nothing(self, expr, inner, range, out);
            }
            // Where it looks at another time, what is empty now tells nothing.
            ExprKind::Subquery(it) => {
                let is_now = it.offset.is_none() && it.at.is_none();
                match is_now && self.is_empty(&it.expr) {
                    true => self.follow(&it.expr, out),
                    false => {
                        out.reasons
                            .push(self.reason(expr, "gives nothing in its window"));
                    }
                }
            }
            ExprKind::Call(it) => {
                let below = self.with(wanted::of_call(&self.wanted, it));
                below.call(expr, it, out);
            }
            ExprKind::Aggregate(it) => {
                let below = self.with(wanted::of_aggregate(&self.wanted, it));
                match below.is_empty(&it.expr) {
                    true => below.follow(&it.expr, out),
                    false => {
                        let verb =
                            if wanted::keeps_series(it.op) { "keeps" } else { "gives" };
                        let others = self.others(expr, verb);
                        let text = others.unwrap_or_else(|| NOTHING.to_string());
                        out.reasons.push(self.reason(expr, text));
                    }
                }
            }
            ExprKind::Binary(it) => join::nothing(self, expr, it, out),
            ExprKind::Number { .. } | ExprKind::String(_) => {}
        }
    }

    fn call(&self, expr: &'a Expr, call: &'a Call, out: &mut Cause<'a>) {
        if call.name.starts_with("absent") {
            return self.absent(expr, call, out);
        }
        for arg in &call.args {
            let inner = arg.without_parens();
            if !matches!(inner.kind, ExprKind::Matrix(_) | ExprKind::Subquery(_)) {
                if self.is_empty(arg) {
                    return self.follow(arg, out);
                }
                continue;
            }
            let Some(counts) = self.window(inner) else { continue };
            let most = counts.iter().copied().max().unwrap_or(0);
            if most == 0 {
                return self.follow(inner, out);
            }
            if most == 1 && NEED_TWO.contains(&call.name) && !looks_around(inner) {
                let text = format!(
                    "there is only one sample in this window, and `{}` needs two",
                    call.name
                );
                if let ExprKind::Matrix(it) = &inner.kind {
                    out.look_at.push(self.part(&it.selector));
                }
                return out.reasons.push(self.reason(arg, text));
            }
        }
        let text = self
            .others(expr, "gives")
            .unwrap_or_else(|| format!("`{}` gives nothing for this", call.name));
        out.reasons.push(self.reason(expr, text));
    }

    /// Why `absent` or `absent_over_time` does not give what is looked for.
    fn absent(&self, expr: &Expr, call: &'a Call, out: &mut Cause<'a>) {
        if let Some(given) = self.all(expr).unwrap_or_default().first() {
            let text = format!(
                "gives {}: `{}` has the labels of `=` matchers only",
                named(&given.labels),
                call.name
            );
            return out.reasons.push(self.reason(expr, text));
        }
        let Some(arg) = call.args.first() else { return };
        let inner = arg.without_parens();
        let there = match &inner.kind {
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => {
                if let ExprKind::Matrix(it) = &inner.kind {
                    out.look_at.push(self.part(&it.selector));
                }
                let all = self.matrix(inner).unwrap_or_default();
                all.first().map(|it| format!("{} in this window", named(&it.labels)))
            }
            _ => {
                out.look_at.push(self.part(arg));
                self.all(arg).unwrap_or_default().first().map(series)
            }
        };
        if let Some(there) = there {
            let text = format!("is not absent: there is {there}");
            out.reasons.push(self.reason(expr, text));
        }
    }

    /// The series of a range selector or subquery.
    fn matrix(&self, expr: &Expr) -> Option<Vec<Series>> {
        let part = query::part(self.whole, expr);
        match self.run.seen(&part, self.sight, self.time) {
            Ok(Value::Matrix(all)) => Some(all),
            _ => None,
        }
    }

    /// Samples of each series in the window of a range selector or subquery.
    fn window(&self, expr: &Expr) -> Option<Vec<usize>> {
        let all = self.matrix(expr)?;
        let agree = all.iter().filter(|it| self.agrees(&it.labels));
        Some(agree.map(|it| it.floats.len() + it.histograms.len()).collect())
    }

    /// What a part gives that is not looked for, if it gives anything.
    pub fn others(&self, part: &Expr, verb: &str) -> Option<String> {
        let all = self.all(part)?;
        Some(format!("{verb} other series: {}", series(all.first()?)))
    }
}

/// Functions that tell nothing from one sample.
const NEED_TWO: &[&str] = &[
    "rate",
    "irate",
    "increase",
    "delta",
    "idelta",
    "deriv",
    "predict_linear",
    "double_exponential_smoothing",
    "holt_winters",
];

/// Whether samples outside of its window count for a range selector.
fn looks_around(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Matrix(it) => match &it.selector.kind {
            ExprKind::Selector(it) => it.anchored || it.smoothed,
            _ => false,
        },
        _ => false,
    }
}

/// A series with its value, for a message.
pub fn series(column: &Column) -> String {
    let name = named(&column.labels);
    match column.sample(0) {
        Some(value) => format!("{name} = {}", value_text(&value)),
        None => name,
    }
}

/// A series as people write it, with few of its labels.
pub fn named(labels: &Labels) -> String {
    const MOST: usize = 5;
    let all: Vec<String> = labels
        .iter()
        .filter(|it| &*it.0 != METRIC_NAME)
        .map(|it| format!("{}={}", it.0, quote(&it.1)))
        .collect();
    let list = match all.len() {
        n if n <= MOST => all.join(", "),
        _ => format!("{}, ...", all[..MOST].join(", ")),
    };
    match (labels.metric_name(), list.is_empty()) {
        ("", _) => format!("{{{list}}}"),
        (name, true) => name.to_string(),
        (name, false) => format!("{name}{{{list}}}"),
    }
}
