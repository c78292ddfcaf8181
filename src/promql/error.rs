//! Why an evaluation failed: Prometheus's own texts, with a place.

use std::fmt;
use std::sync::Arc;

use crate::promql::syntax::ast::TextRange;

/// An evaluation failed.
#[derive(Clone, Debug, PartialEq)]
pub struct EvalError {
    /// The expression that failed.
    pub at: TextRange,
    /// The time of the step at which it failed, where it is one step's fault.
    pub step: Option<i64>,
    /// What is wrong.
    pub kind: ErrorKind,
}

impl EvalError {
    /// An error of a whole expression.
    pub fn new(at: TextRange, kind: ErrorKind) -> EvalError {
        EvalError { at, step: None, kind }
    }

    /// An error at one step.
    pub fn at_step(at: TextRange, step: i64, kind: ErrorKind) -> EvalError {
        EvalError { at, step: Some(step), kind }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

/// What an evaluation can fail of.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorKind {
    /// Two series of a vector have the same labels at a step.
    SameLabelset,
    /// Several series of the side that must be unique share the matching labels.
    DuplicateMatch {
        /// The labels that they share.
        group: String,
        /// `left` or `right`.
        side: &'static str,
        /// Two of the series, in the order of their texts.
        series: [String; 2],
    },
    /// Several series of the many side match in a one-to-one operation.
    ManyToOne,
    /// The labels of `group_left` or `group_right` do not make the results unique.
    GroupNotUnique,
    /// The engine's limit of samples is reached.
    TooManySamples,
    /// One of the limits of `limits.rs`.
    Limit {
        /// What is too much.
        what: &'static str,
        /// How much is asked for.
        asked: u64,
        /// How much may be.
        most: u64,
        /// What to write instead.
        help: &'static str,
    },
    /// The second or a later regular expression argument does not compile.
    BadRegexp {
        /// The function.
        function: &'static str,
        /// The regular expression.
        pattern: Arc<str>,
    },
    /// A label name argument is not one.
    BadLabelName {
        /// What Prometheus calls the argument, such as `destination `; may be empty.
        role: &'static str,
        /// The function, where Prometheus names it.
        function: Option<&'static str>,
        /// The name.
        name: Arc<str>,
    },
    /// Any other, with Prometheus's text.
    Other(String),
    /// The engine does not know how to do this yet.
    Unsupported(&'static str),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::SameLabelset => {
                f.write_str("vector cannot contain metrics with the same labelset")
            }
            ErrorKind::DuplicateMatch { group, side, series: [one, two] } => write!(
                f,
                "found duplicate series for the match group {group} on the {side} \
                 hand-side of the operation: [{one}, {two}];many-to-many matching not \
                 allowed: matching labels must be unique on one side"
            ),
            ErrorKind::ManyToOne => f.write_str(
                "multiple matches for labels: many-to-one matching must be explicit \
                 (group_left/group_right)",
            ),
            ErrorKind::GroupNotUnique => f.write_str(
                "multiple matches for labels: grouping labels must ensure unique matches",
            ),
            ErrorKind::TooManySamples => f.write_str(
                "query processing would load too many samples into memory in query \
                 execution",
            ),
            ErrorKind::Limit { what, asked, most, help } => {
                write!(f, "{what}: {asked}, where {most} are allowed; {help}")
            }
            ErrorKind::BadRegexp { function, pattern } => {
                write!(f, "invalid regular expression in {function}(): {pattern}")
            }
            ErrorKind::BadLabelName { role, function: Some(function), name } => {
                write!(f, "invalid {role}label name in {function}(): {name}")
            }
            ErrorKind::BadLabelName { role, function: None, name } => {
                write!(f, "invalid {role}label name {name}")
            }
            ErrorKind::Other(text) => f.write_str(text),
            ErrorKind::Unsupported(what) => write!(f, "{what}: not supported yet"),
        }
    }
}
