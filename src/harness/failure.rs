//! Why an assertion does not hold: plain data, from which every report is made.
//!
//! What was expected beside the nearest thing that was found, what the expression gave
//! around that time, and reasons with the places that they are about. Like the rest of
//! the results it knows no report and no engine.

use crate::diag::source::Span;

/// What a label says of the test in which a rule fails.
pub const WHILE: &str = "while this test runs";

/// Expected against found, and why.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// What is asserted about.
    pub subject: Subject,
    /// The time of the assertion since the start of the test, in milliseconds.
    pub time: i64,
    /// Expected items each beside the nearest that was found, those that are equal left
    /// out; then what was found beyond.
    pub pairs: Vec<Pair>,
    /// Number of items that are as expected.
    pub n_equal: usize,
    /// Reasons, the nearest first.
    pub reasons: Vec<Reason>,
    /// Values around the time.
    pub values: Option<Values>,
    /// What to do about it.
    pub help: Vec<String>,
}

/// What is asserted about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The alerts of a name that fire.
    Alerts(String),
    /// The samples that an expression gives.
    Samples(String),
}

impl Default for Subject {
    fn default() -> Subject {
        Subject::Samples(String::new())
    }
}

/// An expected item and the nearest one that was found; one of them may be missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What is expected.
    pub expected: Option<Item>,
    /// What was found.
    pub found: Option<Item>,
    /// In what they differ; empty where one of them is missing.
    pub differences: Vec<Difference>,
}

/// An alert or a sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// It on one line: `ApiDown{job="api"}`, `{job="api"} 5`.
    pub title: String,
    /// Its labels as text: `job="api"`.
    pub labels: Vec<String>,
    /// Where an expected one is written.
    pub span: Option<Span>,
}

/// One thing in which a found item is not the expected one.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What kind of thing.
    pub field: Field,
    /// The name of the label or annotation; empty for values.
    pub name: String,
    /// What is expected; `None` where nothing is.
    pub expected: Option<String>,
    /// What was found; `None` where nothing was.
    pub found: Option<String>,
    /// Where the expected text is written, or else what should hold it.
    pub span: Option<Span>,
}

/// The kinds of things that items consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A label.
    Label,
    /// An annotation.
    Annotation,
    /// The value of a sample.
    Value,
}

impl Field {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Label => "label",
            Field::Annotation => "annotation",
            Field::Value => "value",
        }
    }
}

/// A reason, and the place that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The reason, as a clause: `no input series is called so`.
    pub text: String,
    /// The part of a rule or of the test.
    pub span: Option<Span>,
}

/// Keeps each reason once.
pub fn once(reasons: &mut Vec<Reason>) {
    let mut seen: Vec<Reason> = Vec::new();
    reasons.retain(|it| {
        let is_new = !seen.contains(it);
        if is_new {
            seen.push(it.clone());
        }
        is_new
    });
}

/// What an expression gave around a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// The expression as it is written, on one line.
    pub of: String,
    /// Times since the start of the test, in milliseconds.
    pub times: Vec<i64>,
    /// The place of the assertion's time among them.
    pub at: usize,
    /// Its series.
    pub rows: Vec<Row>,
    /// Number of series that are left out.
    pub n_more: usize,
}

/// A series around a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its labels, as text.
    pub labels: String,
    /// Its values at the times; `None` where it has none.
    pub values: Vec<Option<String>>,
}
