//! The types of PromQL expressions.

use std::fmt;

/// The type of an expression's value (Prometheus `promql/parser/value.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A number.
    Scalar,
    /// A text.
    String,
    /// One sample per series.
    Vector,
    /// A range of samples per series.
    Matrix,
}

impl ValueType {
    /// The name that Prometheus's API and a few of its messages use.
    pub fn api_name(self) -> &'static str {
        match self {
            ValueType::Scalar => "scalar",
            ValueType::String => "string",
            ValueType::Vector => "vector",
            ValueType::Matrix => "matrix",
        }
    }
}

/// As Prometheus's documentation and most of its messages name the type.
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValueType::Vector => "instant vector",
            ValueType::Matrix => "range vector",
            ValueType::Scalar | ValueType::String => self.api_name(),
        })
    }
}
