//! Range queries with their warnings and infos, against a Prometheus server.

use aqua_alerts::promql::annotation::Gravity;
use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::eval::{self, Options};
use aqua_alerts::promql::histogram::Histogram;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::{Column, Grid, Sample, Value};
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::compare::{Verdict, compare};
use crate::peers;
use crate::promtool::{self, Case, Flags, UNSTEADY};
use crate::query::{Generator, Query};
use crate::random::Random;
use crate::samples;
use crate::series::{self, Data};
use crate::server::Server;
use crate::simpler::simpler;
use crate::tally::Tally;

/// Queries of one set of series.
const PER_DATA: u64 = 100;

/// How often the server is asked where its first answer differs.
const N_AGAIN: usize = 10;

/// Start, end and step in milliseconds.
type Times = (i64, i64, i64);

fn range() -> Result<(), Failed> {
    let Some(program) = peers::find("prometheus") else {
        println!("skipped: no prometheus in AQUA_PEERS, PATH or target/peers/usr/bin");
        return Ok(());
    };
    let seed = peers::number("AQUA_SEED", 1);
    let n_queries = peers::number("AQUA_QUERIES", 2000) / 5;
    let mut rng = Random::new(seed ^ 0x5eed);
    let mut tally = Tally::default();
    for round in 0..n_queries.div_ceil(PER_DATA) {
        let data = series::random(&mut rng);
        let flags = Flags { experimental: true, delayed: round % 4 == 3 };
        let server = Server::start(&program, &data, flags)?;
        let storage = samples::stored(&data);
        let options = Options { subquery_step: data.interval, ..Options::default() };
        let here = Here { storage: &storage, dialect: flags.dialect(), options };
        for _ in 0..PER_DATA {
            let (end, dialect) = (data.end(), flags.dialect());
            let mut generator = Generator { rng: &mut rng, dialect, end };
            let depth = generator.rng.pick(&[1, 1, 2, 2, 3, 4]);
            let query = generator.vector(depth);
            tally.count_nodes(&query);
            let times = times(&mut rng, end);
            let theirs = answer(&server.range(&query, times)?);
            let ours = here.range(&query, times);
            match compare(&query, &ours, &theirs) {
                Verdict::Different if is_unsteady(&server, &query, times, &theirs) => {
                    tally.count(&theirs, Verdict::Excused(UNSTEADY));
                }
                Verdict::Different => {
                    tally.count(&theirs, Verdict::Different);
                    let query = smallest(&here, &server, query, times);
                    let theirs = answer(&server.range(&query, times)?);
                    let ours = here.range(&query, times);
                    println!(
                        "seed {seed}, {times:?}, interval {}: {query}",
                        data.interval
                    );
                    print_difference(&ours, &theirs);
                    println!("{}", as_file(&data, query, times.0));
                }
                verdict => tally.count(&theirs, verdict),
            }
        }
    }
    tally.print();
    match tally.n_different {
        0 => Ok(()),
        n => Err(format!("{n} answers differ, seed {seed}").into()),
    }
}

fn times(rng: &mut Random, end: i64) -> Times {
    let step = rng.pick(&[10_000, 15_000, 30_000, 60_000, 77_000]);
    let n_steps = rng.within(1, 40);
    let start = rng.within(end / 5000, end / 1000) * 1000;
    match rng.percent(50) {
        true => (start, start + n_steps * step, step),
        false => ((start - n_steps * step).max(0), start, step),
    }
}

/// Whether the server answers otherwise when it is asked again.
fn is_unsteady(server: &Server, query: &str, times: Times, first: &Answer) -> bool {
    let ask = || server.range(query, times).map(|it| answer(&it));
    (0..N_AGAIN).any(|_| ask().as_ref() != Ok(first))
}

/// The simplest query that still differs on the same series.
fn smallest(here: &Here<'_>, server: &Server, query: String, times: Times) -> String {
    let differs = |it: &String| {
        let Ok(theirs) = server.range(it, times) else { return false };
        let theirs = answer(&theirs);
        compare(it, &here.range(it, times), &theirs) == Verdict::Different
            && !is_unsteady(server, it, times, &theirs)
    };
    let mut best = query;
    while let Some(better) = simpler(&best).into_iter().find(differs) {
        best = better;
    }
    best
}

/// The series that a query names, and the query, as a promtool test file.
fn as_file(data: &Data, query: String, time: i64) -> String {
    let mut data = data.clone();
    data.series.retain(|it| {
        let name = it.labels.split('{').next().unwrap_or_default();
        query.contains(name) || query.contains("__name__")
    });
    let interval = data.interval;
    promtool::file(interval, &[Case { data, queries: vec![Query { text: query, time }] }])
}

fn print_difference(ours: &Answer, theirs: &Answer) {
    let (Answer::Samples(a), Answer::Samples(b)) = (ours, theirs) else {
        println!("  ours   {ours:?}\n  theirs {theirs:?}");
        return;
    };
    a.iter().filter(|it| !b.contains(it)).for_each(|it| println!("  ours   {it:?}"));
    b.iter().filter(|it| !a.contains(it)).for_each(|it| println!("  theirs {it:?}"));
}

