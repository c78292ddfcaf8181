//! Walking a tree: children, pre-order, selectors.
//!
//! Prometheus `promql/parser/ast.go`: `ChildrenIter`, `Inspect`, `ExtractSelectors`.

use crate::promql::syntax::ast::{Expr, ExprKind, Selector};

impl Expr {
    /// The children in the order of their numbers: a parameter comes after the vector
    /// that is aggregated.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let (first, second, rest) = self.below();
        first.into_iter().chain(second).chain(rest)
    }

    /// The same children: none has more than two besides the arguments of a call.
    fn below(&self) -> (Option<&Expr>, Option<&Expr>, &[Expr]) {
        match &self.kind {
            ExprKind::Number { .. } | ExprKind::String(_) | ExprKind::Selector(_) => {
                (None, None, &[])
            }
            ExprKind::Matrix(it) => (Some(&it.selector), None, &[]),
            ExprKind::Subquery(it) => (Some(&it.expr), None, &[]),
            ExprKind::Call(it) => (None, None, &it.args),
            ExprKind::Aggregate(it) => (Some(&it.expr), it.param.as_deref(), &[]),
            ExprKind::Binary(it) => (Some(&it.lhs), Some(&it.rhs), &[]),
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => {
                (Some(expr), None, &[])
            }
        }
    }

    /// Calls `visit` for this node and all below it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        visit(self);
        // Trees are walked again and again: a chain of iterators is dear here.
        let (first, second, rest) = self.below();
        if let Some(it) = first {
            it.walk(visit);
        }
        if let Some(it) = second {
            it.walk(visit);
        }
        for it in rest {
            it.walk(visit);
        }
    }

    /// As [`Expr::walk`], with the nodes from the root down to the parent.
    pub fn walk_path<'a>(&'a self, visit: &mut impl FnMut(&'a Expr, &[&'a Expr])) {
        fn descend<'a>(
            expr: &'a Expr,
            path: &mut Vec<&'a Expr>,
            visit: &mut impl FnMut(&'a Expr, &[&'a Expr]),
        ) {
            visit(expr, path);
            path.push(expr);
            for child in expr.children() {
                descend(child, path, visit);
            }
            path.pop();
        }
        descend(self, &mut Vec::new(), visit);
    }

    /// All selectors in it, with the nodes they are.
    pub fn selectors(&self) -> Vec<(&Expr, &Selector)> {
        let mut out = Vec::new();
        self.walk(&mut |it| {
            if let ExprKind::Selector(selector) = &it.kind {
                out.push((it, selector));
            }
        });
        out
    }

    /// The expression inside all parentheses around it.
    pub fn without_parens(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }
}
