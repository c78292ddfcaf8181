//! The comparison: one line per query, and what follows from all of them.

use std::time::Duration;

use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::Grid;

use crate::compare::compare;
use crate::data::{self, START};
use crate::machine::Process;
use crate::options::Options;
use crate::ours::{Cost, Prepared, median, middle};
use crate::queries::Query;
use crate::server::{self, Server};

/// Measures the queries. False when a result differs from the server's.
pub fn run(options: &Options, queries: &[&Query]) -> bool {
    let shape = options.shape;
    let grid = Grid::range(START, shape.end(), options.step);
    let storage = data::storage(shape);
    println!(
        "{} series, {} samples, {} steps of {} s, median of {} runs",
        shape.n_series(),
        shape.n_samples(),
        grid.n_steps(),
        options.step / 1000,
        options.runs,
    );
    let server = peer(options, &storage);
    let bench = Bench { options, storage: &storage, server: server.as_ref(), grid };
    print_head();
    let lines: Vec<Line> = queries.iter().map(|it| bench.measure(it)).collect();
    summary(&lines);
    lines.iter().all(|it| it.theirs.as_ref().is_none_or(|it| it.agreement.is_ok()))
}

fn peer(options: &Options, storage: &MemoryStorage) -> Option<Server> {
    if !options.server {
        return None;
    }
    let Some(binary) = server::find() else {
        println!("skipped: no `prometheus` binary, this engine alone");
        return None;
    };
    println!("{}", server::version(&binary));
    println!("server's time: innerEvalTime of the API's statistics");
    Some(server::with_data(&binary, options.shape, storage))
}

struct Bench<'a> {
    options: &'a Options,
    storage: &'a MemoryStorage,
    server: Option<&'a Server>,
    grid: Grid,
}

struct Line {
    ours: Cost,
    /// The peak of this process, data included.
    memory: u64,
    theirs: Option<Theirs>,
}

struct Theirs {
    wall: Duration,
    processors: Duration,
    memory: u64,
    ratio: f64,
    /// What is said of the result, or what differs.
    agreement: Result<String, String>,
}

impl Bench<'_> {
    /// Both engines in turn, so that a busy machine is busy for both.
    fn measure(&self, (name, text): &Query) -> Line {
        let query = Prepared::new(text);
        let n_series = query.n_series(self.storage);
        let (value, _) = query.run(self.storage, self.grid);
        let agreement = self.server.map(|it| match self.options.compare {
            true => compare(&value, &it.result(text, self.grid), self.grid)
                .map(|it| format!("{}/{} {:.0e}", it.series, it.points, it.difference)),
            false => Ok("not compared".to_owned()),
        });
        drop(value);
        if let Some(it) = self.server {
            if !self.options.compare {
                it.time(text, self.grid);
            }
            it.process.reset_peak();
        }
        Process::this().reset_peak();
        let mut costs = Vec::new();
        let mut times = Vec::new();
        for _ in 0..self.options.runs {
            costs.push(query.run(self.storage, self.grid).1);
            times.extend(self.server.map(|it| it.time(text, self.grid)));
        }
        let ours = median(&costs);
        let theirs = self.server.zip(agreement).map(|(server, agreement)| {
            let wall = middle(times.iter().map(|it| it.0));
            Theirs {
                wall,
                processors: middle(times.iter().map(|it| it.1)),
                memory: server.process.peak_memory(),
                ratio: wall.as_secs_f64() / ours.wall.as_secs_f64(),
                agreement,
            }
        });
        let memory = Process::this().peak_memory();
        let line = Line { ours, memory, theirs };
        let n_samples = n_series * self.options.shape.scrapes;
        print_line(name, n_series, n_samples, &line);
        line
    }
}

fn print_head() {
    println!(
        "\n{:<19} {:>6} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6} {:>6}  result",
        "query",
        "series",
        "ours ms",
        "cpu ms",
        "Msam./s",
        "server ms",
        "cpu ms",
        "ratio",
        "cpu"
    );
}

fn print_line(name: &str, n_series: usize, n_samples: usize, line: &Line) {
    let ours = &line.ours;
    print!(
        "{name:<19} {n_series:>6} {:>8.1} {:>8.1} {:>8.1}",
        millis(ours.wall),
        millis(ours.processor),
        n_samples as f64 / ours.wall.as_secs_f64() / 1e6,
    );
    match &line.theirs {
        None => println!(),
        Some(it) => println!(
            " {:>9.1} {:>9.1} {:>6.2} {:>6}  {}",
            millis(it.wall),
            millis(it.processors),
            it.ratio,
            processor_ratio(it.processors, ours.processor),
            it.agreement.as_ref().unwrap_or_else(|it| it)
        ),
    }
    if let Some(Theirs { agreement: Err(_), .. }) = &line.theirs {
        println!("{:<19} DIFFERS", "");
    }
}

/// Shorter processor times are as rough as the kernel's own clock.
const CLOCK: Duration = Duration::from_millis(10);

fn processor_ratio(theirs: Duration, ours: Duration) -> String {
    match CLOCK <= ours {
        true => format!("{:.2}", theirs.as_secs_f64() / ours.as_secs_f64()),
        false => "-".to_owned(),
    }
}

fn summary(lines: &[Line]) {
    let memory = lines.iter().map(|it| it.memory).max().unwrap_or(0);
    println!("\npeak memory, data included: ours {:.0} MiB", mebibytes(memory));
    let theirs: Vec<&Theirs> = lines.iter().filter_map(|it| it.theirs.as_ref()).collect();
    if theirs.is_empty() {
        return;
    }
    let memory = theirs.iter().map(|it| it.memory).max().unwrap_or(0);
    println!("peak memory of the server: {:.0} MiB", mebibytes(memory));
    spread("wall time", theirs.iter().map(|it| it.ratio).collect());
    let processor = lines.iter().filter(|it| CLOCK <= it.ours.processor);
    let ratios = processor.filter_map(|it| {
        let theirs = it.theirs.as_ref()?.processors.as_secs_f64();
        Some(theirs / it.ours.processor.as_secs_f64())
    });
    spread("processor time", ratios.collect());
    let n_bad = theirs.iter().filter(|it| it.agreement.is_err()).count();
    println!("results that differ: {n_bad} of {}", theirs.len());
}

fn spread(what: &str, ratios: Vec<f64>) {
    let product = ratios.iter().fold(0.0, |sum, it| sum + it.ln());
    println!(
        "{what}: worst ratio {:.2}, geometric mean {:.2}; {} of {} at least 3",
        ratios.iter().copied().fold(f64::INFINITY, f64::min),
        (product / ratios.len() as f64).exp(),
        ratios.iter().filter(|it| 3.0 <= **it).count(),
        ratios.len(),
    );
}

pub fn millis(it: Duration) -> f64 {
    it.as_secs_f64() * 1e3
}

fn mebibytes(it: u64) -> f64 {
    it as f64 / f64::from(1 << 20)
}
