//! Random series as tests write them: counters, gauges, odd numbers, histograms.
//!
//! The series are sorted by their labels and each begins one evaluation after the one
//! before it: promtool appends in the order of a Go map, but a series gets its place
//! in the storage with its first sample, so that its order is known in spite of that.
//! For the same reason the samples of one evaluation are of one kind in each series:
//! what is appended together is sorted by kind, and some of it is lost.

use aqua_alerts::case::notation;

use crate::random::Random;

/// A series: its labels, and one text for each sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `name{label="value"}`
    pub labels: String,
    /// `_`, `stale`, a number, or `{{…}}`.
    pub values: Vec<String>,
}

/// A set of series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// From one sample to the next, in milliseconds.
    pub spacing: i64,
    /// The step of subqueries that name none, in milliseconds.
    pub interval: i64,
    /// The series, sorted by their labels.
    pub series: Vec<Written>,
}

impl Data {
    /// The time of the last sample.
    pub fn end(&self) -> i64 {
        let longest = self.series.iter().map(|it| it.values.len()).max().unwrap_or(0);
        longest.saturating_sub(1) as i64 * self.spacing
    }
}

/// How many samples there are after the last series has begun.
const COMMON: usize = 60;

/// What a series is like.
#[derive(Clone, Copy)]
enum Shape {
    Counter,
    Gauge,
    Odd,
    Switch,
    Info,
    Bucket(usize),
    Exponential,
    ExponentialGauge,
    Custom,
    Mixed,
}

/// A random set of series.
pub fn random(rng: &mut Random) -> Data {
    let mut heads: Vec<(String, Shape)> = heads(rng);
    heads.retain(|_| !rng.percent(6));
    heads.sort_by_key(|it| notation::metric(&it.0).expect("a series"));
    let gaps = rng.pick(&[0, 0, 2, 6]);
    let spacing = rng.pick(&[10_000, 15_000, 15_000, 30_000]);
    let batch = rng.pick(&[1, 1, 2]);
    let n = heads.len() * batch + COMMON;
    let mut series = Vec::new();
    for (idx, (labels, shape)) in heads.into_iter().enumerate() {
        let mut values = vec!["_".to_string(); idx * batch];
        fill(&mut values, n, shape, gaps, batch, rng);
        series.push(Written { labels, values });
    }
    let interval = spacing * batch as i64;
    Data { spacing, interval, series }
}

fn heads(rng: &mut Random) -> Vec<(String, Shape)> {
    let mut out = Vec::new();
    for job in ["api", "db"] {
        for instance in ["a", "b"] {
            let target = format!("job=\"{job}\",instance=\"{instance}\"");
            for code in ["200", "500"] {
                let labels = format!("http_requests_total{{{target},code=\"{code}\"}}");
                out.push((labels, Shape::Counter));
            }
            out.push((format!("up{{{target}}}"), Shape::Switch));
            out.push((format!("temperature{{{target}}}"), Shape::Gauge));
            let version = rng.below(3);
            let info = format!("target_info{{{target},version=\"{version}\"}}");
            out.push((info, Shape::Info));
            out.push((format!("latency{{{target}}}"), Shape::Exponential));
        }
        out.push((format!("owner_info{{job=\"{job}\",team=\"t-{job}\"}}"), Shape::Info));
        out.push((format!("odd{{job=\"{job}\",instance=\"a\"}}"), Shape::Odd));
        out.push((format!("odd{{job=\"{job}\",instance=\"b\"}}"), Shape::Odd));
        out.push((format!("size{{job=\"{job}\"}}"), Shape::Custom));
        out.push((format!("depth{{job=\"{job}\"}}"), Shape::ExponentialGauge));
        out.push((format!("mixed{{job=\"{job}\"}}"), Shape::Mixed));
        let mut bounds = vec!["0.1", "0.5", "1", "2.5", "+Inf"];
        if rng.percent(30) {
            bounds.retain(|it| *it != "+Inf" || job == "api");
        }
        if rng.percent(20) {
            bounds.push("many");
        }
        for (rank, le) in bounds.iter().enumerate() {
            let labels = format!("latency_seconds_bucket{{job=\"{job}\",le=\"{le}\"}}");
            out.push((labels, Shape::Bucket(rank)));
        }
    }
    if rng.percent(20) {
        let labels = "latency_seconds_bucket{job=\"api\"}";
        out.push((labels.to_string(), Shape::Bucket(5)));
    }
    out
}

