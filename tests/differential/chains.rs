//! This crate against itself: queries evaluated series by series and node by node.
//!
//! An evaluation that counts samples as Prometheus does holds every vector as a whole
//! and looks at each window by itself; one that does not streams. Neither may show.

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::eval::{self, Options};
use aqua_alerts::promql::series::Series;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::{Column, Grid, Sample, Value};
use libtest_mimic::{Failed, Trial};

use crate::peers;
use crate::promtool::Flags;
use crate::query::{self, Generator};
use crate::random::Random;
use crate::samples;
use crate::series;

/// Queries of one set of series.
const PER_DATA: u64 = 100;

fn chains() -> Result<(), Failed> {
    let seed = peers::number("AQUA_SEED", 1);
    let n_queries = peers::number("AQUA_QUERIES", 2000);
    let mut rng = Random::new(seed ^ 0xc4a1);
    let (mut n_full, mut n_different) = (0u64, 0);
    for round in 0..n_queries.div_ceil(PER_DATA) {
        let data = series::random(&mut rng);
        let mut storage = samples::stored(&data);
        add_twins(&mut storage, &mut rng);
        let dialect = match round % 3 {
            0 => Dialect::everything(),
            1 => Flags { experimental: true, delayed: false }.dialect(),
            _ => Flags { experimental: true, delayed: true }.dialect(),
        };
        let options = Options { subquery_step: data.interval, ..Options::default() };
        for _ in 0..PER_DATA {
            let end = data.end();
            let mut generator = Generator { rng: &mut rng, dialect, end };
            let query = query::random(&mut generator);
            let step = rng.pick(&[7_000, 15_000, 60_000, 100_000]);
            let start = rng.within(0, end);
            let grids =
                [Grid::instant(query.time), Grid::range(start, end + 60_000, step)];
            for grid in grids {
                let whole = answer(&storage, &query.text, grid, dialect, &options, true);
                let streamed =
                    answer(&storage, &query.text, grid, dialect, &options, false);
                n_full += u64::from(!streamed.is_empty());
                if whole != streamed {
                    n_different += 1;
                    let text = &query.text;
                    println!(
                        "{text} over {grid:?}, seed {seed}, round {round}\n  \
                         node by node     {whole:?}\n  series by series {streamed:?}"
                    );
                }
            }
        }
    }
    println!("{} evaluations, {n_full} with a result", 2 * n_queries);
    match n_different {
        0 if n_full < n_queries => Err("most answers are empty".into()),
        0 => Ok(()),
        n => Err(format!("{n} answers differ, seed {seed}").into()),
    }
}

/// Adds series that differ from others only in what goes with their names.
fn add_twins(storage: &mut MemoryStorage, rng: &mut Random) {
    let one_in = rng.pick(&[2, 16, 1000]);
    for one in storage.series().to_vec() {
        if rng.below(one_in) == 0 {
            let labels = one.labels.with("__type__", "counter");
            storage.insert(Series { labels, ..one });
        }
    }
}

/// All that an evaluation says; NaN are alike.
fn answer(
    storage: &MemoryStorage,
    query: &str,
    grid: Grid,
    dialect: Dialect,
    options: &Options,
    counts: bool,
) -> Vec<String> {
    let max_samples = counts.then_some(u64::MAX);
    let dialect = Dialect { max_samples, ..dialect };
    // What is refused is no answer.
    let Ok(parsed) = check::parse(query, &dialect) else { return Vec::new() };
    let outcome = match eval::evaluate(storage, &parsed, grid, &dialect, options) {
        Ok(it) => it,
        Err(error) => return vec![format!("{:?} {:?}", error.at, error.kind)],
    };
    let mut lines: Vec<String> = outcome
        .annotations
        .iter()
        .map(|it| format!("{:?} {}", it.at, it.in_query(query)))
        .collect();
    lines.sort();
    match outcome.value {
        Value::Vector(columns) => lines.extend(columns.iter().map(column)),
        Value::Scalar(values) => {
            lines.push(values.iter().map(|it| number(*it)).collect::<String>());
        }
        Value::Text(text) => lines.push(text.to_string()),
        Value::Matrix(all) => lines.extend(all.iter().map(|it| {
            let floats = it.floats.values.iter().map(|it| number(*it));
            let (times, histograms) = (&it.floats.times, &it.histograms);
            let floats = floats.collect::<String>();
            format!("{} {times:?} {floats} {histograms:?}", it.labels)
        })),
    }
    lines
}

fn column(column: &Column) -> String {
    let mut text = column.labels.to_string();
    for step in column.has.iter() {
        match column.sample(step) {
            Some(Sample::Float(it)) => text.push_str(&format!("@{step}{}", number(it))),
            Some(Sample::Histogram(it)) => text.push_str(&format!("@{step} {it:?}")),
            None => {}
        }
    }
    text
}

fn number(value: f64) -> String {
    match value.is_nan() {
        true => " NaN".to_string(),
        false => format!(" {:x}", value.to_bits()),
    }
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("chains", chains)]
}
