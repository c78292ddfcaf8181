//! A test that can run: its parameters are filled in, its series and time lines read.

use std::sync::Arc;

use crate::case::native::timeline::TimeLine;
use crate::case::notation::{HistogramText, Item, Sample};
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::Matcher;

/// A test that can run.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub span: Span,
    /// The spacing of samples in milliseconds.
    pub interval: i64,
    /// Unix time of the first sample in milliseconds.
    pub start: i64,
    /// How long it lasts, in milliseconds.
    pub until: i64,
    /// The interval at which every group is evaluated, in milliseconds; `None` is each at
    /// its own.
    pub evaluation: Option<i64>,
    /// `$externalLabels`, where the test says what they are.
    pub external_labels: Option<Vec<(String, String)>>,
    /// `$externalURL`
    pub external_url: String,
    /// The series.
    pub series: Vec<Line>,
    /// Whether alerts that are not named must stay silent.
    pub only: bool,
    /// What is expected of alerts.
    pub expects: Vec<Expectation>,
    /// Assertions about moments.
    pub moments: Vec<Instant>,
    /// Names of findings that are meant.
    pub allow: Vec<Text>,
}

/// A series with its values.
#[derive(Clone, Debug)]
pub struct Line {
    /// The series.
    pub labels: Labels,
    /// The values, as written.
    pub items: Vec<Item>,
    /// The values, one for each sample.
    pub samples: Vec<Sample>,
    /// The block that it stands in.
    pub text: Text,
    /// Its offset in the block; places in `items` are relative to it.
    pub offset: usize,
    /// Bytes of the line.
    pub len: usize,
}

/// What is expected of the alerts that a selector selects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The selector.
    pub selector: AlertSelector,
    /// When the alert is in which state.
    pub line: Option<(TimeLine, Text)>,
    /// Annotations by name.
    pub annotations: Vec<(Text, Text)>,
    /// Labels by name.
    pub labels: Vec<(Text, Text)>,
    /// Whether the labels and the selector name all labels.
    pub exact: bool,
    /// The value.
    pub value: Option<(ValueMatch, Text)>,
    /// When annotations and value are looked at.
    pub at: Option<i64>,
    /// Contents that nothing has, since the alert is to be silent here and elsewhere.
    pub idle: Option<Span>,
    /// Where it stands.
    pub span: Span,
}

/// An alert's name and matchers on its labels.
#[derive(Clone, Debug)]
pub struct AlertSelector {
    /// The text, which knows where it was written.
    pub text: Text,
    /// `alertname`
    pub name: String,
    /// Matchers on other labels.
    pub matchers: Vec<Matcher>,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueMatch {
    /// The least value that is right.
    pub least: f64,
    /// The greatest value that is right.
    pub most: f64,
}

impl ValueMatch {
    /// Whether a value is right; NaN is only where NaN is written.
    pub fn holds(self, value: f64) -> bool {
        match self.least.is_nan() {
            true => value.is_nan(),
            false => self.least <= value && value <= self.most,
        }
    }
}

/// What a sample is compared with.
#[derive(Clone, Debug)]
pub enum SampleMatch {
    /// A number.
    Value(ValueMatch),
    /// A native histogram.
    Histogram(Arc<HistogramText>),
}

/// An assertion about a moment.
#[derive(Clone, Debug)]
pub struct Instant {
    /// Milliseconds from the test's start.
    pub time: i64,
    /// Only alerts of this name are looked at.
    pub alert: Option<Text>,
    /// All alerts that fire then.
    pub firing: Option<Vec<Firing>>,
    /// An expression and what it gives.
    pub query: Option<Query>,
    /// Where it stands.
    pub span: Span,
}

/// An alert that fires at a moment.
#[derive(Clone, Debug)]
pub struct Firing {
    /// Its name, as the metric name, and its labels.
    pub labels: Labels,
    /// The same as written.
    pub text: Text,
    /// All of its annotations, where they are to be looked at.
    pub annotations: Option<Vec<(Text, Text)>>,
}

/// An expression and what it gives.
#[derive(Clone, Debug)]
pub struct Query {
    /// The expression.
    pub expr: Text,
    /// All of its samples.
    pub samples: Option<Vec<(Labels, SampleMatch, Text)>>,
    /// Whether samples without a metric name must have none; otherwise the name is
    /// compared only where it is written.
    pub exact: bool,
    /// Its only value.
    pub value: Option<(ValueMatch, Text)>,
}
