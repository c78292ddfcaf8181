//! Simpler forms of a query: nodes replaced by their children, clauses dropped.

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::syntax::ast::{Expr, ExprKind};
use aqua_alerts::promql::syntax::types::ValueType;

/// Queries that are simpler than `text` in one place, the simplest first. A text that
/// cannot be parsed has none.
pub fn simpler(text: &str) -> Vec<String> {
    let dialect = Dialect::everything();
    let Ok(parsed) = check::parse(text, &dialect) else { return Vec::new() };
    let mut out: Vec<String> = variants(&parsed.expr)
        .iter()
        .map(Expr::to_string)
        .filter(|it| it != text && it.len() <= text.len() + 8)
        .filter(|it| check::parse(it, &dialect).is_ok())
        .collect();
    out.sort_by_key(String::len);
    out.dedup();
    // Printing may normalise: a form that comes back as itself leads nowhere.
    let same = parsed.expr.to_string();
    out.retain(|it| *it != same);
    out
}

/// All trees that differ from this one in one place.
fn variants(expr: &Expr) -> Vec<Expr> {
    let mut out = Vec::new();
    let own_type = check::value_type(expr);
    let is_value = |it: ValueType| matches!(it, ValueType::Vector | ValueType::Scalar);
    expr.walk(&mut |it: &Expr| {
        let their_type = check::value_type(it);
        let fits = own_type == their_type || is_value(own_type) && is_value(their_type);
        if it.id != expr.id && fits {
            out.push(it.clone());
        }
    });
    let with = |kind: ExprKind| Expr { kind, ..expr.clone() };
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => {}
        ExprKind::Selector(selector) => {
            let mut put = |change: &dyn Fn(&mut _)| {
                let mut selector = selector.clone();
                change(&mut selector);
                out.push(with(ExprKind::Selector(selector)));
            };
            use aqua_alerts::promql::syntax::ast::Selector;
            put(&|it: &mut Selector| it.offset = None);
            put(&|it: &mut Selector| it.at = None);
            for idx in 0..selector.matchers.len() {
                if &*selector.matchers[idx].name != "__name__" {
                    put(&|it: &mut Selector| {
                        it.matchers.remove(idx);
                    });
                }
            }
        }
        ExprKind::Matrix(matrix) => {
            for selector in variants(&matrix.selector) {
                let mut matrix = matrix.clone();
                matrix.selector = Box::new(selector);
                out.push(with(ExprKind::Matrix(matrix)));
            }
        }
        ExprKind::Subquery(subquery) => {
            for (has_offset, has_at) in [(false, true), (true, false)] {
                let mut subquery = subquery.clone();
                subquery.offset = subquery.offset.filter(|_| has_offset);
                subquery.at = subquery.at.filter(|_| has_at);
                out.push(with(ExprKind::Subquery(subquery)));
            }
            for inner in variants(&subquery.expr) {
                let mut subquery = subquery.clone();
                subquery.expr = Box::new(inner);
                out.push(with(ExprKind::Subquery(subquery)));
            }
        }
        ExprKind::Call(call) => {
            let mut shorter = call.clone();
            shorter.args.pop();
            out.push(with(ExprKind::Call(shorter)));
            for (idx, arg) in call.args.iter().enumerate() {
                for inner in variants(arg) {
                    let mut call = call.clone();
                    call.args[idx] = inner;
                    out.push(with(ExprKind::Call(call)));
                }
            }
        }
        ExprKind::Aggregate(aggregate) => {
            let mut plain = aggregate.clone();
            plain.grouping.clear();
            plain.without = false;
            out.push(with(ExprKind::Aggregate(plain)));
            for idx in 0..aggregate.grouping.len() {
                let mut fewer = aggregate.clone();
                fewer.grouping.remove(idx);
                out.push(with(ExprKind::Aggregate(fewer)));
            }
            for inner in variants(&aggregate.expr) {
                let mut aggregate = aggregate.clone();
                aggregate.expr = Box::new(inner);
                out.push(with(ExprKind::Aggregate(aggregate)));
            }
            for inner in aggregate.param.as_ref().map_or(Vec::new(), |it| variants(it)) {
                let mut aggregate = aggregate.clone();
                aggregate.param = Some(Box::new(inner));
                out.push(with(ExprKind::Aggregate(aggregate)));
            }
        }
        ExprKind::Binary(binary) => {
            let mut plain = binary.clone();
            plain.return_bool = false;
            out.push(with(ExprKind::Binary(plain)));
            if let Some(matching) = &binary.matching {
                let mut plain = binary.clone();
                plain.matching = None;
                out.push(with(ExprKind::Binary(plain)));
                for idx in 0..matching.labels.len() {
                    let mut fewer = matching.clone();
                    fewer.labels.remove(idx);
                    let mut binary = binary.clone();
                    binary.matching = Some(fewer);
                    out.push(with(ExprKind::Binary(binary)));
                }
                if !matching.include.is_empty() {
                    let mut fewer = matching.clone();
                    fewer.include.clear();
                    let mut binary = binary.clone();
                    binary.matching = Some(fewer);
                    out.push(with(ExprKind::Binary(binary)));
                }
            }
            for lhs in variants(&binary.lhs) {
                let mut binary = binary.clone();
                binary.lhs = Box::new(lhs);
                out.push(with(ExprKind::Binary(binary)));
            }
            for rhs in variants(&binary.rhs) {
                let mut binary = binary.clone();
                binary.rhs = Box::new(rhs);
                out.push(with(ExprKind::Binary(binary)));
            }
        }
        ExprKind::Unary { op, expr: inner } => {
            for inner in variants(inner) {
                out.push(with(ExprKind::Unary { op: *op, expr: Box::new(inner) }));
            }
        }
        ExprKind::Paren(inner) => {
            for inner in variants(inner) {
                out.push(with(ExprKind::Paren(Box::new(inner))));
            }
        }
    }
    out
}
