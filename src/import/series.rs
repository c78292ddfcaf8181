//! The series of promtool's tests as native tests write them.
//!
//! The samples up to the end of the test are the same. Values that stay the same for
//! some time are written with that time, `0..5m`; whatever else stands there stays.

use crate::case::loaded::{self, Cut, Line};
use crate::case::notation::{self, Extent, Item, Notation, Shape};
use crate::case::promtool::TestGroup;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::import::toml;
use crate::promql::duration::format_duration;
use crate::promql::labels::Labels;

/// Fewer equal values stay as they are written.
const MIN_REPEATS: u64 = 3;

/// Series above this width do not move the column of the values.
const COLUMN: usize = 100;

/// A series.
struct Row {
    labels: Labels,
    series: String,
    values: String,
    /// Where the series is written.
    span: Span,
}

/// The block of series of a test that lasts until `until`, with `notes` above the series
/// to which they belong; `None` where a series cannot be read, which is said.
pub fn block(
    group: &TestGroup,
    until: i64,
    notes: &[Vec<String>],
    sink: &mut Sink,
) -> Option<String> {
    let lines = loaded::lines(group);
    lost(group, sink);
    let mut rows: Vec<Row> = Vec::with_capacity(lines.len());
    let mut good = true;
    for line in &lines {
        match row(line, group.interval.max(1), until) {
            Ok(row) => rows.push(row),
            Err(diagnostic) => {
                sink.push(*diagnostic);
                good = false;
            }
        }
    }
    if !good {
        return None;
    }
    let widths = rows.iter().map(|it| it.series.chars().count());
    let width = widths.filter(|it| *it <= COLUMN).max().unwrap_or(0);
    let mut out = String::new();
    for (idx, row) in rows.iter().enumerate() {
        let input = group.series.iter().position(|it| it.series.span() == row.span);
        toml::comments(input.and_then(|it| notes.get(it)).map_or(&[], |it| it), &mut out);
        if let Some(later) = rows[idx + 1..].iter().find(|it| it.labels == row.labels) {
            sink.push(
                Diagnostic::warning(
                    "left-out",
                    "a series that is there twice is left out",
                )
                .at(row.span, "not loaded")
                .context(later.span, "this one is"),
            );
            continue;
        }
        let Row { series, values, .. } = row;
        out.push_str(&format!("{series:width$}  {values}\n"));
    }
    Some(out)
}

/// Says which series promtool never loads.
fn lost(group: &TestGroup, sink: &mut Sink) {
    let Some(Cut { lost, end, cause }) = loaded::cut(group) else { return };
    let title = format!("series after {} are left out", cause.noun());
    let mut diagnostic = Diagnostic::warning("left-out", title)
        .at(lost.series.span(), "promtool loads neither this nor any after it");
    if let Some(end) = end {
        diagnostic = diagnostic.context(end, cause.verb());
    }
    sink.push(diagnostic);
}

fn row(line: &Line<'_>, spacing: i64, until: i64) -> Result<Row, Box<Diagnostic>> {
    let text = line.text.as_str();
    let (labels, items) =
        notation::series(text, Notation::Prometheus).map_err(|error| {
            let title = "a test whose series cannot be read is left out";
            let mut it = Diagnostic::warning("left-out", title)
                .at(line.place(error.at), error.message);
            it.help.extend(error.help);
            Box::new(it)
        })?;
    let start = items.first().map_or(text.len(), |it| it.at.start as usize);
    let mut values: Vec<String> = Vec::with_capacity(items.len() + 1);
    let mut n_before: u64 = 0;
    for (idx, item) in items.iter().enumerate() {
        let Extent::Samples(n) = item.extent else { continue };
        let end = n_before.saturating_add(n);
        let end_time = i64::try_from(end).unwrap_or(i64::MAX).saturating_mul(spacing);
        let written = &text[item.at.bytes()];
        let last = idx + 1 == items.len();
        let extent = match (until < end_time, last) {
            (true, true) => Some("..".to_string()),
            (false, _) => Some(format!("..{}", format_duration(end_time))),
            (true, false) => None,
        };
        let value = repeated(item, written).filter(|_| MIN_REPEATS <= n);
        values.push(match (value, extent) {
            (Some(value), Some(extent)) => format!("{value}{extent}"),
            (_, _) => written.to_string(),
        });
        n_before = end;
    }
    let last_time = (n_before as i64).saturating_sub(1).saturating_mul(spacing);
    let ends =
        matches!(items.last().map(|it| &it.shape), Some(Shape::Gap | Shape::Stale));
    if !ends && last_time.saturating_add(spacing) <= until {
        values.push("_".to_string());
    }
    Ok(Row {
        labels,
        series: text[..start].trim_end().to_string(),
        values: values.join(" "),
        span: line.input.series.span(),
    })
}

/// The value of an item that is nothing but one value several times.
fn repeated<'t>(item: &Item, written: &'t str) -> Option<&'t str> {
    match &item.shape {
        Shape::Gap | Shape::Histogram { step: None, .. } => {}
        Shape::Steps { step, .. } if *step == 0.0 => {}
        Shape::Stale
        | Shape::Steps { .. }
        | Shape::Rise { .. }
        | Shape::Histogram { .. } => {
            return None;
        }
    }
    let (value, count) = written.rsplit_once('x')?;
    let digits = count.bytes().all(|it| it.is_ascii_digit());
    // `1.` and `..` would run together; `0+0x5` says more than its value.
    let plain = value.starts_with("{{") || !value[1..].contains(['+', '-']);
    (digits && plain && !value.ends_with('.')).then_some(value)
}
