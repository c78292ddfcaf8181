//! Windows and vectors for the tests of bodies.

use std::sync::Arc;

use crate::promql::annotation::Annotations;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::error::EvalError;
use crate::promql::functions::kind::{Extension, Notes, Vector, Window};
use crate::promql::labels::Labels;
use crate::promql::number;
use crate::promql::series::Points;
use crate::promql::syntax;
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::{Column, Grid, Sample};

/// A body of a function over windows.
pub(crate) type Body = fn(&Window<'_>, &mut Notes<'_>) -> Option<Sample>;

/// A window of five minutes that ends at minute 5, and what a body makes of it.
pub(crate) struct Case<'a> {
    /// The body.
    pub(crate) body: Body,
    /// Times of the samples in milliseconds.
    pub(crate) times: &'a [i64],
    /// Their values.
    pub(crate) values: &'a [f64],
    /// Their start times, or none.
    pub(crate) starts: &'a [i64],
    /// The scalar arguments.
    pub(crate) scalars: &'a [f64],
    /// How the window is extended.
    pub(crate) extension: Extension,
    /// The result, `none`, or `error: …`, and its annotations, one per line.
    pub(crate) want: &'a str,
}

impl Case<'_> {
    /// The rest of a case that does not say everything.
    pub(crate) const DEFAULT: Case<'static> = Case {
        body: |_, _| None,
        times: &[],
        values: &[],
        starts: &[],
        scalars: &[],
        extension: Extension::None,
        want: "",
    };
}

/// Runs each case.
pub(crate) fn check_windows(cases: &[Case<'_>]) {
    let labels = Labels::from_strs(&[("__name__", "m"), ("a", "b")]);
    for case in cases {
        let window = Window {
            labels: &labels,
            floats: Points {
                times: case.times,
                values: case.values,
                starts: case.starts,
            },
            histograms: Points::none(),
            time: 300_000,
            start: 0,
            end: 300_000,
            extension: case.extension,
            scalars: case.scalars,
        };
        let mut annotations = Annotations::new(Version::LATEST);
        let mut notes = Notes {
            annotations: &mut annotations,
            call: TextRange::default(),
            args: &[],
            dialect: &Dialect::everything(),
            failure: None,
        };
        let sample = (case.body)(&window, &mut notes);
        let mut got = match (sample, notes.failure) {
            (_, Some(it)) => format!("error: {it}"),
            (Some(Sample::Float(it)), None) => number::general(it),
            (Some(Sample::Histogram(it)), None) => format!("{it:?}"),
            (None, None) => "none".into(),
        };
        for it in annotations.iter() {
            got += &format!("\n{it}");
        }
        let what = (case.times, case.values, case.scalars);
        assert_eq!(got, case.want, "{what:?}");
    }
}

/// A body of a function over whole vectors.
pub(crate) type ColumnsBody =
    fn(Vector<'_>, &mut Notes<'_>) -> Result<Vec<Column>, EvalError>;

/// Runs a body on series written as `metric{labels} value value …`, a value per step and
/// `_` for none. Returns the columns and the annotations, or the error.
pub(crate) fn check_columns(
    body: ColumnsBody,
    series: &str,
    scalars: &[f64],
    texts: &[&str],
) -> Result<(Vec<Column>, Vec<String>), String> {
    let lines = series.lines().map(str::trim).filter(|it| !it.is_empty());
    let columns: Vec<Column> = lines.map(column).collect();
    let n_steps = columns.first().map_or(1, Column::n_steps);
    let grid = match n_steps {
        1 => Grid::instant(60_000),
        n => Grid::range(60_000, 60_000 * n as i64, 60_000),
    };
    let scalars: Vec<_> = scalars.iter().map(|it| vec![*it; n_steps]).collect();
    let texts: Vec<Arc<str>> = texts.iter().map(|it| Arc::from(*it)).collect();
    let mut annotations = Annotations::new(Version::LATEST);
    let mut notes = Notes {
        annotations: &mut annotations,
        call: TextRange::default(),
        args: &[],
        dialect: &Dialect::everything(),
        failure: None,
    };
    let vector = Vector { grid, columns, scalars: &scalars, texts: &texts };
    let columns = body(vector, &mut notes).map_err(|it| it.to_string())?;
    Ok((columns, annotations.iter().map(|it| it.to_string()).collect()))
}

fn column(line: &str) -> Column {
    let head = syntax::parse_series_head(line).unwrap();
    let values: Vec<_> = line[head.values_at..].split_whitespace().collect();
    let mut column = Column::empty(head.labels, values.len());
    for (step, value) in values.iter().enumerate() {
        if *value != "_" {
            column.set_float(step, number::parse(value).unwrap());
        }
    }
    column
}

/// Columns as `{labels} value value …`.
pub(crate) fn show_columns(columns: &[Column]) -> Vec<String> {
    let shown = |column: &Column| {
        let values: Vec<_> = (0..column.n_steps())
            .map(|it| column.float(it).map_or("_".into(), number::general))
            .collect();
        format!("{} {}", column.labels, values.join(" "))
    };
    columns.iter().map(shown).collect()
}