/// What the server says: values by time for each series, then warnings and infos.
fn answer(json: &Json) -> Answer {
    if json["status"] != "success" {
        let text = json["error"].as_str().unwrap_or_default();
        let text = text.strip_prefix("invalid parameter \"query\": ").unwrap_or(text);
        return Answer::Error(text.trim_end().to_string());
    }
    let list = |it: &Json| it.as_array().cloned().unwrap_or_default();
    let mut out = Vec::new();
    for series in list(&json["data"]["result"]) {
        let labels = series["metric"].as_object().cloned().unwrap_or_default();
        let mut labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        labels.sort();
        let mut values = Vec::new();
        for it in list(&series["values"]) {
            values.push((millis(&it[0]), float(&it[1])));
        }
        for it in list(&series["histograms"]) {
            let buckets = list(&it[1]["buckets"])
                .iter()
                .map(|it| {
                    format!(
                        "{}:{}:{}:{}",
                        it[0],
                        float(&it[1]),
                        float(&it[2]),
                        float(&it[3])
                    )
                })
                .collect::<Vec<_>>();
            let (count, sum) = (float(&it[1]["count"]), float(&it[1]["sum"]));
            let text = format!("count:{count} sum:{sum} {}", buckets.join(" "));
            values.push((millis(&it[0]), text));
        }
        out.push((labels.join(","), series_text(values)));
    }
    for kind in ["warnings", "infos"] {
        for it in list(&json[kind]) {
            out.push((kind.to_string(), it.as_str().unwrap_or_default().to_string()));
        }
    }
    out.sort();
    Answer::Samples(out)
}

fn series_text(mut values: Vec<(i64, String)>) -> String {
    values.sort();
    let all: Vec<String> =
        values.iter().map(|(time, value)| format!("{time} {value}")).collect();
    all.join("; ")
}

fn millis(it: &Json) -> i64 {
    (it.as_f64().unwrap_or_default() * 1000.0).round_ties_even() as i64
}

/// A number in one form, whatever the API makes of it.
fn float(it: &Json) -> String {
    let value = match it.as_str() {
        Some("+Inf") => f64::INFINITY,
        Some("-Inf") => f64::NEG_INFINITY,
        Some(text) => text.parse().unwrap_or(f64::NAN),
        None => f64::NAN,
    };
    format!("{value:e}")
}

/// The crate's engine.
struct Here<'a> {
    storage: &'a MemoryStorage,
    dialect: Dialect,
    options: Options,
}

impl Here<'_> {
    fn range(&self, query: &str, (start, end, step): Times) -> Answer {
        let parsed = match check::parse(query, &self.dialect) {
            Ok(parsed) => parsed,
            Err(faults) => {
                let (at, text) = (faults[0].at.start + 1, &faults[0].message);
                return Answer::Error(format!("1:{at}: parse error: {text}"));
            }
        };
        let grid = Grid::range(start, end, step);
        let found =
            eval::evaluate(self.storage, &parsed, grid, &self.dialect, &self.options);
        let outcome = match found {
            Ok(outcome) => outcome,
            Err(error) => return Answer::Error(error.to_string().trim_end().to_string()),
        };
        let columns = match outcome.value {
            Value::Vector(columns) => columns,
            Value::Scalar(values) => {
                vec![Column::full(aqua_alerts::promql::labels::Labels::empty(), values)]
            }
            Value::Text(_) | Value::Matrix(_) => Vec::new(),
        };
        let mut out: Vec<(String, String)> =
            columns.iter().map(|it| column(it, grid)).collect();
        for it in outcome.annotations.iter() {
            let kind = match it.kind.gravity() {
                Gravity::Warning => "warnings",
                Gravity::Info => "infos",
            };
            out.push((kind.to_string(), it.in_query(query)));
        }
        out.sort();
        Answer::Samples(out)
    }
}

fn column(column: &Column, grid: Grid) -> (String, String) {
    let mut labels: Vec<String> = column
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={}", Json::from(&**value)))
        .collect();
    labels.sort();
    let value = |step: usize| {
        let text = match column.sample(step)? {
            Sample::Float(it) => format!("{it:e}"),
            Sample::Histogram(it) => histogram(&it),
        };
        Some((grid.time(step), text))
    };
    let values = (0..grid.n_steps()).filter_map(value).collect();
    (labels.join(","), series_text(values))
}

/// A histogram as the API shows it: without empty buckets.
fn histogram(it: &Histogram) -> String {
    let buckets: Vec<String> = it
        .all_buckets()
        .iter()
        .filter(|it| it.count != 0.0)
        .map(|it| {
            let bounds = match (it.lower_inclusive, it.upper_inclusive) {
                (false, true) => 0,
                (true, false) => 1,
                (false, false) => 2,
                (true, true) => 3,
            };
            format!("{bounds}:{:e}:{:e}:{:e}", it.lower, it.upper, it.count)
        })
        .collect();
    format!("count:{:e} sum:{:e} {}", it.count, it.sum, buckets.join(" "))
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("range", range)]
}
