//! A test as assertions about moments: what promtool can say of a native test.
//!
//! Plain data between who runs the test and who writes it down. Times are milliseconds
//! from the test's start.

use crate::case::notation::Sample as Written;
use crate::diag::source::Span;
use crate::promql::labels::Labels;

/// A native test in one environment, as promtool would make it.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The name of the native test.
    pub name: String,
    /// Where the native test begins.
    pub span: Span,
    /// How often all groups are evaluated, in milliseconds.
    pub evaluation: i64,
    /// The spacing of samples in milliseconds.
    pub spacing: i64,
    /// Unix time of the first sample in milliseconds.
    pub start: i64,
    /// `external_labels`, for templates.
    pub external_labels: Vec<(String, String)>,
    /// `$externalURL`, for templates.
    pub external_url: String,
    /// The series.
    pub series: Vec<(Labels, Vec<Written>)>,
    /// Which alerts fire when.
    pub alerts: Vec<Alerts>,
    /// What expressions give.
    pub results: Vec<Results>,
    /// What the native test says and this one cannot.
    pub left_out: Vec<LeftOut>,
    /// The groups, by their place in the book, with the rules on which the assertions depend.
    pub groups: Vec<usize>,
    /// Pairs of them that must be evaluated in this order.
    pub order: Vec<(usize, usize)>,
}

/// All alerts of a name that fire at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Alerts {
    /// The time.
    pub time: i64,
    /// `alertname`
    pub name: String,
    /// Their labels and annotations, sorted.
    pub firing: Vec<(Labels, Labels)>,
}

/// What an expression gives at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// The time.
    pub time: i64,
    /// The expression.
    pub expr: String,
    /// Its samples, sorted by labels.
    pub samples: Vec<(Labels, Found)>,
}

/// A value as a test file holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A number.
    Float(f64),
    /// A native histogram in promtool's notation: `{{count:1 buckets:[1]}}`.
    Histogram(String),
}

/// Something that the native test says and promtool cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What: `ApiErrors at 5m`.
    pub what: String,
    /// Why, as a clause.
    pub why: String,
    /// Where the native test says it.
    pub span: Span,
}
