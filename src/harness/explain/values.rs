//! What an expression gave around a time.

use std::collections::BTreeMap;

use crate::harness::explain::cause::{Asked, Part, named};
use crate::harness::failure::{Row, Values};
use crate::harness::result::Ticks;
use crate::harness::run::Sight;
use crate::harness::words;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::syntax::ast::ExprKind;
use crate::promql::value::Sample;

/// Ticks before the time.
const BEFORE: i64 = 5;

/// Ticks after it.
const AFTER: i64 = 2;

/// Series that are shown.
const MOST: usize = 6;

/// A series at the shown times.
struct Line {
    labels: Labels,
    values: Vec<Option<Sample>>,
}

/// The values of some parts around a time; nothing where none of them gave any. Rows
/// that agree with the wanted labels come first. What a rule saw is shown as it saw it at
/// each of the ticks.
pub fn around(
    asked: &Asked<'_>,
    parts: &[Part<'_>],
    ticks: Ticks,
    time: i64,
    offset: i64,
) -> Option<Values> {
    let first = time - ((time - ticks.start) / ticks.step).min(BEFORE) * ticks.step;
    let last = time + ((ticks.end - time) / ticks.step).clamp(0, AFTER) * ticks.step;
    let shown = Ticks { start: first, end: last, step: ticks.step };
    let mut rows: Vec<(bool, Row)> = Vec::new();
    for part in parts {
        if matches!(part.expr.without_parens().kind, ExprKind::Number { .. }) {
            continue;
        }
        let lines = lines(asked, part, shown, offset);
        let names = names(&lines);
        rows.extend(lines.iter().zip(names).map(|(it, name)| {
            let name = match parts.len() {
                1 => name,
                _ => format!("{} {name}", short(part)),
            };
            (!asked.agrees(&it.labels), row(it, name))
        }));
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_by_key(|it| it.0);
    let n_more = rows.len().saturating_sub(MOST);
    let rows = rows.into_iter().take(MOST).map(|it| it.1).collect();
    let start = asked.run.setup().start;
    let times: Vec<i64> = shown.iter().map(|it| it - start).collect();
    let at = ((time - first) / ticks.step) as usize;
    let of = match parts {
        [one] => short(one),
        _ => String::new(),
    };
    Some(Values { of, times, at, rows, n_more })
}

/// What a part gave at some ticks, by labels.
fn lines(asked: &Asked<'_>, part: &Part<'_>, ticks: Ticks, offset: i64) -> Vec<Line> {
    let mut out: BTreeMap<Labels, Vec<Option<Sample>>> = BTreeMap::new();
    for (step, tick) in ticks.iter().enumerate() {
        let sight = asked.sight.map(|it| Sight { tick, ..it });
        let at = Asked { sight, time: tick - offset, whole: part.whole, ..asked.clone() };
        for column in at.all(part.expr).unwrap_or_default() {
            let values = out
                .entry(column.labels.clone())
                .or_insert_with(|| vec![None; ticks.len()]);
            values[step] = column.sample(0);
        }
    }
    out.into_iter().map(|(labels, values)| Line { labels, values }).collect()
}

/// The series as people tell them apart: by the labels in which they differ.
fn names(lines: &[Line]) -> Vec<String> {
    let shared = |name: &str, value: &str| {
        1 < lines.len() && lines.iter().all(|it| it.labels.get(name) == value)
    };
    let tells = |labels: &Labels, name: &str| {
        name != METRIC_NAME && !shared(name, labels.get(name))
    };
    let name = |it: &Line| named(&it.labels.filter(|name| tells(&it.labels, name)));
    lines.iter().map(name).collect()
}

fn row(line: &Line, labels: String) -> Row {
    let value = |it: &Option<Sample>| {
        it.as_ref().map(|it| match it {
            Sample::Float(it) => words::number(*it),
            // Beside others there is room for the least.
            Sample::Histogram(it) => format!("count {}", words::number(it.count)),
        })
    };
    Row { labels, values: line.values.iter().map(value).collect() }
}

/// The text of a part, on one line, if it is short.
fn short(part: &Part<'_>) -> String {
    const LONGEST: usize = 40;
    let text = part.text.as_str().get(part.expr.span.bytes()).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
