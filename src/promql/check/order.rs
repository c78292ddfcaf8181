//! Arguments that are right, but in another order.

use crate::promql::check::value_type;
use crate::promql::syntax::ast::{Expr, ExprKind};
use crate::promql::syntax::types::ValueType;

/// The call in which each place has an argument of the type that it wants; nothing where
/// they are so already, or no order is. Arguments of one type keep theirs.
pub(super) fn meant(name: &str, args: &[(&Expr, ValueType)]) -> Option<String> {
    let mut left: Vec<(&Expr, ValueType)> =
        args.iter().map(|it| (it.0, value_type(it.0))).collect();
    let mut shown = Vec::with_capacity(args.len());
    for (_, want) in args {
        let idx = left.iter().position(|it| it.1 == *want)?;
        let (arg, _) = left.remove(idx);
        shown.push(match &arg.without_parens().kind {
            ExprKind::Number { .. } | ExprKind::String(_) => arg.to_string(),
            _ => "…".to_owned(),
        });
    }
    let in_order = args.iter().all(|it| value_type(it.0) == it.1);
    (!in_order).then(|| format!("{name}({})", shown.join(", ")))
}
