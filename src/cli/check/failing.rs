//! Rules of which every evaluation fails, although promtool takes them.

use crate::diag::diagnostic::Diagnostic;
use crate::promql::check::constants;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::ast::SyntaxError;
use crate::rules::group::{Group, Rule};

/// Warnings about literals that cannot work: patterns, names of labels, factors. In a
/// project's own rules they are errors.
pub(super) fn warnings(groups: &[Group], dialect: &Dialect) -> Vec<Diagnostic> {
    let exprs = groups.iter().flat_map(|it| &it.rules).map(Rule::expr);
    let mut out = Vec::new();
    for expr in exprs {
        for SyntaxError { at, message, help } in constants(&expr.parsed.expr, dialect) {
            let at = at.bytes();
            let it = Diagnostic::warning("evaluation-fails", message);
            let it = it.within(&expr.text, at.start, at.end, "");
            let it = help.into_iter().fold(it, Diagnostic::note);
            out.push(it.note("every evaluation of this expression fails"));
        }
    }
    out
}
