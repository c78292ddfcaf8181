//! Tree to text on several lines, as Prometheus lays it out
//! (`promql/parser/prettier.go`): what is longer than a line is split at its parts.

use crate::promql::syntax::ast::{Binary, Expr, ExprKind};
use crate::promql::syntax::print::{
    self, Spelling, aggregate_head, binary_head, subquery_suffix,
};

const LINE: usize = 100;

/// The expression laid out over lines, spelled as Prometheus does.
pub fn pretty(expr: &Expr) -> String {
    Layout { spelling: Spelling::CANONICAL }.at_level(expr, 0)
}

/// The expression laid out over lines, spelled as in `written`, the text of which it is
/// the tree, or one of the same length.
///
/// In two things it is not Prometheus's layout, in which two operators take five lines: an
/// operator begins the line of its right side, and what the author split stays split although
/// it would fit on a line.
pub fn pretty_as_written(expr: &Expr, written: &str) -> String {
    Layout { spelling: Spelling(Some(written)) }.at_level(expr, 0)
}

#[derive(Clone, Copy)]
struct Layout<'a> {
    spelling: Spelling<'a>,
}

impl Layout<'_> {
    fn at_level(self, expr: &Expr, level: usize) -> String {
        let indent = "  ".repeat(level);
        let line = print::line(expr, self.spelling);
        let splits = LINE < line.len() || self.is_split(expr);
        match &expr.kind {
            ExprKind::Unary { op, expr } => {
                let operand = self.at_level(expr, level);
                format!("{indent}{}{}", op.as_str(), operand.trim())
            }
            // Prometheus does not indent a short one.
            ExprKind::Subquery(_) if !splits && self.spelling.0.is_none() => line,
            ExprKind::Subquery(it) if splits => {
                let suffix = subquery_suffix(it, self.spelling);
                format!("{}{suffix}", self.at_level(&it.expr, level))
            }
            ExprKind::Aggregate(it) if splits => {
                let param = match &it.param {
                    Some(param) => format!("{},\n", self.at_level(param, level + 1)),
                    None => String::new(),
                };
                let head = aggregate_head(it, self.spelling);
                let body = self.at_level(&it.expr, level + 1);
                format!("{indent}{head}(\n{param}{body}\n{indent})")
            }
            ExprKind::Binary(it) if splits && self.spelling.0.is_some() => {
                self.led_by_operator(it, level)
            }
            ExprKind::Binary(it) if splits => {
                let head = binary_head(it, self.spelling);
                let lhs = self.at_level(&it.lhs, level + 1);
                let rhs = self.at_level(&it.rhs, level + 1);
                format!("{lhs}\n{indent}{head}\n{rhs}")
            }
            ExprKind::Call(it) if splits => {
                let args: Vec<_> =
                    it.args.iter().map(|it| self.at_level(it, level + 1)).collect();
                format!("{indent}{}(\n{}\n{indent})", it.name, args.join(",\n"))
            }
            ExprKind::Paren(expr) if splits => {
                format!("{indent}(\n{}\n{indent})", self.at_level(expr, level + 1))
            }
            _ => format!("{indent}{line}"),
        }
    }

    /// An operation whose sides stand on lines of their own. From the left it is read as it
    /// is evaluated; an operation on the right is set apart.
    fn led_by_operator(self, it: &Binary, level: usize) -> String {
        let indent = "  ".repeat(level);
        let head = binary_head(it, self.spelling);
        let lhs = self.at_level(&it.lhs, level);
        let last = lhs.rfind('\n').map(|at| &lhs[at + 1..]);
        if is_number(&it.rhs)
            && last.is_some_and(|it| it.starts_with(&format!("{indent})")))
        {
            let rhs = print::line(&it.rhs, self.spelling);
            return format!("{lhs} {head} {rhs}");
        }
        let below = level + usize::from(!it.op.is_set());
        let indent = "  ".repeat(below);
        match (&it.rhs.kind, self.splits(&it.rhs)) {
            // Nothing that is no `and`, `or` or `unless` can be taken for a part of these.
            (ExprKind::Binary(rhs), true) if rhs.op.is_set() || !it.op.is_set() => {
                let rhs = self.at_level(&it.rhs, below + 1);
                format!("{lhs}\n{indent}{head}\n{rhs}")
            }
            _ => {
                let rhs = self.at_level(&it.rhs, below);
                format!("{lhs}\n{indent}{head} {}", rhs.trim_start())
            }
        }
    }

    fn splits(self, expr: &Expr) -> bool {
        LINE < print::line(expr, self.spelling).len() || self.is_split(expr)
    }

    /// Whether the author split it, or a part of it, at its parts.
    fn is_split(self, expr: &Expr) -> bool {
        let Spelling(Some(written)) = self.spelling else { return false };
        let between =
            |a: usize, b: usize| written.get(a..b).is_some_and(|it| it.contains('\n'));
        let mut found = false;
        expr.walk(&mut |it| {
            let start = it.span.start as usize;
            found |= match &it.kind {
                ExprKind::Binary(it) => {
                    between(it.lhs.span.end as usize, it.rhs.span.start as usize)
                }
                ExprKind::Paren(inner) => between(start, inner.span.start as usize),
                ExprKind::Call(it) => it.args.first().is_some_and(|first| {
                    between(it.name_span.end as usize, first.span.start as usize)
                }),
                ExprKind::Aggregate(it) => {
                    let first = it.param.as_ref().unwrap_or(&it.expr).span.start as usize;
                    between(it.op_span.end as usize, first)
                }
                _ => false,
            };
        });
        found
    }
}

/// A literal number, with its sign.
fn is_number(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number { .. } => true,
        ExprKind::Unary { expr, .. } => matches!(expr.kind, ExprKind::Number { .. }),
        _ => false,
    }
}