/// Samples up to `n`.
fn fill(
    out: &mut Vec<String>,
    n: usize,
    shape: Shape,
    gaps: usize,
    batch: usize,
    rng: &mut Random,
) {
    let mut state = State::random(shape, rng);
    let start = out.len();
    while out.len() < n {
        // The first sample settles the place of the series: it must be there.
        if out.len() != start && rng.percent(gaps) && rng.percent(50) {
            // A marker is a float: beside a histogram it would be lost as well.
            let fits = batch == 1 || !matches!(shape, Shape::Mixed);
            if fits && rng.percent(40) {
                out.push("stale".to_string());
            }
            (0..rng.below(5)).for_each(|_| out.push("_".to_string()));
        }
        let evaluation = out.len().div_ceil(batch);
        if state.evaluation != evaluation {
            state.evaluation = evaluation;
            state.is_float = rng.percent(50);
        }
        let text = state.next(shape, rng);
        out.push(text);
    }
    out.truncate(n);
}

/// Where a series is.
struct State {
    value: f64,
    step: f64,
    exact: bool,
    schema: i64,
    buckets: Vec<i64>,
    negative: Vec<i64>,
    zero: i64,
    offset: i64,
    bounds: &'static str,
    evaluation: usize,
    is_float: bool,
    /// Its histograms change their buckets; none is empty then, since 3.5 overlooks
    /// resets behind empty buckets that are gone.
    changes: bool,
}

impl State {
    fn random(shape: Shape, rng: &mut Random) -> State {
        let exact = rng.percent(75);
        let step = match exact {
            true => rng.within(0, 20) as f64,
            false => rng.unit() * 10.0,
        };
        let n_buckets = match shape {
            Shape::Custom => 4,
            _ => rng.within(1, 5) as usize,
        };
        let n_negative = if rng.percent(30) { rng.within(1, 3) as usize } else { 0 };
        State {
            value: if exact { rng.within(-5, 50) as f64 } else { rng.unit() * 100.0 },
            step,
            exact,
            schema: rng.pick(&[0, 0, 0, 1, 2, -1, 3]),
            buckets: vec![0; n_buckets],
            negative: vec![0; n_negative],
            zero: 0,
            offset: rng.within(-3, 3),
            bounds: rng.pick(&["0.1 1 10", "0.1 1 10", "0.5 1 10", "1 2 5"]),
            evaluation: 0,
            is_float: true,
            changes: rng.percent(60),
        }
    }

    fn next(&mut self, shape: Shape, rng: &mut Random) -> String {
        match shape {
            Shape::Counter => {
                match rng.below(40) {
                    0 => self.value = 0.0,
                    1..4 => {}
                    _ => self.value = self.value.abs() + self.growth(rng),
                }
                number(self.value)
            }
            Shape::Bucket(rank) => {
                if rng.percent(2) {
                    self.value = 0.0;
                }
                let grown = rng.within(0, 2 + 4 * rank as i64) as f64;
                self.value = self.value.abs().floor() + grown;
                number(self.value)
            }
            Shape::Gauge => {
                if rng.percent(80) {
                    let sign = if rng.percent(50) { -1.0 } else { 1.0 };
                    self.value += sign * self.growth(rng);
                }
                number(self.value)
            }
            Shape::Switch => number(if rng.percent(85) { 1.0 } else { 0.0 }),
            Shape::Info => number(1.0),
            Shape::Odd => odd(rng),
            Shape::Exponential => self.histogram(rng, ""),
            Shape::ExponentialGauge => self.histogram(rng, " counter_reset_hint:gauge"),
            Shape::Custom => self.histogram(rng, "custom"),
            Shape::Mixed => match self.is_float {
                true => number(rng.within(-9, 9) as f64),
                false => self.histogram(rng, ""),
            },
        }
    }

