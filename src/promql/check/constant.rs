//! Constant arguments that cannot work: label names, patterns, factors.

use std::sync::Arc;

use crate::promql::dialect::{Dialect, Version};
use crate::promql::labels::is_legacy_name;
use crate::promql::raw;
use crate::promql::re2;
use crate::promql::syntax::ast::{
    AggregateOp, Call, Expr, ExprKind, SyntaxError, TextRange,
};

/// Constant arguments with which every evaluation fails.
///
/// Prometheus accepts such a rule and fails at run time; whoever compiles rules wants to
/// know before.
pub fn constants(expr: &Expr, dialect: &Dialect) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    expr.walk(&mut |it| match &it.kind {
        ExprKind::Call(call) => call_constants(call, dialect, &mut errors),
        ExprKind::Aggregate(aggregate) if aggregate.op == AggregateOp::CountValues => {
            let Some((name, at)) = aggregate.param.as_deref().and_then(text) else {
                return;
            };
            if !is_label_name(name, dialect) {
                errors.push(fault(at, format!("invalid label name {name}")));
            }
        }
        _ => {}
    });
    errors
}

fn call_constants(call: &Call, dialect: &Dialect, errors: &mut Vec<SyntaxError>) {
    let name = call.name;
    let mut label = |idx: usize, role: &str| {
        let Some((it, at)) = call.args.get(idx).and_then(text) else { return };
        if !is_label_name(it, dialect) {
            let message = format!("invalid {role} label name in {name}(): {it}");
            errors.push(fault(at, message));
        }
    };
    match name {
        "label_replace" => {
            label(1, "destination");
            let Some((pattern, at)) = call.args.get(4).and_then(text) else { return };
            if let Err(why) = re2::check_anchored(pattern) {
                let message =
                    format!("invalid regular expression in label_replace(): {pattern}");
                errors.push(SyntaxError { at, message, help: Some(why.to_string()) });
            }
        }
        "label_join" => {
            (3..call.args.len()).for_each(|idx| label(idx, "source"));
            label(1, "destination");
        }
        "double_exponential_smoothing" => {
            for (idx, what) in [(1, "smoothing"), (2, "trend")] {
                let Some(arg) = call.args.get(idx) else { continue };
                let ExprKind::Number { value, .. } = arg.without_parens().kind else {
                    continue;
                };
                if value <= 0.0 || value >= 1.0 {
                    let letter = &what[..1];
                    let message = format!(
                        "invalid {what} factor. Expected: 0 < {letter}f < 1, got: \
                         {value:.6}"
                    );
                    errors.push(fault(arg.span, message));
                }
            }
        }
        _ => {}
    }
}

fn fault(at: TextRange, message: String) -> SyntaxError {
    SyntaxError { at, message, help: None }
}

fn text(expr: &Expr) -> Option<(&Arc<str>, TextRange)> {
    match &expr.without_parens().kind {
        ExprKind::String(it) => Some((it, expr.span)),
        _ => None,
    }
}

/// Whether a label may have this name; from version 3.0 on any text but the empty one.
pub fn is_label_name(name: &str, dialect: &Dialect) -> bool {
    match dialect.version < Version::new(3, 0) {
        true => is_legacy_name(name),
        false => !name.is_empty() && raw::is_utf8(name),
    }
}
