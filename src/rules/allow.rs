//! Findings that are meant.

use std::sync::Arc;

use crate::diag::source::Span;

/// A finding that is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    /// The finding's name, `panel-units-rule`, or that of another linter's check behind
    /// the linter's: `pint promql/regexp`.
    pub lint: Arc<str>,
    /// Why it is meant; empty where another linter asks for no reason.
    pub why: Arc<str>,
    /// Where it is declared.
    pub span: Span,
}
