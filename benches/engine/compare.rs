//! Whether the server's result is this engine's: every series, every value.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use aqua_alerts::promql::labels::{Labels, Symbol};
use aqua_alerts::promql::value::{Column, Grid, Value};
use serde::Deserialize;

/// Values may differ by this part: sums are taken in another order.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    metric: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow)]
    values: Vec<(f64, &'a str)>,
}

/// What both results have in common.
#[derive(Debug)]
pub struct Agreement {
    pub series: usize,
    pub points: usize,
    /// The greatest difference of two values as a part of the larger.
    pub difference: f64,
}

/// Compares this engine's result with the server's JSON; the error says what differs.
pub fn compare(ours: &Value, theirs: &[u8], grid: Grid) -> Result<Agreement, String> {
    let Value::Vector(columns) = ours else { return Err("not a vector".to_owned()) };
    let mut by_labels: HashMap<&Labels, &Column> =
        columns.iter().map(|it| (&it.labels, it)).collect();
    let mut agreement = Agreement { series: 0, points: 0, difference: 0.0 };
    for_each_row(theirs, |row| {
        let pairs =
            row.metric.iter().map(|(n, v)| (Symbol::from(&**n), Symbol::from(&**v)));
        let labels = Labels::from_sorted(pairs.collect());
        // Each series only once.
        let column =
            by_labels.remove(&labels).ok_or_else(|| format!("{labels} is missing"))?;
        let difference =
            compare_row(column, row, grid).map_err(|it| format!("{labels}: {it}"))?;
        agreement.series += 1;
        agreement.points += row.values.len();
        agreement.difference = agreement.difference.max(difference);
        Ok(())
    })?;
    match agreement.series == columns.len() {
        true => Ok(agreement),
        false => {
            Err(format!("{} series, the server has {}", columns.len(), agreement.series))
        }
    }
}

/// Reads the answer row by row: as a whole it would take several times its length.
fn for_each_row(
    answer: &[u8],
    mut visit: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), String> {
    const BEFORE: &[u8] = br#""result":["#;
    let at = answer.windows(BEFORE.len()).position(|it| it == BEFORE);
    let mut rest = &answer[at.ok_or("the answer has no result")? + BEFORE.len()..];
    while let [b'{', ..] = rest {
        let mut rows = serde_json::Deserializer::from_slice(rest).into_iter::<Row<'_>>();
        let row = rows.next().ok_or("no row")?.map_err(|it| format!("bad row: {it}"))?;
        visit(&row)?;
        rest = &rest[rows.byte_offset()..];
        rest = rest.strip_prefix(b",").unwrap_or(rest);
    }
    match rest {
        [b']', ..] => Ok(()),
        _ => Err("the answer ends early".to_owned()),
    }
}

fn compare_row(column: &Column, row: &Row<'_>, grid: Grid) -> Result<f64, String> {
    if column.has.count() != row.values.len() {
        let (ours, theirs) = (column.has.count(), row.values.len());
        return Err(format!("{ours} points, the server has {theirs}"));
    }
    let mut greatest: f64 = 0.0;
    for (time, text) in &row.values {
        let step = ((time * 1000.0) as i64 - grid.start) / grid.step;
        let ours = column.float(step as usize).ok_or(format!("no value at {time}"))?;
        let theirs: f64 = text.parse().map_err(|_| format!("{text} at {time}"))?;
        let difference = difference(ours, theirs);
        if TOLERANCE < difference {
            return Err(format!("{ours} at {time}, the server has {theirs}"));
        }
        greatest = greatest.max(difference);
    }
    Ok(greatest)
}

/// The difference as a part of the larger value.
fn difference(a: f64, b: f64) -> f64 {
    if a == b || a.is_nan() && b.is_nan() {
        return 0.0;
    }
    let part = (a - b).abs() / a.abs().max(b.abs());
    if part.is_nan() { f64::INFINITY } else { part }
}
