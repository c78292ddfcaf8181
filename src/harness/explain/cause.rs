//! Why an expression gives nothing: down to the part that emptied it.
//!
//! An expression is followed from the outside in, along what is empty, to the part whose
//! own parts are not: the comparison that does not hold, the join that finds no partner,
//! the selector that no series matches. A recorded metric is followed into its rule.

use crate::diag::text::Text;
use crate::harness::explain::pair::value_text;
use crate::harness::explain::selector;
use crate::harness::explain::wanted::{self, Wanted};
use crate::harness::failure::Reason;
use crate::harness::query;
use crate::harness::result::Ticks;
use crate::harness::run::Run;
use crate::promql::labels::{Labels, METRIC_NAME, quote};
use crate::promql::syntax::ast::{Binary, BinaryOp, Call, Expr, ExprKind, Parsed};
use crate::promql::value::{Column, Value};

/// Recorded metrics that are followed into their rules, one in the other.
const DEEPEST: usize = 4;

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
        let at = Ticks { start: self.time, end: self.time, step: 1 };
        let mut all = self.run.over_part(self.whole, part, at).ok()?;
        all.retain(|it| it.has.get(0));
        Some(all)
    }

    /// Whether a series does not contradict the wanted labels.
    pub fn agrees(&self, labels: &Labels) -> bool {
        labels.iter().all(|(name, value)| {
            &**name == METRIC_NAME
                || self.wanted.iter().all(|it| it.0 != *name || it.1 == *value)
        })
    }

    /// Whether a part gives nothing; one that cannot be asked is not said to be empty.
    fn is_empty(&self, part: &Expr) -> bool {
        self.samples(part).is_some_and(|it| it.is_empty())
    }

    /// A reason about a part.
    pub fn reason(&self, part: &Expr, text: impl Into<String>) -> Reason {
        let at = part.span.bytes();
        let span = self.text.place(at.start, at.end).span;
        Reason { text: text.into(), span: Some(span) }
    }

    fn part(&self, expr: &'a Expr) -> Part<'a> {
        Part { whole: self.whole, text: self.text, expr }
    }

    /// The same question about series with other labels.
    fn with(&self, wanted: Wanted) -> Asked<'a> {
        Asked { wanted, ..self.clone() }
    }

    /// Why the expression gives nothing.
    pub fn cause(&self) -> Cause<'a> {
        let mut out = Cause::default();
        self.follow(&self.whole.expr, &mut out);
        out
    }

    fn follow(&self, expr: &'a Expr, out: &mut Cause<'a>) {
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
            ExprKind::Subquery(it) => match self.is_empty(&it.expr) {
                true => self.follow(&it.expr, out),
                false => {
                    out.reasons.push(self.reason(expr, "gives nothing in its window"));
                }
            },
            ExprKind::Call(it) => {
                let below = self.with(wanted::of_call(&self.wanted, it));
                below.call(expr, it, out);
            }
            ExprKind::Aggregate(it) => {
                let below = self.with(wanted::of_aggregate(&self.wanted, it));
                match below.is_empty(&it.expr) {
                    true => below.follow(&it.expr, out),
                    false => out.reasons.push(self.reason(expr, "gives nothing")),
                }
            }
            ExprKind::Binary(it) => self.binary(expr, it, out),
            ExprKind::Number { .. } | ExprKind::String(_) => {}
        }
    }

    /// Follows a recorded metric into the rule that writes it.
    pub fn recorded(&self, expr: &Expr, metric: &str, out: &mut Cause<'a>) -> bool {
        let plan = self.run.plan();
        let rules = plan.writers(metric);
        let Some(rule) = rules.first().filter(|_| self.depth < DEEPEST) else {
            return false;
        };
        let slot = &plan.slots[*rule];
        // Labels that the rule sets say nothing of what its expression gives.
        let own = slot.labels();
        let own: Vec<&str> = own.iter().map(|it| &*it.0).collect();
        let wanted = wanted::without(&self.wanted, &own);
        let asked = Asked {
            run: self.run,
            whole: slot.expr(),
            text: slot.expr_text(),
            time: self.time - slot.offset,
            wanted,
            depth: self.depth + 1,
        };
        out.reasons.push(self.reason(expr, format!("`{metric}` is not recorded then")));
        let Cause { reasons, .. } = asked.cause();
        out.reasons.extend(reasons);
        true
    }

    fn call(&self, expr: &'a Expr, call: &'a Call, out: &mut Cause<'a>) {
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
            if most == 1 {
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
        let there = call.args.first().and_then(|it| self.all(it));
        let text = match (call.name.starts_with("absent"), there) {
            (true, Some(there)) if !there.is_empty() => {
                out.look_at.extend(call.args.iter().map(|it| self.part(it)));
                format!("is not absent: there is {}", series(&there[0]))
            }
            (true, _) => "is not absent: there is data".to_string(),
            (false, _) => format!("`{}` gives nothing for this", call.name),
        };
        out.reasons.push(self.reason(expr, text));
    }

    /// Samples of each series in the window of a range selector or subquery.
    fn window(&self, expr: &Expr) -> Option<Vec<usize>> {
        let part = query::part(self.whole, expr);
        let Ok(Value::Matrix(all)) = self.run.instant(&part, self.time) else {
            return None;
        };
        let agree = all.iter().filter(|it| self.agrees(&it.labels));
        Some(agree.map(|it| it.floats.len() + it.histograms.len()).collect())
    }

    fn binary(&self, expr: &'a Expr, it: &'a Binary, out: &mut Cause<'a>) {
        let (lhs, rhs) = (&*it.lhs, &*it.rhs);
        let [left, right] = wanted::of_sides(&self.wanted, it).map(|it| self.with(it));
        if it.op == BinaryOp::Or {
            left.follow(lhs, out);
            right.follow(rhs, out);
            return;
        }
        if left.is_empty(lhs) {
            return left.follow(lhs, out);
        }
        let both = [self.part(lhs), self.part(rhs)];
        if it.op == BinaryOp::Unless {
            out.look_at.extend(both);
            let there = right.samples(rhs).unwrap_or_default();
            let text = match there.first() {
                Some(it) => format!("takes it away: {}", series(it)),
                None => "takes it away".to_string(),
            };
            return out.reasons.push(self.reason(rhs, text));
        }
        if right.is_empty(rhs) {
            return right.follow(rhs, out);
        }
        out.look_at.extend(both);
        let sides =
            [left.samples(lhs), right.samples(rhs)].map(|it| it.unwrap_or_default());
        if it.op.is_comparison() && !it.return_bool {
            let compared = Binary { return_bool: true, ..it.clone() };
            let compared = Expr { kind: ExprKind::Binary(compared), ..expr.clone() };
            if !self.is_empty(&compared) {
                return out.reasons.push(self.reason(expr, compare(it, &sides)));
            }
        }
        let text = match sides.each_ref().map(|it| it.first().map(series)) {
            [Some(left), Some(right)] => {
                let by = labels_matched(it);
                format!("finds no partners{by}: left {left}, right {right}")
            }
            _ => "finds no partners".to_string(),
        };
        out.reasons.push(self.reason(expr, text));
    }
}

/// What a comparison that does not hold compares.
fn compare(it: &Binary, sides: &[Vec<Column>; 2]) -> String {
    let op = it.op.as_str();
    let value = |it: &Column| it.sample(0).map_or(String::new(), |it| value_text(&it));
    match sides.each_ref().map(Vec::as_slice) {
        [[left], [right]] => {
            format!("does not hold: {} {op} {}", value(left), value(right))
        }
        [[first, ..], [right]] => format!(
            "holds for none of {}: {} {op} {} for {}",
            sides[0].len(),
            value(first),
            value(right),
            named(&first.labels)
        ),
        _ => "holds for none".to_string(),
    }
}

/// The labels by which a join finds partners, where they are named.
fn labels_matched(it: &Binary) -> String {
    match &it.matching {
        Some(matching) if matching.on => {
            let names: Vec<&str> = matching.labels.iter().map(|it| &*it.text).collect();
            format!(" by `on ({})`", names.join(", "))
        }
        Some(_) | None => " with the same labels".to_string(),
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
