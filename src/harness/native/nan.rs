//! Where NaN comes from: it is neither above nor below a limit, and nobody wrote it.

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::native::compared::Asked;
use crate::harness::plan::RuleIdx;
use crate::harness::reads::Reads;
use crate::promql::syntax::ast::{Binary, BinaryOp, Call, Expr, ExprKind};
use crate::promql::value::{Column, Sample};

/// Rules that are followed, one in the other.
const DEEPEST: usize = 4;

/// The label of a classic histogram's buckets.
const LE: &str = "le";

/// A rule's expression at a tick.
struct At<'a> {
    asked: Asked<'a>,
    text: &'a Text,
    step: usize,
    depth: usize,
}

/// Why a rule's expression gives NaN at a tick, and the part that is the reason.
pub(super) fn origin(asked: Asked<'_>, text: &Text, tick: i64) -> Option<(Span, String)> {
    let step = asked.ticks.iter().position(|it| it == tick)?;
    let at = At { asked, text, step, depth: 0 };
    at.follow(&asked.whole.expr)
}

impl At<'_> {
    fn follow(&self, expr: &Expr) -> Option<(Span, String)> {
        match &expr.kind {
            ExprKind::Binary(it) if it.op == BinaryOp::Div && self.is_of_zeros(it) => {
                Some(self.reason(expr, "0 / 0 is NaN"))
            }
            ExprKind::Call(it) if it.name == "histogram_quantile" => {
                self.quantile(expr, it)
            }
            ExprKind::Selector(_) => self.rules(expr),
            _ => {
                let mut parts = expr.children().filter(|it| self.has_nan(it));
                parts.find_map(|it| self.follow(it))
            }
        }
    }

    fn reason(&self, expr: &Expr, text: &str) -> (Span, String) {
        let at = expr.span.bytes();
        (self.text.place(at.start, at.end).span, text.to_string())
    }

    fn columns(&self, expr: &Expr) -> Vec<Column> {
        self.asked.columns(expr).unwrap_or_default()
    }

    fn floats(&self, expr: &Expr) -> Vec<f64> {
        self.columns(expr).iter().filter_map(|it| it.float(self.step)).collect()
    }

    fn has_nan(&self, expr: &Expr) -> bool {
        self.floats(expr).iter().any(|it| it.is_nan())
    }

    fn is_of_zeros(&self, it: &Binary) -> bool {
        let all_zero = |expr| {
            let floats = self.floats(expr);
            !floats.is_empty() && floats.iter().all(|it| *it == 0.0)
        };
        all_zero(&it.lhs) && all_zero(&it.rhs)
    }

    /// A quantile of nothing, or of buckets without the last one.
    fn quantile(&self, expr: &Expr, call: &Call) -> Option<(Span, String)> {
        let buckets = call.args.get(1)?;
        let columns = self.columns(buckets);
        let empty = |it: &Column| match it.sample(self.step) {
            Some(Sample::Histogram(it)) => it.count == 0.0,
            Some(Sample::Float(it)) => it == 0.0,
            None => true,
        };
        let classic: Vec<&Column> =
            columns.iter().filter(|it| it.float(self.step).is_some()).collect();
        let last = |it: &&&Column| matches!(it.labels.get(LE), "+Inf" | "Inf");
        if !classic.is_empty() && !classic.iter().any(|it| last(&it)) {
            let text = "no bucket has `le=\"+Inf\"`: the quantile is NaN";
            return Some(self.reason(buckets, text));
        }
        let is_empty = match classic.is_empty() {
            true => columns.iter().all(empty),
            false => classic.iter().filter(last).all(|it| empty(it)),
        };
        let text = "nothing was observed here: the quantile is NaN";
        (is_empty && !columns.is_empty()).then(|| self.reason(expr, text))
    }

    /// Into the rules that write what is selected.
    fn rules(&self, expr: &Expr) -> Option<(Span, String)> {
        let (run, plan) = (self.asked.run, self.asked.run.plan());
        if self.depth == DEEPEST {
            return None;
        }
        let tick = self.asked.ticks.iter().nth(self.step)?;
        let into = |rule: RuleIdx| {
            let slot = &plan.slots[rule];
            let ticks = run.setup().ticks(slot.group);
            let step =
                ticks.iter().take_while(|it| *it <= tick).count().checked_sub(1)?;
            let asked = Asked { run, whole: slot.expr(), ticks };
            let (text, depth) = (slot.expr_text(), self.depth + 1);
            let below = At { asked, text, step, depth };
            let root = &asked.whole.expr;
            below.has_nan(root).then(|| below.follow(root)).flatten()
        };
        plan.writers_for(&Reads::of(expr).selectors).into_iter().find_map(into)
    }
}
