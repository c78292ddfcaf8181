//! promqltest scripts: `load`, `eval`, `clear`, as data.
//!
//! The format of Prometheus's own suite (`promql/promqltest/README.md`): commands begin
//! at a line, their bodies end at an empty one; lines that begin with `#` are empty.

mod read;
mod starts;

use std::sync::Arc;

use crate::case::notation::Sample;
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::TextRange;

pub use read::read;

/// A script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The commands in order.
    pub commands: Vec<Command>,
}

/// A line with what it says.
#[derive(Clone, Debug)]
pub struct Command {
    /// The line on which the command begins, from 1.
    pub line: u32,
    /// What it says.
    pub kind: CommandKind,
}

/// The kinds of commands.
#[derive(Clone, Debug)]
pub enum CommandKind {
    /// Forget all series.
    Clear,
    /// Add series.
    Load(Load),
    /// Evaluate and compare.
    Eval(Box<Eval>),
}

/// `load 5m`
#[derive(Clone, Debug)]
pub struct Load {
    /// Milliseconds from one sample to the next.
    pub gap: i64,
    /// Classic histograms become native ones with custom bounds, too.
    pub with_nhcb: bool,
    /// The series.
    pub series: Vec<LoadSeries>,
}

/// A series of a `load`.
#[derive(Clone, Debug)]
pub struct LoadSeries {
    /// The labels.
    pub labels: Labels,
    /// The values, one per gap from time 0.
    pub samples: Vec<Sample>,
    /// Start timestamps, in milliseconds from the time of the sample; empty, or as many
    /// as samples.
    pub starts: Vec<Option<i64>>,
}

/// `eval instant at 5m metric`
#[derive(Clone, Debug)]
pub struct Eval {
    /// The expression.
    pub expr: Arc<str>,
    /// Where it stands in the script.
    pub at: TextRange,
    /// When it is evaluated.
    pub when: When,
    /// What is to come out.
    pub expected: Expected,
    /// How it may fail, and what it may say.
    pub remarks: Vec<Remark>,
}

/// When an expression is evaluated; milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Once.
    Instant(i64),
    /// At every step.
    Range {
        /// The first step.
        start: i64,
        /// The end.
        end: i64,
        /// The distance.
        step: i64,
    },
}

/// The result that an `eval` wants.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The series in order; none where a scalar or text is wanted.
    pub series: Vec<ExpectedSeries>,
    /// A number.
    pub scalar: Option<f64>,
    /// A text.
    pub text: Option<String>,
    /// `expect range vector`: the times of a range vector's samples.
    pub range: Option<(i64, i64, i64)>,
}

/// A series of a wanted result.
#[derive(Clone, Debug)]
pub struct ExpectedSeries {
    /// Its place in an ordered result, from 1.
    pub place: u32,
    /// The labels.
    pub labels: Labels,
    /// The values, one per step.
    pub samples: Vec<Sample>,
}

/// A condition beside the result: `expect warn msg: …`.
#[derive(Clone, Debug)]
pub struct Remark {
    /// About what.
    pub kind: RemarkKind,
    /// Which text.
    pub text: RemarkText,
}

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// The series come in this order.
    Ordered,
    /// The evaluation fails.
    Fail,
    /// There are warnings, and all of them are expected.
    Warn,
    /// There are no warnings.
    NoWarn,
    /// There are infos, and all of them are expected.
    Info,
    /// There are no infos.
    NoInfo,
    /// There is a warning (`eval_warn`).
    AnyWarn,
    /// There is an info (`eval_info`).
    AnyInfo,
}

/// The text that a remark wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemarkText {
    /// Any.
    Any,
    /// Exactly this one.
    Message(String),
    /// One that a regular expression finds.
    Pattern(String),
}

/// A line that is no command, or a part of one that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The line, from 1.
    pub line: u32,
    /// Where, in bytes of the script.
    pub at: TextRange,
    /// What is wrong.
    pub message: String,
    /// It is an evaluation that cannot be read.
    pub is_eval: bool,
}
