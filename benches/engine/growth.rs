//! What one series at one step costs as series and steps grow.

use std::time::Duration;

use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::Grid;

use crate::data::{self, SERIES_PER_INSTANCE, START, Shape};
use crate::options::Options;
use crate::ours::Prepared;
use crate::queries::QUERIES;

const NAMES: [&str; 8] = [
    "selector",
    "rate",
    "sum_rate",
    "histogram_quantile",
    "topk",
    "join",
    "subquery",
    "regex_alternation",
];
const STEPS: [i64; 5] = [360, 720, 1440, 2880, 5760];

/// Processor time that is long beside the kernel's clock.
const ENOUGH: Duration = Duration::from_millis(200);

/// Prints nanoseconds per selected series and step, and how they change.
pub fn run(options: &Options) {
    let shape = options.shape;
    let names: Vec<&str> = match options.only.is_empty() {
        true => NAMES.to_vec(),
        false => options.only.iter().map(|it| it.as_str()).collect(),
    };
    println!("processor time in ns per series and step, mean of {} runs\n", options.runs);
    let sizes =
        [1, 2, 4, 8].map(|it| Shape { instances: shape.instances * it / 4, ..shape });
    let mut rows = vec![Vec::new(); names.len()];
    for size in sizes {
        let storage = data::storage(size);
        let grid = Grid::range(START, size.end(), options.step);
        for (row, name) in rows.iter_mut().zip(&names) {
            row.push(cost(options, &storage, name, grid));
        }
    }
    let heads = sizes.map(|it| (it.instances * SERIES_PER_INSTANCE).to_string());
    print("series", &heads, &names, &rows);

    let storage = data::storage(shape);
    let length = shape.end() - START;
    let rows: Vec<Vec<f64>> = names
        .iter()
        .map(|name| {
            let grids = STEPS.map(|it| {
                let step = length / it;
                Grid::range(START, shape.end() - step, step)
            });
            grids.iter().map(|it| cost(options, &storage, name, *it)).collect()
        })
        .collect();
    print("steps", &STEPS.map(|it| it.to_string()), &names, &rows);
}

fn cost(options: &Options, storage: &MemoryStorage, name: &str, grid: Grid) -> f64 {
    let text = QUERIES.iter().find(|it| it.0 == name).expect("a query's name").1;
    let query = Prepared::new(text);
    query.run(storage, grid);
    let mut total = Duration::ZERO;
    let mut n_runs = 0;
    while n_runs < options.runs || total < ENOUGH {
        total += query.run(storage, grid).1.processor;
        n_runs += 1;
    }
    let n_slots = query.n_series(storage) * grid.n_steps();
    total.as_secs_f64() * 1e9 / (n_runs * n_slots) as f64
}

fn print(what: &str, heads: &[String], names: &[&str], rows: &[Vec<f64>]) {
    print!("{what:<19}");
    heads.iter().for_each(|it| print!(" {it:>8}"));
    println!(" {:>11}", "last/first");
    for (name, row) in names.iter().zip(rows) {
        print!("{name:<19}");
        row.iter().for_each(|it| print!(" {it:>8.1}"));
        println!(" {:>11.2}", row[row.len() - 1] / row[0]);
    }
    println!();
}
