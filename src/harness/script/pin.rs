//! The same expression with its time pinned by `@`.

use crate::promql::functions;
use crate::promql::functions::kind::Kind;
use crate::promql::syntax::ast::{At, Duration, DurationKind, Expr, ExprKind, Parsed};

/// The expression with `@ time` at every selector, or at the outermost subquery around
/// it, that has none; none where it depends on the time of evaluation all the same.
pub(super) fn pin(parsed: &Parsed, time: i64) -> Option<Expr> {
    let mut expr = parsed.expr.clone();
    let mut pinner = Pinner { time, depends: false };
    pinner.visit(&mut expr);
    (!pinner.depends).then_some(expr)
}

/// When a pinned expression is evaluated.
pub(super) fn other_times(time: i64) -> Vec<i64> {
    match time {
        0 => vec![-1000, 0, 1000],
        _ => vec![-10 * time, 0, time / 5, time, 10 * time],
    }
}

struct Pinner {
    time: i64,
    depends: bool,
}

impl Pinner {
    fn pin(&self, at: &mut Option<At>) {
        if !matches!(at, Some(At::Time(_))) {
            *at = Some(At::Time(self.time));
        }
    }

    fn visit(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Number { .. } | ExprKind::String(_) => {}
            ExprKind::Selector(it) => self.pin(&mut it.at),
            ExprKind::Matrix(it) => self.visit(&mut it.selector),
            // What is inside follows the subquery's own time.
            ExprKind::Subquery(it) => self.pin(&mut it.at),
            ExprKind::Call(call) => {
                let function = functions::lookup(call.name);
                self.depends |= function
                    .is_some_and(|it| it.uses_time || matches!(it.kind, Kind::Query(_)));
                call.args.iter_mut().for_each(|it| self.visit(it));
            }
            ExprKind::Aggregate(it) => {
                self.visit(&mut it.expr);
                if let Some(param) = &mut it.param {
                    self.visit(param);
                }
            }
            ExprKind::Binary(it) => {
                self.visit(&mut it.lhs);
                self.visit(&mut it.rhs);
            }
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => self.visit(expr),
        }
    }
}

/// Whether an expression asks for the start, end, range or step of the whole query,
/// which are others in range mode.
pub(super) fn depends_on_query(parsed: &Parsed) -> bool {
    let mut depends = false;
    parsed.expr.walk(&mut |it| {
        depends |= match &it.kind {
            ExprKind::Call(call) => functions::lookup(call.name)
                .is_some_and(|it| matches!(it.kind, Kind::Query(_))),
            ExprKind::Selector(it) => {
                is_relative(it.at) || it.offset.as_deref().is_some_and(asks)
            }
            ExprKind::Matrix(it) => asks(&it.range),
            ExprKind::Subquery(it) => {
                let durations =
                    [Some(&it.range), it.step.as_deref(), it.offset.as_deref()];
                is_relative(it.at) || durations.into_iter().flatten().any(asks)
            }
            _ => false,
        };
    });
    depends
}

fn is_relative(at: Option<At>) -> bool {
    matches!(at, Some(At::Start | At::End))
}

fn asks(duration: &Duration) -> bool {
    match &duration.kind {
        DurationKind::Literal { .. } => false,
        DurationKind::Step | DurationKind::Range => true,
        DurationKind::Unary(_, it) | DurationKind::Paren(it) => asks(it),
        DurationKind::Binary(_, a, b)
        | DurationKind::MinOf(a, b)
        | DurationKind::MaxOf(a, b) => asks(a) || asks(b),
    }
}
