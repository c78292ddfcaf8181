//! Series and their values as tests write them: `up{job="a"} 0+1x10 _ stale`.
//!
//! The grammar is that of Prometheus's `promql/parser/generated_parser.y`
//! (`series_description`), with its messages. Native tests add `V..T` (the value V until
//! time T), `+R/s..T` (rise from the last value by R a second) and `V+R/s..T`.

mod expand;
mod histogram;
mod lex;
mod parse;

use std::sync::Arc;

use crate::promql::labels::Labels;
use crate::promql::syntax::ast::{SyntaxError, TextRange};
use crate::promql::syntax::{parse_expected, parse_metric, parse_series_head};

pub use expand::{Grid, Room, expand, expand_within};
pub use histogram::{Hint, HistogramText};

/// The bits of the NaN that ends a series (`model/value/value.go`, `StaleNaN`).
pub const STALE_NAN: u64 = 0x7ff0_0000_0000_0002;

/// The most samples that one series of a test may have.
pub const MAX_SAMPLES: u64 = 10_000_000;

/// The most samples that all series of a test may have.
pub const MAX_ALL_SAMPLES: u64 = 50_000_000;

/// The most buckets between the first and the last of a histogram that rises.
const MAX_BUCKETS: i64 = 10_000;

/// Which items may stand in a line of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Those of promtool and promqltest.
    Prometheus,
    /// These, and items that end at a time.
    Native,
}

/// A sample as written: none, a number, or a native histogram.
#[derive(Clone, Debug)]
pub enum Sample {
    /// A missing scrape.
    Gap,
    /// A number; [`STALE_NAN`] is the end of the series.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<HistogramText>),
}

/// A part of a line of values, not yet multiplied out.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it stands in the text.
    pub at: TextRange,
    /// The value, step by step.
    pub shape: Shape,
    /// How long it lasts.
    pub extent: Extent,
}

/// How the values of an item follow from each other.
#[derive(Clone, Debug)]
pub enum Shape {
    /// No samples.
    Gap,
    /// The marker that ends a series.
    Stale,
    /// `a`, `a+b`, `a+b+b`, … by repeated addition.
    Steps {
        /// The first value.
        start: f64,
        /// What each further one adds.
        step: f64,
    },
    /// A rise (or fall) by so much a second.
    Rise {
        /// The first value; `None` goes on from the last value before.
        start: Option<f64>,
        /// Change a second.
        rate: f64,
    },
    /// Native histograms, each with `step` added to the one before.
    Histogram {
        /// The first value.
        start: Arc<HistogramText>,
        /// What each further one adds (`true`) or takes away.
        step: Option<(bool, Arc<HistogramText>)>,
    },
}

/// How long an item lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many samples.
    Samples(u64),
    /// The samples before a time (in milliseconds from the start), and where it stands.
    Until(i64, TextRange),
    /// All samples to the end of the test.
    Rest,
}

/// Reads a whole line: a series and its values (`ParseSeriesDesc`).
pub fn series(
    line: &str,
    notation: Notation,
) -> Result<(Labels, Vec<Item>), SyntaxError> {
    let head = parse_series_head(line).map_err(first)?;
    let items = parse::items(line, head.values_at, notation)?;
    Ok((head.labels, items))
}

/// Reads values alone.
pub fn values(text: &str, notation: Notation) -> Result<Vec<Item>, SyntaxError> {
    match text.starts_with([' ', '\t', '\r', '\n']) || text.is_empty() {
        true => parse::items(text, 0, notation),
        false => parse::after_space(text, 0, notation),
    }
}

/// Reads a series name with its labels alone: `up{job="a"}` (`ParseMetric`).
pub fn metric(text: &str) -> Result<Labels, SyntaxError> {
    parse_metric(text).map_err(first)
}

/// Reads the labels of an expected sample as promtool does: with those that no result has.
pub fn expected(text: &str) -> Result<Labels, SyntaxError> {
    parse_expected(text).map_err(first)
}

/// Reads one native histogram: `{{schema:0 count:4 buckets:[1 2 1]}}`.
pub fn histogram(text: &str) -> Result<Arc<HistogramText>, SyntaxError> {
    let items = values(text, Notation::Prometheus)?;
    match &items[..] {
        [Item { shape: Shape::Histogram { start, step: None }, extent, .. }]
            if *extent == Extent::Samples(1) =>
        {
            Ok(start.clone())
        }
        _ => Err(SyntaxError {
            at: TextRange::new(0, text.len()),
            message: "not one native histogram".to_string(),
            help: None,
        }),
    }
}

/// Prometheus too tells only the first.
fn first(faults: Vec<SyntaxError>) -> SyntaxError {
    faults.into_iter().next().unwrap_or(SyntaxError {
        at: TextRange::default(),
        message: "not a series".to_string(),
        help: None,
    })
}