    fn growth(&mut self, rng: &mut Random) -> f64 {
        match self.exact {
            true => rng.within(0, 1 + self.step as i64) as f64,
            false => rng.unit() * self.step,
        }
    }

    fn histogram(&mut self, rng: &mut Random, kind: &str) -> String {
        let gauge = kind.contains("gauge");
        let is_custom = kind == "custom";
        match rng.below(30) {
            0 => {
                self.buckets.fill(0);
                self.negative.fill(0);
                self.zero = 0;
                self.value = 0.0;
            }
            _ if !self.changes => {}
            1 if !is_custom => self.schema = rng.within(-1, 3),
            2 if !is_custom => self.offset += rng.within(-1, 1),
            3 if !is_custom && self.buckets.len() < 12 => self.buckets.push(1),
            4 if is_custom && rng.percent(20) => {
                self.bounds = rng.pick(&["0.1 1 10", "0.5 1 10", "1 2 5"]);
            }
            _ => {}
        }
        let least = i64::from(self.changes);
        for it in self.buckets.iter_mut().chain(&mut self.negative) {
            *it = match gauge {
                true => rng.within(0, 9),
                false => *it + rng.within(0, 3) * rng.within(0, 1),
            };
            *it = (*it).max(least);
        }
        if kind != "custom" {
            self.zero += rng.within(0, 1);
        }
        self.value = self.value.floor() + rng.within(0, 30) as f64;
        let list =
            |it: &[i64]| it.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        let negative: i64 = if kind == "custom" { 0 } else { self.negative.iter().sum() };
        let count = self.buckets.iter().sum::<i64>() + negative + self.zero;
        let sum = number(self.value);
        // Quantiles of sums that are NaN look at the empty buckets that the storage adds
        // where the buckets change.
        let sum = if !self.changes && rng.percent(2) { "NaN".to_string() } else { sum };
        let buckets = list(&self.buckets);
        if kind == "custom" {
            let bounds = self.bounds;
            return format!(
                "{{{{schema:-53 sum:{sum} count:{count} custom_values:[{bounds}] \
                 buckets:[{buckets}]}}}}"
            );
        }
        let mut text = format!(
            "{{{{schema:{} sum:{sum} count:{count} z_bucket:{} z_bucket_w:0.001 \
             offset:{} buckets:[{buckets}]",
            self.schema, self.zero, self.offset
        );
        if !self.negative.is_empty() {
            text += &format!(" n_offset:1 n_buckets:[{}]", list(&self.negative));
        }
        format!("{text}{kind}}}}}")
    }
}

fn odd(rng: &mut Random) -> String {
    let value = match rng.below(14) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => -0.0,
        4 => 0.0,
        5 => 1e308,
        6 => -1.5e-310,
        7 => 9_007_199_254_740_993.0,
        8 => 0.1,
        9 => rng.unit() * 1e-9,
        10 => (rng.unit() - 0.5) * 1e18,
        11 => rng.unit(),
        _ => rng.within(-3, 3) as f64,
    };
    number(value)
}

/// A number as PromQL and series write it, exactly.
pub fn number(value: f64) -> String {
    match value {
        it if it.is_nan() => "NaN".to_string(),
        f64::INFINITY => "+Inf".to_string(),
        f64::NEG_INFINITY => "-Inf".to_string(),
        it if it != 0.0 && !(1e-5..1e15).contains(&it.abs()) => format!("{it:e}"),
        it => format!("{it}"),
    }
}
