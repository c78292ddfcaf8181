//! How evaluation calls a function's body: a kind for each shape of body, with its own
//! narrow signature.
//!
//! A body sees values only, never the tree: what it needs of its call's places comes in
//! [`Notes`]. Bodies are those of Prometheus `promql/functions.go`.

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, Annotations};
use crate::promql::dialect::Dialect;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::histogram::Histogram;
use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::series::Points;
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::{Column, Grid, Sample};

/// How evaluation calls a function.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// There is no body yet: a call fails with "not supported yet".
    Missing,
    /// `f(vector)`: each float by itself; histograms are left out (`abs`).
    PerSample(fn(f64) -> f64),
    /// `f(vector, scalars…)`: each float with the scalar arguments that are written;
    /// histograms are left out (`clamp`, `round`).
    PerSampleWith(fn(f64, &[f64]) -> Option<f64>),
    /// `f(vector)`: each histogram by itself; floats are left out (`histogram_sum`).
    PerHistogram(fn(&Histogram) -> f64),
    /// `f(vector = vector(time()))`: each float, a time in seconds, by itself;
    /// histograms are left out (`hour`).
    Date(fn(f64) -> f64),
    /// `f(scalars…)`, with the step's time in milliseconds (`time`, `pi`, `max_of`).
    Scalars(fn(i64, &[f64]) -> f64),
    /// `f()`: a fact about the whole query, the same at every step (`step`, `start`).
    Query(fn(&Grid) -> f64),
    /// `f(range vector, scalars…)` in any order: each window of each series that has
    /// samples, by itself (`rate`, `quantile_over_time`).
    Window(fn(&Window<'_>, &mut Notes<'_>) -> Option<Sample>),
    /// `f(vector, scalars and strings…)` in any order: the whole vector at once
    /// (`label_replace`, `sort`, `histogram_quantile`). The body says which labels the
    /// results have and which names are to go (`drop_name`; without delayed name
    /// removal evaluation drops those at once). Afterwards evaluation merges columns of
    /// the same labels; it is an error if both have a sample at a step.
    Columns(fn(Vector<'_>, &mut Notes<'_>) -> Result<Vec<Column>, EvalError>),
    /// `absent`
    Absent,
    /// `absent_over_time`
    AbsentOverTime,
    /// `scalar`
    ToScalar,
    /// `vector`
    ToVector,
    /// `timestamp`
    Timestamp,
    /// `start_timestamp`
    StartTimestamp,
    /// `info`
    Info,
}

impl Kind {
    /// Whether this is a function of the times of samples.
    pub fn is_timestamp(self) -> bool {
        matches!(self, Kind::Timestamp | Kind::StartTimestamp)
    }
}

/// How a range selector was extended beyond its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// Not at all.
    None,
    /// `anchored`: there may be samples before the range.
    Anchored,
    /// `smoothed`: there may be samples before and after the range.
    Smoothed,
}

impl Extension {
    /// How it is written; empty where there is none.
    pub fn modifier(self) -> &'static str {
        match self {
            Extension::None => "",
            Extension::Anchored => "anchored",
            Extension::Smoothed => "smoothed",
        }
    }

    /// Between which times samples are looked for, for a window from `start` to `end`.
    pub fn reach(self, start: i64, end: i64, lookback: i64) -> (i64, i64) {
        match self {
            Extension::None => (start, end),
            Extension::Anchored => (start - lookback, end),
            Extension::Smoothed => (start - lookback, end + lookback),
        }
    }
}

/// The samples of one series in one window, and the arguments of the call at that step.
/// There is at least one sample; staleness markers are left out.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The series' labels.
    pub labels: &'a Labels,
    /// The floats.
    pub floats: Points<'a, f64>,
    /// The native histograms.
    pub histograms: Points<'a, Arc<Histogram>>,
    /// The time of the step, in milliseconds (not moved by `offset` or `@`).
    pub time: i64,
    /// The window begins after this time (`offset` and `@` applied).
    pub start: i64,
    /// The window ends with this time.
    pub end: i64,
    /// Whether there may be samples outside.
    pub extension: Extension,
    /// The values of the scalar arguments at this step, in their order.
    pub scalars: &'a [f64],
}

/// The samples of a window: from the first number up to the second one, which is
/// outside.
pub type Span = (u32, u32);

/// All windows of a series of floats, for a body that computes them in one pass. The
/// series has no histograms and no start timestamps, its windows are not extended.
pub struct Sweep<'a> {
    /// The samples, staleness markers left out.
    pub floats: Points<'a, f64>,
    /// The window of each step. Neither end ever falls.
    pub windows: &'a [Span],
    /// The time in milliseconds at which the window of a step ends.
    pub ends: &'a dyn Fn(usize) -> i64,
    /// How long the windows are, in milliseconds.
    pub range: i64,
    /// The steps; their times are not moved by `offset` or `@`.
    pub grid: Grid,
    /// The scalar arguments in their order, a value per step each.
    pub scalars: &'a [Vec<f64>],
}

/// A body that computes all windows of a series at once: its results are, bit for bit,
/// those of the function's [`Kind::Window`] for each window by itself.
pub type SweepBody = fn(&Sweep<'_>, &mut Column);

impl Sweep<'_> {
    /// Puts a value for each window that has samples.
    pub fn each(&self, column: &mut Column, mut body: impl FnMut(&[f64]) -> f64) {
        for (step, (from, to)) in self.windows.iter().enumerate() {
            if from != to {
                let values = &self.floats.values[*from as usize..*to as usize];
                column.floats[step] = body(values);
                column.has.set(step);
            }
        }
    }
}

impl Window<'_> {
    /// The metric name, shared; empty where there is none.
    pub fn metric(&self) -> Symbol {
        metric_of(self.labels)
    }
}

/// The metric name, shared; empty where there is none.
pub fn metric_of(labels: &Labels) -> Symbol {
    labels.symbol(METRIC_NAME).cloned().unwrap_or_else(|| Symbol::from(""))
}

/// A vector argument over all steps, and the other arguments of the call.
#[derive(Debug)]
pub struct Vector<'a> {
    /// The steps.
    pub grid: Grid,
    /// The vector: the body may take it apart.
    pub columns: Vec<Column>,
    /// The scalar arguments in their order, a value per step each.
    pub scalars: &'a [Vec<f64>],
    /// The string arguments in their order.
    pub texts: &'a [Arc<str>],
}

/// Where a body leaves its annotations, and what it may need to phrase them.
#[derive(Debug)]
pub struct Notes<'a> {
    /// The annotations.
    pub annotations: &'a mut Annotations,
    /// Where the call stands.
    pub call: TextRange,
    /// Where each argument stands, in the order of the text.
    pub args: &'a [TextRange],
    /// Which PromQL.
    pub dialect: &'a Dialect,
    /// What the body of a [`Kind::Window`] could not do: evaluation fails with it.
    pub failure: Option<ErrorKind>,
}

impl Notes<'_> {
    /// Annotates an argument (from 0); the call where there is no such argument.
    pub fn add(&mut self, kind: AnnotationKind, arg: usize) {
        let at = self.args.get(arg).copied().unwrap_or(self.call);
        self.annotations.add(kind, at);
    }

    /// Makes evaluation fail; there is no sample.
    pub fn fail(&mut self, kind: ErrorKind) -> Option<Sample> {
        self.failure.get_or_insert(kind);
        None
    }
}
