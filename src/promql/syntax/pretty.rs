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
        if let (ExprKind::Binary(it), Some(_)) = (&expr.kind, self.spelling.0) {
            return self.led_by_operators(it, level);
        }
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

    /// Operations, each the left side of the next, whose sides stand on lines of their own
    /// from the first one on that is to be split. There may be thousands of them: each is
    /// looked at once.
    fn led_by_operators(self, last: &Binary, level: usize) -> String {
        let mut all = vec![last];
        let mut first = &last.lhs;
        while let ExprKind::Binary(it) = &first.kind {
            all.push(it);
            first = &it.lhs;
        }
        let mut out = self.at_level(first, level);
        let mut n_bytes = print::line(first, self.spelling).len();
        let mut splits = LINE < n_bytes || self.is_split(first);
        for it in all.into_iter().rev() {
            let head = binary_head(it, self.spelling);
            let rhs = print::line(&it.rhs, self.spelling);
            n_bytes += head.len() + rhs.len() + 2;
            splits |= LINE < n_bytes || self.is_split_here(it) || self.is_split(&it.rhs);
            match splits {
                true => self.led_by_operator(&mut out, it, &head, level),
                false => out.extend([" ", &head, " ", &rhs]),
            }
        }
        out
    }

    /// Puts an operator and its right side behind its left side. From the left it is read as
    /// it is evaluated; an operation on the right is set apart.
    fn led_by_operator(self, out: &mut String, it: &Binary, head: &str, level: usize) {
        let indent = "  ".repeat(level);
        let last = out.rfind('\n').map(|at| &out[at + 1..]);
        if is_number(&it.rhs)
            && last.is_some_and(|it| it.starts_with(&format!("{indent})")))
        {
            out.extend([" ", head, " ", &print::line(&it.rhs, self.spelling)]);
            return;
        }
        let below = level + usize::from(!it.op.is_set());
        out.extend(["\n", &"  ".repeat(below), head]);
        match (&it.rhs.kind, self.splits(&it.rhs)) {
            // Nothing that is no `and`, `or` or `unless` can be taken for a part of these.
            (ExprKind::Binary(rhs), true) if rhs.op.is_set() || !it.op.is_set() => {
                out.extend(["\n", &self.at_level(&it.rhs, below + 1)]);
            }
            _ => {
                let rhs = self.at_level(&it.rhs, below);
                out.extend([" ", rhs.trim_start()]);
            }
        }
    }

    fn splits(self, expr: &Expr) -> bool {
        LINE < print::line(expr, self.spelling).len() || self.is_split(expr)
    }

    /// Whether the author wrote lines between two places.
    fn has_lines(self, from: u32, to: u32) -> bool {
        let Spelling(Some(written)) = self.spelling else { return false };
        let between = written.get(from as usize..to as usize);
        between.is_some_and(|it| it.contains('\n'))
    }

    /// Whether the author split an operation at its operator.
    fn is_split_here(self, it: &Binary) -> bool {
        self.has_lines(it.lhs.span.end, it.rhs.span.start)
    }

    /// Whether the author split it, or a part of it, at its parts.
    fn is_split(self, expr: &Expr) -> bool {
        let between = |a: u32, b: u32| self.has_lines(a, b);
        let mut found = false;
        expr.walk(&mut |it| {
            let start = it.span.start;
            found |= match &it.kind {
                ExprKind::Binary(it) => self.is_split_here(it),
                ExprKind::Paren(inner) => between(start, inner.span.start),
                ExprKind::Call(it) => it
                    .args
                    .first()
                    .is_some_and(|first| between(it.name_span.end, first.span.start)),
                ExprKind::Aggregate(it) => {
                    let first = it.param.as_ref().unwrap_or(&it.expr).span.start;
                    between(it.op_span.end, first)
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
